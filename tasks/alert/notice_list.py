"""The notices as they stand, for people: what each says, since when, what was done with it, and where the proof is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, tzinfo
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from tasks.alert.wording import load_wording
from tasks.errors import AlertError
from warehouse.schema import agency, notice, notice_event, report
from warehouse.schema_crawl import board
from warehouse.schema_notice import escalation, notice_step

ID_LENGTH = 12
_ID = re.compile(r"[0-9a-f]{4,64}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which notices: a part of the supervisor's name, an agency's id or name, a report year, a rule, a state; blank is all."""

    supervisor: str = ""
    agency: str = ""
    year: int | None = None
    rule: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A notice as it stands. `first` and `last` are nights that told of it; `by` and `remark` are the last person's.

    `url`, `sha256` and `part` are the current report's, or those of the list that lacks it. `until` is a snoozed notice's day,
    `reply` the agency's last.
    """

    id: str
    state: str
    supervisor: str
    agency_id: str
    agency: str
    year: int | None
    rule: str
    severity: str
    scope: str
    since: date
    first: date
    last: date
    until: date | None
    by: str
    remark: str
    reply: str
    sentence: str
    url: str
    sha256: str
    part: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a notice's history: the night or the day, who (blank for a night), what happened, and what was said."""

    day: date
    by: str
    what: str
    said: str


def list_notices(connection: Connection, wanted: Wanted) -> tuple[Line, ...]:
    """The notices that are wanted, by supervisor, agency, year (latest first), rule and scope."""
    steps, replies = _last_of(connection, is_reply=False), _last_of(connection, is_reply=True)
    nights = (
        select(
            notice_event.c.fingerprint,
            func.min(notice_event.c.night).label("first"),
            func.max(notice_event.c.night).label("last"),
        )
        .group_by(notice_event.c.fingerprint)
        .subquery()
    )
    of_report = and_(report.c.agency_id == notice.c.agency_id, report.c.year == notice.c.year, report.c.is_current.is_(True))
    of_board = and_(board.c.agency_id == notice.c.agency_id, board.c.year == notice.c.year, board.c.is_current.is_(True))
    query = (
        select(notice, agency.c.name, nights.c.first, nights.c.last, report.c.url, report.c.sha256, report.c.part)
        .add_columns(board.c.url.label("column_url"), board.c.sha256.label("column_sha256"))
        .join(agency, agency.c.id == notice.c.agency_id)
        .outerjoin(nights, nights.c.fingerprint == notice.c.fingerprint)
        .outerjoin(report, of_report)
        .outerjoin(board, of_board)
        .where(*_conditions(wanted))
        .order_by(notice.c.supervisor, notice.c.agency_id, notice.c.year.desc(), notice.c.rule, notice.c.scope)
    )
    return tuple(
        _line(row, steps.get(row.fingerprint), replies.get(row.fingerprint))
        for row in connection.execute(query)
        if wanted.supervisor in row.supervisor
    )


def find_notices(lines: Iterable[Line], ids: Iterable[str]) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """The notices of these ids, and the ids that no notice has. Raises AlertError for one that is none, or that several have."""
    by_digest = {_digest(line.fingerprint): line for line in lines}
    found: dict[str, Line] = {}
    unknown = []
    for name in ids:
        if not _ID.fullmatch(name.lower()):
            remedy = "`gouji notices list` shows the ids."
            raise AlertError("this is no notice's id", where=name, expected="4 to 64 hexadecimal digits", remedy=remedy)
        matching = [line for digest, line in by_digest.items() if digest.startswith(name.lower())]
        if len(matching) > 1:
            told = ", ".join(line.id for line in matching[:5])
            raise AlertError(f"{len(matching)} notices begin like this: {told}", where=name, remedy="Give more digits.")
        if matching:
            found[matching[0].fingerprint] = matching[0]
        else:
            unknown.append(name)
    return tuple(found.values()), tuple(unknown)


def history(connection: Connection, fingerprint: str, zone: tzinfo) -> tuple[Entry, ...]:
    """All that nights and people did with a notice, in its order; days are the zone's."""
    words = load_wording()
    nights = connection.execute(select(notice_event).where(notice_event.c.fingerprint == fingerprint))
    entries = [((row.night, 0), Entry(row.night, "", words.counts[row.transition], _told(row))) for row in nights]
    above = connection.execute(select(escalation).where(escalation.c.fingerprint == fingerprint))
    entries += [((row.night, 0), Entry(row.night, "", words.counts["escalated"], row.superior)) for row in above]
    steps = select(notice_step).where(notice_step.c.fingerprint == fingerprint).order_by(notice_step.c.id)
    entries += [
        ((row.night, row.id), Entry(row.at.astimezone(zone).date(), row.by, words.steps[row.step], _done(row)))
        for row in connection.execute(steps)
    ]
    return tuple(entry for _, entry in sorted(entries, key=lambda each: each[0]))


def short_id(fingerprint: str) -> str:
    """What a notice is called: the same for ever, whatever it says."""
    return _digest(fingerprint)[:ID_LENGTH]


def _digest(fingerprint: str) -> str:
    return sha256(fingerprint.encode()).hexdigest()


def _conditions(wanted: Wanted) -> list[Any]:
    conditions: list[Any] = []
    if wanted.agency:
        conditions.append((notice.c.agency_id == wanted.agency) | (agency.c.name == wanted.agency))
    if wanted.year is not None:
        conditions.append(notice.c.year == wanted.year)
    if wanted.rule:
        conditions.append(notice.c.rule == wanted.rule)
    if wanted.state:
        conditions.append(notice.c.state == wanted.state)
    return conditions


def _last_of(connection: Connection, *, is_reply: bool) -> dict[str, Row[Any]]:
    kind = notice_step.c.step == "replied" if is_reply else notice_step.c.step != "replied"
    return {row.fingerprint: row for row in connection.execute(select(notice_step).where(kind).order_by(notice_step.c.id))}


def _line(row: Row[Any], step: Row[Any] | None, reply: Row[Any] | None) -> Line:
    return Line(
        id=short_id(row.fingerprint),
        state=row.state,
        supervisor=row.supervisor,
        agency_id=row.agency_id,
        agency=row.name,
        year=row.year,
        rule=row.rule,
        severity=row.severity,
        scope=row.scope,
        since=row.since,
        first=row.first or row.since,
        last=row.last or row.since,
        until=step.until if step is not None and row.state == "snoozed" else None,
        by=step.by if step is not None else "",
        remark=step.reason if step is not None else "",
        reply=_reply(reply) if reply is not None else "",
        sentence=row.sentence,
        url=row.url or row.column_url or "",
        sha256=row.sha256 or row.column_sha256 or "",
        part=row.part or "",
        fingerprint=row.fingerprint,
    )


def _told(row: Row[Any]) -> str:
    return load_wording().resolution.format(body=row.sentence, reason=row.reason) if row.reason else str(row.sentence)


def _done(row: Row[Any]) -> str:
    until = f"（至 {row.until}）" if row.until else ""
    return f"{row.reason}{until}" + (f"；{_reply(row)}" if row.reply else "")


def _reply(row: Row[Any]) -> str:
    return f"{row.replied_on} {row.replied_by}：{row.reply}"
