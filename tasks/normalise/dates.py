"""Find the day a report was made public: the page's metadata, a labelled line, or the date under the signature."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from tasks.normalise.labels import squeeze
from tasks.normalise.numerals import YEAR, number
from tasks.normalise.numerals import year as year_of

_NUMERAL = "[0-9]{1,2}|[一二三四五六七八九十]{1,3}"
_DATE = rf"(?P<y>{YEAR})(?:年|[-/.])(?P<m>{_NUMERAL})(?:月|[-/.])(?P<d>{_NUMERAL})日?"
_SIGNED = re.compile(rf"(?:[^0-9。,:]{{0,40}}?){_DATE}")
_LAST = 12  # lines at the end among which the signature stands
_LATEST = 15  # years after the report's: beyond, the date is another's


def published_on(
    meta: Iterable[tuple[str, str]],
    names: Sequence[str],
    front: Iterable[str],
    wordings: Sequence[str],
    body: Sequence[str],
    year: int | None,
) -> date | None:
    """The first date of these that is not before the report year: metadata, labelled lines of `front`, signature of `body`."""
    known = dict(meta)
    texts = [squeeze(known[name]) for name in names if known.get(name)]
    front = list(front)
    found = [_day(re.match(_DATE, text)) for text in texts]
    found += [_day(match) for pattern in _labelled(tuple(wordings)) for line in front if (match := pattern.search(line))]
    found += [_day(_SIGNED.fullmatch(squeeze(line))) for line in reversed(body[-_LAST:]) if len(line) <= 60]
    return next((day for day in found if day is not None and _fits(day, year)), None)


@cache
def _labelled(wordings: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(wording.replace("{date}", _DATE)) for wording in wordings)


def _day(match: re.Match[str] | None) -> date | None:
    if match is None:
        return None
    month, day = number(match["m"]), number(match["d"])
    try:
        return date(year_of(match["y"]) or 0, int(month or 0), int(day or 0))
    except ValueError:
        return None


def _fits(day: date, year: int | None) -> bool:
    return year is None or year <= day.year <= year + _LATEST
