"""The evidence that is archived: each document with the sightings that showed it, chosen by agency, year and night."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from tasks.records import Document, Sighting
from warehouse.schema import agency, document, run, sighting
from warehouse.schema_beside import agency_version
from warehouse.sightings import SEEN, document_of
from warehouse.upsert import chunks


@dataclass(frozen=True, slots=True)
class Selection:
    """Which sightings count: of these agencies and report years (none named: of all), from one night to another, inclusive."""

    agencies: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A sighting of a document: its agency's name that night, its state, the site's marks of the body, and when the night began.

    For a page that was withdrawn that night, the document is the last one known of it.
    """

    sighting: Sighting
    agency: str
    state: str
    etag: str
    last_modified: str
    reason: str
    began: datetime

    @property
    def is_there(self) -> bool:
        """Whether the page was there that night, with these bytes."""
        return self.state in SEEN


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document and the chosen sightings of it, by night, agency and URL."""

    document: Document
    seen: tuple[Seen, ...]


def evidence(connection: Connection, selection: Selection, zone: ZoneInfo) -> Iterator[Evidence]:
    """The documents that the chosen sightings showed, in the order in which they were first fetched."""
    chosen = _conditions(selection)
    is_chosen = exists().where(sighting.c.sha256 == document.c.sha256, *chosen)
    documents = [document_of(row) for row in connection.execute(select(document).where(is_chosen))]
    documents.sort(key=lambda each: (each.fetched_at, each.url, each.sha256))  # here: databases sort text each in its own way
    names, began = _names(connection), _began(connection)
    for chunk in chunks(documents):
        hashes = [each.sha256 for each in chunk]
        rows = connection.execute(select(sighting).where(sighting.c.sha256.in_(hashes), *chosen)).all()
        found: dict[str, list[Seen]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: (row.night, row.agency_id, row.url)):
            of = Sighting(row.agency_id, row.year, row.url, row.title, row.published, row.listing_url, row.night)
            start = began.get(row.night) or datetime.combine(row.night, time(), zone).astimezone(UTC)
            name = _name_on(names, row.agency_id, row.night)
            found[row.sha256].append(Seen(of, name, row.state, row.etag, row.last_modified, row.reason, start))
        yield from (Evidence(each, tuple(found[each.sha256])) for each in chunk)


def _conditions(selection: Selection) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if selection.agencies:
        conditions.append(sighting.c.agency_id.in_(selection.agencies))
    if selection.years:
        conditions.append(sighting.c.year.in_(selection.years))
    if selection.since:
        conditions.append(or_(sighting.c.night >= selection.since, _stands(selection.since)))
    if selection.until:
        conditions.append(sighting.c.night <= selection.until)
    return conditions


def _stands(night: date) -> ColumnElement[bool]:
    """Whether a page was there on a night as an earlier row says: what did not change was not written once more."""
    later = sighting.alias("later")
    same = (later.c.agency_id == sighting.c.agency_id, later.c.url == sighting.c.url, later.c.night > sighting.c.night)
    return and_(sighting.c.state.in_(SEEN), ~exists().where(*same, later.c.night <= night))


def _names(connection: Connection) -> dict[str, list[tuple[date, str]]]:
    """By agency, what it was called from which night on."""
    found = {row.id: [(date.min, row.name)] for row in connection.execute(select(agency))}
    for row in connection.execute(select(agency_version).order_by(agency_version.c.night)):
        found[row.agency_id].append((row.night, row.name))
    return found


def _name_on(names: Mapping[str, list[tuple[date, str]]], agency_id: str, night: date) -> str:
    versions = names[agency_id]
    return versions[bisect_right(versions, night, key=lambda version: version[0]) - 1][1]


def _began(connection: Connection) -> dict[date, datetime]:
    """By night, the moment at which it was first begun."""
    query = select(run.c.night, func.min(run.c.started_at).label("at")).group_by(run.c.night)
    return {row.night: row.at for row in connection.execute(query)}
