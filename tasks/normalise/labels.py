"""Compare printed labels with official ones: bring both to one key, and say how alike two keys are (0 to 1)."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz

from expectations.characters import plain, simplified

_NOISE = re.compile(r"[\W_]+")
_ENUMERATOR = re.compile(r"^(?:[一二三四五六七八九十]+|\d{1,2})(?=\D)")
_SPACE = re.compile(r"\s+")
_LONGEST = 400  # characters that are looked at: what is longer is no label


def squeeze(text: str) -> str:
    """`plain`, without any white space."""
    return _SPACE.sub("", plain(text))


@lru_cache(maxsize=16384)
def key(text: str) -> str:
    """A label as a key: ordinary simplified characters without spaces, punctuation or quotes."""
    return _NOISE.sub("", simplified(text[:_LONGEST]))


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
