"""Align printed rows with the form's rows as a sequence: order and label together, never label alone.

Official PDFs misprint labels, so a row is placed by the best monotone alignment of the whole table (dynamic programming),
unless every label is in a known wording and stands in its order, as in most reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz

from tasks.normalise.columns import behind_label
from tasks.normalise.labels import key
from tasks.normalise.official import SURE, Found, Official, alike, find
from tasks.normalise.rows import Kind, PrintedRow

_GAP = 0.02  # cost of a printed row passed over inside the table: keeps two copies of a table from mixing
_RIVAL = 0.12  # likeness by which a label must exceed a rival's to be certain
_CUT = 2  # characters that a label must have to speak for itself
_FAINT = 60  # likeness (0 to 100) of a damaged label to the one row that is missing in its place


@dataclass(frozen=True, slots=True)
class Pair:
    """A printed row (its index), the form's row (its index), their likeness, the words that make the label, and certainty."""

    row: int
    leaf: int
    likeness: float
    words: int
    sure: bool


def align(official: Official, rows: Sequence[PrintedRow]) -> tuple[tuple[Pair, ...], float]:
    """Pairs in order, and how well the rows fit this edition (1 a row, less for rows missing or left over)."""
    found = [_find(official, row) for row in rows]
    pairs = _known_order(found, len(official.rows))
    if pairs and pairs[-1].row - pairs[0].row == len(pairs) - 1:
        return tuple(pairs), float(len(pairs))
    if not pairs:
        chain = _best_order(found, rows)
        if not chain:
            return (), 0.0
        pairs = _judged(chain, found, rows)
    pairs = sorted([*pairs, *_between(pairs, found, rows, official)], key=lambda pair: pair.row)
    pairs = _without_groups(pairs, rows, official)
    placed = {pair.row for pair in pairs}
    inside = range(pairs[0].row, pairs[-1].row) if pairs else range(0)
    left = sum(rows[n].has_figures for n in inside if n not in placed)
    missing = len(official.rows) - len(pairs)
    return tuple(pairs), sum(pair.likeness for pair in pairs) - 0.5 * (missing + left)


def _find(official: Official, row: PrintedRow) -> Found:
    """What the row's label may be. Words behind a known label stand among the figures only if these then fill the columns."""
    found = find(official, row.words) if _may_print(row) else Found()
    if found.words < len(row.words) and found.matches:
        start, last = behind_label(row, found.words), len(row.fields)
        blank = 0
        while last - blank > start and row.kinds[last - blank - 1] == Kind.BLANK:
            blank += 1
        count = len(official.table.columns)
        if not last - blank - start <= count <= last - start and not row.loose:
            return alike(official, row.words)
    return found


def _may_print(row: PrintedRow) -> bool:
    """Whether a row has room for figures; in loose text a word may stand as the last of them."""
    return row.start < len(row.fields) or (row.loose and Kind.VALUE in row.kinds)


def _known_order(found: Sequence[Found], count: int) -> list[Pair]:
    """The pairs where every form row is printed once, in a known wording, in order; else none."""
    pairs = [Pair(i, *one.matches[0], one.words, True) for i, one in enumerate(found) if one.matches]
    in_order = len(pairs) == count and all(pair.leaf == n and found[pair.row].is_exact for n, pair in enumerate(pairs))
    return pairs if in_order else []


def _best_order(found: Sequence[Found], rows: Sequence[PrintedRow]) -> list[tuple[int, int, float]]:
    """The likeliest chain of (row, form row, likeness), both rising. A row with figures that it passes over costs a little."""
    steps = [(i, leaf, likeness) for i, one in enumerate(found) for leaf, likeness in one.matches]
    passed = [0]
    for row in rows:
        passed.append(passed[-1] + row.has_figures)
    best: list[tuple[float, int]] = []
    for n, (i, leaf, likeness) in enumerate(steps):
        before = [
            (best[m][0] - _GAP * (passed[i] - passed[steps[m][0] + 1]), m)
            for m in range(n)
            if steps[m][0] < i and steps[m][1] < leaf
        ]
        gain, last = max(before, key=lambda one: one[0], default=(0.0, -1))
        best.append((likeness + gain, last) if gain > 0 else (likeness, -1))
    at = max(range(len(steps)), key=lambda n: best[n][0], default=-1)
    chain = []
    while at >= 0:
        chain.append(steps[at])
        at = best[at][1]
    return chain[::-1]


def _judged(chain: Sequence[tuple[int, int, float]], found: Sequence[Found], rows: Sequence[PrintedRow]) -> list[Pair]:
    """The chain's pairs, with their certainty; without those where another row may be meant as well."""
    pairs: list[Pair] = []
    for n, (i, leaf, likeness) in enumerate(chain):
        first, last = (chain[n - 1][0] + 1 if n else 0), (chain[n + 1][0] if n + 1 < len(chain) else len(rows))
        rivals = [_likeness(found[m], leaf) for m in range(first, last) if m != i and rows[m].has_figures]
        rival = max(rivals, default=0.0)
        if rival > likeness - _RIVAL and not (likeness == 1.0 and rows[i].has_figures):
            continue
        lowest, highest = (chain[n - 1][1] if n else -1), (chain[n + 1][1] if n + 1 < len(chain) else len(rows))
        others = [worth for other, worth in found[i].matches if lowest < other < highest and other != leaf]
        sure = likeness >= SURE and rival < 1.0 and max(others, default=0.0) < likeness - _RIVAL
        pairs.append(Pair(i, leaf, likeness, found[i].words, sure))
    return pairs


def _without_groups(pairs: Sequence[Pair], rows: Sequence[PrintedRow], official: Official) -> list[Pair]:
    """The pairs without a label that is a group's in another edition, if behind it rows are left over: it may be one here."""
    ends = [pair.row for pair in pairs[1:]] + [pairs[-1].row + 1] if pairs else []
    return [
        pair
        for pair, end in zip(pairs, ends, strict=True)
        if pair.leaf not in official.elsewhere or not any(row.has_figures for row in rows[pair.row + 1 : end])
    ]


def _likeness(found: Found, leaf: int) -> float:
    return next((likeness for other, likeness in found.matches if other == leaf), 0.0)


def _between(pairs: Sequence[Pair], found: Sequence[Found], rows: Sequence[PrintedRow], official: Official) -> list[Pair]:
    """Rows without a legible label, just as many as form rows are missing in their place: placed by order, not certain."""
    added: list[Pair] = []
    for before, after in pairwise(pairs):
        leaves = range(before.leaf + 1, after.leaf)
        if not leaves:
            continue
        left = [n for n in range(before.row + 1, after.row) if rows[n].has_figures]
        if len(left) != len(leaves):
            continue
        places = list(zip(left, leaves, strict=True))
        if all(_may_be(rows[n], official.labels[leaf]) for n, leaf in places):
            added += [Pair(n, leaf, 0.5, found[n].words, False) for n, leaf in places]
    return added


def _may_be(row: PrintedRow, label: str) -> bool:
    if not row.words:
        return True
    return len(row.words[-1]) > _CUT and fuzz.partial_ratio(row.words[-1], key(label)) >= _FAINT
