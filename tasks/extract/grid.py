"""Lay printed cells with spans onto a grid of rows and columns, as browsers and Word do."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.printed import Grid, GridCell, Locator

MAX_SPAN = 1000


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell as the source states it, before it has a place."""

    text: str
    locator: Locator
    rowspan: int = 1
    colspan: int = 1


def lay_out(rows: list[list[Piece]]) -> Grid:
    """Rows of pieces → Grid. Spans reaching below the last row are cut; overlapping ones are noted in `repaired`."""
    taken: dict[int, int] = {}  # column → first row that is free again
    cells: list[GridCell] = []
    repaired = ""
    for number, pieces in enumerate(rows):
        column = 0
        for piece in pieces:
            while taken.get(column, 0) > number:
                column += 1
            colspan = max(1, min(piece.colspan, MAX_SPAN))
            free = 1
            while free < colspan and taken.get(column + free, 0) <= number:
                free += 1
            if free < colspan:
                repaired = f"row {number + 1}: a cell spans into another"
                colspan = free
            rowspan = max(1, min(piece.rowspan or len(rows), len(rows) - number))
            cells.append(GridCell(number, column, rowspan, colspan, piece.text, piece.locator))
            for covered in range(column, column + colspan):
                taken[covered] = number + rowspan
            column += colspan
    return Grid(tuple(cells), len(rows), max(taken, default=-1) + 1, repaired)
