"""The entries of a list: links with a date beside them, or with a report's title; or what an interface's records say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from scrapy import Selector

from tasks.crawl.dialect import Dialect
from tasks.crawl.page import DATE, Page, find_date, resolve, squeeze
from tasks.crawl.portal import Portals
from tasks.crawl.titles import is_cut, is_report, normal

_ITEM_DEPTH = 4  # a date stands in the link's own list item, table row or box, never further out


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of a list. `is_cut` where the list shows only the beginning of a title that may be a report's, or none.

    year: the year that the address itself stands for (统计年度), where it does; `is_guess` where nothing says that it exists.
    """

    url: str
    title: str
    published: date | None
    is_cut: bool = False
    year: int | None = None
    is_guess: bool = False


def links_of(page: Page, dialect: Dialect, portals: Portals, *, is_list: bool = False) -> Iterator[Link]:
    """The entries of a page. Of one that is nothing but a list's entries every link is one; else menus have to be told apart."""
    seen: set[str] = set()
    for anchor in page.tree.xpath("//a[@href]"):
        url = resolve(page.base, anchor.attrib["href"])
        title = _title(anchor)
        if not url or not title or url == page.url or url in seen:
            continue
        published = _date_beside(anchor) or date_in_url(url, dialect)
        plain = normal(title, portals.titles)
        is_short = is_cut(title, portals.titles)
        is_entry = is_list or published or is_short or (is_report(plain, portals.titles) and re.search(r"\d{4}", plain))
        if is_entry and not is_page_number(title) and squeeze(title).lower() not in portals.following.labels:
            seen.add(url)
            yield Link(url, title, published, is_short)


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
