"""The kinds of rules that are put to all reports of a year together: are they there, in time, alike, and do they add up?"""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from expectations.agency_type import load_agency_types
from expectations.base_rule import BaseRule, cells_of
from expectations.form import Form


class CalendarRule(BaseRule):
    """A report must be public by the deadline of its agency's type (deadlines.yml).

    late: it was published later. missing: the deadline has passed, and the agency's column, read to its end, does not list it.
    doubtful_days: a report dated so long after the deadline is more likely an old one that was published anew.
    """

    kind: Literal["calendar"]
    check: Literal["late", "missing"]
    doubtful_days: int = 0


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
    aggregate: tuple[str, ...]
    own: tuple[str, ...]
    without: tuple[str, ...]
    together: int

    @field_validator("aggregate", "own")
    @classmethod
    def _compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"pattern {pattern!r} does not compile ({error})") from None
        return patterns

    @field_validator("without")
    @classmethod
    def _are_types(cls, types: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := set(types) - {each.type for each in load_agency_types()}:
            raise ValueError(f"agency type {', '.join(sorted(unknown))} is none of agency_types.yml")
        return types

    def unknown_keys(self, form: Form) -> tuple[str, ...]:
        """Its addresses that the form does not have."""
        return tuple(f"address {address}" for address in self.addresses if not cells_of(address, form))


class ScopeRule(BaseRule):
    """An agency's figure of at least `least` must not be that of the government above it."""

    kind: Literal["scope"]
    address: str
    least: int

    def unknown_keys(self, form: Form) -> tuple[str, ...]:
        """Its address, where the form does not have it."""
        return () if cells_of(self.address, form) else (f"address {self.address}",)
