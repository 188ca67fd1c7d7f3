"""Tell which links of a page lead on to columns of annual reports: to a column itself, a tree of units, or a unit's page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from re import Pattern
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from scrapy import Selector

from expectations.agency_type import agency_type
from expectations.form import load_yaml
from tasks.crawl.dialect import Strict, needs
from tasks.crawl.page import Page, find_date, resolve, squeeze
from tasks.crawl.portal import Portals
from tasks.crawl.titles import normal

DISCOVER = Path(__file__).parent / "discover.yml"
_TEXT = 40  # characters of a menu's text
Kind = Literal["column", "tree", "unit"]


class Ways(Strict):
    """How links to something are called, and what their paths are."""

    texts: tuple[Pattern[str], ...]
    paths: tuple[Pattern[str], ...]


class Institutions(Strict):
    """Which texts name an institution."""

    names: tuple[Pattern[str], ...]
    not_: tuple[Pattern[str], ...] = Field(alias="not")
    longest: int


class Names(Strict):
    """How agencies are named in titles, and a government on its site."""

    phrase: Pattern[str]
    years: Pattern[str]
    edges: tuple[str, ...]
    government: Pattern[str]
    not_regions: Pattern[str]
    above: Pattern[str]
    shortest: int


class Facts(Strict):
    """Where a page says whose it is."""

    crumbs: tuple[str, ...]
    separators: Pattern[str]
    host: Pattern[str]
    code: Pattern[str]


class Discover(Strict):
    """All of discover.yml."""

    columns: Ways
    trees: Ways
    more: tuple[str, ...]
    exclude: tuple[str, ...]
    institutions: Institutions
    names: Names
    page: Facts
    levels: dict[str, dict[str, str]]
    prefecture_code: Pattern[str]
    county_city: str
    apart: tuple[str, ...]
    supervisor: str

    @model_validator(mode="after")
    def _is_complete(self) -> Discover:
        needs(self.names.government, "region")
        needs(self.page.host, "value")
        needs(self.page.code, "value")
        for kind, labels in self.levels.items():
            if "otherwise" not in labels:
                raise ValueError(f"levels.{kind} has no `otherwise`")
        if "{government}" not in self.supervisor:
            raise ValueError("`supervisor` names no {government}")
        return self

    def is_institution(self, name: str) -> bool:
        """Whether a name is that of an institution."""
        rule = self.institutions
        if not 2 <= len(name) <= rule.longest or any(one.search(name) for one in rule.not_):
            return False
        return agency_type(name) is not None or any(one.search(name) for one in rule.names)

    def is_column_address(self, url: str) -> bool:
        """Whether an address is one that columns of annual reports usually have."""
        return _has_path(url, self.columns)


@dataclass(frozen=True, slots=True)
class Lead:
    """A link that may lead to a column: what to, where, and the unit's name where it is a unit's page."""

    kind: Kind
    url: str
    unit: str = ""


@cache
def load_discover(path: Path = DISCOVER) -> Discover:
    """Read the file. Raises BadForm, naming the key that is wrong."""
    return load_yaml(path, Discover)


def leads_of(page: Page, discover: Discover, portals: Portals, *, with_units: bool) -> tuple[Lead, ...]:
    """The leads of a page, each address once: columns first. `with_units` on pages whose links are units'."""
    found: dict[str, Lead] = {}
    for lead in sorted(_leads(page, discover, portals), key=lambda lead: ("column", "tree", "unit").index(lead.kind)):
        if (with_units or lead.kind != "unit") and lead.url != page.url:
            found.setdefault(lead.url, lead)
    return tuple(found.values())


def _leads(page: Page, discover: Discover, portals: Portals) -> Iterator[Lead]:
    for anchor in page.tree.xpath("//a[@href] | //area[@href]"):
        url = resolve(page.base, anchor.attrib["href"])
        if url and not portals.attachments.is_file(url):
            for said in _said(anchor, discover):
                if lead := _lead(url, said, discover, portals):
                    yield lead
                    break
    for src in page.tree.xpath("//iframe/@src | //frame/@src").getall():
        url = resolve(page.base, src)
        if url and not portals.attachments.is_file(url) and not portals.following.no_list.search(url):
            yield Lead("tree", url)


def _said(anchor: Selector, discover: Discover) -> Iterator[str]:
    """What a link is called: its text, its title; of one that says only "more", what stands before it in its box."""
    text = plain("".join(anchor.xpath(".//text()").getall()))
    if text in discover.more:
        yield plain("".join(anchor.xpath("..//text()").getall())).removesuffix(text)
        return
    yield text
    yield from {plain(anchor.attrib[name]) for name in ("title", "alt") if anchor.attrib.get(name)} - {text}
    yield from filter(None, (plain(alt) for alt in anchor.xpath(".//img/@alt").getall()))


def _lead(url: str, said: str, discover: Discover, portals: Portals) -> Lead | None:
    if len(said) > _TEXT or find_date(said) or re.search(r"20\d\d", normal(said, portals.titles)):
        return None  # an entry of a list, or the list of one year
    if not any(word in said for word in discover.exclude):
        if any(one.fullmatch(said) for one in discover.columns.texts) or _has_path(url, discover.columns):
            return Lead("column", url)
        if any(one.fullmatch(said) for one in discover.trees.texts) or _has_path(url, discover.trees):
            return Lead("tree", url)
    return Lead("unit", url, said) if discover.is_institution(said) else None


def _has_path(url: str, ways: Ways) -> bool:
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return any(one.search(path) for one in ways.paths)


def plain(text: str) -> str:
    """A text without white space, in half width and small letters."""
    return squeeze(unicodedata.normalize("NFKC", text)).lower()
