"""Alert: tell each supervisor once a night what is new, changed, resolved or reopened, with the evidence.

Notices, their events and the outbox change in one transaction; delivery follows. A crash between the two is repaired by
running the night again, which decides nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from expectations.rule import load_rules
from tasks.alert.changes import changes
from tasks.alert.channels import FILE, channel_name, outbox_key, paths, put, queue
from tasks.alert.delivery import Routes, deliver
from tasks.alert.digest import Digest, build_digests
from tasks.alert.engineering import build_engineering
from tasks.alert.ledger import broken_tonight, is_history, keep_told, known_notices, recheck, record
from tasks.alert.notices import is_closable, transitions
from tasks.alert.people import snoozes_due
from tasks.alert.services import Patience, load_channels
from warehouse.engine import writing
from warehouse.schema import outbox


@dataclass(frozen=True, slots=True)
class AlertOptions:
    """Where digests go, and what only maintainers are told. `always` sends one to a supervisor for whom nothing happened.

    faults: why the state was not published, for the maintainers. link_base: where the outbox folder is served, if it is.
    """

    outbox: Path
    apprise_urls: tuple[str, ...] = ()
    always: bool = False
    maintainer_urls: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    link_base: str = ""
    patience: Patience = field(default_factory=lambda: load_channels().patience)

    def routes(self) -> Routes:
        """Where messages go."""
        return Routes(self.outbox, self.apprise_urls, self.maintainer_urls, self.link_base, self.patience)


@dataclass(frozen=True, slots=True)
class SupervisorNews:
    """What one supervisor is told of a night: sentences by kind, how many earlier notices still stand, and where it is.

    `events` are changes of reports and columns; `undelivered` names each channel that still owes a digest, and why.
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


def alert(engine: Engine, night: date, options: AlertOptions, now: Callable[[], datetime]) -> tuple[SupervisorNews, ...]:
    """Decide, record and deliver a night's notices; every supervisor of the register is answered for, quiet or not."""
    said_once = frozenset(rule.id for rule in load_rules() if rule.kind == "change")
    with writing(engine) as connection:
        is_past = is_history(connection, night)
        if not is_past:
            _decide(connection, night, said_once)
        digests = build_digests(connection, night, changes(connection, night, said_once), said_once)
        if not is_past:
            channels = dict.fromkeys((FILE, *(channel_name(url) for url in options.apprise_urls)))
            message = build_engineering(connection, night, options.faults)
            if message is not None:
                put(connection, message, (FILE, *dict.fromkeys(channel_name(url) for url in options.maintainer_urls)))
            queue(connection, [digest for digest in digests if digest.has_news or options.always], tuple(channels))
            keep_told(connection, night, tuple(channels))
    deliver(engine, night, options.routes(), now)
    with engine.connect() as connection:
        return tuple(_news(connection, digest, options.outbox) for digest in digests)


def _decide(connection: Connection, night: date, said_once: frozenset[str]) -> None:
    notices, broken = known_notices(connection), broken_tonight(connection)
    still = {each.fingerprint for each in broken}
    vanished = [notice for notice, _ in notices.values() if notice.fingerprint not in still and is_closable(notice, said_once)]
    rechecks, due = recheck(connection, vanished), snoozes_due(connection, night)
    record(connection, transitions(notices, broken, rechecks, night, said_once, due), night)


def _news(connection: Connection, digest: Digest, folder: Path) -> SupervisorNews:
    owed = select(outbox.c.channel, outbox.c.error, outbox.c.night).where(
        outbox.c.supervisor == digest.supervisor, outbox.c.night <= digest.night, outbox.c.sent_at.is_(None)
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
