"""Find agencies by name: in the titles of their reports, and in what a page says of itself; and tell spellings of one name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from expectations.names import load_names
from tasks.crawl.leads import Discover, plain
from tasks.crawl.portal import Titles
from tasks.crawl.spool import PageFacts
from tasks.crawl.titles import normal
from warehouse.regions import region_name

_CHINESE = re.compile(r"[一-鿿]+(?:[、][一-鿿]+)*")
REGIONS = re.compile(r"[一-鿿]+?(?:自治区|自治州|自治县|自治旗|省|市|县|区|旗|盟)(?![省市县区旗])")


@dataclass(frozen=True, slots=True)
class Government:
    """The government on whose site a page stands: its region as named there (云澜市望川区), and as code (blank: not known)."""

    region: str = ""
    code: str = ""

    @property
    def rank(self) -> str:
        """The last character of its region: 省, 市, 县, 区, 旗."""
        return self.region[-1:]

    @property
    def name(self) -> str:
        """Its full name; blank where it is not known."""
        return f"{self.region}人民政府" if self.region else ""

    def beginnings(self) -> tuple[str, ...]:
        """How names of its agencies may begin, longest first: with the regions above it, with its own."""
        found: set[str] = set()
        for whole in filter(None, (self.region, region_name(self.code))):
            parts = REGIONS.findall(whole)
            found |= {"".join(parts[at:]) for at in range(len(parts))} | {whole}
        return tuple(sorted(found, key=lambda begun: (-len(begun), begun)))


def government_of(facts: PageFacts, rule: Discover) -> Government:
    """The government that a page names: as its site, as who runs it, or in its title; else by the code of the site."""
    code = facts.code[:6] if facts.code[:6].isdigit() and region_name(facts.code[:6]) else ""
    for said in (facts.site, facts.host, facts.title, *facts.crumbs):
        if found := rule.names.government.search(plain(said)):
            return Government(found["region"], code)
    parts = REGIONS.findall(region_name(code))
    return Government(parts[-1] if parts else "", code)


def government_around(facts: PageFacts, unit: str) -> Government:
    """The government of the region with which a unit's name begins: the unit that led to the page, or whose site it is."""
    for said in (unit, facts.site, facts.host, facts.title):
        if found := re.match(rf"(?:{REGIONS.pattern})+", plain(said)):
            return Government(found[0])
    return Government()


def named_in(title: str, rule: Discover, titles: Titles) -> str:
    """The institution that a report's title names; blank where it names none. The longest, where several stand there."""
    text = rule.names.years.sub("|", rule.names.phrase.sub("|", normal(title, titles)))
    return max(_institutions(text, rule), key=len, default="")


def owner_of(facts: PageFacts, unit: str, government: Government, rule: Discover) -> tuple[str, str]:
    """Whose a page is, and what says so: a name, blank where nothing does. A unit is believed before the government around it."""
    said = [("ColumnName", facts.column), *(("当前位置", crumb) for crumb in reversed(facts.crumbs))]
    said += [("link", unit), ("title", facts.title), ("SiteName", facts.site), ("主办", facts.host)]
    found = [(name, where) for where, text in said for name in _institutions(rule.names.phrase.sub("|", plain(text)), rule)]
    others = [one for one in found if key_of(one[0], government, rule)]
    return next(iter([*others, *found]), ("", ""))


def key_of(name: str, government: Government, rule: Discover) -> str:
    """What spellings of one agency's name on one government's site have alike; blank for the government itself."""
    rest = name = rule.names.above.sub("", name)
    for begun in government.beginnings():
        if name.startswith(begun):
            rest = name[len(begun) :]
            break
    else:
        rank = government.rank
        if rank and name.startswith(rank) and len(name) > 1 and not rule.names.not_regions.match(name):
            rest = name[1:]
    rest = rest.replace("人民政府", "政府")
    if rest in ("", "政府"):
        return ""
    bodies = sorted(load_names().bodies, key=len, reverse=True)
    return next((rest.removesuffix(body) for body in bodies if rest.endswith(body) and rest != body), rest)


def abbreviates(short: str, long: str, rule: Discover) -> bool:
    """Whether a name is another with characters left out (发改委 for 发展和改革委员会), and does not only begin it (a branch)."""
    signs = iter(long)
    is_shorter = rule.names.shortest <= len(short) < len(long) and not long.startswith(short)
    return is_shorter and short[0] == long[0] and short[-1] in long[-3:] and all(sign in signs for sign in short)


def _institutions(text: str, rule: Discover) -> Iterator[str]:
    for found in _CHINESE.finditer(text):
        name = _without_edges(found[0], rule)
        if rule.is_institution(name) or re.fullmatch(rf"(?:{REGIONS.pattern})+", name):
            yield name


def _without_edges(text: str, rule: Discover) -> str:
    """A text without the words that stand around a name."""
    before = ""
    while text != before:
        before = text
        for word in rule.names.edges:
            text = text.removeprefix(word).removesuffix(word)
    return text
