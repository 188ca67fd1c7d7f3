"""Compare printed labels with official ones: bring both to one key, and say how alike two keys are (0 to 1)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from pydantic import BaseModel, ConfigDict
from rapidfuzz import fuzz

from expectations import form
from expectations.form import load_yaml

_NOISE = re.compile(r"[\W_]+")
_ENUMERATOR = re.compile(r"^(?:[一二三四五六七八九十]+|\d{1,2})(?=\D)")
_SPACE = re.compile(r"\s+")
_UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")  # soft hyphens, joiners, marks
_LONGEST = 400  # characters that are looked at: what is longer is no label


class _Characters(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    radicals: dict[str, str]
    traditional: dict[str, str]


@cache
def _characters() -> tuple[dict[int, str], dict[int, str]]:
    """Radicals and traditional characters, as translation tables."""
    read = load_yaml(form.FORMS.parent / "characters.yml", _Characters)
    return str.maketrans(read.radicals), str.maketrans(read.traditional)


def plain(text: str) -> str:
    """Text in ordinary characters: width and radicals normalised, invisible characters left out, otherwise as printed."""
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).translate(_characters()[0])


def squeeze(text: str) -> str:
    """`plain`, without any white space."""
    return _SPACE.sub("", plain(text))


@lru_cache(maxsize=16384)
def key(text: str) -> str:
    """A label as a key: ordinary simplified characters without spaces, punctuation or quotes."""
    return _NOISE.sub("", plain(text[:_LONGEST]).translate(_characters()[1]))


@lru_cache(maxsize=16384)
def bare(text: str) -> str:
    """A label's key without its enumerator (一、 （三） 2.)."""
    label = key(text)
    return _ENUMERATOR.sub("", label) or label


@lru_cache(maxsize=16384)
def likeness(printed: str, official: str) -> float:
    """How alike two labels are, 1.0 for the same key. The enumerator helps, its absence does not harm."""
    a, b = key(printed), key(official)
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    whole = fuzz.ratio(a, b)
    without = fuzz.ratio(bare(printed), bare(official)) - 2
    return float(max(whole, without)) / 100
