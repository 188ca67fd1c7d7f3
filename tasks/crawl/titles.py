"""Recognise an annual report by its title: is it one, of which year (统计年度), of which agency."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.crawl.page import squeeze
from tasks.crawl.portal import Titles
from tasks.records import Agency


@dataclass(frozen=True, slots=True)
class Recognised:
    """An annual report's title. `agency_id` is blank where it names nobody that the register knows."""

    agency_id: str
    year: int | None


def recognise(title: str, agencies: Sequence[Agency], titles: Titles, newest: int) -> Recognised | None:
    """What a title says, or None where it is no annual report. `newest` is the last year that can be reported on."""
    plain = normal(title, titles)
    if not is_report(plain, titles):
        return None
    return Recognised(_agency(plain, agencies, titles), _year(plain, titles, newest))


def is_cut(title: str, titles: Titles) -> bool:
    """Whether a list has cut a title short that may be an annual report's."""
    plain = normal(title, titles)
    return plain.endswith(("...", "…")) and any(word in plain for word in titles.cut)


def is_report(plain: str, titles: Titles) -> bool:
    """Whether a normalised title is an annual report's."""
    return any(p.search(plain) for p in titles.reports) and not any(word in plain for word in titles.exclude)


def normal(title: str, titles: Titles) -> str:
    """A title without spaces, in half width, the numerals of years as digits."""
    plain = squeeze(unicodedata.normalize("NFKC", title))
    numerals = "".join(titles.numerals)
    return re.sub(
        rf"[{numerals}]{{4}}(?=年)", lambda found: "".join(str(titles.numerals[sign]) for sign in found[0]), plain
    ).lower()


def _year(plain: str, titles: Titles, newest: int) -> int | None:
    for pattern in titles.years:
        for found in pattern.finditer(plain):
            if titles.first_year <= (year := int(found["year"])) <= newest:
                return year
    return None


def _agency(plain: str, agencies: Sequence[Agency], titles: Titles) -> str:
    """The agency with the longest name in the title. A sole owner of the column is also meant by a title without a name."""
    named = [(len(name), agency.id) for agency in agencies for name in _names(agency, titles) if _is_named(name, plain, titles)]
    longest = {agency_id for length, agency_id in named if length == max(named)[0]}
    if longest:
        return longest.pop() if len(longest) == 1 else ""
    if len(agencies) != 1:
        return ""
    rest = _unnamed_rest(plain, titles)
    return agencies[0].id if any(_abbreviates(rest, name) for name in _names(agencies[0], titles)) else ""


def _names(agency: Agency, titles: Titles) -> list[str]:
    return [normal(name, titles) for name in (agency.name, *agency.aliases)]


def _is_named(name: str, plain: str, titles: Titles) -> bool:
    """Whether a name stands in the title and does not merely begin a longer one (市政府 in 市政府办公室)."""
    bodies = "|".join(map(re.escape, titles.bodies))
    return re.search(rf"{re.escape(name)}(?:{bodies})?(?:{titles.follows.pattern})", plain) is not None


def _unnamed_rest(plain: str, titles: Titles) -> str:
    """What is left of a title without the words of every report's title: an agency's name, or nothing."""
    for word in sorted(titles.filler, key=len, reverse=True):
        plain = plain.replace(word, " ")
    return re.sub(r"[^一-鿿]", "", plain)


def _abbreviates(short: str, name: str) -> bool:
    """Whether a text is the name with characters left out, as in 县发改局 for 县发展和改革局. The empty text is."""
    signs = iter(name)
    return all(sign in signs for sign in short)
