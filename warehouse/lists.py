"""The pages of lists as they were kept, and how each column was found on earlier nights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from tasks.fetched import ColumnBefore, KnownPage, ListPage
from warehouse.schema import column_outcome
from warehouse.schema_crawl import list_page
from warehouse.upsert import insert_or_replace

OBSTACLES = {  # why a list or a document was not to be had → the board's state
    "SourceBlocked": "blocked",
    "SourceExcluded": "excluded",
    "ColumnMoved": "moved",
    "SourceGone": "moved",
}
_KEYS = ("start_url", "address", "night")


def keep_pages(connection: Connection, pages: Sequence[ListPage], night: date) -> None:
    """Keep pages that list something new. Their bodies are documents already."""
    rows = []
    for page in pages:
        headers = {name.lower(): value for name, value in page.headers}
        row = {"start_url": page.start_url, "address": page.address, "night": night, "url": page.url, "sha256": page.sha256}
        validators = {"etag": headers.get("etag", ""), "last_modified": headers.get("last-modified", "")}
        rows.append(row | {"fingerprint": page.fingerprint} | validators)
    insert_or_replace(connection, list_page, _KEYS, rows)


def known_pages(connection: Connection, night: date) -> dict[str, KnownPage]:
    """By address, each page of a list as it was last kept, up to a night and with it."""
    last = select(list_page.c.address, func.max(list_page.c.night).label("night")).where(list_page.c.night <= night)
    latest = last.group_by(list_page.c.address).subquery()
    query = select(list_page).join(latest, and_(latest.c.address == list_page.c.address, latest.c.night == list_page.c.night))
    return {
        row.address: KnownPage(row.sha256, row.etag, row.last_modified, row.fingerprint)
        for row in connection.execute(query.order_by(list_page.c.start_url))
    }


def column_history(connection: Connection, night: date) -> dict[str, tuple[date, date | None, ColumnBefore | None]]:
    """By start URL, before a night: the last night it was read, the last it was read to its end, and how it was found."""
    rows = defaultdict(list)
    query = select(column_outcome).where(column_outcome.c.night < night).order_by(column_outcome.c.night)
    for row in connection.execute(query):
        rows[row.start_url].append(row)
    found = {}
    for start_url, nights in rows.items():
        complete = [place for place, row in enumerate(nights) if row.complete]
        last = nights[complete[-1]] if complete else None
        before = ColumnBefore(last.links, tuple(row.links for row in nights[complete[-1] + 1 :])) if last is not None else None
        found[start_url] = (nights[-1].night, last.night if last is not None else None, before)
    return found


def columns_since(connection: Connection, night: date, first: date) -> dict[str, Row[Any]]:
    """By start URL, its last outcome on the nights from after `first` to `night`."""
    query = select(column_outcome).where(column_outcome.c.night <= night, column_outcome.c.night > first)
    return {row.start_url: row for row in connection.execute(query.order_by(column_outcome.c.night))}


def first_pages(connection: Connection) -> dict[str, str]:
    """By start URL, the SHA-256 of the list's first page as it was last kept."""
    query = select(list_page.c.start_url, list_page.c.sha256).where(list_page.c.address == list_page.c.start_url)
    return {row.start_url: row.sha256 for row in connection.execute(query.order_by(list_page.c.night))}
