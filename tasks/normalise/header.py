"""Read a table's header: which printed columns are which of the form's, and in what order they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tasks.normalise.official import Official, begins, column, is_rising
from tasks.normalise.rows import PrintedRow

_PROOF = 2  # weight of rows that prove where the columns of a page without a header stand
_STACK = 3  # rows over which a column's label may be set


@dataclass(frozen=True, slots=True)
class Header:
    """The columns that a header names: form column → (first grid column, the one behind its last).

    `order`: the form's columns as printed, when all are named, and `starts` where they begin; `others`: places and keys of
    header cells that name none of them.
    `loose`: the places are those of fields in a line, and say only in what order the columns stand.
    """

    grid: int = -1
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    others: tuple[tuple[int, str], ...] = ()
    contradicts: bool = False
    loose: bool = False
    starts: tuple[int, ...] = ()


def read_header(official: Official, rows: Sequence[PrintedRow]) -> Header | None:
    """The header in these rows of one grid (those above its figures). None when they name no column (a continued page)."""
    places: dict[str, tuple[int, int]] = {}
    stacks: dict[int, tuple[str, ...]] = {}
    others: list[tuple[int, str]] = []
    loose = bool(rows) and rows[0].loose
    for row in rows:
        for at, (cell, text) in enumerate(zip(row.fields, row.keys, strict=True)):
            if not text:
                continue
            start = at if loose else cell.column
            above = stacks.get(start, ())
            stacks[start] = (*above, text)[-_STACK:]
            name = _name(official, text, above)
            if name:
                places[name] = (start, at + 1 if loose else cell.column + cell.colspan)
            else:
                others.append((start, text))
    if not places:
        return None
    return _header(official, places, others, rows[-1].grid, loose=loose)


def carried_on(header: Header, grid: int, places: Counter[tuple[int, ...]]) -> Header:
    """The header for a grid without one: its columns stand where most rows of that grid have their figures.

    Where the rows do not say, or no whole header came before, it has no places: then order alone places, never for certain.
    """
    if header.contradicts or header.loose or not places:
        return header
    starts, weight = places.most_common(1)[0]
    if len(header.order) != len(starts):
        return header
    if starts != header.starts and (weight < _PROOF or 2 * weight <= places.total()):
        return Header(grid)
    return Header(grid, dict(zip(header.order, [(at, at + 1) for at in starts], strict=True)), header.order, starts=starts)


def _name(official: Official, text: str, above: Sequence[str]) -> str:
    """The column that a cell names, alone or together with what stands above it."""
    stacked = ["".join((*above[n:], text)) for n in range(len(above), -1, -1)]
    exact = next((name for one in stacked if (name := official.columns.get(one))), None)
    return exact or next((name for one in stacked if (name := column(official, one))), "")


def _header(
    official: Official, places: dict[str, tuple[int, int]], others: list[tuple[int, str]], grid: int, *, loose: bool
) -> Header:
    known = [name for name in official.table.columns if name in places]
    distinct = len({start for start, _ in places.values()}) == len(places)
    if len(known) == len(official.table.columns) and distinct and not loose:
        order = tuple(sorted(known, key=lambda name: places[name][0]))
        return Header(grid, places, order, tuple(others), starts=tuple([places[name][0] for name in order]))
    outer = (known[0], known[-1]) if loose else ()  # in loose text their labels stand in lines apart: their places tell nothing
    inner = [name for name in known if name not in outer]
    return Header(grid, places, (), tuple(others), contradicts=not is_rising([places[name][0] for name in inner]), loose=loose)


def answers(official: Official, texts: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether header texts name just these columns in this order; one cut off may stand for its column if another is whole."""
    if len(texts) != len(columns):
        return False
    named = [column(official, text) == name for text, name in zip(texts, columns, strict=True)]
    return any(named) and all(
        is_named or begins(official, text, name) for is_named, text, name in zip(named, texts, columns, strict=True)
    )
