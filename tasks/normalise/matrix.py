"""Place table 三 (rows × columns): rows by aligned labels, columns by the printed header or by order after the label."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.form import Table
from tasks.normalise.align import SURE, align
from tasks.normalise.header import Header, read_header
from tasks.normalise.placed import Placed, take
from tasks.normalise.rows import PrintedRow
from tasks.printed import GridCell

_LEAST = 0.5  # share of the form's rows that must be found for the table to be there at all


def place_matrix(name: str, table: Table, edition: str, rows: Sequence[PrintedRow]) -> Placed | None:
    """The table's figures as this edition lays them out, or None when the table is not printed.

    A second copy of the table must print the same; where it does not, no figure of either is certain.
    """
    leaves = table.leaves()
    usable = _joined(rows)
    pairs = align(usable, leaves)
    if len(pairs) < _LEAST * len(leaves):
        return None
    placed = Placed(name, edition, score=sum(score for *_, score in pairs) - 0.5 * (len(leaves) - len(pairs)))
    taken = {i: (leaves[j].key, score) for i, j, score in pairs}
    first, last = pairs[0][0], pairs[-1][0]
    header = Header()
    for i in range(first, last + 1):
        row = usable[i]
        header = read_header(row.grid, table, usable[: last + 1]) or header
        if i in taken:
            key, score = taken[i]
            _place_row(placed, row, key, table, header, sure=score >= SURE)
        elif row.has_figures and len(row.values) >= len(table.columns):
            placed.unplaced(row, "a row of the form, in its order")
    for others in (usable[:first], usable[last + 1 :]):
        copy = place_matrix(name, table, edition, others) if len(others) >= _LEAST * len(leaves) else None
        if copy is not None:
            placed.compare(copy)
    return placed


def _place_row(placed: Placed, row: PrintedRow, key: str, table: Table, header: Header, *, sure: bool) -> None:
    columns = header.order or tuple(table.columns)
    by_header = _by_header(row, header)
    if by_header is not None:
        placed.put(key, columns, by_header, sure=sure and row.sound)
        return
    by_order = take(row, len(columns))
    if by_order is None or header.contradicts:
        if row.has_figures:
            placed.unplaced(row, f"{len(columns)} figures after the label, in the order of the header")
        return
    cells, clear = by_order
    placed.put(key, columns, cells, sure=sure and clear)


def _by_header(row: PrintedRow, header: Header) -> tuple[GridCell, ...] | None:
    """The cells that begin in the header's columns, one each; None when the row does not follow its header."""
    if row.loose or not header.starts or row.grid != header.grid:
        return None
    begins = {cell.column: cell for cell in row.fields}
    cells = tuple(begins[column] for column in header.starts if column in begins)
    beyond = [cell for cell in row.fields if cell.column > header.starts[0] and cell not in cells and cell.text.strip()]
    return cells if len(cells) == len(header.starts) and not beyond else None


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
