"""Decide which document is an agency's report for a year, and when that changed. Pure: from sightings and readings alone.

Among the documents that are on show, the one with most figures is the report; among equals the one listed first (earlier
night, page before attachment, higher in the list). A document whose figures cannot be told to be this agency's of this year
comes last, and carries the doubt: its figures are held against nobody. As the decision is made night by night from the same
rows, deciding again, after a crash or with a better reader, comes to the same revisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    """What the current reading of one part of a document says: the year printed, how many figures carry a number, and whose.

    `is_own`: True where it names the agency, False where clearly another one, None where it names none that we could tell.
    `numbers` tells reports with the same figures from others; it serves only where a document has several parts. `content` names
    all that it says; blank where that is not known.
    """

    reading_id: int
    part: str
    is_read: bool
    year: int | None
    figures: int
    agency: str = ""
    is_own: bool | None = None
    numbers: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which part of a document is the report of a year. With a `doubt` its figures are nobody's."""

    reading_id: int | None
    part: str
    figures: int
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """A document that became the report of a year on a night; of several reports in it, which part."""

    night: date
    sha256: str
    url: str
    part: str = ""
    doubt: str = ""


History = Sequence[Appearance]  # one agency's: by night, and in the order of the lists
Readings = Mapping[str, Sequence[Known]]  # by SHA-256: a document's parts, as this agency's eyes see them


def on_show(history: History, night: date) -> tuple[Appearance, ...]:
    """What an agency's URLs show on a night."""
    last = {each.url: each for each in history if each.night <= night}
    return tuple(each for each in last.values() if each.sha256 is not None)


def years_of(seen: Appearance, readings: Readings) -> frozenset[int]:
    """The years that a document may be the report of: the one listed, else those printed by reports that may be the agency's."""
    if seen.year is not None:
        return frozenset((seen.year,))
    read = [each for each in readings.get(seen.sha256 or "", ()) if each.is_read]
    own = [each for each in read if each.is_own or (each.is_own is None and len(read) == 1)]
    return frozenset(each.year for each in own if each.year is not None)


def choose(parts: Sequence[Known], year: int) -> Choice:
    """The part of a document that is the report of a year; of several only one that names the agency and the year itself."""
    read = [each for each in parts if each.is_read]
    if not read:
        return Choice(parts[0].reading_id, parts[0].part, 0)
    if len(read) == 1:
        return Choice(read[0].reading_id, read[0].part, read[0].figures, _doubt(read[0], year))
    fitting = sorted((each for each in read if each.is_own and each.year == year), key=lambda each: (-each.figures, each.part))
    if not fitting:
        return Choice(None, "", 0, f"none of the {len(read)} reports in the document names this agency and {year}")
    if len({each.numbers for each in fitting}) > 1:
        return Choice(
            None, "", 0, f"{len(fitting)} reports in the document name this agency and {year}, and their figures differ"
        )
    return Choice(fitting[0].reading_id, fitting[0].part, fitting[0].figures)


def _doubt(only: Known, year: int) -> str:
    if only.is_own is False:
        return f"the document names another agency: {only.agency}"
    if only.year is not None and only.year != year:
        return f"the document says that it is of {only.year}, the list that it is of {year}"
    return ""


def rivals(history: History, readings: Readings, year: int, night: date) -> tuple[Appearance, ...] | None:
    """The documents on show that could be the report of a year, the report first. None while one of them is still unread."""
    shown = [each for each in on_show(history, night) if year in years_of(each, readings)]
    if any(each.sha256 not in readings for each in shown):
        return None
    first = {each.url: (each.night, place) for place, each in reversed(list(enumerate(history)))}
    pages = {each.url for each in shown}

    def rank(seen: Appearance) -> tuple[int, int, date, bool, int]:
        night, place = first[seen.url]
        choice = choose(readings[seen.sha256 or ""], year)
        sure = 0 if choice.doubt else choice.figures
        return -sure, -choice.figures, night, seen.listing_url in pages, place

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
            choice = choose(readings[standing[0].sha256], year)
            last = Revision(each, standing[0].sha256, standing[0].url, choice.part, choice.doubt)
            found.append(last)
    return tuple(found)


def independent(standing: Sequence[Appearance]) -> tuple[Appearance, ...]:
    """Those of the rivals that are neither the first one's document nor of its article: a page and its attachments are one."""
    pages = {each.url for each in standing}
    articles = {each.url: each.listing_url if each.listing_url in pages else each.url for each in standing}
    first = standing[0]
    return tuple(each for each in standing if each.sha256 != first.sha256 and articles[each.url] != articles[first.url])


def without_echoes(history: History, readings: Readings) -> tuple[Appearance, ...]:
    """The history in which a URL whose new document says what the one before said still shows that one: nothing was published."""
    last: dict[str, str | None] = {}
    told = []
    for each in history:
        before = last.get(each.url)
        said, saying = (_content(readings.get(sha256 or "", ())) for sha256 in (before, each.sha256))
        shown = before if said and said == saying else each.sha256
        last[each.url] = shown
        told.append(replace(each, sha256=shown))
    return tuple(told)


def _content(parts: Sequence[Known]) -> tuple[str, ...]:
    """What a document's reports say; nothing where one of them is not known."""
    said = tuple(each.content for each in parts)
    return said if all(said) else ()


def years(history: History, readings: Readings) -> set[int]:
    """Every year that one of these documents is the report of."""
    return {year for each in history for year in years_of(each, readings)}


def shown_hashes(shown: Iterable[Appearance]) -> frozenset[str]:
    """The documents on show."""
    return frozenset(each.sha256 for each in shown if each.sha256)
