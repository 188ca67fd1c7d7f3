"""One agency and all that was found of it; spellings of one name brought together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from tasks.crawl.leads import Discover
from tasks.crawl.naming import REGIONS, Government, abbreviates


@dataclass
class Group:
    """An agency on a government's site: its names and how often each is printed, its columns, its reports' years, its codes."""

    government: Government
    key: str
    names: Counter[str] = field(default_factory=Counter)
    columns: set[str] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)

    @property
    def is_elsewhere(self) -> bool:
        """Whether its name begins with another region than the government's, of which it is only a part (望川区水务局)."""
        own = REGIONS.match(self.key)
        return own is not None and own[0] != self.key

    def join(self, other: Group) -> None:
        """Take what was found of it under another spelling."""
        self.names += other.names
        self.columns |= other.columns
        self.years |= other.years
        self.codes |= other.codes


def merge(groups: dict[tuple[str, str], Group], rule: Discover) -> list[str]:
    """Bring names with characters left out to the full ones, where one alone fits and no year is there twice; and say so."""
    said: list[str] = []
    for place, meant in sorted(_abbreviations(groups, rule)):
        if place not in groups or meant not in groups:
            continue
        short, long = groups[place], groups[meant]
        if short.years & long.years:
            said.append(
                f"疑为同一机关 perhaps one agency, but both have a report of one year: {_printed(short)}, {_printed(long)}"
            )
            continue
        said.append(f"简称 taken for one agency: {_printed(short)} = {_printed(long)}")
        long.join(groups.pop(place))
    return said


def _abbreviations(groups: dict[tuple[str, str], Group], rule: Discover) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    by_region: dict[str, list[str]] = defaultdict(list)
    for region, key in groups:
        by_region[region].append(key)
    for region, keys in by_region.items():
        for short in keys:
            meant = [long for long in keys if abbreviates(short, long, rule)]
            if len(meant) == 1:
                yield (region, short), (region, meant[0])


def _printed(group: Group) -> str:
    return min(group.names.items(), key=lambda item: (-item[1], item[0]))[0]
