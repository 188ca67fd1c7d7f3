"""Tell the superior of what has stood too long, where a supervisor asked for it: once for as long as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, select

from tasks.alert.notices import STANDS
from tasks.alert.people import settled_before
from tasks.alert.routing import Routing
from warehouse.schema import agency, notice, notice_event
from warehouse.schema_notice import escalation


@dataclass(frozen=True, slots=True)
class Office:
    """An agency as the register places it: who supervises it, and which agency is above it."""

    supervisor: str
    parent: str


def superior_of(agency_id: str, register: Mapping[str, Office]) -> str:
    """Who supervises the nearest agency above that has another supervisor; blank where the register has none."""
    seen: set[str] = set()
    own, at = register[agency_id].supervisor, register[agency_id].parent
    while at in register and at not in seen:
        seen.add(at)
        if register[at].supervisor not in ("", own):
            return register[at].supervisor
        at = register[at].parent
    return ""


def escalate(connection: Connection, night: date, routing: Routing, said_once: frozenset[str]) -> None:
    """Note what has stood for as many nights as its supervisor allows, and the superior who is told; again, it adds nothing.

    A superior is told once for each time that the notice stands. What people explained or put off does not count.
    """
    offices = connection.execute(select(agency.c.id, agency.c.supervisor, agency.c.parent))
    register = {row.id: Office(row.supervisor, row.parent) for row in offices}
    rows = list(_due(connection, night, routing, said_once, register))
    if rows:
        connection.execute(insert(escalation), rows)


def _due(
    connection: Connection, night: date, routing: Routing, said_once: frozenset[str], register: Mapping[str, Office]
) -> Iterator[dict[str, Any]]:
    first = select(func.min(notice_event.c.night)).where(
        notice_event.c.fingerprint == notice.c.fingerprint, notice_event.c.supervisor == agency.c.supervisor
    )
    known = and_(escalation.c.fingerprint == notice.c.fingerprint, escalation.c.since == notice.c.since)
    query = (
        select(notice, agency.c.supervisor.label("office"), first.scalar_subquery().label("first"), escalation.c.superior)
        .join(agency, agency.c.id == notice.c.agency_id)
        .outerjoin(escalation, known)
        .where(notice.c.state.in_([state.value for state in STANDS]), notice.c.rule.not_in(said_once))
        .order_by(notice.c.fingerprint)
    )
    settled = settled_before(connection, night)
    told: dict[str, set[str]] = {}
    notices: dict[str, Row[Any]] = {}
    for row in connection.execute(query):
        told.setdefault(row.fingerprint, set()).add(row.superior)
        notices[row.fingerprint] = row
    for fingerprint, row in notices.items():
        route = routing.of(row.office)
        since = max(row.since, row.first or night)  # a supervisor that has taken an agency over has its time, too
        if route.escalate_after is None or (night - since).days < route.escalate_after or fingerprint in settled:
            continue
        superior = route.superior or superior_of(row.agency_id, register)
        if superior and superior not in told[fingerprint] and route.wants(row.severity, row.rule):
            yield {
                "fingerprint": fingerprint,
                "since": row.since,
                "superior": superior,
                "supervisor": row.office,
                "night": night,
            }
