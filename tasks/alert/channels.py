"""Deliver digests: files in the outbox folder, and every Apprise URL. A row of the outbox is a promise; it stays until kept.

A channel's name never holds a secret: many services carry their token where others carry the host.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, Row, insert, or_, select, update

from tasks.alert.digest import Digest, set_digest
from tasks.alert.sentences import load_wording
from tasks.errors import AlertError
from warehouse.engine import writing
from warehouse.schema import outbox

FILE = "file"
KEY_LENGTH = 128
SLUG_LENGTH = 60
_HOSTED = {"json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"}  # schemes whose host is a host, never a token
_UNSAFE = re.compile(r"[^\w.()（）-]+")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: to whom (a supervisor, or the maintainers), of which night, as Markdown and as HTML."""

    to: str
    night: date
    subject: str
    markdown: str
    html: str


def channel_name(url: str) -> str:
    """What a channel is called in the outbox and in logs: `json://host#1a2b3c4d`, `dingtalk#1a2b3c4d`."""
    parts = urlsplit(url)
    scheme = parts.scheme or "unknown"
    mark = hashlib.sha256(url.encode()).hexdigest()[:8]
    return f"{scheme}://{parts.hostname}#{mark}" if scheme in _HOSTED and parts.hostname else f"{scheme}#{mark}"


def queue(connection: Connection, digests: Sequence[Digest], channels: Sequence[str]) -> None:
    """A row for each digest and channel."""
    for digest in digests:
        markdown, html = set_digest(digest)
        put(connection, Message(digest.supervisor, digest.night, digest.subject, markdown, html), channels)


def put(connection: Connection, message: Message, channels: Sequence[str]) -> None:
    """A row for each channel. A row whose message says something else by now is set anew and sent again."""
    content = {"subject": message.subject, "markdown": message.markdown, "html": message.html}
    for channel in channels:
        key = outbox_key(message.to, message.night, channel)
        stored = connection.execute(select(outbox.c.markdown).where(outbox.c.key == key)).scalar()
        if stored is None:
            row = {"key": key, "supervisor": message.to, "night": message.night, "channel": channel}
            connection.execute(insert(outbox).values(**row, **content, sent_at=None, attempts=0, error=""))
        elif stored != message.markdown:
            connection.execute(update(outbox).where(outbox.c.key == key).values(**content, sent_at=None, error=""))


def outbox_key(supervisor: str, night: date, channel: str) -> str:
    """Supervisor, night and channel; a key too long for its column ends in a hash."""
    key = f"{supervisor}|{night}|{channel}"
    return key if len(key) <= KEY_LENGTH else f"{key[: KEY_LENGTH - 17]}#{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def paths(folder: Path, supervisor: str, night: date) -> tuple[Path, Path]:
    """Where a digest's Markdown and HTML lie."""
    name = supervisor or load_wording().nobody
    slug = _UNSAFE.sub("_", name).strip("._")[:SLUG_LENGTH]
    if slug != name:  # two names must not meet in one file
        slug = f"{slug}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
    return folder / night.isoformat() / f"{slug}.md", folder / night.isoformat() / f"{slug}.html"


def deliver(engine: Engine, night: date, folder: Path, urls: Sequence[str], now: Callable[[], datetime]) -> None:
    """Send what is not yet sent, of this night and earlier ones, and mend tonight's files. One failure stops no other."""
    by_name = {channel_name(url): url for url in urls}
    with engine.connect() as connection:
        due = or_(outbox.c.sent_at.is_(None), (outbox.c.channel == FILE) & (outbox.c.night == night))
        rows = connection.execute(select(outbox).where(due, outbox.c.night <= night).order_by(outbox.c.night, outbox.c.key)).all()
    for row in rows:
        if row.channel != FILE and row.channel not in by_name:
            continue  # its URL is no longer configured; the row waits for it
        _deliver_row(engine, row, folder, by_name, now)


def _deliver_row(engine: Engine, row: Row[Any], folder: Path, urls: Mapping[str, str], now: Callable[[], datetime]) -> None:
    problem = ""
    try:
        if row.channel == FILE:
            _write_files(row, folder)
        else:
            _send(row, urls[row.channel])
    except AlertError as error:
        problem = str(error)
        _log.warning("%s", error)
    if row.sent_at is not None and not problem:
        return
    sent_at = None if problem else now()
    with writing(engine) as connection:
        kept = update(outbox).where(outbox.c.key == row.key)
        connection.execute(kept.values(sent_at=sent_at, attempts=outbox.c.attempts + 1, error=problem))


def _write_files(row: Row[Any], folder: Path) -> None:
    markdown, html = paths(folder, row.supervisor, row.night)
    try:
        for path, text in ((markdown, row.markdown), (html, row.html)):
            _write(path, text.encode())
    except OSError as error:
        found = f"the digest could not be written ({error.strerror or error})"
        remedy = "Free space or correct the folder's permissions; the next run writes it."
        raise AlertError(found, where=str(markdown.parent), expected="a folder that can be written", remedy=remedy) from error


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, and untouched when it already says the same."""
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(data)
    temporary.replace(path)


def _send(row: Row[Any], url: str) -> None:
    import apprise

    where, remedy = f"channel {row.channel}", "Check the URL and the service; the next run sends it again."
    service = apprise.Apprise.instantiate(url)
    if service is None:
        raise AlertError(
            "Apprise does not know this URL", where=where, expected="a URL of a service that it supports", remedy=remedy
        )
    is_html = service.notify_format == apprise.NotifyFormat.HTML
    body_format = apprise.NotifyFormat.HTML if is_html else apprise.NotifyFormat.MARKDOWN
    messenger = apprise.Apprise()
    messenger.add(service)
    with apprise.LogCapture(level=logging.WARNING) as log:  # type: ignore[no-untyped-call]
        try:
            is_sent = messenger.notify(title=row.subject, body=row.html if is_html else row.markdown, body_format=body_format)
        except Exception as error:  # a service's plugin is not ours: its failure must not stop the other channels
            raise AlertError(f"the service's plugin failed ({type(error).__name__})", where=where, remedy=remedy) from error
        said = " ".join(log.getvalue().split())
    if not is_sent:
        found = f"the digest was not accepted ({_without_secrets(said, url) or 'no reason given'})"
        raise AlertError(found, where=where, expected="an answer that it was taken", remedy=remedy)


def _without_secrets(said: str, url: str) -> str:
    """A service's log line without any part of the URL that could be a token or a password."""
    for part in sorted(set(re.split(r"[/:@?&=#]+", url)), key=len, reverse=True):
        if len(part) > 3 and not (urlsplit(url).scheme in _HOSTED and part == urlsplit(url).hostname):
            said = said.replace(part, "***")
    return said[:300]
