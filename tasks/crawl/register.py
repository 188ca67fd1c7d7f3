"""Read the register of agencies (a CSV file, as a spreadsheet writes it), or say which line and column is wrong."""

from __future__ import annotations

import csv
import io
import logging
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from expectations.agency_type import agency_type, load_agency_types
from tasks.errors import SettingsError
from tasks.records import Agency

_log = logging.getLogger("gouji")
_COLUMNS = ("id", "name", "aliases", "level", "parent", "supervisor", "start_urls")
_OPTIONAL = ("valid_from", "valid_to", "region")
_REQUIRED = ("id", "name", "supervisor", "start_urls")
_SEPARATORS = re.compile("[;；]")
_LONGEST_ID = 64
_SHAPE = ",".join(_COLUMNS)


def load_register(path: Path) -> tuple[Agency, ...]:
    """All agencies of the register, in the file's order. Raises SettingsError, naming line, column and value."""
    rows = csv.DictReader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        agencies = tuple(_agencies(path, rows))
    except csv.Error as error:
        raise SettingsError(
            f"is not a CSV file ({error})",
            where=f"{path}, line {rows.reader.line_num}",
            remedy="Check the quotation marks of the line.",
        ) from error
    known = {agency.id for agency in agencies}
    if unknown := sorted({agency.parent for agency in agencies if agency.parent} - known):
        _log.warning("%s: parent %s: no agency of the register; nothing is summed up there", path, ", ".join(unknown[:5]))
    if not agencies:
        raise SettingsError("names no agency", where=str(path), expected="a line for each agency", remedy=f"Columns: {_SHAPE}.")
    return agencies


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = "is a folder" if path.is_dir() else f"cannot be opened ({error.strerror})"
        raise SettingsError(
            reason, where=str(path), expected="the register of agencies, a CSV file", remedy="Check the path."
        ) from error
    for charset in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(charset)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise SettingsError(
        "is not readable as text", where=str(path), expected="CSV in UTF-8 or GB 18030", remedy="Save it as CSV UTF-8."
    )


def _agencies(path: Path, rows: csv.DictReader[str]) -> Iterator[Agency]:
    _check_header(path, [name.strip() for name in rows.fieldnames or ()])
    _warn_of_columns(path, [name.strip() for name in rows.fieldnames or ()])
    rows.fieldnames = [name.strip() for name in rows.fieldnames or ()]
    lines: dict[str, int] = {}
    for row in rows:
        if not any(value and value != [""] for value in row.values()):
            continue
        agency = _agency(row, f"{path}, line {rows.line_num}")
        if agency.id in lines:
            raise _wrong(
                f"{path}, line {rows.line_num}", "id", agency.id, f"an id of its own (line {lines[agency.id]} has this one)"
            )
        lines[agency.id] = rows.line_num
        _check_line(agency, f"{path}, line {rows.line_num}")
        yield agency


def _check_header(path: Path, names: list[str]) -> None:
    if not any(names):
        raise SettingsError(
            "is empty", where=str(path), expected="a header line and a line for each agency", remedy=f"Columns: {_SHAPE}."
        )
    for column in _COLUMNS:
        if column not in names:
            raise SettingsError(
                f"column {column} is missing",
                where=f"{path}, line 1",
                expected=_SHAPE,
                remedy="Add the column; it may be blank except " + ", ".join(_REQUIRED),
            )


def _warn_of_columns(path: Path, names: list[str]) -> None:
    for name in names:
        if name and name not in (*_COLUMNS, *_OPTIONAL):
            known = ", ".join((*_COLUMNS, *_OPTIONAL))
            _log.warning("%s: column %s is left aside: it is none of the register's (%s)", path, name, known)


def _check_line(agency: Agency, where: str) -> None:
    """What no agency can be; and, in the log, what is not understood."""
    if agency.valid_from and agency.valid_to and agency.valid_from > agency.valid_to:
        raise _wrong(where, "valid_to", agency.valid_to.isoformat(), f"a day after valid_from ({agency.valid_from})")
    if agency.parent == agency.id:
        raise _wrong(where, "parent", agency.parent, "the id of the agency above it, or nothing")
    if agency.level and not any(agency.level in each.levels for each in load_agency_types()):
        known = agency_type(agency.name)
        taken = f"by its name it is taken for {known.label}" if known else "so it is not known when its report is due"
        _log.warning("%s: level %r is none of agency_types.yml; %s", where, agency.level, taken)


def _agency(row: dict[str, str], where: str) -> Agency:
    values = {column: (row.get(column) or "").strip() for column in (*_COLUMNS, *_OPTIONAL)}
    if None in row:
        raise SettingsError(
            "has more fields than the header", where=where, remedy="Put values that hold a comma in quotation marks."
        )
    for column in _REQUIRED:
        if not _several(values[column]):
            raise _wrong(where, column, "", "a value")
    if len(values["id"]) > _LONGEST_ID:
        raise _wrong(where, "id", values["id"], f"at most {_LONGEST_ID} characters")
    return Agency(
        id=values["id"],
        name=values["name"],
        aliases=_several(values["aliases"]),
        level=values["level"],
        parent=values["parent"],
        supervisor=values["supervisor"],
        start_urls=tuple(_url(url, where) for url in _several(values["start_urls"])),
        valid_from=_day(values["valid_from"], where, "valid_from"),
        valid_to=_day(values["valid_to"], where, "valid_to"),
        region=_region(values["region"], where),
    )


def _day(value: str, where: str, column: str) -> date | None:
    """A day as a spreadsheet may write it (2024-03-01, 2024/3/1), or None where there is none."""
    if not value:
        return None
    parts = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", value)
    try:
        return date(*map(int, parts.groups())) if parts else date.fromisoformat(value)
    except ValueError:
        raise _wrong(where, column, value, "a day such as 2024-03-01, or nothing") from None


def _region(value: str, where: str) -> str:
    if value and not re.fullmatch(r"\d{6}", value):
        raise _wrong(where, "region", value, "a code of 行政区划 in six digits such as 320829, or nothing")
    return value


def _several(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in _SEPARATORS.split(value) if part.strip()))


def _url(value: str, where: str) -> str:
    expected = "a web address such as https://www.example.gov.cn/zfxxgknb/"
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise _wrong(where, "start_urls", value, expected) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or any(sign.isspace() for sign in value):
        raise _wrong(where, "start_urls", value, expected)
    return value


def _wrong(where: str, column: str, value: str, expected: str) -> SettingsError:
    found = f"column {column} is {value!r}" if value else f"column {column} is blank"
    return SettingsError(found, where=where, expected=expected, remedy="Correct the line and run again.")
