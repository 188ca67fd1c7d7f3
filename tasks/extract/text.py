"""Read plain text, as page-text dumps leave reports: tables as lines of tabs, pipes or spaced numbers between paragraphs."""

from __future__ import annotations

import re

from tasks.errors import DamagedDocument
from tasks.extract.sniff import decode
from tasks.extract.version import READER_VERSION
from tasks.printed import Grid, GridCell, Locator, Paragraph, Printed

_NUMBER = re.compile(r"[-+]?[\d０-９][\d０-９,，.]*")
_LEAST = 3  # numbers at a line's end from which it is a row of a table
_RULE = re.compile(r"^[\s|:+-]*$")


def read(data: bytes) -> Printed:
    """Text bytes → Printed. Grids of tab or space separated lines are `loose`: their fields may have slipped sideways."""
    text = decode(data)
    if text is None:
        raise DamagedDocument("text in no known encoding", expected="UTF-8 or GB18030", remedy="Save the file again as UTF-8.")
    blocks: list[Paragraph | Grid] = []
    rows: list[tuple[int, list[str]]] = []
    pipes = False
    for number, line in enumerate(text.splitlines(), start=1):
        fields = _fields(line)
        if fields is None and line.strip():
            _flush(rows, blocks, loose=not pipes)
            blocks.append(Paragraph(line.strip(), Locator(line=number)))
        elif fields:
            pipes = line.lstrip().startswith("|")
            rows.append((number, fields))
    _flush(rows, blocks, loose=not pipes)
    return Printed(tuple(blocks), (), "text", READER_VERSION, "text/plain")


def _fields(line: str) -> list[str] | None:
    """The fields of a line of a table; [] for a blank line or a drawn rule; None for prose."""
    if _RULE.match(line) and "\t" not in line:
        return []
    if line.strip().startswith("|") and line.count("|") > 1:
        return [field.strip() for field in line.strip().strip("|").split("|")]
    if "\t" in line.strip("\n"):
        return [field.strip() for field in line.split("\t")]
    return _spaced(line)


def _spaced(line: str) -> list[str] | None:
    """A label and the numbers that end the line, set apart by spaces; None when they are too few."""
    words = line.split()
    count = next((n for n, word in enumerate(reversed(words)) if not _NUMBER.fullmatch(word)), len(words))
    if count < _LEAST:
        return None
    return [" ".join(words[: len(words) - count]), *words[len(words) - count :]]


def _flush(rows: list[tuple[int, list[str]]], blocks: list[Paragraph | Grid], *, loose: bool) -> None:
    if not rows:
        return
    width = max(len(fields) for _, fields in rows)
    cells = tuple(
        GridCell(index, column, 1, 1, field, Locator(line=number, column=column))
        for index, (number, fields) in enumerate(rows)
        for column, field in enumerate(fields)
    )
    blocks.append(Grid(cells, len(rows), width, loose=loose))
    rows.clear()
