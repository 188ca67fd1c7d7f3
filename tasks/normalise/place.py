"""Find the statutory tables among the printed grids, recognise each table's edition from its labels, place every figure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from expectations.form import load_forms
from tasks.errors import UnknownEdition
from tasks.normalise.blocks import place_blocks
from tasks.normalise.cuts import mend
from tasks.normalise.matrix import find_copies, place_matrix
from tasks.normalise.official import Official, officials
from tasks.normalise.placed import Placed
from tasks.normalise.rows import PrintedRow, stream
from tasks.normalise.strip import place_strip
from tasks.printed import Grid

_ORDER = ("matrix", "strip", "blocks")  # the tables with most rows of their own first: the rows they take are no other's


def read_rows(grids: Sequence[Grid]) -> list[PrintedRow]:
    """The rows of all grids as one stream, those cut by a page break put together."""
    return mend(stream(grids), [official for name in _tables() for official in officials(name)])


def find_sets(rows: Sequence[PrintedRow]) -> list[tuple[int, int]]:
    """For each printed copy of the main table (rows × columns), the first and the last grid (numbers) it stands in."""
    name = next(name for name, layout in _tables().items() if layout == "matrix")
    return find_copies(officials(name)[0], rows)


def place(rows: Sequence[PrintedRow]) -> tuple[Placed, ...]:
    """Each statutory table found, in its best-fitting edition. Raises UnknownEdition when there is none."""
    tables = _tables()
    claimed: set[int] = set()
    found: dict[str, Placed] = {}
    for name in sorted(tables, key=lambda name: _ORDER.index(tables[name])):
        placed = _best(officials(name), rows, claimed)
        if placed is not None:
            found[name] = placed
            claimed |= placed.rows
    if not found:
        raise UnknownEdition(
            f"none of the statutory tables in {len({row.grid for row in rows})} printed tables",
            expected=f"the tables of {', '.join(form.authority for form in load_forms())}",
            remedy="If this is an annual report since 2019, its labels may be worded otherwise: see expectations/forms/.",
        )
    return tuple([found[name] for name in tables if name in found])


@cache
def _tables() -> dict[str, str]:
    """The tables of all forms, in their order, with their layouts."""
    return {name: table.layout for form in load_forms() for name, table in form.tables.items()}


def _best(editions: Sequence[Official], rows: Sequence[PrintedRow], claimed: set[int]) -> Placed | None:
    """The table in the edition that fits best. Where two fit alike it is blank, as it is where both print the same table."""
    layout = editions[0].table.layout
    if layout == "matrix":
        return _first_copy(place_matrix(editions, rows))
    placer = place_blocks if layout == "blocks" else place_strip
    fits = [placed for official in editions if (placed := placer(official, rows, claimed)) is not None]
    best = max(fits, key=lambda placed: placed.score, default=None)
    if best is not None and sum(placed.score == best.score for placed in fits) > 1:
        best.edition = ""
    return best


def _first_copy(copies: Sequence[Placed]) -> Placed | None:
    """The copy that fits best; every other one must print the same, or no figure that differs is certain."""
    best = max(copies, key=lambda placed: placed.score, default=None)
    for copy in copies:
        if best is not None and copy is not best:
            best.compare(copy)
            best.rows |= copy.rows
    return best
