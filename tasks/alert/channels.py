"""What is to be sent: a row of the outbox for each message and channel. A row is a promise; it stays until it is kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from tasks.alert.digest import Digest
from tasks.alert.digest_set import set_digest
from tasks.alert.services import channel_name
from tasks.alert.wording import load_wording
from warehouse.schema import outbox

__all__ = ["FILE", "Message", "channel_name", "message_of", "outbox_key", "paths", "put"]

FILE = "file"
KEY_LENGTH = 128
SLUG_LENGTH = 60
_UNSAFE = re.compile(r"[^\w.()（）-]+")


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: to whom (a supervisor, or the maintainers), of which night, as Markdown and as HTML.

    attachments: files that go with it, as paths below the outbox folder. not_before: when it may be sent (None: at once).
    """

    to: str
    night: date
    subject: str
    markdown: str
    html: str
    attachments: tuple[str, ...] = ()
    not_before: datetime | None = None


def message_of(digest: Digest, attachments: tuple[str, ...], not_before: datetime | None) -> Message:
    """A digest as it is sent."""
    markdown, html = set_digest(digest)
    return Message(digest.supervisor, digest.night, digest.subject, markdown, html, attachments, not_before)


def put(connection: Connection, message: Message, channels: Sequence[str]) -> None:
    """A row for each channel. A row whose message says something else by now is set anew and sent again."""
    content: dict[str, object] = {"subject": message.subject, "markdown": message.markdown, "html": message.html}
    content |= {"attachments": list(message.attachments), "reported": None}
    for channel in channels:
        key = outbox_key(message.to, message.night, channel)
        stored = connection.execute(select(outbox.c.markdown, outbox.c.attachments).where(outbox.c.key == key)).one_or_none()
        if stored is None:
            row = {"key": key, "supervisor": message.to, "night": message.night, "channel": channel}
            row["not_before"] = None if channel == FILE else message.not_before
            connection.execute(insert(outbox).values(**row, **content, sent_at=None, attempts=0, error=""))
        elif (stored.markdown, tuple(stored.attachments)) != (message.markdown, message.attachments):
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
