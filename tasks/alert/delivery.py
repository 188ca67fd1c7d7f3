"""Deliver the outbox: files in its folder, and every configured channel, each in its own time. One failure stops no other.

Sending is at least once: every try is counted before it is made, and every sending of a row carries the same key. What cannot be
delivered stays due for the next night.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, or_, select, update

from tasks.alert.channels import FILE, channel_name, has_its_hour, paths, write_whole
from tasks.alert.packing import pack
from tasks.alert.refusal import Refusal
from tasks.alert.services import Patience, load_channels, service_of, without_secrets
from tasks.alert.undelivered import tell_maintainers
from tasks.alert.wording import CANONICAL
from tasks.errors import AlertError
from warehouse.engine import writing
from warehouse.schema import outbox

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Routes:
    """Where messages go: the outbox folder, Apprise URLs of supervisors and of maintainers, and where the folder is served.

    language_of: in which language an addressee is written to, and so what is added to a message on its way.
    """

    folder: Path
    urls: tuple[str, ...] = ()
    maintainer_urls: tuple[str, ...] = ()
    link_base: str = ""
    patience: Patience = field(default_factory=lambda: load_channels().patience)
    language_of: Callable[[str], str] = lambda _: CANONICAL


def deliver(engine: Engine, night: date, routes: Routes, now: Callable[[], datetime], *, tells_maintainers: bool = True) -> None:
    """Send what is not yet sent, of this night and earlier ones, mend tonight's files, and tell maintainers of what fails."""
    _deliver(engine, night, routes, now)
    if not tells_maintainers:
        return
    channels = dict.fromkeys((FILE, *(channel_name(url) for url in routes.maintainer_urls)))
    with writing(engine) as connection:
        told = tell_maintainers(connection, night, tuple(channels))
    if told:
        _deliver(engine, night, routes, now, only=told)


def _deliver(engine: Engine, night: date, routes: Routes, now: Callable[[], datetime], only: str | None = None) -> None:
    due = or_(outbox.c.sent_at.is_(None) & has_its_hour(now()), (outbox.c.channel == FILE) & (outbox.c.night == night))
    asked = select(outbox).where(due, outbox.c.night <= night)
    asked = asked if only is None else asked.where(outbox.c.supervisor == only)
    with engine.connect() as connection:  # those tried least go first, so that one that never succeeds holds up no other
        rows = connection.execute(asked.order_by(outbox.c.channel, outbox.c.attempts, outbox.c.night, outbox.c.key)).all()
    by_name = {channel_name(url): url for url in (*routes.urls, *routes.maintainer_urls)}
    for channel, its_rows in groupby(rows, key=lambda row: row.channel):
        if channel == FILE:
            _write_all(engine, its_rows, routes.folder, now)
        elif channel in by_name:  # else its URL is no longer configured; the rows wait for it
            _Sender(engine, by_name[channel], routes, now).send_all(its_rows)


def _write_all(engine: Engine, rows: Iterable[Row[Any]], folder: Path, now: Callable[[], datetime]) -> None:
    for row in rows:
        problem = ""
        try:
            _write_files(row, folder)
        except AlertError as error:
            problem = str(error)
            _log.warning("%s", error)
        if row.sent_at is None or problem:
            _keep(engine, row, sent_at=None if problem else now(), error=problem, attempts=outbox.c.attempts + 1)


def _keep(engine: Engine, row: Row[Any], **values: Any) -> None:
    with writing(engine) as connection:
        connection.execute(update(outbox).where(outbox.c.key == row.key).values(**values))


@dataclass(slots=True)
class _Sender:
    """One channel and the time that it has in a night."""

    engine: Engine
    url: str
    routes: Routes
    now: Callable[[], datetime]
    end: float = 0.0

    def send_all(self, rows: Iterable[Row[Any]]) -> None:
        """Send each row, or say in it why not."""
        self.end = time.monotonic() + self.routes.patience.channel_seconds
        _, service = service_of(self.url)
        pause, next_at = 60 / service.per_minute if service.per_minute else 0.0, 0.0
        for row in rows:
            time.sleep(max(0.0, min(next_at, self.end) - time.monotonic()))
            next_at = time.monotonic() + pause
            try:
                self._send(row)
            except AlertError as error:
                _log.warning("%s", error)
                _keep(self.engine, row, error=str(error))
            else:
                _keep(self.engine, row, sent_at=self.now(), error="")

    def _send(self, row: Row[Any]) -> None:
        where = f"channel {row.channel}"
        if time.monotonic() >= self.end:
            remedy = "Check the service; the next run tries again."
            raise AlertError("not tried: the channel had its time tonight", where=where, remedy=remedy)
        try:
            hand_over = pack(row, self.url, self.routes.folder, self.routes.link_base, self.routes.language_of(row.supervisor))
            self._persist(row, hand_over)
        except Refusal as refusal:
            found = f"the message was not accepted ({without_secrets(refusal.found, self.url) or 'no reason given'})"
            remedy = "Check the URL and the service; the next run sends it again."
            raise AlertError(found, where=where, expected="an answer that it was taken", remedy=remedy) from None

    def _persist(self, row: Row[Any], hand_over: Callable[[], None]) -> None:
        """Try until it is taken, refused for good, or the night's patience is at its end."""
        patience, pause = self.routes.patience, self.routes.patience.first_seconds
        for left in reversed(range(patience.tries)):
            _keep(self.engine, row, attempts=outbox.c.attempts + 1)
            try:
                return hand_over()
            except Refusal as refusal:
                wait = pause if refusal.wait is None else refusal.wait
                if refusal.wait is not None and refusal.wait > patience.longest_seconds:
                    self.end = 0.0  # asked to stay away for longer than we wait: the rest need not ask
                    raise
                if not refusal.is_passing or not left or time.monotonic() + wait >= self.end:
                    raise
            time.sleep(min(wait, patience.longest_seconds))
            pause *= 2
        return None


def _write_files(row: Row[Any], folder: Path) -> None:
    markdown, html = paths(folder, row.supervisor, row.night)
    try:
        for path, text in ((markdown, row.markdown), (html, row.html)):
            write_whole(path, text.encode())
    except OSError as error:
        found = f"the digest could not be written ({error.strerror or error})"
        remedy = "Free space or correct the folder's permissions; the next run writes it."
        raise AlertError(found, where=str(markdown.parent), expected="a folder that can be written", remedy=remedy) from error
