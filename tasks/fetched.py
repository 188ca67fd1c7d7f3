"""What a night's crawl brings home, before it is archived and loaded: answers, misses, and how each column ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from tasks.records import Sighting


@dataclass(frozen=True, slots=True)
class Validators:
    """What a site gave us to ask "changed since?" with, and the body we then had."""

    sha256: str
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class KnownPage(Validators):
    """A page of a list as it was last kept. `fingerprint` names what it listed: a counter of visits does not change that."""

    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A sighting and the answer to its request: a body in the spool folder, or None (then `sha256` is the known body).

    There is no body where the site says "unchanged" (status 304), and where it was not asked tonight (status 0).
    """

    sighting: Sighting
    body: Path | None
    sha256: str
    status: int
    media_type: str
    headers: tuple[tuple[str, str], ...]
    fetched_at: datetime

    @property
    def url(self) -> str:
        """What was asked for."""
        return self.sighting.url


@dataclass(frozen=True, slots=True)
class Missed:
    """A sighting whose document could not be fetched, and why (a CrawlError's message)."""

    sighting: Sighting
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class ColumnOutcome:
    """How the crawl of one start URL ended: complete, or the CrawlError's class name and message."""

    start_url: str
    agency_ids: tuple[str, ...]
    complete: bool
    pages: int
    links: int
    kind: str = ""
    reason: str = ""
    cms: str = ""  # the content management system (dialect of portals.yml) that the list's first page shows


@dataclass(frozen=True, slots=True)
class ColumnBefore:
    """How earlier nights found a start URL: its entries when it was last read to its end, and on the nights since, in order."""

    links: int
    since: tuple[int, ...] = ()

    def nights_alike(self, links: int) -> int:
        """On how many nights in a row, up to the last, it had this many entries."""
        alike = 0
        for found in reversed(self.since):
            if found != links:
                break
            alike += 1
        return alike


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier nights know, so that tonight need not fetch it again.

    known: by URL, the document last had there. articles: by the URL of an article, its attachments. columns: by start URL, how it
    was found. pages: by address (`ListPage.address`), the pages of lists as last kept. resting: URLs of documents whose turn is
    not tonight. skipped: start URLs whose turn is not tonight.
    """

    known: Mapping[str, Validators] = field(default_factory=dict)
    articles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: Mapping[str, ColumnBefore] = field(default_factory=dict)
    pages: Mapping[str, KnownPage] = field(default_factory=dict)
    resting: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list that lists something else than when it was last kept: what shows that a report was not there.

    address: its URL; where it was asked for with a body, that body too. fingerprint: names what it lists.
    """

    start_url: str
    address: str
    url: str
    body: Path
    sha256: str
    fingerprint: str
    status: int
    media_type: str
    headers: tuple[tuple[str, str], ...]
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Crawl:
    """One night's crawl: what was fetched or found unchanged, what was missed, how each column ended, what its lists showed."""

    night: date
    fetched: tuple[Fetched, ...]
    missed: tuple[Missed, ...]
    columns: tuple[ColumnOutcome, ...]
    pages: tuple[ListPage, ...] = ()
