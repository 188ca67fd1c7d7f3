"""Discover the columns of a government's site and propose rows of the register: run the scout, and sum up what it told."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tasks.crawl.hosts import registered_hosts
from tasks.crawl.launch import run_job
from tasks.crawl.leads import load_discover
from tasks.crawl.portal import load_portals
from tasks.crawl.proposals import Found, Proposed, propose, without_copies
from tasks.crawl.spool import CrawlOptions, Entry, Job, Looked, PageFacts, Scouting, Told, read_ledger, write_job
from tasks.errors import CrawlError
from tasks.fetched import Before, ColumnOutcome

DEPTH = 4  # clicks from the first page to a column


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a search found: rows, columns (how each ended, its reports), what could not be read, and how much was looked at.

    unread: pages that could not be read. beyond: how many pages the limit left out. foreign: likely pages on other sites' hosts.
    broken: how the search itself ended, where it did not end by itself.
    """

    proposed: Proposed
    columns: tuple[tuple[ColumnOutcome, tuple[Entry, ...]], ...]
    pages: tuple[str, ...]
    unread: tuple[Looked, ...]
    beyond: int
    foreign: tuple[str, ...]
    broken: str = ""

    @property
    def is_unreadable(self) -> bool:
        """Whether nothing at all could be read."""
        return not self.pages


def discover(
    url: str, *, night: date, options: CrawlOptions, pages: int, on_page: Callable[[int], None] = lambda _: None
) -> Discovery:
    """Search a site from one of its pages. `pages`: how many it may be asked for; `on_page` is told how many were looked at.

    Raises BadForm where a data file of ours is wrong.
    """
    rule, titles = load_discover(), load_portals().titles
    with tempfile.TemporaryDirectory(prefix="gouji-discover-") as place:
        folder = Path(place)
        job = Job(night, (), Before(), registered_hosts([url]), "", options, Scouting(url, pages, DEPTH))
        write_job(folder, job)
        end = run_job(folder, options.total_seconds, lambda: on_page(len(read_ledger(folder).looked)))
        told = read_ledger(folder)
    read = tuple(looked for looked in told.looked if not looked.kind and not looked.is_over)
    found = Found(read[0].facts if read else PageFacts(), told.shelves, told.entries)
    is_whole = told.looked and len(told.outcomes) >= len(told.shelves)
    return Discovery(
        proposed=propose(found, rule, titles),
        columns=_columns(found, told, end),
        pages=tuple(looked.url for looked in read),
        unread=tuple(sorted((looked for looked in told.looked if looked.kind), key=lambda looked: looked.url)),
        beyond=sum(looked.is_over for looked in told.looked),
        foreign=tuple(sorted({each for looked in read for each in looked.foreign})),
        broken="" if is_whole else end,
    )


def _columns(found: Found, told: Told, end: str) -> tuple[tuple[ColumnOutcome, tuple[Entry, ...]], ...]:
    """Each column that is no copy of another: how its reading ended, and the reports it lists."""
    outcomes = {outcome.start_url: outcome for outcome in told.outcomes}
    listed = found.listed()
    broken = CrawlError(end, where="the search")
    unfinished = {"complete": False, "pages": 0, "links": 0, "kind": type(broken).__name__, "reason": str(broken)}
    return tuple(
        (outcomes.get(url) or ColumnOutcome(url, (), **unfinished), tuple(listed[url]))  # type: ignore[arg-type]
        for url in (shelf.start_url for shelf in without_copies(found))
    )
