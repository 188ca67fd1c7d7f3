"""Printed grids as one stream of rows, over all pages and fragments, each field with its key and its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from tasks.normalise.labels import key
from tasks.normalise.values import is_value
from tasks.printed import Grid, GridCell

_WORDS = re.compile(r"[\u3400-\u9fff\u2e80-\u2fdf\u3220-\u3243]")  # a label is in words
_NOTE = re.compile(r"(.{2,}?)[（(][^（）()]{6,}[)）]", re.DOTALL)  # an agency's own explanation behind a label
_PAGE = 3  # fields of a page number with its dashes
_PROSE = 300  # characters from which a cell holds text and no label


class Kind(IntEnum):
    """What a field may be: nothing, a figure, a label, or signs that are neither."""

    BLANK = 0
    VALUE = 1
    WORDS = 2
    SIGNS = 3


@dataclass(slots=True)
class PrintedRow:
    """One printed row. `fields` begin in it, left to right, with their keys and kinds; `start` is the first figure's place.

    `sound`: the grid needed no mending. `cut`: the row is put together from both sides of a page break. `above`: the keys of
    cells that span into it from the rows above, from left to right. `words`: the keys of the fields before the first figure.
    """

    fields: tuple[GridCell, ...]
    keys: tuple[str, ...]
    kinds: tuple[Kind, ...]
    above: tuple[str, ...]
    grid: int
    number: int
    loose: bool
    sound: bool
    cut: bool = False
    start: int = 0
    words: tuple[str, ...] = ()
    has_figures: bool = False

    def __post_init__(self) -> None:
        self.start = start = _first_figure(self.kinds, loose=self.loose)
        self.words = tuple([label for label in self.keys[:start] if label]) if start else ()
        self.has_figures = any(self.kinds[start:])

    @property
    def values(self) -> tuple[GridCell, ...]:
        """The fields from the first figure's place on, blanks included."""
        return self.fields[self.start :]

    @property
    def text(self) -> str:
        """What the row prints, shortened, for messages."""
        return " | ".join(cell.text.replace("\n", "") for cell in self.fields if cell.text.strip())[:80]


def stream(grids: Sequence[Grid]) -> list[PrintedRow]:
    """The rows of all grids in reading order, without page numbers."""
    rows = ((grid, row) for number, grid in enumerate(grids) for row in _rows(grid, number))
    return [row for grid, row in rows if row.fields and not _is_page_number(grid, row)]


@lru_cache(maxsize=16384)
def look(text: str) -> tuple[str, Kind]:
    """A field's key and kind."""
    if len(text) > _PROSE:
        return "", Kind.WORDS
    if not text or text.isspace():
        return "", Kind.BLANK
    if is_value(text):
        return key(text), Kind.VALUE
    if not _WORDS.search(text):
        return key(text), Kind.SIGNS
    note = _NOTE.fullmatch(text.strip()) if len(text) > 8 else None
    return key(note[1] if note else text), Kind.WORDS


def joined(row: PrintedRow, fields: tuple[GridCell, ...]) -> PrintedRow:
    """The row with these fields, put together from both sides of a page break: no sound row."""
    looks = [look(cell.text) for cell in fields]
    keys, kinds = tuple([one[0] for one in looks]), tuple([one[1] for one in looks])
    return PrintedRow(fields, keys, kinds, row.above, row.grid, row.number, row.loose, sound=False, cut=True)


def _is_page_number(grid: Grid, row: PrintedRow) -> bool:
    """ "- 3 -" between tables, which a reader by position may take for a row."""
    return grid.rows == 1 and grid.loose and len(row.fields) <= _PAGE and Kind.WORDS not in row.kinds


def _first_figure(kinds: Sequence[Kind], *, loose: bool) -> int:
    """Where the figures begin: behind the last words of the label. A value before words is a number or a group's leftover."""
    if Kind.WORDS not in kinds:
        return 0
    last, behind = -1, -1  # the last words so far; those before the sign or figure just passed
    passed = False
    for n, kind in enumerate(kinds):
        if kind == Kind.WORDS:
            last, passed = n, False
        elif kind and not loose:
            if passed:
                return behind + 1
            behind, passed = last, True
    return (behind if passed else last) + 1


def _rows(grid: Grid, number: int) -> Iterator[PrintedRow]:
    begins: list[list[GridCell]] = [[] for _ in range(grid.rows)]
    spans: dict[int, list[str]] = {}
    for cell in grid.cells:
        begins[cell.row].append(cell)
        if cell.rowspan > 1 and (above := look(cell.text)[0]):
            for row in range(cell.row + 1, min(cell.row + cell.rowspan, grid.rows)):
                spans.setdefault(row, []).append(above)
    sound = not grid.repaired
    for row, cells in enumerate(begins):
        looks = [look(cell.text) for cell in cells]
        keys, kinds = tuple([one[0] for one in looks]), tuple([one[1] for one in looks])
        yield PrintedRow(tuple(cells), keys, kinds, tuple(spans.get(row, ())), number, row, grid.loose, sound)
