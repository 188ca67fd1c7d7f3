"""Files that people fetched by hand where a site lets no program in: a folder with a list of them, as CSV.

A file counts as seen for as long as it stands in the list; taken out, it is withdrawn. It comes instead of what the crawl says of
the same address, and is archived and read as if the site had sent it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urlsplit

from tasks.crawl.portal import load_portals
from tasks.crawl.register.table import text_of
from tasks.errors import SettingsError
from tasks.fetched import ColumnOutcome, Crawl, Fetched
from tasks.records import Agency, Sighting

LIST = "files.csv"
COLUMNS = ("file", "url", "agency", "year", "title", "published")
_REQUIRED = ("file", "url", "agency", "year")
_SHAPE = ",".join(COLUMNS)


def read_files(folder: Path, agencies: Sequence[Agency], night: date, now: datetime) -> tuple[Fetched, ...]:
    """The files of the folder. Raises SettingsError, naming line and column. No folder: no files."""
    return tuple(_files(folder, {each.id: each for each in agencies}, night, now)) if folder.is_dir() else ()


def add_files(found: Crawl, files: Sequence[Fetched], folder: Path) -> Crawl:
    """The night's crawl with the files of the folder."""
    if not folder.is_dir():
        return found
    ours = {(each.sighting.agency_id, each.sighting.url) for each in files}
    column = ColumnOutcome(folder.resolve().as_uri(), (), complete=True, pages=1, links=len(files))
    return replace(
        found,
        fetched=(*(each for each in found.fetched if (each.sighting.agency_id, each.sighting.url) not in ours), *files),
        missed=tuple(each for each in found.missed if (each.sighting.agency_id, each.sighting.url) not in ours),
        columns=(*found.columns, column),
    )


def _files(folder: Path, agencies: Mapping[str, Agency], night: date, now: datetime) -> Iterator[Fetched]:
    place = folder / LIST
    if not place.is_file():
        raise SettingsError(
            f"has no {LIST}",
            where=str(folder),
            expected=f"a CSV file with the columns {_SHAPE}",
            remedy="Write it, or remove the folder.",
        )
    text = text_of(place.read_bytes())
    if text is None:
        expected, remedy = "CSV in UTF-8 or GB 18030", "Save it as CSV UTF-8."
        raise SettingsError("is not readable as text", where=str(place), expected=expected, remedy=remedy)
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if missing := [name for name in _REQUIRED if name not in (rows.fieldnames or ())]:
        raise SettingsError(
            f"column {missing[0]} is missing", where=f"{place}, line 1", expected=_SHAPE, remedy="Add the column."
        )
    for row in rows:
        if any(row.values()):
            values = {name: (row.get(name) or "").strip() for name in COLUMNS}
            yield _file(values, f"{place}, line {rows.line_num}", folder, agencies, night, now)


def _file(
    row: Mapping[str, str], where: str, folder: Path, agencies: Mapping[str, Agency], night: date, now: datetime
) -> Fetched:
    path = folder / row["file"]
    if not row["file"] or not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
        raise _wrong(where, "file", row["file"], "the name of a file in the folder")
    if urlsplit(row["url"]).scheme not in {"http", "https"}:
        raise _wrong(where, "url", row["url"], "the address that the file was fetched from by hand")
    if row["agency"] not in agencies:
        raise _wrong(where, "agency", row["agency"], "the id of an agency of the register")
    if not (row["year"].isdecimal() and load_portals().titles.first_year <= int(row["year"]) <= night.year):
        raise _wrong(where, "year", row["year"], "the year that the report is about, such as 2024")
    data = path.read_bytes()
    if not data:
        raise _wrong(where, "file", row["file"], "a file that is not empty")
    published = _day(row["published"], where)
    title = row["title"] or path.name
    sighting = Sighting(row["agency"], int(row["year"]), row["url"], title, published, folder.resolve().as_uri(), night)
    kind = guess_type(path.name)[0] or "application/octet-stream"
    headers = (("X-Gouji-Dropped-In", path.name),)
    return Fetched(sighting, path, sha256(data).hexdigest(), 200, kind, headers, now)


def _day(value: str, where: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise _wrong(where, "published", value, "a day such as 2024-01-25, or nothing") from None


def _wrong(where: str, column: str, value: str, expected: str) -> SettingsError:
    found = f"column {column}: {value!r} cannot be used" if value else f"column {column} is blank"
    return SettingsError(found, where=where, expected=expected, remedy="Correct the line.")
