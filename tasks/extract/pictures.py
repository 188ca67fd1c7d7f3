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

from tasks.extract.walked import Picture
from tasks.printed import Grid, Locator, Paragraph

Block = Paragraph | Grid
_LEAST = 3000  # bytes under which a picture is an icon
_DATA = re.compile(r"data:image/[\w.+-]+((?:;[\w=-]+)*?)(;base64)?,(.*)", re.IGNORECASE | re.DOTALL)
SOURCES = ("src", "data-src", "data-original", "data-lazy-src", "_src", "oldsrc")


def read_pictures(pictures: Sequence[Picture], archived: Mapping[str, bytes], name: str) -> tuple[Block, ...]:
    """What the page's own pictures print, in page order. Raises what the image reader raises (a ReadError)."""
    own = [(picture, data) for picture in pictures if len(data := _bytes(picture.attributes, archived)) >= _LEAST]
    reader = _reader() if own else None
    if reader is None:
        return ()
    blocks: list[Block] = []
    for picture, data in own:
        blocks += [_at(block, picture.path) for block in reader.read(data, name).blocks]
    return tuple(blocks)


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
