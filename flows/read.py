"""Read documents: extract → normalise, one at a time, each ending as a Reading or an explained Quarantine; check a batch."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tasks.errors import FormError, GoujiError, ReadError
from tasks.extract import extract
from tasks.extract.sniff import sniff
from tasks.extract.version import READER_VERSION
from tasks.normalise import normalise
from tasks.normalise.labels import key
from tasks.printed import Printed, Unread
from tasks.reconcile import reconcile
from tasks.records import Finding, Quarantine, Reading, Report


@dataclass(frozen=True, slots=True)
class Checked:
    """A local file as read, and what the rules say of it (nothing when it could not be read or states no year)."""

    path: Path
    reading: Reading | Quarantine
    findings: tuple[Finding, ...]


def read_document(data: bytes, name: str, sha256: str) -> tuple[Reading | Quarantine, ...]:
    """Bytes → a Reading for each report in them, or the reason why not. Only a bug of ours raises."""
    try:
        parts = extract(data, name)
    except ReadError as error:
        return (_refused(error, name, sha256, sniff(data)),)
    return tuple(outcome for part in parts for outcome in _read_part(part, name, sha256))


def _read_part(part: Printed | Unread, name: str, sha256: str) -> tuple[Reading | Quarantine, ...]:
    if isinstance(part, Unread):
        return (Quarantine(sha256, "", READER_VERSION, part.kind, part.reason, part.part),)
    try:
        return normalise(part, sha256)
    except (ReadError, FormError) as error:
        return (_refused(error, f"{name}, {part.part}" if part.part else name, sha256, part.reader, part.part),)


def _refused(error: GoujiError, name: str, sha256: str, reader: str, part: str = "") -> Quarantine:
    reason = str(error) if error.where else f"{name}: {error}"
    return Quarantine(sha256, reader, READER_VERSION, type(error).__name__, reason, part)


def check_files(paths: Sequence[Path]) -> tuple[Checked, ...]:
    """Read local files as one batch: rules that look back find last year's report among them, by the agency's printed name."""
    readings = [(path, reading) for path in paths for reading in _read_file(path)]
    batch: dict[tuple[str, int], list[Reading]] = {}
    for _, reading in readings:
        if isinstance(reading, Reading) and reading.year is not None:
            batch.setdefault((key(reading.agency), reading.year), []).append(reading)
    return tuple(Checked(path, reading, _findings(reading, batch)) for path, reading in readings)


def _read_file(path: Path) -> tuple[Reading | Quarantine, ...]:
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = f"{path}: cannot be opened ({error.strerror}). Check the path and its permissions."
        return (Quarantine("", "", READER_VERSION, "ReadError", reason),)
    return read_document(data, str(path), hashlib.sha256(data).hexdigest())


def _findings(reading: Reading | Quarantine, batch: Mapping[tuple[str, int], Sequence[Reading]]) -> tuple[Finding, ...]:
    if isinstance(reading, Quarantine) or reading.year is None:
        return ()
    agency = key(reading.agency)
    before = [other for other in batch.get((agency, reading.year - 1), ()) if agency]
    different = {other.cells for other in before}
    reason = "没有上年报告" if not before else f"上年报告有{len(before)}份，无法确定" if len(different) > 1 else ""
    previous = before[0] if len(different) == 1 else None
    return reconcile(Report(reading.agency, reading.year, reading, previous, reason))
