"""Align printed rows with the form's rows as a sequence: order and label together, never label alone.

Official PDFs misprint labels, so a row is placed by the best monotone alignment of the whole table (dynamic programming).
"""

from __future__ import annotations

from collections.abc import Sequence

from expectations.form import Leaf
from tasks.normalise.labels import likeness
from tasks.normalise.rows import PrintedRow

ENOUGH = 0.6  # likeness under which two labels are not the same row
SURE = 0.85  # likeness from which the label alone leaves no doubt
_GAP = 0.02  # cost of a printed row passed over inside the table: keeps two copies of a table from mixing


def align(rows: Sequence[PrintedRow], leaves: Sequence[Leaf]) -> tuple[tuple[int, int, float], ...]:
    """Pairs (row index, leaf index, likeness), in order, of greatest total likeness."""
    best: list[list[float]] = [[0.0] * (len(leaves) + 1) for _ in range(len(rows) + 1)]
    alike = [[row_likeness(row, leaf) if row.fields else 0.0 for leaf in leaves] for row in rows]
    for i in range(len(rows) - 1, -1, -1):
        for j in range(len(leaves) - 1, -1, -1):
            gap = _GAP if j > 0 else 0.0
            take = alike[i][j] + best[i + 1][j + 1] if alike[i][j] >= ENOUGH else -1.0
            best[i][j] = max(best[i + 1][j] - gap, best[i][j + 1], take)
    pairs, i, j = [], 0, 0
    while i < len(rows) and j < len(leaves):
        if alike[i][j] >= ENOUGH and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j, alike[i][j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            i += 1
    return tuple(pairs)


def row_likeness(row: PrintedRow, leaf: Leaf) -> float:
    """How well a printed row's label answers to a form row: its last label field, or all of them with the groups around."""
    labels = row.labels
    if not labels:
        return 0.0
    wordings = (leaf.label, *leaf.aliases)
    scores = [likeness(labels[-1].text, wording) for wording in wordings]
    if len(labels) > 1:
        paths = ["".join(leaf.labels[depth:]) for depth in range(len(leaf.labels))]
        scores += [likeness(row.label, path) for path in paths]
    return max(scores)
