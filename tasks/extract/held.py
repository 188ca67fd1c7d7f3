"""Articles that a page does not show as it stands but holds as text: in scripts, templates, text areas, attributes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tasks.extract.markup import TEXT, parse, resolve, xpath
from tasks.extract.page_words import is_statutory
from tasks.extract.scripts import held_markup, markup_in

PREFIX = "script!"
_MARKUP_TYPES = re.compile(r"text/(?:x-)?(?:html|template|tmpl|handlebars|jsrender|xml|plain)|.*template", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_CELL = re.compile(r"<t[dh]\b", re.IGNORECASE)
_ROW = re.compile(r"\s*<(?:tr|td|th|tbody|thead)\b", re.IGNORECASE)
_NO_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_PROSE = 60  # characters from which markup beside the tables is part of the article
_HOLDERS = frozenset(("script", "textarea", "xmp", "style", "template", "img"))  # whose text and attributes are no markup beside
_LEAST = 100  # characters of an attribute that holds markup
_LARGEST = 8_000_000  # characters of held text that are looked at


def held_pieces(page: LexborHTMLParser) -> list[tuple[str, str]]:
    """(prefix of the locators, markup) of each held piece of an article, in page order; none unless one has statutory tables."""
    pieces = [(f"{PREFIX}{path}!{number}!", markup) for path, texts in _holders(page) for number, markup in enumerate(texts, 1)]
    if not any(is_statutory(markup) for _, markup in pieces):
        return []
    kept: dict[str, str] = {}
    for prefix, markup in pieces:
        if is_statutory(markup) or _CELL.search(markup) or len(re.sub(r"<[^>]*>", "", markup)) >= _PROSE:
            kept.setdefault(markup, prefix)
    return [(prefix, markup) for markup, prefix in kept.items()]


def held_piece(page: LexborHTMLParser, path: str, number: int) -> str:
    """The piece of markup that an element or an attribute of it holds, or "" when there is none."""
    place, _, name = path.partition("/@")
    found = resolve(page.root, place) if page.root is not None else None
    if not found:
        return ""
    node = found[0][-1]
    return dict(enumerate(markup_in(node.attributes.get(name) or "") if name else _pieces(node), 1)).get(number, "")


def parse_piece(markup: str) -> LexborHTMLParser:
    """The tree of a held piece; rows or cells without their table get one."""
    if _ROW.match(markup) and not _NO_TABLE.search(markup.partition("</t")[0]):
        markup = f"<table>{markup}</table>"
    return parse(markup)


def _holders(page: LexborHTMLParser) -> Iterator[tuple[str, Sequence[str]]]:
    """The paths of elements and attributes that may hold markup, with what they hold."""
    for node in page.css("script,template,noscript,textarea,xmp"):
        yield xpath(node), _pieces(node)
    if page.root is None:
        return
    for node in page.root.traverse(include_text=True):
        if node.tag == TEXT:
            parent = node.parent
            if parent is not None and parent.tag not in _HOLDERS and "<td" in (node.text_content or ""):
                yield xpath(parent), _pieces(parent)
        elif node.tag not in _HOLDERS:
            for name, value in node.attributes.items():
                if value is not None and len(value) >= _LEAST:
                    yield f"{xpath(node)}/@{name}", markup_in(value)


def _pieces(node: LexborNode) -> Sequence[str]:
    """The node's pieces of markup."""
    if node.tag in ("template", "noscript"):
        return [(node.html or "").partition(">")[2]]
    if node.tag != "script":
        return [_unescaped(node.text())]
    source = node.text()[:_LARGEST]
    kind = (node.attributes.get("type") or "").strip()
    if "<![CDATA[" in source and not kind.lower().endswith("javascript"):
        return _CDATA.findall(source)
    return [_unescaped(source)] if _MARKUP_TYPES.fullmatch(kind) else held_markup(source)


def _unescaped(text: str) -> str:
    return html.unescape(text) if "&lt;" in text and not _CELL.search(text) else text
