"""Lay printed cells with spans onto a grid of rows and columns, as browsers and Word do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tasks.errors import DocumentTooLarge
from tasks.printed import Agreement, Grid, GridCell, Locator

MAX_SPAN = 1000
_MAX_AREA = 1_000_000  # positions that a table's cells may cover together


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
    taken: dict[int, int] = {}  # column → first row that is free again
    cells: list[GridCell] = []
    repaired = ""
    area = 0
    wide: list[int] = []  # cells that reach to the end of their row
    for number, pieces in enumerate(rows):
        column = 0
        for piece in pieces:
            while taken.get(column, 0) > number:
                column += 1
            if not piece.colspan:
                wide.append(len(cells))
            colspan = max(1, min(piece.colspan, MAX_SPAN))
            if colspan > 1:
                stated, colspan = colspan, _free(taken, number, column, colspan)
                repaired = repaired if colspan == stated else f"row {number + 1}: a cell spans into another"
            rowspan = max(1, min(piece.rowspan or MAX_SPAN, MAX_SPAN, ends[number] - number))
            agreement = Agreement.DISPUTED if piece.is_doubtful else Agreement.PLAIN
            cells.append(GridCell(number, column, rowspan, colspan, piece.text, piece.locator, agreement))
            for covered in range(column, column + colspan):
                taken[covered] = number + rowspan
            column += colspan
            area += rowspan * colspan
        if area > _MAX_AREA:
            raise DocumentTooLarge("a table of too many cells", expected=f"at most {_MAX_AREA:,}", remedy="Look at it by eye.")
    columns = max(taken, default=-1) + 1
    for index in wide:
        cells[index] = _widened(cells[index], columns, cells[index + 1] if index + 1 < len(cells) else None)
    return Grid(tuple(cells), len(rows), columns, repaired)


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
