"""The six nouns (Sighting, Document, Grid, Cell, Finding, Notice) and what they are made of, as frozen dataclasses.

Grid and what else a document prints, before any form is known, are in tasks/printed.py.

Figures are int, Decimal or None, never float. Addresses are table.row.column of an official form, where the row may
have two parts: `applications.denied.state_secret.natural`. Chinese beside each name is the field's own term.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from tasks.printed import Agreement, Locator

Number = int | Decimal


class Semantics(StrEnum):
    """What a printed figure says. UNREADABLE is ours: something is printed and we could not read it."""

    NUMERIC = "NUMERIC"
    ZERO = "ZERO"
    EMPTY = "EMPTY"
    NA = "NA"
    TEXT = "TEXT"
    UNREADABLE = "UNREADABLE"


class Outcome(StrEnum):
    """What became of a rule: it holds, is broken, or cannot be assessed (with the reason)."""

    HOLDS = "holds"
    BROKEN = "broken"
    NOT_ASSESSABLE = "not_assessable"


class Severity(StrEnum):
    """How grave a broken rule is: 错误 (must be corrected), 疑似 (needs an explanation), 提示 (for information)."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Verdict(StrEnum):
    """Whose mistake a broken rule is. Only AGENCY ever reaches a supervisor."""

    AGENCY = "agency"
    READING = "reading"
    UNDECIDED = "undecided"


class NoticeState(StrEnum):
    """Where a notice stands. ACKNOWLEDGED, EXPLAINED and SNOOZED are set by people, the rest by a night's run."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    EXPLAINED = "explained"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Agency:
    """One line of the register: an agency (机关), who supervises it, and where it publishes.

    `valid_from` and `valid_to` bound the time in which it exists under this id (机构改革: an agency that was founded, merged or
    abolished); None where the register sets no bound. `region` is the code of its 行政区划, `uscc` its 统一社会信用代码; `scope`:
    whose work its report is expected to count, "own" (本级) or "aggregate" (汇总). Each is blank where it is not known.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    level: str
    supervisor: str
    start_urls: tuple[str, ...]
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    region: str = ""
    uscc: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """This agency, this year, seen at this URL on this night. `year` and `published` are None when the site does not say."""

    agency_id: str
    year: int | None
    url: str
    title: str
    published: date | None
    listing_url: str
    night: date


@dataclass(frozen=True, slots=True)
class Document:
    """Immutable bytes, named by their SHA-256, and the HTTP facts of the fetch that first brought them.

    `media_type` is as the server declared it (blank when it did not); the readers decide by the bytes.
    """

    sha256: str
    size: int
    media_type: str
    url: str
    status: int
    fetched_at: datetime
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of the official form. `certain` is True only where reading and placing left no doubt.

    `decided`: what a person said who looked at the page (as_read, corrected, unreadable), blank where nobody did; then value,
    semantics and certain are theirs, and raw is what was read.
    """

    address: str
    raw: str
    value: Number | None
    semantics: Semantics
    locator: Locator
    certain: bool
    unit: str = ""  # the unit printed inside the cell ("万元"), not the form's
    agreement: Agreement = Agreement.PLAIN
    confidence: float = 1.0
    decided: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One of the report's six sections: its id in the form, the heading as printed, and the text below it."""

    id: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A number that the narrative states: its sentence, what it counts (a measure of narrative.yml), and the year meant.

    `scope`: whose number it is: "own" (the report's), "region" (all agencies of an area), "part" (some of them).
    `period`: the stretch of the year meant where it is not the whole ("上半年"), as printed.
    """

    sentence: str
    measure: str
    value: Number
    year: int | None
    scope: str = "own"
    period: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one version of our readers made of one report: its head, its figures and what could not be placed.

    A document holds one report as a rule; where it holds several (a zip, a collection in one file), `part` tells them
    apart ("b/report.pdf", "2"), blank for the only one.
    """

    sha256: str
    reader: str
    reader_version: str
    title: str
    agency: str
    year: int | None
    period: tuple[date, date] | None
    editions: tuple[tuple[str, str], ...]  # (table, edition) as recognised from the labels
    sections: tuple[Section, ...]
    cells: tuple[Cell, ...]
    claims: tuple[Claim, ...]
    problems: tuple[str, ...] = ()  # rows, columns, fields that could not be placed: each a four-part message
    part: str = ""
    published: date | None = None  # 公开日期, as the document states it
    preamble: str = ""  # what stands between the title and the first section

    @property
    def content(self) -> str:
        """A name (SHA-256) for what the report says: documents of the same content are one report, whatever stands around it."""
        figures = [(cell.address, cell.raw, str(cell.value), cell.semantics.value) for cell in self.cells]
        head = (self.title, self.agency, self.year, self.period, self.editions, self.published, self.preamble)
        return hashlib.sha256(repr((head, figures, self.sections, self.problems, self.part)).encode()).hexdigest()

    @property
    def is_text(self) -> bool:
        """Whether every figure was read from text: none from a picture."""
        return all(cell.confidence == 1.0 for cell in self.cells)

    def figures(self) -> dict[str, Cell]:
        """Cells by their address."""
        return {cell.address: cell for cell in self.cells}


@dataclass(frozen=True, slots=True)
class Quarantine:
    """A document that could not be read: the error's class name and its four-part message."""

    sha256: str
    reader: str
    reader_version: str
    kind: str
    reason: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One agency's report for one year as the rules see it: its reading, last year's, and the revision it replaced.

    `previous` is None when last year's report is not there or could be one of several; `previous_reason` then says which.
    `agency` is the register's line (None for a file that is checked by hand), `neighbours` the names of all
    agencies of its supervisor. `decisions`: the ids of people's decisions that the readings already show.
    """

    agency_id: str
    year: int
    reading: Reading
    previous: Reading | None = None
    previous_reason: str = ""
    superseded: Reading | None = None
    agency: Agency | None = None
    neighbours: frozenset[str] = frozenset()
    decisions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Suspect:
    """A set of cells whose change would satisfy every broken equation, and the slip that would explain it.

    A suggested value is None where the equations leave several.
    """

    cells: tuple[tuple[str, Number | None], ...]  # (address, suggested value)
    cause: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one report. `scope` names the row, column or section; `cells` every address it touches."""

    rule: str
    severity: Severity
    agency_id: str
    year: int | None
    scope: str
    outcome: Outcome
    says: str
    reason: str = ""
    left: Number | None = None
    right: Number | None = None
    delta: Number | None = None
    cells: tuple[str, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    verdict: Verdict = Verdict.AGENCY

    @property
    def fingerprint(self) -> str:
        """What makes two findings of different nights the same one: agency · year · rule · scope."""
        return f"{self.agency_id}|{self.year}|{self.rule}|{self.scope}"


@dataclass(frozen=True, slots=True)
class Translation:
    """What a notice tells in a language beside Chinese; blank where that is not known."""

    language: str
    sentence: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a supervisor is told about a finding, and how far it has come."""

    fingerprint: str
    supervisor: str
    agency_id: str
    year: int | None
    rule: str
    scope: str
    state: NoticeState
    since: date
    sentence: str
    reason: str = field(default="")
    translations: tuple[Translation, ...] = ()
