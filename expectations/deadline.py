"""By when an agency's report of a year must be public (deadlines.yml)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import chinese_calendar
from pydantic import BaseModel, ConfigDict, RootModel

from expectations.agency_type import AgencyType, load_agency_types
from expectations.form import load_yaml
from tasks.errors import BadForm

DEADLINES = Path(__file__).parent / "deadlines.yml"
_SATURDAY = 5


class Deadline(BaseModel):
    """The day in the year after the report's by which some types of agencies must have published, and who says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    types: tuple[str, ...]
    month: int
    day: int
    authority: str


class _Deadlines(RootModel[tuple[Deadline, ...]]):
    pass


@cache
def load_deadlines() -> tuple[Deadline, ...]:
    """All deadlines. Raises BadForm where the file is wrong, or a type of agency has none or two."""
    deadlines = load_yaml(DEADLINES, _Deadlines).root
    named = sorted(each for deadline in deadlines for each in deadline.types)
    if named != sorted(each.type for each in load_agency_types()):
        raise BadForm(
            "does not name every type of agency_types.yml exactly once", where=str(DEADLINES), remedy="Correct `types`."
        )
    return deadlines


def deadline(agency: AgencyType, year: int) -> date:
    """The last day on which an agency's report of a year is in time."""
    (stated,) = (each for each in load_deadlines() if agency.type in each.types)
    day = date(year + 1, stated.month, stated.day)
    while not is_workday(day):
        day += timedelta(days=1)
    return day


def may_be_due(night: date) -> tuple[int, ...]:
    """The years whose reports some agency must have published by now, and the next may still have to: those of a yearly round."""
    first = min(date(night.year, each.month, each.day) for each in load_deadlines())
    latest = night.year - 1 if night > first else night.year - 2
    return latest - 1, latest


def is_workday(day: date) -> bool:
    """Whether offices work, by the State Council's yearly notices; where there is none, on any day but Saturday and Sunday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < _SATURDAY
