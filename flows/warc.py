"""`gouji warc`: the archived evidence as one WARC file, for web archives and for whoever replays the pages 存档导出."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from flows.output import written_whole
from flows.settings import Settings, date_of, load_settings
from tasks.errors import ArchiveDamaged, SettingsError

if TYPE_CHECKING:
    from warehouse.evidence import Evidence, Selection
    from warehouse.files import Archive

_ENDINGS = (".warc", ".warc.gz")


def warc(
    out: Annotated[Path, typer.Option(help="The file to write: NAME.warc.gz, or NAME.warc without compression.")],
    agency: Annotated[list[str] | None, typer.Option(help="Only this agency (an id of the register); may be repeated.")] = None,
    year: Annotated[list[int] | None, typer.Option(help="Only reports for this year; may be repeated.")] = None,
    night: Annotated[str | None, typer.Option(help="Only what was seen on this night, YYYY-MM-DD.")] = None,
    since: Annotated[str | None, typer.Option(help="Only what was seen on this night or later.")] = None,
    until: Annotated[str | None, typer.Option(help="Only what was seen on this night or earlier.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Folder of the warehouse and the archive.")] = None,
) -> None:
    """Export the archived documents, and where and when they were seen, as a WARC file (ISO 28500) 存档导出.

    Exit code: 0 written, 1 written without documents whose archived file is damaged, 2 it could not be done.
    """
    from warehouse.evidence import Selection

    if night and (since or until):
        raise SettingsError("--night beside --since or --until", expected="either", remedy="Leave one of them out.")
    first, last = (date_of(text, name) if text else None for text, name in _nights(night, since, until))
    selection = Selection(tuple(sorted(set(agency or ()))), tuple(sorted(set(year or ()))), first, last)
    number, damaged = write_evidence(load_settings(data_dir=data), selection, out)
    typer.echo(f"{out}: {number} documents")
    for error in damaged:
        typer.echo(f"存档损坏 left out: {error}", err=True)
    if damaged:
        raise typer.Exit(1)


def write_evidence(settings: Settings, selection: Selection, out: Path) -> tuple[int, tuple[ArchiveDamaged, ...]]:
    """Write the chosen evidence into a file. Returns how many documents it holds, and what is damaged and so left out.

    Raises SettingsError where nothing is chosen, where an agency is unknown, or where the file cannot be written.
    """
    from tasks.publish.warc import write_warc
    from warehouse.agencies import check_agencies
    from warehouse.engine import open_existing
    from warehouse.evidence import evidence
    from warehouse.files import Archive

    if not out.name.endswith(_ENDINGS):
        raise SettingsError("not the name of a WARC file", where=str(out), expected=" or ".join(_ENDINGS), remedy="Rename it.")
    engine, files = open_existing(settings.warehouse_url()), Archive(settings.archive())
    damaged: list[ArchiveDamaged] = []
    with engine.connect() as connection:
        check_agencies(connection, selection.agencies)
        found = evidence(connection, selection, ZoneInfo(settings.timezone))
        first = next(found, None)
        if first is None:
            raise SettingsError(
                "no document is chosen", where=_chosen(selection), remedy="Choose other agencies, years or nights."
            )
        items = _with_bytes(chain([first], found), files, damaged)
        about = {"software": f"gouji/{version('gouji')}", "description": _chosen(selection), "robots": "obey"}
        with written_whole(out) as file:
            number = write_warc(file, about, first.document.fetched_at, items, is_gzip=out.suffix == ".gz")
    engine.dispose()
    return number, tuple(damaged)


def _with_bytes(found: Iterator[Evidence], files: Archive, damaged: list[ArchiveDamaged]) -> Iterator[tuple[Evidence, bytes]]:
    """Each document with its bytes; what is damaged is noted and passed over."""
    for each in found:
        try:
            data = files.read(each.document.sha256)
        except ArchiveDamaged as error:
            damaged.append(error)
            continue
        yield each, data


def _nights(night: str | None, since: str | None, until: str | None) -> Sequence[tuple[str | None, str]]:
    return ((night, "--night"),) * 2 if night else ((since, "--since"), (until, "--until"))


def _chosen(selection: Selection) -> str:
    """The selection in words."""
    agencies = f"agencies {', '.join(selection.agencies)}" if selection.agencies else "all agencies"
    years = f"report years {', '.join(map(str, selection.years))}" if selection.years else "all report years"
    return f"{agencies}; {years}; seen {_span(selection.since, selection.until)}"


def _span(since: date | None, until: date | None) -> str:
    if since and since == until:
        return f"on the night of {since}"
    nights = [f"since the night of {since}" if since else "", f"until the night of {until}" if until else ""]
    return " ".join(filter(None, nights)) or "on any night"
