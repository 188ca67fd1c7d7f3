"""Fit a digest's Markdown to what a service takes: whole items only, and how many are left out, never half a line.

A line that begins with "- " is an item; the lines below it, up to the next heading or item, are its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tasks.alert.services import Service
from tasks.alert.wording import CANONICAL, load_wording

_ITEM, _HEADING = "- ", "#"
_AUTOLINK = re.compile(r"<(https?://[^<>\s]+)>")
_MEASURES: dict[str, Callable[[str], int]] = {
    "bytes": lambda text: len(text.encode()),
    "characters": len,
    "json": lambda text: len(json.dumps(text, ensure_ascii=False).encode()),
}


@dataclass(frozen=True, slots=True)
class _Block:
    """What stands or falls together: an item or other lines, with the headings above it."""

    text: str
    items: int


def measure(text: str, unit: str) -> int:
    """How long a text is in a service's unit."""
    return _MEASURES[unit](text)


def for_chat(markdown: str, language: str = CANONICAL) -> str:
    """Markdown as chat services show it: bare links, which they do not know, become named ones; one blank line at most."""
    words = load_wording(language).channels
    named = _AUTOLINK.sub(lambda found: words["link"].format(name=words["source"], url=found[1]), markdown)
    return re.sub(r"\n{3,}", "\n\n", named).strip()


def fit(head: str, markdown: str, foot: str, where: str, service: Service, language: str = CANONICAL) -> str:
    """Head, text and foot within the service's limit; what does not fit is counted, and found `where`.

    The foot, which says where everything is, stays; the head goes when nothing else fits.
    """
    whole = _joined((head, markdown, foot))
    if not service.limit or measure(whole, service.unit) <= service.limit:
        return whole
    blocks = tuple(_blocks(markdown, language))
    left = sum(block.items for block in blocks)
    kept, best = [head], _joined((_more(left, where, language), foot))
    for block in blocks:
        kept.append(block.text)
        left -= block.items
        text = _joined((*kept, _more(left, where, language) if left else "", foot))
        if measure(text, service.unit) > service.limit:
            break
        best = text
    return best


def _more(count: int, where: str, language: str) -> str:
    return load_wording(language).channels["more"].format(count=count, where=where)


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def _blocks(markdown: str, language: str) -> Iterator[_Block]:
    """The text in blocks. Headings wait for the block below them; items of the appendix count for nothing."""
    appendix, counts = load_wording(language).channels["appendix"], 1
    waiting: list[str] = []
    lines: list[str] = []
    items = 0
    for line in markdown.splitlines():
        if line.startswith((_ITEM, _HEADING)) and lines:
            yield _Block("\n".join([*waiting, *lines]), items)
            waiting, lines, items = [], [], 0
        if line.startswith(_HEADING):
            counts = 0 if line.lstrip(f"{_HEADING} ") == appendix else counts
            waiting += [line, ""]
        elif line.strip() or lines:
            items += counts if line.startswith(_ITEM) else 0
            lines.append(line)
    if lines:
        yield _Block("\n".join([*waiting, *lines]), items)
