"""Parse one page of a list (栏目): its links with titles and dates, how many pages there are, and where they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import urljoin, urlsplit

from scrapy import Selector

from tasks.crawl.page import DATE, Page, extension, find_date, read_page, resolve, squeeze
from tasks.crawl.portal import Dialect, PagingRule, Portals
from tasks.crawl.titles import is_cut, is_report, normal

_ITEM_DEPTH = 4  # a date stands in the link's own list item, table row or box, never further out


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of a list. `is_cut` where the list shows only the beginning of a title that may be a report's."""

    url: str
    title: str
    published: date | None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Paging:
    """What the page says of its list: `current` counts from 1, `urls` are those of pages 2 and on, `rows` all entries."""

    pages: int
    current: int | None
    urls: tuple[str, ...]
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list. `total` is the page count in words; `has_more` a next-page label; `probes` URLs for a guess."""

    url: str
    dialect: str
    links: tuple[Link, ...]
    paging: Paging | None
    next_urls: tuple[str, ...]
    total: int | None
    has_more: bool
    frames: tuple[str, ...]

    def probes(self, number: int, portals: Portals) -> tuple[str, ...]:
        """Where page `number` may be, by the names that sites usually give."""
        stem, ext = _file_name(self.url)
        names = (probe.format(stem=stem, ext=ext, i=number - 1, k=number) for probe in portals.following.probes)
        return tuple(dict.fromkeys(urljoin(self.url, name) for name in names))


def parse_listing(body: bytes, url: str, content_type: str, portals: Portals) -> Listing:
    """Read one page of a list."""
    page = read_page(body, url, content_type)
    dialect = portals.dialect_of(page.source)
    total = _total(page.text(), portals)
    next_urls, has_label = _next_urls(page, portals, has_total=total is not None)
    return Listing(
        url=url,
        dialect=dialect.id,
        links=tuple(_links(page, dialect, portals)),
        paging=_paging(page, dialect),
        next_urls=next_urls,
        total=total,
        has_more=has_label or (total or 1) > 1,
        frames=tuple(filter(None, (resolve(page.base, src) for src in page.tree.xpath("//iframe/@src").getall()))),
    )


def _links(page: Page, dialect: Dialect, portals: Portals) -> Iterator[Link]:
    """Entries of the list: links with a date beside them, or with a report's title that names its year. Menus have neither."""
    seen: set[str] = set()
    for anchor in page.tree.xpath("//a[@href]"):
        url = resolve(page.base, anchor.attrib["href"])
        title = _title(anchor)
        if not url or not title or url == page.url or url in seen:
            continue
        published = _date_beside(anchor) or _date_in_url(url, dialect)
        plain = normal(title, portals.titles)
        is_short = is_cut(title, portals.titles)
        is_entry = published or is_short or (is_report(plain, portals.titles) and re.search(r"\d{4}", plain))
        if is_entry and not _is_page_number(title):
            seen.add(url)
            yield Link(url, title, published, is_short)


def _title(anchor: Selector) -> str:
    """The title attribute, for the text may be cut short; else the text without the date in it."""
    text = " ".join(DATE.sub(" ", " ".join(anchor.xpath(".//text()").getall())).split())
    full = " ".join(anchor.attrib.get("title", "").split())
    return full if len(squeeze(full)) >= len(squeeze(text.rstrip(".…"))) and full else text


def _is_page_number(title: str) -> bool:
    return title.isdigit()


def _date_beside(anchor: Selector) -> date | None:
    """The date in the smallest box around the link that holds no other link."""
    own = anchor.attrib["href"]
    for box in [anchor, *reversed(anchor.xpath("ancestor::*[not(self::body or self::html)]")[-_ITEM_DEPTH:])]:
        if any(href != own for href in box.xpath(".//a/@href").getall()):
            return None
        if found := find_date(" ".join(box.xpath(".//text()").getall())):
            return found
    return None


def _date_in_url(url: str, dialect: Dialect) -> date | None:
    found = dialect.published.search(url) if dialect.published else None
    return find_date(f"{found['y']}-{found['m']}-{found['d']}") if found else None


def _paging(page: Page, dialect: Dialect) -> Paging | None:
    for rule in dialect.paging:
        calls = [found.groupdict() for found in rule.call.finditer(page.source)]
        if calls:
            return _resolved(page, rule, max(calls, key=lambda call: int(call["pages"] or 0)))
    return None


def _resolved(page: Page, rule: PagingRule, call: dict[str, str | None]) -> Paging:
    pages = int(call["pages"] or 0)
    stem, ext = _file_name(page.url)
    stem, ext = call.get("stem") or re.sub(r"_\d+$", "", stem), call.get("ext") or ext
    numbers = [rule.first + step for step in range(pages)]
    if rule.count == "down":
        numbers.reverse()
    urls = [urljoin(page.url, rule.page.format(stem=stem, ext=ext, n=number)) for number in numbers[1:]]
    current, rows = call.get("current"), call.get("rows")
    at = numbers.index(int(current)) + 1 if current and int(current) in numbers else None
    return Paging(max(pages, 1), at, tuple(urls), int(rows) if rows else None)


def _file_name(url: str) -> tuple[str, str]:
    path = urlsplit(url).path
    name = PurePosixPath(path) if not path.endswith("/") else PurePosixPath("index.html")
    return name.stem or "index", name.suffix.removeprefix(".") or "html"


def _next_urls(page: Page, portals: Portals, *, has_total: bool) -> tuple[tuple[str, ...], bool]:
    """Links to further pages (next-page labels; bare numbers where the page counts pages), and whether there is such a label."""
    following: list[str] = []
    numbered: list[str] = []
    has_label = False
    for anchor in page.tree.xpath("//a"):
        label = squeeze("".join(anchor.xpath(".//text()").getall())).lower()
        is_next = label in portals.following.labels
        has_label = has_label or is_next
        url = resolve(page.base, anchor.attrib.get("href", "")) if is_next or _is_page_number(label) else ""
        is_file = extension(url) in portals.attachments.extensions
        if url and url != page.url and not is_file and _is_same_list(url, page.url):
            (following if is_next else numbered).append(url)
    return tuple(dict.fromkeys(following + (numbered if has_label or has_total else []))), has_label


def _is_same_list(url: str, listing: str) -> bool:
    """A further page lies in the listing's folder, or is the listing with another query."""
    one, other = urlsplit(url), urlsplit(listing)
    folder = other.path.rpartition("/")[0]
    return one.netloc == other.netloc and one.path.startswith(f"{folder}/")


def _total(text: str, portals: Portals) -> int | None:
    found = [int(match["pages"]) for pattern in portals.following.total for match in pattern.finditer(text)]
    return max(found, default=None)
