"""What is said of a year's reports together: who stands where, and the findings, each kept once while it stays the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select, update

from tasks.records import Agency, Finding, Outcome, Verdict
from tasks.roster import Contents, Obstacle, Roster, Standing
from warehouse.assessments import finding_values, is_of
from warehouse.lists import OBSTACLES, columns_since, first_pages
from warehouse.readings import READ, rebuild
from warehouse.schema import reading, report, sighting
from warehouse.schema_survey import survey, survey_finding
from warehouse.sightings import SEEN, is_withdrawn
from warehouse.upsert import chunks, insert_or_replace

_MISSING = "D-MISSING"
_KEPT = ("severity", "outcome", "says", "reason", "left_value", "right_value", "delta", "cells", "verdict")


def reported_years(connection: Connection) -> tuple[int, ...]:
    """The years that anybody has reported for."""
    query = select(report.c.year).where(report.c.is_current.is_(True)).distinct().order_by(report.c.year)
    return tuple(connection.execute(query).scalars())


def inputs_of(connection: Connection, year: int, agencies: Iterable[Agency], rules_version: str) -> str:
    """A name for all that a year's comparison rests on: the readings of that year and the last, the register, the rules."""
    query = (
        select(report.c.agency_id, report.c.year, report.c.doubt, reading.c.id, reading.c.sha256, reading.c.reader_version)
        .outerjoin(reading, is_of(reading, report))
        .where(report.c.is_current.is_(True), report.c.year.in_((year - 1, year)))
        .order_by(report.c.agency_id, report.c.year)
    )
    digest = hashlib.sha256(rules_version.encode())
    for each in agencies:
        digest.update(repr((each.id, each.name, each.aliases, each.level, each.parent)).encode())
    for row in connection.execute(query):
        digest.update(repr((row.agency_id, row.year, row.doubt, row.sha256, row.reader_version)).encode())
    return digest.hexdigest()


def compared_inputs(connection: Connection, year: int) -> str:
    """What the year's last comparison rested on; blank where there was none."""
    return connection.execute(select(survey.c.inputs).where(survey.c.year == year)).scalar() or ""


def roster_of(
    connection: Connection, year: int, night: date, agencies: Sequence[Agency], fresh: timedelta, *, with_contents: bool
) -> Roster:
    """Where every agency stands with its report of a year. Without contents, a report that can be read is an empty one.

    `fresh`: how long what a list showed is taken for what it shows.
    """
    rows = {each: _reports(connection, each) for each in (year, year - 1)}
    ids = [row.reading_id for of_year in rows.values() for row in of_year.values() if row.status == READ and not row.doubt]
    contents = _contents(connection, ids) if with_contents else {}
    dates, first, absent = _listed(connection, year), _first_seen(connection, year), _absent(connection, year)
    columns, unread, lists = columns_since(connection, night, night - fresh), _unread(connection, year), first_pages(connection)

    def standing(each: Agency) -> Standing:
        row, before = rows[year].get(each.id), rows[year - 1].get(each.id)
        published = row.published if row is not None else None
        return Standing(
            agency=each,
            year=year,
            contents=_read(row, contents),
            previous=None if before is None or before.is_ambiguous else _read(before, contents),
            gap=_gap(row) or unread.get(each.id),
            unreached=_unreached(each, year, columns),
            dates=(*dates.get(each.id, ()), *([("document", published)] if published else [])),
            absent=absent.get(each.id, (None, None))[1],
            missing_since=absent.get(each.id, (None, None))[0],
            since=first.get(each.id),
            report=(row.url, row.sha256) if row is not None else ("", ""),
            is_withdrawn=row is not None and row.is_withdrawn,
            lists=tuple((url, lists.get(url, "")) for url in each.start_urls),
        )

    return Roster(year, night, tuple(standing(each) for each in sorted(agencies, key=lambda each: each.id)))


def keep_survey(connection: Connection, findings: Sequence[Finding], year: int, rules: Iterable[str], night: date) -> None:
    """Make these the current findings of a year by these rules. What stays the same is not kept again."""
    of_rules = and_(survey_finding.c.year == year, survey_finding.c.rule.in_(list(rules)), survey_finding.c.is_current.is_(True))
    known = {(row.agency_id, row.rule, row.scope): row for row in connection.execute(select(survey_finding).where(of_rules))}
    new = []
    for found in findings:
        row, before = finding_values(found), known.pop((found.agency_id, found.rule, found.scope), None)
        if before is None or any(getattr(before, name) != row[name] for name in _KEPT):
            new.append(row | {"agency_id": found.agency_id, "year": year, "night": night, "is_current": True})
            if before is not None:
                known[found.agency_id, found.rule, found.scope] = before
    for who, rule, scope in known:
        key = and_(survey_finding.c.agency_id == who, survey_finding.c.rule == rule, survey_finding.c.scope == scope)
        connection.execute(update(survey_finding).where(of_rules, key).values(is_current=False))
    insert_or_replace(connection, survey_finding, ("agency_id", "year", "rule", "scope", "night"), new)


def keep_inputs(connection: Connection, year: int, inputs: str, night: date) -> None:
    """Note what the year's comparison rested on."""
    insert_or_replace(connection, survey, ("year",), [{"year": year, "inputs": inputs, "night": night}])


def _reports(connection: Connection, year: int) -> dict[str, Row[Any]]:
    query = (
        select(report.c.agency_id, report.c.doubt, report.c.is_ambiguous, reading.c.id.label("reading_id"))
        .add_columns(reading.c.status, reading.c.published, reading.c.agency_printed, reading.c.reason)
        .add_columns(report.c.url, report.c.sha256, is_withdrawn(report.c).label("is_withdrawn"))
        .outerjoin(reading, is_of(reading, report))
        .where(report.c.year == year, report.c.is_current.is_(True))
    )
    return {row.agency_id: row for row in connection.execute(query)}


def _gap(row: Row[Any] | None) -> Obstacle | None:
    if row is None or (row.status == READ and not row.doubt):
        return None
    if row.doubt:
        return Obstacle("unclear", "已有文件，但所属机关或年度存疑", row.doubt, row.url, row.sha256)
    return Obstacle("unreadable", "已有文件，但未能读取", row.reason or "", row.url, row.sha256)


def _read(row: Row[Any] | None, contents: Mapping[int, Contents]) -> Contents | None:
    if row is None or row.status != READ or row.doubt:
        return None
    return contents.get(row.reading_id) or Contents("", row.agency_printed, "", {}, is_text=False)


def _contents(connection: Connection, ids: Sequence[int]) -> dict[int, Contents]:
    found = {}
    for chunk in chunks(sorted(ids)):
        for number, read in rebuild(connection, set(chunk)).items():
            text = "\n".join(section.text for section in read.sections)
            numbers = {cell.address: cell.value for cell in read.cells if cell.certain and cell.value is not None}
            found[number] = Contents(read.sha256, read.agency, text, numbers, read.is_text)
    return found


def _listed(connection: Connection, year: int) -> dict[str, list[tuple[str, date]]]:
    """The days by which lists and articles ever dated an agency's report."""
    query = select(sighting.c.agency_id, func.min(sighting.c.published).label("day")).where(
        sighting.c.year == year, sighting.c.published.is_not(None), sighting.c.state.in_(SEEN)
    )
    return {row.agency_id: [("list", row.day)] for row in connection.execute(query.group_by(sighting.c.agency_id))}


def _first_seen(connection: Connection, year: int) -> dict[str, date]:
    query = select(report.c.agency_id, func.min(report.c.night).label("night")).where(report.c.year == year)
    return {row.agency_id: row.night for row in connection.execute(query.group_by(report.c.agency_id))}


def _absent(connection: Connection, year: int) -> dict[str, tuple[date, date]]:
    """The first and the last night on which a report was found to be missing."""
    was = and_(survey_finding.c.rule == _MISSING, survey_finding.c.outcome == Outcome.BROKEN.value)
    was = and_(was, survey_finding.c.year == year, survey_finding.c.verdict == Verdict.AGENCY.value)
    night = survey_finding.c.night
    query = select(survey_finding.c.agency_id, func.min(night).label("first"), func.max(night).label("last")).where(was)
    return {row.agency_id: (row.first, row.last) for row in connection.execute(query.group_by(survey_finding.c.agency_id))}


def _unreached(each: Agency, year: int, columns: Mapping[str, Row[Any]]) -> Obstacle | None:
    """Why the agency's columns do not tell whether its report is there; None where they do."""
    outcomes = [(url, columns.get(url)) for url in each.start_urls]
    for url, outcome in outcomes:
        if outcome is None or not outcome.complete:
            state = OBSTACLES.get(outcome.kind, "not_reached") if outcome is not None else "not_reached"
            return Obstacle(state, "栏目未能读完", outcome.reason if outcome is not None else "", url)
    for url, outcome in outcomes:
        if outcome is not None and str(year) in outcome.reason:
            return Obstacle("unclear", "栏目中另有该年度报告，标题所指机关不明", outcome.reason, url)
    return None


def _unread(connection: Connection, year: int) -> dict[str, Obstacle]:
    """Agencies of which something was seen that may be the year's report, and could not be fetched, dated or read."""
    may_be = or_(sighting.c.year == year, sighting.c.year.is_(None))
    latest = (
        select(sighting.c.agency_id, sighting.c.url, func.max(sighting.c.night).label("night"))
        .where(may_be)
        .group_by(sighting.c.agency_id, sighting.c.url)
        .subquery()
    )
    seen = and_(sighting.c.agency_id == latest.c.agency_id, sighting.c.url == latest.c.url, sighting.c.night == latest.c.night)
    query = (
        select(sighting, reading.c.status, reading.c.year_printed, reading.c.reason.label("said"))
        .join(latest, seen)
        .outerjoin(reading, and_(reading.c.sha256 == sighting.c.sha256, reading.c.is_current.is_(True)))
        .order_by(sighting.c.agency_id, sighting.c.url)
    )
    found: dict[str, Obstacle] = {}
    for row in connection.execute(query):
        if row.state == "missed":
            kind, _, reason = row.reason.partition(": ")
            found[row.agency_id] = Obstacle(OBSTACLES.get(kind, "not_reached"), "列表中有该年度报告，但未能取得", reason, row.url)
        elif row.state in SEEN and (row.status != READ or (row.year is None and row.year_printed is None)):
            state = "unclear" if row.status == READ else "unreadable"
            says = "列表中有文件，但未能读取或年度不明"
            found[row.agency_id] = Obstacle(state, says, row.said or "", row.url, row.sha256 or "")
    return found
