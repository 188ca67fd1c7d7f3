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
class Standing:
    """Where one agency stands with its report of one year.

    contents: the report as read; None where there is none, or `gap` says why the one there is cannot be used. previous: last
    year's. unreached: why its columns do not tell for certain what is there; blank where they do. dates: the days of publication
    that are known, with their source ("list", "document"); `absent`: the last night on which we saw that it was not there.
    since: the night on which the report was first seen.
    """

    agency: Agency
    year: int
    contents: Contents | None = None
    previous: Contents | None = None
    gap: str = ""
    unreached: str = ""
    dates: tuple[tuple[str, date], ...] = ()
    absent: date | None = None
    since: date | None = None

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
