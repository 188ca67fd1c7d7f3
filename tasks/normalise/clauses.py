"""Cut a sentence into clauses, and a clause into tokens: numbers that count something, and the words of narrative.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tasks.normalise.labels import squeeze
from tasks.normalise.numerals import number
from tasks.normalise.numerals import year as year_of
from tasks.normalise.wording import Wording
from tasks.records import Number


@dataclass(frozen=True, slots=True)
class Token:
    """A word or number of a clause: its kind in narrative.yml, and for numbers and years the value."""

    kind: str
    text: str
    value: Number | None = None


@dataclass(slots=True)
class Clause:
    """Tokens between two breaks. `inherited` are the kinds before the bracket that the clause stands in; `inner`: it does."""

    tokens: list[Token] = field(default_factory=list)
    inherited: frozenset[str] = frozenset()
    inner: bool = False

    def kinds(self) -> set[str]:
        """The kinds of its tokens."""
        return {token.kind for token in self.tokens}


def clauses(sentence: str, words: Wording) -> list[Clause]:
    """The clauses of a sentence, each bracket's after the one that it interrupts."""
    text = words.ignored.sub("", squeeze(sentence).translate(words.traditional))
    outer: list[Clause] = []
    found = [Clause()]
    now = found[0]
    for token in _tokens(text, words):
        splits = token.kind == "and" and bool(now.tokens) and now.tokens[-1].kind == "number"
        if token.text == "(":
            outer.append(now)
            now = Clause(inherited=frozenset(now.kinds()) | now.inherited, inner=True)
        elif token.text == ")" and token.kind == "mark":
            now = outer.pop() if outer else Clause(inner=now.inner)
        elif token.kind == "mark" or splits:
            now = Clause(inherited=now.inherited, inner=now.inner)
        else:
            now.tokens.append(token)
            continue
        if all(now is not clause for clause in found):
            found.append(now)
    return [clause for clause in found if clause.tokens]


def _tokens(text: str, words: Wording) -> Iterator[Token]:
    at = 0
    for match in words.scan.finditer(text):
        if match.start() > at:
            yield Token("unknown", text[at : match.start()])
        at = match.end()
        yield _token(match, words)
    if at < len(text):
        yield Token("unknown", text[at:])


def _token(match: re.Match[str], words: Wording) -> Token:
    kind, text = match.lastgroup or "", match[0]
    if kind == "word":
        return Token(words.kinds[text], text)
    if kind == "year":
        return Token("year", text, year_of(text))
    if kind == "whole":
        return Token("whole", text, year_of(text))
    if kind == "number":
        value = number(match["n"] or match["c"] or match["z"] or match["b"])
        return Token("number", text, value) if isinstance(value, int) else Token("unknown", text)
    return Token(kind if kind in ("mark", "period") else "unknown", text)
