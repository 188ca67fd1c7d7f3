"""What one web page may cost us: its size, its markup, how deeply that is nested, and the time that reading it takes."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from lxml import etree
from scrapy import Selector

from tasks.errors import CrawlError

LIST_BYTES = 5_000_000  # of a list's page; an article's may hold whole pictures
ATTACHMENTS = 200  # files that one article may link
_CHARACTERS = 30_000_000
_TAGS = 200_000
_DEPTH = 500
_ATTRIBUTES = 500  # of one tag; libxml2 needs the square of their number, a minute for 40,000

_ATTRIBUTE = r"""[\s/]*+=?[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>]*+))?+"""
_CROWDED = re.compile(
    rf"(?P<crowded><[a-z][^\s/>]*+(?:{_ATTRIBUTE}){{{_ATTRIBUTES}}})"
    r"|<!--(?:-?>|.*?(?:--!?>|\Z))"  # what a comment or a script holds is no markup
    r"|<(?P<raw>script|style)(?=[\s/>]).*?(?:</(?P=raw)|\Z)"
    rf"|</?[a-z][^\s/>]*+(?:{_ATTRIBUTE})*+",  # nor is what a value holds
    re.IGNORECASE | re.DOTALL,
)


def parse_html(source: str) -> Selector:
    """The tree of a page. Raises CrawlError, before it costs anything, where the page is beyond all measure."""
    source = source.replace("\x00", "")
    if len(source) > _CHARACTERS:
        _refuse("too large", f"at most {_CHARACTERS} characters")
    if source.count("<") > _TAGS:
        _refuse("too large", f"at most {_TAGS} tags")
    if any(found["crowded"] for found in _CROWDED.finditer(source)):
        _refuse("no page that a person wrote", f"at most {_ATTRIBUTES} attributes of one tag")
    tree = Selector(text=source, type="html")
    if isinstance(tree.root, etree._Element) and _is_deep(tree.root):
        _refuse("too deeply nested", f"at most {_DEPTH} levels")
    return tree


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise CrawlError where the block takes more time of the processor. Main thread only; on Windows there is no such clock."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGVTALRM, lambda *_: _refuse("too laborious to read", f"at most {seconds:g} seconds of work"))
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _is_deep(root: etree._Element) -> bool:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _DEPTH:
            return True
    return False


def _refuse(found: str, expected: str) -> NoReturn:
    raise CrawlError(f"the page is {found}", expected=expected, remedy="Open the address in a browser; fetch the file by hand.")
