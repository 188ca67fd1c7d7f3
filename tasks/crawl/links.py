"""The entries of a list: links with a date beside them, or with a report's title; or what an interface's records say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from scrapy import Selector

from tasks.crawl.dialect import Dialect
from tasks.crawl.page import DATE, Page, find_date, resolve, squeeze
from tasks.crawl.portal import Portals
from tasks.crawl.titles import is_cut, is_report, normal

_ITEMS = ("li", "tr", "dd")
_ITEM_DEPTH = 4  # a date stands in the link's own list item, table row or box, never further out


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of a list. `is_cut` where the list shows only the beginning of a title that may be a report's, or none.

    year: the year that the address itself stands for (统计年度), where it does; `is_guess` where nothing says that it exists.
    place: the kind of box that the page has it in, which tells a list's entries from hot news.
    """

    url: str
    title: str
    published: date | None
    is_cut: bool = False
    year: int | None = None
    is_guess: bool = False
    place: str = ""


def links_of(page: Page, dialect: Dialect, portals: Portals, *, is_list: bool = False) -> Iterator[Link]:
    """The entries of a page. Of one that is nothing but a list's entries every link is one; else menus have to be told apart.

    There, an entry has a date or a report's title, or it stands in a row of its own between such.
    """
    entries: dict[str, Link] = {}
    others: dict[str, tuple[Selector, Link]] = {}
    items: set[Any] = set()
    for anchor in page.tree.xpath("//a[@href]"):
        link = _link(anchor, page, dialect, portals)
        if link is None or link.url in entries:
            continue
        plain = normal(link.title, portals.titles)
        if is_list or link.published or link.is_cut or (is_report(plain, portals.titles) and re.search(r"\d{4}", plain)):
            entries[link.url] = link
            items.add(_item(anchor))
        else:
            others.setdefault(link.url, (anchor, link))
    places = {link.place for link in entries.values()}
    between = [link for anchor, link in others.values() if link.place in places and _item(anchor) not in {None, *items}]
    yield from entries.values()
    yield from (link for link in between if link.url not in entries)


def _link(anchor: Selector, page: Page, dialect: Dialect, portals: Portals) -> Link | None:
    url, title = resolve(page.base, anchor.attrib["href"]), _title(anchor)
    is_label = is_page_number(title) or squeeze(title).lower() in portals.following.labels + portals.following.ends
    if not url or not title or url == page.url or is_label:
        return None
    published = _date_beside(anchor) or date_in_url(url, dialect)
    return Link(url, title, published, is_cut(title, portals.titles), place=_place(anchor))


def _item(anchor: Selector) -> Any:
    """The row in which a link stands, as lxml has it; None where it stands in none."""
    return next((box for box in anchor.root.iterancestors() if box.tag in _ITEMS), None)


def _place(anchor: Selector) -> str:
    """The boxes around a link's row, by name and class: entries of one list have the same, though it be split in parts."""
    row = _item(anchor)
    boxes = (anchor.root if row is None else row).iterancestors()
    return "/".join(f"{box.tag}.{box.get('class', '')}" for box in boxes)


def date_in_url(url: str, dialect: Dialect) -> date | None:
    """The day that an address of this dialect carries."""
    for pattern in dialect.published:
        if found := pattern.search(url):
            return find_date(f"{found['y']}-{found['m']}-{found['d']}")
    return None


def is_page_number(title: str) -> bool:
    """Whether a link's text is a page's number."""
    return title.isdigit()


def _title(anchor: Selector) -> str:
    """The title attribute, for the text may be cut short; else the text without the date in it."""
    text = " ".join(DATE.sub(" ", " ".join(anchor.xpath(".//text()").getall())).split())
    full = " ".join(anchor.attrib.get("title", "").split())
    return full if len(squeeze(full)) >= len(squeeze(text.rstrip(".…"))) and full else text


def _date_beside(anchor: Selector) -> date | None:
    """The date in the smallest box around the link that holds no other link."""
    own = anchor.attrib["href"]
    for box in [anchor, *reversed(anchor.xpath("ancestor::*[not(self::body or self::html)]")[-_ITEM_DEPTH:])]:
        if any(href != own for href in box.xpath(".//a/@href").getall()):
            return None
        if found := find_date(" ".join(box.xpath(".//text()").getall())):
            return found
    return None
