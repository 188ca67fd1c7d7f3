"""One night, step by step, as plain functions: nightly.py runs them as Prefect tasks; without it they do the same.

Every step may be run again: what is there already is not added twice. Progress is told through logging, to "gouji": a
line of level INFO for each finished step, and of level DEBUG for how far a step has come.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from importlib.metadata import version
from logging import getLogger
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from expectations.clustering import load_clustering
from flows.contain import Job, Limits, Readers
from flows.lock import only_delivery
from flows.routes import check_routes, load_routes
from flows.settings import Clock, Settings
from flows.summary import BatchCounts
from flows.version import reading_version
from tasks import load
from tasks.alert import AlertOptions, SupervisorNews, alert
from tasks.alert.routing import Routing
from tasks.alert.rule_words import check_words
from tasks.alert.services import load_channels
from tasks.archive import archive
from tasks.crawl import crawl
from tasks.crawl.dropin import add_files, read_files
from tasks.crawl.register import load_register
from tasks.errors import ArchiveDamaged
from tasks.fetched import Crawl
from tasks.publish import Publication, check_docs, publish
from tasks.publish.products import Products, check_products, publish_products
from tasks.reconcile import reconcile, rules_version
from tasks.reconcile.board import board
from tasks.reconcile.clusters import find_clusters
from tasks.reconcile.survey import calendar_rules, compare, comparison_rules, survey
from tasks.records import Agency, Document, Quarantine, Reading
from warehouse.engine import open_warehouse
from warehouse.files import Archive

LOG = getLogger("gouji")


@dataclass(frozen=True, slots=True)
class Work:
    """What every step of a night works with."""

    settings: Settings
    night: date
    now: Clock
    agencies: tuple[Agency, ...]
    engine: Engine
    files: Archive
    readers: Readers
    routing: Routing

    @property
    def spool(self) -> Path:
        """Where the crawl puts what it fetches, until it is archived and loaded."""
        return self.settings.data_dir.resolve() / "spool" / self.night.isoformat()


def begin(settings: Settings, night: date, now: Clock) -> Work:
    """Open the register, the warehouse and the archive, or say plainly why that is not possible."""
    agencies = check_given(settings, night)
    settings.maintainers()  # a reference that leads nowhere is said now, not when everything else is done
    routing = load_routes(settings)
    files = Archive(settings.archive())
    files.check()
    readers = Readers(settings.read_limits(), settings.reading_at_once())
    work = Work(settings, night, now, agencies, open_warehouse(settings.warehouse_url()), files, readers, routing)
    load.load_register(work.engine, agencies, night)
    load.load_reference(work.engine)
    load.start_run(work.engine, night, now)
    LOG.info("准备 begin: %d agencies in the register, the warehouse is open", len(agencies))
    return work


def check(settings: Settings) -> None:
    """Say at once what would keep a night from beginning, before Prefect takes its time to start."""
    check_given(settings)
    check_places(settings)


def check_given(settings: Settings, night: date | None = None) -> tuple[Agency, ...]:
    """Look at the register, the routes, our data and the folders to publish into, and make nothing. Returns the agencies."""
    agencies = load_register(settings.agencies)
    check_routes(settings, agencies)
    _check_data(reading_version())
    _check_folders(settings, night)
    return agencies


def check_places(settings: Settings) -> None:
    """Open the archive and the warehouse once, which brings the latter up to date: for who holds the night's lock."""
    Archive(settings.archive()).check()
    open_warehouse(settings.warehouse_url()).dispose()


def _check_folders(settings: Settings, night: date | None) -> None:
    """Raise SettingsError where publishing would replace a folder with other files in it."""
    check_products(settings.products_dir())
    if night is not None:
        check_docs(settings.docs_dir() / night.isoformat())


@cache
def _check_data(version: str) -> None:
    """Raise BadForm where a data file of ours is wrong: no document is to blame for it. Once for each version of them."""
    with Readers(Limits()) as readers:
        readers.check_data()
    load_channels()
    check_words()
    LOG.debug("准备 begin: the data files of version %s are sound", version)


def crawl_agencies(work: Work) -> Crawl:
    """Read every agency's lists, and fetch what is new or changed."""
    columns = {url for agency in work.agencies for url in agency.start_urls}
    by_hand = read_files(work.settings.drop_in_dir(), work.agencies, work.night, work.now())
    before = load.known_before(work.engine, work.night, columns)
    LOG.debug("抓取 crawl: %d agencies, %d columns, %d not tonight", len(work.agencies), len(columns), len(before.skipped))
    settings = work.settings
    shutil.rmtree(work.spool, ignore_errors=True)
    found = crawl(
        work.agencies,
        night=work.night,
        before=before,
        archive=settings.archive(),
        spool=work.spool,
        now=work.now,
        options=settings.crawl_options(),
    )
    found = add_files(found, by_hand, settings.drop_in_dir())
    complete = sum(column.complete for column in found.columns)
    if complete < len(found.columns):
        LOG.warning("未能到达 not reached: %d of %d columns", len(found.columns) - complete, len(found.columns))
    LOG.info("抓取 crawl: %d of %d columns read to their end, %d links", complete, len(found.columns), len(found.fetched))
    return found


def archive_documents(work: Work, found: Crawl) -> tuple[Document, ...]:
    """Keep every fetched body for ever."""
    kept = tuple(archive(each, work.files) for each in found.fetched if each.body is not None)
    pages = tuple(archive(each, work.files) for each in found.pages)
    LOG.info("存档 archive: %d documents and %d pages of lists kept", len({document.sha256 for document in kept}), len(pages))
    return kept + pages


def load_crawl(work: Work, found: Crawl, documents: tuple[Document, ...]) -> load.CrawlCounts:
    """Load what was seen; then the spool is no longer needed."""
    counts = load.load_crawl(work.engine, found, documents)
    shutil.rmtree(work.spool.parent, ignore_errors=True)
    return counts


def unread_batches(work: Work) -> tuple[tuple[Document, ...], ...]:
    """The documents that these readers have not read yet, in batches."""
    documents, size = load.unread(work.engine, reading_version()), work.settings.batch_size
    return tuple(documents[start : start + size] for start in range(0, len(documents), size))


def read_batch(work: Work, documents: tuple[Document, ...]) -> BatchCounts:
    """Read a batch of documents and load it in one transaction."""
    results: list[Reading | Quarantine] = []
    jobs = [Job(partial(work.files.read, each.sha256), each.url, each.sha256) for each in documents]
    for number, outcomes in enumerate(work.readers.read_all(jobs), 1):
        LOG.debug("读取 read: %d of %d in this batch", number, len(documents))
        if isinstance(outcomes, ArchiveDamaged):
            raise outcomes
        results += outcomes
    figures = load.load_readings(work.engine, results, work.night)
    quarantined = tuple(result for result in results if isinstance(result, Quarantine))
    read = len(results) - len(quarantined)
    LOG.info("读取 read: %d documents, %d reports read, %d not, %d figures", len(documents), read, len(quarantined), figures)
    return BatchCounts(read, quarantined, figures)


def assess_reports(work: Work) -> int:
    """Decide which document is each agency's report for each year, and put to the rules what they have not judged yet."""
    load.load_reports(work.engine, work.night)
    version = rules_version()
    done = 0
    for done, report in enumerate(load.reports_to_assess(work.engine, version), 1):
        LOG.debug("勾稽 reconcile: report %d", done)
        load.load_findings(work.engine, report, reconcile(report), version, work.night)
    LOG.info("勾稽 reconcile: %d reports put to the rules", done)
    return done


def survey_reports(work: Work) -> int:
    """Look at every year's reports together: who is late or missing, which are alike or do not add up. Returns how many years."""
    version, years = rules_version(), load.years_to_survey(work.engine, work.night)
    for year in years:
        LOG.debug("比对 survey: %d", year)
        inputs = load.comparison_is_due(work.engine, year, work.agencies, version)
        roster = load.load_roster(work.engine, year, work.night, work.agencies, with_contents=bool(inputs))
        found = survey(roster)
        load.load_survey(work.engine, year, found, calendar_rules(), work.night)
        load.load_board(work.engine, board(roster, found), year, work.night)
        if inputs:
            load.load_survey(work.engine, year, compare(roster), comparison_rules(), work.night, inputs)
    LOG.info("比对 survey: the reports of %d years held against the register and each other", len(years))
    return len(years)


def hold_clusters(work: Work) -> int:
    """Hold back failures that are more likely a reader's than the agencies'. Returns how many clusters are held."""
    failures, reports = load.failures(work.engine)
    held = load.load_clusters(work.engine, find_clusters(failures, reports, load_clustering()), work.night)
    if held:
        LOG.warning("暂扣 hold: %d clusters of failures are more likely ours; no supervisor is told (`gouji clusters`)", held)
    return held


def publish_docs(work: Work) -> Publication:
    """Put the night's reports to the rules once more as suites, and publish the Data Docs."""
    LOG.debug("发布 publish: Great Expectations")
    publication = publish(work.engine, work.night, work.settings.docs_dir() / work.night.isoformat())
    LOG.info(
        "发布 publish: %d rules over %d reports, %d rows fail",
        len(publication.rules),
        publication.reports,
        len(publication.failing),
    )
    return publication


def publish_state(work: Work) -> Products:
    """Publish the present state for analysts; where it does not pass its checks the last publication stays, and it is said."""
    versions = {"gouji": version("gouji"), "readers": reading_version(), "rules": rules_version()}
    products = publish_products(work.engine, work.settings.products_dir(), work.night, versions)
    if products.faults:
        LOG.error("发布 publish: the state is not published, the last one stays: %s", "; ".join(products.faults))
    else:
        LOG.info("发布 publish: state %s, %s", products.state, ", ".join(f"{n} {name}" for name, n in products.rows.items()))
    return products


def tell_supervisors(work: Work, faults: tuple[str, ...] = ()) -> tuple[SupervisorNews, ...]:
    """Tell each supervisor what changed."""
    settings = work.settings
    options = AlertOptions(
        outbox=settings.outbox_dir(),
        routing=work.routing,
        maintainer_urls=settings.maintainers(),
        faults=faults,
        link_base=settings.link_base,
        zone=ZoneInfo(settings.timezone),
    )
    with only_delivery(settings):
        news = alert(work.engine, work.night, options, work.now)
    LOG.info("告知 alert: %d digests for %d supervisors", sum(bool(each.files) for each in news), len(news))
    if any(work.routing.of(each.supervisor).at for each in news):
        LOG.info("告知 alert: digests with an hour of their own are sent by `gouji deliver` (cron) or `gouji serve`")
    return news
