"""WARC (ISO 28500): archived documents and where they were seen, in the format that web archives exchange and replay.

One warcinfo; for each document a response with the HTTP facts of the fetch that first brought it (a resource where it did not
come by HTTP), a revisit for every other URL that showed the same bytes, and a metadata record for every sighting. A revisit
has no headers, for those of the later fetches are not kept, and to repeat the first's would be to invent; whoever replays it
takes them from the response, which always stands before it in the same file. The same evidence gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, BinaryIO
from urllib.parse import quote
from uuid import UUID, uuid5

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tasks.records import Document
from warehouse.evidence import Evidence, Seen

VERSION = "WARC/1.1"
CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
ORIGINAL = "X-Archive-Orig-"  # before a header that is no longer true of the body as it is kept
_SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_FIELDS = "application/warc-fields"
_NAMES = UUID("5f0e6d0c-9a55-5b0b-8d0c-6b1f6a1d7c11")  # ours, for record ids that follow from what a record says
_OF_URIS = ":/?#[]@!$&'()*+,;=%-._~"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HTTP = re.compile(r"https?://", re.IGNORECASE)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_MARKS = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}  # by which a body is still so encoded


def write_warc(
    out: BinaryIO, about: Mapping[str, str], at: datetime, items: Iterable[tuple[Evidence, bytes]], *, is_gzip: bool
) -> int:
    """Write evidence with its documents' bytes into a file. Returns how many documents these are.

    `about` is what the warcinfo says beside the format, and `at` its date; nothing else depends on a clock.
    """
    writer = WARCWriter(out, gzip=is_gzip, warc_version=VERSION)
    info = {**about, "format": "WARC File Format 1.1", "conformsTo": CONFORMS_TO}
    writer.write_record(_record("warcinfo", "", _date(at), _fields(info), _FIELDS))
    number = 0
    for of, body in items:
        for record in _records(of, body):
            writer.write_record(record)
        number += 1
    return number


def _records(of: Evidence, body: bytes) -> Iterable[ArcWarcRecord]:
    """A document's records."""
    document, first = of.document, _first(of.document, body)
    yield first
    shown = {document.url: _id(first)}
    for each in of.seen:
        if each.is_there and each.sighting.url not in shown:
            revisit = _revisit(document, each, first)
            shown[each.sighting.url] = _id(revisit)
            yield revisit
    for each in of.seen:
        refers = {"WARC-Refers-To": shown.get(each.sighting.url, _id(first))}
        told = _fields(_told(document, each))
        yield _record("metadata", _uri(each.sighting.url), _seen_at(document, each), told, _FIELDS, refers)


def _first(document: Document, body: bytes) -> ArcWarcRecord:
    """The response of the fetch that first brought a document; a resource where there was no HTTP."""
    uri, date = _uri(document.url), _date(document.fetched_at)
    digests = {"WARC-Payload-Digest": _sha1(body), "X-Gouji-SHA256": document.sha256}
    if _HTTP.match(uri) and 100 <= document.status <= 999:
        return _record("response", uri, date, _http(document, body) + body, "application/http; msgtype=response", digests)
    media_type = _CONTROLS.sub(" ", document.media_type).encode("ascii", "replace").decode()
    return _record("resource", uri, date, body, media_type.strip() or "application/octet-stream", digests)


def _revisit(document: Document, seen: Seen, first: ArcWarcRecord) -> ArcWarcRecord:
    """The same bytes at another URL."""
    same = first.rec_headers.get_header
    more = {
        "WARC-Profile": _SAME_PAYLOAD,
        "WARC-Refers-To": _id(first),
        "WARC-Refers-To-Target-URI": same("WARC-Target-URI"),
        "WARC-Refers-To-Date": same("WARC-Date"),
        "WARC-Payload-Digest": same("WARC-Payload-Digest"),
        "X-Gouji-SHA256": document.sha256,
    }
    uri, date = _uri(seen.sighting.url), _seen_at(document, seen)
    return _record("revisit", uri, date, b"", "application/http; msgtype=response", more)


def _told(document: Document, seen: Seen) -> dict[str, str]:
    """What a metadata record says of a sighting; `via` is the standard's word for the page that links it."""
    of = seen.sighting
    return {
        "sha256": document.sha256,
        "agency-id": of.agency_id,
        "agency": seen.agency,
        "year": str(of.year or ""),
        "title": of.title,
        "published": of.published.isoformat() if of.published else "",
        "url": of.url,
        "via": of.listing_url,
        "night": of.night.isoformat(),
        "state": seen.state,
        "etag": seen.etag,
        "last-modified": seen.last_modified,
        "reason": seen.reason,
    }


def _record(
    kind: str, uri: str, date: str, block: bytes, media_type: str, more: Mapping[str, str] | None = None
) -> ArcWarcRecord:
    """A record whose id follows from all that it says."""
    said = {"WARC-Date": date, **({"WARC-Target-URI": uri} if uri else {}), **(more or {})}
    name = "\n".join([kind, *(f"{key}: {value}" for key, value in said.items()), hashlib.sha256(block).hexdigest()])
    headers = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", f"<{uuid5(_NAMES, name).urn}>"),
        *said.items(),
        ("Content-Type", media_type),
    ]
    # no HTTP headers are handed over: the writer would percent-encode what is not ASCII in them
    written: Any = StatusAndHeaders("", headers, protocol=VERSION)
    return ArcWarcRecord("warc", kind, written, io.BytesIO(block), None, media_type, len(block))


def _http(document: Document, body: bytes) -> bytes:
    """The HTTP head: the headers as they were kept, but for those that are not true of the body as it is kept."""
    phrase = HTTPStatus(document.status).phrase if document.status in set(HTTPStatus) else ""
    lines = [f"HTTP/1.1 {document.status} {phrase}".encode()]
    lines += [_header(name, value, body) for name, value in document.headers]
    lines.append(f"Content-Length: {len(body)}".encode())
    return b"\r\n".join([*lines, b"", b""])


def _header(name: str, value: str, body: bytes) -> bytes:
    """A header's line. The kept body is the decoded one; what the crawl could not decode still has its Content-Encoding."""
    kind, text = name.lower(), value.strip().lower()
    if not _TOKEN.fullmatch(name):
        name, value = f"{ORIGINAL}Header", f"{name}: {value}"
    elif kind in ("content-length", "transfer-encoding") or (kind == "content-encoding" and _is_decoded(text, body)):
        name = ORIGINAL + name
    line = _CONTROLS.sub(" ", f"{name}: {value}")
    try:
        return line.encode("latin-1")  # the crawl kept the site's own bytes, one a character
    except UnicodeEncodeError:
        return line.encode("utf-8", "replace")


def _is_decoded(encoding: str, body: bytes) -> bool:
    return encoding in _MARKS and not body.startswith(_MARKS[encoding])


def _fields(said: Mapping[str, str]) -> bytes:
    """Named fields, in UTF-8; blank ones are left out."""
    lines = (f"{name}: {' '.join(value.split())}\r\n" for name, value in said.items() if value.strip())
    return "".join(lines).encode("utf-8", "replace")


def _uri(url: str) -> str:
    """The URL in ASCII; what has no scheme is the name of a file."""
    return quote(url if _SCHEME.match(url) else f"file:///{url.lstrip('/')}", safe=_OF_URIS, errors="replace")


def _seen_at(document: Document, seen: Seen) -> str:
    """When a page was seen: nights are known, moments only of first fetches; at the earliest when the night began."""
    return _date(max(seen.began, document.fetched_at))


def _date(moment: datetime) -> str:
    """To the second, for readers that know no finer."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sha1(body: bytes) -> str:
    """The payload's digest as web archives' indexes expect it."""
    return f"sha1:{base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()}"


def _id(record: ArcWarcRecord) -> str:
    return str(record.rec_headers.get_header("WARC-Record-ID"))
