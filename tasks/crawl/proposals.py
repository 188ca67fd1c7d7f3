"""From columns and the titles of their reports to proposed rows of the register; what is doubtful is said beside them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from expectations.agency_type import agency_type
from tasks.crawl.facts import usccs_in
from tasks.crawl.grouping import Group, merge
from tasks.crawl.leads import Discover
from tasks.crawl.naming import REGIONS, Government, government_around, government_of, key_of, named_in, owner_of
from tasks.crawl.portal import Titles
from tasks.crawl.spool import Entry, PageFacts, Shelf
from tasks.records import Agency
from warehouse.regions import region_of

_HASH = 6  # hexadecimal digits of an id
_OF_GOVERNMENT = "gov"


@dataclass(frozen=True, slots=True)
class Proposed:
    """Rows for the register, reports whose titles name nobody that we could tell, and what a person should look at."""

    agencies: tuple[Agency, ...] = ()
    nameless: tuple[Entry, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: the facts of its first page, and columns with the reports that they list."""

    start: PageFacts
    shelves: tuple[Shelf, ...]
    entries: tuple[Entry, ...]

    def listed(self) -> dict[str, list[Entry]]:
        """The reports of each column."""
        listed: dict[str, list[Entry]] = {shelf.start_url: [] for shelf in self.shelves}
        for entry in self.entries:
            listed.setdefault(entry.start_url, []).append(entry)
        return listed


def without_copies(found: Found) -> tuple[Shelf, ...]:
    """The columns without those of which all reports stand in a larger one, and without pages that only show some of columns."""
    urls = {start_url: {entry.url for entry in entries} for start_url, entries in found.listed().items()}
    called = set().union(*(urls[shelf.start_url] for shelf in found.shelves if shelf.is_called))
    ranked = sorted(
        found.shelves, key=lambda each: (-len(urls[each.start_url]), not each.is_called, len(each.start_url), each.start_url)
    )
    kept: list[Shelf] = []
    for shelf in ranked:
        own = urls[shelf.start_url]
        is_copy = any(own <= urls[other.start_url] for other in kept) or (not shelf.is_called and own <= called)
        if not own or not is_copy:
            kept.append(shelf)
    return tuple(sorted(kept, key=lambda shelf: shelf.start_url))


def propose(found: Found, rule: Discover, titles: Titles) -> Proposed:
    """One row for each agency that the columns name; copies of columns are left out."""
    desk = _Desk(rule, titles)
    around, listed = government_of(found.start, rule), found.listed()
    for shelf in without_copies(found):
        own = government_of(shelf.facts, rule)
        government = next((each for each in (own, around) if each.region), government_around(shelf.facts, shelf.unit))
        desk.take(shelf, listed[shelf.start_url], government)
    desk.doubts += merge(desk.groups, rule)
    agencies = tuple(_rows(desk.groups, rule, desk.doubts))
    return Proposed(agencies, tuple(desk.nameless), tuple(desk.doubts))


class _Desk:
    """Sorts reports by agency."""

    def __init__(self, rule: Discover, titles: Titles) -> None:
        self._rule, self._titles = rule, titles
        self.groups: dict[tuple[str, str], Group] = {}
        self.nameless: list[Entry] = []
        self.doubts: list[str] = []

    def take(self, shelf: Shelf, entries: Sequence[Entry], government: Government) -> None:
        """Sort a column's reports. Those that name nobody are the only named agency's; where none is named, the owner's."""
        names = {entry.url: named_in(entry.title, self._rule, self._titles) for entry in entries}
        keys = {key_of(name, government, self._rule) for name in names.values() if name}
        sole = next(iter(keys)) if len(keys) == 1 else None
        owner, where = owner_of(shelf.facts, shelf.unit, government, self._rule) if entries and not keys else ("", "")
        if owner:
            sole = key_of(owner, government, self._rule)
            self._group(government, sole).names[owner] += 1
            self.doubts.append(f"标题未写机关名 titles name nobody, taken for {owner} (by {where}): {shelf.start_url}")
        for entry in entries:
            name = names[entry.url]
            key = key_of(name, government, self._rule) if name else sole
            if key is None:
                self.nameless.append(entry)
                continue
            group = self._group(government, key)
            group.names.update([name] if name else [])
            group.columns.add(shelf.start_url)
            group.years |= {entry.year} if entry.year else set()
            group.codes |= set(usccs_in(entry.url))
        if sole is not None and len(codes := {*shelf.facts.usccs, *usccs_in(shelf.start_url)}) == 1:
            self._group(government, sole).codes |= codes

    def _group(self, government: Government, key: str) -> Group:
        return self.groups.setdefault((government.region, key), Group(government, key))


def _rows(groups: dict[tuple[str, str], Group], rule: Discover, doubts: list[str]) -> Iterator[Agency]:
    """The rows, by name. A doubt is added for each value that is not certain."""
    names = {place: _name(group, rule, doubts) for place, group in groups.items()}
    twice = {name for name, count in Counter(names.values()).items() if count > 1}
    names = {place: f"{place[0]}{name}" if name in twice else name for place, name in names.items()}
    ids = _ids(groups, rule)
    claimed = Counter(code for group in groups.values() for code in group.codes)
    for place, group in sorted(groups.items(), key=lambda item: (item[0][0], item[0][1] != "", names[item[0]])):
        name = names[place]
        kind = agency_type(name)
        codes = [code for code in group.codes if claimed[code] == 1]
        if len(group.codes) > 1 or len(codes) < len(group.codes):
            doubts.append(f"代码不唯一 its 统一社会信用代码 is not certain ({', '.join(sorted(group.codes))}): {name}")
        is_apart = kind is not None and kind.type in rule.apart
        parent = "" if is_apart or group.is_elsewhere or not group.key else ids.get((place[0], ""), "")
        level = _level(group, kind.type if kind else "", rule)
        if not level:
            doubts.append(f"层级不明 its level is not known: {name}")
        yield Agency(
            id=ids[place],
            name=name,
            aliases=tuple(alias for alias, _ in group.names.most_common() if alias != name),
            level=level,
            parent=parent,
            supervisor=rule.supervisor.format(government=group.government.name or _slug(min(group.columns))),
            start_urls=tuple(sorted(group.columns)),
            region=_region(group, name),
            uscc=codes[0] if len(codes) == len(group.codes) == 1 else "",
        )


def _name(group: Group, rule: Discover, doubts: list[str]) -> str:
    """The name printed most often, of those with the region before it where there are any; of a region alone its government's."""
    names = {name: count for name, count in group.names.items() if rule.is_institution(name)}
    begun = {name: count for name, count in names.items() if name.startswith(group.government.beginnings())}
    ranked = sorted((begun or names or group.names).items(), key=lambda item: (-item[1], -len(item[0]), item[0]))
    if names and (group.key or begun):
        return ranked[0][0]
    whole = f"{ranked[0][0]}人民政府" if group.key else group.government.name
    doubts.append(f"名称不全 only {ranked[0][0]} is printed, taken for {whole}")
    return whole


def _level(group: Group, kind: str, rule: Discover) -> str:
    """A level of agency_types.yml; blank where it cannot be told."""
    government = group.government
    if not group.key:
        is_county = government.rank == "市" and government.code and not rule.prefecture_code.search(government.code)
        return rule.county_city if is_county else _by_rank(rule.levels["government"], government.rank)
    own = REGIONS.match(group.key)
    return _by_rank(rule.levels[kind], own[0][-1] if own else government.rank) if kind in rule.levels else ""


def _by_rank(labels: dict[str, str], rank: str) -> str:
    return labels.get(rank, labels["otherwise"])


def _region(group: Group, name: str) -> str:
    """The code of its 行政区划: as its own name begins, else its government's."""
    return region_of(name) if group.is_elsewhere or not group.government.code else group.government.code


def _ids(groups: dict[tuple[str, str], Group], rule: Discover) -> dict[tuple[str, str], str]:
    """An id for each: the region or the site, and the folder of its own column. What is not single is told by its name's hash."""
    shared = Counter(url for group in groups.values() for url in group.columns)
    ids: dict[tuple[str, str], str] = {}
    for place, group in groups.items():
        own = [url for url in sorted(group.columns) if shared[url] == 1]
        tail = (_folder(own[0], rule) if own and group.key else "") or (_hash(place) if group.key else _OF_GOVERNMENT)
        ids[place] = f"{group.government.code or _slug(min(group.columns))}-{tail}"
    counts = Counter(ids.values())
    return {place: f"{own}-{_hash(place)}" if counts[own] > 1 else own for place, own in ids.items()}


def _folder(url: str, rule: Discover) -> str:
    """The name of the unit's folder in its column's address: the last that is not the column's or the tree's own."""
    parts = [part for part in urlsplit(url).path.split("/")[1:-1] if re.fullmatch(r"[a-z]{2,20}", part)]
    ways = (*rule.columns.paths, *rule.trees.paths)
    return next((part for part in reversed(parts) if not any(way.search(f"/{part}/") for way in ways)), "")


def _slug(url: str) -> str:
    host = (urlsplit(url).hostname or "").removeprefix("www.").removesuffix(".gov.cn")
    return re.sub(r"[^0-9a-z]+", "-", host)[:40]


def _hash(place: tuple[str, str]) -> str:
    return hashlib.sha256("|".join(place).encode()).hexdigest()[:_HASH]
