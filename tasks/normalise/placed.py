"""Figures of one table as placed, with what could not be placed; and the figures of a printed row, by order after its label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from expectations.form import Table
from expectations.reading import reading
from tasks.errors import UnplacedRow
from tasks.normalise.labels import squeeze
from tasks.normalise.official import nearest
from tasks.normalise.rows import Kind, PrintedRow
from tasks.normalise.values import is_doubtful, parse
from tasks.printed import GridCell
from tasks.records import Cell, Semantics

_DOUBTABLE = (Semantics.TEXT, Semantics.UNREADABLE)


@dataclass(slots=True)
class Placed:
    """Cells of one table by (row key, column key), its edition, and four-part messages for rows that found no place.

    `grids`: the numbers of the grids it was found in; `rows`: the places of its rows in the stream.
    """

    table: str
    edition: str
    score: float = 0.0
    cells: dict[tuple[str, str], tuple[GridCell, bool]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)

    def put(self, row: str, columns: Sequence[str], printed: Sequence[GridCell], *, sure: bool) -> None:
        """Place a row's cells. A cell is certain when the row is, its readings agree and it stands for this row alone."""
        least = reading().certain_confidence
        for column, cell in zip(columns, printed, strict=True):
            address = (row, column)
            if address in self.cells:
                self._hold(row, column, self.cells[address], cell)
            else:
                self.cells[address] = (cell, sure and cell.rowspan == 1 and cell.confidence >= least and cell.is_sure)

    def compare(self, copy: Placed) -> None:
        """Hold a second copy of the table against this one; a figure that differs in it is not certain."""
        for (row, column), (cell, _) in copy.cells.items():
            known = self.cells.get((row, column))
            if known is not None:
                self._hold(row, column, known, cell)

    def _hold(self, row: str, column: str, known: tuple[GridCell, bool], other: GridCell) -> None:
        first, _ = known
        if first.text == other.text or squeeze(first.text) == squeeze(other.text):
            return
        self.cells[row, column] = (first, False)
        found = f"printed twice, as {first.text!r} and as {other.text!r}"
        remedy = "The first is kept, as uncertain. If the report holds two reports, split it."
        where = f"{self._form}, {self.table}.{row}.{column}"
        self.problems.append(str(UnplacedRow(found, where=where, expected="one figure", remedy=remedy)))

    @property
    def _form(self) -> str:
        return f"{self.edition} form" if self.edition else "form"

    def unplaced(self, row: PrintedRow, expected: str, labels: Sequence[str] = ()) -> None:
        """Record a row that prints figures and has no certain place, with the form's row most like it."""
        near = nearest(labels, row.words[-1]) if row.words else ""
        found = f"no place for the row {row.text!r}" + (f" (the nearest row of the form: {near})" if near else "")
        where = f"{self._form}, table {self.table}{_place(row)}"
        file = f"expectations/forms/{self.edition or '*'}.yml"
        remedy = f"If the label is only worded differently, add it to aliases in {file}."
        self.problems.append(str(UnplacedRow(found, where=where, expected=expected, remedy=remedy)))

    def unplaced_column(self, row: PrintedRow, heading: str) -> None:
        """Record a printed column that the form does not have; the row is the first that prints a figure in it."""
        where = f"{self._form}, table {self.table}{_place(row)}"
        found = f"no place for the column {heading!r}"
        remedy = "Its figures are not read, and those beside it are uncertain. Look at the table by eye."
        self.problems.append(str(UnplacedRow(found, where=where, expected="the form's columns only", remedy=remedy)))

    def missing(self, table: Table, rows: Sequence[str]) -> None:
        """Record the form's rows that the printed table does not have, or whose labels could not be made out."""
        labels = {leaf.key: leaf.label for leaf in table.leaves()}
        named = "; ".join(labels[row] for row in rows)
        where = f"{self._form}, table {self.table}"
        remedy = "Look at the table: the row may be absent, or its label worded otherwise than in the form."
        self.problems.append(str(UnplacedRow(f"no printed row for {named}", where=where, expected="every row", remedy=remedy)))

    def figures(self) -> tuple[Cell, ...]:
        """The placed cells as figures, in the order placed."""
        return tuple([_figure(f"{self.table}.{row}.{column}", cell, sure) for (row, column), (cell, sure) in self.cells.items()])


def take(row: PrintedRow, count: int, start: int | None = None) -> tuple[tuple[GridCell, ...], bool] | None:
    """The `count` figures of a row, by order after its label, and whether that leaves no doubt. None when they do not fit.

    Trailing blanks beyond the count are dropped (editors leave them); in loose text and rows cut in two, leading ones too.
    """
    first, last = row.start if start is None else start, len(row.fields)
    kinds = row.kinds
    while last - first > count and kinds[last - 1] == Kind.BLANK:
        last -= 1
    while (row.loose or row.cut) and last - first > count and kinds[first] == Kind.BLANK:
        first += 1
    if last - first != count:
        return None
    return row.fields[first:last], all(kinds[first:last]) if row.loose else row.sound


def _figure(address: str, cell: GridCell, sure: bool) -> Cell:
    value, semantics, unit = parse(cell.text)
    if sure and semantics in _DOUBTABLE:
        sure = semantics is Semantics.TEXT and not is_doubtful(cell.text)
    return Cell(address, cell.text, value, semantics, cell.locator, sure, unit, cell.agreement, cell.confidence)


def _place(row: PrintedRow) -> str:
    locator = row.fields[0].locator
    parts = [f"page {locator.page}" if locator.page else "", f"line {locator.line}" if locator.line else ""]
    if locator.table is not None and locator.row is not None:
        parts.append(f"Word table {locator.table + 1}, row {locator.row + 1}")
    else:
        parts += [locator.path or "", "" if locator.line else f"row {row.number + 1} of its table"]
    return "".join(f", {part}" for part in parts if part)
