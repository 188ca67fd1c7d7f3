"""Read a web page: paragraphs and tables in page order, as a browser shows them, each with the XPath that leads back to it.

What a page does not show as it stands is looked for when it shows no statutory table: articles held in scripts and
templates (held.py), hidden parts, tables typed as text (text.py), pictures inside the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tasks.errors import DamagedDocument
from tasks.extract import mhtml
from tasks.extract.article import Block, article_of, is_figures
from tasks.extract.encodings import decode
from tasks.extract.held import PREFIX, held_piece, held_pieces, parse_piece
from tasks.extract.looks import Looks, looks_of
from tasks.extract.markup import TEXT, parse, resolve
from tasks.extract.missing import explain_missing
from tasks.extract.pictures import read_pictures, reread_picture
from tasks.extract.text import read_typed, reread_typed
from tasks.extract.version import READER_VERSION
from tasks.extract.walk import is_inline, walk
from tasks.extract.walked import Walked
from tasks.extract.whitespace import clean
from tasks.printed import Agreement, Locator, Paragraph, Printed

_TOP = "/html[1]"
_HELD = re.compile(re.escape(PREFIX) + r"([^!]*)!(\d+)!(.*)", re.DOTALL)
_NAMED = 5  # texts left out that a message names


def read(data: bytes, name: str = "") -> Printed:
    """HTML (or MHTML) bytes → Printed. A cell of which it is unclear what is printed is DISPUTED, in a hidden part ALONE.

    Locators are XPaths of the HTML5 tree; behind `script!PATH!N!` they are those of the N-th piece of markup held at PATH.
    Raises NoTextLayer when the report's tables are pictures that the page only links to.
    """
    text, archived = _source(data)
    page = parse(text)
    looks = looks_of(page, text)
    walked = _walk(page, looks)
    blocks = article_of(page, walked, looks.names)
    if not is_figures(blocks):
        held = _held(page)
        blocks = (*blocks, *held) if held else _hidden(page, looks) or read_typed(blocks)
    problems = _left_out(walked)
    if not is_figures(blocks):
        pictured = read_pictures(walked.pictures, archived, name)
        problems += () if pictured else explain_missing(page, walked.pictures, blocks, name)
        blocks = (*blocks, *pictured)
    return Printed(blocks, tuple(_meta(page)), "html", READER_VERSION, "text/html", problems=problems)


def reread(data: bytes, locator: Locator) -> str:
    """The text that stands where a locator of `read` leads; "" where nothing does."""
    text, archived = _source(data)
    page = parse(text)
    path = locator.path or ""
    held = _HELD.fullmatch(path)
    if held is not None:
        text = held_piece(page, held[1], int(held[2]))
        page, path = parse_piece(text), held[3]
    found = resolve(page.root, path) if page.root is not None else None
    if found is None:
        return ""
    nodes, paths = found
    if locator.box is not None:
        return reread_picture(nodes[-1], archived, locator)
    looks = looks_of(page, text)
    if nodes[-1].tag in (TEXT, "input", "textarea"):
        printed = _run(nodes, paths, looks)
        return printed if locator.line is None else reread_typed(printed, locator)
    if nodes[-1].mem_id in looks.unseen | looks.struck:
        return ""
    return walk(nodes[-1], paths[-1], looks, is_cell=True)[1]


def _source(data: bytes) -> tuple[str, dict[str, bytes]]:
    """The page's markup, and the pictures that a web archive brings along."""
    if mhtml.is_archive(data):
        return mhtml.unpack(data)
    text = decode(data)
    if text is None:
        raise DamagedDocument("text in no known encoding", expected="UTF-8 or GB18030", remedy="Save the page again as UTF-8.")
    return text, {}


def _walk(page: LexborHTMLParser, looks: Looks, prefix: str = "") -> Walked:
    return walk(page.root, _TOP, looks, prefix)[0] if page.root is not None else Walked()


def _held(page: LexborHTMLParser) -> tuple[Block, ...]:
    """The blocks of an article that the page holds as text, piece by piece."""
    blocks: list[Block] = []
    for prefix, markup in held_pieces(page):
        piece = parse_piece(markup)
        blocks += _walk(piece, looks_of(piece, markup), prefix).blocks
    return tuple(blocks) if is_figures(blocks) else ()


def _hidden(page: LexborHTMLParser, looks: Looks) -> tuple[Block, ...]:
    """The page with its hidden parts shown, if the statutory tables are there: a script may show them, so none is certain."""
    if not looks.hidden:
        return ()
    walked = _walk(page, replace(looks, hidden=set()))
    blocks = article_of(page, walked, looks.names)
    return tuple(_unsure(block) for block in blocks) if is_figures(blocks) else ()


def _unsure(block: Block) -> Block:
    if isinstance(block, Paragraph):
        return block
    return replace(block, cells=tuple(replace(cell, agreement=Agreement.ALONE) for cell in block.cells))


def _run(nodes: list[LexborNode], paths: list[str], looks: Looks) -> str:
    """The run of text that begins at the last node: found by walking the block around it."""
    around = max(number for number, node in enumerate(nodes) if node.tag != TEXT and not is_inline(node))
    walked, _ = walk(nodes[around], paths[around], looks)
    wanted = paths[-1]
    return next((block.text for block in walked.blocks if isinstance(block, Paragraph) and block.locator.path == wanted), "")


def _left_out(walked: Walked) -> tuple[str, ...]:
    """Messages on text that the page prints but that is not valid (struck out) or no part of a figure (a note's mark)."""
    problems = []
    for texts, found, expected in (
        (walked.struck, "text that is struck out", "only what is valid"),
        (walked.marks, "notes' marks set beside cells' text", "figures without marks"),
    ):
        if texts:
            named = ", ".join(f"{text[:20]!r} at {path}" for path, text in texts[:_NAMED])
            more = f" and {len(texts) - _NAMED} more" if len(texts) > _NAMED else ""
            problem = DamagedDocument(
                f"{found}: {named}{more}", expected=expected, remedy="It was left out; check the page by eye."
            )
            problems.append(str(problem))
    return tuple(problems)


def _meta(page: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    title = page.css_first("title")
    if title is not None:
        yield "title", clean(title.text())
    for element in page.css("meta[name][content]"):
        attributes = element.attributes
        name, content = attributes["name"], attributes["content"]
        if name and content:
            yield name, content.strip()
