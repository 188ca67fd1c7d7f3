"""Put rows together that a page break cuts in two: the label on one page and its figures on the next, or a label in two."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.normalise.official import SURE, Official, find
from tasks.normalise.rows import Kind, PrintedRow, joined
from tasks.printed import GridCell


def mend(rows: Sequence[PrintedRow], known: Sequence[Official]) -> list[PrintedRow]:
    """The rows, with those on both sides of a break as one where the label then answers to a row of a form.

    A header repeated behind the break stays where it is. Where both parts print figures nothing is put together.
    """
    mended: list[PrintedRow] = []
    grid = rows[0].grid if rows else 0
    for n, row in enumerate(rows):
        if row.grid != grid and row.has_figures | bool(row.words) and (mended and not row.loose):
            at = _cut_before(mended, row.grid)
            last = mended[at] if at is not None else None
            whole = _whole(last, row, known) if last is not None else None
            if whole is not None and at is not None:
                del mended[at]
                mended.append(whole)
                grid = row.grid
                continue
        if row.has_figures or not row.words or n == 0:
            grid = row.grid
        mended.append(row)
    return mended


def _cut_before(rows: Sequence[PrintedRow], grid: int) -> int | None:
    """The last row of the grid before; rows without figures behind the break (a repeated header) are passed over."""
    for n in range(len(rows) - 1, -1, -1):
        if rows[n].grid == grid - 1:
            return n
        if rows[n].grid != grid or rows[n].has_figures:
            return None
    return None


def _whole(last: PrintedRow, row: PrintedRow, known: Sequence[Official]) -> PrintedRow | None:
    labels = _labels(last)
    if not last.has_figures and last.words and row.has_figures:
        if not row.words and _names(known, last.words):
            return joined(row, (*labels, *row.values))
        text = last.words[-1] + row.words[-1] if row.words else ""
        if text and not _names(known, row.words) and _names(known, (text,)):
            return joined(row, (*labels, *row.fields))
    in_two = last.has_figures and last.words and row.words and not row.has_figures and not row.loose
    if in_two and not _names(known, last.words) and _names(known, (last.words[-1] + row.words[-1],)):
        return joined(last, (*labels, *_labels(row), *last.values))
    return None


def _labels(row: PrintedRow) -> tuple[GridCell, ...]:
    return tuple([cell for cell, kind in zip(row.fields[: row.start], row.kinds, strict=False) if kind == Kind.WORDS])


def _names(known: Sequence[Official], words: tuple[str, ...]) -> bool:
    for official in known:
        matches = find(official, words).matches
        if matches and matches[0][1] >= SURE:
            return True
    return False
