"""Lay the three statutory tables of a sample report out as printed: cells with spans, labels from the official forms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from expectations.form import Table
from samples.figures import Number, SampleReport, read_yaml

_FULLWIDTH = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
_LABEL_COLUMNS = 3  # table 三: the vertical label, the group, the row


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """A cell of a printed table: where it begins, how far it spans, its text (line breaks kept)."""

    row: int
    column: int
    text: str
    rowspan: int = 1
    colspan: int = 1
    is_label: bool = True


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A printed table: its cells in reading order, its size, its header rows and its column widths (shares of 1)."""

    cells: tuple[PrintedCell, ...]
    rows: int
    columns: int
    header: int
    widths: tuple[float, ...]

    def cut(self, start: int, end: int, repeated: int) -> PrintedTable:
        """The rows from `start` to before `end`, after the first `repeated` rows again; a cut cell's text stays above."""
        cells = [cell for cell in self.cells if cell.row + cell.rowspan <= repeated]
        for cell in self.cells:
            top, bottom = max(cell.row, start), min(cell.row + cell.rowspan, end)
            if top < bottom:
                text = cell.text if cell.row >= start else ""
                cells.append(replace(cell, row=top - start + repeated, rowspan=bottom - top, text=text))
        header = repeated if start else self.header
        return PrintedTable(tuple(cells), end - start + repeated, self.columns, header, self.widths)


def printed_tables(report: SampleReport) -> dict[str, PrintedTable]:
    """The report's tables by the form's names (disclosure, applications, disputes)."""
    layouts = {"blocks": _blocks, "matrix": _matrix, "strip": _strip}
    return {name: layouts[table.layout](report, name, table) for name, table in report.form.tables.items()}


@cache
def _variants() -> Any:
    return read_yaml("variants.yml")


def say(text: str, report: SampleReport) -> str:
    """A label of the form in the report's own way of printing it."""
    for variant in report.variants:
        rules = _variants()[variant]
        text = rules.get("whole", {}).get(text, text)
        for official, other in rules.get("replace", {}).items():
            text = text.replace(official, other)
    return text


def number(value: Number, report: SampleReport) -> str:
    """A figure as this report prints figures."""
    text = f"{value:,}" if "thousands" in report.variants else f"{value}"
    return text.translate(_FULLWIDTH) if "fullwidth_digits" in report.variants else text


def _figure(report: SampleReport, address: str) -> str:
    return report.printed.get(address, number(report.figures[address], report))


class _Sheet:
    """A table being filled, row by row."""

    def __init__(self, report: SampleReport) -> None:
        self.report = report
        self.cells: list[PrintedCell] = []

    def label(self, row: int, column: int, text: str, rowspan: int = 1, colspan: int = 1) -> None:
        self.cells.append(PrintedCell(row, column, say(text, self.report), rowspan, colspan))

    def figure(self, row: int, column: int, address: str, colspan: int = 1) -> None:
        self.cells.append(PrintedCell(row, column, _figure(self.report, address), 1, colspan, is_label=False))

    def done(self, rows: int, header: int, widths: tuple[float, ...]) -> PrintedTable:
        cells = tuple(sorted(self.cells, key=lambda cell: (cell.row, cell.column)))
        return PrintedTable(cells, rows, len(widths), header, widths)


def _blocks(report: SampleReport, name: str, table: Table) -> PrintedTable:
    sheet, row = _Sheet(report), 0
    for block in table.blocks:
        sheet.label(row, 0, block.article, colspan=4)
        spans = {1: [3], 2: [1, 2], 3: [1, 1, 1]}[len(block.columns)]
        starts = [1 + sum(spans[:index]) for index in range(len(spans))]
        sheet.label(row + 1, 0, table.corner)
        for column, start, span in zip(block.columns, starts, spans, strict=True):
            sheet.label(row + 1, start, table.columns[column].label, colspan=span)
        row += 2
        for key in block.rows:
            sheet.label(row, 0, table.rows[key].label)
            for column, start, span in zip(block.columns, starts, spans, strict=True):
                sheet.figure(row, start, f"{name}.{key}.{column}", colspan=span)
            row += 1
    return sheet.done(row, 0, (0.34, 0.22, 0.22, 0.22))


def _matrix(report: SampleReport, name: str, table: Table) -> PrintedTable:
    sheet = _Sheet(report)
    _matrix_header(sheet, table)
    leaves = table.leaves()
    outer: tuple[str, ...] = ()
    for row, leaf in enumerate(leaves, start=_LABEL_COLUMNS):
        for depth, text in enumerate(leaf.labels):
            is_last = depth == len(leaf.labels) - 1
            if not is_last and outer[: depth + 1] == leaf.labels[: depth + 1]:
                continue
            below = sum(1 for other in leaves if other.labels[: depth + 1] == leaf.labels[: depth + 1])
            is_upright = depth == 0 and below > 1 and "vertical_label" in report.variants
            sheet.label(row, depth, "\n".join(text) if is_upright else text, below, _LABEL_COLUMNS - depth if is_last else 1)
        outer = leaf.labels[:-1]
        for index, column in enumerate(table.columns):
            sheet.figure(row, _LABEL_COLUMNS + index, f"{name}.{leaf.key}.{column}")
    return sheet.done(_LABEL_COLUMNS + len(leaves), 3, (0.065, 0.115, 0.26, *[0.08] * 7))


def _matrix_header(sheet: _Sheet, table: Table) -> None:
    labels = [column.label for column in table.columns.values()]
    applicants, legal_persons = table.header_groups
    beside = "total_beside" in sheet.report.variants
    sheet.label(0, 0, table.corner, rowspan=3, colspan=_LABEL_COLUMNS)
    sheet.label(0, 3, applicants, colspan=6 if beside else 7)
    sheet.label(1, 3, labels[0], rowspan=2)
    sheet.label(1, 4, legal_persons, colspan=5)
    for index, label in enumerate(labels[1:-1]):
        sheet.label(2, 4 + index, label)
    sheet.label(0 if beside else 1, 9, labels[-1], rowspan=3 if beside else 2)


def _strip(report: SampleReport, name: str, table: Table) -> PrintedTable:
    sheet = _Sheet(report)
    width = len(table.columns)
    first, *rest = table.rows
    sheet.label(0, 0, table.rows[first].label, colspan=width)
    sheet.label(0, width, table.header_groups[0], colspan=width * len(rest))
    for index, row in enumerate(table.rows):
        if row != first:
            sheet.label(1, width * index, table.rows[row].label, colspan=width)
        for offset, (column, entry) in enumerate(table.columns.items()):
            sheet.label(1 if row == first else 2, width * index + offset, entry.label, rowspan=2 if row == first else 1)
            sheet.figure(3, width * index + offset, f"{name}.{row}.{column}")
    return sheet.done(4, 3, (1 / 15,) * 15)
