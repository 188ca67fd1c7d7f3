"""What is to be sent: a row of the outbox for each message and channel. A row is a promise; it stays until it is kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, insert, or_, select, update

from tasks.alert.digest import Attached, Digest
from tasks.alert.digest_set import set_digest
from tasks.alert.services import channel_name
from tasks.alert.wording import load_wording
from warehouse.schema import outbox

__all__ = [
    "FILE",
    "Message",
    "channel_name",
    "file_name",
    "has_its_hour",
    "message_of",
    "outbox_key",
    "paths",
    "put",
    "write_whole",
]

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


def message_of(digest: Digest, attached: Attached, not_before: datetime | None) -> Message:
    """A digest as it is sent."""
    markdown, html = set_digest(digest, attached)
    subject = " ".join(digest.subject.split())
    return Message(digest.supervisor, digest.night, subject, markdown, html, attached.files, not_before)


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


def has_its_hour(moment: datetime) -> ColumnElement[bool]:
    """Whether a row of the outbox may be sent by a moment."""
    return or_(outbox.c.not_before.is_(None), outbox.c.not_before <= moment)


def paths(folder: Path, supervisor: str, night: date) -> tuple[Path, Path]:
    """Where a digest's Markdown and HTML lie."""
    name = file_name(supervisor or load_wording().nobody)
    return folder / night.isoformat() / f"{name}.md", folder / night.isoformat() / f"{name}.html"


def file_name(name: str) -> str:
    """A name as that of a file: no character of another meaning, not too long, and no two names in one."""
    slug = _UNSAFE.sub("_", name).strip("._")[:SLUG_LENGTH]
    return slug if slug == name else f"{slug}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; one that says the same already is not touched. Raises OSError."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)
