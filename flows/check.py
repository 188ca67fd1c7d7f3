"""Check local files as one batch, for whoever wants to know before publishing: read, contained, and put to the rules."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from expectations.form import load_forms
from flows.contain import Outcomes, Readers
from flows.version import reading_version
from tasks.normalise.labels import key
from tasks.reconcile import reconcile
from tasks.records import Finding, Quarantine, Reading, Report


@dataclass(frozen=True, slots=True)
class Checked:
    """A report in a local file as read, and what the rules say of it (nothing when it could not be read or states no year)."""

    path: Path
    reading: Reading | Quarantine
    findings: tuple[Finding, ...]

    @property
    def place(self) -> str:
        """The file, and which part of it where it holds several."""
        return f"{self.path}, {self.reading.part}" if self.reading.part else str(self.path)


def check_files(paths: Sequence[Path], readers: Readers) -> tuple[Checked, ...]:
    """Read local files as one batch: rules that look back find last year's report among them, by the agency's printed name."""
    readings = [(path, reading) for path in paths for reading in read_file(path, readers)]
    batch: dict[tuple[str, int], list[Reading]] = {}
    for _, reading in readings:
        if isinstance(reading, Reading) and reading.year is not None:
            batch.setdefault((key(reading.agency), reading.year), []).append(reading)
    return tuple(Checked(path, reading, _findings(reading, batch)) for path, reading in readings)


def read_file(path: Path, readers: Readers) -> Outcomes:
    """The reports in a local file, or why it could not be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = f"{path}: cannot be opened ({error.strerror}). Check the path and its permissions."
        return (Quarantine("", "", reading_version(), "ReadError", reason),)
    return readers.read(data, str(path), hashlib.sha256(data).hexdigest())


def gaps(checked: Checked) -> tuple[str, ...]:
    """What of a readable file could not be read or assessed as a whole: then no silence counts as "all tie"."""
    reading = checked.reading
    if isinstance(reading, Quarantine):
        return ()
    found = list(reading.problems)
    if reading.year is None:
        found.append(
            "未见报告年度，规则无法判断。No report year found: state it in the title, e.g. “…2024年政府信息公开工作年度报告”."
        )
    for name, table in load_forms()[-1].tables.items():
        if name not in dict(reading.editions):
            found.append(f"未见“{table.heading}”的表格，有关规则无法判断。Table {name} was not found.")
    return tuple(found)


def _findings(reading: Reading | Quarantine, batch: Mapping[tuple[str, int], Sequence[Reading]]) -> tuple[Finding, ...]:
    if isinstance(reading, Quarantine) or reading.year is None:
        return ()
    agency = key(reading.agency)
    before = [other for other in batch.get((agency, reading.year - 1), ()) if agency]
    different = {other.cells for other in before}
    reason = "没有上年报告" if not before else f"上年报告有{len(before)}份，无法确定" if len(different) > 1 else ""
    previous = before[0] if len(different) == 1 else None
    return reconcile(Report(reading.agency, reading.year, reading, previous, reason))
