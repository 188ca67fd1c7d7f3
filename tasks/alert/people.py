"""What people do with notices: take them, accept an explanation, put them off, open them again, write down an agency's reply.

A step is kept for ever and is an input like others: nights after it go by it, the night before it comes to the same when it is
run again. An explanation or a delay is of the figures that the notice then told, and of no others.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, union_all, update

from tasks.errors import AlertError
from tasks.records import NoticeState
from warehouse.schema import notice, notice_event, run
from warehouse.schema_notice import notice_step
from warehouse.upsert import chunks

StepKind = Literal["acknowledged", "explained", "snoozed", "reopened", "replied"]

_SETTLED = (NoticeState.ACKNOWLEDGED.value, NoticeState.EXPLAINED.value, NoticeState.SNOOZED.value)
_QUIET = (NoticeState.EXPLAINED.value, NoticeState.SNOOZED.value)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a person does: who, when, why; with `snoozed` until when, with `replied` what the agency answered."""

    kind: StepKind
    by: str
    at: datetime
    reason: str
    until: date | None = None
    reply: str = ""
    replied_by: str = ""
    replied_on: date | None = None


def take(connection: Connection, fingerprints: Collection[str], step: Step, today: date) -> tuple[str, ...]:
    """Keep the step for these notices and give them their new state. Returns the fingerprints of all that it concerns.

    An explanation holds for the agency, rule and year: every notice of theirs that stands is explained with it. Raises AlertError
    where one of the notices is in no state for it, and nothing is kept then.
    """
    night = last_night(connection, today)
    if step.until is not None and step.until <= night:
        remedy = "Give a later day; until then the notice is quiet."
        raise AlertError(f"{step.until} is not after {night}", where="--until", expected="a night still to come", remedy=remedy)
    rows = _rows(connection, fingerprints)
    for row in rows:
        _check(row, step.kind)
    if step.kind == "explained":
        rows += _beside(connection, rows)
    values = {name: getattr(step, name) for name in ("by", "at", "reason", "until", "reply", "replied_by", "replied_on")}
    kept = [{"fingerprint": r.fingerprint, "step": step.kind, "night": night, "sentence": r.sentence, **values} for r in rows]
    if kept:
        connection.execute(insert(notice_step), kept)
    concerned = tuple(row.fingerprint for row in rows)
    if step.kind != "replied":
        for portion in chunks(concerned):
            connection.execute(update(notice).where(notice.c.fingerprint.in_(portion)).values(state=step.kind))
    return concerned


def may(kind: StepKind, state: str) -> bool:
    """Whether a notice in this state can be given this step: what is resolved only gets replies, only what is settled reopens."""
    if kind == "replied":
        return True
    return state in _SETTLED if kind == "reopened" else state != NoticeState.RESOLVED.value


def last_night(connection: Connection, today: date) -> date:
    """The last night that was begun, or told of anything: a step made now is after it. Today where there is none."""
    nights = union_all(select(func.max(run.c.night).label("night")), select(func.max(notice_event.c.night)))
    return max((night for night in connection.execute(nights).scalars() if night is not None), default=today)


def snoozes_due(connection: Connection, night: date) -> dict[str, date]:
    """By fingerprint, the day until which notices were snoozed that are to come back tonight."""
    last = _last_steps().subquery()
    query = select(last.c.fingerprint, last.c.until).join(notice, notice.c.fingerprint == last.c.fingerprint)
    query = query.where(notice.c.state == NoticeState.SNOOZED.value, last.c.step == "snoozed", last.c.until <= night)
    return {row.fingerprint: row.until for row in connection.execute(query)}


def opened_again(connection: Connection, night: date) -> frozenset[str]:
    """The notices that a person opened again after a night had begun."""
    steps = select(notice_step.c.fingerprint).where(notice_step.c.night == night, notice_step.c.step == "reopened")
    return frozenset(connection.execute(steps).scalars())


def handled_before(connection: Connection, night: date) -> dict[str, tuple[Row[Any], ...]]:
    """By fingerprint, that a notice was taken in hand before a night, and the agency's last answer, since it stands."""
    before = notice_step.c.night < night
    replied = and_(notice_step.c.step == "replied", before)
    replies = select(func.max(notice_step.c.id)).where(replied).group_by(notice_step.c.fingerprint)
    taken = _last_steps(before).where(notice_step.c.step == "acknowledged")
    since = select(notice_event.c.night).where(
        notice_event.c.fingerprint == notice_step.c.fingerprint,
        notice_event.c.night > notice_step.c.night,
        notice_event.c.night <= night,
        notice_event.c.transition.in_(("resolved", "reopened")),
    )
    found: dict[str, tuple[Row[Any], ...]] = {}
    for query in (taken, select(notice_step).where(notice_step.c.id.in_(replies))):
        for row in connection.execute(query.where(~since.exists())):
            found[row.fingerprint] = (*found.get(row.fingerprint, ()), row)
    return found


def settled_before(connection: Connection, night: date) -> frozenset[str]:
    """The notices that a night is quiet about: explained or snoozed before it, and not moved by a night since."""
    last = _last_steps(notice_step.c.night < night).subquery()
    later = or_(notice_event.c.night > last.c.night, notice_event.c.sentence != last.c.sentence)
    moved = select(notice_event.c.fingerprint).where(
        notice_event.c.fingerprint == last.c.fingerprint, notice_event.c.night.between(last.c.night, night), later
    )
    query = select(last.c.fingerprint).where(last.c.step.in_(_QUIET), ~moved.exists())
    return frozenset(connection.execute(query).scalars())


def _last_steps(*conditions: Any) -> Any:
    """The last step of each notice that gave it a state."""
    counted = and_(notice_step.c.step != "replied", *conditions)
    last = select(func.max(notice_step.c.id)).where(counted).group_by(notice_step.c.fingerprint)
    return select(notice_step).where(notice_step.c.id.in_(last))


def _rows(connection: Connection, fingerprints: Collection[str]) -> list[Row[Any]]:
    wanted = list(dict.fromkeys(fingerprints))
    return [
        row
        for portion in chunks(wanted)
        for row in connection.execute(select(notice).where(notice.c.fingerprint.in_(portion)).order_by(notice.c.fingerprint))
    ]


def _check(row: Row[Any], kind: StepKind) -> None:
    if may(kind, row.state):
        return
    expected = "a notice that is acknowledged, explained or snoozed" if kind == "reopened" else "a notice that still stands"
    remedy = "A night opens a resolved notice again when its rule is broken again; an agency's reply can be added at any time."
    raise AlertError(f"the notice is {row.state} and cannot be {kind}", where=row.fingerprint, expected=expected, remedy=remedy)


def _beside(connection: Connection, rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """The other standing notices of the same agency, rule and year that nobody has explained."""
    named = {row.fingerprint for row in rows}
    found = {}
    for agency_id, rule, year in {(row.agency_id, row.rule, row.year) for row in rows}:
        same = and_(notice.c.agency_id == agency_id, notice.c.rule == rule, notice.c.year.is_not_distinct_from(year))
        stands = notice.c.state.not_in((NoticeState.RESOLVED.value, NoticeState.EXPLAINED.value))
        for row in connection.execute(select(notice).where(same, stands)):
            if row.fingerprint not in named:
                found[row.fingerprint] = row
    return [found[fingerprint] for fingerprint in sorted(found)]
