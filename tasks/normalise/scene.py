"""Whose numbers a clause states, of which year and stretch of it, and on what matter: kept from clause to clause."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.normalise.clauses import Clause, Token
from tasks.normalise.wording import Wording

_OWN, _REGION, _PART = "own", "region", "part"


@dataclass(frozen=True, slots=True)
class Author:
    """The reporting agency as the words of its report show it: its level if it is a government, or a government's office."""

    level: str
    is_office: bool
    is_known: bool

    @classmethod
    def of(cls, agency: str, words: Wording) -> Author:
        """The author behind an agency's name; a blank name is taken for one that reports for its whole region."""
        government = words.government.search(agency)
        return cls(government["level"] if government else "", bool(words.government_office.search(agency)), bool(agency))

    def scope_of(self, token: Token, words: Wording, *, after_region: bool) -> str | None:
        """Whose number follows a word of scope; None when the word says nothing to this author."""
        if token.kind == "own":
            return _OWN
        if token.kind == "region":
            return _OWN if not self.is_known or token.text[-1] == self.level else _REGION
        if token.kind in ("office", "proxy"):
            return _OWN if self.is_office or (self.level and self.level not in words.data.with_office) else _PART
        if token.kind == "level" or (token.kind == "members" and not after_region):
            return _PART
        return None


@dataclass(slots=True)
class Scene:
    """What the words so far have set. `base` is the year that "last" and "next" are counted from."""

    base: int | None
    year: int | None
    matter: str  # "none" until a word sets one
    scope: str = _OWN
    period: str = ""
    among: bool = False

    def enter(self, clause: Clause, author: Author, words: Wording) -> str:
        """Take in a clause's words; returns the clause as letters, N for a number, words that say nothing left out."""
        kinds = clause.kinds()
        carries, silenced = "carry" in kinds, self._compares(clause)
        letters: list[str] = []
        after_region = False
        for token in clause.tokens:
            kind = token.kind
            if kind in ("year", "last", "next", "whole", "this", "period"):
                kind = self._time(token, carries=carries) if not silenced or kind == "period" else "unknown"
            scope = author.scope_of(token, words, after_region=after_region)
            self.scope = scope or self.scope
            after_region = after_region or kind == "region"
            self.among = self.among or kind == "among"
            self._turn_to(words.data.matters.get(kind, ""))
            if kind and kind not in words.silent:
                letters.append("N" if kind == "number" else words.letters[kind])
        return "".join(letters)

    def speaks_of(self, clause: Clause, words: Wording) -> set[str]:
        """The matters that a clause may be about: the one spoken of, and those that it names itself."""
        return {self.matter, *(words.data.matters[kind] for kind in clause.kinds() if kind in words.data.matters)}

    def _compares(self, clause: Clause) -> bool:
        """Whether the years of a clause only serve to compare: no number comes before the word of comparison."""
        before = [token.kind for token in clause.tokens]
        return "compare" in before and "number" not in before[: before.index("compare")]

    def _time(self, token: Token, *, carries: bool) -> str:
        """Set year and period by a word of time; returns its kind for the clause's letters, blank when it is used up."""
        if token.kind == "period":
            self.period = token.text
            return ""
        named = token.value if isinstance(token.value, int) else None
        if token.kind in ("whole", "this"):
            self.period = ""
            self.base = self.base if named is None else named
            self.year = self.base
            return ""
        if token.kind == "year":
            shift = named - self.base if named is not None and self.base is not None else None
        else:
            shift = -1 if token.kind == "last" else 1
        if carries:
            return {-1: "last", 0: "", 1: "next"}.get(shift, "year") if shift is not None else "year"
        if token.kind == "year":
            self.base = named
        self.year = self.base if token.kind == "year" or self.base is None or shift is None else self.base + shift
        self.period = ""
        return ""

    def _turn_to(self, matter: str) -> None:
        if matter and (matter != "information" or self.matter not in ("applications", "disputes")):
            self.matter = matter
