"""What a printed figure says: its number, whether it is blank, "/" or words, and a unit printed with it."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache, lru_cache

from pydantic import BaseModel, ConfigDict

from expectations import form
from expectations.form import load_yaml
from tasks.normalise.labels import squeeze
from tasks.records import Number, Semantics

_NUMBER = re.compile(r"([+-]?)((?:0|[1-9][0-9]*)|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(\.[0-9]+)?")
_LONGEST = 18  # digits: beyond any count or sum of money
_WORD = 2  # characters that a word in a figure's place has
_DASHES = str.maketrans("−‒–—―", "-----")
_UNREAD = "\ufffd"  # a character that a reader could not make out

Parsed = tuple[Number | None, Semantics, str]


class _Values(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    not_applicable: tuple[str, ...]
    blank: tuple[str, ...]
    units: tuple[str, ...]


@cache
def _values() -> _Values:
    return load_yaml(form.FORMS.parent / "values.yml", _Values)


@lru_cache(maxsize=16384)
def parse(raw: str) -> Parsed:
    """`raw` → (value before any conversion of unit, semantics, unit printed). Never repairs: what is no number is TEXT.

    White space within a number goes (a narrow cell wraps 101 as "10" over "1"), as do separators of thousands. A number
    that begins with a needless 0, or a dash before 0, is TEXT: it may be two entries in one cell.
    """
    if _UNREAD in raw:
        return None, Semantics.UNREADABLE, ""
    if any(char.isdigit() and not char.isdecimal() for char in raw):  # ① ² ⒉: a note's mark, no digit of the figure
        return None, Semantics.TEXT, ""
    text = squeeze(raw)
    if not text or text in _values().blank:
        return None, Semantics.EMPTY, ""
    if text in _values().not_applicable:
        return None, Semantics.NA, ""
    unit = next((unit for unit in _values().units if text.endswith(unit)), "")
    value = _number(text.removesuffix(unit).translate(_DASHES))
    if value is None:
        return None, Semantics.TEXT, ""
    return value, Semantics.NUMERIC if value else Semantics.ZERO, unit


def _number(text: str) -> Number | None:
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    digits = match[2].replace(",", "")
    if len(digits) > _LONGEST:
        return None
    value = Decimal(digits + match[3]) if match[3] else int(digits)
    if match[1] != "-":
        return value
    return -value if value else None


def is_value(raw: str) -> bool:
    """Whether a text can stand where a figure stands (a number, a blank or a sign for "none")."""
    return parse(raw)[1] is not Semantics.TEXT


def is_doubtful(raw: str) -> bool:
    """Whether a text in a figure's place may be a figure spoilt: digits among other characters, or a lone character."""
    return any(char.isdigit() for char in raw) or len(squeeze(raw)) < _WORD
