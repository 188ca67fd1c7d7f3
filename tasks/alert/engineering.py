"""Tell the maintainers of failures that are more likely a reader's than the agencies': one message a night, and where to look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from markdown import markdown as to_html
from sqlalchemy import Connection, Row, select

from tasks.alert.channels import Message
from tasks.alert.sentences import place_name
from tasks.alert.wording import load_wording
from warehouse.clusters import HELD
from warehouse.schema import agency, assessment, report
from warehouse.schema_survey import cluster, cluster_finding

_EXAMPLES = 5


def build_engineering(connection: Connection, night: date, nights: Sequence[date], faults: Sequence[str] = ()) -> Message | None:
    """The message of a night, or None when nothing has been held or has gone, and the state was published (no `faults`).

    nights: of which it tells: its own, and earlier ones of which none has told.
    """
    words = load_wording().engineering
    rows = connection.execute(
        select(cluster)
        .where(cluster.c.since.in_(nights), cluster.c.reason == "")
        .order_by(cluster.c.state, cluster.c.fingerprint)
    ).all()
    if not rows and not faults:
        return None
    held = [row for row in rows if row.state == HELD]
    gone = [words["gone"].format(cluster=_name(row)) for row in rows if row.state != HELD]
    parts = [words["faults"].format(night=night, faults="；".join(faults))] if faults else []
    parts += [f"# {words['title']}", words["night"].format(night=night)] if rows else []
    parts += [_section(connection, row) for row in held]
    parts += ["\n".join(f"- {sentence}" for sentence in gone)] if gone else []
    text = "\n\n".join([*parts, *([words["what_to_do"]] if held else [])]) + "\n"
    subject = words["subject"].format(night=night, held=len(held), gone=len(gone))
    return Message(words["to"], night, subject, text, to_html(text))


def _section(connection: Connection, row: Row[Any]) -> str:
    words = load_wording().engineering
    examples = connection.execute(
        select(agency.c.name, report.c.year, report.c.url, report.c.sha256, cluster_finding.c.scope)
        .select_from(cluster_finding)
        .join(assessment, assessment.c.id == cluster_finding.c.assessment_id)
        .join(report, report.c.id == assessment.c.report_id)
        .join(agency, agency.c.id == report.c.agency_id)
        .where(cluster_finding.c.fingerprint == row.fingerprint)
        .order_by(agency.c.id, report.c.year, cluster_finding.c.scope)
        .limit(_EXAMPLES)
    )
    lines = [f"- {each.name} {each.year}：<{each.url}>　`sha256:{each.sha256}`　`{each.scope}`" for each in examples]
    counted = words["counted"].format(failing=row.failing, reports=row.reports)
    return "\n".join([f"## {_name(row)}", "", counted, "", *lines, "", f"`{row.fingerprint}`"])


def _name(row: Row[Any]) -> str:
    words = load_wording().engineering
    cms = row.cms or words["no_cms"]
    return words["name"].format(
        reader=row.reader, version=row.reader_version, cms=cms, rule=row.rule, place=place_name(row.place)
    )
