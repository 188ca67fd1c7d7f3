"""Place table 四: one printed row of figures under 行政复议 and the two kinds of 行政诉讼, or the same in other arrangements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tasks.normalise.labels import key
from tasks.normalise.official import Official, column
from tasks.normalise.placed import Placed, take
from tasks.normalise.rows import PrintedRow
from tasks.printed import GridCell

_LEAST = 3  # columns that a row must name to be this table's header when no group is named
_NAMED = 10  # named columns from which an order of the form's is certain
_TRUE = 3  # columns from which a group's label spans them and does not just stand above some


@dataclass(slots=True)
class _Header:
    """What stands above the figures: columns and groups by the place where they begin, with the place behind their end."""

    grid: int = -1
    columns: dict[int, tuple[str, int]] = field(default_factory=dict)
    groups: dict[int, tuple[str, int]] = field(default_factory=dict)
    stacks: dict[int, str] = field(default_factory=dict)
    known: bool = False  # it is a header of this table, however little of it is legible
    grids: int = 0  # grids since

    def column_at(self, place: int) -> str:
        """The column whose label begins right above."""
        return self.columns.get(place, ("", 0))[0]

    def group_at(self, place: int) -> str:
        """The group whose label spans the place."""
        spanning = [(end - start, name) for start, (name, end) in self.groups.items() if start <= place < end]
        return min(spanning)[1] if spanning else ""


@dataclass(slots=True)
class _Strip:
    """The table's state while its rows are read."""

    official: Official
    placed: Placed
    columns: tuple[str, ...]
    groups: dict[str, str]  # label → row
    over: frozenset[str]  # labels over several groups
    header: _Header = field(default_factory=_Header)
    group: str = ""  # the group whose rows are being read, where each column has a row


def place_strip(official: Official, rows: Sequence[PrintedRow], claimed: set[int]) -> Placed | None:
    """The table's figures; None without a table. A second row of figures must print the same as the first."""
    table = official.table
    groups = {key(row.label): name for name, row in table.rows.items()}
    over = frozenset(key(label) for label in table.header_groups)
    strip = _Strip(official, Placed(official.name, official.edition), tuple(table.columns), groups, over)
    blank: tuple[int, PrintedRow] | None = None
    for n, row in enumerate(rows):
        if n in claimed:
            strip.header = _Header()
            continue
        if row.grid != strip.header.grid and strip.header.known:
            strip.header.grids += row.grid - strip.header.grid
            strip.header.grid = row.grid
        if _read(strip, n, row):
            strip.placed.rows.add(n)
        elif strip.header.known and blank is None and not row.has_figures and not row.words:
            blank = (n, row)
    if not strip.placed.cells and blank is not None and not blank[1].loose:
        _whole(strip, blank[1])
    absent = [name for name in table.rows if not any(row == name for row, _ in strip.placed.cells)]
    if strip.placed.cells and absent:
        strip.placed.missing(table, absent)
    return strip.placed if strip.placed.cells or strip.placed.problems else None


def _read(strip: _Strip, n: int, row: PrintedRow) -> bool:
    """Take one row; whether it belongs to the table."""
    count = len(strip.columns) * len(strip.groups)
    if not row.has_figures:
        return _read_header(strip, row)
    filled = sum(map(bool, row.kinds[row.start :]))
    if row.words:
        return (strip.header.known or _is_in_group(strip, row)) and _labelled(strip, row)
    if not strip.header.known or strip.header.grids > 1:
        return row.loose and filled == count and _whole(strip, row)
    if _whole(strip, row) or _by_header(strip, row):
        return True
    if filled >= len(strip.columns) and not row.loose:
        strip.placed.unplaced(row, f"{count} figures in one row, in the order of the header")
        return True
    return False


def _is_in_group(strip: _Strip, row: PrintedRow) -> bool:
    """Whether a row's labels name both a group and a column, as where the table is set down the page."""
    return row.words[-1] in strip.official.columns and any(text in strip.groups for text in (*row.above, *row.words))


def _read_header(strip: _Strip, row: PrintedRow) -> bool:
    """Whether a row without figures is part of this table's header; what it names is kept."""
    names = [(at, cell, text) for at, (cell, text) in enumerate(zip(row.fields, row.keys, strict=True)) if text]
    groups = [text for _, _, text in names if text in strip.groups or text in strip.over]
    columns = sum(text in strip.official.columns for _, _, text in names)
    ours = bool(groups) or columns >= _LEAST
    fresh = strip.header
    if not ours and not fresh.known:
        return False
    if ours and (not fresh.known or (groups and fresh.columns)) and not _goes_on(strip, groups):
        strip.header = fresh = _Header(row.grid, known=True)
        strip.group = ""
    if row.loose:
        return ours
    for _, cell, text in names:
        _name(strip, fresh, cell, text)
    return ours


def _goes_on(strip: _Strip, groups: Sequence[str]) -> bool:
    """Whether groups named below columns still belong to the same header: it is not complete without them."""
    known = {name for name, _ in strip.header.groups.values()}
    new = {strip.groups[text] for text in groups if text in strip.groups}
    return strip.header.known and not strip.header.grids and bool(new) and not new & known and not _has_row(strip)


def _has_row(strip: _Strip) -> bool:
    return bool(strip.placed.cells)


def _name(strip: _Strip, header: _Header, cell: GridCell, text: str) -> None:
    end = cell.column + cell.colspan
    stacked = header.stacks.get(cell.column, "") + text
    header.stacks[cell.column] = stacked
    group = next((name for label, name in strip.groups.items() if text.startswith(label)), "")
    if group:
        header.groups[cell.column] = (group, end)
        text = text[len(next(label for label in strip.groups if text.startswith(label))) :]
    name = column(strip.official, text) or column(strip.official, stacked)
    if name:
        header.columns[cell.column] = (name, end)


def _whole(strip: _Strip, row: PrintedRow) -> bool:
    """A row of all the table's figures, in the form's order unless the header says otherwise."""
    names = [(group, name) for group in strip.groups.values() for name in strip.columns]
    taken = take(row, len(names))
    if taken is None:
        return False
    cells, clear = taken
    if row.loose:
        _put(strip.placed, names, cells, sure=clear)
        return True
    header = strip.header
    named = [header.column_at(cell.column) for cell in cells]
    groups = [header.group_at(cell.column) for cell in cells]
    true = {name for start, (name, end) in header.groups.items() if end - start >= _TRUE}
    fits = all(not seen or seen == name for seen, (_, name) in zip(named, names, strict=True))
    within = all(seen not in true or seen == group for seen, (group, _) in zip(groups, names, strict=True))
    order = [header.groups[start][0] for start in sorted(header.groups)]
    if not fits or not within or order != [group for group in strip.groups.values() if group in order]:
        return False
    sure = clear and (sum(map(bool, named)) >= _NAMED or len(order) == len(strip.groups)) and bool(order)
    _put(strip.placed, names, cells, sure=sure)
    return True


def _by_header(strip: _Strip, row: PrintedRow) -> bool:
    """A row of the figures of one or two groups, or in another order, where the header names group and column of each."""
    cells = [cell for cell, kind in zip(row.fields, row.kinds, strict=True) if kind]
    names = [(strip.header.group_at(cell.column), strip.header.column_at(cell.column)) for cell in cells]
    if not cells or row.loose or not all(group and name for group, name in names) or len(set(names)) != len(names):
        return False
    if any(cell.colspan > 1 and strip.header.columns[cell.column][1] < cell.column + cell.colspan for cell in cells):
        return False
    _put(strip.placed, names, cells, sure=row.sound)
    return True


def _labelled(strip: _Strip, row: PrintedRow) -> bool:
    """A row of one group's figures behind its label, or of one figure behind its group and column."""
    words = [*row.above, *row.words]
    group = next((strip.groups[text] for text in reversed(words) if text in strip.groups), "")
    named = next((name for text in reversed(row.words) if (name := column(strip.official, text))), "")
    strip.group = group or ("" if any(text in strip.over for text in row.words) else strip.group)
    if named and strip.group and (taken := take(row, 1)) is not None:
        _put(strip.placed, [(strip.group, named)], taken[0], sure=taken[1] and row.words[-1] in strip.official.columns)
        return True
    taken = take(row, len(strip.columns))
    if group and not named and taken is not None:
        order = [strip.header.column_at(cell.column) for cell in taken[0]]
        known = all(not seen or seen == name for seen, name in zip(order, strip.columns, strict=True))
        names = [(group, name) for name in (strip.columns if known else order)]
        if known or set(order) == set(strip.columns):
            _put(strip.placed, names, taken[0], sure=taken[1] and all(order))
            return True
    ours = bool(group or named)
    if ours:
        strip.placed.unplaced(row, f"{len(strip.columns)} figures of one kind, under the header")
    return ours


def _put(placed: Placed, names: Sequence[tuple[str, str]], cells: Sequence[GridCell], *, sure: bool) -> None:
    for (group, name), cell in zip(names, cells, strict=True):
        placed.put(group, [name], [cell], sure=sure)
