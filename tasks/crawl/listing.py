"""Parse one page of a list (栏目): its links with titles and dates, how many pages there are, and where they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import PurePosixPath
from urllib.parse import urljoin, urlsplit

from tasks.crawl.api import first_ask
from tasks.crawl.ask import Ask
from tasks.crawl.dialect import Dialect, Markup, PagingRule, Years
from tasks.crawl.links import Link, is_page_number, links_of
from tasks.crawl.page import Page, extension, read_page, resolve, squeeze
from tasks.crawl.portal import Portals


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

    entries: how many entries stand there, whether we can follow them or not. total: the page count in words. has_more: a label
    of a next page. onward: what to ask for next where that is not one of its links. inside: where the list itself is, of which
    this page is only the frame. folders: lists of one year each. problem: why this is no page of a list, if it is none.
    """

    url: str
    dialect: str
    links: tuple[Link, ...] = ()
    entries: int = 0
    paging: Paging | None = None
    next_urls: tuple[str, ...] = ()
    total: int | None = None
    has_more: bool = False
    onward: Ask | None = None
    inside: Ask | None = None
    folders: tuple[str, ...] = ()
    problem: str = ""

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
    if dialect.years and (found := dialect.years.address.search(ask.url)):
        links = tuple(_years(page, dialect.years, found.groupdict(default=""), newest))
        return Listing(url, dialect.id, links, len(links))
    if (
        dialect.markup
        and (given := markup_listing(page.source, Ask(url, page=url, dialect=dialect.id), dialect, portals)).entries
    ):
        short = given.paging and (given.paging.rows or 0) > given.entries and given.onward is None
        return replace(given, inside=first_ask(dialect, ask.url, page) if short else None)
    return _page_listing(page, ask, dialect, portals)


def _page_listing(page: Page, ask: Ask, dialect: Dialect, portals: Portals) -> Listing:
    total = _total(page.text(), portals)
    next_urls, has_label = _next_urls(page, portals, has_total=total is not None)
    links = tuple(links_of(page, dialect, portals))
    return Listing(
        url=page.url,
        dialect=dialect.id,
        links=links,
        entries=len(links),
        paging=_paging(page, dialect),
        next_urls=next_urls,
        total=total,
        has_more=has_label or (total or 1) > 1,
        inside=first_ask(dialect, ask.url, page) or (None if links else _frame(page, portals)),
        folders=tuple(_folders(page, portals)),
    )


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


def _years(page: Page, rule: Years, given: dict[str, str], newest: int) -> Iterator[Link]:
    """An entry for each year that the page offers; where it offers none, for the last ones. Their own pages say what they are."""
    offered = {int(found["year"]) for found in rule.offered.finditer(unescape(page.source))}
    for year in sorted(offered or range(newest - rule.back + 1, newest + 1), reverse=True):
        if year <= newest:
            yield Link(rule.url.format(**{**given, "year": year}), "", None, is_cut=True, year=year)


def _frame(page: Page, portals: Portals) -> Ask | None:
    """The frame of the same site in which the list stands, where there is just one that may hold it."""
    host = urlsplit(page.url).netloc
    sources = (resolve(page.base, src) for src in page.tree.xpath("//iframe/@src | //frame/@src").getall())
    frames = {src for src in sources if src and urlsplit(src).netloc == host and not portals.following.no_list.search(src)}
    return Ask(frames.pop()) if len(frames) == 1 else None


def _folders(page: Page, portals: Portals) -> Iterator[str]:
    """Lists of a single year below this one: links that are called by nothing but a year."""
    seen: set[str] = set()
    for anchor in page.tree.xpath("//a[@href]"):
        url = resolve(page.base, anchor.attrib["href"])
        text = squeeze("".join(anchor.xpath(".//text()").getall()))
        is_list = url and url != page.url and extension(url) not in portals.attachments.extensions
        if is_list and portals.following.folder.fullmatch(text) and _is_same_list(url, page.url) and url not in seen:
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


def _next_urls(page: Page, portals: Portals, *, has_total: bool) -> tuple[tuple[str, ...], bool]:
    """Links to further pages (next-page labels; bare numbers where the page counts pages), and whether there is such a label."""
    following: list[str] = []
    numbered: list[str] = []
    has_label = False
    for anchor in page.tree.xpath("//a"):
        label = squeeze("".join(anchor.xpath(".//text()").getall())).lower()
        is_next = label in portals.following.labels
        has_label = has_label or is_next
        url = resolve(page.base, anchor.attrib.get("href", "")) if is_next or is_page_number(label) else ""
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
