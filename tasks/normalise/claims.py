"""Take the numbers that the narrative states as claims: sentence, measure, value, year, whose, and of which stretch of it.

The grammar is expectations/narrative.yml; a number whose words fit none of its statements is no claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass, replace
from itertools import pairwise

from tasks.normalise.clauses import Clause, clauses
from tasks.normalise.scene import Author, Scene
from tasks.normalise.wording import Statement, Wording, wording
from tasks.records import Claim, Section

_SENTENCE = re.compile(r"[^。;；!！?？]+")
_PARAGRAPH = re.compile(r"\s*\n|\s*(?:[（(][一二三四五六七八九十\d]+[）)]|[一二三四五六七八九十]+、|\d+[、.．])")
_APART = re.compile(r"(?<=\d)[^\S\n]+(?=\d)")  # digits with a gap between them may be of two columns: no one number
_LONGEST = 2000  # characters: what runs on longer is no sentence of prose
_HEADING = 30
_RESULTS = "results"  # a statement that may also hold beside other results
_NEW, _HANDLED, _CARRIED_IN = "new", "handled", "carried_in"
_IN_LISTS = {"foreign", "in_turn"}  # do no harm where several measures are named together


@dataclass(frozen=True, slots=True)
class _Fact:
    """One measure's value as a clause states it; `open`: only where the sentence states other results beside it."""

    measure: str
    value: int
    year: int | None
    scope: str
    period: str
    sure: bool = False
    open: bool = False
    within: bool = False  # in a bracket or after 其中: a part of the number before it

    @property
    def subject(self) -> tuple[str, int | None, str, str]:
        return self.measure, self.year, self.scope, self.period


def find_claims(sections: Iterable[Section], year: int | None, agency: str = "") -> tuple[Claim, ...]:
    """Claims of the sections' texts, in order, each statement once. A claim's year is the one named last, else the report's.

    `scope` is "own", "region" (all agencies of an area, which is own only for its government) or "part"; `period` is the
    stretch of the year where the number is not the whole year's.
    """
    words = wording()
    author = Author.of(agency, words)
    claims: dict[tuple[object, ...], Claim] = {}
    for section in sections:
        matter = words.data.section_matters.get(section.id, "none")
        scene = Scene(year, year, matter)
        for sentence, fresh in _sentences(section.text):
            scene = Scene(year, year, matter) if fresh else scene
            if not words.subject.search(sentence):
                continue
            if words.fact.search(sentence):
                for fact in _read(sentence, scene, author, words):
                    claim = Claim(sentence, fact.measure, fact.value, fact.year, fact.scope, fact.period)
                    claims.setdefault((*fact.subject, fact.value), claim)
            elif len(sentence) <= _HEADING:
                for clause in clauses(sentence, words):
                    scene.enter(clause, author, words)
    return tuple(claims.values())


def _sentences(text: str) -> Iterator[tuple[str, bool]]:
    """Sentences without white space, and whether each begins a paragraph."""
    for match in _SENTENCE.finditer(text):
        sentence = "".join(_APART.sub("·", match[0]).split())
        if sentence and len(sentence) <= _LONGEST:
            yield sentence, match.start() == 0 or _PARAGRAPH.match(match[0]) is not None


def _read(sentence: str, scene: Scene, author: Author, words: Wording) -> list[_Fact]:
    scene.among = False
    facts: list[_Fact] = []
    stray = asked = False
    waiting: list[str] = []
    for clause in clauses(sentence, words):
        asked = asked or bool(clause.kinds() & set(words.data.groups["asked"]))
        here = copy(scene) if clause.inner else scene
        letters = here.enter(clause, author, words)
        if "N" not in letters:
            facts += _denials(clause, letters, here, words)
            continue
        found, waiting = _clause(clause, letters, here, words, facts, waiting)
        stray = stray or ("besides" in clause.kinds() and not found)
        facts += found
    return _settled(facts, words, stray=stray, asked=asked)


def _clause(
    clause: Clause, letters: str, scene: Scene, words: Wording, facts: list[_Fact], waiting: list[str]
) -> tuple[list[_Fact], list[str]]:
    """What a clause's numbers state; `waiting` are measures that were named together and take the numbers in turn."""
    found: list[_Fact] = []
    pieces = letters.split("N")
    seen = set(clause.inherited)
    matters = scene.speaks_of(clause, words)
    tokens = iter(clause.tokens)
    for left, right in pairwise(pieces):
        for token in tokens:
            if token.kind == "number":
                break
            seen.add(token.kind)
        value = token.value if isinstance(token.value, int) else 0
        named, waiting = _in_list(left, value, waiting, words)
        vetoed = seen & set(words.data.vetoes)
        if named is not None:
            doubtful = vetoed - _IN_LISTS or "outcome" in seen
            found += [_fact(measure, value, scene) for measure in named if not doubtful]
        else:
            statement = _statement(left, right, words)
            if statement and not vetoed - set(statement.despite) and _holds(statement, seen, scene, matters, [*facts, *found]):
                opened = bool(statement.when) and not matters & set(statement.when)
                within = clause.inner or scene.among
                fact = _fact("", value, scene, sure=statement.sure, open=opened, within=within)
                found += [replace(fact, measure=measure) for measure in statement.measures]
    return found, waiting


def _in_list(left: str, value: int, waiting: list[str], words: Wording) -> tuple[list[str] | None, list[str]]:
    """The measures of a number whose words name several (or that of their sum, if any), and those that wait their turn."""
    if waiting and not left:
        return waiting[:1], waiting[1:]
    match = words.listed.search(left)
    named = [words.listed_kinds[letter] for letter in match["list"] if letter in words.listed_kinds] if match else []
    if match is None or (len(named) == 1 and not match["each"]):
        return None, []
    if match["turn"]:
        return named[:1], named[1:]
    merged = [measure for measure, kinds in words.data.merged.items() if {*named} == {*kinds}]
    return (named if match["each"] or value == 0 else merged), []


def _statement(left: str, right: str, words: Wording) -> Statement | None:
    said = f"{left}N{right}"
    match = words.stated.search(said)
    if match is None:
        return None
    both = words.letters["and"]
    joined = match.start() > 0 and said[match.start() - 1] == both
    goes_on = match.end() > len(left) + 1 and said[match.end() : match.end() + 1] == both and match.end() + 1 < len(said)
    if joined or goes_on:
        return None  # named together with something else: the number is that of both
    return words.data.statements[int((match.lastgroup or "s0")[1:])]


def _holds(statement: Statement, seen: set[str], scene: Scene, matters: set[str], facts: list[_Fact]) -> bool:
    """Whether nothing around the number speaks against the statement."""
    if seen & set(statement.never) or (scene.among and statement.not_among):
        return False
    if scene.among and statement.first_among:
        told = {fact.measure for fact in facts}
        if "timely" in seen or told & set(statement.measures):
            return False
    return not statement.when or bool(matters & set(statement.when)) or _RESULTS in statement.when


def _denials(clause: Clause, letters: str, scene: Scene, words: Wording) -> list[_Fact]:
    """What a clause without numbers says that there was none of."""
    kinds = clause.kinds() | clause.inherited
    if "negation" not in kinds or kinds & {"compare", "about"}:
        return []
    matters = scene.speaks_of(clause, words)
    return [
        _fact(measure, 0, scene)
        for zero, pattern in words.denied
        if not kinds & set(zero.never) and (not zero.when or matters & set(zero.when)) and pattern.search(letters)
        for measure in zero.measures
    ]


def _fact(measure: str, value: int, scene: Scene, **more: bool) -> _Fact:
    return _Fact(measure, value, scene.year, scene.scope, scene.period, **more)


def _settled(facts: list[_Fact], words: Wording, *, stray: bool, asked: bool) -> list[_Fact]:
    """A sentence's facts without those that another makes doubtful.

    `stray`: it tells of a further number that we cannot place; `asked`: it names applications.
    """
    results = {fact.measure for fact in facts if fact.open}
    kept = [fact for fact in facts if not fact.open or asked or len(results) > 1]
    sure = {fact.subject for fact in kept if fact.sure}
    settled: list[_Fact] = []
    for fact, after in zip(kept, [*kept, None][1:], strict=True):
        values = {other.value for other in kept if other.subject == fact.subject}
        rivals = {other.value for other in kept if other.subject == fact.subject and other.sure >= fact.sure}
        if fact.measure == _NEW and not fact.within and after and after.measure == _CARRIED_IN and after.within:
            settled.append(replace(fact, measure=_HANDLED))
        elif fact.subject in sure and not fact.sure:
            settled += [replace(fact, measure=_HANDLED)] if len(values) > 1 else []
        elif fact.measure in words.data.single and len(rivals) > 1:
            continue  # two numbers, and nothing says which is the whole
        elif not stray or fact.sure or fact.measure != _NEW:
            settled.append(fact)
    return settled
