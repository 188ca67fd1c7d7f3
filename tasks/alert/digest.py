"""A digest: what one supervisor is told of a night, and of earlier ones of which no digest has told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from expectations.rule import Rule
from tasks.alert.changes import Change
from tasks.alert.wording import load_wording


@dataclass(frozen=True, slots=True)
class Item:
    """One notice as told: its severity and rule, what was found, by which rule, why it was closed, and how long it has stood.

    office: whose it is, where its superior is told of it; else blank. nights: since `since`.
    """

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
class Owing:
    """An agency that has not published, or of which that cannot be told: its state on the board, why, and where to look."""

    agency: str
    state: str
    label: str
    reason: str
    url: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who has published the report of a year: (state, label, how many) as the board has them, and those that are owing."""

    year: int
    counts: tuple[tuple[str, str, int], ...]
    owing: tuple[Owing, ...]


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
