"""Place table 四: one printed row of figures, under 行政复议 and the two kinds of 行政诉讼."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.form import Table
from tasks.normalise.labels import key, likeness
from tasks.normalise.placed import Placed, take
from tasks.normalise.rows import PrintedRow
from tasks.printed import GridCell

_NAMES = 0.8  # likeness from which a header cell names a column


def place_strip(name: str, table: Table, edition: str, rows: Sequence[PrintedRow]) -> Placed | None:
    """The figures of the first row below the table's header that prints as many as the form has; None without a table.

    Loose text shreds the header, but no other table prints so many figures in a row without a label.
    """
    count = len(table.pairs())
    start = next((i for i, row in enumerate(rows) if _is_header(row, table)), None)
    below = [row for row in rows[start:] if not row.labels] if start is not None else []
    loose = [row for row in rows if row.loose and not row.labels and sum(bool(c.text.strip()) for c in row.values) == count]
    printed = next((row for row in below if row.has_figures), None)
    blank = next((row for row in below if not row.loose and take(row, count) is not None), None)
    placed = Placed(name, edition)
    for row in (printed, *loose[:1], blank):
        taken = take(row, count) if row is not None else None
        if taken is not None and row is not None and not _contradicts(rows, row, table, taken[0]):
            _put(placed, table, taken)
            return placed
    if printed is None:
        return None
    placed.unplaced(printed, f"{count} figures in one row, in the order of the header")
    return placed


def _contradicts(rows: Sequence[PrintedRow], row: PrintedRow, table: Table, cells: Sequence[GridCell]) -> bool:
    """Whether the header names another column above a figure than the form has there. Silence is no contradiction."""
    above = [
        cell for other in rows if other.grid == row.grid and not row.loose for cell in other.fields if cell.row < cells[0].row
    ]
    named = {cell.column: name for cell in above if cell.colspan == 1 for name in [_column(cell.text, table)] if name}
    official = tuple(table.columns) * len(table.rows)
    return any(named.get(cell.column, name) != name for cell, name in zip(cells, official, strict=True))


def _column(text: str, table: Table) -> str:
    scores = {
        name: max(likeness(text, wording) for wording in (column.label, *column.aliases))
        for name, column in table.columns.items()
    }
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= _NAMES else ""


def _put(placed: Placed, table: Table, taken: tuple[tuple[GridCell, ...], bool]) -> None:
    cells, sure = taken
    width = len(table.columns)
    for number, row in enumerate(table.rows):
        placed.put(row, tuple(table.columns), cells[number * width : (number + 1) * width], sure=sure)


def _is_header(row: PrintedRow, table: Table) -> bool:
    """A row that names the first group and prints no figure."""
    first = key(next(iter(table.rows.values())).label)
    return not row.has_figures and any(key(cell.text) == first for cell in row.fields)
