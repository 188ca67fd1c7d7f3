"""Compare names as people type them: what only spaces and width tell apart, and what is probably a slip of the pen."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extract

from warehouse.regions import region_of

_FAR_MORE = 5  # times as frequent
_CHARACTERS = 2  # at most, and one in three


def plain(name: str) -> str:
    """A name in ordinary width, without white space and in small letters."""
    return "".join(unicodedata.normalize("NFKC", name).split()).lower()


def probable_slips(counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Each name that probably stands for a more frequent one, and that one. `counts`: how often each name is there.

    That is one that differs by spaces or width alone, or by one or two characters from a far more frequent name. Names that
    begin with two different regions (淮安市…, 淮北市…) are two names.
    """
    ranked = sorted(counts, key=lambda name: -counts[name])
    keys = [plain(name) for name in ranked]
    alike: dict[str, str] = {}
    frequent = 0
    for at, (name, key) in enumerate(zip(ranked, keys, strict=True)):
        if alike.setdefault(key, name) != name:
            yield name, alike[key]
            continue
        while frequent < at and counts[ranked[frequent]] >= _FAR_MORE * counts[name]:
            frequent += 1
        cutoff = min(_CHARACTERS, len(key) // 3)
        near = extract(key, keys[:frequent], scorer=Levenshtein.distance, score_cutoff=cutoff, limit=None)
        meant = next((ranked[where] for other, _, where in near if not _are_of_two_regions(key, other)), None)
        if meant is not None:
            yield name, meant


def _are_of_two_regions(one: str, other: str) -> bool:
    regions = {region_of(one), region_of(other)}
    return len(regions) == 2 and "" not in regions
