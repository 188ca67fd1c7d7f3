"""Write sheets as an .xlsx that an office reads and prints: the same bytes for the same rows."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.worksheet import Worksheet

from tasks.alert.zipped import fixed
from tasks.records import Number, Severity

Value = Number | str | None

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FILLS = {Severity.ERROR.value: "F8CBAD", Severity.WARNING.value: "FFE699", Severity.INFO.value: "DDEBF7"}
_HEAD = PatternFill("solid", fgColor="E7E6E6")
_LINE = Side(style="thin", color="D0D5DB")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_ALIGNMENTS = {
    "broken": Alignment(vertical="top", wrap_text=True),
    "whole": Alignment(vertical="top"),
    "figure": Alignment(vertical="top", horizontal="center"),
}
_LINE_HEIGHT, _MARGIN, _TALLEST = 15.0, 3.0, 405.0  # points; a row's height has a limit
_LOOSE = 1.1  # broken lines are never quite full
_DIGITS = 15  # that a spreadsheet's number keeps


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, its width in characters, and whether its text is broken into lines."""

    head: str
    width: float = 11
    wraps: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, its columns, its rows, and in which column (from 0) which severity colours each row's cell."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Value]]
    coloured: int | None = None
    severities: Sequence[str] = ()


def workbook(sheets: Sequence[Sheet], day: date) -> bytes:
    """The workbook as made on a day. Figures are numbers, everything else is text, also where it begins with an equals sign."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _fill(book.create_sheet(sheet.title), sheet)
    out = io.BytesIO()
    book.save(out)
    return fixed(out.getvalue(), day)


def _fill(page: Worksheet, sheet: Sheet) -> None:
    for place, column in enumerate(sheet.columns, start=1):
        head = page.cell(1, place, column.head)
        head.font, head.fill, head.border, head.alignment = Font(bold=True), _HEAD, _BORDER, _ALIGNMENTS["broken"]
        page.column_dimensions[get_column_letter(place)].width = column.width
    styles: dict[tuple[str, str], Any] = {}
    for number, row in enumerate(sheet.rows, start=2):
        for place, (column, value) in enumerate(zip(sheet.columns, row, strict=True), start=1):
            cell = page.cell(number, place)
            if isinstance(value, str) or (value is not None and len(str(abs(value)).replace(".", "")) > _DIGITS):
                cell.value, cell.data_type = _CONTROL.sub("", str(value)), "s"  # never a formula
            else:
                cell.value = value
            severity = sheet.severities[number - 2] if sheet.coloured == place - 1 else ""
            kind = "figure" if not isinstance(value, str) else "broken" if column.wraps else "whole"
            key = (kind, severity)
            if key not in styles:  # setting a style costs more than all else, and there are few
                cell.border, cell.alignment = _BORDER, _ALIGNMENTS[kind]
                if severity:
                    cell.fill = PatternFill("solid", fgColor=_FILLS[severity])
                styles[key] = cell._style
            cell._style = copy(styles[key])
        page.row_dimensions[number].height = _height(sheet.columns, row)
    page.freeze_panes = "A2"
    page.auto_filter.ref = page.dimensions
    _set_for_print(page)


def _height(columns: Sequence[Column], row: Sequence[Value]) -> float:
    """Points that the row's longest text takes when it is broken: not every program works that out. Chinese is twice as wide."""
    lines = 1
    for column, value in zip(columns, row, strict=True):
        if column.wraps and isinstance(value, str):
            lines = max(lines, ceil(len(value.encode("gbk", "replace")) * _LOOSE / column.width))
    return min(_LINE_HEIGHT * lines + _MARGIN, _TALLEST)


def _set_for_print(page: Worksheet) -> None:
    """Across on A3, all columns on a page, the head on each."""
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", "8"
    page.page_margins = PageMargins(left=0.3, right=0.3, top=0.4, bottom=0.4)
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = "1:1"
