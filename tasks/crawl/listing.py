"""Parse one page of a list (栏目): its links with titles and dates, how many pages there are, and where they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import PurePosixPath
from urllib.parse import urljoin, urlsplit

from tasks.crawl.answers import soft_refusal
from tasks.crawl.api import first_asks
from tasks.crawl.ask import Ask
from tasks.crawl.dialect import Dialect, Markup, PagingRule, Years
from tasks.crawl.links import Link, links_of
from tasks.crawl.page import Page, read_page, resolve, squeeze, with_query
from tasks.crawl.pager import is_same_list, read_pager
from tasks.crawl.portal import Portals
from tasks.crawl.titles import is_report, normal
from tasks.errors import CrawlError

_SEVERAL = 2


@dataclass(frozen=True, slots=True)
class Paging:
    """What the page says of its list: `current` counts from 1, `urls` are those of pages 2 and on, `rows` all entries."""

    pages: int | None
    current: int | None = None
    urls: tuple[str, ...] = ()
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list.

    entries: how many entries stand there, whether we can follow them or not. rows, total: how many entries and pages the list
    has, in words; least: how many pages its pager shows. further: links to other pages, with their number, or 0 for the one
    after this. has_more: a label of a next page. onward: what to ask an interface for next. inside: the interface's lists of
    which this page is only the frame. frames: pages shown inside this one, where the list may stand. folders: lists of one year
    each. refused: what the site says instead of showing a list. problem: why this is no page of a list, if it is none.
    """

    url: str
    dialect: str
    links: tuple[Link, ...] = ()
    entries: int = 0
    paging: Paging | None = None
    rows: int | None = None
    further: tuple[tuple[int, str], ...] = ()
    total: int | None = None
    least: int = 0
    has_more: bool = False
    onward: Ask | None = None
    inside: tuple[Ask, ...] = ()
    frames: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    refused: CrawlError | None = None
    problem: str = ""

    @property
    def pages_stated(self) -> int:
        """How many pages the list has, as this one says; 0 where it does not."""
        return max((self.paging.pages or 0) if self.paging else 0, self.total or 0, self.least)

    @property
    def rows_stated(self) -> int:
        """How many entries the list has, as this page says; 0 where it does not."""
        return max((self.paging.rows or 0) if self.paging else 0, self.rows or 0)

    @property
    def is_evident(self) -> bool:
        """Whether something shows that this is a list's page, and not any page with links."""
        return self.paging is not None or self.has_more or bool(self.total or self.rows)

    def probes(self, number: int, portals: Portals) -> tuple[str, ...]:
        """Where page `number` may be, by the names that sites usually give."""
        stem, ext = _file_name(self.url)
        stem = re.sub(r"_\d+$", "", stem)
        names = (probe.format(stem=stem, ext=ext, i=number - 1, k=number) for probe in portals.following.probes)
        return tuple(dict.fromkeys(urljoin(self.url, name) for name in names))


def parse_listing(body: bytes, ask: Ask, url: str, content_type: str, portals: Portals, newest: int) -> Listing:
    """Read one page of a list. `url` is where the answer came from; `newest` the last year that can be reported on."""
    page = read_page(body, url, content_type)
    dialect = portals.dialect_of(page.source, url)
    if dialect.years and dialect.years.address.search(ask.url):
        links = tuple(_years(page, ask.url, dialect.years, newest))
        return Listing(url, dialect.id, links, len(links))
    asks = first_asks(dialect, ask.url, page)
    if dialect.markup and dialect.markup.entry and len(asks) < _SEVERAL:
        given = markup_listing(page.source, Ask(url, page=url, dialect=dialect.id), dialect, portals)
        if given.entries:
            return replace(given, inside=asks if given.rows_stated > given.entries and given.onward is None else ())
    return _page_listing(page, asks, dialect, portals)


def _page_listing(page: Page, asks: tuple[Ask, ...], dialect: Dialect, portals: Portals) -> Listing:
    text = page.text()
    links = tuple(links_of(page, dialect, portals))
    has_report = any(is_report(normal(link.title, portals.titles), portals.titles) for link in links)
    pager = read_pager(page, portals)
    total = _stated(text, portals.following.total, "pages")
    found = Listing(
        url=page.url,
        dialect=dialect.id,
        links=links,
        entries=len(links),
        paging=_paging(page, dialect),
        rows=_stated(text, portals.following.rows, "rows"),
        further=pager.further,
        total=total,
        least=pager.last,
        has_more=pager.has_next or max(total or 1, pager.last) > 1,
        inside=asks,
        folders=tuple(_folders(page, portals)),
        refused=None if has_report else soft_refusal(text, page.url, portals),
    )
    return found if has_report or found.is_evident else replace(found, frames=tuple(_frames(page, portals)))


def markup_listing(text: str, ask: Ask, dialect: Dialect, portals: Portals) -> Listing:
    """A list from markup that stands in a script or an answer."""
    rule = dialect.markup or Markup()
    found = [match["html"] for match in rule.entry.finditer(text)] if rule.entry else [text]
    page = read_page("".join(found).encode(), ask.page or ask.url, "text/html; charset=utf-8")
    links = tuple(links_of(page, dialect, portals, is_list=True))
    rows, pages = _count(rule.rows, text, "rows"), _count(rule.pages, text, "pages")
    href = match["href"] if rule.onward and (match := rule.onward.search(text)) else ""
    url = resolve(ask.url if ask.step == "answer" else page.base, unescape(href)) if href else ""
    return Listing(
        url=ask.url,
        dialect=dialect.id,
        links=links,
        entries=len(found) if rule.entry else len(links),
        paging=Paging(pages, rows=rows) if rows is not None or pages is not None else None,
        onward=Ask(url, step="answer", page=ask.page, dialect=dialect.id, k=ask.k + 1) if url else None,
    )


def _count(pattern: re.Pattern[str] | None, text: str, group: str) -> int | None:
    found = pattern.search(text) if pattern else None
    return int(found[group]) if found else None


def _years(page: Page, asked: str, rule: Years, newest: int) -> Iterator[Link]:
    """An entry for each year that the page offers; where it offers none, for the last ones. Their own pages say what they are."""
    offered = {int(found["year"]) for found in rule.offered.finditer(unescape(page.source))}
    for year in sorted(offered or range(newest - rule.back + 1, newest + 1), reverse=True):
        if year <= newest:
            yield Link(with_query(asked, rule.parameter, str(year)), "", None, is_cut=True, year=year, is_guess=not offered)


def _frames(page: Page, portals: Portals) -> Iterator[str]:
    """Pages of the same site that this one shows inside itself and that may hold the list."""
    host = urlsplit(page.url).netloc
    sources = (resolve(page.base, src) for src in page.tree.xpath("//iframe/@src | //frame/@src").getall())
    for src in dict.fromkeys(sources):
        is_page = src and not portals.attachments.is_file(src) and not portals.following.no_list.search(src)
        if is_page and src != page.url and urlsplit(src).netloc == host:
            yield src


def _folders(page: Page, portals: Portals) -> Iterator[str]:
    """Lists of a single year below this one: links that are called by nothing but a year."""
    seen: set[str] = set()
    for anchor in page.tree.xpath("//a[@href]"):
        url = resolve(page.base, anchor.attrib["href"])
        text = squeeze("".join(anchor.xpath(".//text()").getall()))
        is_list = url and url != page.url and not portals.attachments.is_file(url)
        if is_list and portals.following.folder.fullmatch(text) and is_same_list(url, page.url) and url not in seen:
            seen.add(url)
            yield url


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


def _stated(text: str, patterns: tuple[re.Pattern[str], ...], group: str) -> int | None:
    return max((int(found[group]) for pattern in patterns for found in pattern.finditer(text)), default=None)
