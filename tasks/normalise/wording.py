"""Read narrative.yml, the grammar of stated numbers: words of each kind, and the statements and denials made of them.

Every kind of token has a letter of its own, so that a clause is a short string and a statement a regular expression on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import groupby, product

from pydantic import BaseModel, ConfigDict

from expectations import form
from expectations.form import load_yaml
from tasks.errors import BadForm
from tasks.normalise.numerals import ARABIC, CHINESE, YEAR

_CHOICE = re.compile(r"\[([^\]]*)\]|<([^>]*)>")
_SPECIAL = {"number": "N", "start": "^", "end": "$"}
_FIXED = ("unknown", "year", "period")  # kinds that no list of words makes


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Statement(_Strict):
    """Sequences of tokens that state a number (or deny that there is one) of some measures, and when they do not."""

    measures: tuple[str, ...]
    said: tuple[str, ...]
    when: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    despite: tuple[str, ...] = ()
    not_among: bool = False
    first_among: bool = False
    sure: bool = False


class _Narrative(_Strict):
    counted: str
    traditional: dict[str, str]
    ignored: tuple[str, ...]
    whole: tuple[str, ...]
    period: tuple[str, ...]
    words: dict[str, tuple[str, ...]]
    silent: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]
    matters: dict[str, str]
    section_matters: dict[str, str]
    government: str
    government_office: str
    with_office: str
    fact: str
    subject: str
    single: tuple[str, ...]
    merged: dict[str, tuple[str, ...]]
    measures: dict[str, str]
    vetoes: tuple[str, ...]
    statements: tuple[Statement, ...]
    zeros: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """narrative.yml, compiled. `scan` finds tokens; `kinds` says of which kind a word is, `letters` each kind's letter."""

    data: _Narrative
    scan: re.Pattern[str]
    kinds: dict[str, str]
    letters: dict[str, str]
    ignored: re.Pattern[str]
    traditional: dict[int, str]
    stated: re.Pattern[str]
    denied: tuple[tuple[Statement, re.Pattern[str]], ...]
    listed: re.Pattern[str]
    listed_kinds: dict[str, str]  # letter → kind, of those that may be named together
    silent: frozenset[str]
    government: re.Pattern[str]
    government_office: re.Pattern[str]
    fact: re.Pattern[str]
    subject: re.Pattern[str]


@cache
def wording() -> Wording:
    """The grammar, read once. Raises BadForm when narrative.yml contradicts itself."""
    data = load_yaml(form.FORMS.parent / "narrative.yml", _Narrative)
    kinds = _kinds(data)
    letters = {kind: chr(0x4E00 + place) for place, kind in enumerate([*data.words, *_FIXED])}

    groups = data.groups
    stated = "|".join(
        f"(?P<s{place}>{'|'.join(_sequence(said, letters, groups) for said in statement.said)})"
        for place, statement in enumerate(data.statements)
    )
    one = _choice("listed", letters, groups)
    joined = f"{letters['and']}+"
    ways = f"(?:(?P<each>{letters['each']})|(?P<turn>{letters['in_turn']}))?"
    return Wording(
        data=data,
        scan=_scanner(data, kinds),
        kinds=kinds,
        letters=letters,
        ignored=re.compile("|".join(data.ignored)),
        traditional={ord(old): new for old, new in data.traditional.items()},
        stated=re.compile(stated),
        denied=tuple((zero, re.compile("|".join(_sequence(said, letters, groups) for said in zero.said))) for zero in data.zeros),
        listed=re.compile(f"(?P<list>{one}(?:{joined}{one})*){ways}$"),
        listed_kinds={letters[kind]: kind for kind in groups["listed"]},
        silent=frozenset(data.silent),
        government=re.compile(data.government),
        government_office=re.compile(data.government_office),
        fact=re.compile(data.fact),
        subject=re.compile(data.subject),
    )


def _kinds(data: _Narrative) -> dict[str, str]:
    kinds: dict[str, str] = {}
    for kind, written in data.words.items():
        for word in (word for text in written for word in _spellings(text)):
            if kinds.setdefault(word, kind) != kind:
                raise _wrong(f"the word {word} is both {kinds[word]} and {kind}", "each word in one list")
    return kinds


def _spellings(text: str) -> set[str]:
    """All ways to write a word with [options] and <choices>."""
    parts: list[list[str]] = []
    at = 0
    for match in _CHOICE.finditer(text):
        parts.append([text[at : match.start()]])
        parts.append(["", *match[1].split("/")] if match[1] is not None else match[2].split("/"))
        at = match.end()
    parts.append([text[at:]])
    return {"".join(chosen) for chosen in product(*parts)}


def _scanner(data: _Narrative, kinds: dict[str, str]) -> re.Pattern[str]:
    """One pattern for all tokens: calendar first, then numbers, then the longest word."""
    words = _trie(sorted(kinds))
    counted = f"(?:{data.counted})"
    numbers = (
        rf"(?P<range>\d+{counted}?[至到~—–-]+\d+{counted}?)",
        rf"(?P<ordinal>第(?:\d+|{CHINESE})|\d+号|〔\d+〕)",
        rf"(?P<vague>(?:\d+|{CHINESE})[余多几来]{counted}?|\d+{counted}?(?:以上|以下|左右|上下))",
        rf"(?P<number>(?P<n>{ARABIC})(?P<u>{counted})|(?P<c>{CHINESE}){counted}|(?<=为)(?P<z>[0零])(?=[,)]|$)|(?P<b>\d+)(?=[,)、]))",
        r"(?P<figure>\d[\d.,]*[%‰]?)",
    )
    calendar = (
        f"(?P<whole>{'|'.join(data.whole)})",
        f"(?P<period>{'|'.join(data.period)})",
        f"(?P<year>{YEAR})年度?",
    )
    return re.compile("|".join([*calendar, *numbers, f"(?P<word>{words})", r"(?P<mark>[,:()])"]))


def _trie(words: list[str]) -> str:
    """Sorted words as one pattern that takes the longest and reads each character once."""
    by_first = groupby(filter(None, words), key=lambda word: word[0])
    branches = [re.escape(first) + _trie([word[1:] for word in rest]) for first, rest in by_first]
    if not branches:
        return ""
    return f"(?:{'|'.join(branches)})" + ("?" if "" in words else "")


def _sequence(said: str, letters: dict[str, str], groups: dict[str, tuple[str, ...]]) -> str:
    return "".join(_step(step, letters, groups) for step in said.split())


def _step(step: str, letters: dict[str, str], groups: dict[str, tuple[str, ...]]) -> str:
    name = step.rstrip("?*")
    return _SPECIAL[name] if name in _SPECIAL else _choice(name, letters, groups) + step[len(name) :]


def _choice(names: str, letters: dict[str, str], groups: dict[str, tuple[str, ...]]) -> str:
    chosen = [kind for name in names.split("|") for kind in groups.get(name, (name,))]
    unknown = [kind for kind in chosen if kind not in letters]
    if unknown:
        raise _wrong(f"a statement names {unknown[0]}, which is no list of words", f"one of {', '.join(letters)}")
    return f"[{''.join(letters[kind] for kind in chosen)}]"


def _wrong(found: str, expected: str) -> BadForm:
    return BadForm(found, where=str(form.FORMS.parent / "narrative.yml"), expected=expected, remedy="Correct the file.")
