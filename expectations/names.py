"""Tell whose report a document is by the name it prints: the agency under which it was listed, or clearly somebody else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from expectations.form import load_yaml

NAMES = Path(__file__).parent / "names.yml"
_BRACKETS = re.compile(r"[(（〔\[][^)）〕\]]*[)）〕\]]")
_NOISE = re.compile(r"[\W_]+")


class Fit(Enum):
    """Whose a printed name is: the listed agency's, nobody's that we could tell, or clearly another's."""

    SAME = "same"
    UNSAID = "unsaid"
    OTHER = "other"


class _Names(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    bodies: tuple[str, ...]
    shortest: int


@cache
def load_names() -> _Names:
    """names.yml. Raises BadForm."""
    return load_yaml(NAMES, _Names)


class Register:
    """The names of the agencies that are known, by their id: first the full name, then its aliases."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._names = {agency: tuple(filter(None, map(_key, own))) for agency, own in names.items()}
        self._owners: dict[str, set[str]] = {}
        for agency, own in self._names.items():
            for name in own:
                self._owners.setdefault(name, set()).add(agency)

    def fit(self, agency: str, printed: str, title: str) -> Fit:
        """Whether a document that prints an agency's name is this agency's report.

        Only the title's name says whose it is: the publisher that a page's metadata give is often the portal's office.
        """
        name = _key(printed)
        owners = self._owners.get(name, set())
        if agency in owners or (not owners and _is_one_of(name, self._names.get(agency, ()))):
            return Fit.SAME
        return Fit.OTHER if name and name in _key(title) else Fit.UNSAID


def _is_one_of(printed: str, names: Sequence[str]) -> bool:
    """Whether a name is another way to write one of an agency's. An alias seldom names the region: the name must, then."""
    for position, name in enumerate(names):
        if _is_same(printed, name) and (position == 0 or len(printed) < len(name) or printed[:2] in names[0]):
            return True
    return False


def _is_same(printed: str, listed: str) -> bool:
    """Equal but for the region before, the kind of body behind, or characters left out."""
    words = load_names()
    short, long = sorted((printed, listed), key=len)
    if not short:
        return False
    _, found, rest = long.rpartition(short)
    if found:
        return not rest or rest in words.bodies
    signs = iter(long)
    return len(short) >= words.shortest and short[-1] in long[-3:] and all(sign in signs for sign in short)


def _key(name: str) -> str:
    """A name in ordinary characters, without punctuation and what is put in brackets."""
    return _NOISE.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", name)))
