"""What placing yields: the printed cell for each (row, column) of one statutory table, and what could not be placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from expectations.reading import reading
from tasks.errors import UnplacedRow
from tasks.normalise.labels import squeeze
from tasks.normalise.rows import PrintedRow
from tasks.normalise.values import parse
from tasks.printed import GridCell
from tasks.records import Cell, Semantics


@dataclass(slots=True)
class Placed:
    """Cells of one table by (row key, column key), its edition, and four-part messages for rows that found no place."""

    table: str
    edition: str
    score: float = 0.0
    cells: dict[tuple[str, str], tuple[GridCell, bool]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def put(self, row: str, columns: Sequence[str], printed: Sequence[GridCell], *, sure: bool) -> None:
        """Place a row's cells. A cell is certain when the row is and its readings agree."""
        for column, cell in zip(columns, printed, strict=True):
            known = self.cells.get((row, column))
            if known is None:
                self.cells[row, column] = (cell, sure and cell.is_sure and cell.confidence >= reading().certain_confidence)
            elif squeeze(known[0].text) != squeeze(cell.text):
                self._printed_twice(row, column, cell)

    def compare(self, copy: Placed) -> None:
        """Hold a second copy of the table against this one; a figure that differs in it is not certain."""
        for (row, column), (cell, _) in copy.cells.items():
            if (row, column) in self.cells and squeeze(self.cells[row, column][0].text) != squeeze(cell.text):
                self._printed_twice(row, column, cell)

    def _printed_twice(self, row: str, column: str, other: GridCell) -> None:
        first, _ = self.cells[row, column]
        self.cells[row, column] = (first, False)
        found = f"printed twice, as {first.text!r} and as {other.text!r}"
        remedy = "The first is kept, as uncertain. If the report holds two reports, split it."
        where = f"{self.edition} form, {self.table}.{row}.{column}"
        self.problems.append(str(UnplacedRow(found, where=where, expected="one figure", remedy=remedy)))

    def unplaced(self, row: PrintedRow, expected: str) -> None:
        """Record a row that prints figures and has no certain place."""
        printed = " | ".join(cell.text.replace("\n", "") for cell in row.fields if cell.text.strip())[:80]
        where = f"{self.edition} form, table {self.table}{_place(row)}"
        remedy = f"If the label is only worded differently, add it to aliases in expectations/forms/{self.edition}.yml."
        self.problems.append(str(UnplacedRow(f"no place for the row {printed!r}", where=where, expected=expected, remedy=remedy)))

    def figures(self) -> tuple[Cell, ...]:
        """The placed cells as figures, in the order placed."""
        return tuple(_figure(f"{self.table}.{row}.{column}", cell, sure) for (row, column), (cell, sure) in self.cells.items())


def take(row: PrintedRow, count: int) -> tuple[tuple[GridCell, ...], bool] | None:
    """The `count` figures of a row, by order after its label, and whether that leaves no doubt. None when they do not fit.

    Trailing blanks beyond the count are dropped (editors leave them); in loose text, leading ones too.
    """
    values = list(row.values)
    while len(values) > count and not values[-1].text.strip():
        values.pop()
    while row.loose and len(values) > count and not values[0].text.strip():
        values.pop(0)
    if len(values) != count:
        return None
    full = all(cell.text.strip() for cell in values)
    return tuple(values), full if row.loose else row.sound


def _figure(address: str, cell: GridCell, sure: bool) -> Cell:
    value, semantics, unit = parse(cell.text)
    return Cell(
        address,
        cell.text,
        value,
        semantics,
        cell.locator,
        sure and semantics is not Semantics.UNREADABLE,
        unit,
        cell.agreement,
        cell.confidence,
    )


def _place(row: PrintedRow) -> str:
    locator = row.fields[0].locator
    parts = [f"page {locator.page}" if locator.page else "", f"line {locator.line}" if locator.line else "", locator.path or ""]
    if locator.table is not None and locator.row is not None:
        parts.append(f"Word table {locator.table + 1}, row {locator.row + 1}")
    return "".join(f", {part}" for part in parts if part)
