"""Place table 二: small blocks, each with a header of its own; the edition shows in the headers' wording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tasks.normalise.columns import behind_label
from tasks.normalise.header import answers
from tasks.normalise.official import SURE, Official, column, find, fit, is_rising
from tasks.normalise.placed import Placed, take
from tasks.normalise.rows import Kind, PrintedRow
from tasks.printed import GridCell

_STRAY = 3  # rows after a header beyond which a row of no block is another table's


@dataclass(frozen=True, slots=True)
class _Head:
    """A block's header: the keys and places of its cells behind the corner, and the grid they stand in."""

    grid: int
    texts: tuple[str, ...]
    places: tuple[int, ...]
    loose: bool


def place_blocks(official: Official, rows: Sequence[PrintedRow], claimed: set[int]) -> Placed | None:
    """The table's figures as this edition lays them out, or None when none of its headers is printed."""
    placed = Placed(official.name, official.edition)
    heads: list[_Head] = []
    stray, blocks = 0, 0
    for n, whole in enumerate(rows):
        if n in claimed:
            heads, blocks = [], 0
            continue
        if not heads and whole.has_figures:
            continue
        parts = list(_parts(official, whole, blocks))
        found = [head for part in parts if (head := _head(official, part)) is not None]
        if found:
            heads, stray, blocks = found, 0, len(found)
            placed.score += sum(fit(official, text) for head in heads for text in head.texts)
            placed.rows.add(n)
            continue
        if not heads:
            continue
        for at, part in enumerate(parts):
            head = heads[min(at, len(heads) - 1)]
            if _place_row(placed, official, part, head):
                placed.rows.add(n)
                stray = 0
            elif part.has_figures and part.words and _is_near(part, head) and stray < _STRAY:
                placed.unplaced(part, "a row of the form under this header", official.labels)
        stray += 1
    return placed if placed.score or placed.cells else None


def _is_near(row: PrintedRow, head: _Head) -> bool:
    """Whether a row that is none of the form's stands in the header's own grid and prints as many figures."""
    return row.grid == head.grid and len([kind for kind in row.kinds[row.start :] if kind]) <= len(head.texts)


def _parts(official: Official, row: PrintedRow, blocks: int) -> Iterator[PrintedRow]:
    """A row of blocks set side by side, cut before each label; any other row whole."""
    cuts: list[int] = []
    if row.keys.count(official.corner) > 1:
        cuts = [n for n, text in enumerate(row.keys) if text == official.corner]
    elif blocks > 1:
        cuts = [n for n, text in enumerate(row.keys) if text in official.exact]
    if len(cuts) < 2:
        yield row
        return
    for first, last in zip(cuts, [*cuts[1:], len(row.fields)], strict=True):
        fields, keys, kinds = row.fields[first:last], row.keys[first:last], row.kinds[first:last]
        yield PrintedRow(fields, keys, kinds, (), row.grid, row.number, row.loose, row.sound)


def _head(official: Official, row: PrintedRow) -> _Head | None:
    """The header that a row is: it begins with the corner's words or names a column, and prints no figure."""
    if Kind.VALUE in row.kinds or Kind.SIGNS in row.kinds or not row.words:
        return None
    at = row.keys.index(official.corner) if official.corner in row.keys else None
    if at is None:
        named = [n for n, text in enumerate(row.keys) if text in official.columns]
        if not named or any(text in official.exact for text in row.keys):
            return None
        at = next((n for n, text in enumerate(row.keys) if text), 0) - 1
    cells = [(text, cell.column) for text, cell in zip(row.keys[at + 1 :], row.fields[at + 1 :], strict=True) if text]
    return _Head(row.grid, tuple([text for text, _ in cells]), tuple([place for _, place in cells]), row.loose)


def _place_row(placed: Placed, official: Official, row: PrintedRow, head: _Head) -> bool:
    found = find(official, row.words)
    if not found.matches or found.matches[0][1] < SURE or (len(found.matches) > 1 and found.matches[1][1] >= SURE):
        return False
    number, _ = found.matches[0]
    name = official.rows[number]
    columns = official.table.columns_of(name)
    start = behind_label(row, found.words)
    taken = _by_header(official, row, start, columns, head) or _by_order(official, row, start, columns, head)
    if taken is None:
        if row.has_figures:
            placed.score -= 0.5
            placed.unplaced(row, f"{len(columns)} figures after the label, under the header", official.labels)
        return True
    cells, clear = taken
    for own, cell in zip(columns, cells, strict=True):
        placed.put(name, [own], [cell], sure=clear and not row.cut and not _may_lack_point(official, own, cell))
    return True


def _may_lack_point(official: Official, column: str, cell: GridCell) -> bool:
    """Whether a decimal point may have been lost: a recogniser can miss it in a picture and be sure of every digit."""
    return cell.confidence < 1 and official.table.columns[column].value == "decimal"


def _by_header(
    official: Official, row: PrintedRow, start: int, columns: Sequence[str], head: _Head
) -> tuple[tuple[GridCell, ...], bool] | None:
    """The cells under the row's own columns, wherever they stand; nothing but blanks may stand under others."""
    if row.loose or head.loose or row.grid != head.grid:
        return None
    named = {column(official, text): place for text, place in zip(head.texts, head.places, strict=True)}
    begins = {cell.column: cell for cell in row.fields[start:]}
    cells = tuple([begins[named[name]] for name in columns if name in named and named[name] in begins])
    if len(cells) != len(columns):
        return None
    others = [kind for cell, kind in zip(row.fields[start:], row.kinds[start:], strict=True) if cell not in cells]
    is_blank = all(kind == Kind.BLANK for kind in others)
    in_order = is_rising([named[name] for name in columns])
    return (cells, row.sound and in_order) if is_blank and len(named) == len(head.texts) else None


def _by_order(
    official: Official, row: PrintedRow, start: int, columns: Sequence[str], head: _Head
) -> tuple[tuple[GridCell, ...], bool] | None:
    taken = take(row, len(columns), start)
    if taken is None:
        return None
    cells, clear = taken
    if answers(official, head.texts, columns):
        return cells, clear
    named = [name for text in head.texts if (name := column(official, text))]
    in_order = [name for name in columns if name in named]
    if [name for name in named if name in columns] != in_order or len(named) != len(in_order):
        return None  # the header names other columns, or these in another order
    return cells, False
