"""Pictures pasted into a document or packed into a zip: scanned pages, read by the image reader where it is installed."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import ModuleType

from tasks.errors import DamagedDocument, GoujiError, NoTextLayer, ReadError
from tasks.extract.word_tables import Block, Picture
from tasks.printed import Grid, Locator, Paragraph, Printed

_LEAST = 3000  # bytes under which a picture is an icon
_MAX_PICTURES = 100
_ENOUGH = 30  # characters of text from which a document without tables is still worth handing on


def image_reader() -> ModuleType | None:
    """The module that reads pictures, if this gouji has it."""
    try:
        return importlib.import_module("tasks.extract.image")
    except ImportError:
        return None


def read_pictures(blocks: Sequence[Block], member: Callable[[str], bytes], name: str, document: Printed) -> Printed:
    """`document` with its blocks. Pictures are read in their place when no table stands beside them (tables were scanned).

    Locators of what a picture prints: its `path` in the package, page and box. Raises NoTextLayer when there is nothing else.
    """
    own = tuple(block for block in blocks if not isinstance(block, Picture))
    if any(isinstance(block, Grid) for block in own):
        return replace(document, blocks=own)
    found: list[Paragraph | Grid] = []
    problems: list[str] = []
    count = 0
    for block in blocks:
        if not isinstance(block, Picture):
            found.append(block)
            continue
        count += 1
        if count <= _MAX_PICTURES:
            try:
                found += read_picture(member(block.part), block.part)
            except ReadError as error:
                problems.append(str(type(error)(error.found, where=error.where or block.part, remedy=error.remedy)))
    if problems and len(found) == len(own) and sum(len(block.text) for block in own if isinstance(block, Paragraph)) < _ENOUGH:
        raise NoTextLayer(
            f"{count} pictures and no text ({problems[0]})",
            where=name,
            expected="a document with text, or pictures of its pages and the extra for them",
            remedy='Install it (pip install "gouji[ocr]"), or ask the agency for a file with text.',
        )
    if count > _MAX_PICTURES:
        problems.append(f"{name}: {count} pictures. Expected at most {_MAX_PICTURES}. Split the file.")
    return replace(document, blocks=tuple(found), problems=(*document.problems, *problems))


def read_picture(data: bytes, part: str) -> list[Paragraph | Grid]:
    """What one picture prints, its locators naming it; nothing for an icon. Raises what the image reader raises."""
    if len(data) < _LEAST:
        return []
    reader = image_reader()
    if reader is None:
        raise NoTextLayer("a picture, which is not read here", where=part, remedy='Install the extra: pip install "gouji[ocr]".')
    try:
        return [_at(block, part) for block in reader.read(data, part).blocks]
    except GoujiError:
        raise
    except Exception as error:
        problem = f"the picture is broken inside ({type(error).__name__}: {error})"
        raise DamagedDocument(problem, where=part, remedy="Open it and save it anew.") from error


def reread_picture(member: Callable[[str], bytes], locator: Locator) -> str:
    """The text in a box of a picture in the package; blank without the image reader."""
    reader = image_reader()
    if reader is None or locator.path is None:
        return ""
    return str(reader.reread(member(locator.path), replace(locator, path=None)))


def _at(block: Paragraph | Grid, part: str) -> Paragraph | Grid:
    if isinstance(block, Paragraph):
        return replace(block, locator=replace(block.locator, path=part))
    return replace(block, cells=tuple(replace(cell, locator=replace(cell.locator, path=part)) for cell in block.cells))
