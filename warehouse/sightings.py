"""What was seen of each URL on each night: new, changed, unchanged, missed or withdrawn, against the nights before.

A night's rows depend on its crawl and on earlier nights only, so a night that is run again writes the same rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Subquery, and_, exists, func, select

from tasks.fetched import ColumnOutcome, Crawl, Fetched, Missed, Validators
from tasks.records import Document, Sighting
from warehouse.schema import column_outcome, document, reading, sighting
from warehouse.upsert import chunks, insert_missing, insert_or_replace

SEEN = ("new", "changed", "unchanged")
_STRENGTH = {"missed": 1, "withdrawn": 2} | dict.fromkeys(SEEN, 3)
_GONE = "SourceGone"
_NOT_LISTED = "NotListed: its column was read to the end and no longer lists it."

_Key = tuple[str, str]  # agency, URL


@dataclass(frozen=True, slots=True)
class _Tonight:
    """The night's crawl by URL and by column, to tell what is no longer there."""

    bodies: Mapping[str, bool]  # page asked for → whether it came with a body, and so with its links
    columns: Mapping[str, ColumnOutcome]

    def lacks(self, last: Row[Any]) -> bool:
        """Whether everything that could have shown a URL was read tonight. (Callers know that nothing did show it.)"""
        if last.listing_url in self.bodies:
            return self.bodies[last.listing_url]
        if last.listing_url in self.columns:
            return self.columns[last.listing_url].complete
        columns = [column for column in self.columns.values() if last.agency_id in column.agency_ids]
        return bool(columns) and all(column.complete for column in columns)


def document_of(row: Row[Any]) -> Document:
    """A row of the table as the document it is."""
    return Document(**{**row._mapping, "headers": tuple((name, value) for name, value in row.headers)})


def is_past(connection: Connection, night: date) -> bool:
    """Whether a later night has been crawled already."""
    return bool(connection.execute(select(exists().where(column_outcome.c.night > night))).scalar())


def keep_crawl(connection: Connection, crawl: Crawl, documents: Sequence[Document]) -> Mapping[str, int]:
    """Keep a night's documents, sightings and column outcomes. Returns how many sightings are in each state.

    What is as it last was, and was had the last time it was asked for, is not written once more.
    """
    insert_missing(connection, document, [_document_row(each) for each in documents])
    _keep_columns(connection, crawl)
    sightings = [each.sighting for each in crawl.fetched] + [each.sighting for each in crawl.missed]
    agencies = {each.agency_id for each in sightings} | {agency for column in crawl.columns for agency in column.agency_ids}
    before = _last_seen(connection, agencies, crawl.night)
    have = _rows_of(connection, agencies, crawl.night)
    bodies = {each.url: each.sha256 for each in documents}
    rows: dict[_Key, dict[str, Any]] = {}
    for fetched in crawl.fetched:
        key = _key(fetched.sighting)
        rows.setdefault(key, _seen_row(fetched, bodies, before.get(key), have.get(key), crawl.night))
    for missed in crawl.missed:
        rows.setdefault(_key(missed.sighting), _missed_row(missed, before.get(_key(missed.sighting)), crawl.night))
    shown = _Tonight(_bodies(crawl), {column.start_url: column for column in crawl.columns})
    for key, last in before.items():
        if key not in rows and last.state != "withdrawn" and shown.lacks(last):
            rows[key] = _withdrawn_row(last, _NOT_LISTED, crawl.night)
    told = {key: row for key, row in rows.items() if row and _replaces(row, have.get(key))}
    latest = _last_nights(connection, agencies, crawl.night)
    news = [row for key, row in told.items() if key in have or not _is_as_before(row, before.get(key), latest.get(key))]
    insert_or_replace(connection, sighting, ("agency_id", "url", "night"), news)
    return Counter([row["state"] for row in told.values()] + [row.state for key, row in have.items() if key not in told])


def known_bodies(connection: Connection) -> dict[str, Validators]:
    """By URL, the latest body we have of it and what to ask "changed since?" with."""
    last = (
        select(sighting.c.url, func.max(sighting.c.night).label("night"))
        .where(sighting.c.state.in_(SEEN))
        .group_by(sighting.c.url)
    )
    latest = last.subquery()
    query = (
        select(sighting.c.url, sighting.c.sha256, sighting.c.etag, sighting.c.last_modified)
        .join(latest, and_(latest.c.url == sighting.c.url, latest.c.night == sighting.c.night))
        .where(sighting.c.state.in_(SEEN), sighting.c.sha256.is_not(None))
        .order_by(sighting.c.url, sighting.c.agency_id)
    )
    return {row.url: Validators(row.sha256, row.etag, row.last_modified) for row in connection.execute(query)}


def shown_attachments(connection: Connection) -> dict[str, tuple[str, ...]]:
    """By the URL of an article, the attachments that were last seen there, in the order of its links."""
    article, last = sighting.alias("article"), _latest(sighting.c.state != "missed")
    shown = and_(sighting.c.agency_id == last.c.agency_id, sighting.c.url == last.c.url, sighting.c.night == last.c.night)
    of = and_(article.c.agency_id == sighting.c.agency_id, article.c.url == sighting.c.listing_url)
    query = (
        select(sighting.c.listing_url, sighting.c.url)
        .join(last, shown)
        .where(sighting.c.state.in_(SEEN), sighting.c.url != sighting.c.listing_url, exists().where(of))
        .order_by(sighting.c.listing_url, sighting.c.id)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(query):
        if row.url not in found[row.listing_url]:
            found[row.listing_url].append(row.url)
    return {url: tuple(attached) for url, attached in found.items()}


def listed(connection: Connection, night: date) -> Iterator[tuple[str, int | None, str]]:
    """What stood in lists when last looked at, before a night, and was had: its URL, its year, and the list's start URL."""
    last = _latest(sighting.c.night < night)
    same = [last.c[name] == sighting.c[name] for name in ("agency_id", "url", "night")]
    query = select(sighting.c.url, sighting.c.year, sighting.c.listing_url).join(last, and_(*same))
    rows = connection.execute(query.where(sighting.c.state.in_(SEEN)).order_by(sighting.c.url, sighting.c.agency_id)).all()
    lists = {row.url: row.listing_url for row in rows}
    for row in rows:  # an attachment stands in its article
        yield row.url, row.year, lists.get(row.listing_url, row.listing_url)


def is_withdrawn(of: Any) -> ColumnElement[bool]:
    """Whether an agency (`of.agency_id`) has taken a document (`of.sha256`) down wherever it showed it."""
    later = sighting.alias("later")
    same_url = and_(later.c.agency_id == sighting.c.agency_id, later.c.url == sighting.c.url)
    moved = exists().where(same_url, later.c.night > sighting.c.night, later.c.state != "missed")
    last = and_(sighting.c.agency_id == of.agency_id, sighting.c.sha256 == of.sha256, ~moved)
    return and_(exists().where(last, sighting.c.state == "withdrawn"), ~exists().where(last, sighting.c.state.in_(SEEN)))


def covers_of(connection: Connection) -> frozenset[str]:
    """The documents that lead to an attachment which was read as a report: where they hold none themselves, nothing is amiss."""
    attached = sighting.alias("attached")
    query = (
        select(sighting.c.sha256)
        .join(attached, and_(attached.c.listing_url == sighting.c.url, attached.c.sha256 != sighting.c.sha256))
        .join(reading, and_(reading.c.sha256 == attached.c.sha256, reading.c.status == "read"))
        .where(sighting.c.sha256.is_not(None))
        .distinct()
    )
    return frozenset(connection.execute(query).scalars())


def _key(seen: Sighting) -> _Key:
    return seen.agency_id, seen.url


def _bodies(crawl: Crawl) -> dict[str, bool]:
    missed = {each.sighting.url: False for each in crawl.missed if each.kind != _GONE}
    return missed | {each.sighting.url: each.body is not None for each in crawl.fetched}


def _last_seen(connection: Connection, agencies: Iterable[str], night: date) -> dict[_Key, Row[Any]]:
    """The last row of each URL before a night, nights on which it was missed set aside."""
    found: dict[_Key, Row[Any]] = {}
    for chunk in chunks(sorted(agencies)):
        latest = _latest(sighting.c.agency_id.in_(chunk), sighting.c.night < night, sighting.c.state != "missed")
        same = [latest.c[name] == sighting.c[name] for name in ("agency_id", "url", "night")]
        query = select(sighting).join(latest, and_(*same)).order_by(sighting.c.agency_id, sighting.c.url)
        found |= {(row.agency_id, row.url): row for row in connection.execute(query)}
    return found


def _latest(*conditions: ColumnElement[bool]) -> Subquery:
    """The last night of each agency's URL under some conditions."""
    last = select(sighting.c.agency_id, sighting.c.url, func.max(sighting.c.night).label("night")).where(*conditions)
    return last.group_by(sighting.c.agency_id, sighting.c.url).subquery()


def _last_nights(connection: Connection, agencies: Iterable[str], night: date) -> dict[_Key, date]:
    """The last night of each URL before a night, nights on which it was missed among them."""
    found: dict[_Key, date] = {}
    for chunk in chunks(sorted(agencies)):
        latest = _latest(sighting.c.agency_id.in_(chunk), sighting.c.night < night)
        found |= {(row.agency_id, row.url): row.night for row in connection.execute(select(latest))}
    return found


def _is_as_before(row: Mapping[str, Any], last: Row[Any] | None, night: date | None) -> bool:
    """Whether a row says nothing that the last one did not; after a night on which the URL was missed, it does."""
    if last is None or row["state"] != "unchanged" or last.night != night:
        return False
    return all(row[name] == getattr(last, name) for name in row if name not in ("night", "state", "reason"))


def _rows_of(connection: Connection, agencies: Iterable[str], night: date) -> dict[_Key, Row[Any]]:
    found: dict[_Key, Row[Any]] = {}
    for chunk in chunks(sorted(agencies)):
        query = select(sighting).where(sighting.c.agency_id.in_(chunk), sighting.c.night == night)
        found |= {(row.agency_id, row.url): row for row in connection.execute(query)}
    return found


def _replaces(row: Mapping[str, Any], have: Row[Any] | None) -> bool:
    """Run twice in a night, what was once fetched is not forgotten because a later attempt fails."""
    return have is None or _STRENGTH[row["state"]] >= _STRENGTH[have.state]


def _seen_row(
    fetched: Fetched, bodies: Mapping[str, str], last: Row[Any] | None, have: Row[Any] | None, night: date
) -> dict[str, Any]:
    sha256 = fetched.sha256 if fetched.body is None else bodies.get(fetched.sighting.url, fetched.sha256)
    headers = {name.lower(): value for name, value in fetched.headers}
    known = next((row for row in (have, last) if row is not None and row.sha256 == sha256), None)
    if fetched.body is None and known is not None:  # "unchanged" need not repeat them
        headers = {"etag": known.etag, "last-modified": known.last_modified} | headers
    row = _row(fetched.sighting, night)
    if fetched.body is None and last is not None:  # nor the day that an article gave
        row["published"] = row["published"] or last.published
    return row | {
        "state": _state(sha256, fetched.sighting.year, last),
        "sha256": sha256,
        "etag": headers.get("etag", ""),
        "last_modified": headers.get("last-modified", ""),
    }


def _state(sha256: str, year: int | None, last: Row[Any] | None) -> str:
    """A URL is new when it is back, too; changed when its body is another one, or it is listed for another year now."""
    if last is None or last.state == "withdrawn":
        return "new"
    return "unchanged" if (last.sha256, last.year) == (sha256, year) else "changed"


def _missed_row(missed: Missed, last: Row[Any] | None, night: date) -> dict[str, Any]:
    """A row of the failure; where a page we have says that it is gone, of its withdrawal, and that only once."""
    reason = f"{missed.kind}: {missed.reason}"
    if missed.kind != _GONE or last is None:
        return _row(missed.sighting, night) | {"state": "missed", "reason": reason}
    return {} if last.state == "withdrawn" else _withdrawn_row(last, reason, night)


def _withdrawn_row(last: Row[Any], reason: str, night: date) -> dict[str, Any]:
    row = {name: value for name, value in last._mapping.items() if name != "id"}
    return row | {"night": night, "state": "withdrawn", "reason": reason}


def _row(seen: Sighting, night: date) -> dict[str, Any]:
    return asdict(seen) | {"night": night, "state": "", "sha256": None, "etag": "", "last_modified": "", "reason": ""}


def _document_row(kept: Document) -> dict[str, Any]:
    return asdict(kept) | {"headers": [list(pair) for pair in kept.headers]}


def _keep_columns(connection: Connection, crawl: Crawl) -> None:
    """Run twice in a night, a column that was once read to its end stays complete."""
    done = select(column_outcome.c.start_url).where(column_outcome.c.night == crawl.night, column_outcome.c.complete.is_(True))
    complete = set(connection.execute(done).scalars())
    rows = [
        {"start_url": each.start_url, "night": crawl.night, "complete": each.complete, "pages": each.pages, "links": each.links}
        | {"kind": each.kind, "reason": each.reason, "cms": each.cms or None}
        for each in crawl.columns
        if each.complete or each.start_url not in complete
    ]
    insert_or_replace(connection, column_outcome, ("start_url", "night"), rows)
