"""Read a document: extract → normalise; each report in it ends as a Reading or an explained Quarantine. Pure, and contained
by flows/contain.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from flows.version import reading_version
from tasks.errors import BadForm, FormError, GoujiError, ReadError, UnknownFormat
from tasks.extract import extract
from tasks.extract.sniff import sniff
from tasks.normalise import normalise
from tasks.printed import Printed, Unread
from tasks.records import Quarantine, Reading


def read_document(data: bytes, name: str, sha256: str) -> tuple[Reading | Quarantine, ...]:
    """Bytes → a Reading for each report in them, or the reason why not: one outcome at least, each part named once.

    Only a bug of ours raises, or BadForm: a data file of ours that is wrong is no document's fault.
    """
    try:
        parts = extract(data, name)
    except ReadError as error:
        return (_refused(error, name, sha256, sniff(data)),)
    if not parts:
        empty = UnknownFormat("there is no file in it", expected="a report", remedy="Fetch it again, or look at it by eye.")
        return (_refused(empty, name, sha256, sniff(data)),)
    return tuple(_apart(outcome for part in parts for outcome in _read_part(part, name, sha256)))


def _read_part(part: Printed | Unread, name: str, sha256: str) -> tuple[Reading | Quarantine, ...]:
    if isinstance(part, Unread):
        return (Quarantine(sha256, "", reading_version(), part.kind, part.reason, part.part),)
    try:
        return normalise(part, sha256)
    except BadForm:
        raise
    except (ReadError, FormError) as error:
        return (_refused(error, f"{name}, {part.part}" if part.part else name, sha256, part.reader, part.part),)


def _refused(error: GoujiError, name: str, sha256: str, reader: str, part: str = "") -> Quarantine:
    reason = str(error) if error.where else f"{name}: {error}"
    return Quarantine(sha256, reader, reading_version(), type(error).__name__, reason, part)


def _apart(outcomes: Iterable[Reading | Quarantine]) -> Iterator[Reading | Quarantine]:
    """The outcomes with our version, and a number behind the name of a part where another has the same."""
    seen: dict[str, int] = {}
    for outcome in outcomes:
        count = seen[outcome.part] = seen.get(outcome.part, 0) + 1
        part = outcome.part if count == 1 else f"{outcome.part} #{count}".strip()
        yield replace(outcome, reader_version=reading_version(), part=part)
