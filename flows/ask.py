"""Ask the warehouse one question and give out the answer: on the terminal, as CSV, JSON or a workbook."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from decimal import Decimal
from math import isfinite, isnan
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.output import csv_text, write
from flows.settings import Settings
from tasks.errors import SettingsError
from warehouse.readonly import query_read_only

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff".encode()
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_DIGITS = re.compile(rb"-?(?=[\d.]{16})\d+(\.\d+)?")  # a figure that SQLite keeps as its digits
_EXACT = 15  # digits that a spreadsheet's numbers hold
_FIRST_YEAR = 1900  # of a spreadsheet's dates
_ROWS, _COLUMNS, _CHARACTERS = 1_048_575, 16_384, 32_767  # what a workbook holds, below its heading

Rows = list[tuple[Any, ...]]


def ask(settings: Settings, query: str, shape: str, as_of: date | None, out: Path | None, console: Console) -> None:
    """Answer a query in a shape: table, csv, json or xlsx (the last with `out`).

    Raises WarehouseError for a query that does not read, SettingsError where the answer cannot be given out so.
    """
    columns, rows = query_read_only(settings.warehouse_url(), query, as_of)
    if shape == "table":
        _show(console, columns, rows)
        return
    written = {"csv": _csv, "json": _json, "xlsx": _xlsx}[shape](columns, rows)
    if out is None:
        console.file.write(written.decode())
        return
    write(out, (_BOM if shape == "csv" else b"") + written)
    console.print(f"{out}: {len(rows)} rows", markup=False)


def _show(console: Console, columns: tuple[str, ...], rows: Rows) -> None:
    table = Table()
    for column in columns:
        table.add_column(Text(_clean(column)), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_clean(_text(value))) for value in row))
    console.print(table)
    console.print(f"{len(rows)} rows")


def _csv(columns: tuple[str, ...], rows: Rows) -> bytes:
    """In UTF-8. Text that a spreadsheet would run as a formula is quoted."""
    return csv_text([_tame(value) for value in row] for row in (columns, *rows)).encode()


def _json(columns: tuple[str, ...], rows: Rows) -> bytes:
    """A list of objects. Raises SettingsError where two columns have one name."""
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        remedy = "Name them apart: select a as one, b as two."
        raise SettingsError(f"several columns are named {', '.join(twice)}", where="--format json", remedy=remedy)
    answer = [dict(zip(columns, map(_in_json, row), strict=True)) for row in rows]
    return (json.dumps(answer, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _xlsx(columns: tuple[str, ...], rows: Rows) -> bytes:
    """One sheet. Raises SettingsError where it does not fit into a workbook."""
    longest = max((len(value) for row in rows for value in row if isinstance(value, str)), default=0)
    if len(rows) > _ROWS or len(columns) > _COLUMNS or longest >= _CHARACTERS:
        limits = f"at most {_ROWS} rows, {_COLUMNS} columns and {_CHARACTERS} characters in a cell"
        raise SettingsError("the answer does not fit into a workbook", expected=limits, remedy="Ask for --format csv.")
    book, made = Workbook(), io.BytesIO()
    sheet = book.active
    for row in (columns, *rows):
        sheet.append([value if _fits(value) else _clean(_tame(value)) for value in row])
    sheet.freeze_panes = "A2"
    book.save(made)
    return made.getvalue()


def _fits(value: Any) -> bool:
    """Whether a workbook holds a value as it is: a number of few enough digits, a date since 1900 without a time zone."""
    if isinstance(value, int | Decimal | float):
        number = Decimal(value)
        return number.is_finite() and (isinstance(value, float) or len(number.normalize().as_tuple().digits) <= _EXACT)
    if isinstance(value, date):
        return value.year >= _FIRST_YEAR and getattr(value, "tzinfo", None) is None
    return value is None


def _clean(text: str) -> str:
    """Text without characters that neither a terminal nor a workbook can show."""
    return _UNPRINTABLE.sub("\ufffd", text)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode() if _DIGITS.fullmatch(value) else f"x'{value.hex().upper()}'"
    if isinstance(value, float) and not isfinite(value):
        return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


def _tame(value: Any) -> str:
    text = _text(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def _in_json(value: Any) -> Any:
    """A value as JSON has it; what JSON has no word for (bytes, fractions that must be exact, infinity) as text."""
    if isinstance(value, Decimal):
        return int(value) if value.is_finite() and value == value.to_integral_value() else str(value)
    if isinstance(value, float):
        return value if isfinite(value) else _text(value)
    if value is None or isinstance(value, int | str | list | dict):
        return value
    return value.isoformat() if isinstance(value, date) else _text(value)
