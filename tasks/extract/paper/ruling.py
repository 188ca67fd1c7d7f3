"""Find ruled tables among a page's lines: the lattice they draw, and its cells with their spans.

Lines may be double, dashed, made of many pieces, or not quite meet; outer sides, and the line at a page break, may be missing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tasks.extract.paper.ink import Box, Line

_NEAR = 3.0  # points within which two lines are one, and within which lines meet
_NARROW = 6.0  # points: no column of figures is narrower, so lines closer than this are a double line
_SHORT = 4.0  # points: what is shorter, once joined, is an ornament
_SIDE = 8.0  # points by which lines must reach past the last crossing line to show that a side is missing
_COVER = 0.6  # share of a cell's side that a line must cover
_MAX_LINES = 400  # joined lines a page, in either direction: more is a drawing


@dataclass(frozen=True, slots=True)
class RuledCell:
    """A cell of a lattice: its first row and column, its spans, its box."""

    row: int
    column: int
    rowspan: int
    colspan: int
    box: Box


@dataclass(frozen=True, slots=True)
class Ruled:
    """A ruled table: the edges of its columns and rows, its cells in reading order; `torn` where lines leave a cell open."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[RuledCell, ...]
    torn: bool

    @property
    def box(self) -> Box:
        """The table's outline."""
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]

    def unit(self, x: float, y: float) -> tuple[int, int] | None:
        """The (row, column) of the lattice that holds a point; None outside."""
        row, column = bisect_right(self.ys, y) - 1, bisect_right(self.xs, x) - 1
        return (row, column) if 0 <= row < len(self.ys) - 1 and 0 <= column < len(self.xs) - 1 else None


def find_ruled(level: Iterable[Line], upright: Iterable[Line], size: float) -> tuple[Ruled, ...]:
    """The ruled tables of a page whose type has a size, from top to bottom; outlines of a single cell are no tables."""
    across, down = joined(level, min(_NEAR, size / 3)), joined(upright, _NEAR)
    if len(across) > _MAX_LINES or len(down) > _MAX_LINES:
        return ()
    tables = [_lattice(*lines, size) for lines in _touching(across, down)]
    return tuple(sorted((table for table in tables if table and len(table.cells) > 1), key=lambda table: table.ys[0]))


def joined(lines: Iterable[Line], near: float) -> list[Line]:
    """Lines on one course (no further apart than `near`) made one, pieces joined; ornaments left out."""
    courses: list[list[Line]] = []
    for line in sorted(lines):
        if courses and line.at - courses[-1][0].at <= near:
            courses[-1].append(line)
        else:
            courses.append([line])
    found = []
    for course in courses:
        at = sum(line.at for line in course) / len(course)
        pieces: list[tuple[float, float]] = []
        for _, start, end in sorted(course, key=lambda line: line.start):
            if pieces and start - pieces[-1][1] <= _NEAR:
                pieces[-1] = (pieces[-1][0], max(pieces[-1][1], end))
            else:
                pieces.append((start, end))
        found += [Line(at, start, end) for start, end in pieces if end - start >= _SHORT]
    return found


def _touching(across: Sequence[Line], down: Sequence[Line]) -> list[tuple[list[Line], list[Line]]]:
    """Groups of lines that hang together."""
    group = list(range(len(across) + len(down)))

    def root(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = group[i]
        return i

    for i, a in enumerate(across):
        for j, d in enumerate(down, len(across)):
            if (
                a.start - _NEAR <= d.at <= a.end + _NEAR
                and d.start - _NEAR <= a.at <= d.end + _NEAR
                and (one := root(i)) != (other := root(j))
            ):
                group[other] = one
    found: dict[int, tuple[list[Line], list[Line]]] = {}
    for i, line in enumerate((*across, *down)):
        found.setdefault(root(i), ([], []))[i >= len(across)].append(line)
    return [lines for lines in found.values() if lines[0] and lines[1]]


def _lattice(across: list[Line], down: list[Line], size: float) -> Ruled | None:
    across, down = across + _missing(across, down), down + _missing(down, across)
    xs, ys = _edges((line.at for line in down), min(_NARROW, size)), _edges((line.at for line in across), min(_NEAR, size / 3))
    if len(xs) < 2 or len(ys) < 2:
        return None
    left = _drawn(down, xs, ys)  # [column edge][row]: is there a line
    above = _drawn(across, ys, xs)  # [row edge][column]
    return _cells(xs, ys, left, above)


def _missing(lines: Sequence[Line], crossing: Sequence[Line]) -> list[Line]:
    """The outer sides that are not drawn, where the lines across reach past the last one that is."""
    first, last = min(line.at for line in lines), max(line.at for line in lines)
    start, end = min(line.start for line in crossing), max(line.end for line in crossing)
    span = (min(line.at for line in crossing), max(line.at for line in crossing))
    sides = []
    if first - start > _SIDE:
        sides.append(Line(start, *span))
    if end - last > _SIDE:
        sides.append(Line(end, *span))
    return sides


def _edges(values: Iterable[float], near: float) -> tuple[float, ...]:
    ordered = sorted(values)
    return tuple(ordered[:1] + [b for a, b in pairwise(ordered) if b - a > near])


def _nearest(edges: Sequence[float], value: float) -> int:
    return min(range(len(edges)), key=lambda i: abs(edges[i] - value))


def _drawn(lines: Iterable[Line], own: Sequence[float], other: Sequence[float]) -> list[list[bool]]:
    covered = [[0.0] * (len(other) - 1) for _ in own]
    for line in lines:
        edge = covered[_nearest(own, line.at)]
        for i, (start, end) in enumerate(pairwise(other)):
            edge[i] += max(0.0, min(end, line.end + _NEAR) - max(start, line.start - _NEAR))
    return [
        [share >= _COVER * (end - start) for share, (start, end) in zip(edge, pairwise(other), strict=True)] for edge in covered
    ]


def _cells(xs: tuple[float, ...], ys: tuple[float, ...], left: list[list[bool]], above: list[list[bool]]) -> Ruled:
    """Units of the lattice with no line between them are one cell; where that is no rectangle, each row is its own."""
    rows, columns = len(ys) - 1, len(xs) - 1
    owner = [[-1] * columns for _ in range(rows)]
    cells: list[RuledCell] = []
    torn = False
    for row in range(rows):
        for column in range(columns):
            if owner[row][column] >= 0:
                continue
            units = _flood(row, column, owner, left, above, len(cells))
            bottom, right = max(r for r, _ in units), max(c for _, c in units)
            first = min(c for _, c in units)
            if len(units) != (bottom - row + 1) * (right - first + 1):
                torn = True
                units = _run(row, column, units)
                for r, c in set(_all(owner, len(cells))) - set(units):
                    owner[r][c] = -1
                bottom, first, right = row, column, units[-1][1]
            box = (xs[first], ys[row], xs[right + 1], ys[bottom + 1])
            cells.append(RuledCell(row, first, bottom - row + 1, right - first + 1, box))
    return Ruled(xs, ys, tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))), torn)


def _flood(
    row: int, column: int, owner: list[list[int]], left: list[list[bool]], above: list[list[bool]], number: int
) -> list[tuple[int, int]]:
    units, waiting = [], [(row, column)]
    owner[row][column] = number
    rows, columns = len(owner), len(owner[0])
    while waiting:
        r, c = waiting.pop()
        units.append((r, c))
        steps = (
            (r, c + 1, c + 1 < columns and not left[c + 1][r]),
            (r, c - 1, c > 0 and not left[c][r]),
            (r + 1, c, r + 1 < rows and not above[r + 1][c]),
            (r - 1, c, r > 0 and not above[r][c]),
        )
        for next_row, next_column, is_open in steps:
            if is_open and owner[next_row][next_column] < 0:
                owner[next_row][next_column] = number
                waiting.append((next_row, next_column))
    return units


def _run(row: int, column: int, units: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    held = set(units)
    run = []
    while (row, column) in held:
        run.append((row, column))
        column += 1
    return run


def _all(owner: Sequence[Sequence[int]], number: int) -> Iterable[tuple[int, int]]:
    return ((r, c) for r, line in enumerate(owner) for c, each in enumerate(line) if each == number)
