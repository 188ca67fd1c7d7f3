"""Place table 三 (rows × columns): rows by aligned labels, columns by the printed header or by order after the label."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from expectations.form import Table
from tasks.normalise.align import SURE, align
from tasks.normalise.labels import likeness
from tasks.normalise.placed import Placed, take
from tasks.normalise.rows import PrintedRow
from tasks.records import GridCell

_HEADER = 0.8  # likeness from which a header cell names a column
_LEAST = 0.5  # share of the form's rows that must be found for the table to be there at all


def place_matrix(name: str, table: Table, edition: str, rows: Sequence[PrintedRow]) -> Placed | None:
    """The table's figures as this edition lays them out, or None when the table is not printed."""
    leaves, columns = table.leaves(), tuple(table.columns)
    usable = _joined(rows)
    pairs = align(usable, leaves)
    if len(pairs) < _LEAST * len(leaves):
        return None
    placed = Placed(name, edition, score=sum(score for *_, score in pairs) - 0.5 * (len(leaves) - len(pairs)))
    taken = {i: (leaves[j].key, score) for i, j, score in pairs}
    header: dict[int, tuple[int, ...]] = {}
    for i in range(pairs[0][0], pairs[-1][0] + 1):
        row = usable[i]
        header.setdefault(row.grid, _header(row.grid, table, usable))
        if i in taken:
            key, score = taken[i]
            _place_row(placed, row, key, columns, header[row.grid], sure=score >= SURE)
        elif row.has_figures and len(row.values) >= len(columns):
            placed.unplaced(row, "a row of the form, in its order")
    return placed


def _place_row(placed: Placed, row: PrintedRow, key: str, columns: Sequence[str], header: tuple[int, ...], *, sure: bool) -> None:
    by_header = _by_header(row, header)
    if by_header is not None:
        placed.put(key, columns, by_header, sure=sure and row.sound)
        return
    by_order = take(row, len(columns))
    if by_order is None:
        if row.has_figures:
            placed.unplaced(row, f"{len(columns)} figures after the label")
        return
    cells, clear = by_order
    placed.put(key, columns, cells, sure=sure and clear)


def _by_header(row: PrintedRow, header: tuple[int, ...]) -> tuple[GridCell, ...] | None:
    """The cells that begin in the header's columns, one each; None when the row does not follow its header."""
    if row.loose or not header:
        return None
    begins = {cell.column: cell for cell in row.fields}
    cells = tuple(begins[column] for column in header if column in begins)
    beyond = [cell for cell in row.fields if cell.column > header[0] and cell not in cells and cell.text.strip()]
    return cells if len(cells) == len(header) and not beyond else None


def _header(grid: int, table: Table, rows: Sequence[PrintedRow]) -> tuple[int, ...]:
    """The columns in which the header of a grid names the form's columns, left to right; () when it does not name all."""
    named: dict[str, int] = {}
    for row in rows:
        if row.grid != grid or row.loose:
            continue
        if row.has_figures:
            break
        for cell in row.fields:
            for key, column in table.columns.items():
                if key not in named and any(
                    likeness(cell.text, wording) >= _HEADER for wording in (column.label, *column.aliases)
                ):
                    named[key] = cell.column
    starts = tuple(named.get(key, -1) for key in table.columns)
    in_order = all(a < b for a, b in pairwise(starts))
    return starts if in_order and starts[0] >= 0 else ()


def _joined(rows: Sequence[PrintedRow]) -> list[PrintedRow]:
    """Rows, with a label cut from its figures by a page break put back together (then the row is not sound)."""
    joined: list[PrintedRow] = []
    for row in rows:
        last = joined[-1] if joined else None
        cut = last is not None and last.grid != row.grid and last.labels and not last.has_figures
        if cut and last is not None and not row.labels and row.has_figures:
            fields = (*last.labels, *row.fields)
            joined[-1] = PrintedRow(fields, last.groups, row.grid, row.grid_columns, row.loose, sound=False)
        else:
            joined.append(row)
    return joined
