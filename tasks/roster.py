"""Reports side by side: a year's, and who owes one, for the rules that need more than one report; and failures alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tasks.records import Agency, Number


@dataclass(frozen=True, slots=True)
class Contents:
    """What of a report is held against others: its sections' text, and every figure that was read with certainty.

    `is_text` is False where the text comes from a picture. `printed` is the agency's name as printed.
    """

    sha256: str
    printed: str
    text: str
    numbers: Mapping[str, Number]
    is_text: bool


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why it cannot be told whether a report is there: a state of the board, a sentence, and where to look.

    state: blocked, excluded (by robots.txt), not_reached, moved, unreadable, unclear. detail: what the site or the reader said.
    """

    state: str
    says: str
    detail: str = ""
    url: str = ""
    sha256: str = ""

    def told(self) -> str:
        """The sentence with its detail."""
        return f"{self.says}：{self.detail}" if self.detail else self.says


@dataclass(frozen=True, slots=True)
class Place:
    """Where an agency's report of a year stands on the board, with its evidence: an address and the SHA-256 of what was there."""

    agency_id: str
    year: int
    state: str
    reason: str
    url: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one agency stands with its report of one year.

    contents: the report as read; None where there is none, or `gap` says why the one there is cannot be used. previous: last
    year's. unreached: why its columns do not tell for certain what is there; None where they do. dates: the days of publication
    that are known, with their source ("list", "document"). missing_since, absent: the first and the last night on which it was
    missing. since: the night on which the report was first seen. report, lists: addresses, with the SHA-256 of what was last kept
    of them, of the report and of the first pages of the agency's lists. is_withdrawn: it was there, and has been taken down.
    """

    agency: Agency
    year: int
    contents: Contents | None = None
    previous: Contents | None = None
    gap: Obstacle | None = None
    unreached: Obstacle | None = None
    dates: tuple[tuple[str, date], ...] = ()
    absent: date | None = None
    missing_since: date | None = None
    since: date | None = None
    report: tuple[str, str] = ("", "")
    lists: tuple[tuple[str, str], ...] = ()
    is_withdrawn: bool = False

    @property
    def agency_id(self) -> str:
        """The agency's id in the register."""
        return self.agency.id


@dataclass(frozen=True, slots=True)
class Roster:
    """All agencies of the register with their reports of one year, as of a night, in the order of their ids."""

    year: int
    night: date
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """Reports that are read alike: by the same version of a reader, from the same CMS (blank: not known)."""

    reader: str
    reader_version: str
    cms: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A broken rule of a current report that is taken for the agency's mistake. `suspect`: the address to blame first, if any."""

    kind: Kind
    agency_id: str
    assessment_id: int
    rule: str
    scope: str
    suspect: str = ""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Failures of many agencies in one place of the form, by one reader and CMS: how many of how many reports, and which."""

    kind: Kind
    rule: str
    place: str
    failing: int
    reports: int
    findings: tuple[tuple[int, str], ...]  # assessment and scope

    @property
    def fingerprint(self) -> str:
        """What makes clusters of different nights the same one."""
        kind = self.kind
        return "|".join((kind.reader, kind.reader_version, kind.cms, self.rule, self.place))
