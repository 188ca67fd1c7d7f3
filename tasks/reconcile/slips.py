"""Slips that move several figures at once: one cell too far, or a run of figures one row or column too far.

Each is a guess of a known shape, kept only if it makes every equation that it touches, and the whole cluster, hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from expectations.form import Table, load_forms, split_address
from tasks.reconcile.equations import PREVIOUS
from tasks.reconcile.system import Constraint, System, satisfied, touching
from tasks.records import Number, Suspect

BLOCK = "shifted_block"
_SHAPES = ("neighbour_column", "neighbour_row", BLOCK)


def slips(system: System, cluster: tuple[Constraint, ...]) -> tuple[Suspect, ...]:
    """The slips that explain the cluster, the simplest shape first."""
    found: dict[frozenset[tuple[str, Number]], str] = {}
    for prefix, name in sorted({_table_of(address) for constraint in cluster for address in constraint.signs}):
        table = _form_table(system, prefix, name)
        for shape, lines in _lines(table, prefix + name):
            for places in lines:
                for change in _moves(system, places):
                    is_mended = satisfied(system, change, [*cluster, *touching(system, change)])
                    if is_mended:
                        shape_here = shape if len(change) == 2 else BLOCK
                        found.setdefault(frozenset(change.items()), shape_here)
        for change in _row_moves(system, table, prefix + name):
            if satisfied(system, change, [*cluster, *touching(system, change)]):
                found.setdefault(frozenset(change.items()), BLOCK)
    suspects = [Suspect(tuple(sorted(change)), shape) for change, shape in found.items()]
    return tuple(sorted(suspects, key=lambda each: (_SHAPES.index(each.cause), len(each.cells), each.cells)))


def _table_of(address: str) -> tuple[str, str]:
    prefix = PREVIOUS if address.startswith(PREVIOUS) else ""
    return prefix, split_address(address.removeprefix(prefix))[0]


def _form_table(system: System, prefix: str, name: str) -> Table:
    """The edition of a table that has all the rows that were read."""
    rows = {split_address(a.removeprefix(prefix))[1] for a in system.cells if _table_of(a) == (prefix, name)}
    tables = [form.tables[name] for form in reversed(load_forms()) if name in form.tables]
    return next((table for table in tables if rows <= {leaf.key for leaf in table.leaves()}), tables[0])


def _lines(table: Table, name: str) -> Iterator[tuple[str, list[list[str]]]]:
    """The rows (a figure may slip into the next column) and the columns (into the next row) of a table, as addresses."""
    leaves = [leaf.key for leaf in table.leaves()]
    yield "neighbour_column", [[f"{name}.{row}.{column}" for column in table.columns] for row in leaves]
    yield "neighbour_row", [[f"{name}.{row}.{column}" for row in leaves] for column in table.columns]


def _moves(system: System, places: Sequence[str]) -> Iterator[dict[str, Number]]:
    """Every way in which a run of figures of one line may stand one place too far, the place that it left holding 0."""
    cells = [system.cells.get(place) for place in places]
    printed = [cell.value if cell else None for cell in cells]
    for start in range(len(places)):
        for end in range(start + 1, len(places)):
            run = printed[start : end + 1]
            if None in run:
                break
            for moved in (_back(run), _forth(run)):
                change = {
                    place: value for place, now, value in zip(places[start : end + 1], run, moved, strict=True) if now != value
                }
                if len(change) >= 2 and change.keys() >= {places[start], places[end]}:
                    yield change


def _back(run: Sequence[Number | None]) -> list[Number]:
    """The run one place earlier, if its first place was left 0."""
    known = [value or 0 for value in run]
    return [*known[1:], 0] if known[0] == 0 else known


def _forth(run: Sequence[Number | None]) -> list[Number]:
    known = [value or 0 for value in run]
    return [0, *known[:-1]] if known[-1] == 0 else known


def _row_moves(system: System, table: Table, name: str) -> Iterator[dict[str, Number]]:
    """Every way in which a run of whole rows may stand one row too far, the row that they left holding 0."""
    leaves = [leaf.key for leaf in table.leaves()]
    lines = [[system.cells.get(f"{name}.{row}.{column}") for column in table.columns] for row in leaves]
    for start in range(len(leaves)):
        for end in range(start + 1, len(leaves)):
            block = [[cell.value if cell else None for cell in line] for line in lines[start : end + 1]]
            if any(value is None for line in block for value in line):
                break
            for vacated, moved in ((block[0], [*block[1:], block[0]]), (block[-1], [block[-1], *block[:-1]])):
                if any(vacated):
                    continue
                change = {
                    f"{name}.{row}.{column}": value
                    for row, before, after in zip(leaves[start : end + 1], block, moved, strict=True)
                    for column, was, value in zip(table.columns, before, after, strict=True)
                    if was != value and value is not None
                }
                if len(change) > 2:
                    yield change
