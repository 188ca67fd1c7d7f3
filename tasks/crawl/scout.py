"""Find the columns of annual reports on a government's site, and read their lists: the crawl's second spider.

It asks as the night does, by the same process and the same habits; of what the lists hold it fetches nothing but articles
whose titles a list cuts short.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from tasks.crawl.answers import failure, refusal, soft_refusal, too_large_for_a_list, wall
from tasks.crawl.ask import Ask
from tasks.crawl.bounds import at_most
from tasks.crawl.column import Next, Progress
from tasks.crawl.facts import facts_of
from tasks.crawl.hosts import is_registered
from tasks.crawl.leads import Lead, leads_of, load_discover
from tasks.crawl.links import Link
from tasks.crawl.listing import Listing
from tasks.crawl.page import read_page
from tasks.crawl.spider import PortalSpider
from tasks.crawl.spool import Column, Entry, Event, Job, Ledger, Looked, Scouting, Shelf
from tasks.crawl.titles import is_report, normal, recognise
from tasks.errors import CrawlError, CrawlIncomplete

_MORE_PAGES = "Give more with --pages."


@dataclass(frozen=True, slots=True)
class _Visit:
    """A page to look at: how many clicks from the first, what its link promises, and the unit on whose pages it lies."""

    lead: Lead
    depth: int


class Scout(PortalSpider):
    """One search from one page."""

    name = "gouji-scout"

    def __init__(self, job: Job, ledger: Ledger, **settings: Any) -> None:
        super().__init__(job, ledger, **settings)
        self._rule = load_discover()
        self._bounds = job.scouting or Scouting("", 0, 0)
        self._left = self._bounds.pages
        self._seen: set[str] = set()
        self._columns: dict[str, Progress] = {}  # by the address that was asked for

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the first page."""
        kind = "column" if self._rule.is_column_address(self._bounds.url) else "tree"
        for request in self._visits([_Visit(Lead(kind, self._bounds.url), 0)]):  # type: ignore[arg-type]
            yield request

    # Pages on the way

    def _visits(self, visits: list[_Visit]) -> list[Request]:
        """The requests for pages that nobody has looked at, as long as there are pages left."""
        requests: list[Request] = []
        for visit in visits:
            url = visit.lead.url
            if _same(url) in self._seen:
                continue
            self._seen.add(_same(url))
            if not self._takes_one():
                self._ledger.tell(Event(looked=Looked(url, is_over=True)))
                continue
            arguments = {"visit": visit, "asked": url}
            requests.append(
                Request(
                    url,
                    callback=self._on_visit,
                    errback=self._on_visit_failure,
                    priority=-visit.depth,
                    cb_kwargs=arguments,
                    dont_filter=True,
                )
            )
        return requests

    def _on_visit(self, response: Response, visit: _Visit, asked: str) -> list[Request]:
        if error := refusal(response, asked, self._portals) or too_large_for_a_list(response, asked):
            return self._lost(asked, error)
        with at_most(self._job.options.page_seconds):
            page = read_page(response.body, response.url, (response.headers.get("Content-Type") or b"").decode("latin-1"))
            leads = leads_of(page, self._rule, self._portals, with_units=visit.lead.kind != "unit")
            facts = facts_of(page, self._rule.page)
        is_list = visit.lead.kind == "column" or self._lists_reports(response)
        leads_nowhere = not is_list and all(_same(lead.url) in self._seen for lead in leads)
        if leads_nowhere and (error := wall(response, asked) or soft_refusal(page.text(), asked, self._portals)):
            return self._lost(asked, error)
        self._seen.add(_same(response.url))
        own = [lead for lead in leads if is_registered(urlsplit(lead.url).hostname or "", self._job.hosts)]
        foreign = tuple(lead.url for lead in leads if lead not in own)
        self._ledger.tell(Event(looked=Looked(response.url, facts, foreign=foreign)))
        shelf = Shelf(response.url, facts, visit.lead.unit, visit.lead.kind == "column")
        requests = self._read(response, asked, shelf) if is_list else []
        if visit.depth < self._bounds.depth:
            requests += self._visits([_Visit(_owned(lead, visit, response.url), visit.depth + 1) for lead in own])
        return requests

    def _lists_reports(self, response: Response) -> bool:
        """Whether a page that nobody calls a column shows annual reports, of whatever year."""
        titles = self._portals.titles
        with at_most(self._job.options.page_seconds):
            listing = self._listing(response.body, Ask(response.url), response)
        return any(is_report(normal(link.title, titles), titles) for link in listing.links)

    def _on_visit_failure(self, lost: Failure) -> list[Request]:
        asked = lost.request.cb_kwargs["asked"]  # type: ignore[attr-defined]
        error = failure(lost.value or CrawlError("the request failed"), asked)
        if (progress := self._columns.get(asked)) is not None:
            progress.fail(error)
            return self._done(progress, [])
        return self._lost(asked, error)

    def _lost(self, asked: str, error: CrawlError) -> list[Request]:
        self._ledger.tell(Event(looked=Looked(asked, kind=type(error).__name__, reason=str(error))))
        return []

    # Columns

    def _read(self, response: Response, asked: str, shelf: Shelf) -> list[Request]:
        """Read a column to its end, as the night would, beginning with the page that is here."""
        if any(progress.column.start_url == shelf.start_url for progress in self._walks):
            return []
        progress = Progress(Column(shelf.start_url, ()), self._portals, self._job.options.max_pages)
        self._walks.append(progress)
        self._columns[asked] = progress
        self._ledger.tell(Event(shelf=shelf))
        progress.pending += 1
        (first,) = progress.lists
        return self._on_page(response, progress, first, 1, first.first, asked)

    def _pages(self, pages: list[Next]) -> list[Request]:
        """Further pages of lists, as long as there are pages left."""
        requests: list[Request] = []
        for of, number, ask in pages:
            if self._takes_one():
                requests += super()._pages([(of, number, ask)])
            else:
                of.progress.fail(self._over(ask.url))
        return requests

    def _show(
        self, progress: Progress, ask: Ask, listing: Listing, body: bytes, response: Response, place: tuple[int, ...]
    ) -> None:
        """Nothing is kept of a list's pages."""

    def _on_link(self, link: Link, progress: Progress, place: tuple[int, ...]) -> list[Request]:
        """Tell of an annual report; one whose title is cut short is asked for its title."""
        start_url = progress.column.start_url
        if (start_url, link.url) in self._listed:
            return []
        self._listed.add((start_url, link.url))
        if link.is_cut:
            if self._takes_one():
                return [self._request(link.url, progress, self._on_cut, self._on_cut_failure, link=link, place=place)]
            progress.fail(self._over(link.url))
            return []
        found = recognise(link.title, (), self._portals.titles, self._job.night.year)
        if found is not None or link.year is not None:
            progress.has_report = True
            year = found.year if found and found.year else link.year
            self._ledger.tell(Event(entry=Entry(start_url, link.url, link.title, year)))
        return []

    def _takes_one(self) -> bool:
        """Take one of the pages that may still be asked for, if any is left."""
        self._left -= 1
        return self._left >= 0

    def _over(self, url: str) -> CrawlIncomplete:
        return CrawlIncomplete(f"the limit of {self._bounds.pages} pages was reached", where=url, remedy=_MORE_PAGES)


def _owned(lead: Lead, visit: _Visit, here: str) -> Lead:
    """A lead from a unit's page that stays in the unit's folder or on its host is the unit's."""
    folder = here.rpartition("/")[0] + "/"
    is_inside = visit.depth > 0 and bool(visit.lead.unit) and lead.url.startswith(folder)
    return Lead(lead.kind, lead.url, visit.lead.unit) if is_inside and not lead.unit else lead


def _same(url: str) -> str:
    """What is the same for all spellings of an address: http and https, www., the index page's name and its slash."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    for name in ("/index.html", "/index.htm", "/index.shtml"):
        path = path.removesuffix(name)
    return f"{parts.netloc.removeprefix('www.')}{path}?{parts.query}"
