"""Keep the reports: one row for each document that became an agency's report for a year, the present one marked current."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, update

from warehouse.readings import READ
from warehouse.revisions import (
    Appearance,
    Choice,
    History,
    Known,
    Readings,
    Revision,
    choose,
    independent,
    on_show,
    revisions,
    rivals,
    shown_hashes,
    without_echoes,
    years,
)
from warehouse.schema import agency, assessment, figure, reading, report, sighting
from warehouse.upsert import chunks

Whose = Callable[[str, str, str], bool | None]  # (agency id, name printed, title) → True: its own, False: another's, None: unsaid
_MOVES = ("new", "changed", "withdrawn")  # the states that change what is on show


_Titled = tuple[Known, str]  # what is known of a report in a document, and its title


@dataclass(frozen=True, slots=True)
class _Shelf:
    """All that decides an agency's reports: what its URLs showed, what was read of it, and the revisions known."""

    agency_id: str
    history: History
    readings: Readings
    known: dict[int, list[Row[Any]]]


def keep_reports(connection: Connection, night: date, whose: Whose) -> None:
    """Bring the revisions and the marks of every agency's reports up to a night. `whose` judges the name that a report prints."""
    agencies = connection.execute(select(agency.c.id).order_by(agency.c.id)).scalars().all()
    for chunk in chunks(agencies):
        for shelf in _shelves(connection, chunk, night, whose):
            for year in sorted(years(shelf.history, shelf.readings) | set(shelf.known)):
                _keep_year(connection, shelf, year, night)


def _shelves(connection: Connection, agencies: Sequence[str], night: date, whose: Whose) -> list[_Shelf]:
    """What decides the reports of some agencies, as of a night."""
    histories, known = _histories(connection, agencies, night), _reports(connection, agencies)
    readings = _readings(connection, {each.sha256 for history in histories.values() for each in history if each.sha256})
    shelves = []
    for each in agencies:
        seen = _as_seen_by(each, histories[each], readings, whose)
        shelves.append(_Shelf(each, without_echoes(histories[each], seen), seen, known[each]))
    return shelves


def _as_seen_by(agency_id: str, history: History, readings: Mapping[str, Sequence[_Titled]], whose: Whose) -> Readings:
    """An agency's documents, each report in them judged whether it is the agency's own."""
    hashes = {each.sha256 for each in history if each.sha256 in readings}
    return {
        sha256: tuple(replace(known, is_own=whose(agency_id, known.agency, title)) for known, title in readings[sha256])
        for sha256 in hashes
        if sha256 is not None
    }


def _keep_year(connection: Connection, shelf: _Shelf, year: int, night: date) -> None:
    known = shelf.known.get(year, [])
    last = Revision(known[-1].night, known[-1].sha256, known[-1].url) if known else None
    new = revisions(shelf.history, shelf.readings, year, night, last)
    for number, revision in enumerate(new, len(known) + 1):
        row = {"agency_id": shelf.agency_id, "year": year, "revision": number, "sha256": revision.sha256, "url": revision.url}
        marks = {"is_current": False, "is_ambiguous": False, "part": revision.part, "doubt": revision.doubt}
        connection.execute(insert(report).values(row | marks | {"night": revision.night}))
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
    choices = [_choice(shelf, each, year) for each in standing]
    is_ambiguous = _is_ambiguous(connection, shelf, standing, year) if standing else row.is_ambiguous
    part, doubt = (choices[0].part, choices[0].doubt) if choices else (row.part, row.doubt)
    marks = {"is_current": not is_elsewhere, "is_ambiguous": is_ambiguous, "part": part, "doubt": doubt}
    if all(getattr(row, name) == value for name, value in marks.items()):
        return
    connection.execute(
        update(report).where(of_year, report.c.id != row.id, report.c.is_current.is_(True)).values(is_current=False)
    )
    connection.execute(update(report).where(report.c.id == row.id).values(marks))
    if is_elsewhere or doubt:
        ids = select(report.c.id).where(of_year)
        connection.execute(update(assessment).where(assessment.c.report_id.in_(ids)).values(is_current=False))


def _choice(shelf: _Shelf, seen: Appearance, year: int) -> Choice:
    return choose(shelf.readings[seen.sha256 or ""], year)


def _is_ambiguous(connection: Connection, shelf: _Shelf, standing: Sequence[Appearance], year: int) -> bool:
    """Whether another article of the same year states another number for a figure that the report states, too."""
    first, *others = (_choice(shelf, each, year) for each in (standing[0], *independent(standing)))
    if first.doubt or first.reading_id is None:
        return False
    stated = _numbers(connection, first.reading_id) if others else {}
    for other in others:
        theirs = _numbers(connection, other.reading_id) if other.reading_id is not None and not other.doubt else {}
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


def _readings(connection: Connection, hashes: set[str]) -> dict[str, list[_Titled]]:
    """The current readings of documents with their titles, a document's parts in the order of their names."""
    found: dict[str, list[_Titled]] = defaultdict(list)
    for chunk in chunks(sorted(hashes)):
        query = select(reading).where(reading.c.sha256.in_(chunk), reading.c.is_current.is_(True)).order_by(reading.c.part)
        for row in connection.execute(query):
            known = Known(row.id, row.part, row.status == READ, row.year_printed, row.figures, row.agency_printed)
            known = replace(known, content=row.content or "")
            found[row.sha256].append((known, row.title))
    for sha256, parts in found.items():
        if len(parts) > 1:
            found[sha256] = [(replace(known, numbers=_as_text(connection, known)), title) for known, title in parts]
    return found


def _as_text(connection: Connection, known: Known) -> str:
    """All numbers of a reading as one text, to tell whether two state the same."""
    return json.dumps({address: str(value) for address, value in _numbers(connection, known.reading_id).items()}, sort_keys=True)


def _reports(connection: Connection, agencies: Sequence[str]) -> dict[str, dict[int, list[Row[Any]]]]:
    query = select(report).where(report.c.agency_id.in_(agencies)).order_by(report.c.agency_id, report.c.year, report.c.revision)
    found: dict[str, dict[int, list[Row[Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in connection.execute(query):
        found[row.agency_id][row.year].append(row)
    return found
