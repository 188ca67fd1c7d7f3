"""Markdown from what comes from outside: escaped text, tables, links to web addresses, places as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+.!|<>~&$-])")
_UNSAFE = re.compile(r"[\s<>\"'()\[\]|\\`]")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], is_markdown: bool = False) -> str:
    """A table in Markdown; its cells are escaped unless they are Markdown already."""
    said = [[str(cell) if is_markdown else escaped(cell) for cell in row] for row in rows]
    if not said:
        return "没有 none"
    return "\n".join(f"| {' | '.join(line)} |" for line in (heads, ["---"] * len(heads), *said))


def escaped(value: object) -> str:
    """Text that means nothing in Markdown or HTML, on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(str(value).split()))


def link(words: str, address: str) -> str:
    """A link in Markdown to a web address; anything else (a report's address comes from a web page) is only text."""
    if not address.lower().startswith(("http://", "https://")):
        return escaped(address)
    return f"[{words}]({_UNSAFE.sub(lambda match: quote(match[0], safe=''), address)})"


def code(place: object) -> str:
    """A path or an address as it is."""
    return f"`{str(place).replace('`', ' ').replace('|', ' ')}`"
