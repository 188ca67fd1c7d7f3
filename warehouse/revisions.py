"""Decide which document is an agency's report for a year, and when that changed. Pure: from sightings and readings alone.

Among the documents that are on show, the one with most figures is the report; among equals the one listed first (earlier
night, page before attachment, higher in the list). As the decision is made night by night from the same rows, deciding again,
after a crash or with a better reader, comes to the same revisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Appearance:
    """From a night on, a URL shows this body, listed for this year (None: not said), or nothing any more (`sha256` None)."""

    night: date
    url: str
    listing_url: str
    sha256: str | None
    year: int | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the newest reading of a document says: the year printed, and how many figures carry a number."""

    reading_id: int
    year: int | None
    figures: int


@dataclass(frozen=True, slots=True)
class Revision:
    """A document that became the report of a year on a night."""

    night: date
    sha256: str
    url: str


History = Sequence[Appearance]  # one agency's: by night, and in the order of the lists
Readings = Mapping[str, Known]  # by SHA-256


def on_show(history: History, night: date) -> tuple[Appearance, ...]:
    """What an agency's URLs show on a night."""
    last = {each.url: each for each in history if each.night <= night}
    return tuple(each for each in last.values() if each.sha256 is not None)


def year_of(seen: Appearance, readings: Readings) -> int | None:
    """The year that a document is the report of: as listed, else as printed."""
    known = readings.get(seen.sha256 or "")
    return known.year if seen.year is None and known else seen.year


def rivals(history: History, readings: Readings, year: int, night: date) -> tuple[Appearance, ...] | None:
    """The documents on show that could be the report of a year, the report first. None while one of them is still unread."""
    shown = [each for each in on_show(history, night) if year_of(each, readings) == year]
    if any(each.sha256 not in readings for each in shown):
        return None
    first = {each.url: (each.night, place) for place, each in reversed(list(enumerate(history)))}
    pages = {each.url for each in shown}

    def rank(seen: Appearance) -> tuple[int, date, bool, int]:
        night, place = first[seen.url]
        return -readings[seen.sha256 or ""].figures, night, seen.listing_url in pages, place

    return tuple(sorted(shown, key=rank))


def revisions(history: History, readings: Readings, year: int, night: date, last: Revision | None) -> tuple[Revision, ...]:
    """The revisions of a year's report after the last that is known, oldest first."""
    nights = {each.night for each in history if each.night <= night and (last is None or each.night > last.night)}
    found: list[Revision] = []
    for each in sorted(nights | ({last.night} if last else set())):
        standing = rivals(history, readings, year, each)
        if standing is None:
            break
        if standing and standing[0].sha256 and standing[0].sha256 != (last.sha256 if last else None):
            last = Revision(each, standing[0].sha256, standing[0].url)
            found.append(last)
    return tuple(found)


def independent(standing: Sequence[Appearance]) -> tuple[Appearance, ...]:
    """Those of the rivals that are neither the first one's document nor of its article: a page and its attachments are one."""
    pages = {each.url for each in standing}
    articles = {each.url: each.listing_url if each.listing_url in pages else each.url for each in standing}
    first = standing[0]
    return tuple(each for each in standing if each.sha256 != first.sha256 and articles[each.url] != articles[first.url])


def years(history: History, readings: Readings) -> set[int]:
    """Every year that one of these documents is the report of."""
    return {year for each in history if (year := year_of(each, readings)) is not None}


def shown_hashes(shown: Iterable[Appearance]) -> frozenset[str]:
    """The documents on show."""
    return frozenset(each.sha256 for each in shown if each.sha256)
