"""Which nights a digest tells of: tonight, and earlier ones of which none has told (quiet days, nights that were cut short)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, insert, or_, select, update

from tasks.alert.channels import FILE, outbox_key
from tasks.alert.routing import Routing
from warehouse.schema import agency, notice_event, outbox, run
from warehouse.schema_notice import escalation, night_told

Nights = Mapping[str, tuple[date, ...]]


@dataclass(frozen=True, slots=True)
class Agenda:
    """By supervisor, the nights of which tonight's digest tells; and the supervisors for whom today is a quiet day."""

    nights: Nights
    quiet: frozenset[str] = frozenset()


def begin_night(connection: Connection, night: date, also: Iterable[str]) -> None:
    """Note for every supervisor, and whoever `also` is told, that no digest tells of this night yet, nor of earlier
    ones that were cut short before this.

    Called in the transaction of what the night decides, so that none of it is lost.
    """
    known = set(connection.execute(select(night_told.c.supervisor).where(night_told.c.night == night)).scalars())
    of_agencies = connection.execute(select(agency.c.supervisor).distinct()).scalars()
    of_events = connection.execute(select(notice_event.c.supervisor).where(notice_event.c.night == night)).scalars()
    superiors = connection.execute(select(escalation.c.superior).distinct()).scalars()
    everybody = sorted({*also, *of_agencies, *of_events, *superiors})
    new = [(name, night) for name in everybody if name not in known]
    new += [(name, cut) for cut in _cut_short(connection, night) for name in everybody]
    if new:
        connection.execute(insert(night_told), [{"supervisor": name, "night": each, "told_on": None} for name, each in new])


def was_decided(connection: Connection, night: date) -> bool:
    """Whether the night has decided before, and is run again."""
    return connection.execute(select(night_told.c.night).where(night_told.c.night == night).limit(1)).scalar() is not None


def agenda(connection: Connection, night: date, routing: Routing) -> Agenda:
    """What tonight's digests tell of. A day is not quiet any more once its digest has been queued."""
    due = or_(night_told.c.told_on.is_(None), night_told.c.told_on == night)
    nights = _by_supervisor(connection, due, night)
    queued = set(connection.execute(select(outbox.c.key).where(outbox.c.night == night, outbox.c.channel == FILE)).scalars())
    quiet = {name for name in nights if routing.of(name).is_quiet(night) and outbox_key(name, night, FILE) not in queued}
    return Agenda(nights | dict.fromkeys(quiet, (night,)), frozenset(quiet))


def agenda_of_the_past(connection: Connection, night: date) -> Agenda:
    """What a past night's digests told of; where it was told later, the night itself."""
    supervisors = connection.execute(select(agency.c.supervisor).distinct()).scalars()
    told = _by_supervisor(connection, night_told.c.told_on == night, night)
    known = _by_supervisor(connection, night_told.c.night == night, night)
    return Agenda(dict.fromkeys(supervisors, (night,)) | known | told)


def end_night(connection: Connection, night: date, agreed: Agenda) -> None:
    """Note which nights tonight's digests tell of; called with their rows of the outbox."""
    of_tonight = night_told.c.told_on == night
    for name in agreed.quiet:
        connection.execute(update(night_told).where(night_told.c.supervisor == name, of_tonight).values(told_on=None))
    for name, nights in agreed.nights.items():
        if name not in agreed.quiet:
            mine = (night_told.c.supervisor == name, night_told.c.night.in_(nights))
            connection.execute(update(night_told).where(*mine).values(told_on=night))


def _cut_short(connection: Connection, night: date) -> list[date]:
    """Earlier nights that began and did not come to telling anybody."""
    first = select(func.min(night_told.c.night)).scalar_subquery()
    noted = select(night_told.c.night)
    cut = select(run.c.night).distinct().where(run.c.night > first, run.c.night < night, run.c.night.not_in(noted))
    return list(connection.execute(cut.order_by(run.c.night)).scalars())


def _by_supervisor(connection: Connection, which: object, night: date) -> dict[str, tuple[date, ...]]:
    found: dict[str, list[date]] = defaultdict(list)
    rows: Iterable[tuple[str, date]] = connection.execute(
        select(night_told.c.supervisor, night_told.c.night)
        .where(which, night_told.c.night <= night)  # type: ignore[arg-type]
        .order_by(night_told.c.supervisor, night_told.c.night)
    ).tuples()
    for name, each in rows:
        found[name].append(each)
    return {name: tuple(nights) for name, nights in found.items()}
