"""The correction letter (整改通知书): what one agency's report of one year must correct or explain, with the figures as printed.

Every number comes from the warehouse's rows of the archived document. What only the office can say (its own reference number, the
day by which it wants an answer) stays blank. The words are data (letter.yml).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from sqlalchemy import Connection, func, select

from expectations.form import Form, form_for, load_forms, split_address
from expectations.rule import EquationRule, rule_for, rules_by_id
from expectations.survey_rule import CalendarRule
from tasks.alert.grounds import Ground, grounds
from tasks.alert.letter_words import load_letter_words
from tasks.alert.sentences import PREVIOUS, Places, number, say, split_sentence
from tasks.alert.wording import load_wording
from tasks.records import Cell, Finding, NoticeState, Reading, Semantics, Severity
from warehouse.readings import rebuild
from warehouse.reviews import CORRECTED, as_decided, decisions_of
from warehouse.schema import agency, document, notice, report
from warehouse.schema_survey import survey_finding

_GRAVE = (Severity.ERROR, Severity.WARNING)
_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Line:
    """A figure as printed: where in the form, its text, and how it counts and what it should be."""

    place: str
    printed: str
    note: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A part of a page as a PNG, with its caption."""

    caption: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule: its heading, what was found, the rule and its authority, the figures as printed, and the page.

    choices: what the reply slip offers. addresses: the figures to show on the page; previous: those of last year's report.
    lacks_picture: it could not be drawn.
    """

    heading: str
    found: str
    says: str
    authority: str
    lines: tuple[Line, ...]
    choices: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    previous: tuple[str, ...] = ()
    strips: tuple[Strip, ...] = ()
    lacks_picture: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter: from whom, to whom, about which report, with what grounds; the readings that its figures come from."""

    supervisor: str
    agency_id: str
    agency: str
    year: int
    night: date
    title: str
    opening: str
    sources: tuple[str, ...]
    problems: tuple[Problem, ...]
    request: str
    nature: str
    reading: Reading | None
    previous: Reading | None


def build_letters(
    connection: Connection, night: date, zone: tzinfo, agencies: Sequence[str] = (), year: int | None = None
) -> tuple[Letter, ...]:
    """A letter for each agency (all, or those named) and year with errors or warnings that people have not explained."""
    settled = {NoticeState.EXPLAINED.value, NoticeState.SNOOZED.value}
    left_alone = set(connection.execute(select(notice.c.fingerprint).where(notice.c.state.in_(settled))).scalars())
    together: dict[tuple[str, int], list[Ground]] = defaultdict(list)
    for each in grounds(connection):
        found = each.finding
        is_wanted = (not agencies or found.agency_id in agencies) and year in (None, found.year)
        if is_wanted and found.year is not None and found.severity in _GRAVE and found.fingerprint not in left_alone:
            together[found.agency_id, found.year].append(each)
    return tuple(_letter(connection, night, zone, key, members) for key, members in sorted(together.items()))


def _letter(connection: Connection, night: date, zone: tzinfo, key: tuple[str, int], members: Sequence[Ground]) -> Letter:
    words, year = load_letter_words(), key[1]
    members = sorted(members, key=_in_order)
    ids = {number for each in members for number in (each.reading_id, each.previous_reading_id) if number is not None}
    decisions = decisions_of(connection)
    readings = {
        number: as_decided(each, decisions.get((each.sha256, each.part), ())) for number, each in rebuild(connection, ids).items()
    }
    of_report = next((each for each in members if each.reading_id is not None), None)
    reading = readings.get(of_report.reading_id or 0) if of_report else None
    previous = readings.get(of_report.previous_reading_id or 0) if of_report else None
    sources = _sources(connection, zone, *key) if reading is not None else _columns(connection, *key)
    name = (reading.title if reading else "") or words.untitled.format(year=year)
    pattern = words.opening if reading is not None else words.opening_missing
    is_of_time = all(isinstance(rule_for(each.finding.rule), CalendarRule) for each in members)
    return Letter(
        supervisor=members[0].supervisor or load_wording().nobody,
        agency_id=key[0],
        agency=members[0].agency,
        year=year,
        night=night,
        title=words.title.format(year=year),
        opening=pattern.format(report=name, count=len(members), year=year),
        sources=sources,
        problems=tuple(_problem(place, each, reading, previous) for place, each in enumerate(members, 1)),
        request=words.request_time if is_of_time else words.request,
        nature=words.nature if reading is not None else words.nature_missing,
        reading=reading,
        previous=previous,
    )


def _in_order(ground: Ground) -> tuple[int, int, int, str]:
    """The gravest first; then as the rules, and within a rule as the form has them."""
    found, rules = ground.finding, list(rules_by_id())
    own = [each.removeprefix(PREVIOUS) for each in found.cells]
    edition = dict(ground.editions).get(own[0].partition(".")[0] if own else "") or load_forms()[-1].edition
    places = form_for(edition).addresses()
    first = min((places.index(each) for each in own if each in places), default=0)
    return list(Severity).index(found.severity), rules.index(found.rule), first, found.scope


def _columns(connection: Connection, agency_id: str, year: int) -> tuple[str, ...]:
    """The lists that were read to their end and do not show the report, and since which night that is known."""
    urls = connection.execute(select(agency.c.start_urls).where(agency.c.id == agency_id)).scalar_one()
    of_year = (survey_finding.c.agency_id == agency_id, survey_finding.c.year == year, survey_finding.c.is_current.is_(True))
    night = connection.execute(select(func.max(survey_finding.c.night)).where(*of_year)).scalar()
    pattern = load_letter_words().column
    return tuple(pattern.format(url=url, night=night) for url in urls)


def _sources(connection: Connection, zone: tzinfo, agency_id: str, year: int) -> tuple[str, ...]:
    """Where the report is, when it was fetched, and under which hash it is archived."""
    query = (
        select(report.c.url, report.c.sha256, document.c.fetched_at)
        .join(document, document.c.sha256 == report.c.sha256)
        .where(report.c.agency_id == agency_id, report.c.year == year, report.c.is_current.is_(True))
    )
    row = connection.execute(query).one()
    known = {"url": row.url, "sha256": row.sha256, "fetched": row.fetched_at.astimezone(zone).date()}
    return tuple(pattern.format(**known) for pattern in load_letter_words().sources)


def _problem(place: int, ground: Ground, reading: Reading | None, previous: Reading | None) -> Problem:
    words, found = load_letter_words(), ground.finding
    rule = rule_for(found.rule)
    severity = load_wording().severities[found.severity.value]
    heading = words.heading.format(number=numeral(place), title=rule.title, severity=severity)
    told = split_sentence(say(found, ground.agency, ground.editions))[1]
    figures, before = (each.figures() if each else {} for each in (reading, previous))
    return Problem(
        heading=heading,
        found=words.found.format(found=told),
        says=words.says.format(says=rule.says),
        authority=words.authority.format(authority=rule.authority),
        lines=_lines(ground, figures, before),
        choices=words.choices_time if isinstance(rule, CalendarRule) else words.choices,
        addresses=tuple(each for each in found.cells if not each.startswith(PREVIOUS) and each in figures),
        previous=tuple(each.removeprefix(PREVIOUS) for each in found.cells if each.startswith(PREVIOUS)),
    )


def _lines(ground: Ground, figures: Mapping[str, Cell], before: Mapping[str, Cell]) -> tuple[Line, ...]:
    """The figures that the rule touches, in its order; those that are printed as 0 only by their number, where they are many."""
    words, found = load_letter_words(), ground.finding
    places, suggested = Places(found.year, ground.editions), _suggested(found)
    lines, zeros = [], 0
    for address in found.cells:
        own = address.removeprefix(PREVIOUS)
        cell = (before if own != address else figures).get(own)
        if cell is not None and cell.semantics is Semantics.ZERO and address not in suggested and len(found.cells) > 8:
            zeros += 1
            continue
        printed = words.unread if cell is None else _printed(cell)
        notes = [_side(found, address), suggested.get(address, "")]
        lines.append(Line(places.name(address), printed, "；".join(filter(None, notes))))
    return (*lines, *([Line(words.zeros.format(count=zeros), "0", "")] if zeros else ()))


def _printed(cell: Cell) -> str:
    """The text as it was read; where a person saw something else on the page, that, and what was read beside it."""
    words = load_letter_words()
    raw = cell.raw.strip() or words.blank
    if not cell.decided or cell.value is None:
        return raw
    return (words.corrected if cell.decided == CORRECTED else words.seen).format(value=number(cell.value), raw=raw)


def _suggested(found: Finding) -> dict[str, str]:
    """What the first explanation would have the figures be."""
    cells = found.suspects[0].cells if found.suspects else ()
    pattern = load_letter_words().suggestion
    return {address: pattern.format(value=number(value)) for address, value in cells if value is not None}


def _side(found: Finding, address: str) -> str:
    """Into which side of the rule's equation a figure counts, and whether it is taken away there."""
    rule = rule_for(found.rule)
    if not isinstance(rule, EquationRule):
        return ""
    words, equation = load_letter_words(), rule.parsed()
    sides = load_wording().sides.get(found.rule, load_wording().sides["default"])
    table_key, row, column = split_address(address.removeprefix(PREVIOUS))
    for name, terms in ((sides.left, equation.left), (sides.right, equation.right)):
        for term in terms:
            rows = {leaf for form in _forms(rule) for leaf in form.tables[table_key].expand(term.key)}
            is_meant = row in rows if rule.for_each == "column" else column == term.key
            if is_meant and term.previous == address.startswith(PREVIOUS):
                return words.side.format(name=name) + (words.minus if term.sign < 0 else "")
    return ""


def _forms(rule: EquationRule) -> list[Form]:
    return [form for form in load_forms() if rule.applies_to(form.edition)]


def numeral(place: int) -> str:
    """1, 2, … as 一, 二, … 十一, 二十一."""
    tens, ones = divmod(place, 10)
    if tens == 0:
        return _NUMERALS[ones - 1]
    return ("" if tens == 1 else _NUMERALS[tens - 1]) + "十" + (_NUMERALS[ones - 1] if ones else "")
