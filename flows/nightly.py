"""The nightly flow: crawl, archive, load, read what is new, reconcile, publish, alert; each a Prefect task, batches of documents.

Prefect adds the schedule and the record of runs; what is done, and that it may be done again, is night.py's. One night at a time.
A flow run fails when we failed (outcome.py); broken rules are what a night is for, and leave it Completed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from prefect import Task, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from rich.console import Console

from flows import night as steps
from flows.artifacts import write_artifacts
from flows.lock import only_night
from flows.outcome import NightFailed, failure, in_one_line
from flows.prefect_setup import hush_prefect
from flows.progress import show_progress
from flows.settings import Clock, Settings, load_settings
from flows.show_night import show_night, show_places
from flows.summary import BatchCounts, NightSummary, count_findings, find_covers
from tasks.load import finish_run, note_step

SENTENCES = 10  # of each kind for each supervisor, on the terminal; the digests have all

P = ParamSpec("P")
R = TypeVar("R")


def as_task(name: str, step: Callable[Concatenate[steps.Work, P], R]) -> Task[Concatenate[steps.Work, P], R]:
    """A step as a Prefect task, noted in the warehouse as it begins, which also knows whether it was done before: no cache."""

    @wraps(step)
    def noted(work: steps.Work, *args: P.args, **kwargs: P.kwargs) -> R:
        note_step(work.engine, work.night, work.now, name)
        return step(work, *args, **kwargs)

    return task(name=name, cache_policy=NO_CACHE, persist_result=False)(noted)


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
show_in_prefect = as_task("artifacts", write_artifacts)


def run_nightly(settings: Settings, night: date, now: Clock, console: Console) -> NightSummary:
    """Run a night on a terminal, with progress and its outcome. Raises NightFailed, the outcome shown, when we failed."""
    steps.check_given(settings, night)
    with only_night(settings, now):
        steps.check_places(settings)
        hush_prefect()
        try:
            with show_progress(console, "Prefect is starting"):
                summary = nightly(settings, night, now)
        except NightFailed as failed:
            if failed.summary is not None:
                _show(console, failed.summary)
            raise
    _show(console, summary)
    return summary


def _show(console: Console, summary: NightSummary) -> None:
    show_night(console, summary, sentences=SENTENCES)
    show_places(console, summary)


def clock() -> datetime:
    """The time, for a run that is not handed another clock."""
    return datetime.now(tz=UTC)


@flow(name="nightly", persist_result=False)
def nightly(settings: Settings | None = None, night: date | None = None, now: Clock | None = None) -> NightSummary:
    """Run one night (the settings' and the clock's own, unless given) and say what it came to. Raises NightFailed."""
    settings, now = settings or load_settings(), now or clock
    with only_night(settings, now):
        work = steps.begin(settings, night or settings.night_of(now()), now)
        try:
            summary = _run(work)
            show_in_prefect(work, summary)
            return cast(NightSummary, _state(summary, settings))  # of a returned state Prefect hands its data to the caller
        finally:
            work.readers.close()
            work.engine.dispose()


def _state(summary: NightSummary, settings: Settings) -> State[NightSummary] | State[NightFailed]:
    """Completed, with the counts; Failed, with the error that the caller gets, only when we failed."""
    failed = failure(summary, settings.crashed_share)
    if failed is not None:
        return Failed(message=f"{failed} {in_one_line(summary)}", data=failed)
    return Completed(message=in_one_line(summary), data=summary)


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
