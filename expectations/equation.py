"""The small language of the rules' equations: `new + carried_in = concluded + carried_out`, also with <= and >=."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

_TERM = re.compile(r"\s*([+-]?)\s*(previous\.)?([a-z][a-z_.]*)")
_RELATION = re.compile(r"<=|>=|=")


class Term(BaseModel):
    """One addend of an equation: its sign, a row or column key, and whether last year's report is meant."""

    model_config = ConfigDict(frozen=True)
    sign: Literal[1, -1]
    previous: bool
    key: str


class Equation(BaseModel):
    """left = right (or <=, >=), each side a sum of terms."""

    model_config = ConfigDict(frozen=True)
    left: tuple[Term, ...]
    relation: Literal["=", "<=", ">="]
    right: tuple[Term, ...]

    @property
    def looks_back(self) -> bool:
        """Whether last year's report is needed."""
        return any(term.previous for term in (*self.left, *self.right))


@cache
def parse_equation(text: str) -> Equation:
    """`new + carried_in = concluded + carried_out` → terms. ValueError says what does not parse."""
    relations = _RELATION.findall(text)
    if len(relations) != 1:
        raise ValueError(f"equation {text!r} has {len(relations)} equals signs (=, <= or >=); it needs one")
    left, right = _RELATION.split(text)
    return Equation(left=_terms(left, text), relation=relations[0], right=_terms(right, text))


def _terms(side: str, text: str) -> tuple[Term, ...]:
    terms, position = [], 0
    side = side.strip()
    while position < len(side):
        match = _TERM.match(side, position)
        if match is None or (position and not match[1]):
            raise ValueError(f"equation {text!r}: {side[position:]!r} is not a term such as `+ carried_in`")
        terms.append(Term(sign=-1 if match[1] == "-" else 1, previous=bool(match[2]), key=match[3]))
        position = match.end()
        while position < len(side) and side[position].isspace():
            position += 1
    if not terms:
        raise ValueError(f"equation {text!r} has an empty side")
    return tuple(terms)
