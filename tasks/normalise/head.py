"""Read the report's head: title, agency, report year (统计年度), statistics period, and the day of publication."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict
from rapidfuzz import fuzz

from expectations import form
from expectations.characters import plain
from expectations.form import load_yaml
from tasks.normalise.dates import published_on
from tasks.normalise.labels import squeeze
from tasks.normalise.numerals import YEAR
from tasks.normalise.numerals import year as year_of
from tasks.normalise.sections import body_start
from tasks.printed import Grid, Paragraph, Printed

_LONGEST = 90  # characters of a title's line
_LINES = 80  # lines before the first section among which the title stands
_APART = 2  # lines: titles this near to each other with different years are a list
_ALIKE = 80


class _Head(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    titles: tuple[str, ...]
    usual_title: str
    not_titles: str
    runs_on: str
    periods: tuple[str, ...]
    agency_ending: str
    not_agency_line: str
    agency_meta: tuple[str, ...]
    published_meta: tuple[str, ...]
    agency_lines: tuple[str, ...]
    no_agency: str
    published_lines: tuple[str, ...]
    separators: str
    breadcrumb: str
    not_agency: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """What the report says of itself; blank or None where it does not. `published`: the day it was made public."""

    title: str
    agency: str
    year: int | None
    period: tuple[date, date] | None
    published: date | None = None


@dataclass(frozen=True, slots=True)
class _Title:
    text: str
    agency: str
    year: int
    at: int = -1  # the line where it begins
    lines: int = 1


@cache
def _words() -> _Head:
    return load_yaml(form.FORMS.parent / "head.yml", _Head)


@cache
def _patterns(kind: str) -> tuple[re.Pattern[str], ...]:
    written = getattr(_words(), kind)
    return tuple(re.compile(pattern.replace("{year}", YEAR)) for pattern in ((written,) if isinstance(written, str) else written))


def read_head(printed: Printed) -> Head:
    """The head of a report: from the page's own title, else the title next to the first section, else from its first lines."""
    lines = [line for block in printed.blocks for line in _block_lines(block)]
    begins = body_start(lines)
    start = min(_LINES, len(lines)) if begins is None else begins
    before = lines[max(0, start - _LINES) : start]
    front = [squeeze(line[: 2 * _LONGEST]) for line in before]
    text = squeeze("".join(before))
    title = _title(printed, front)
    period = _period(text) or _period(squeeze("".join(lines[start:])))
    year = title.year if title else None
    if year is None and period is not None and period[0].year == period[1].year:
        year = period[0].year
    agency = (title.agency if title else "") or _agency_elsewhere(printed, front, text, lines)
    words = _words()
    published = published_on(printed.meta, words.published_meta, front, words.published_lines, lines[start:], year)
    return Head(title.text if title else "", agency, year, period, published)


def _block_lines(block: Paragraph | Grid) -> list[str]:
    if isinstance(block, Paragraph):
        return block.text.split("\n")
    return [cell.text.replace("\n", "") for cell in block.cells if cell.row < 2]


def _title(printed: Printed, front: Sequence[str]) -> _Title | None:
    own = _meta_title(printed, ("ArticleTitle", "articletitle"))
    told = _in_body(front)
    if own is None:
        own = told or _meta_title(printed, ("title", "Title", "og:title"))
    if own is not None and not own.agency and told is not None and told.year == own.year:
        own = replace(own, agency=told.agency)
    return own


def _meta_title(printed: Printed, names: Iterable[str]) -> _Title | None:
    """The title in the page's metadata. Portals put their name before or behind it, so parts of it are tried, the last first."""
    meta = dict(printed.meta)
    best: _Title | None = None
    for text in filter(None, (meta.get(name, "") for name in names)):
        for part in [text, *re.split(_words().separators, plain(text))]:
            words = part.split()
            for skip in range(len(words) - 1, -1, -1):
                found = _match("".join(words[skip:]))
                if found is not None and found.agency:
                    return found
                best = best or found
    return best


def _in_body(front: Sequence[str]) -> _Title | None:
    """The title nearest to the first section that is no entry of a list; its agency may stand on the line before or after."""
    found = [replace(title, at=at) for at in range(len(front)) if (title := _window(front, at)) is not None]
    alone = [title for title in found if not any(_is_list(title, other) for other in found)]
    for title in reversed(alone):
        if title.agency:
            return _whole(title, alone)
        neighbours = (title.at - 1, title.at + title.lines)
        near = (_agency_line(front[at]) for at in neighbours if 0 <= at < len(front))
        same = (other.agency for other in reversed(alone) if other.agency and other.year == title.year)
        return replace(title, agency=next(filter(None, [*near, *same]), ""))
    return _misread(front) if not found else None


def _whole(title: _Title, others: Iterable[_Title]) -> _Title:
    """The fullest form of a title: prose that names the report may break its line inside the agency's name."""
    same = (other for other in others if other.year == title.year and other.agency.endswith(title.agency))
    return max(same, key=lambda other: len(other.agency))


def _is_list(one: _Title, other: _Title) -> bool:
    apart = max(one.at - other.at - other.lines, other.at - one.at - one.lines) + 1
    return apart <= _APART and one.year != other.year


def _window(front: Sequence[str], at: int) -> _Title | None:
    """The title that begins in this line and may go on in the next two."""
    text = ""
    for count, line in enumerate(front[at : at + 3], 1):
        if len(text) + len(line) > _LONGEST:
            return None
        text += line
        found = _match(text)
        if found is not None:
            if count > 1 and (_match(front[at + count - 1]) or (count > 2 and _match("".join(front[at + 1 : at + count])))):
                return None  # the later lines are a title by themselves
            return replace(found, lines=count)
    return None


def _match(text: str) -> _Title | None:
    text = squeeze(re.split(_words().breadcrumb, text)[-1])
    if "公开" not in text or len(text) > _LONGEST or _patterns("not_titles")[0].search(text):
        return None
    for pattern in _patterns("titles"):
        match = pattern.search(text)
        if match is not None and not _patterns("runs_on")[0].search(text[match.end() :]):
            agency = _clean_agency(match["agency"] or match.groupdict().get("after") or "")
            return _Title(text, agency, year_of(match["year"]) or 0)
    return None


def _misread(front: Sequence[str]) -> _Title | None:
    """A title in which a recogniser took some characters for others."""
    usual = _words().usual_title
    for line in reversed(front):
        named = re.search(f"({YEAR})年(?:度)?", line)
        if named is None or len(line) > _LONGEST or _patterns("not_titles")[0].search(line):
            continue
        alike = fuzz.partial_ratio_alignment(usual, line[named.end() :], score_cutoff=_ALIKE)
        if alike is not None and not _patterns("runs_on")[0].search(line[named.end() + alike.dest_end :]):
            between = line[named.end() : named.end() + alike.dest_start]
            return _Title(line, _clean_agency(line[: named.start()] or between), year_of(named[1]) or 0)
    return None


def _agency_line(line: str) -> str:
    ends = _patterns("agency_ending")[0].search(line)
    return _clean_agency(line) if 3 <= len(line) <= 40 and ends and not _patterns("not_agency_line")[0].search(line) else ""


def _clean_agency(agency: str) -> str:
    for pattern in _patterns("not_agency"):
        agency = pattern.sub("", agency)
    agency = agency.strip("《》“”\"'·-—_、 ")
    return agency if agency.count("(") == agency.count(")") else agency.strip("()")


def _period(text: str) -> tuple[date, date] | None:
    for match in (match for pattern in _patterns("periods") for match in pattern.finditer(text)):
        try:
            first = date(year_of(match["y1"]) or 0, int(match["m1"]), int(match["d1"]))
            return first, date(year_of(match["y2"]) or 0, int(match["m2"]), int(match["d2"]))
        except ValueError:
            continue
    return None


def _agency_elsewhere(printed: Printed, front: Sequence[str], text: str, lines: Sequence[str]) -> str:
    """The agency where the title names none: its own words, its signature, the portal's, the page's metadata."""
    drafted, *stated = _patterns("agency_lines")
    named = (match["agency"] for match in [drafted.search(text)] if match)
    signed = (_agency_line(squeeze(line)) for line in lines[-3:])
    portal = (match["agency"] for pattern in stated for line in front if (match := pattern.search(line)))
    meta = dict(printed.meta)
    noted = (squeeze(meta.get(name, "")) for name in _words().agency_meta)
    return next(filter(None, map(_real_agency, _chain(named, signed, portal, noted))), "")


def _chain(*parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        yield from part


def _real_agency(agency: str) -> str:
    return "" if _patterns("no_agency")[0].search(agency) else _clean_agency(agency)
