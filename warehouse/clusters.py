"""Failures that are more likely ours than the agencies': what is held back until a person has looked, and what is released."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, insert, select, update

from tasks.errors import WarehouseError
from tasks.records import Outcome, Verdict
from tasks.roster import Cluster, Failure, Kind
from warehouse.schema import agency, assessment, column_outcome, finding, reading, report
from warehouse.schema_survey import cluster, cluster_finding

HELD, RELEASED, GONE = "held", "released", "gone"


def failures_of(connection: Connection) -> tuple[tuple[Failure, ...], Counter[Kind]]:
    """What the current assessments hold against agencies, and how many reports of each kind there are."""
    cms = _cms(connection)
    of_current = and_(assessment.c.is_current.is_(True), report.c.is_current.is_(True))
    columns = (assessment.c.id, report.c.agency_id, reading.c.reader, reading.c.reader_version)
    joined = (
        select(*columns)
        .join(report, report.c.id == assessment.c.report_id)
        .join(reading, reading.c.id == assessment.c.reading_id)
        .where(of_current)
    )
    kinds = {row.id: _kind(row, cms) for row in connection.execute(joined)}
    broken = and_(finding.c.outcome == Outcome.BROKEN.value, finding.c.verdict == Verdict.AGENCY.value)
    found = joined.add_columns(finding.c.rule, finding.c.scope, finding.c.suspects).join(
        finding, finding.c.assessment_id == assessment.c.id
    )
    failures = tuple(
        Failure(kinds[row.id], row.agency_id, row.id, row.rule, row.scope, _first(row.suspects))
        for row in connection.execute(found.where(broken))
    )
    return failures, Counter(kinds.values())


def keep_clusters(connection: Connection, found: Sequence[Cluster], night: date) -> None:
    """Hold what is new, bring the others up to date; those that are no longer found are gone. What people released stays so."""
    known = {row.fingerprint: row for row in connection.execute(select(cluster))}
    for each in found:
        before = known.pop(each.fingerprint, None)
        counts = {"failing": each.failing, "reports": each.reports, "night": night}
        if before is None:
            kind = {"reader": each.kind.reader, "reader_version": each.kind.reader_version, "cms": each.kind.cms}
            place = {"fingerprint": each.fingerprint, "rule": each.rule, "place": each.place}
            connection.execute(insert(cluster).values(kind | place | counts | {"state": HELD, "since": night, "reason": ""}))
        else:
            back = {"state": HELD, "since": night} if before.state == GONE else {}
            connection.execute(update(cluster).where(cluster.c.fingerprint == each.fingerprint).values(counts | back))
        connection.execute(delete(cluster_finding).where(cluster_finding.c.fingerprint == each.fingerprint))
        rows = [{"fingerprint": each.fingerprint, "assessment_id": number, "scope": scope} for number, scope in each.findings]
        connection.execute(insert(cluster_finding), rows)
    for fingerprint, row in known.items():
        connection.execute(delete(cluster_finding).where(cluster_finding.c.fingerprint == fingerprint))
        if row.state == HELD:
            gone = {"state": GONE, "since": night, "night": night}
            connection.execute(update(cluster).where(cluster.c.fingerprint == fingerprint).values(gone))


def release(connection: Connection, fingerprint: str, reason: str, night: date) -> None:
    """Let supervisors be told after all: a person has found the figures to be the agencies' own. Raises WarehouseError."""
    held = and_(cluster.c.fingerprint == fingerprint, cluster.c.state == HELD)
    if connection.execute(select(cluster.c.state).where(held)).scalar() is None:
        remedy = "`gouji clusters` lists those that are held."
        raise WarehouseError(
            "no such cluster is held", where=repr(fingerprint), expected="the id of a held cluster", remedy=remedy
        )
    connection.execute(update(cluster).where(held).values(state=RELEASED, since=night, reason=reason))


def is_held() -> ColumnElement[bool]:
    """Whether a row of `finding` is held back."""
    of_finding = and_(
        cluster_finding.c.assessment_id == finding.c.assessment_id,
        cluster_finding.c.scope == finding.c.scope,
        cluster.c.rule == finding.c.rule,
        cluster.c.fingerprint == cluster_finding.c.fingerprint,
        cluster.c.state == HELD,
    )
    return exists().where(of_finding)


def _cms(connection: Connection) -> dict[str, str]:
    """By agency, the content management system that its lists were last seen to have."""
    query = select(column_outcome.c.start_url, column_outcome.c.cms).where(column_outcome.c.cms.is_not(None))
    last = {row.start_url: row.cms for row in connection.execute(query.order_by(column_outcome.c.night))}
    rows = connection.execute(select(agency.c.id, agency.c.start_urls))
    return {row.id: next((last[url] for url in row.start_urls if last.get(url)), "") for row in rows}


def _kind(row: Row[Any], cms: dict[str, str]) -> Kind:
    return Kind(row.reader, row.reader_version, cms.get(row.agency_id, ""))


def _first(suspects: Sequence[dict[str, Any]]) -> str:
    cells = suspects[0]["cells"] if suspects else []
    return str(cells[0][0]) if cells else ""
