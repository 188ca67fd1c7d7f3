"""Alert: tell each supervisor once what is new, changed, resolved or reopened, with the evidence, as it asked to be told.

What a night decides is written in one transaction, and with it that no digest tells of it yet; the outbox, and that it does, in a
second one; delivery follows. A crash in between is repaired by running the night again, or by the next night, whose digests
tell of both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, or_, select

from expectations.rule import load_rules
from tasks.alert.channels import FILE, channel_name, message_of, outbox_key, paths, put
from tasks.alert.delivery import Routes, deliver
from tasks.alert.digest import Digest
from tasks.alert.digest_build import build_digests
from tasks.alert.engineering import build_engineering
from tasks.alert.escalation import escalate
from tasks.alert.ledger import broken_tonight, is_history, keep_told, known_notices, recheck, record
from tasks.alert.nights import Agenda, agenda, agenda_of_the_past, begin_night, end_night
from tasks.alert.notices import is_closable, transitions
from tasks.alert.people import snoozes_due
from tasks.alert.routing import Routing
from tasks.alert.services import Patience, load_channels
from tasks.alert.wording import CANONICAL, load_wording
from warehouse.engine import writing
from warehouse.schema import outbox


@dataclass(frozen=True, slots=True)
class AlertOptions:
    """Where digests go, how each supervisor is told, and what only maintainers are told.

    faults: why the state was not published, for the maintainers. link_base: where the outbox folder is served, if it is. zone: in
    which the supervisors' hours are.
    """

    outbox: Path
    routing: Routing = field(default_factory=Routing)
    maintainer_urls: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    link_base: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    patience: Patience = field(default_factory=lambda: load_channels().patience)

    def routes(self) -> Routes:
        """Where messages go."""
        return Routes(self.outbox, self.routing.urls(), self.maintainer_urls, self.link_base, self.patience, self.language_of)

    def language_of(self, addressee: str) -> str:
        """In which language somebody is written to: a supervisor as it asked, maintainers in Chinese."""
        maintainers = (load_wording().engineering["to"], load_channels().undelivered["to"])
        return CANONICAL if addressee in maintainers else self.routing.of(addressee).language

    def not_before(self, supervisor: str, night: date) -> datetime | None:
        """When a supervisor's digest of a night may be sent; None: at once."""
        at = self.routing.of(supervisor).at
        return None if at is None else datetime.combine(night, at, self.zone)


@dataclass(frozen=True, slots=True)
class SupervisorNews:
    """What one supervisor is told of a night: sentences by kind, how many earlier notices still stand, and where it is.

    `events` are changes of reports and columns; `undelivered` names each channel that still owes a digest, and why. is_quiet: it
    gets no digest today, the next one tells of it. not_before: its hour, before which nothing is sent.
    """

    supervisor: str
    new: tuple[str, ...]
    changed: tuple[str, ...]
    resolved: tuple[str, ...]
    reopened: tuple[str, ...]
    still_open: int
    events: tuple[str, ...]
    files: tuple[Path, ...]
    undelivered: tuple[str, ...]
    is_quiet: bool = False
    not_before: datetime | None = None


def alert(engine: Engine, night: date, options: AlertOptions, now: Callable[[], datetime]) -> tuple[SupervisorNews, ...]:
    """Decide, record and deliver a night's notices; every supervisor of the register is answered for, quiet or not."""
    said_once = frozenset(rule.id for rule in load_rules() if rule.kind == "change")
    maintainers = load_wording().engineering["to"]
    with writing(engine) as connection:
        is_past = is_history(connection, night)
        if not is_past:
            _decide(connection, night, said_once)
            escalate(connection, night, options.routing, said_once)
            begin_night(connection, night, (maintainers, *options.routing.supervisors))
    with engine.connect() as connection:
        agreed = agenda_of_the_past(connection, night) if is_past else agenda(connection, night, options.routing)
        nights = {name: each for name, each in agreed.nights.items() if name != maintainers}
        digests = build_digests(connection, night, nights, options.routing, said_once)
    if not is_past:
        with writing(engine) as connection:
            _queue(connection, night, options, digests, agreed)
    deliver(engine, night, options.routes(), now)
    with engine.connect() as connection:
        return tuple(
            replace(
                _news(connection, digest, options.outbox, now()),
                is_quiet=digest.supervisor in agreed.quiet,
                not_before=options.not_before(digest.supervisor, night),
            )
            for digest in digests
        )


def _decide(connection: Connection, night: date, said_once: frozenset[str]) -> None:
    notices, broken = known_notices(connection), broken_tonight(connection)
    still = {each.fingerprint for each in broken}
    vanished = [notice for notice, _ in notices.values() if notice.fingerprint not in still and is_closable(notice, said_once)]
    rechecks, due = recheck(connection, vanished), snoozes_due(connection, night)
    record(connection, transitions(notices, broken, rechecks, night, said_once, due), night)


def _queue(connection: Connection, night: date, options: AlertOptions, digests: tuple[Digest, ...], agreed: Agenda) -> None:
    message = build_engineering(connection, night, agreed.nights[load_wording().engineering["to"]], options.faults)
    if message is not None:
        put(connection, message, (FILE, *dict.fromkeys(channel_name(url) for url in options.maintainer_urls)))
    for digest in digests:
        route = options.routing.of(digest.supervisor)
        if digest.supervisor not in agreed.quiet and (digest.has_news or route.always):
            channels = tuple(dict.fromkeys((FILE, *(channel_name(url) for url in route.channels))))
            put(connection, message_of(digest, (), options.not_before(digest.supervisor, night)), channels)
            keep_told(connection, digest, channels)
    end_night(connection, night, agreed)


def _news(connection: Connection, digest: Digest, folder: Path, moment: datetime) -> SupervisorNews:
    owed = select(outbox.c.channel, outbox.c.error, outbox.c.night).where(
        outbox.c.supervisor == digest.supervisor,
        outbox.c.night <= digest.night,
        outbox.c.sent_at.is_(None),
        or_(outbox.c.not_before.is_(None), outbox.c.not_before <= moment),
    )
    undelivered = [f"{row.channel} {row.night}: {row.error}" for row in connection.execute(owed.order_by(outbox.c.key))]
    key = outbox_key(digest.supervisor, digest.night, FILE)
    is_written = connection.execute(select(outbox.c.sent_at).where(outbox.c.key == key)).scalar() is not None
    return SupervisorNews(
        supervisor=digest.supervisor,
        new=digest.told("new"),
        changed=digest.told("changed"),
        resolved=digest.told("resolved"),
        reopened=digest.told("reopened"),
        still_open=digest.remaining,
        events=tuple(change.sentence for change in digest.changes if change.is_news),
        files=paths(folder, digest.supervisor, digest.night) if is_written else (),
        undelivered=tuple(undelivered),
    )
