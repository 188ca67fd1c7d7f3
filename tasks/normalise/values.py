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

_NUMBER = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?")
_LONGEST = 18  # digits: beyond any count or sum of money
_MINUS = str.maketrans("−－–—", "----")


class _Values(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    not_applicable: tuple[str, ...]
    units: tuple[str, ...]


@cache
def _values() -> _Values:
    return load_yaml(form.FORMS.parent / "values.yml", _Values)


@lru_cache(maxsize=65536)
def parse(raw: str) -> tuple[Number | None, Semantics, str]:
    """`raw` → (value before any conversion of unit, semantics, unit printed). Never repairs: what is no number is TEXT."""
    text = squeeze(raw)
    if any(char.isdigit() and not char.isdecimal() for char in raw):  # ① ² ⒉: a note's mark, no digit of the figure
        return None, Semantics.TEXT, ""
    if not text:
        return None, Semantics.EMPTY, ""
    if text in _values().not_applicable:
        return None, Semantics.NA, ""
    unit = next((unit for unit in _values().units if text.endswith(unit)), "")
    match = _NUMBER.fullmatch(text.removesuffix(unit).translate(_MINUS))
    if match is None:
        return None, Semantics.TEXT, ""
    digits = match[1].replace("+", "") + match[2].replace(",", "")
    if len(digits) > _LONGEST:
        return None, Semantics.TEXT, ""
    value = Decimal(digits + match[3]) if match[3] else int(digits)
    return value, Semantics.NUMERIC if value else Semantics.ZERO, unit


def is_value(raw: str) -> bool:
    """Whether a text can stand where a figure stands (a number, a blank or a sign for "none")."""
    return parse(raw)[1] is not Semantics.TEXT
