"""Alert: tell each supervisor once what is new, changed, resolved or reopened, with the evidence, as it asked to be told.

What a night decides is written in one transaction, and with it that no digest tells of it yet; the outbox, and that it does, in a
second one; delivery follows. A crash in between is repaired by running the night again, or by the next night, whose digests
tell of both. Attachments are written between the two, so that no row waits for a file that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select

from expectations.rule import load_rules
from tasks.alert.attachments import MakeLetter, attach
from tasks.alert.channels import FILE, channel_name, has_its_hour, message_of, outbox_key, paths, put
from tasks.alert.delivery import Routes, deliver
from tasks.alert.digest import Attached, Digest
from tasks.alert.digest_build import build_digests
from tasks.alert.engineering import build_engineering
from tasks.alert.escalation import escalate
from tasks.alert.ledger import broken_tonight, follow, handed_over, is_history, keep_told, known_notices, recheck, record
from tasks.alert.nights import agenda, agenda_of_the_past, begin_night, end_night, was_decided
from tasks.alert.notices import is_closable, transitions
from tasks.alert.people import opened_again, snoozes_due
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
    letter: MakeLetter | None = None

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

    `events` are changes of reports and columns; `undelivered` names each channel that still owes a digest, and why. attachments:
    the list of what stands, and letters. escalated: what stood too long with supervisors below. is_quiet: no digest today,
    the next one tells of it. not_before: its hour, before which nothing is sent.
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
    attachments: tuple[Path, ...] = ()
    escalated: tuple[str, ...] = ()
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
        due = tuple(each for each in digests if each.supervisor not in agreed.quiet and _is_sent(each, options))
        attached = attach(engine, due, options.outbox, options.letter)
        with writing(engine) as connection:
            _queue(connection, night, options, zip(due, attached, strict=True), agreed.nights[maintainers])
            end_night(connection, night, agreed)
    deliver(engine, night, options.routes(), now)
    with engine.connect() as connection:
        return tuple(
            replace(
                _news(connection, digest, options.outbox, now()),
                is_quiet=digest.supervisor in agreed.quiet,
                not_before=_still_to_come(options.not_before(digest.supervisor, night), now()),
            )
            for digest in digests
        )


def _still_to_come(hour: datetime | None, moment: datetime) -> datetime | None:
    return hour if hour is not None and hour > moment else None


def _decide(connection: Connection, night: date, said_once: frozenset[str]) -> None:
    notices, broken = known_notices(connection), broken_tonight(connection)
    still = {each.fingerprint for each in broken}
    if was_decided(connection, night):  # what people open again after that may close from the next night on
        still |= opened_again(connection, night)
    vanished = [notice for notice, _ in notices.values() if notice.fingerprint not in still and is_closable(notice, said_once)]
    rechecks, due = recheck(connection, vanished), snoozes_due(connection, night)
    offices = handed_over(connection)
    record(connection, transitions(notices, broken, rechecks, night, said_once, due, offices), night)
    follow(connection)


def _is_sent(digest: Digest, options: AlertOptions) -> bool:
    return digest.has_news or options.routing.of(digest.supervisor).always


def _queue(
    connection: Connection,
    night: date,
    options: AlertOptions,
    digests: Iterable[tuple[Digest, Attached]],
    told: Sequence[date],
) -> None:
    message = build_engineering(connection, night, told, options.faults)
    if message is not None:
        put(connection, message, (FILE, *dict.fromkeys(channel_name(url) for url in options.maintainer_urls)))
    for digest, attached in digests:
        route = options.routing.of(digest.supervisor)
        channels = tuple(dict.fromkeys((FILE, *(channel_name(url) for url in route.channels))))
        put(connection, message_of(digest, attached, options.not_before(digest.supervisor, night)), channels)
        keep_told(connection, digest, channels)


def _news(connection: Connection, digest: Digest, folder: Path, moment: datetime) -> SupervisorNews:
    owed = select(outbox.c.channel, outbox.c.error, outbox.c.night).where(
        outbox.c.supervisor == digest.supervisor,
        outbox.c.night <= digest.night,
        outbox.c.sent_at.is_(None),
        has_its_hour(moment),
    )
    undelivered = [f"{row.channel} {row.night}: {row.error}" for row in connection.execute(owed.order_by(outbox.c.key))]
    its_key = outbox.c.key == outbox_key(digest.supervisor, digest.night, FILE)
    row = connection.execute(select(outbox.c.sent_at, outbox.c.attachments).where(its_key)).one_or_none()
    is_written = row is not None and row.sent_at is not None
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
        escalated=digest.told("escalated"),
        attachments=tuple(folder / name for name in row.attachments) if row is not None and is_written else (),
    )
