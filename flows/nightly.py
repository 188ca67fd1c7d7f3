"""The nightly flow: crawl, archive, load, read what is new, reconcile, publish, alert; each a Prefect task, batches of documents.

Prefect adds the schedule and the record of runs; what is done, and that it may be done again, is night.py's. One night at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import ParamSpec, TypeVar

from prefect import Task, flow, task
from prefect.cache_policies import NO_CACHE
from rich.console import Console

from flows import night as steps
from flows.lock import only_night
from flows.prefect_setup import hush_prefect
from flows.progress import show_progress
from flows.settings import Clock, Settings, load_settings
from flows.show_night import show_night, show_places
from flows.summary import BatchCounts, NightSummary, count_findings, find_covers
from tasks.errors import CrawlError
from tasks.load import finish_run

SENTENCES = 10  # of each kind for each supervisor, on the terminal; the digests have all

P = ParamSpec("P")
R = TypeVar("R")


def as_task(name: str, step: Callable[P, R]) -> Task[P, R]:
    """A step as a Prefect task. Whether it was done before is the warehouse's knowledge, so that Prefect caches nothing."""
    return task(name=name, cache_policy=NO_CACHE, persist_result=False)(step)


crawl_agencies = as_task("crawl", steps.crawl_agencies)
archive_documents = as_task("archive", steps.archive_documents)
load_crawl = as_task("load", steps.load_crawl)
read_batch = as_task("read", steps.read_batch)
assess_reports = as_task("reconcile", steps.assess_reports)
survey_reports = as_task("survey", steps.survey_reports)
hold_clusters = as_task("hold", steps.hold_clusters)
publish_docs = as_task("publish", steps.publish_docs)
publish_state = as_task("products", steps.publish_state)
tell_supervisors = as_task("alert", steps.tell_supervisors)


def run_nightly(settings: Settings, night: date, now: Clock, console: Console) -> NightSummary:
    """Run a night on a terminal, with progress and its outcome. Raises CrawlError when no site at all could be read."""
    steps.check_given(settings, night)
    with only_night(settings, now):
        steps.check_places(settings)
        hush_prefect()
        with show_progress(console, "Prefect is starting"):
            summary = nightly(settings, night, now)
    show_night(console, summary, sentences=SENTENCES)
    show_places(console, summary)
    if summary.columns and len(summary.unreached) == len(summary.columns):
        raise CrawlError(
            f"none of the {len(summary.columns)} columns could be read to its end; the first says: {summary.columns[0].reason}",
            where=f"the night of {night}",
            remedy="What was known stays as it was. Check the network and the register's start URLs, then run the night again.",
        )
    return summary


def clock() -> datetime:
    """The time, for a run that is not handed another clock."""
    return datetime.now(tz=UTC)


@flow(name="nightly", persist_result=False)
def nightly(settings: Settings | None = None, night: date | None = None, now: Clock | None = None) -> NightSummary:
    """Run one night (the settings' and the clock's own, unless given) and say what it came to."""
    settings, now = settings or load_settings(), now or clock
    with only_night(settings, now):
        work = steps.begin(settings, night or settings.night_of(now()), now)
        try:
            return _run(work)
        finally:
            work.readers.close()
            work.engine.dispose()


def _run(work: steps.Work) -> NightSummary:
    found = crawl_agencies(work)
    documents = archive_documents(work, found)
    counts = load_crawl(work, found, documents)
    readings = sum((read_batch(work, batch) for batch in steps.unread_batches(work)), BatchCounts(0, (), 0))
    assessed = assess_reports(work)
    survey_reports(work)
    hold_clusters(work)
    publication = publish_docs(work)
    products = publish_state(work)
    news = tell_supervisors(work, products.faults)
    summary = NightSummary(
        night=work.night,
        documents=counts,
        columns=found.columns,
        readings=readings,
        covers=find_covers(work.engine, readings.quarantined),
        assessed=assessed,
        findings=count_findings(work.engine),
        publication=publication,
        products=products,
        news=news,
        warehouse=work.engine.url.render_as_string(hide_password=True),
        outbox=work.settings.outbox_dir(),
        docs=work.settings.docs_dir(),
    )
    finish_run(work.engine, work.night, work.now, summary.numbers())
    return summary
