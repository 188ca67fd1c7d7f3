"""On which nights what is known already is asked for again (cycle.yml)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from expectations.form import load_yaml

CYCLE = Path(__file__).parent / "cycle.yml"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Day(_Strict):
    """A day of any year."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)

    @model_validator(mode="after")
    def _is_a_day(self) -> Day:
        date(2024, self.month, self.day)
        return self


class Season(_Strict):
    """The days from the first to the last, both among them, in which reports are published."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="until")


class Current(_Strict):
    """How many years' reports are current, by what the site can answer."""

    can_say_unchanged: int = Field(ge=1)
    sends_whole: int = Field(ge=1)


class Every(_Strict):
    """Every so many nights: columns, the current year's reports, older ones."""

    columns: int = Field(ge=1)
    current: int = Field(ge=1)
    older: int = Field(ge=1)


class Cycle(_Strict):
    """How often to ask, in season and out of it."""

    season: Season
    current_years: Current
    in_season: Every
    out_of_season: Every

    def every(self, night: date) -> Every:
        """What holds on a night."""
        first, last, now = ((each.month, each.day) for each in (self.season.first, self.season.last, night))
        is_in = first <= now <= last if first <= last else now >= first or now <= last
        return self.in_season if is_in else self.out_of_season

    def longest(self) -> timedelta:
        """After how long a column's last outcome no longer tells what stands there."""
        return timedelta(days=max(self.in_season.columns, self.out_of_season.columns))

    def column_is_due(self, start_url: str, night: date, last: date | None) -> bool:
        """Whether a column is to be read on a night; `last`: the night on which it was last read to its end, if ever."""
        return is_due(start_url, self.every(night).columns, night, last)

    def report_is_due(self, url: str, year: int | None, night: date, last: date | None, *, is_cheap: bool) -> bool:
        """Whether a known report is to be asked for; `last`: the night on which its column was last read, if ever.

        is_cheap: whether the site can answer "unchanged".
        """
        every, years = self.every(night), self.current_years
        first = night.year - (years.can_say_unchanged if is_cheap else years.sends_whole)
        return is_due(url, every.current if year is None or year >= first else every.older, night, last)


@cache
def load_cycle() -> Cycle:
    """Read the file. Raises BadForm, naming the key that is wrong."""
    return load_yaml(CYCLE, Cycle)


def is_due(name: str, every: int, night: date, last: date | None) -> bool:
    """Whether the turn of a name comes on a night, or came on one after `last` on which nothing was asked for.

    Each name has its turn on one of `every` days, so that what is asked for spreads evenly over them.
    """
    if last is None or every == 1 or (night - last).days >= every:
        return True
    turn = int(sha256(name.encode()).hexdigest()[:8], 16) % every
    return any((last + timedelta(days=step)).toordinal() % every == turn for step in range(1, (night - last).days + 1))
