"""Say why a report's page shows no statutory table: it is in an attachment, in a frame, on another page, or in pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from selectolax.lexbor import LexborHTMLParser

from tasks.errors import NoTextLayer
from tasks.extract.page_words import is_report, page_words
from tasks.extract.pictures import SOURCES
from tasks.extract.walked import Picture
from tasks.printed import Grid, Paragraph

_SMALL = 120  # pixels under which a picture is an icon
_NAMED = 3  # addresses that a message names
_ORNAMENT = re.compile(r"logo|icon|qr|ewm|banner|button|btn|bg|share|weixin|wechat|spacer|blank|\.svg", re.IGNORECASE)
_REFRESH = re.compile(r"url\s*=\s*['\"]?([^'\"]+)", re.IGNORECASE)


def explain_missing(
    page: LexborHTMLParser, pictures: Sequence[Picture], blocks: Iterable[Paragraph | Grid], name: str
) -> tuple[str, ...]:
    """A four-part message for each place where the tables may be. Raises NoTextLayer when only pictures are left."""
    if not is_report("".join(_texts(page, blocks))):
        return ()
    elsewhere = [
        (_attached(page), "an attachment", "Fetch and read the attachment."),
        (_framed(page), "another page shown in a frame", "Fetch and read that page."),
        (_refreshed(page), "another page that this one leads to", "Fetch and read that page."),
    ]
    problems = tuple(
        str(NoTextLayer(f"no statutory table on the page, but {what}: {_listed(found)}", where=name, remedy=remedy))
        for found, what, remedy in elsewhere
        if found
    )
    sources = [source for picture in pictures if (source := _source(picture))]
    if sources and not problems:
        raise NoTextLayer(
            f"the page shows the report's tables as {len(sources)} pictures that it only links to: {_listed(sources)}",
            where=name,
            expected="tables of text",
            remedy="Fetch the pictures and read them, or ask the agency for a file with text.",
        )
    return problems


def _texts(page: LexborHTMLParser, blocks: Iterable[Paragraph | Grid]) -> Iterable[str]:
    title = page.css_first("title")
    yield title.text() if title is not None else ""
    yield from (block.text for block in blocks if isinstance(block, Paragraph))


def _attached(page: LexborHTMLParser) -> list[str]:
    pattern = page_words().attachment
    links = ((node.attributes["href"] or "", node.text(strip=True)) for node in page.css("a[href]"))
    return [text or address for address, text in links if pattern.search(address) or pattern.search(text)]


def _framed(page: LexborHTMLParser) -> list[str]:
    frames = page.css("iframe,frame,object[data],embed[src]")
    sources = (node.attributes.get("src") or node.attributes.get("data") or "" for node in frames)
    return [source for source in sources if source and not source.startswith(("about:", "javascript:"))]


def _refreshed(page: LexborHTMLParser) -> list[str]:
    contents = (node.attributes.get("content") or "" for node in page.css("meta[http-equiv='refresh' i]"))
    return [found[1] for content in contents if (found := _REFRESH.search(content))]


def _source(picture: Picture) -> str:
    """The address of a picture large enough to hold a table, "" for ornaments."""
    attributes = picture.attributes
    sizes = [int(digits[0]) for name in ("width", "height") if (digits := re.match(r"\d{1,6}", attributes.get(name) or ""))]
    source = next((attributes[name] or "" for name in SOURCES if attributes.get(name)), "")
    is_small = bool(sizes) and min(sizes) < _SMALL
    return "" if picture.is_link or is_small or _ORNAMENT.search(source) else source[:120]


def _listed(texts: list[str]) -> str:
    more = f" and {len(texts) - _NAMED} more" if len(texts) > _NAMED else ""
    return ", ".join(text[:80] for text in texts[:_NAMED]) + more
