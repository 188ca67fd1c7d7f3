"""Give the rows of a table seen by position their labels, and join lines of figures that are wrapped parts of one row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median, mode

from tasks.extract.paper.band import SAME_ROW, Band, BandRow
from tasks.extract.paper.layout import layout
from tasks.extract.paper.words import Word

_LEADING = 1.6  # sizes of the type within which the lines of one cell follow each other
_BELOW = 2.2  # sizes of the type within which one line of a label follows another


def give_labels(band: Band, labels: Iterable[Word], size: float) -> None:
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
        elif any(abs(row.y - word.y) < SAME_ROW * size for row in band.rows):
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
            i for i, row in enumerate(band.rows) if i not in taken and top - SAME_ROW * size < row.y < bottom + SAME_ROW * size
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


def join_wrapped(band: Band, size: float) -> None:
    """Lines of figures without a label of their own are wrapped parts of the row whose label they stand beside.

    Where no row has a label (table 四), lines that follow as closely as lines of one cell do are one row.
    """
    labelled = [row for row in band.rows if row.label]
    kept: list[BandRow] = []
    for row in band.rows:
        own = row
        if labelled and not row.label:
            nearest = min(labelled, key=lambda other: _away(row.y, other))
            own = nearest if _away(row.y, nearest) < size else row
        elif not labelled and kept and row.y - kept[-1].y < _LEADING * size:
            own = kept[-1]
        if own is row:
            kept.append(row)
            continue
        for column, words in row.slots.items():
            own.slots.setdefault(column, []).extend(words)
        own.groups += row.groups
    band.rows = kept


def _away(y: float, row: BandRow) -> float:
    """How far a height is from the lines of a row's label."""
    return min(abs(y - word.y) for word in row.label)
