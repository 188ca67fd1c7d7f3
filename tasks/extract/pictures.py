"""Pictures that a page brings along (data: addresses, web archives): read by the image reader, if it is there."""

from __future__ import annotations

import base64
import binascii
import importlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import ModuleType
from urllib.parse import unquote_to_bytes

from selectolax.lexbor import LexborNode

from tasks.errors import NoTextLayer, ReadError
from tasks.extract.page_words import page_words
from tasks.extract.walked import Picture, Walked
from tasks.printed import Grid, Locator, Paragraph

Block = Paragraph | Grid
_LEAST = 1000  # bytes under which a picture is an icon
_WORDS = 5  # texts in a picture from which it may be a table
_DATA = re.compile(r"data:image/[\w.+-]+((?:;[\w=-]+)*?)(;base64)?,(.*)", re.IGNORECASE | re.DOTALL)
SOURCES = ("src", "data-src", "data-original", "data-lazy-src", "_src", "oldsrc")


def read_pictures(
    walked: Walked, blocks: Sequence[Block], archived: Mapping[str, bytes], name: str
) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The page's blocks with what its own pictures print, each where it stands; and messages on pictures not to be read.

    Beside text of the article's own, only a picture's tables are read. Raises what the image reader raises (a ReadError)
    when the page has nothing else to read.
    """
    own = [(picture, data) for picture in walked.pictures if len(data := _bytes(picture.attributes, archived)) >= _LEAST]
    reader = _reader() if own else None
    if reader is None:
        return tuple(blocks), ()
    has_tables = any(isinstance(block, Grid) for block in blocks)
    has_text = has_tables or any(_is_heading(block) for block in blocks)
    read: list[Block] = list(blocks)
    problems: list[str] = []
    for picture, data in reversed(own):
        try:
            printed = reader.read(data, name).blocks
        except ReadError as error:
            if not has_tables:
                raise
            problems.insert(0, str(error))
            continue
        found = [_at(block, picture.path) for block in printed if isinstance(block, Grid) or not has_text]
        at = _place(walked, read, picture)
        if at is None:
            continue
        if has_text and not found and len(printed) >= _WORDS:
            problems.insert(0, _unread(printed, picture, name))
        read[at:at] = found
    return tuple(read), tuple(problems)


def _unread(printed: Sequence[Block], picture: Picture, name: str) -> str:
    """A message on a picture with words in which no table was found, while the page lacks one."""
    words = ", ".join(block.text[:20] for block in printed[:_WORDS] if isinstance(block, Paragraph))
    problem = f"no table found in the picture at {picture.path}, which shows: {words}"
    remedy = "If it is one of the report's tables, read it by eye, or ask the agency for a file with text."
    return str(NoTextLayer(problem, where=name, expected="tables with their lines drawn", remedy=remedy))


def linked_pictures(walked: Walked, blocks: Sequence[Block], archived: Mapping[str, bytes]) -> list[Picture]:
    """Pictures behind the article's first heading, and before its end, that the page only links to."""
    start = next((number for number, block in enumerate(blocks) if _is_heading(block)), 0)
    linked = [picture for picture in walked.pictures if picture.before is not None and not _bytes(picture.attributes, archived)]
    return [picture for picture in linked if start < (_place(walked, blocks, picture) or 0) < len(blocks)]


def _place(walked: Walked, blocks: Sequence[Block], picture: Picture) -> int | None:
    """Where among the article's blocks a picture stands; None when it stands behind the article, or before it."""
    if picture.before is None:
        return len(blocks)
    if not blocks:
        return 0
    numbers = {id(block): number for number, block in enumerate(walked.blocks)}
    places = [numbers.get(id(block), -1) for block in blocks]
    if max(places) < 0:
        return len(blocks)
    at = next((at for at, number in enumerate(places) if number >= picture.before), len(blocks))
    return None if picture.before > max(places) + 1 else at


def _is_heading(block: Block) -> bool:
    return isinstance(block, Paragraph) and bool(page_words().heading.match(block.text))


def reread_picture(node: LexborNode, archived: Mapping[str, bytes], locator: Locator) -> str:
    """The text in a box of a picture of the page."""
    reader = _reader()
    data = _bytes(node.attributes, archived)
    return str(reader.reread(data, replace(locator, path=None))) if reader is not None and data else ""


def _reader() -> ModuleType | None:
    """The image reader; None where it is not built in."""
    try:
        return importlib.import_module("tasks.extract.image")
    except ModuleNotFoundError:
        return None


def _bytes(attributes: Mapping[str, str | None], archived: Mapping[str, bytes]) -> bytes:
    for source in (attributes.get(name) or "" for name in SOURCES):
        if source in archived:
            return archived[source]
        found = _DATA.fullmatch(source.strip())
        if found is None:
            continue
        try:
            return base64.b64decode("".join(found[3].split()), validate=False) if found[2] else unquote_to_bytes(found[3])
        except (binascii.Error, ValueError):
            continue
    return b""


def _at(block: Block, path: str) -> Block:
    """The block, its locators leading to the picture first."""
    if isinstance(block, Paragraph):
        return replace(block, locator=replace(block.locator, path=path))
    return replace(block, cells=tuple(replace(cell, locator=replace(cell.locator, path=path)) for cell in block.cells))
