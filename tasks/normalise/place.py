"""Find the statutory tables among the printed grids, recognise each table's edition from its labels, place every figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from expectations.form import Form, Table, load_forms
from tasks.errors import UnknownEdition
from tasks.normalise.blocks import place_blocks
from tasks.normalise.matrix import place_matrix
from tasks.normalise.placed import Placed
from tasks.normalise.rows import PrintedRow, stream
from tasks.normalise.strip import place_strip
from tasks.printed import Grid

_PLACERS: dict[str, Callable[[str, Table, str, Sequence[PrintedRow]], Placed | None]] = {
    "matrix": place_matrix,
    "blocks": place_blocks,
    "strip": place_strip,
}


def place(grids: Sequence[Grid]) -> tuple[Placed, ...]:
    """Each statutory table found, in its best-fitting edition. Raises UnknownEdition when there is none."""
    rows = [row for row in stream(grids) if row.fields]
    names = [name for form in load_forms() for name in form.tables]
    found = [placed for name in dict.fromkeys(names) if (placed := _best(name, rows)) is not None]
    if not found:
        raise UnknownEdition(
            f"none of the statutory tables in {len(grids)} printed tables",
            expected=f"the tables of {', '.join(form.authority for form in load_forms())}",
            remedy="If this is an annual report since 2019, its labels may be worded otherwise: see expectations/forms/.",
        )
    return tuple(found)


def _best(name: str, rows: Sequence[PrintedRow]) -> Placed | None:
    """The edition whose labels fit best. Editions that fit alike (table 四 is the same in both) leave it blank."""
    fits: list[Placed] = []
    for form in load_forms():
        placed = _try(form, name, rows)
        if placed is not None:
            fits.append(placed)
    if not fits:
        return None
    best = max(fits, key=lambda placed: placed.score)
    if sum(placed.score == best.score for placed in fits) > 1:
        best.edition = ""
    return best


def _try(form: Form, name: str, rows: Sequence[PrintedRow]) -> Placed | None:
    table = form.tables.get(name)
    return None if table is None else _PLACERS[table.layout](name, table, form.edition, rows)
