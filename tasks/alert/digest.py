"""A digest: what one supervisor is told of a night, and of earlier ones of which no digest has told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from expectations.rule import Rule
from tasks.alert.changes import Change
from tasks.alert.notice_list import short_id
from tasks.alert.wording import load_wording

MISSING = "missing"  # the board's state of an agency that has not published what was due
STATED = ("published", "late", "not_due")  # those of an agency that owes nothing


@dataclass(frozen=True, slots=True)
class Item:
    """One notice as told: its rule, what was found, by which sentence of it, why it was closed, and how long it has stood.

    office: whose it is, where its superior is told of it; else blank. nights: since `since`. handled: what people did, in words.
    """

    fingerprint: str
    rule: str
    severity: str
    label: str
    title: str
    found: str
    basis: str
    reason: str
    since: date
    nights: int
    sentence: str
    office: str = ""
    handled: str = ""

    @property
    def id(self) -> str:
        """What the notice is called (`gouji notices ack ID`)."""
        return short_id(self.fingerprint)


@dataclass(frozen=True, slots=True)
class Group:
    """The items of one agency's report of one year, gravest first, and the evidence. report_year: None where it is of no year."""

    agency_id: str
    report_year: int | None
    agency: str
    year: str
    url: str
    sha256: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """All that is new (or changed, resolved, reopened, escalated) tonight."""

    kind: str
    title: str
    groups: tuple[Group, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """The section's items, group after group."""
        return tuple(item for group in self.groups for item in group.items)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an agency's report of a year stands: its state on the board, why, and where to look."""

    agency_id: str
    agency: str
    state: str
    label: str
    reason: str
    url: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who has published the report of a year: (state, label, how many) as the board has them, and each agency in that order."""

    year: int
    counts: tuple[tuple[str, str, int], ...]
    agencies: tuple[Standing, ...]

    @property
    def missing(self) -> tuple[Standing, ...]:
        """Who has not published what was due."""
        return tuple(each for each in self.agencies if each.state == MISSING)

    @property
    def unsure(self) -> tuple[Standing, ...]:
        """Of whom it cannot be told: not reached, refused, gone, not readable, in doubt. None of them counts as missing."""
        return tuple(each for each in self.agencies if each.state not in (*STATED, MISSING))


@dataclass(frozen=True, slots=True)
class Attached:
    """The files that go with a digest, as paths below the outbox folder.

    remedial: the list of what stands; blank where it could not be written. letters: those that are attached; left: how many more
    are due; failed: (agency, year) of those that could not be made.
    """

    remedial: str = ""
    letters: tuple[str, ...] = ()
    left: int = 0
    failed: tuple[tuple[str, str], ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """All of them, the list first."""
        return (*((self.remedial,) if self.remedial else ()), *self.letters)


@dataclass(frozen=True, slots=True)
class Digest:
    """What one supervisor is told of one night.

    nights: those whose news it tells, its own last. standing: what was told earlier and still stands, gravest and oldest first.
    ages: how much of it has stood how long. severities: of all that stands, (severity, label, how many). below: how many notices
    are milder than what the supervisor asked for, or of rules that it does not want. rules: those of tonight's notices.
    steps: what it tells, by fingerprint, night and transition.
    """

    supervisor: str
    night: date
    nights: tuple[date, ...]
    language: str
    sections: tuple[Section, ...]
    changes: tuple[Change, ...]
    standing: tuple[Group, ...]
    ages: tuple[tuple[str, int], ...]
    severities: tuple[tuple[str, str, int], ...]
    coverage: tuple[Coverage, ...]
    below: int
    rules: tuple[Rule, ...]
    steps: tuple[tuple[str, date, str], ...]

    @property
    def remaining(self) -> int:
        """How many earlier notices still stand."""
        return sum(len(group.items) for group in self.standing)

    @property
    def has_news(self) -> bool:
        """Whether anything was first learnt tonight."""
        return any(section.groups for section in self.sections) or any(change.is_news for change in self.changes)

    @property
    def subject(self) -> str:
        """One line for a mail's subject or a message's title."""
        words = load_wording(self.language)
        counted = [f"{section.title} {len(section.items)}" for section in self.sections if section.groups]
        news = sum(change.is_news for change in self.changes)
        counted += [f"{words.reports} {news}"] if news else []
        summary = words.marks.counting.join(counted) or words.quiet
        return words.subject.format(supervisor=self.supervisor or words.nobody, night=self.night, summary=summary)

    def told(self, kind: str) -> tuple[str, ...]:
        """The full sentences of one section."""
        return tuple(item.sentence for section in self.sections if section.kind == kind for item in section.items)


def evidence_of(digest: Digest) -> Callable[[Group], tuple[str, str]]:
    """Where the proof of a group lies, and its hash: the report; where there is none, the page on which it was looked for."""
    pages = {(each.agency_id, year.year): (each.url, each.sha256) for year in digest.coverage for each in year.agencies}

    def find(group: Group) -> tuple[str, str]:
        looked_for = pages.get((group.agency_id, group.report_year or 0), ("", ""))
        return (group.url, group.sha256) if group.url else looked_for

    return find
