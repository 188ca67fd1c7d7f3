"""Put the night's reports to the rules once more, as Great Expectations suites, and publish the Data Docs.

reconcile decides and explains, report by report; this looks at the whole batch from the warehouse's own rows, so that a
fault between reading and loading shows as a disagreement. The docs folder is replaced whole, or left as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, Select, and_, func, select

from expectations.rule import Rule, load_rules
from expectations.suite_checks import FailingRow, RuleResult, SuiteResult, scaled
from expectations.suite_frames import Batch, build_frames
from tasks.publish.swap import beside, check_place, swap
from tasks.records import Outcome, Semantics, Verdict
from warehouse.schema import agency, assessment, claim, figure, finding, reading, report
from warehouse.schema_survey import survey_finding

_MARK, _WHAT = "validations", "the Data Docs of an earlier night"


@dataclass(frozen=True, slots=True)
class Publication:
    """What the suites say of a night's batch. When the night assessed nothing, `rules` is empty and `index` the last docs'."""

    reports: int
    rules: tuple[RuleResult, ...]
    failing: tuple[FailingRow, ...]
    index: Path | None
    passed: bool


def check_docs(docs: Path) -> None:
    """Raise SettingsError for a folder that publishing must not replace."""
    check_place(docs, _MARK, _WHAT)


def publish(engine: Engine, night: date, docs: Path, rules: tuple[Rule, ...] | None = None) -> Publication:
    """Run the rules' suites over the reports assessed this night and replace the Data Docs in `docs`."""
    rules = load_rules() if rules is None else rules
    new, old = beside(docs, _MARK, _WHAT)
    with engine.connect() as connection:
        reports = connection.execute(select(func.count()).select_from(_tonight(night).subquery())).scalar_one()
        frames = build_frames(_batch(connection, night), rules) if reports else ()
    if not frames:
        index = docs / "index.html"
        return Publication(reports, (), (), index if index.exists() else None, passed=True)

    from expectations.suite import run_suites  # slow to import

    suites = run_suites(frames, night, new)
    swap(new, docs, old)
    results = tuple(_rule_result(rule.id, suites) for rule in rules if rule.kind != "change")
    failing = tuple(row for result in results for row in result.failing)
    return Publication(reports, results, failing, docs / "index.html", passed=not failing)


def _rule_result(rule: str, suites: tuple[SuiteResult, ...]) -> RuleResult:
    parts = [result for suite in suites for result in suite.results if result.rule == rule]
    failing = tuple(row for part in parts for row in part.failing)
    return RuleResult(rule, sum(part.rows for part in parts), sum(part.skipped for part in parts), failing)


def _tonight(night: date) -> Select[Any]:
    current = select(
        assessment.c.id.label("assessment_id"),
        assessment.c.reading_id,
        assessment.c.previous_reading_id,
        report.c.agency_id,
        report.c.year,
    )
    joined = current.join(report, report.c.id == assessment.c.report_id)
    return joined.where(assessment.c.night == night, assessment.c.is_current, report.c.is_current)


def _batch(connection: Connection, night: date) -> Batch:
    tonight = _tonight(night).subquery()
    subject = (tonight.c.agency_id, tonight.c.year)
    place = (figure.c.table_name.label("table"), figure.c.row_key.label("row"), figure.c.column_key.label("column"))
    printed = (*subject, *place, figure.c.raw, figure.c.semantics, figure.c.value, figure.c.certain)
    now = select(*printed).join(tonight, tonight.c.reading_id == figure.c.reading_id)
    before = select(*printed).join(tonight, tonight.c.previous_reading_id == figure.c.reading_id)
    told = select(*subject, claim.c.measure, claim.c.value).join(tonight, tonight.c.reading_id == claim.c.reading_id)
    told = told.where(claim.c.year == tonight.c.year, claim.c.scope == "own", claim.c.period == "").order_by(
        *subject, claim.c.position
    )
    return Batch(
        tables=_tables(connection, tonight),
        figures=_figures(connection, now.order_by(*subject, figure.c.position)),
        previous=_figures(connection, before.order_by(*subject, figure.c.position)),
        claims=_amounts(_rows(connection, told), "stated"),
        told=_told(connection, tonight),
    )


def _told(connection: Connection, tonight: Any) -> pd.DataFrame:
    """What reconcile and the survey found of the night's reports; what is held against nobody counts as not assessed."""
    who = (tonight.c.agency_id, agency.c.name.label("agency"), tonight.c.year)
    rows = []
    for found, is_its in (
        (finding, finding.c.assessment_id == tonight.c.assessment_id),
        (
            survey_finding,
            and_(
                survey_finding.c.agency_id == tonight.c.agency_id,
                survey_finding.c.year == tonight.c.year,
                survey_finding.c.is_current.is_(True),
            ),
        ),
    ):
        query = select(*who, found.c.rule, found.c.outcome, found.c.verdict, found.c.reason).join(found, is_its)
        rows.append(_rows(connection, query.join(agency, agency.c.id == tonight.c.agency_id)))
    told = pd.concat(rows, ignore_index=True)
    is_decided = (told["outcome"] == Outcome.HOLDS) | ((told["outcome"] == Outcome.BROKEN) & (told["verdict"] == Verdict.AGENCY))
    return told[is_decided].assign(is_held=told["outcome"] == Outcome.HOLDS)


def _tables(connection: Connection, tonight: Any) -> pd.DataFrame:
    query = select(tonight.c.agency_id, agency.c.name.label("agency"), tonight.c.year, reading.c.editions)
    query = query.join(agency, agency.c.id == tonight.c.agency_id).join(reading, reading.c.id == tonight.c.reading_id)
    columns = ["agency_id", "agency", "year", "table", "edition"]
    rows = [
        (*subject, name, edition) for *subject, editions in connection.execute(query) for name, edition in dict(editions).items()
    ]
    return pd.DataFrame(rows, columns=columns).sort_values(["agency_id", "year", "table"], ignore_index=True)


def _figures(connection: Connection, query: Select[Any]) -> pd.DataFrame:
    figures = _amounts(_rows(connection, query), "amount")
    is_read = figures["certain"].astype(bool) & (figures["semantics"] != Semantics.UNREADABLE.value)
    figures["amount"] = figures["amount"].where(is_read)
    figures["semantics"] = figures["semantics"].where(is_read)
    return figures.drop(columns="certain")


def _amounts(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    return rows.assign(**{name: scaled(rows["value"])}).drop(columns="value")


def _rows(connection: Connection, query: Select[Any]) -> pd.DataFrame:
    result = connection.execute(query)
    return pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()), dtype=object)
