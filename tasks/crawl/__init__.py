"""Crawl: every agency's lists are read to their end and what they list is fetched; "not found" never means "not looked".

The crawl runs in a process of its own and tells its story through a folder in the spool, so that a crash or a time-out
loses nothing of what was already fetched. A list that was not read to its end is an outcome with a reason, never silence.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

from tasks.crawl.hosts import registered_hosts
from tasks.crawl.launch import run_job
from tasks.crawl.spool import Answer, Column, CrawlOptions, Job, Shown, Sighted, Told, body_file, log_file, read_ledger, write_job
from tasks.errors import CrawlError
from tasks.fetched import Before, ColumnOutcome, Crawl, Fetched, ListPage, Missed
from tasks.records import Agency, Sighting

__all__ = ["CrawlOptions", "crawl"]


def crawl(
    agencies: Sequence[Agency],
    *,
    night: date,
    before: Before,
    spool: Path,
    archive: str,
    now: Callable[[], datetime],
    options: CrawlOptions,
) -> Crawl:
    """Read the agencies' lists and fetch what they list.

    What `before` knows lets a site answer "unchanged", and leaves out what has no turn tonight; `archive` (see files.py)
    has the pages of lists that it names. Bodies stay in the spool until the caller removes it. Results stand in the order of the
    lists: start URL, page, entry, attachment.
    """
    columns = _columns(agencies, before)
    if not columns:
        return Crawl(night=night, fetched=(), missed=(), columns=())
    spool.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="crawl-", dir=spool))
    hosts = registered_hosts(url for agency in agencies for url in agency.start_urls)
    write_job(folder, Job(night, columns, before, hosts, archive, options))
    end = run_job(folder, options.total_seconds)
    return _assemble(night, columns, read_ledger(folder), folder, now(), end)


def _columns(agencies: Sequence[Agency], before: Before) -> tuple[Column, ...]:
    pairs = sorted((url, agency.id, agency) for agency in agencies for url in set(agency.start_urls) - before.skipped)
    return tuple(
        Column(url, tuple(agency for _, _, agency in shared), before.columns.get(url))
        for url, shared in groupby(pairs, key=lambda pair: pair[0])
    )


def _assemble(night: date, columns: tuple[Column, ...], told: Told, folder: Path, at: datetime, end: str) -> Crawl:
    """Join sightings with answers. What nobody answered for is missed, and a start URL without outcome not complete."""
    broken = CrawlError(end, where="the crawl", remedy=f"Run the night again; details are in {log_file(folder)}.")
    answers = {answer.url: answer for answer in told.answers}
    unanswered = Answer("", kind=type(broken).__name__, reason=str(broken))
    fetched: list[Fetched] = []
    missed: list[Missed] = []
    for sighted in _in_order(told.sighted):
        answer = answers.get(sighted.url, unanswered)
        sighting = _sighting(sighted, answer, night)
        if answer.kind:
            missed.append(Missed(sighting, answer.kind, answer.reason))
        else:
            body = body_file(folder, answer.sha256) if answer.has_body else None
            fetched.append(Fetched(sighting, body, answer.sha256, answer.status, answer.media_type, answer.headers, at))
    outcomes = {outcome.start_url: outcome for outcome in told.outcomes}
    ends = tuple(outcomes.get(column.start_url) or _unfinished(column, broken) for column in columns)
    pages = tuple(_page(shown, folder, at) for shown in sorted(told.shown, key=lambda shown: (shown.start_url, shown.order)))
    return Crawl(night=night, fetched=tuple(fetched), missed=tuple(missed), columns=ends, pages=pages)


def _page(shown: Shown, folder: Path, at: datetime) -> ListPage:
    values = {each.name: getattr(shown, each.name) for each in fields(shown) if each.name != "order"}
    return ListPage(**values, body=body_file(folder, shown.sha256), fetched_at=at)


def _in_order(sighted: tuple[Sighted, ...]) -> list[Sighted]:
    """Sightings as listed, each agency's URL once: where it was listed itself rather than attached to an article."""
    once: dict[tuple[str, str], Sighted] = {}
    for one in sorted(sighted, key=lambda one: (len(one.order), one.start_url, one.order, one.agency_id)):
        once.setdefault((one.agency_id, one.url), one)
    return sorted(once.values(), key=lambda one: (one.start_url, one.order, one.agency_id, one.url))


def _sighting(sighted: Sighted, answer: Answer, night: date) -> Sighting:
    return Sighting(
        agency_id=sighted.agency_id,
        year=sighted.year,
        url=sighted.url,
        title=sighted.title,
        published=sighted.published or answer.published,
        listing_url=sighted.listing_url,
        night=night,
    )


def _unfinished(column: Column, error: CrawlError) -> ColumnOutcome:
    ids = tuple(sorted(agency.id for agency in column.agencies))
    return ColumnOutcome(column.start_url, ids, complete=False, pages=0, links=0, kind=type(error).__name__, reason=str(error))
