"""Web archives (.mht, .mhtml): the page inside, and the pictures that came with it."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage

from tasks.errors import DamagedDocument
from tasks.extract.encodings import decode

_HEAD = re.compile(rb"\s*(?:[A-Za-z][\w-]{1,60}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n){1,60}?\r?\n", re.DOTALL)
_MIME = re.compile(rb"^(?:mime-version|content-type)\s*:", re.IGNORECASE | re.MULTILINE)


def is_archive(data: bytes) -> bool:
    """Whether the bytes begin with the headers of a MIME message."""
    head = _HEAD.match(data[:16384])
    return bool(head and _MIME.search(head[0]))


def unpack(data: bytes) -> tuple[str, dict[str, bytes]]:
    """The text of the archive's first page, and its pictures by the names that the page calls them by."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    page: str | None = None
    pictures: dict[str, bytes] = {}
    for part in message.walk():
        if not isinstance(part, EmailMessage) or part.is_multipart():
            continue
        body = part.get_payload(decode=True)
        if not isinstance(body, bytes):
            continue
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            page = page if page is not None else decode(body)
        elif part.get_content_maintype() == "image":
            for name in (part["content-location"], _cid(part["content-id"])):
                if name:
                    pictures[str(name)] = body
    if page is None:
        raise DamagedDocument("a web archive without a page in it", remedy="Open it in a browser and save it as one page.")
    return page, pictures


def _cid(name: str | None) -> str:
    return f"cid:{str(name).strip().strip('<>')}" if name else ""
