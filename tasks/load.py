"""Load: records become rows. Each function is one transaction, and run again it adds nothing.

The order of a night: register, crawl, readings, reports, findings. Whatever is loaded can be loaded again after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Engine, and_, exists, func, insert, not_, select, update

from expectations.crosswalk import addresses, load_crosswalk
from expectations.cycle import load_cycle
from expectations.deadline import may_be_due
from expectations.names import Fit, Register
from tasks.errors import WarehouseError
from tasks.fetched import Before, Crawl, Validators
from tasks.records import Agency, Document, Finding, Quarantine, Reading, Report
from tasks.roster import Cluster, Failure, Kind, Place, Roster
from warehouse.agencies import keep_agencies, keep_reference
from warehouse.assessments import keep_findings, read_due, to_assess
from warehouse.board import keep_board
from warehouse.clusters import HELD, failures_of, keep_clusters, release
from warehouse.engine import writing
from warehouse.lists import column_history, keep_pages, known_pages
from warehouse.readings import keep_readings, rebuild
from warehouse.regions import regions
from warehouse.reports import keep_reports
from warehouse.schema import agency, column_outcome, document, reading, run, sighting
from warehouse.schema_survey import cluster
from warehouse.sightings import SEEN, document_of, is_past, keep_crawl, known_bodies, listed, shown_attachments
from warehouse.surveys import compared_inputs, inputs_of, keep_inputs, keep_survey, reported_years, roster_of

_AT_ONCE = 200  # reports whose readings are held in memory
_OWN = {Fit.SAME: True, Fit.OTHER: False, Fit.UNSAID: None}


@dataclass(frozen=True, slots=True)
class CrawlCounts:
    """A night's sightings by state. `seen` are those whose document was had or found unchanged."""

    seen: int
    new: int
    changed: int
    unchanged: int
    missed: int
    withdrawn: int


def load_register(engine: Engine, agencies: Sequence[Agency], night: date) -> None:
    """Keep the agencies of the register, and what it said of them before. Those it no longer names stay, for their reports do."""
    with writing(engine) as connection:
        keep_agencies(connection, [_row(each) for each in agencies], night)


def load_reference(engine: Engine) -> None:
    """Keep what the law and the map say: regions (行政区划) and the crosswalk between the forms."""
    figures = [
        {"indicator": f"{each.indicator}.{column}".rstrip("."), "edition": edition, "address": address, "label": each.label}
        for each in load_crosswalk()
        for edition in each.rows
        for address, column in addresses(each, edition)
    ]
    with writing(engine) as connection:
        keep_reference(connection, regions(), figures)


def _row(each: Agency) -> dict[str, object]:
    return asdict(each) | {"aliases": list(each.aliases), "start_urls": list(each.start_urls)}


def known_before(engine: Engine, night: date, start_urls: Set[str]) -> Before:
    """What earlier nights know, so that a night need not fetch it again; and what, by cycle.yml, has no turn on it."""
    cycle = load_cycle()
    with engine.connect() as connection:
        known, history, standing = known_bodies(connection), column_history(connection, night), tuple(listed(connection, night))
        articles, pages = shown_attachments(connection), known_pages(connection, night)
    waits = {url: read for url, (read, last, _) in history.items() if last == read}
    skipped = {url for url in start_urls & waits.keys() if not cycle.column_is_due(url, night, waits[url])}
    read = {url: last for url, (last, _, _) in history.items()}
    resting = {
        url
        for url, year, start_url in standing
        if url in known and not cycle.report_is_due(url, year, night, read.get(start_url), is_cheap=_can_be_asked(known[url]))
    }
    columns = {url: before for url, (_, _, before) in history.items() if before is not None}
    return Before(known, articles, columns, pages, frozenset(resting), frozenset(skipped))


def _can_be_asked(known: Validators) -> bool:
    """Whether a site gave something to ask "changed since?" with."""
    return bool(known.etag or known.last_modified)


def load_crawl(engine: Engine, crawl: Crawl, documents: Sequence[Document]) -> CrawlCounts:
    """Keep what a night's crawl saw, and what it no longer saw."""
    with writing(engine) as connection:
        counts = keep_crawl(connection, crawl, documents)
        keep_pages(connection, crawl.pages, crawl.night)
    states = {state: counts.get(state, 0) for state in (*SEEN, "missed", "withdrawn")}
    return CrawlCounts(seen=sum(states[state] for state in SEEN), **states)


def sighted(engine: Engine) -> tuple[Document, ...]:
    """Every document that was ever sighted, by its hash."""
    is_sighted = exists().where(sighting.c.sha256 == document.c.sha256)
    with engine.connect() as connection:
        rows = connection.execute(select(document).where(is_sighted).order_by(document.c.sha256))
        return tuple(document_of(row) for row in rows)


def last_night(engine: Engine) -> date:
    """The last night that was crawled. Raises WarehouseError where there was none."""
    with engine.connect() as connection:
        night: date | None = connection.execute(select(func.max(column_outcome.c.night))).scalar()
    if night is None:
        raise WarehouseError("no night has been run yet", where="the warehouse", remedy="Run `gouji nightly` first.")
    return night


def unread(engine: Engine, reader_version: str) -> tuple[Document, ...]:
    """The sighted documents whose current readings are not of this version of the readers, by their hash."""
    sighted = exists().where(sighting.c.sha256 == document.c.sha256)
    current = and_(reading.c.reader_version == reader_version, reading.c.is_current.is_(True))
    known = exists().where(reading.c.sha256 == document.c.sha256, current)
    with engine.connect() as connection:
        rows = connection.execute(select(document).where(sighted, not_(known)).order_by(document.c.sha256))
        return tuple(document_of(row) for row in rows)


def load_readings(engine: Engine, results: Sequence[Reading | Quarantine], night: date) -> int:
    """Keep a batch's readings and quarantines. Returns how many figures this added."""
    with writing(engine) as connection:
        return keep_readings(connection, results, night)


def load_reports(engine: Engine, night: date) -> None:
    """Decide which document is each agency's report for each year, as of a night. To be called when all are read.

    A night of the past, run again, decides nothing: what later nights saw stands.
    """
    with writing(engine) as connection:
        if is_past(connection, night):
            return
        rows = connection.execute(select(agency.c.id, agency.c.name, agency.c.aliases))
        register = Register({row.id: (row.name, *row.aliases) for row in rows})
        keep_reports(connection, night, lambda *printed: _OWN[register.fit(*printed)])


def reports_to_assess(engine: Engine, rules_version: str) -> Iterator[Report]:
    """The current reports that these rules have not been put to yet, or only with other readings beside them, one by one."""
    with engine.connect() as connection:
        due = to_assess(connection, rules_version)
    for start in range(0, len(due.wanted), _AT_ONCE):
        with engine.connect() as connection:
            reports = read_due(connection, due, start, _AT_ONCE)
        yield from reports


def reports_in(engine: Engine, hashes: Set[str]) -> tuple[Report, ...]:
    """The current reports in some documents, with what they are compared with."""
    with engine.connect() as connection:
        due = to_assess(connection, "", hashes)
        return read_due(connection, due, 0, len(due.wanted))


def standing_readings(engine: Engine, sha256: str) -> tuple[Reading, ...]:
    """The current readings of a document."""
    with engine.connect() as connection:
        ids = connection.execute(select(reading.c.id).where(reading.c.sha256 == sha256, reading.c.is_current.is_(True)))
        return tuple(rebuild(connection, ids.scalars().all()).values())


def load_findings(engine: Engine, report: Report, findings: Sequence[Finding], rules_version: str, night: date) -> None:
    """Keep what the rules say of a report; it becomes the current assessment of that agency's year."""
    with writing(engine) as connection:
        keep_findings(connection, report, findings, rules_version, night)


def comparison_is_due(engine: Engine, year: int, agencies: Sequence[Agency], rules_version: str) -> str:
    """What a year's comparison now rests on, where that is not what the last one did; else blank."""
    with engine.connect() as connection:
        inputs = inputs_of(connection, year, agencies, rules_version)
        return inputs if inputs != compared_inputs(connection, year) else ""


def years_to_survey(engine: Engine, night: date) -> tuple[int, ...]:
    """The years reported for, and those of the present round. None for a night of the past: it stays as it was told."""
    with engine.connect() as connection:
        return () if is_past(connection, night) else tuple(sorted({*reported_years(connection), *may_be_due(night)}))


def load_roster(engine: Engine, year: int, night: date, agencies: Sequence[Agency], *, with_contents: bool) -> Roster:
    """Where every agency of the register stands with its report of a year."""
    with engine.connect() as connection:
        return roster_of(connection, year, night, agencies, load_cycle().longest(), with_contents=with_contents)


def load_survey(
    engine: Engine, year: int, findings: Sequence[Finding], rules: Sequence[str], night: date, inputs: str = ""
) -> None:
    """Keep what these rules say of a year's reports together. `inputs`: what a comparison rested on."""
    with writing(engine) as connection:
        keep_survey(connection, findings, year, rules, night)
        if inputs:
            keep_inputs(connection, year, inputs, night)


def load_board(engine: Engine, places: Sequence[Place], year: int, night: date) -> None:
    """Keep where every agency's report of a year stands."""
    with writing(engine) as connection:
        keep_board(connection, places, year, night)


def failures(engine: Engine) -> tuple[tuple[Failure, ...], Mapping[Kind, int]]:
    """What is held against agencies now, and how many reports of each kind were assessed."""
    with engine.connect() as connection:
        return failures_of(connection)


def load_clusters(engine: Engine, found: Sequence[Cluster], night: date) -> int:
    """Hold the clusters that nobody has released. Returns how many are held."""
    with writing(engine) as connection:
        keep_clusters(connection, found, night)
        return connection.execute(select(func.count()).where(cluster.c.state == HELD)).scalar_one()


def release_cluster(engine: Engine, fingerprint: str, reason: str, night: date) -> None:
    """Let a held cluster's findings be told. Raises WarehouseError when none such is held."""
    with writing(engine) as connection:
        release(connection, fingerprint, reason, night)


def start_run(engine: Engine, night: date, now: Callable[[], datetime]) -> None:
    """Note that a run for a night has begun."""
    with writing(engine) as connection:
        connection.execute(insert(run).values(night=night, started_at=now()))


def note_step(engine: Engine, night: date, now: Callable[[], datetime], step: str) -> None:
    """Note which step the last run begun for a night has come to, for whoever asks why it did not finish."""
    last = select(func.max(run.c.id)).where(run.c.night == night).scalar_subquery()
    came_to = {"step": step, "since": now().isoformat()}
    with writing(engine) as connection:
        connection.execute(update(run).where(run.c.id == last, run.c.finished_at.is_(None)).values(summary=came_to))


def finish_run(engine: Engine, night: date, now: Callable[[], datetime], summary: Mapping[str, int]) -> None:
    """Note that the last run begun for a night is done, and what it came to."""
    last = select(func.max(run.c.id)).where(run.c.night == night).scalar_subquery()
    with writing(engine) as connection:
        connection.execute(update(run).where(run.c.id == last).values(finished_at=now(), summary=dict(summary)))
