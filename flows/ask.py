"""Ask the warehouse one question and give out the answer: on the terminal, as CSV, JSON or a workbook."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from rich.console import Console
from rich.table import Table

from flows.output import write
from flows.settings import Settings
from tasks.errors import SettingsError
from warehouse.readonly import query_read_only

_FORMULA = ("=", "+", "-", "@")


def ask(settings: Settings, query: str, shape: str, as_of: date | None, out: Path | None, console: Console) -> None:
    """Answer a query in a shape: table, csv, json or xlsx.

    Raises WarehouseError for a query that does not read, SettingsError where the answer cannot be written.
    """
    columns, rows = query_read_only(settings.warehouse_url(), query, as_of)
    if shape == "xlsx" and out is None:
        raise SettingsError("a workbook needs a file", where="--format xlsx", remedy="Name one with --out answer.xlsx.")
    if shape == "table" and out is None:
        _show(console, columns, rows)
        return
    written = {"table": _csv, "csv": _csv, "json": _json, "xlsx": _xlsx}[shape](columns, rows)
    if out is None:
        console.file.write(written.decode())
        return
    write(out, written)
    console.print(f"{out}: {len(rows)} rows")


def _show(console: Console, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_text(value) for value in row))
    console.print(table)
    console.print(f"{len(rows)} rows")


def _csv(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> bytes:
    """With a byte order mark, by which spreadsheets tell UTF-8. Text that a spreadsheet would run as a formula is quoted."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_tame(value) for value in row] for row in rows)
    return made.getvalue().encode("utf-8-sig")


def _json(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> bytes:
    """A list of objects."""
    answer = [dict(zip(columns, row, strict=True)) for row in rows]
    return (json.dumps(answer, ensure_ascii=False, indent=1, default=_in_json) + "\n").encode()


def _xlsx(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> bytes:
    book, made = Workbook(), io.BytesIO()
    sheet = book.active
    sheet.append(columns)
    for row in rows:
        sheet.append([value if isinstance(value, int | float | Decimal | date | None) else _tame(value) for value in row])
    sheet.freeze_panes = "A2"
    book.save(made)
    return made.getvalue()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode()  # a figure that SQLite keeps as its digits
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


def _tame(value: Any) -> str:
    text = _text(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def _in_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    return value.isoformat() if isinstance(value, date | datetime) else _text(value)
