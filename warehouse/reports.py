"""Keep the reports: one row for each document that became an agency's report for a year, the present one marked current."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, update

from warehouse.readings import newest
from warehouse.revisions import (
    Appearance,
    History,
    Known,
    Readings,
    Revision,
    independent,
    on_show,
    revisions,
    rivals,
    shown_hashes,
    years,
)
from warehouse.schema import agency, assessment, figure, reading, report, sighting
from warehouse.upsert import chunks

_MOVES = ("new", "changed", "withdrawn")  # the states that change what is on show


@dataclass(frozen=True, slots=True)
class _Shelf:
    """All that decides an agency's reports: what its URLs showed, what was read of it, and the revisions known."""

    agency_id: str
    history: History
    readings: Readings
    known: dict[int, list[Row[Any]]]


def keep_reports(connection: Connection, night: date) -> None:
    """Bring the revisions and the current marks of every agency's reports up to a night."""
    agencies = connection.execute(select(agency.c.id).order_by(agency.c.id)).scalars().all()
    for chunk in chunks(agencies):
        for shelf in _shelves(connection, chunk, night):
            for year in sorted(years(shelf.history, shelf.readings) | set(shelf.known)):
                _keep_year(connection, shelf, year, night)


def _shelves(connection: Connection, agencies: Sequence[str], night: date) -> list[_Shelf]:
    """What decides the reports of some agencies, as of a night."""
    histories, known = _histories(connection, agencies, night), _reports(connection, agencies)
    readings = _readings(connection, {each.sha256 for history in histories.values() for each in history if each.sha256})
    return [_Shelf(each, histories[each], readings, known[each]) for each in agencies]


def _keep_year(connection: Connection, shelf: _Shelf, year: int, night: date) -> None:
    known = shelf.known.get(year, [])
    last = Revision(known[-1].night, known[-1].sha256, known[-1].url) if known else None
    new = revisions(shelf.history, shelf.readings, year, night, last)
    for number, revision in enumerate(new, len(known) + 1):
        row = {"agency_id": shelf.agency_id, "year": year, "revision": number, "sha256": revision.sha256, "url": revision.url}
        connection.execute(insert(report).values(row | {"night": revision.night, "is_current": False, "is_ambiguous": False}))
    standing = rivals(shelf.history, shelf.readings, year, night)
    if standing is not None and (known or new):
        _mark(connection, shelf, year, standing, len(known) + len(new), night)


def _mark(
    connection: Connection, shelf: _Shelf, year: int, standing: Sequence[Appearance], newest_revision: int, night: date
) -> None:
    """One revision is current, unless its document turns out to be another year's. Withdrawn figures stay current."""
    of_year = and_(report.c.agency_id == shelf.agency_id, report.c.year == year)
    row = connection.execute(select(report).where(of_year, report.c.revision == newest_revision)).one()
    is_elsewhere = not standing and row.sha256 in shown_hashes(on_show(shelf.history, night))
    is_ambiguous = _is_ambiguous(connection, standing, shelf.readings) if standing else row.is_ambiguous
    if (row.is_current, row.is_ambiguous) == (not is_elsewhere, is_ambiguous):
        return
    connection.execute(
        update(report).where(of_year, report.c.id != row.id, report.c.is_current.is_(True)).values(is_current=False)
    )
    connection.execute(update(report).where(report.c.id == row.id).values(is_current=not is_elsewhere, is_ambiguous=is_ambiguous))
    if is_elsewhere:
        ids = select(report.c.id).where(of_year)
        connection.execute(update(assessment).where(assessment.c.report_id.in_(ids)).values(is_current=False))


def _is_ambiguous(connection: Connection, standing: Sequence[Appearance], readings: Readings) -> bool:
    """Whether another article of the same year states another number for a figure that the report states, too."""
    if not (others := independent(standing)):
        return False
    stated = _numbers(connection, readings[standing[0].sha256 or ""].reading_id)
    for other in others:
        theirs = _numbers(connection, readings[other.sha256 or ""].reading_id)
        if any(theirs[address] != stated[address] for address in theirs.keys() & stated.keys()):
            return True
    return False


def _numbers(connection: Connection, reading_id: int) -> dict[str, Any]:
    query = select(figure.c.address, figure.c.value).where(figure.c.reading_id == reading_id, figure.c.value.is_not(None))
    return {row.address: row.value for row in connection.execute(query)}


def _histories(connection: Connection, agencies: Sequence[str], night: date) -> dict[str, list[Appearance]]:
    query = (
        select(sighting)
        .where(sighting.c.agency_id.in_(agencies), sighting.c.state.in_(_MOVES), sighting.c.night <= night)
        .order_by(sighting.c.night, sighting.c.id)
    )
    found: dict[str, list[Appearance]] = defaultdict(list)
    for row in connection.execute(query):
        sha256 = None if row.state == "withdrawn" else row.sha256
        found[row.agency_id].append(Appearance(row.night, row.url, row.listing_url, sha256, row.year))
    return found


def _readings(connection: Connection, hashes: set[str]) -> dict[str, Known]:
    latest = newest()
    found: dict[str, Known] = {}
    for chunk in chunks(sorted(hashes)):
        query = select(reading).join(latest, latest.c.id == reading.c.id).where(reading.c.sha256.in_(chunk))
        found |= {row.sha256: Known(row.id, row.year_printed, row.figures) for row in connection.execute(query)}
    return found


def _reports(connection: Connection, agencies: Sequence[str]) -> dict[str, dict[int, list[Row[Any]]]]:
    query = select(report).where(report.c.agency_id.in_(agencies)).order_by(report.c.agency_id, report.c.year, report.c.revision)
    found: dict[str, dict[int, list[Row[Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in connection.execute(query):
        found[row.agency_id][row.year].append(row)
    return found
