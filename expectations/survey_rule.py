"""The kinds of rules that are put to all reports of a year together: are they there, in time, alike, and do they add up?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from expectations.base_rule import AgencyTypes, BaseRule, Patterns, unknown_addresses
from expectations.form import Form


class CalendarRule(BaseRule):
    """A report must be public by the deadline of its agency's type (deadlines.yml).

    late: it was published later. missing: the deadline has passed, and the agency's column, read to its end, does not list it.
    doubtful_days: a report dated so long after the deadline is more likely an old one that was published anew. witnessed_days: a
    report first seen to be missing so soon after the deadline is so for good; one later only until the next year's deadline.
    """

    kind: Literal["calendar"]
    check: Literal["late", "missing"]
    doubtful_days: int = 0
    witnessed_days: int = 0


class LikenessRule(BaseRule):
    """A report must not repeat last year's or another agency's.

    text: the share of the text (0 to 1) that is the same, numbers left aside, from which two are alike; `least`: the characters
    that both must have. figures: how many numbers that are not 0 must be the same, with none that differs.
    """

    kind: Literal["likeness"]
    text: float = Field(gt=0, le=1)
    least: int = Field(gt=0)
    figures: int = Field(gt=0)


class HierarchyRule(BaseRule):
    """A government's report sums up those of the agencies below it: none of them can exceed it, nor can their sum.

    aggregate: patterns by which a report of the types `agencies` says that it sums up; own: by which it says that it does not.
    without: types that report to their own line. together: how many agencies at most are named as explaining a difference.
    """

    kind: Literal["hierarchy"]
    addresses: tuple[str, ...]
    aggregate: Patterns
    own: Patterns
    without: AgencyTypes
    together: int

    def unknown_keys(self, form: Form) -> tuple[str, ...]:
        """Its addresses that the form does not have."""
        return unknown_addresses(self.addresses, form)


class ScopeRule(BaseRule):
    """An agency's figure of at least `least` must not be that of the government above it."""

    kind: Literal["scope"]
    address: str
    least: int

    def unknown_keys(self, form: Form) -> tuple[str, ...]:
        """Its address, where the form does not have it."""
        return unknown_addresses((self.address,), form)
