"""Place table 四: one printed row of figures, under 行政复议 and the two kinds of 行政诉讼."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from expectations.form import Table
from tasks.normalise.labels import key
from tasks.normalise.placed import Placed, take
from tasks.normalise.rows import PrintedRow
from tasks.records import GridCell


def place_strip(name: str, table: Table, edition: str, rows: Sequence[PrintedRow]) -> Placed | None:
    """The figures of the first row below the table's header that prints as many as the form has; None without a header."""
    start = next((i for i, row in enumerate(rows) if _is_header(row, table)), None)
    if start is None:
        return None
    keys = table.keys()
    placed = Placed(name, edition)
    candidates = [row for row in rows[start:] if not row.labels]
    for row in islice((row for row in candidates if row.has_figures), 1):
        cells = take(row, len(keys))
        if cells is None:
            placed.unplaced(row, f"{len(keys)} figures in one row")
            return placed
        _put(placed, table, cells)
        return placed
    for row in candidates:
        cells = take(row, len(keys))
        if cells is not None and not row.loose:
            _put(placed, table, cells)
            return placed
    return None


def _put(placed: Placed, table: Table, taken: tuple[tuple[GridCell, ...], bool]) -> None:
    cells, sure = taken
    width = len(table.columns)
    for number, row in enumerate(table.rows):
        placed.put(row, tuple(table.columns), cells[number * width : (number + 1) * width], sure=sure)


def _is_header(row: PrintedRow, table: Table) -> bool:
    """A row that names the first group and prints no figure."""
    first = key(next(iter(table.rows.values())).label)
    return not row.has_figures and any(key(cell.text) == first for cell in row.fields)
