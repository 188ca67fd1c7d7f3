"""Find tables by position alone: lines that print figures in columns, with the labels and headers beside and above them.

No drawn line is looked at, so this is the second, independent reading of a ruled table, and the only one of an unruled.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import inf
from statistics import median

from tasks.extract.paper.band import SAME_ROW, Band, BandRow
from tasks.extract.paper.layout import layout
from tasks.extract.paper.row_labels import give_labels, join_wrapped
from tasks.extract.paper.words import TextLine, Word

_RICH = 5  # figures in a line from which it is a row of a table with columns
_LEADING = 1.6  # sizes of the type within which the lines of one cell follow each other
_BELOW = 2.2  # sizes of the type within which one line of a label follows another
_LARGER = 1.15  # of the rows' type: larger type above them is a heading
_HEADING_LENGTH = 8  # characters
_RUNNING = 25  # characters from which a word is a line of prose
_SPARSE = 4  # such lines with fewer figures that make a table, too
_SUPPORT = 0.2  # share of the rows in which signs without any digit must stand to be a column: else they are label (无法提供)
_HEADER_LINES = 12


def find_bands(lines: Sequence[TextLine]) -> list[Band]:
    """The tables with columns on a page, from top to bottom."""
    bands: list[Band] = []
    rich = [i for i, line in enumerate(lines) if _is_rich(line)]
    while rich:
        group = [rich.pop(0)]
        while rich and _goes_on(lines, group[-1], rich[0], lines[group[0]].figures):
            group.append(rich.pop(0))
        if len(group) >= _SPARSE or max(lines[i].figures for i in group) >= _RICH:
            bands.append(_band(lines, group, 1 + max(bands[-1].used) if bands else 0))
            rich = [i for i in rich if i not in bands[-1].used]
    return bands


def _is_rich(line: TextLine) -> bool:
    """Whether a line may be a row of a table with columns: by its figures, or by a numbered label with any figure."""
    return line.figures >= _RICH or (0 < line.figures < len(line.words) and layout().begins_label(line.words[0].text))


def _goes_on(lines: Sequence[TextLine], last: int, following: int, count: int) -> bool:
    """Whether two rich lines belong to one table: no heading between, and not the many figures of table 四 below others."""
    few, many = sorted((count, lines[following].figures))
    if few >= _RICH and many > 1.6 * few and many - few > 3:
        return False
    size = _size(lines, [last])
    return not any(_is_apart(line, size) for line in lines[last + 1 : following])


def _is_apart(line: TextLine, size: float) -> bool:
    text = line.text.replace(" ", "")
    return len(text) >= _HEADING_LENGTH and (line.size > _LARGER * size or layout().is_heading(text))


def _band(lines: Sequence[TextLine], group: Sequence[int], free: int) -> Band:
    columns = _columns([lines[i] for i in group], _wrapped(lines, group))
    size = _size(lines, group)
    first, last = _reach(lines, group, columns, size)
    first = max(first, free)
    columns = _named_columns(lines[first : group[0]], [lines[i] for i in group], columns)
    left = columns[0][0]
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
    give_labels(band, labels, size)
    join_wrapped(band, size)
    return band


def _size(lines: Sequence[TextLine], group: Sequence[int]) -> float:
    """The size of a table's type: as its Chinese words have it, for a figure's box tells less."""
    around = lines[max(0, group[0] - _HEADER_LINES) : group[-1] + 1]
    sizes = [word.size for line in around for word in line.words if word.is_chinese and len(word.text) < _RUNNING]
    return median(sizes or [lines[i].size for i in group])


def _wrapped(lines: Sequence[TextLine], group: Sequence[int]) -> list[Word]:
    """Figures on lines close to a row's, which may be parts of figures that are wrapped inside their cells."""
    near = sorted({j for i in group for j in (i - 2, i - 1, i + 1, i + 2) if 0 <= j < len(lines)} - set(group))
    parts = (line for j in near if (line := lines[j]).figures and _is_part(lines, j, group))
    return [word for line in parts for word in line.words if word.has_digit and word.is_figure]


def _columns(rows: Sequence[TextLine], wrapped: Sequence[Word]) -> tuple[tuple[float, float], ...]:
    """The extents of the columns: figures that stand above each other; where wide ones bridge two, by count in full rows."""
    counts = [row.figures for row in rows]
    figures = [list(row.words[len(row.words) - count :]) for row, count in zip(rows, counts, strict=True)]
    found: list[list[Word]] = []
    reach = 0.0
    for word in sorted([*wrapped, *(word for row in figures for word in row)], key=lambda word: word.x0):
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


def _named_columns(
    header: Sequence[TextLine], rows: Sequence[TextLine], columns: tuple[tuple[float, float], ...]
) -> tuple[tuple[float, float], ...]:
    """The columns with those that the header names but no row fills; as they were where rows are full or the two disagree."""
    if len(columns) >= _RICH and sum(row.figures >= len(columns) for row in rows) * 2 >= len(rows):
        return columns
    label = max((row.words[len(row.words) - row.figures - 1].x1 for row in rows if row.figures < len(row.words)), default=0.0)
    words = [word for line in header for word in line.words if word.x > label and not word.is_figure]
    stacks: list[tuple[float, float]] = []
    for word in sorted((word for word in words if not _is_over_several(word, words)), key=lambda word: word.x0):
        if stacks and word.x0 < stacks[-1][1]:
            stacks[-1] = (stacks[-1][0], max(stacks[-1][1], word.x1))
        else:
            stacks.append((word.x0, word.x1))
    if len(stacks) <= len(columns):
        return columns
    own = [nearest(stacks, x0, x1) for x0, x1 in columns]
    if len(set(own)) < len(own):
        return columns
    for k, (x0, x1) in zip(own, columns, strict=True):
        stacks[k] = (min(x0, stacks[k][0]), max(x1, stacks[k][1]))
    return tuple(stacks)


def _is_over_several(word: Word, words: Sequence[Word]) -> bool:
    """Whether a header word stands over two others that stand side by side."""
    below = [other for other in words if other.y > word.y + 0.5 * word.size and other.x0 < word.x1 and other.x1 > word.x0]
    return bool(below) and max(other.x0 for other in below) > min(other.x1 for other in below)


def _is_part(lines: Sequence[TextLine], i: int, group: Sequence[int]) -> bool:
    """Whether a line of few figures is a wrapped part of a neighbouring row."""
    return any(abs(lines[i].y - lines[row].y) < SAME_ROW * lines[row].size for row in group)


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
    reach = _LEADING if word.is_figure or word.is_part else SAME_ROW
    if abs(row.y - word.y) > reach * size or (row is band.rows[0] and _above(row, word, size)):
        band.header.append(word)
        return
    row.slots.setdefault(nearest(band.columns, word.x0, word.x1), []).append(word)


def _nearest_row(rows: Sequence[BandRow], y: float) -> BandRow:
    after = bisect_left(rows, y, key=lambda row: row.y)
    return min(rows[max(0, after - 1) : after + 1], key=lambda row: abs(row.y - y))


def _above(row: BandRow, word: Word, size: float) -> bool:
    return not word.is_figure and not word.is_part and word.y < row.y - 0.4 * size


def nearest(columns: Sequence[tuple[float, float]], left: float, right: float) -> int:
    """The column whose extent a stretch overlaps most, else the nearest."""
    best, least, middle = 0, inf, (left + right) / 2
    for k, (x0, x1) in enumerate(columns):
        overlap = min(x1, right) - max(x0, left)
        distance = -overlap if overlap > 0 else min(abs(middle - x0), abs(middle - x1))
        if distance < least:
            best, least = k, distance
    return best
