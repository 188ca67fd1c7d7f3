"""Parse markup as browsers do (HTML5, lexbor), within bounded time, and follow an XPath back to where it leads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tasks.errors import DamagedDocument, DocumentTooLarge

MAX_DEPTH = 500
_MAX_TAGS = 600_000
_FEW = 4000  # "<" up to which no page can take long to parse, whatever its tags
_MAX_OPEN = 300  # elements left open in each other, beyond which parsing takes time out of proportion
_MAX_ATTRIBUTES = 30_000  # of one tag
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_LONG_TAG = re.compile(rf"<[a-zA-Z](?:[^<>\s]*\s+){{{_MAX_ATTRIBUTES}}}")
_INLINE = re.compile(r"</?(?:a|abbr|b|big|code|em|font|i|nobr|small|span|strong|tt|u|\w+:\w+)\b[^>]*>", re.IGNORECASE)
_CLOSED_BY_THEMSELVES = frozenset(
    """area base body br col colgroup dd dt embed head hr html image img input keygen li link meta optgroup option p param rp rt
    source tbody td tfoot th thead tr track wbr""".split()  # noqa: SIM905
)
_XML = re.compile(r"\s*(?:<\?xml\b|<!DOCTYPE[^>]*\bXHTML)", re.IGNORECASE)
_EMPTY = re.compile(r"<(script|style|title|textarea|iframe|noscript|div|span|a|p|td|th|\w+:\w+)((?:\s[^<>]*)?)/>", re.IGNORECASE)
_STEP = re.compile(r"/(\*|text\(\)|[\w-]+)\[(\d+)\]")
_PLAIN = re.compile(r"[a-z][a-z0-9-]*")
TEXT = "-text"


def parse(text: str) -> LexborHTMLParser:
    """Markup → its tree. Raises DocumentTooLarge for tags without number or end, DamagedDocument when nothing comes of it."""
    if _XML.match(text):
        text = _EMPTY.sub(r"<\1\2></\1>", text)
    if text.count("<") > _FEW:
        text = _flattened(text)
    parser = LexborHTMLParser(text)
    if parser.root is None:
        raise DamagedDocument("the page cannot be parsed", remedy="Fetch it again.")
    return parser


def _flattened(text: str) -> str:
    """The text, without its inline tags if those are left open in each other; refused if it is still nested too deep."""
    if text.count("<") > _MAX_TAGS or _LONG_TAG.search(text):
        raise DocumentTooLarge("a page of tags without end", expected=f"at most {_MAX_TAGS:,}", remedy="Look at it by eye.")
    if _most_open(text) > _MAX_OPEN:
        text = _INLINE.sub("", text)
        if _most_open(text) > _MAX_OPEN:
            raise too_deep()
    return text


def too_deep() -> DocumentTooLarge:
    """The error for a page nested deeper than any report is."""
    return DocumentTooLarge("tags nested too deep", expected=f"at most {MAX_DEPTH} levels", remedy="Look at the page by eye.")


def _most_open(text: str) -> int:
    """How many elements are open at once at most, taking tags as they come."""
    still: dict[str, int] = {}
    open_now = most = 0
    for closing, name in _TAG.findall(text):
        name = name.lower()
        if name in _CLOSED_BY_THEMSELVES:
            continue
        if not closing:
            still[name] = still.get(name, 0) + 1
            open_now += 1
            most = max(most, open_now)
        elif still.get(name):
            still[name] -= 1
            open_now -= 1
    return most


@lru_cache(maxsize=1024)
def step_name(tag: str) -> str:
    """An element's name in an XPath; `*` where the name (o:p) would need a namespace."""
    return tag if _PLAIN.fullmatch(tag) else "*"


def children(node: LexborNode) -> Iterator[LexborNode]:
    """All child nodes, text and comments included."""
    child = node.first_child
    while child is not None:
        yield child
        child = child.next


def resolve(root: LexborNode, path: str) -> tuple[list[LexborNode], list[str]] | None:
    """The nodes from the root to where an XPath of ours leads, and their paths; None when there is nothing."""
    nodes: list[LexborNode] = []
    paths: list[str] = []
    end = 0
    for step in _STEP.finditer(path):
        if step.start() != end:
            return None
        end = step.end()
        candidates = [root] if not nodes else list(children(nodes[-1]))
        wanted = [node for node in candidates if _is(node, step[1])]
        if int(step[2]) > len(wanted):
            return None
        nodes.append(wanted[int(step[2]) - 1])
        paths.append(path[:end])
    return (nodes, paths) if nodes and end == len(path) else None


def _is(node: LexborNode, name: str) -> bool:
    tag = node.tag or "-"
    if name == "text()":
        return tag == TEXT
    return not tag.startswith("-") and name in ("*", step_name(tag))


def xpath(node: LexborNode) -> str:
    """The XPath of an element."""
    steps: list[str] = []
    at: LexborNode | None = node
    while at is not None and at.tag and not at.tag.startswith("-"):
        name = step_name(at.tag)
        number, before = 1, at.prev
        while before is not None:
            number += _is(before, name)
            before = before.prev
        steps.append(f"/{name}[{number}]")
        at = at.parent
    return "".join(reversed(steps))
