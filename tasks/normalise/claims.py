"""Take the numbers that the narrative states as claims: sentence, what is counted, value, year. Wording is narrative.yml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict

from expectations import form
from expectations.form import load_yaml
from tasks.normalise.labels import squeeze
from tasks.records import Claim, Section

_SENTENCE = re.compile(r"[。;!?]+")
_CLAUSE = re.compile(r",(?!\d{3}(?!\d))|(?<=[件宗起份条个例次])、|[:()]")
_LONGEST = 2000  # characters: what runs on longer is no sentence of prose
_YEAR = re.compile(r"(?<!结转)(?<!结转[至到])(20\d{2})年(?!度?结转)")  # a year to or from which something is carried is not meant
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Measure(_Strict):
    label: str
    patterns: tuple[str, ...]
    unless: str
    none: str = ""


class _Narrative(_Strict):
    number: str
    measure_words: str
    what: str
    last: str
    next: str
    whole_region: str
    government: str
    ignored_sentences: dict[str, str]
    ignored_clauses: dict[str, str]
    measures: dict[str, _Measure]


@dataclass(frozen=True, slots=True)
class _Wording:
    """One measure's patterns for one report year."""

    measure: str
    stated: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str]
    none: re.Pattern[str] | None


def find_claims(sections: Iterable[Section], year: int | None, agency: str = "") -> tuple[Claim, ...]:
    """Claims of the sections' texts, in order; a claim's year is the one its sentence names first, else the report's.

    For an agency that is no government, sentences about the whole region are passed over.
    """
    claims: list[Claim] = []
    words = _narrative()
    foreign = re.compile(words.whole_region) if agency and not re.search(words.government, agency) else None
    for section in sections:
        for sentence in _SENTENCE.split(squeeze(section.text).replace("，", ",")):
            if foreign is None or not foreign.search(sentence):
                claims += _in_sentence(sentence, year)
    return tuple(dict.fromkeys(claims))


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


def _in_sentence(sentence: str, year: int | None) -> Iterator[Claim]:
    words = _narrative()
    if len(sentence) > _LONGEST or any(re.search(ignored, sentence) for ignored in words.ignored_sentences.values()):
        return
    named = _YEAR.search(sentence)
    meant = int(named[1]) if named else year
    for clause in _CLAUSE.split(sentence):
        if any(re.search(ignored, clause) for ignored in words.ignored_clauses.values()):
            continue
        for measure, value in _in_clause(clause, meant):
            yield Claim(sentence, measure, value, meant)


def _in_clause(clause: str, year: int | None) -> Iterator[tuple[str, int]]:
    for wording in _wordings(year):
        if wording.none is not None and wording.none.search(clause):
            yield wording.measure, 0
            continue
        if wording.unless.search(clause):
            continue
        found = next((match for pattern in wording.stated if (match := pattern.search(clause))), None)
        value = number(found["n"]) if found else None
        if value is not None:
            yield wording.measure, value


@cache
def _narrative() -> _Narrative:
    return load_yaml(form.FORMS.parent / "narrative.yml", _Narrative)


@cache
def _wordings(year: int | None) -> tuple[_Wording, ...]:
    """The patterns of narrative.yml, filled in for a year (without one, only words for years match)."""
    words = _narrative()
    filled = {
        "{what}": f"(?:{words.what})",
        "{last}": words.last,
        "{next}": words.next,
        "{n}": f"(?P<n>{words.number})",
        "{m}": f"(?:{words.measure_words})",
        "{year-1}": str(year - 1) if year else "上",
        "{year+1}": str(year + 1) if year else "下",
        "{year}": str(year) if year else "本",
    }

    def compiled(pattern: str) -> re.Pattern[str]:
        for name, value in filled.items():
            pattern = pattern.replace(name, value)
        return re.compile(pattern)

    return tuple(
        _Wording(
            name,
            tuple(compiled(pattern) for pattern in measure.patterns),
            re.compile(measure.unless),
            compiled(measure.none) if measure.none else None,
        )
        for name, measure in words.measures.items()
    )
