"""Lay printed cells with spans onto a grid of rows and columns, as browsers and Word do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Protocol

from tasks.errors import DocumentTooLarge
from tasks.printed import Agreement, Grid, GridCell, Locator

MAX_SPAN = 1000
_WORDS = re.compile("[\u4e00-\u9fff]")
_MAX_AREA = 1_000_000  # positions that a table's cells may cover together


def _setters(kind: type) -> dict[str, Callable[[object, object], None]]:
    return {one.name: getattr(kind, one.name).__set__ for one in fields(kind)}


_new = object.__new__
_PAGE, _BOX, _PATH, _TABLE, _TABLE_ROW, _TABLE_CELL, _LINE, _FIELD = _setters(Locator).values()
_ROW, _COLUMN, _ROWSPAN, _COLSPAN, _TEXT, _PLACE, _AGREEMENT, _CONFIDENCE = _setters(GridCell).values()


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell as the source states it, before it has a place.

    A span of 0 reaches to the end: of the row group, or of the row. `is_doubtful`: the text may not be what is printed.
    """

    text: str
    locator: Locator
    rowspan: int = 1
    colspan: int = 1
    is_doubtful: bool = False


class Stated(Protocol):
    """What a source states of a cell, as `Piece` has it."""

    @property
    def text(self) -> str:
        """Its text."""

    @property
    def locator(self) -> Locator:
        """Where it stands."""

    @property
    def rowspan(self) -> int:
        """Rows it spans; 0 for all to the end of its group."""

    @property
    def colspan(self) -> int:
        """Columns it spans; 0 for all to the end of its row."""

    @property
    def is_doubtful(self) -> bool:
        """Whether the text may not be what is printed."""


def lay_out(rows: Sequence[Sequence[Stated]], groups: Sequence[int] | None = None) -> Grid:
    """Rows of pieces → Grid. `groups` numbers each row's group (thead, tbody); no span reaches beyond its group.

    Overlapping spans are noted in `repaired`. Raises DocumentTooLarge when the spans cover more than any table has.
    """
    ends = _ends(groups if groups is not None else [0] * len(rows))
    taken: dict[int, int] = {}  # column → first row that is free again, where a cell of several rows or columns reaches
    cells: list[GridCell] = []
    repaired = ""
    area = columns = 0
    wide: list[int] = []  # cells that reach to the end of their row
    for number, pieces in enumerate(rows):
        column = 0
        for piece in pieces:
            while taken and taken.get(column, 0) > number:
                column += 1
            rowspan, colspan = piece.rowspan, piece.colspan
            if rowspan != 1 or colspan != 1:
                if not colspan:
                    wide.append(len(cells))
                stated = max(1, min(colspan, MAX_SPAN))
                colspan = _free(taken, number, column, stated)
                repaired = repaired if colspan == stated else f"row {number + 1}: a cell spans into another"
                rowspan = max(1, min(rowspan or MAX_SPAN, MAX_SPAN, ends[number] - number))
                for covered in range(column, column + colspan):
                    taken[covered] = number + rowspan
            cells.append(_cell(number, column, rowspan, colspan, piece))
            column += colspan
            area += rowspan * colspan
        columns = max(columns, column)
        if area > _MAX_AREA:
            raise DocumentTooLarge("a table of too many cells", expected=f"at most {_MAX_AREA:,}", remedy="Look at it by eye.")
    for index in wide:
        cells[index] = _widened(cells[index], columns, cells[index + 1] if index + 1 < len(cells) else None)
    return Grid(tuple(cells), len(rows), columns, repaired)


def located(path: str) -> Locator:
    """The locator of an XPath, as `Locator(path=path)` makes it, in half the time."""
    locator = _new(Locator)
    _PAGE(locator, None)
    _BOX(locator, None)
    _PATH(locator, path)
    _TABLE(locator, None)
    _TABLE_ROW(locator, None)
    _TABLE_CELL(locator, None)
    _LINE(locator, None)
    _FIELD(locator, None)
    return locator


def _cell(row: int, column: int, rowspan: int, colspan: int, piece: Stated) -> GridCell:
    """A cell, made by its slots: `GridCell(…)` takes twice as long, because it is frozen, and a page has hundreds of them."""
    cell = _new(GridCell)
    _ROW(cell, row)
    _COLUMN(cell, column)
    _ROWSPAN(cell, rowspan)
    _COLSPAN(cell, colspan)
    _TEXT(cell, piece.text)
    _PLACE(cell, piece.locator)
    _AGREEMENT(cell, Agreement.DISPUTED if piece.is_doubtful else Agreement.PLAIN)
    _CONFIDENCE(cell, 1.0)
    return cell


def _ends(groups: Sequence[int]) -> list[int]:
    """For each row, the first row behind its group."""
    ends = [len(groups)] * len(groups)
    for number in range(len(groups) - 2, -1, -1):
        ends[number] = ends[number + 1] if groups[number] == groups[number + 1] else number + 1
    return ends


def _free(taken: dict[int, int], row: int, column: int, colspan: int) -> int:
    """The span that fits before the next column that a cell from above takes."""
    return next((free for free in range(1, colspan) if taken.get(column + free, 0) > row), colspan)


def _widened(cell: GridCell, columns: int, following: GridCell | None) -> GridCell:
    """A cell that means to fill its row, if it is the row's last."""
    if following is not None and following.row == cell.row:
        return cell
    span = max(1, columns - cell.column)
    return GridCell(cell.row, cell.column, cell.rowspan, span, cell.text, cell.locator, cell.agreement, cell.confidence)


def without_repeats(grid: Grid) -> Grid:
    """The grid, with what a merged header cell and its figures print in each of the columns they span made one cell again.

    Only where every figure below the repeated header, down to the next header, is repeated too: else nothing is changed.
    """
    rows: list[list[GridCell]] = [[] for _ in range(grid.rows)]
    if not any(a.text == b.text and not a.text.isascii() for a, b in pairwise(grid.cells)):
        return grid
    for cell in grid.cells:
        rows[cell.row].append(cell)
    if not any(run for row in rows for run in _repeated(row)):
        return grid
    repeats: set[tuple[int, int]] = set()  # (row, column) of cells that only repeat the one on their left
    for number, row in enumerate(rows):
        for columns in _repeated(row):
            below = list(_below(rows[number + 1 :], columns))
            if below and all(len({cell.text for cell in cells}) == 1 for cells in below):
                repeats |= {(cell.row, cell.column) for cells in (row, *below) for cell in cells if cell.column in columns[1:]}
    return replace(grid, cells=tuple(_merged(grid.cells, repeats))) if repeats else grid


def _repeated(row: Sequence[GridCell]) -> Iterator[range]:
    """The columns of each run of equal words in cells side by side."""
    start = 0
    for at in range(1, len(row) + 1):
        if at < len(row) and row[at].text == row[start].text and row[at].rowspan == row[at].colspan == 1:
            continue
        if at - start > 1 and row[start].colspan == row[start].rowspan == 1 and _WORDS.search(row[start].text):
            yield range(row[start].column, row[start].column + at - start)
        start = at


def _below(rows: Iterable[Sequence[GridCell]], columns: range) -> Iterator[list[GridCell]]:
    """The figures of each row under some columns, up to the next words there."""
    for row in rows:
        cells = [cell for cell in row if cell.column in columns]
        if len(cells) < len(columns) or any(_WORDS.search(cell.text) and not cell.text[0].isdigit() for cell in cells):
            return
        yield cells


def _merged(cells: Iterable[GridCell], repeats: set[tuple[int, int]]) -> Iterator[GridCell]:
    """The cells, each grown over the repeats on its right."""
    for cell in cells:
        if (cell.row, cell.column) not in repeats:
            width = 1
            while (cell.row, cell.column + width) in repeats:
                width += 1
            yield cell if width == 1 else replace(cell, colspan=width)
