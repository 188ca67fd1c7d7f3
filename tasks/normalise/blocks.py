"""Place table 二: small blocks, each with a header of its own; the edition shows in the headers' wording."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.form import Table
from tasks.normalise.align import SURE
from tasks.normalise.labels import key, likeness
from tasks.normalise.placed import Placed, take
from tasks.normalise.rows import PrintedRow

_NAMED = 0.8  # likeness from which a header cell names a column


def place_blocks(name: str, table: Table, edition: str, rows: Sequence[PrintedRow]) -> Placed | None:
    """The table's figures as this edition lays them out, or None when none of its headers is printed."""
    placed = Placed(name, edition)
    header: PrintedRow | None = None
    corner = key(table.corner)
    for row in rows:
        if row.fields and key(row.fields[0].text) == corner:
            header = row
            placed.score += _named(row, table)
        elif header is not None and row.labels:
            _place_row(placed, table, row, header)
    return placed if placed.cells or placed.score else None


def _place_row(placed: Placed, table: Table, row: PrintedRow, header: PrintedRow) -> None:
    scores = {
        name: max(likeness(row.labels[-1].text, wording) for wording in (official.label, *official.aliases))
        for name, official in table.rows.items()
    }
    best = max(scores, key=lambda name: scores[name])
    columns = table.columns_of(best)
    if scores[best] < SURE:
        return
    taken = take(row, len(columns))
    if taken is None:
        if row.has_figures:
            placed.unplaced(row, f"{len(columns)} figures after the label")
        return
    cells, clear = taken
    placed.put(best, columns, cells, sure=clear and _answers(header, table, columns))


def _answers(header: PrintedRow, table: Table, columns: Sequence[str]) -> bool:
    """Whether the header names just these columns, in this order."""
    printed = [cell.text for cell in header.fields[1:] if cell.text.strip()]
    return len(printed) == len(columns) and all(
        _is_named(text, table, column) for text, column in zip(printed, columns, strict=True)
    )


def _is_named(text: str, table: Table, column: str) -> bool:
    official = table.columns[column]
    return any(likeness(text, wording) >= _NAMED for wording in (official.label, *official.aliases))


def _named(header: PrintedRow, table: Table) -> float:
    """How many of the header's cells are columns of this edition; an official wording counts a little more than an alias."""
    score = 0.0
    for cell in header.fields[1:]:
        for official in table.columns.values():
            if likeness(cell.text, official.label) >= _NAMED:
                score += likeness(cell.text, official.label)
                break
    return score
