"""The register's file: bytes to lines of named values, as spreadsheets write them (UTF-8 with or without BOM, GB 18030)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tasks.crawl.register.problem import Problem, doubtful
from tasks.records import Severity

COLUMNS = ("id", "name", "aliases", "level", "parent", "supervisor", "start_urls")
OPTIONAL = ("valid_from", "valid_to", "region", "uscc", "scope")
REQUIRED = ("id", "name", "supervisor", "start_urls")
SHAPE = ",".join(COLUMNS)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file: where it begins, its values by column (blank where there is none), and what no column is for."""

    number: int
    values: Mapping[str, str]
    extra: tuple[str, ...] = ()


def read_rows(data: bytes) -> tuple[list[Row], list[Problem]]:
    """All lines that are not blank, and what is wrong with the file, its header or its quotation marks. Never raises."""
    text = text_of(data)
    if text is None:
        expected, remedy = "CSV in UTF-8 or GB 18030", "Save it as CSV UTF-8."
        return [], [Problem(0, "", "", Severity.ERROR, "is not readable as text", expected, remedy)]
    records = list(_records(text))
    unreadable = [record for record in records if isinstance(record, Problem)]
    filled = [record for record in records if not isinstance(record, Problem)]
    if not filled:
        empty = Problem(0, "", "", Severity.ERROR, "is empty", "a header line and a line for each agency", f"Columns: {SHAPE}.")
        return [], unreadable or [empty]
    (line, header), *rest = filled
    problems = [*unreadable, *_header_problems(line, header)]
    if any(problem.is_error and problem.line <= line for problem in problems):
        return [], problems  # without a header no line can be understood
    return [_row(number, header, fields) for number, fields in rest], problems


def text_of(data: bytes) -> str | None:
    """A file that a spreadsheet wrote, as text; None where it is none."""
    for charset in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(charset)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    return None


def _records(text: str) -> Iterator[tuple[int, list[str]] | Problem]:
    """The fields of each line that is not blank, with the number of the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = [field.strip() for field in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            found, remedy = f"is not a CSV file ({error})", "Check the quotation marks of the line."
            yield Problem(line, "", "", Severity.ERROR, found, "", remedy)
        else:
            if any(fields):
                yield line, fields


def _header_problems(line: int, names: Sequence[str]) -> Iterator[Problem]:
    for column in COLUMNS:
        if column not in names:
            remedy = "Add the column; it may be blank except " + ", ".join(REQUIRED) + "."
            yield Problem(line, "", "", Severity.ERROR, f"column {column} is missing", SHAPE, remedy)
    for name in dict.fromkeys(filter(None, names)):
        if name not in (*COLUMNS, *OPTIONAL):
            known = ", ".join((*COLUMNS, *OPTIONAL))
            yield doubtful(line, "", name, f"column {name} is left aside", f"one of {known}", "Rename it, or leave it.")
        elif names.count(name) > 1:
            yield Problem(line, "", name, Severity.ERROR, f"column {name} is there twice", "", "Take one out.")


def _row(number: int, header: Sequence[str], fields: Sequence[str]) -> Row:
    values = dict(zip(header, fields, strict=False))
    return Row(number, {column: values.get(column, "") for column in (*COLUMNS, *OPTIONAL)}, tuple(fields[len(header) :]))
