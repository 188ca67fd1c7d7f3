"""What a night came to, for people: documents by state, reports read or quarantined, rules broken, and who is told what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, func, select

from expectations.rule import load_rules
from tasks.alert import SupervisorNews
from tasks.fetched import ColumnOutcome
from tasks.load import CrawlCounts
from tasks.publish import Publication
from tasks.publish.products import Products
from tasks.records import Outcome, Quarantine, Severity, Verdict
from warehouse.schema import assessment, finding, report
from warehouse.schema_survey import survey_finding
from warehouse.sightings import covers_of


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """What became of one batch of documents, or of all: how many were read, which were not, and the figures loaded."""

    read: int
    quarantined: tuple[Quarantine, ...]
    figures: int

    def __add__(self, other: BatchCounts) -> BatchCounts:
        return BatchCounts(self.read + other.read, self.quarantined + other.quarantined, self.figures + other.figures)


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule is broken by the current reports, by the agencies' own figures and where that is not certain."""

    rule: str
    title: str
    severity: str
    broken: int
    reports: int
    unsure: int


@dataclass(frozen=True, slots=True)
class NightSummary:
    """One night. `findings` are those of all current reports, the rest is of this run.

    `covers` are the hashes of pages that hold no report themselves and only lead to one as an attachment, which was read.
    """

    night: date
    documents: CrawlCounts
    columns: tuple[ColumnOutcome, ...]
    readings: BatchCounts
    covers: frozenset[str]
    assessed: int
    findings: tuple[RuleCount, ...]
    publication: Publication
    products: Products
    news: tuple[SupervisorNews, ...]
    warehouse: str
    outbox: Path
    docs: Path

    @property
    def unreached(self) -> tuple[ColumnOutcome, ...]:
        """The columns that were not read to their end."""
        return tuple(column for column in self.columns if not column.complete)

    @property
    def quarantined(self) -> tuple[Quarantine, ...]:
        """The documents that could not be read."""
        return tuple(each for each in self.readings.quarantined if each.sha256 not in self.covers)

    def numbers(self) -> Mapping[str, int]:
        """What the run's row in the warehouse keeps."""
        return {
            **asdict(self.documents),
            "columns": len(self.columns),
            "columns_unreached": len(self.unreached),
            "read": self.readings.read,
            "quarantined": len(self.quarantined),
            "covers": len(self.covers),
            "figures": self.readings.figures,
            "assessed": self.assessed,
        }


def find_covers(engine: Engine, quarantined: Sequence[Quarantine]) -> frozenset[str]:
    """Which unreadable documents are pages that lead to a report as an attachment that was read."""
    with engine.connect() as connection:
        return covers_of(connection) & {each.sha256 for each in quarantined}


def count_findings(engine: Engine) -> tuple[RuleCount, ...]:
    """The broken rules of the current reports, the gravest first."""
    query = (
        select(finding.c.rule, finding.c.verdict, func.count(), func.count(report.c.id.distinct()))
        .join(assessment, assessment.c.id == finding.c.assessment_id)
        .join(report, report.c.id == assessment.c.report_id)
        .where(assessment.c.is_current, report.c.is_current, finding.c.outcome == Outcome.BROKEN.value)
        .group_by(finding.c.rule, finding.c.verdict)
    )
    surveyed = (
        select(survey_finding.c.rule, survey_finding.c.verdict, func.count(), func.count())
        .where(survey_finding.c.is_current, survey_finding.c.outcome == Outcome.BROKEN.value)
        .group_by(survey_finding.c.rule, survey_finding.c.verdict)
    )
    with engine.connect() as connection:
        rows = [*connection.execute(query), *connection.execute(surveyed)]
    counts = {(rule, verdict): (count, reports) for rule, verdict, count, reports in rows}
    found = []
    for rule in load_rules():
        broken, reports = counts.get((rule.id, Verdict.AGENCY.value), (0, 0))
        unsure = sum(counts.get((rule.id, verdict.value), (0, 0))[0] for verdict in (Verdict.READING, Verdict.UNDECIDED))
        if broken or unsure:
            found.append(RuleCount(rule.id, rule.title, rule.severity, broken, reports, unsure))
    return tuple(sorted(found, key=lambda count: list(Severity).index(Severity(count.severity))))
