"""Read plain text, as page dumps, converters and browsers leave reports: tables as rows of fields, paragraphs between.

Fields parted by drawn lines or commas stand in columns; those parted by tabs or spaces may have slipped (`Grid.loose`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tasks.errors import DamagedDocument, DocumentTooLarge
from tasks.extract.encodings import decode
from tasks.extract.page_words import is_statutory
from tasks.extract.text_lines import Kind, Line, split_lines
from tasks.extract.text_rows import put_together
from tasks.extract.version import READER_VERSION
from tasks.printed import Grid, GridCell, Locator, Paragraph, Printed

Block = Paragraph | Grid
MAX_LINES = 50_000


def read(data: bytes) -> Printed:
    """Text bytes → Printed. Lines are numbered from 1, a line's fields from 0. Raises DamagedDocument, DocumentTooLarge."""
    return Printed(tuple(_blocks(_numbered(_text(data)))), (), "text", READER_VERSION, "text/plain")


def reread(data: bytes, locator: Locator) -> str:
    """The text that stands where a locator of `read` leads; "" where nothing does."""
    return _standing(_blocks(_numbered(_text(data))), locator)


def read_typed(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """A page's paragraphs read as lines of text, for tables that are typed with spaces; as they were if there are none."""
    lines: list[tuple[str, Locator]] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            rows = enumerate(block.text.split("\n"), start=1)
            lines += [(text, replace(block.locator, line=number)) for number, text in rows]
    typed = [block for block in _blocks(lines) if isinstance(block, Grid)]
    if not any(is_statutory("".join(cell.text for cell in grid.cells)) for grid in typed):
        return tuple(blocks)
    return (*blocks, *typed)


def reread_typed(text: str, locator: Locator) -> str:
    """The field of a paragraph that a locator of `read_typed` leads to."""
    lines = [(line, replace(locator, line=number, column=None)) for number, line in enumerate(text.split("\n"), start=1)]
    cells = {field.locator: field.text for line in split_lines(lines) for field in line.fields}
    return cells.get(locator, "") or next((line for line, at in lines if at == locator), "")


def _text(data: bytes) -> str:
    text = decode(data)
    if text is None:
        raise DamagedDocument("text in no known encoding", expected="UTF-8 or GB18030", remedy="Save the file again as UTF-8.")
    return text


def _numbered(text: str) -> list[tuple[str, Locator]]:
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        raise DocumentTooLarge(
            f"{len(lines):,} lines", expected=f"at most {MAX_LINES:,}", remedy="Cut the file down to the report."
        )
    return [(line, Locator(line=number)) for number, line in enumerate(lines, start=1)]


def _standing(blocks: Sequence[Block], locator: Locator) -> str:
    for block in blocks:
        for printed in (block,) if isinstance(block, Paragraph) else block.cells:
            if printed.locator == locator:
                return printed.text
    return ""


def _blocks(lines: Sequence[tuple[str, Locator]]) -> list[Block]:
    blocks: list[Block] = []
    rows: list[Line] = []
    for line in put_together(split_lines(lines)):
        if line.kind is Kind.ROW:
            rows.append(line)
        elif line.kind in (Kind.SINGLE, Kind.PROSE, Kind.WEAK, Kind.HEAD):
            blocks += _grid(rows)
            rows = []
            blocks.append(Paragraph(line.text, line.locator))
    return blocks + _grid(rows)


def _grid(rows: Sequence[Line]) -> list[Grid]:
    """The rows as a grid; none for none. Columns mean something only where every row is drawn with as many fields."""
    if not rows:
        return []
    width = max(len(row.fields) for row in rows)
    cells = tuple(
        GridCell(number, column, 1, 1, field.text, field.locator)
        for number, row in enumerate(rows)
        for column, field in enumerate(row.fields)
    )
    is_ragged = any(len(row.fields) != width for row in rows)
    return [Grid(cells, len(rows), width, loose=is_ragged or not all(row.is_drawn for row in rows))]
