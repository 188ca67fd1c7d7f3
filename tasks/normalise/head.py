"""Read the report's head: title, agency, report year (统计年度) and statistics period."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise

from pydantic import BaseModel, ConfigDict

from expectations import form
from expectations.form import load_yaml
from tasks.normalise.labels import plain, squeeze
from tasks.printed import Grid, Paragraph, Printed

_FIRST = 14  # paragraphs among which the title stands


class _Head(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    titles: tuple[str, ...]
    periods: tuple[str, ...]
    agency_meta: tuple[str, ...]
    agency_lines: tuple[str, ...]
    separators: str
    not_agency: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """What the report says of itself; blank or None where it does not."""

    title: str
    agency: str
    year: int | None
    period: tuple[date, date] | None


@cache
def _patterns() -> _Head:
    return load_yaml(form.FORMS.parent / "head.yml", _Head)


def read_head(printed: Printed) -> Head:
    """The head of a report, from its title, else from the page's metadata and its first lines."""
    title, agency, year = _title(printed)
    lines = [block.text for block in printed.blocks if isinstance(block, Paragraph)]
    period = _period(lines)
    if not agency:
        agency = _agency_elsewhere(printed, lines)
    if year is None and period is not None and period[0].year == period[1].year:
        year = period[0].year
    return Head(title, agency, year, period)


def _title(printed: Printed) -> tuple[str, str, int | None]:
    named: tuple[str, str, int | None] = ("", "", None)
    for text in _candidates(printed):
        match = _match(_patterns().titles, squeeze(text))
        if match is None:
            continue
        agency = _clean_agency(match.group("agency") or match.groupdict().get("after") or "")
        found = (squeeze(text), agency, int(match["year"]))
        if agency:
            return found
        named = named if named[0] else found
    return named


def _candidates(printed: Printed) -> Iterator[str]:
    """Texts that may be the title, likeliest first; two lines may hold it together; portals add their name after a separator."""
    meta = dict(printed.meta)
    lines = [line for block in printed.blocks[:_FIRST] for line in _first_lines(block)]
    short = [line for line in lines if len(squeeze(line)) <= 90]
    yield from short
    for first, second in pairwise(short):
        yield first + second
    for name in ("ArticleTitle", "title"):
        text = meta.get(name, "")
        for part in re.split(_patterns().separators, plain(text)):
            words = part.split()
            yield from ("".join(words[skip:]) for skip in range(len(words) - 1, -1, -1))


def _first_lines(block: Paragraph | Grid) -> list[str]:
    if isinstance(block, Paragraph):
        return block.text.split("\n")
    return [cell.text.replace("\n", "") for cell in block.cells if cell.row < 2]


def _match(patterns: Iterable[str], text: str) -> re.Match[str] | None:
    for pattern in patterns:
        match = re.search(pattern.replace("{year}", r"(?:19|20)\d{2}"), text)
        if match is not None:
            return match
    return None


def _clean_agency(agency: str) -> str:
    for pattern in _patterns().not_agency:
        agency = re.sub(pattern, "", agency)
    return agency.strip("《》“”\"'（）()·-—_")


def _period(lines: Iterable[str]) -> tuple[date, date] | None:
    for line in lines:
        match = _match(_patterns().periods, squeeze(line))
        if match is None:
            continue
        try:
            first = date(int(match["y1"]), int(match["m1"]), int(match["d1"]))
            return first, date(int(match["y2"]), int(match["m2"]), int(match["d2"]))
        except ValueError:
            continue
    return None


def _agency_elsewhere(printed: Printed, lines: Iterable[str]) -> str:
    meta = dict(printed.meta)
    for name in _patterns().agency_meta:
        if meta.get(name):
            return _clean_agency(squeeze(meta[name]))
    for line in lines:
        match = _match(_patterns().agency_lines, squeeze(line))
        if match is not None:
            return _clean_agency(match["agency"])
    return ""
