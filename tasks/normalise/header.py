"""Read the header of table 三: which printed columns are which of the form's, and in what order they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from expectations.form import Table
from tasks.normalise.labels import likeness
from tasks.normalise.rows import PrintedRow

_NAMES = 0.8  # likeness from which a header cell names a column


@dataclass(frozen=True, slots=True)
class Header:
    """The form's columns in printed order with the grid columns they begin in; empty when the header does not name them all.

    `contradicts`: it names only some, and those stand in another order than the form's, so that order alone places nothing.
    """

    grid: int = -1
    order: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()
    contradicts: bool = False


def read_header(grid: int, table: Table, rows: Sequence[PrintedRow]) -> Header | None:
    """The header rows of one grid: those before its first figures. None when they name no column (a continued page)."""
    named: dict[str, int] = {}
    for row in rows:
        if row.grid != grid:
            continue
        if row.has_figures:
            break
        for position, cell in enumerate(row.fields):
            for key, column in table.columns.items():
                if key not in named and any(
                    likeness(cell.text, wording) >= _NAMES for wording in (column.label, *column.aliases)
                ):
                    named[key] = position if row.loose else cell.column
    if not named:
        return None
    is_loose = any(row.loose for row in rows if row.grid == grid)
    if len(named) == len(table.columns) and len(set(named.values())) == len(named) and not is_loose:
        order = tuple(sorted(named, key=lambda key: named[key]))
        return Header(grid, order, tuple(named[key] for key in order))
    inner = [key for key in table.columns if key in named and not (is_loose and key in _outer(table))]
    return Header(grid, contradicts=not all(named[a] < named[b] for a, b in pairwise(inner)))


def _outer(table: Table) -> tuple[str, ...]:
    """The first and the last column: in loose text their labels stand in lines apart, so their places tell nothing."""
    keys = tuple(table.columns)
    return keys[0], keys[-1]
