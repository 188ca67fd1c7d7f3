"""Which notices a digest tells of: those that moved in its nights, those that went to a superior, and those that still stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from tasks.alert.notices import net
from tasks.alert.people import settled_before
from warehouse.schema import agency, notice, notice_event
from warehouse.schema_notice import escalation

Nights = Mapping[str, Collection[date]]  # by supervisor, those of which its digest tells


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as a digest tells it: its last event, what its steps (night, transition) come to; office: as in Item."""

    row: Row[Any]
    kind: str
    steps: tuple[tuple[date, str], ...] = ()
    office: str = ""


@dataclass(frozen=True, slots=True)
class Lists:
    """By supervisor, what moved or was escalated in its nights, and what was told before and stands."""

    told: Mapping[str, list[Told]]
    standing: Mapping[str, list[Told]]


def lists(connection: Connection, night: date, covered: Nights, said_once: frozenset[str]) -> Lists:
    """What the digests of a night tell of. `said_once`: the rules of events, which do not stand."""
    events, settled = _events(connection, night), settled_before(connection, night)
    lives: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in events:
        lives[row.fingerprint].append(row)
    told, standing = _moved(events, covered), defaultdict(list)
    for life in lives.values():
        if _stands(life[-1], settled, said_once):
            standing[life[-1].supervisor].append(Told(life[-1], life[-1].transition))
    for superior, each, is_over in _escalated(connection, lives, night, covered):
        if each.steps:
            told[superior].append(each)
        elif not is_over and _stands(each.row, settled, said_once):
            standing[superior].append(each)
    return Lists(told, standing)


def _stands(row: Row[Any], settled: Collection[str], said_once: Collection[str]) -> bool:
    return row.transition != "resolved" and row.fingerprint not in settled and row.rule not in said_once


def _events(connection: Connection, night: date) -> Sequence[Row[Any]]:
    """The events of all notices up to a night, in their order."""
    return connection.execute(
        select(
            notice_event.c.fingerprint,
            notice_event.c.night,
            notice_event.c.transition,
            notice_event.c.supervisor.label("told_supervisor"),
            notice_event.c.sentence,
            notice_event.c.reason,
            notice_event.c.translations,
            *(notice.c[name] for name in ("agency_id", "year", "rule", "scope", "severity", "since")),
            agency.c.name,
            agency.c.supervisor,
        )
        .join(notice, notice.c.fingerprint == notice_event.c.fingerprint)
        .join(agency, agency.c.id == notice.c.agency_id)
        .where(notice_event.c.night <= night)
        .order_by(notice_event.c.night, notice_event.c.fingerprint)
    ).all()


def _moved(events: Iterable[Row[Any]], covered: Nights) -> defaultdict[str, list[Told]]:
    """By supervisor, the notices that moved in the covered nights, each once, as its last event left it."""
    moved: defaultdict[str, dict[str, Told]] = defaultdict(dict)
    for row in events:
        if row.night in covered.get(row.told_supervisor, ()):
            before = moved[row.told_supervisor].get(row.fingerprint)
            kind = net(before.kind if before else None, row.transition)  # type: ignore[arg-type]
            steps = (*(before.steps if before else ()), (row.night, row.transition))
            moved[row.told_supervisor][row.fingerprint] = Told(row, kind, steps)
    return defaultdict(list, {name: list(each.values()) for name, each in moved.items()})


def _escalated(
    connection: Connection, lives: Mapping[str, Sequence[Row[Any]]], night: date, covered: Nights
) -> Iterable[tuple[str, Told, bool]]:
    """For each superior, what has stood too long: its steps in the covered nights, and whether it is resolved."""
    steps: defaultdict[tuple[str, str], set[tuple[date, str]]] = defaultdict(set)
    offices: dict[tuple[str, str], tuple[str, bool]] = {}
    for step in connection.execute(select(escalation).where(escalation.c.night <= night).order_by(escalation.c.night)):
        nights, life, key = covered.get(step.superior, ()), lives.get(step.fingerprint, ()), (step.superior, step.fingerprint)
        ended = [(row.night, "resolved") for row in life if row.transition == "resolved" and row.night >= step.night]
        steps[key] |= {each for each in ((step.night, "escalated"), *ended[:1]) if each[0] in nights}
        offices[key] = step.supervisor, bool(ended)
    for (superior, fingerprint), moved in sorted(steps.items()):
        life, (office, is_over) = lives[fingerprint], offices[superior, fingerprint]
        at, kind = max(moved, default=(night, life[-1].transition))
        row = next((row for row in life if (row.night, row.transition) == (at, kind)), life[-1])
        yield superior, Told(row, kind, tuple(sorted(moved)), office), is_over
