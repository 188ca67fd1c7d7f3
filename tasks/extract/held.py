"""Articles that a page does not show as it stands but holds as text: in scripts, templates, text areas, escaped markup."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tasks.extract.markup import TEXT, parse, resolve, xpath
from tasks.extract.page_words import is_statutory
from tasks.extract.scripts import held_markup

PREFIX = "script!"
_MARKUP_TYPES = re.compile(r"text/(?:x-)?(?:html|template|tmpl|handlebars|jsrender|xml|plain)|.*template", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_CELL = re.compile(r"<t[dh]\b", re.IGNORECASE)
_ROW = re.compile(r"\s*<(?:tr|td|th|tbody|thead)\b", re.IGNORECASE)
_NO_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_PROSE = 60  # characters from which markup beside the tables is part of the article
_LARGEST = 8_000_000  # characters of held text that are looked at


def held_pieces(page: LexborHTMLParser) -> list[tuple[str, str]]:
    """(prefix of the locators, markup) of each held piece of an article, in page order; none unless one has statutory tables."""
    pieces = [(f"{PREFIX}{xpath(node)}!{number}!", markup) for node in _holders(page) for number, markup in _pieces(node)]
    if not any(is_statutory(markup) for _, markup in pieces):
        return []
    kept: dict[str, str] = {}
    for prefix, markup in pieces:
        if is_statutory(markup) or _CELL.search(markup) or len(re.sub(r"<[^>]*>", "", markup)) >= _PROSE:
            kept.setdefault(markup, prefix)
    return [(prefix, markup) for markup, prefix in kept.items()]


def held_piece(page: LexborHTMLParser, path: str, number: int) -> str:
    """The piece of markup that a holder holds, or "" when there is none."""
    found = resolve(page.root, path) if page.root is not None else None
    return dict(_pieces(found[0][-1])).get(number, "") if found else ""


def parse_piece(markup: str) -> LexborHTMLParser:
    """The tree of a held piece; rows or cells without their table get one."""
    if _ROW.match(markup) and not _NO_TABLE.search(markup.partition("</t")[0]):
        markup = f"<table>{markup}</table>"
    return parse(markup)


def _holders(page: LexborHTMLParser) -> Iterator[LexborNode]:
    yield from page.css("script,template,noscript,textarea,xmp,input[type=hidden]")
    if page.root is not None:
        for node in page.root.traverse(include_text=True):
            if node.tag == TEXT and "<td" in (node.text_content or ""):
                parent = node.parent
                if parent is not None and parent.tag not in ("script", "textarea", "xmp", "style", "template"):
                    yield parent


def _pieces(node: LexborNode) -> Iterator[tuple[int, str]]:
    """The node's pieces of markup, numbered from 1."""
    if node.tag in ("template", "noscript"):
        texts = [(node.html or "").partition(">")[2]]
    elif node.tag == "input":
        texts = [node.attributes.get("value") or ""]
    elif node.tag != "script":
        texts = [_unescaped(node.text())]
    else:
        source = node.text()[:_LARGEST]
        kind = (node.attributes.get("type") or "").strip()
        if "<![CDATA[" in source and not kind.lower().endswith("javascript"):
            texts = _CDATA.findall(source)
        elif _MARKUP_TYPES.fullmatch(kind):
            texts = [_unescaped(source)]
        else:
            texts = held_markup(source)
    yield from enumerate(texts, start=1)


def _unescaped(text: str) -> str:
    return html.unescape(text) if "&lt;" in text and not _CELL.search(text) else text
