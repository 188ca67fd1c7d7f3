"""What is held against agencies now: broken rules whose verdict is *agency*, which no cluster holds back; and whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, and_, not_, select

from tasks.records import Finding, Number, Outcome, Severity, Suspect, Verdict
from warehouse.clusters import is_held
from warehouse.schema import agency, assessment, finding, reading, report
from warehouse.schema_survey import survey_finding


@dataclass(frozen=True, slots=True)
class Ground:
    """A finding, whose it is, who supervises it, and the readings that it rests on (None for what all reports together show)."""

    finding: Finding
    agency: str
    supervisor: str
    editions: tuple[tuple[str, str], ...] = ()
    reading_id: int | None = None
    previous_reading_id: int | None = None


def grounds(connection: Connection) -> tuple[Ground, ...]:
    """By the current assessments of the current reports, and by all reports of a year together; by agency, year, rule, scope."""
    return (*_of_reports(connection), *_of_surveys(connection))


def is_current() -> Any:
    """Whether an assessment is the one that counts."""
    return and_(assessment.c.is_current.is_(True), report.c.is_current.is_(True))


def _of_reports(connection: Connection) -> list[Ground]:
    readings = (reading.c.editions, assessment.c.reading_id, assessment.c.previous_reading_id)
    rows = connection.execute(
        select(finding, report.c.agency_id, report.c.year, *readings, agency.c.name, agency.c.supervisor)
        .join(assessment, assessment.c.id == finding.c.assessment_id)
        .join(report, report.c.id == assessment.c.report_id)
        .join(reading, reading.c.id == assessment.c.reading_id)
        .join(agency, agency.c.id == report.c.agency_id)
        .where(is_current(), finding.c.outcome == Outcome.BROKEN.value, finding.c.verdict == Verdict.AGENCY.value)
        .where(not_(is_held()))
        .order_by(report.c.agency_id, report.c.year, finding.c.rule, finding.c.scope)
    )
    return [
        Ground(
            finding=_finding(row, row.suspects),
            agency=row.name,
            supervisor=row.supervisor,
            editions=tuple((table, edition) for table, edition in row.editions),
            reading_id=row.reading_id,
            previous_reading_id=row.previous_reading_id,
        )
        for row in rows
    ]


def _of_surveys(connection: Connection) -> list[Ground]:
    rows = connection.execute(
        select(survey_finding, agency.c.name, agency.c.supervisor)
        .join(agency, agency.c.id == survey_finding.c.agency_id)
        .where(survey_finding.c.is_current.is_(True), survey_finding.c.outcome == Outcome.BROKEN.value)
        .where(survey_finding.c.verdict == Verdict.AGENCY.value)
        .order_by(survey_finding.c.agency_id, survey_finding.c.year, survey_finding.c.rule, survey_finding.c.scope)
    )
    return [Ground(_finding(row, ()), row.name, row.supervisor) for row in rows]


def _finding(row: Row[Any], suspects: Sequence[Mapping[str, Any]]) -> Finding:
    return Finding(
        rule=row.rule,
        severity=Severity(row.severity),
        agency_id=row.agency_id,
        year=row.year,
        scope=row.scope,
        outcome=Outcome(row.outcome),
        says=row.says,
        reason=row.reason,
        left=row.left_value,
        right=row.right_value,
        delta=row.delta,
        cells=tuple(row.cells),
        suspects=tuple(_suspect(each) for each in suspects),
        verdict=Verdict(row.verdict),
    )


def _suspect(stored: Mapping[str, Any]) -> Suspect:
    cells = tuple((address, None if value is None else _number(value)) for address, value in stored["cells"])
    return Suspect(cells=cells, cause=stored["cause"])


def _number(stored: int | str) -> Number:
    """JSON has no exact fractions: they are kept as text."""
    return stored if isinstance(stored, int) else Decimal(stored)
