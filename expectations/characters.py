"""Bring text to ordinary characters (characters.yml): width, radicals and invisible signs, and traditional to simplified ones."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from expectations.form import load_yaml

CHARACTERS = Path(__file__).parent / "characters.yml"
_UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")  # soft hyphens, joiners, marks


class _Characters(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    radicals: dict[str, str]
    traditional: dict[str, str]


@cache
def _characters() -> tuple[dict[int, str], dict[int, str]]:
    """Radicals and traditional characters, as translation tables."""
    read = load_yaml(CHARACTERS, _Characters)
    return str.maketrans(read.radicals), str.maketrans(read.traditional)


def plain(text: str) -> str:
    """Text in ordinary characters: width and radicals normalised, invisible characters left out, otherwise as printed."""
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).translate(_characters()[0])


def simplified(text: str) -> str:
    """`plain`, its traditional characters simplified: to compare by, never to print."""
    return plain(text).translate(_characters()[1])
