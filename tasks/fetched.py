"""What a night's crawl brings home, before it is archived and loaded: answers, misses, and how each column ended."""

from __future__ import annotations

from dataclasses import dataclass
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
class Fetched:
    """A sighting and the answer to its request: a body in the spool folder, or None for 304 (then `sha256` is the known body)."""

    sighting: Sighting
    body: Path | None
    sha256: str
    status: int
    media_type: str
    headers: tuple[tuple[str, str], ...]
    fetched_at: datetime


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
class Crawl:
    """One night's crawl: what was fetched or found unchanged, what was missed, and how each column ended."""

    night: date
    fetched: tuple[Fetched, ...]
    missed: tuple[Missed, ...]
    columns: tuple[ColumnOutcome, ...]
