"""Write the narrative of a sample report: six sections in our own words (prose.yml, voices.yml), its numbers from the figures."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from samples.figures import SampleReport, read_yaml

_YEARS_APART = 3  # steps in a bank of sentences from one year to the next, so that neighbouring years differ


@dataclass(frozen=True, slots=True)
class Part:
    """One of the six sections: its id in the form, its heading as printed, its paragraphs."""

    id: str
    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Narrative:
    """A report's text: the opening paragraph and the six sections; the tables stand after the paragraphs of theirs."""

    opening: str
    parts: tuple[Part, ...]


def narrate(report: SampleReport) -> Narrative:
    """The report's narrative, the same every time."""
    bodies = {"overview": _overview(report), "problems": _problems(report), "other": (_other(report),)}
    note = tuple(text for text in [_pick(_bank("table_note"), report, 5)] if text)
    parts = []
    for section in report.form.sections:
        titles = [section.title, section.title, *(alias for alias in section.aliases if len(alias) > len(section.title))]
        heading = f"{section.number}、{titles[zlib.crc32(report.agency.id.encode()) % len(titles)]}"
        parts.append(Part(section.id, heading, bodies.get(section.id, note if section.id != "overview" else ())))
    return Narrative(_fill(_pick(_bank("opening"), report), report), tuple(parts))


def count_of_posts(report: SampleReport) -> int:
    """How many items the agency says that it published: plausible, steady over the years, tied to no table."""
    base = 180 + zlib.crc32(report.agency.name.encode()) % 900
    return base + zlib.crc32(report.title.encode()) % 120


@cache
def _bank(name: str) -> Any:
    return read_yaml("prose.yml")[name]


@cache
def _voices() -> Any:
    return read_yaml("voices.yml")


def _pick(texts: Sequence[str], report: SampleReport, salt: int = 0) -> str:
    start = zlib.crc32(f"{report.agency.id}{salt}".encode()) % len(texts)
    step = _YEARS_APART if len(texts) % _YEARS_APART else 1
    return texts[(start + step * report.year) % len(texts)]


def _fill(text: str, report: SampleReport) -> str:
    return text.format(**_numbers(report), **_names(report))


def _names(report: SampleReport) -> dict[str, str]:
    agency, year = report.agency, report.year
    site = read_yaml("agencies.yml")["listings"][agency.listing]["site"]
    return {
        "name": agency.name,
        "self": agency.own_name,
        "site": site,
        "year": str(year),
        "next": str(year + 1),
        "basis": _bank("basis")[report.edition],
        "contact": _bank("contacts")[zlib.crc32(agency.id.encode()) % len(_bank("contacts"))],
        "phone": str(2100000 + zlib.crc32(agency.id.encode()) % 900000),
    }


def _numbers(report: SampleReport) -> dict[str, int]:
    totals = {key: int(report.figures[f"applications.{key}.total"]) for key in ("new", "carried_in", "concluded", "carried_out")}
    told = totals | dict(report.told)
    parts = [column for column in report.form.tables["disputes"].columns if column != "total"]
    suits = [row for row in report.form.tables["disputes"].rows if row != "review"]
    return told | {
        "handled": told["new"] + told["carried_in"],
        "natural": int(report.figures["applications.new.natural"]),
        "count": count_of_posts(report),
        "hotline": 20 + count_of_posts(report) % 61,
        "review": sum(int(report.figures[f"disputes.review.{part}"]) for part in parts),
        "suits": sum(int(report.figures[f"disputes.{row}.{part}"]) for row in suits for part in parts),
    }


def _overview(report: SampleReport) -> tuple[str, ...]:
    heads = _bank("aspect_heads")
    head = heads[zlib.crc32(report.agency.name.encode()) % len(heads)]
    said = [_pick(_bank("summary"), report)]
    for index, (aspect, body) in enumerate(zip(_bank("aspects"), _aspects(report), strict=True)):
        numbered = head.replace("{n}", _bank("numerals")[index]).replace("{d}", str(index + 1))
        said.append(numbered.replace("{aspect}", aspect) + body)
    return tuple(_fill(text, report) for text in said)


def _aspects(report: SampleReport) -> tuple[str, ...]:
    numbers = _numbers(report)
    case = "zero" if not numbers["handled"] else "carried" if numbers["carried_in"] else "none_carried"
    requests = _bank("requests")[case]
    if case == "none_carried" and numbers["carried_out"]:
        requests = requests[:2]  # the third says that everything is concluded
    if report.told:
        requests = requests[1:2]  # a sentence that states 新收 on its own
    disputes = _bank("disputes")["some" if numbers["review"] + numbers["suits"] else "none"]
    supervision = _pick(_bank("supervision"), report, 4)
    if report.agency.is_government:
        supervision += _pick(_bank("assessment"), report)
    return (
        _pick(_bank("proactive"), report, 1) + _in_turn(report, "focus")[0],
        _pick(requests, report) + _pick(disputes, report),
        _pick(_bank("management"), report, 2),
        _pick(_bank("platform"), report, 3),
        supervision,
    )


def _in_turn(report: SampleReport, kind: str) -> list[str]:
    voices: list[str] = _voices()[report.agency.id][kind]
    start = report.year % len(voices)
    return voices[start:] + voices[:start]


def _problems(report: SampleReport) -> tuple[str, ...]:
    lead = _bank("lead")
    count = 2 + report.year % 2
    said = []
    for kind, words in (("gaps", "problems"), ("steps", "steps")):
        items = [f"{n}{text}" for n, text in zip(lead[f"count_{words}"], _in_turn(report, kind)[:count], strict=False)]
        said.append(_fill(_pick(lead[words], report), report) + "；".join(items) + "。")
    return tuple(said)


def _other(report: SampleReport) -> str:
    if report.fees:
        notices, asked, paid = report.fees
        return str(_bank("other")["fees_some"]).format(notices=notices, asked=asked, paid=paid)
    choices = _bank("other")["fees_2019" if report.edition == "2019" else "fees_none"]
    return _fill(_pick(choices, report), report)
