"""Which reports the rules must be put to, with last year's and the replaced reading; and what the rules said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, insert, not_, select, update

from tasks.errors import WarehouseError
from tasks.records import Agency, Finding, Number, Outcome, Reading, Report, Suspect
from warehouse.agencies import agencies_of, context_of, neighbours_of
from warehouse.bulk import insert_many
from warehouse.readings import READ, reading_ids, reading_key, rebuild
from warehouse.reviews import as_decided, decisions_of
from warehouse.schema import assessment, finding, reading, report, sighting
from warehouse.sightings import SEEN

_Decisions = Mapping[tuple[str, str], tuple[Row[Any], ...]]


@dataclass(frozen=True, slots=True)
class _Inputs:
    """Everything that a report's findings follow from: the same inputs need no second assessment."""

    report_id: int
    reading_id: int
    previous_reading_id: int | None
    previous_reason: str
    superseded_reading_id: int | None
    rules_version: str
    context: str


@dataclass(frozen=True, slots=True)
class Due:
    """Reports that the rules must be put to, by agency and year, without their readings; and what goes with them."""

    wanted: tuple[tuple[Agency, int, _Inputs], ...]
    neighbours: Mapping[str, frozenset[str]]
    decisions: _Decisions


def to_assess(connection: Connection, rules_version: str, only: Set[str] | None = None) -> Due:
    """The current reports whose current assessment is missing or rests on other inputs, by agency and year.

    only: the SHA-256 of documents; then all current reports in these, assessed or not.
    """
    replaced = {row.id: row.older for row in connection.execute(_replaced())}
    agencies = agencies_of(connection)
    neighbours = neighbours_of(agencies)
    contexts = {key: context_of(each, neighbours[each.supervisor]) for key, each in agencies.items()}
    decisions = decisions_of(connection)
    wanted: list[tuple[Agency, int, _Inputs]] = []
    for row in connection.execute(_standing()):
        agency = agencies[row.agency_id]
        decided = _ids(decisions, (row.sha256, row.part), (row.before_sha256, row.before_part))
        context = context_of(agency, neighbours[agency.supervisor], decided) if decided else contexts[row.agency_id]
        inputs = _Inputs(row.id, row.reading_id, *_previous(row), replaced.get(row.id), rules_version, context)
        is_due = astuple(inputs) != tuple(row)[-len(_Inputs.__slots__) :]
        if is_due if only is None else row.sha256 in only:
            wanted.append((agencies[row.agency_id], row.year, inputs))
    return Due(tuple(wanted), neighbours, decisions)


def read_due(connection: Connection, due: Due, start: int, count: int) -> tuple[Report, ...]:
    """Some of the reports that are due, with their readings: all at once would not fit into memory."""
    part = due.wanted[start : start + count]
    readings = rebuild(connection, {number for _, _, each in part for number in _reading_ids(each) if number is not None})
    return tuple(
        _report(each, year, inputs, readings, due.neighbours[each.supervisor], due.decisions) for each, year, inputs in part
    )


def keep_findings(connection: Connection, assessed: Report, findings: Sequence[Finding], rules_version: str, night: date) -> None:
    """Keep an assessment and make it its agency-year's current one, unless the current one rests on the same inputs."""
    inputs = _inputs(connection, assessed, rules_version)
    of_year = select(report.c.id).where(report.c.agency_id == assessed.agency_id, report.c.year == assessed.year)
    standing = and_(assessment.c.report_id.in_(of_year), assessment.c.is_current.is_(True))
    columns = [assessment.c[name] for name in _Inputs.__slots__]
    if any(tuple(row) == astuple(inputs) for row in connection.execute(select(*columns).where(standing))):
        return
    connection.execute(update(assessment).where(standing).values(is_current=False))
    row = dict(zip(_Inputs.__slots__, astuple(inputs), strict=True)) | {"night": night, "is_current": True}
    number = connection.execute(insert(assessment).values(row).returning(assessment.c.id)).scalar_one()
    if findings:
        insert_many(connection, finding, [_finding_row(number, each) for each in findings])


def _standing() -> Select[Any]:
    """Every current report that could be read, last year's beside it, and the inputs (a_…) of the current assessment."""
    before, before_reading, of = report.alias("before"), reading.alias("before_reading"), report.alias("of")
    inputs = [of.c.agency_id, of.c.year, *(assessment.c[name] for name in _Inputs.__slots__)]
    current = select(*inputs).join(of, of.c.id == assessment.c.report_id).where(assessment.c.is_current.is_(True)).subquery()
    last_year = and_(before.c.agency_id == report.c.agency_id, before.c.year == report.c.year - 1, before.c.is_current.is_(True))
    return (
        select(
            report.c.id,
            report.c.agency_id,
            report.c.year,
            report.c.sha256,
            report.c.part,
            reading.c.id.label("reading_id"),
            before.c.id.label("before_id"),
            before.c.sha256.label("before_sha256"),
            before.c.part.label("before_part"),
            before.c.is_ambiguous,
            before.c.doubt,
            before_reading.c.id.label("before_reading_id"),
            before_reading.c.status.label("before_status"),
            *(current.c[name].label(f"a_{name}") for name in _Inputs.__slots__),
        )
        .join(reading, is_of(reading, report))
        .outerjoin(before, last_year)
        .outerjoin(before_reading, is_of(before_reading, before))
        .outerjoin(current, and_(current.c.agency_id == report.c.agency_id, current.c.year == report.c.year))
        .where(report.c.is_current.is_(True), report.c.doubt == "", reading.c.status == READ)
        .order_by(report.c.agency_id, report.c.year)
    )


def is_of(read: Any, reported: Any) -> ColumnElement[bool]:
    """Whether a reading is the current one of the part of the document that is the report."""
    return and_(_of_part(read, reported), read.c.is_current.is_(True))


def _of_part(read: Any, reported: Any) -> ColumnElement[bool]:
    return and_(read.c.sha256 == reported.c.sha256, read.c.part == reported.c.part)


def _replaced() -> Select[Any]:
    """For current reports, the reading of the revision before, by the same reader, where that document is no longer on show.

    (While both are on show neither replaces the other: we only take another document for the report.)
    """
    older, older_reading = report.alias("older"), reading.alias("older_reading")
    later = sighting.alias("later")
    same_url = and_(later.c.agency_id == sighting.c.agency_id, later.c.url == sighting.c.url)
    moved = exists().where(same_url, later.c.night > sighting.c.night, later.c.state != "missed")
    shows = and_(sighting.c.agency_id == older.c.agency_id, sighting.c.sha256 == older.c.sha256, sighting.c.state.in_(SEEN))
    same_year = and_(older.c.agency_id == report.c.agency_id, older.c.year == report.c.year)
    return (
        select(report.c.id, older_reading.c.id.label("older"))
        .join(reading, is_of(reading, report))
        .join(older, and_(same_year, older.c.revision == report.c.revision - 1, older.c.doubt == ""))
        .join(older_reading, and_(_of_part(older_reading, older), older_reading.c.reader_version == reading.c.reader_version))
        .where(report.c.is_current.is_(True), older_reading.c.status == READ, not_(exists().where(shows, not_(moved))))
    )


def _previous(row: Row[Any]) -> tuple[int | None, str]:
    """Last year's reading, or why there is none to compare with."""
    year = row.year - 1
    if row.before_id is None:
        return None, f"no report of {year} in the warehouse"
    if row.is_ambiguous:
        return None, f"ambiguous: two articles are listed as the report of {year}, and their figures differ"
    if row.doubt:
        return None, f"the report of {year} is in doubt: {row.doubt}"
    if row.before_status != READ:
        return None, f"the report of {year} could not be read"
    return row.before_reading_id, ""


def _reading_ids(inputs: _Inputs) -> tuple[int | None, ...]:
    return inputs.reading_id, inputs.previous_reading_id, inputs.superseded_reading_id


def _ids(decisions: _Decisions, *places: tuple[str | None, str | None]) -> tuple[int, ...]:
    """The decisions about some documents' parts."""
    found = (row.id for sha256, part in places if sha256 is not None for row in decisions.get((sha256, part or ""), ()))
    return tuple(sorted(found))


def _report(
    agency: Agency,
    year: int,
    inputs: _Inputs,
    readings: Mapping[int, Reading],
    neighbours: frozenset[str],
    decisions: _Decisions,
) -> Report:
    now, previous, superseded = (readings.get(number) if number is not None else None for number in _reading_ids(inputs))
    if now is None:
        raise WarehouseError("a reading has vanished", where=f"reading {inputs.reading_id}", remedy="Run again.")
    places = [(each.sha256, each.part) for each in (now, previous) if each is not None]
    now = as_decided(now, decisions.get((now.sha256, now.part), ()))
    previous = as_decided(previous, decisions.get((previous.sha256, previous.part), ())) if previous else None
    decided = _ids(decisions, *places)
    return Report(agency.id, year, now, previous, inputs.previous_reason, superseded, agency, neighbours, decided)


def _inputs(connection: Connection, assessed: Report, rules_version: str) -> _Inputs:
    of_year = and_(report.c.agency_id == assessed.agency_id, report.c.year == assessed.year, report.c.is_current.is_(True))
    is_its = and_(report.c.sha256 == assessed.reading.sha256, report.c.part == assessed.reading.part)
    report_id = connection.execute(select(report.c.id).where(of_year, is_its)).scalar()
    readings = (assessed.reading, assessed.previous, assessed.superseded)
    ids = reading_ids(connection, [reading_key(each) for each in readings if each])
    now, previous, superseded = (ids.get(reading_key(each)) if each else None for each in readings)
    if report_id is None or now is None:
        raise WarehouseError(
            "the assessed reading is not that of the current report",
            where=f"{assessed.agency_id}, {assessed.year}",
            expected="a report that reports_to_assess gave, with no other run in between",
            remedy="Run again.",
        )
    context = context_of(assessed.agency, assessed.neighbours, assessed.decisions)
    return _Inputs(report_id, now, previous, assessed.previous_reason, superseded, rules_version, context)


def _finding_row(assessment_id: int, found: Finding) -> dict[str, Any]:
    """A rule that holds, as nearly all do, is kept without its sentence and its cells: rules/*.yml has them."""
    short = {"says": "", "cells": []} if found.outcome is Outcome.HOLDS else {}
    suspects = [_suspect(each) for each in found.suspects]
    return finding_values(found) | short | {"assessment_id": assessment_id, "suspects": suspects}


def finding_values(found: Finding) -> dict[str, Any]:
    """A finding as the columns that it has wherever it is kept."""
    return {
        "rule": found.rule,
        "scope": found.scope,
        "severity": found.severity.value,
        "outcome": found.outcome.value,
        "says": found.says,
        "reason": found.reason,
        "left_value": found.left,
        "right_value": found.right,
        "delta": found.delta,
        "cells": list(found.cells),
        "verdict": found.verdict.value,
    }


def _suspect(suspect: Suspect) -> dict[str, Any]:
    return {"cells": [[address, _in_json(value)] for address, value in suspect.cells], "cause": suspect.cause}


def _in_json(value: Number | None) -> int | str | None:
    """JSON has no exact fractions: a Decimal goes as its digits."""
    return str(value) if isinstance(value, Decimal) else value
