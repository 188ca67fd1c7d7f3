"""Find the statutory tables among the printed grids, recognise each table's edition from its labels, place every figure."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.form import load_forms
from tasks.errors import UnknownEdition
from tasks.normalise.blocks import place_blocks
from tasks.normalise.matrix import place_matrix
from tasks.normalise.official import Official, officials
from tasks.normalise.placed import Placed
from tasks.normalise.rows import PrintedRow, stream
from tasks.normalise.strip import place_strip
from tasks.printed import Grid

_ORDER = ("matrix", "strip", "blocks")  # the tables with most rows of their own first: the rows they take are no other's


def place(grids: Sequence[Grid]) -> tuple[Placed, ...]:
    """Each statutory table found, in its best-fitting edition. Raises UnknownEdition when there is none."""
    rows = stream(grids)
    claimed: set[int] = set()
    found: dict[str, Placed] = {}
    for layout in _ORDER:
        for name in _tables(layout):
            placed = _best(name, rows, claimed)
            if placed is not None:
                found[name] = placed
                claimed |= placed.rows
    if not found:
        raise UnknownEdition(
            f"none of the statutory tables in {len(grids)} printed tables",
            expected=f"the tables of {', '.join(form.authority for form in load_forms())}",
            remedy="If this is an annual report since 2019, its labels may be worded otherwise: see expectations/forms/.",
        )
    return tuple([found[name] for name in dict.fromkeys(name for form in load_forms() for name in form.tables) if name in found])


def _tables(layout: str) -> list[str]:
    names = [name for form in load_forms() for name, table in form.tables.items() if table.layout == layout]
    return list(dict.fromkeys(names))


def _best(name: str, rows: Sequence[PrintedRow], claimed: set[int]) -> Placed | None:
    """The edition whose labels fit best. Where two fit alike the edition is blank, as it is where both print the same table."""
    fits = [placed for official in officials(name) if (placed := _try(official, rows, claimed)) is not None]
    best = max(fits, key=lambda placed: placed.score, default=None)
    if best is not None and sum(placed.score == best.score for placed in fits) > 1:
        best.edition = ""
    return best


def _try(official: Official, rows: Sequence[PrintedRow], claimed: set[int]) -> Placed | None:
    if official.table.layout == "blocks":
        return place_blocks(official, rows, claimed)
    if official.table.layout == "strip":
        return place_strip(official, rows, claimed)
    copies = place_matrix(official, rows)
    best = max(copies, key=lambda placed: placed.score, default=None)
    for copy in copies:
        if best is not None and copy is not best:
            best.compare(copy)
            best.rows |= copy.rows
    return best
