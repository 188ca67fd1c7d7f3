"""Keep account of one start URL: which pages its list has, which were read, and whether that is all of them."""

from __future__ import annotations

from collections.abc import Iterable

from tasks.crawl.listing import Listing
from tasks.crawl.portal import Portals
from tasks.crawl.spool import Column
from tasks.errors import CrawlError, CrawlIncomplete, SourceGone
from tasks.fetched import ColumnOutcome

PageAt = tuple[int, str]
_REMEDY = "Nothing of this list is taken for withdrawn tonight. Open it in a browser; if the site has changed, see portals.yml."


class Progress:
    """The reading of one start URL. `take` and `miss` answer with the pages to ask for next: their numbers and URLs."""

    def __init__(self, column: Column, portals: Portals, max_pages: int) -> None:
        self.column, self._portals, self._max_pages = column, portals, max_pages
        self.pending = 0
        self._asked = {column.start_url}
        self._last = 1
        self._read: dict[int, Listing] = {}
        self._probing = 0  # the page whose address is being guessed
        self._probes: list[str] = []
        self._error: CrawlError | None = None
        self._notes: set[str] = set()

    def take(self, number: int, listing: Listing) -> list[PageAt]:
        """A page of the list has been read."""
        self._asked.add(listing.url)
        if number == 1 and not listing.links and len(listing.frames) == 1 and len(self._asked) <= 2:
            return self._ask(listing.frames, first=1)  # the list itself stands in the page's only frame
        if number == self._probing and not self._brings_news(listing):
            return self._probe()
        if wrong := self._what_is_wrong(number, listing):
            self.fail(self._incomplete(f"page {number} of {self._stated()} {wrong}", listing.url))
            return []
        self._read[number] = listing
        return self._follow(number, listing)

    def miss(self, number: int, url: str, error: CrawlError) -> list[PageAt]:
        """A page of the list was not to be had. A guessed address may be wrong; another's absence is a failure."""
        if number == self._probing:
            return self._probe()
        if isinstance(error, SourceGone):
            page = f"page {number} of {self._stated()}" if self._read else "the list itself"
            error = self._incomplete(f"{page} is missing: {error.found}", url)
        self.fail(error)
        return []

    def fail(self, error: CrawlError) -> None:
        """Remember why the list is not complete; the first reason stands."""
        self._error = self._error or error

    def note(self, sentence: str) -> None:
        """Remember something that people should know although the list is complete."""
        self._notes.add(sentence)

    def outcome(self) -> ColumnOutcome:
        """How the crawl of this start URL ended."""
        links = {link.url for listing in self._read.values() for link in listing.links}
        error = self._error or self._shortfall(len(links))
        return ColumnOutcome(
            start_url=self.column.start_url,
            agency_ids=tuple(sorted(agency.id for agency in self.column.agencies)),
            complete=error is None,
            pages=len(self._read),
            links=len(links),
            kind=type(error).__name__ if error else "",
            reason=str(error) if error else " ".join(sorted(self._notes)),
            cms=self._read[min(self._read)].dialect if self._read else "",
        )

    def _follow(self, number: int, listing: Listing) -> list[PageAt]:
        """The pages that this one leads to: those its paging counts, else those it links, else those we guess."""
        if listing.paging:
            return self._ask(listing.paging.urls, first=2)
        if listing.next_urls:
            return self._ask(listing.next_urls)
        is_last = number >= self._max_pages or number == listing.total
        if listing.has_more and number in (1, self._probing) and not is_last:
            self._probing = number + 1
            self._probes = list(self._read[1].probes(number + 1, self._portals))
            return self._probe()
        return []

    def _probe(self) -> list[PageAt]:
        """The next guess at a page's address. When none is left, the list ends here or its way on is unknown."""
        while self._probes:
            if pages := self._ask([self._probes.pop(0)], first=self._probing):
                return pages
        if self._probing == 2 or self._probing <= self._stated():
            self.fail(self._incomplete(f"the list goes on, but the address of its page {self._probing} is not known"))
        return []

    def _ask(self, urls: Iterable[str], first: int | None = None) -> list[PageAt]:
        pages: list[PageAt] = []
        for place, url in enumerate(urls):
            number = self._last + 1 if first is None else first + place
            if number > self._max_pages:
                self.fail(self._incomplete(f"the list has more than {self._max_pages} pages, the limit", url))
                break
            if url not in self._asked:
                self._asked.add(url)
                self._last = max(self._last, number)
                pages.append((number, url))
        return pages

    def _what_is_wrong(self, number: int, listing: Listing) -> str:
        """Why an answer is not the page asked for: a sorry page, or another page under its address. Blank if it is."""
        if number == 1:
            return ""
        if self._read[1].paging and listing.paging is None:
            return "is no page of the list"
        if listing.paging and listing.paging.current not in (None, number):
            return f"answers as page {listing.paging.current}"
        return "" if listing.links else "has no entry"

    def _brings_news(self, listing: Listing) -> bool:
        known = {link.url for page in self._read.values() for link in page.links}
        return any(link.url not in known for link in listing.links)

    def _stated(self) -> int:
        """How many pages the list has, as its pages say."""
        said = [
            count for page in self._read.values() for count in (page.paging.pages if page.paging else None, page.total) if count
        ]
        return max(said, default=1)

    def _shortfall(self, links: int) -> CrawlError | None:
        if not links:
            return self._incomplete("no entry was found in the list", expected="links with a date, or with a report's title")
        different = len({tuple(link.url for link in page.links) for page in self._read.values()})
        if different < self._stated():
            return self._incomplete(f"{different} different pages were read", expected=f"{self._stated()}, as the site says")
        rows = max((page.paging.rows or 0 for page in self._read.values() if page.paging), default=0)
        if links < rows:
            return self._incomplete(f"{links} entries were read", expected=f"{rows}, as the site says")
        return None

    def _incomplete(self, found: str, url: str = "", expected: str = "") -> CrawlIncomplete:
        return CrawlIncomplete(found, where=url or self.column.start_url, expected=expected, remedy=_REMEDY)
