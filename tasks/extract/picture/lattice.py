"""From drawn lines to tables: which lines make one table, where its rows and columns divide, and which cells are merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np

from tasks.extract.picture.ink import Grey
from tasks.extract.picture.rules import Stroke, coverage, paper_beside, ridges, strokes

Box = tuple[float, float, float, float]

_NEAR = 9.0  # pixels within which two lines are one
_TOUCH = 12.0  # pixels within which lines meet
_LEAST_DRAWN = 40.0  # pixels that a dividing line must run altogether
_OVERHANG = 16.0  # pixels by which lines run on beyond the last line across them: a side is open there
_SHORT_WINDOW = 5  # pixels: for the look at each single edge
_PLAY = 4
_UNCLEAR = 0.5  # share of cells with a doubtful edge from which the whole table is doubtful
_FREE = 0.7  # share of an edge with paper on its better side from which it is a rule
_DRAWN, _ABSENT = 0.75, 0.35  # shares of an edge that must show for it to be drawn, and below which it is not there
_UNBROKEN, _LONG = 0.95, 60  # share, pixels: so straight and long that it is a rule whatever is printed beside it
_JOIN = 7  # pixels from a crossing in which a rule has no gap
_GAP_GREY = 225  # grey values above are a gap


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell of a table before it is read: its place, spans, box on the straight page, and whether its edges are all clear."""

    row: int
    column: int
    rowspan: int
    colspan: int
    box: Box
    is_clear: bool


@dataclass(slots=True)
class Lattice:
    """A table's dividing lines, in pixels of the straight page, and its cells."""

    xs: list[float]
    ys: list[float]
    slots: list[Slot] = field(default_factory=list)
    repaired: str = ""

    @property
    def box(self) -> Box:
        """The table's outer edges."""
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]


class _Edges:
    """A look at single edges of cells, level ones in a page, upright ones in the page transposed."""

    def __init__(self, grey: Grey, *, touched: bool) -> None:
        """`touched`: print may touch a line on one side (level ones, in dense rows)."""
        self._grey, self._mask = grey, ridges(grey, _SHORT_WINDOW, one_sided=touched)
        self._smooth = cv2.blur(grey, (3, 1))

    def drawn(self, at: float, start: float, end: float) -> float:
        """1 where the line between two cells is drawn, 0 where it is not, something between where that is not clear."""
        seen = coverage(self._mask, at, start + 3, end - 3, _PLAY)
        if not seen.size:
            return 0.0
        share = float(seen.mean())
        if share <= _DRAWN:
            return 0.0 if share <= _ABSENT else 0.4
        free = max(paper_beside(self._grey, Stroke(start + 5, end - 5, at, 0.0)))
        is_rule = free >= _FREE or (share >= _UNBROKEN and seen.size >= _LONG)
        ends = self._meets(at, start, 1) + self._meets(at, end, -1)
        if is_rule and ends == 2:
            return 1.0
        return 0.6 if is_rule and ends == 1 else 0.4

    def _meets(self, at: float, place: float, direction: int) -> bool:
        """Whether the line joins the one across it without a gap, as a rule does and a character's stroke does not."""
        along = np.clip(round(place) + direction * np.arange(_JOIN), 0, self._grey.shape[1] - 1)
        across = np.clip(round(at) + np.arange(-_PLAY, _PLAY + 1), 0, self._grey.shape[0] - 1)
        return bool((self._smooth[np.ix_(across, along)] < _GAP_GREY).all(axis=1).any())


def find_tables(grey: Grey) -> list[Lattice]:
    """The ruled tables of a straight page, top to bottom."""
    level, upright = strokes(grey)
    across, down = _Edges(grey, touched=True), _Edges(np.ascontiguousarray(grey.T), touched=False)
    found = []
    for rows, columns in _groups(level, upright):
        lattice = _lattice(rows, columns)
        if lattice is not None and _prune(lattice, across, down):
            _fill(lattice, across, down)
            if len(lattice.slots) > 1:
                found.append(lattice)
    return sorted(found, key=lambda lattice: (lattice.ys[0], lattice.xs[0]))


def _groups(level: Sequence[Stroke], upright: Sequence[Stroke]) -> list[tuple[list[Stroke], list[Stroke]]]:
    """Lines that meet, taken together: each group of level and upright lines is one table (or an odd character)."""
    group = list(range(len(level) + len(upright)))

    def root(number: int) -> int:
        while group[number] != number:
            group[number] = group[group[number]]
            number = group[number]
        return number

    for i, row in enumerate(level):
        for j, column in enumerate(upright):
            if row.start - _TOUCH <= column.at <= row.end + _TOUCH and column.start - _TOUCH <= row.at <= column.end + _TOUCH:
                group[root(i)] = root(len(level) + j)
    members: dict[int, tuple[list[Stroke], list[Stroke]]] = {}
    for number in range(len(group)):
        rows, columns = members.setdefault(root(number), ([], []))
        if number < len(level):
            rows.append(level[number])
        else:
            columns.append(upright[number - len(level)])
    return [pair for pair in members.values() if len(pair[0]) > 1 and len(pair[1]) > 1]


def _lattice(rows: Sequence[Stroke], columns: Sequence[Stroke]) -> Lattice | None:
    width = max(stroke.end for stroke in rows) - min(stroke.start for stroke in rows)
    height = max(stroke.end for stroke in columns) - min(stroke.start for stroke in columns)
    if width < 150 or height < 30:
        return None
    ys = _merge(rows, 0.08 * width)
    xs = _merge(columns, _LEAST_DRAWN)
    if len(ys) < 1 or len(xs) < 1:
        return None
    _close(xs, rows)
    _close(ys, columns)
    return Lattice(xs, ys) if len(xs) > 1 and len(ys) > 1 else None


def _merge(found: Sequence[Stroke], least: float) -> list[float]:
    """Places of dividing lines: strokes at one place taken together, those that are too short altogether left out."""
    places: list[list[Stroke]] = []
    for stroke in sorted(found, key=lambda stroke: stroke.at):
        if places and stroke.at - _mean(places[-1]) < _NEAR:
            places[-1].append(stroke)
        else:
            places.append([stroke])
    return [_mean(group) for group in places if sum(stroke.length for stroke in group) >= least]


def _mean(group: Sequence[Stroke]) -> float:
    return float(np.average([stroke.at for stroke in group], weights=[stroke.length for stroke in group]))


def _close(places: list[float], across: Sequence[Stroke]) -> None:
    """Add an outer side that is not drawn, where several lines across it run on beyond the last one."""
    before = [stroke.start for stroke in across if stroke.start < places[0] - _OVERHANG and stroke.end > places[0]]
    after = [stroke.end for stroke in across if stroke.end > places[-1] + _OVERHANG and stroke.start < places[-1]]
    if len(before) > 1:
        places.insert(0, float(np.median(before)))
    if len(after) > 1:
        places.append(float(np.median(after)))


def _prune(lattice: Lattice, across: _Edges, down: _Edges) -> bool:
    """Drop inner lines that nowhere run along two cells (strokes of large or stacked characters); False when no cell is left."""
    while True:
        xs = [x for x in lattice.xs[1:-1] if _run(down, x, lattice.ys) >= _LEAST_DRAWN]
        ys = [y for y in lattice.ys[1:-1] if _run(across, y, lattice.xs) >= _LEAST_DRAWN]
        if len(xs) + len(ys) == len(lattice.xs) + len(lattice.ys) - 4:
            return len(lattice.xs) > 1 and len(lattice.ys) > 1
        lattice.xs[1:-1], lattice.ys[1:-1] = xs, ys


def _run(edges: _Edges, at: float, places: Sequence[float]) -> float:
    """How far a line is drawn without a break, over two cells at least (one, where there are no more), one of them clearly."""
    best = length = 0.0
    cells, clear = 0, False
    for start, end in pairwise(places):
        drawn = edges.drawn(at, start, end)
        cells, length, clear = (cells + 1, length + end - start, clear or drawn == 1.0) if drawn > 0.5 else (0, 0.0, False)
        if clear and (cells > 1 or len(places) < 4):
            best = max(best, length)
    return best


def _fill(lattice: Lattice, across: _Edges, down: _Edges) -> None:
    """Cells: neighbours without a line between them are one."""
    xs, ys = lattice.xs, lattice.ys
    rows, columns = len(ys) - 1, len(xs) - 1
    right = np.ones((rows, columns))
    below = np.ones((rows, columns))
    for row in range(rows):
        for column in range(columns):
            if column < columns - 1:
                right[row, column] = down.drawn(xs[column + 1], ys[row], ys[row + 1])
            if row < rows - 1:
                below[row, column] = across.drawn(ys[row + 1], xs[column], xs[column + 1])
    _weigh(right)
    _weigh(below.T)
    taken = np.zeros((rows, columns), bool)
    for row in range(rows):
        for column in range(columns):
            if not taken[row, column]:
                lattice.slots.append(_slot(lattice, row, column, right, below, taken))
    unclear = sum(not slot.is_clear for slot in lattice.slots)
    if unclear > _UNCLEAR * len(lattice.slots):
        lattice.repaired = f"{unclear} of {len(lattice.slots)} cells have lines around them that do not close"


def _weigh(edges: np.ndarray) -> None:
    """An edge that is not clear divides two cells only where its line is drawn clearly before and after it (down a column)."""
    for row, column in zip(*np.nonzero(edges == 0.6), strict=True):
        if not (0 < row < len(edges) - 1 and edges[row - 1, column] == edges[row + 1, column] == 1.0):
            edges[row, column] = 0.4


def _slot(lattice: Lattice, row: int, column: int, right: np.ndarray, below: np.ndarray, taken: np.ndarray) -> Slot:
    """The cell that begins here, grown right and down over lines that are not drawn; marked when that leaves a doubt."""
    rows, columns = taken.shape
    wide = 1
    while column + wide < columns and right[row, column + wide - 1] < 0.5 and not taken[row, column + wide]:
        wide += 1
    high = 1
    while row + high < rows and (below[row + high - 1, column : column + wide] < 0.5).all():
        high += 1
    inner = [
        *right[row : row + high, column : column + wide - 1].ravel(),
        *below[row : row + high - 1, column : column + wide].ravel(),
    ]
    outer = [
        *(right[row : row + high, column + wide - 1].ravel() if column + wide < columns else ()),
        *(right[row : row + high, column - 1].ravel() if column else ()),
        *(below[row + high - 1, column : column + wide].ravel() if row + high < rows else ()),
        *(below[row - 1, column : column + wide].ravel() if row else ()),
    ]
    clear = all(edge == 0.0 for edge in inner) and all(edge == 1.0 for edge in outer)
    taken[row : row + high, column : column + wide] = True
    box = (lattice.xs[column], lattice.ys[row], lattice.xs[column + wide], lattice.ys[row + high])
    return Slot(row, column, high, wide, box, clear)
