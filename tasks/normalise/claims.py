"""Take the numbers that the narrative states as claims: sentence, what is counted, value, year. Wording is narrative.yml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from pydantic import BaseModel, ConfigDict

from expectations import form
from expectations.form import load_yaml
from tasks.normalise.labels import squeeze
from tasks.records import Claim, Section

_SENTENCE = re.compile(r"[。；;!！?？]+")
_CLAUSE = re.compile(r"(?<!\d)[,，、](?!\d{3})|[,，](?=\D)|(?<=\D)[,，]|[:：]")
_YEAR = re.compile(r"(20\d{2})年")
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


class _Narrative(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    number: str
    measure_words: str
    comparisons: str
    other_matters: str
    measures: dict[str, tuple[str, ...]]


@cache
def _narrative() -> _Narrative:
    return load_yaml(form.FORMS.parent / "narrative.yml", _Narrative)


@cache
def _measures() -> tuple[tuple[str, re.Pattern[str]], ...]:
    words = _narrative()
    fill = {"{n}": f"(?P<n>{words.number})", "{m}": f"(?:{words.measure_words})"}
    return tuple(
        (measure, re.compile(pattern.replace("{n}", fill["{n}"]).replace("{m}", fill["{m}"])))
        for measure, patterns in words.measures.items()
        for pattern in patterns
    )


def find_claims(sections: Iterable[Section], year: int | None) -> tuple[Claim, ...]:
    """Claims of the narrative sections, in order; a claim's year is the one its sentence names, else the report's."""
    claims: list[Claim] = []
    for section in sections:
        for sentence in _SENTENCE.split(squeeze(section.text)):
            claims += _in_sentence(sentence, year)
    return tuple(dict.fromkeys(claims))


def _in_sentence(sentence: str, year: int | None) -> Iterator[Claim]:
    words = _narrative()
    named = _YEAR.search(sentence)
    meant = int(named[1]) if named else year
    for clause in _CLAUSE.split(sentence):
        if re.search(words.comparisons, clause) or re.search(words.other_matters, clause):
            continue
        for measure, value in _in_clause(clause):
            yield Claim(sentence, measure, value, meant)


def _in_clause(clause: str) -> Iterator[tuple[str, int]]:
    said: set[str] = set()
    for measure, pattern in _measures():
        match = pattern.search(clause)
        if match is None or measure in said:
            continue
        value = number(match["n"])
        if value is not None:
            said.add(measure)
            yield measure, value


def number(text: str) -> int | None:
    """An Arabic (with thousands separators) or Chinese numeral as int; None for what is neither."""
    digits = text.replace(",", "").replace("，", "")
    if digits.isdigit():
        return int(digits)
    total = section = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _UNITS:
            section += (digit or 1) * _UNITS[char]
            digit = 0
        elif char == "万":
            total += (section + digit) * 10_000
            section = digit = 0
        else:
            return None
    return total + section + digit
