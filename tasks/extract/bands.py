"""Find tables by position alone: lines that print figures in columns, with the labels and headers beside and above them.

No drawn line is looked at, so this is the second, independent reading of a ruled table, and the only one of an unruled.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from statistics import median, mode

from tasks.extract.layout import layout
from tasks.extract.words import TextLine, Word

_RICH = 5  # figures in a line from which it is a row of a table with columns
_SAME_ROW = 0.95  # sizes of the type within which a short line of figures is part of a row's wrapped figures
_BELOW = 2.2  # sizes of the type within which one line of a label follows another
_LARGER = 1.15  # of the rows' type: larger type above them is a heading
_HEADING_LENGTH = 8  # characters
_RUNNING = 25  # characters from which a word is a line of prose
_SUPPORT = 0.2  # share of the rows in which signs without any digit must stand to be a column: else they are label (无法提供)
_HEADER_LINES = 12

Slots = dict[int, list[Word]]  # column → its words


@dataclass(slots=True)
class BandRow:
    """A row of figures: its height on the page, the words in each column, its label, and the group labels beside it."""

    y: float
    size: float
    slots: Slots
    label: list[Word] = field(default_factory=list)
    groups: list[list[Word]] = field(default_factory=list)


@dataclass(slots=True)
class Band:
    """A table seen by position: column extents, rows, and the words of its header."""

    columns: tuple[tuple[float, float], ...]
    rows: list[BandRow]
    header: list[Word] = field(default_factory=list)
    used: set[int] = field(default_factory=set)  # numbers of the lines it is made of


def find_bands(lines: Sequence[TextLine]) -> list[Band]:
    """The tables with columns on a page, from top to bottom."""
    bands: list[Band] = []
    rich = [i for i, line in enumerate(lines) if line.figures >= _RICH]
    while rich:
        group = [rich.pop(0)]
        while rich and _goes_on(lines, group[-1], rich[0], lines[group[0]].figures):
            group.append(rich.pop(0))
        bands.append(_band(lines, group, 1 + max(bands[-1].used) if bands else 0))
        rich = [i for i in rich if i not in bands[-1].used]
    return bands


def _goes_on(lines: Sequence[TextLine], last: int, following: int, count: int) -> bool:
    """Whether two rich lines belong to one table: like many figures, and no heading or prose between."""
    few, many = sorted((count, lines[following].figures))
    if many > 1.6 * few and many - few > 3:
        return False
    size = _size(lines, [last])
    return not any(_is_apart(line, size) for line in lines[last + 1 : following])


def _is_apart(line: TextLine, size: float) -> bool:
    text = line.text.replace(" ", "")
    return len(text) >= _HEADING_LENGTH and (line.size > _LARGER * size or layout().is_heading(text))


def _band(lines: Sequence[TextLine], group: Sequence[int], free: int) -> Band:
    columns = _columns([lines[i] for i in group])
    left = columns[0][0]
    size = _size(lines, group)
    first, last = _reach(lines, group, columns, size)
    first = max(first, free)
    band = Band(columns, [], used=set(range(first, last + 1)))
    labels: list[Word] = []
    loose: list[tuple[Word, int]] = []
    for i in range(first, last + 1):
        values = [word for word in lines[i].words if word.x > left - 0.3 * size or (word.is_figure and word.x1 > left)]
        labels += [word for word in lines[i].words if word not in values]
        if i in group or (i > group[0] and any(word.is_figure for word in values) and not _is_part(lines, i, group)):
            band.rows.append(BandRow(lines[i].y, size, {}))
        loose += [(word, i) for word in values]
    for word, _ in loose:
        _put(band, word, size)
    _label(band, labels, size)
    return band


def _size(lines: Sequence[TextLine], group: Sequence[int]) -> float:
    """The size of a table's type: as its Chinese words have it, for a figure's box tells less."""
    around = lines[max(0, group[0] - _HEADER_LINES) : group[-1] + 1]
    sizes = [word.size for line in around for word in line.words if word.is_chinese and len(word.text) < _RUNNING]
    return median(sizes or [lines[i].size for i in group])


def _columns(rows: Sequence[TextLine]) -> tuple[tuple[float, float], ...]:
    """The extents of the columns: figures that stand above each other; where wide ones bridge two, by count in full rows."""
    counts = [row.figures for row in rows]
    figures = [list(row.words[len(row.words) - count :]) for row, count in zip(rows, counts, strict=True)]
    found: list[list[Word]] = []
    reach = 0.0
    for word in sorted((word for row in figures for word in row), key=lambda word: word.x0):
        if found and word.x0 < reach:
            found[-1].append(word)
        else:
            found.append([word])
            reach = 0.0
        reach = max(reach, word.x1)
    found = [column for column in found if len(column) >= _SUPPORT * len(rows) or any(word.has_digit for word in column)]
    if len(found) >= max(counts) - 1:
        return tuple((min(word.x0 for word in column), max(word.x1 for word in column)) for column in found)
    usual = max(count for count in counts if counts.count(count) >= max(1, len(counts) // 4))
    full = [row for row in figures if len(row) == usual]
    return tuple((min(row[k].x0 for row in full), max(row[k].x1 for row in full)) for k in range(usual))


def _is_part(lines: Sequence[TextLine], i: int, group: Sequence[int]) -> bool:
    """Whether a line of few figures is a wrapped part of a neighbouring row."""
    return any(abs(lines[i].y - lines[row].y) < _SAME_ROW * lines[row].size for row in group)


def _reach(
    lines: Sequence[TextLine], group: Sequence[int], columns: Sequence[tuple[float, float]], size: float
) -> tuple[int, int]:
    """First and last line of the table: its header above, wrapped parts, labels and sparse rows below."""
    first = group[0]
    while first > 0 and group[0] - first < _HEADER_LINES and not _is_apart(lines[first - 1], size):
        if lines[first].y - lines[first - 1].y > 4 * size or _is_prose(lines[first - 1], columns):
            break
        first -= 1
    last = group[-1]
    while last + 1 < len(lines) and not _is_apart(lines[last + 1], size):
        line = lines[last + 1]
        if line.y - lines[last].y > _BELOW * size or _is_prose(line, columns):
            break
        last += 1
    return first, last


def _is_prose(line: TextLine, columns: Sequence[tuple[float, float]]) -> bool:
    """A line of text running on over several columns."""
    return any(word.x0 < columns[0][0] and word.x1 > columns[len(columns) // 2][1] and len(word.text) > 12 for word in line.words)


def _put(band: Band, word: Word, size: float) -> None:
    """Give a word right of the labels to its row and column; above the first row it is the header's."""
    row = _nearest_row(band.rows, word.y)
    if abs(row.y - word.y) > (1.6 if word.is_figure else _SAME_ROW) * size or (row is band.rows[0] and _above(row, word, size)):
        band.header.append(word)
        return
    row.slots.setdefault(nearest_column(band.columns, word), []).append(word)


def _nearest_row(rows: Sequence[BandRow], y: float) -> BandRow:
    after = bisect_left(rows, y, key=lambda row: row.y)
    return min(rows[max(0, after - 1) : after + 1], key=lambda row: abs(row.y - y))


def _above(row: BandRow, word: Word, size: float) -> bool:
    return not word.is_figure and word.y < row.y - 0.4 * size


def nearest_column(columns: Sequence[tuple[float, float]], word: Word) -> int:
    """The column whose extent a word overlaps most, else the nearest."""
    best, least = 0, inf
    for k, (x0, x1) in enumerate(columns):
        overlap = min(x1, word.x1) - max(x0, word.x0)
        distance = -overlap if overlap > 0 else min(abs(word.x - x0), abs(word.x - x1))
        if distance < least:
            best, least = k, distance
    return best


def _label(band: Band, labels: Iterable[Word], size: float) -> None:
    """Give each row its label: words that reach into the last label column, a line with an enumerator beginning a new one."""
    words = sorted(labels, key=lambda word: (round(word.y / (0.45 * size)), word.x0))
    edge = _leaf_edge(words)
    blocks: list[list[Word]] = []
    rest: list[Word] = []
    for word in words:
        is_leaf = word.x1 > edge + 1.2 * size or word.x0 >= edge - 0.5 * size
        if not is_leaf or _is_left_of_another(word, words, size):
            rest.append(word)
        elif layout().begins_label(word.text) or not blocks:
            blocks.append([word])
        elif _goes_below(word, blocks[-1], band.rows, size):
            blocks[-1].append(word)
        elif any(abs(row.y - word.y) < _SAME_ROW * size for row in band.rows):
            blocks.append([word])
        else:
            rest.append(word)
    _match(band, blocks, size)
    for run in _runs(rest, size):
        middle = (run[0].top + run[-1].bottom) / 2
        if _is_blank_row(band, run, middle, size):
            band.rows.insert(sum(row.y < middle for row in band.rows), BandRow(middle, size, {}, run))
        elif band.rows and middle > band.rows[0].y - 2 * size:
            _give(min(band.rows, key=lambda row: abs(row.y - middle)), run, size)
        else:
            band.header += run


def _is_left_of_another(word: Word, words: Sequence[Word], size: float) -> bool:
    """Whether another word of label begins a row right of this one: then this one is of a group."""
    return any(other.x0 > word.x1 and abs(other.y - word.y) < 0.8 * size and layout().begins_label(other.text) for other in words)


def _goes_below(word: Word, block: Sequence[Word], rows: Sequence[BandRow], size: float) -> bool:
    """Whether a word is the next line of a label, not the label of the next row."""
    if word.y - block[-1].y >= _BELOW * size or not _overlaps(word, block):
        return False
    own = [row for row in rows if any(abs(row.y - line.y) < 0.5 * size for line in block)]
    return not own or all(row in own or abs(row.y - word.y) >= 0.5 * size for row in rows)


def _overlaps(word: Word, block: Sequence[Word]) -> bool:
    return word.x0 < max(other.x1 for other in block) and word.x1 > min(other.x0 for other in block)


def _is_blank_row(band: Band, run: Sequence[Word], middle: float, size: float) -> bool:
    """Whether a label left of the others has a row of its own, blank throughout: a full row's height from every other."""
    if len(band.rows) < 3 or not layout().begins_label(run[0].text) or middle < band.rows[0].y:
        return False
    pitch = median(b.y - a.y for a, b in pairwise(band.rows))
    edges = [edge for row in band.rows for word in row.label for edge in (word.top, word.bottom)]
    return all(abs(row.y - middle) > 0.75 * pitch for row in band.rows) and all(abs(edge - middle) > 0.5 * size for edge in edges)


def _give(row: BandRow, run: list[Word], size: float) -> None:
    """A group label to the row beside it; where the row has no label of its own and the run is one line on it, it is that."""
    is_beside = all(abs(word.y - row.y) < 0.6 * size for word in run)
    if not row.label and is_beside:
        row.label = run
    elif row.label and is_beside and 0 < run[0].x0 - row.label[-1].x1 < 4 * size:
        row.label += run  # its last character, set apart (总 计)
    elif row.label and abs(run[0].x0 - row.label[0].x0) < size and -0.5 * size < run[0].y - row.label[-1].y < _BELOW * size:
        row.label += run  # a label over all label columns goes on below
    else:
        row.groups.append(run)


def _leaf_edge(words: Sequence[Word]) -> float:
    numbered = [round(word.x0) for word in words if word.text[0].isdigit() and layout().begins_label(word.text)]
    return float(mode(numbered)) if numbered else min((word.x0 for word in words), default=0.0)


def _match(band: Band, blocks: Sequence[list[Word]], size: float) -> None:
    """Each label to the row beside it; a label between rows, with none of its own, is a row of blanks."""
    taken: set[int] = set()
    for block in blocks:
        top, bottom = block[0].y, block[-1].y
        beside = [
            i for i, row in enumerate(band.rows) if i not in taken and top - _SAME_ROW * size < row.y < bottom + _SAME_ROW * size
        ]
        middle = (top + bottom) / 2
        if beside:
            own = min(beside, key=lambda i: abs(band.rows[i].y - middle))
            taken.add(own)
            band.rows[own].label = block
        elif band.rows and band.rows[0].y < middle and layout().begins_label(block[0].text):
            place = sum(row.y < middle for row in band.rows)
            band.rows.insert(place, BandRow(middle, size, {}, block))
            taken = {i + (i >= place) for i in taken} | {place}
        elif band.rows and middle < band.rows[0].y:
            band.header += block


def _runs(words: Sequence[Word], size: float) -> list[list[Word]]:
    """Words of group labels, one above the other, as runs."""
    runs: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.top):
        run = next(
            (
                run
                for run in reversed(runs)
                if word.top - run[-1].bottom < size and min(word.x1, run[-1].x1) > max(word.x0, run[-1].x0)
            ),
            None,
        )
        if run is None or layout().begins_label(word.text):
            runs.append([word])
        else:
            run.append(word)
    return runs
