"""`gouji sql`: one question to the warehouse, given out as a table, CSV, JSON or a workbook 只读查询."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.output import terminal
from flows.settings import date_of, load_settings
from tasks.errors import SettingsError

_SUFFIXES = {".csv": "csv", ".json": "json", ".xlsx": "xlsx"}


def sql(
    query: Annotated[str | None, typer.Argument(help='One SELECT, e.g. "select * from v_unreconciled".')] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Read the query from this file, e.g. docs/queries/01_not_published.sql.")
    ] = None,
    form: Annotated[
        Literal["table", "csv", "json", "xlsx"] | None,
        typer.Option("--format", help="How to give it out (default: by the ending of --out, else a table)."),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="As things stood after this night, YYYY-MM-DD, from the first night to the last."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write it into this file: .csv (with the byte order mark that spreadsheets need), .json or .xlsx."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder of the warehouse (default: GOUJI_DATA_DIR, else ./var).")
    ] = None,
) -> None:
    """Ask the warehouse a question; nothing can be changed 只读查询.

    Text that a spreadsheet would run as a formula gets a ' before it in CSV and workbooks; bytes are shown as x'00FF'.
    """
    from flows.ask import ask

    shape = shape_of(form, out)
    night = None if as_of is None else date_of(as_of, "--as-of")
    ask(load_settings(data_dir=data), _question(query, file), shape, night, out, terminal())


def shape_of(form: str | None, out: Path | None) -> str:
    """How the answer is given out. Raises SettingsError where the format and the file's ending say two things, or neither."""
    if out is None:
        if form == "xlsx":
            raise SettingsError("a workbook needs a file", where="--format xlsx", remedy="Name one with --out answer.xlsx.")
        return form or "table"
    told = _SUFFIXES.get(out.suffix.lower())
    if form == "table":
        raise SettingsError("a table is for the terminal", where="--format table --out", remedy="Leave one of them out.")
    if form is None and told is None:
        raise SettingsError("its ending names no format", where=f"--out {out}", expected=".csv, .json or .xlsx, or --format")
    if form is not None and told not in (None, form):
        raise SettingsError(
            f"--format {form} and the ending of --out contradict each other", where=str(out), remedy="Leave --format out."
        )
    return form or told or ""


def _question(query: str | None, file: Path | None) -> str:
    if (query is None) == (file is None):
        found = "no query" if query is None else "a query and a file with one"
        raise SettingsError(found, where="gouji sql", expected='either "select …" or --file FILE')
    if file is None:
        return query or ""
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(f"cannot be read ({error.strerror})", where=f"--file {file}", remedy="Check the path.") from None
    except UnicodeDecodeError:
        raise SettingsError("is no text in UTF-8", where=f"--file {file}", expected="one query in SQL") from None
