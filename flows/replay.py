"""Read the archive again with today's readers, forms and rules, without any network: what would change, and then change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Engine, and_, select

from flows.contain import Job, Outcomes, Readers
from flows.settings import Settings
from flows.version import reading_version
from tasks import load
from tasks.errors import ArchiveDamaged
from tasks.reconcile import reconcile, rules_version
from tasks.records import Cell, Document, Outcome, Quarantine, Reading, Report
from warehouse.engine import open_existing
from warehouse.files import Archive
from warehouse.reviews import as_decided, decisions_of
from warehouse.schema import assessment, finding, report

Broken = frozenset[tuple[str, str, str]]  # rule, scope, verdict


@dataclass(frozen=True, slots=True)
class Difference:
    """What reading one report anew makes of it: figures (address, before, after) and broken rules that come or go.

    refused: why it can no longer be read. lost: why the archive has no bytes to read, and then nothing is changed.
    """

    document: Document
    part: str
    figures: tuple[tuple[str, str, str], ...]
    appeared: Broken
    vanished: Broken
    refused: str = ""
    lost: str = ""

    @property
    def is_any(self) -> bool:
        """Whether anything differs."""
        return bool(self.figures or self.appeared or self.vanished or self.refused)


def replay(settings: Settings, *, is_dry: bool, every: bool, limit: int | None) -> Iterator[Difference]:
    """Read the documents that today's readers have not read (or every one); load what was read unless it is a dry run."""
    engine, files = open_existing(settings.warehouse_url()), Archive(settings.archive())
    night = load.last_night(engine)
    chosen = (load.sighted(engine) if every else load.unread(engine, reading_version()))[:limit]
    with Readers(settings.read_limits(), settings.reading_at_once()) as readers:
        readers.check_data()
        for start in range(0, len(chosen), settings.batch_size):
            batch = chosen[start : start + settings.batch_size]
            jobs = [Job(partial(files.read, each.sha256), each.url, each.sha256) for each in batch]
            results = list(readers.read_all(jobs))
            reports = {
                (each.reading.sha256, each.reading.part): each
                for each in load.reports_in(engine, {document.sha256 for document in batch})
            }
            for document, outcomes in zip(batch, results, strict=True):
                yield from _differences(engine, document, outcomes, reports)
            if not is_dry:
                read = [each for outcomes in results if not isinstance(outcomes, ArchiveDamaged) for each in outcomes]
                load.load_readings(engine, read, night)
    if not is_dry:
        load.load_reports(engine, night)
        for each in load.reports_to_assess(engine, rules_version()):
            load.load_findings(engine, each, reconcile(each), rules_version(), night)
    engine.dispose()


def _differences(
    engine: Engine, document: Document, outcomes: Outcomes | ArchiveDamaged, reports: Mapping[tuple[str, str], Report]
) -> Iterator[Difference]:
    if isinstance(outcomes, ArchiveDamaged):
        yield Difference(document, "", (), frozenset(), frozenset(), lost=str(outcomes))
        return
    standing = {each.part: each for each in load.standing_readings(engine, document.sha256)}
    for outcome in outcomes:
        before, of = standing.get(outcome.part), reports.get((document.sha256, outcome.part))
        if isinstance(outcome, Quarantine):
            refused = outcome.reason if before is not None else ""
            yield Difference(document, outcome.part, (), frozenset(), frozenset(), refused)
            continue
        with engine.connect() as connection:
            decided = as_decided(outcome, decisions_of(connection, document.sha256).get((document.sha256, outcome.part), ()))
        found, kept = _broken(of, decided), _kept(engine, of)
        yield Difference(document, outcome.part, _figures(before, outcome), found - kept, kept - found)


def _figures(before: Reading | None, after: Reading) -> tuple[tuple[str, str, str], ...]:
    """Figures that are read otherwise: another text, another certainty, or only in one of the two."""
    old, new = before.figures() if before else {}, after.figures()
    addresses = [*new, *(address for address in old if address not in new)]
    pairs = ((address, _said(old.get(address)), _said(new.get(address))) for address in addresses)
    return tuple(pair for pair in pairs if pair[1] != pair[2])


def _said(cell: Cell | None) -> str:
    if cell is None:
        return "—"
    return f"{cell.raw.strip() or '（空）'}{'' if cell.certain else '?'}"


def _broken(of: Report | None, reading: Reading) -> Broken:
    if of is None:
        return frozenset()
    findings = reconcile(replace(of, reading=reading))
    return frozenset((each.rule, each.scope, each.verdict.value) for each in findings if each.outcome is Outcome.BROKEN)


def _kept(engine: Engine, of: Report | None) -> Broken:
    """The broken rules of the report's current assessment."""
    if of is None:
        return frozenset()
    query = (
        select(finding.c.rule, finding.c.scope, finding.c.verdict)
        .join(assessment, and_(assessment.c.id == finding.c.assessment_id, assessment.c.is_current.is_(True)))
        .join(report, report.c.id == assessment.c.report_id)
        .where(report.c.agency_id == of.agency_id, report.c.year == of.year, finding.c.outcome == Outcome.BROKEN.value)
    )
    with engine.connect() as connection:
        return frozenset((row.rule, row.scope, row.verdict) for row in connection.execute(query))
