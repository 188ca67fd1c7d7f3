"""Keep account of one start URL: which pages its lists have, which were read, and whether that is all of them."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from tasks.crawl.api import after_script, smaller
from tasks.crawl.ask import Ask
from tasks.crawl.links import Link
from tasks.crawl.listing import Listing
from tasks.crawl.portal import Portals
from tasks.crawl.spool import Column
from tasks.errors import ColumnMoved, CrawlError, CrawlIncomplete, SourceGone
from tasks.fetched import ColumnOutcome

_REMEDY = "Nothing of this list is taken for withdrawn tonight. Open it in a browser; if the site has changed, see portals.yml."
_AKIN = 2  # parts of a path that articles of the same list share


class Progress:
    """The reading of one start URL: its list and, where the site keeps one for each year, those lists below it."""

    def __init__(self, column: Column, portals: Portals, max_pages: int) -> None:
        self.column, self.portals, self.max_pages = column, portals, max_pages
        self.pending = 0
        self.asked: set[tuple[str, str, str]] = set()
        self.error: CrawlError | None = None
        self._notes: set[str] = set()
        self.lists = [List(self, Ask(column.start_url))]

    def fail(self, error: CrawlError) -> None:
        """Remember why the column is not complete; the first reason stands."""
        self.error = self.error or error

    def note(self, sentence: str) -> None:
        """Remember something that people should know although the column is complete."""
        self._notes.add(sentence)

    def outcome(self) -> ColumnOutcome:
        """How the crawl of this start URL ended."""
        links = {link.url for each in self.lists for link in each.links()}
        error = self.error or next(filter(None, (each.shortfall() for each in self.lists)), None) or self._shrunk(links)
        return ColumnOutcome(
            start_url=self.column.start_url,
            agency_ids=tuple(sorted(agency.id for agency in self.column.agencies)),
            complete=error is None,
            pages=sum(len(each.read) for each in self.lists),
            links=len(links),
            kind=type(error).__name__ if error else "",
            reason=str(error) if error else " ".join(sorted(self._notes)),
            cms=self.lists[0].dialect(),
        )

    def _shrunk(self, links: set[str]) -> CrawlError | None:
        """An alarm where a list has lost most of its entries; when it has stayed so for some nights, it is believed."""
        before, rule = self.column.before, self.portals.following
        if not links:
            found, expected = "no entry was found in the list", "links with a date, or with a report's title"
            return CrawlIncomplete(found, where=self.column.start_url, expected=expected, remedy=_REMEDY)
        if before is None or len(links) >= before.links * rule.shrunk or before.nights_alike(len(links)) >= rule.believed_after:
            return None
        return CrawlIncomplete(
            f"{len(links)} entries stand in the list, where there were {before.links}",
            where=self.column.start_url,
            remedy=f"{_REMEDY} If it stays so, it is believed after {rule.believed_after} nights.",
        )


class List:
    """The reading of one list. `take` and `miss` answer with what to ask for next: the list, the page's number and the ask."""

    def __init__(self, progress: Progress, first: Ask) -> None:
        self.progress, self.first = progress, first
        self.read: dict[int, Listing] = {}
        self._last = 1
        self._framed = 0  # how often the list proved to stand inside another page
        self._probing = 0  # the page whose address is being guessed
        self._is_guess = False  # whether nothing says that there is such a page
        self._probes: list[str] = []
        progress.asked.add(first.key)

    def take(self, number: int, ask: Ask, listing: Listing) -> list[Next]:
        """A page of the list has been read."""
        self.progress.asked.add(Ask(listing.url).key)
        if number == 1 and listing.inside and self._framed < self.progress.portals.following.deep:
            self._framed += 1
            return self._ask([listing.inside], first=1)
        if number == 1 and (listing.problem or not listing.links) and (fewer := self._fewer(ask, listing)):
            return self._ask([fewer], first=1)
        if number == self._probing and not self._brings_news(listing):
            return self._probe()
        if listing.onward and number > 1 and self._is_over(number, ask, listing):
            return []
        if wrong := self._what_is_wrong(number, listing):
            self.progress.fail(self._incomplete(f"page {number} of {self._stated()} {wrong}", listing.url))
            return []
        self.read[number] = listing
        return [*self._open_folders(number, listing), *self._follow(number, listing)]

    def script(self, ask: Ask, source: str) -> list[Next]:
        """The script that a page names has come."""
        dialect = self.progress.portals.dialect(ask.dialect)
        if found := after_script(dialect, ask, source):
            return self._ask([found], first=1)
        self.progress.fail(self._incomplete("the script does not say where the list comes from", ask.url))
        return []

    def miss(self, number: int, ask: Ask, error: CrawlError) -> list[Next]:
        """A page of the list was not to be had. A guessed address may be wrong; another's absence is a failure."""
        if number == self._probing:
            return self._probe()
        if fewer := self._fewer(ask, None):
            return self._ask([fewer], first=1)
        if isinstance(error, SourceGone) and self.read:
            error = self._incomplete(f"page {number} of {self._stated()} is missing: {error.found}", ask.url)
        elif isinstance(error, SourceGone):
            error = ColumnMoved(f"the list itself is missing: {error.found}", where=ask.url, remedy=_REMEDY)
        self.progress.fail(error)
        return []

    def links(self) -> Iterable[Link]:
        """All entries that were read."""
        return (link for listing in self.read.values() for link in listing.links)

    def dialect(self) -> str:
        """The dialect of the list's first page; blank where it was not read."""
        return self.read[min(self.read)].dialect if self.read else ""

    def shortfall(self) -> CrawlError | None:
        """Why what was read is less than the site says there is."""
        pages = {tuple(link.url for link in page.links): page for page in self.read.values()}
        if self.read and len(pages) < self._stated():
            return self._incomplete(f"{len(pages)} different pages were read", expected=f"{self._stated()}, as the site says")
        entries, rows = sum(page.entries for page in pages.values()), self._rows()
        if self.read and entries < rows:
            return self._incomplete(f"{entries} entries were read", expected=f"{rows}, as the site says")
        return None

    def _fewer(self, ask: Ask, listing: Listing | None) -> Ask | None:
        says_empty = listing is not None and listing.paging is not None and listing.paging.rows == 0
        return None if says_empty or not ask.dialect else smaller(self.progress.portals.dialect(ask.dialect), ask)

    def _follow(self, number: int, listing: Listing) -> list[Next]:
        """The pages that this one leads to: those its paging counts, else those it links, else those we guess."""
        if listing.paging and listing.paging.urls:
            return self._ask(map(Ask, listing.paging.urls), first=2)
        if listing.onward:
            return [] if self._is_all(number) else self._ask([listing.onward], first=number + 1)
        if listing.paging and listing.paging.pages:
            return []
        if listing.next_urls:
            return self._ask(map(Ask, listing.next_urls))
        rule = self.progress.portals.following
        is_last = number >= self.progress.max_pages or number == listing.total
        self._is_guess = self._is_guess or (number == 1 and not listing.has_more)
        is_long = listing.entries >= rule.many and not listing.folders and self.progress.portals.is_last(listing.dialect)
        if (listing.has_more or is_long) and number in (1, self._probing) and not is_last:
            self._probing = number + 1
            self._probes = list(self.read[1].probes(number + 1, self.progress.portals))
            return self._probe()
        return []

    def _open_folders(self, number: int, listing: Listing) -> list[Next]:
        """Lists of one year each, below the column's own list."""
        progress = self.progress
        if number != 1 or self is not progress.lists[0]:
            return []
        opened = [List(progress, Ask(url)) for url in listing.folders if Ask(url).key not in progress.asked]
        progress.lists += opened
        return [(each, 1, each.first) for each in opened]

    def _probe(self) -> list[Next]:
        """The next guess at a page's address. When none is left, the list ends here or its way on is unknown."""
        while self._probes:
            if pages := self._ask([Ask(self._probes.pop(0))], first=self._probing):
                return pages
        if not self._is_guess and (self._probing == 2 or self._probing <= self._stated()):
            found = f"the list goes on, but the address of its page {self._probing} is not known"
            self.progress.fail(self._incomplete(found))
        return []

    def _ask(self, asks: Iterable[Ask], first: int | None = None) -> list[Next]:
        pages: list[Next] = []
        for place, ask in enumerate(asks):
            number = self._last + 1 if first is None else first + place
            if number > self.progress.max_pages:
                found = f"the list has more than {self.progress.max_pages} pages, the limit"
                self.progress.fail(self._incomplete(found, ask.url))
                break
            if ask.key not in self.progress.asked:
                self.progress.asked.add(ask.key)
                self._last = max(self._last, number)
                pages.append((self, number, ask))
        return pages

    def _is_all(self, number: int) -> bool:
        """Whether as many pages or entries have been read as the interface says there are."""
        pages = max((page.paging.pages or 0 for page in self.read.values() if page.paging), default=0)
        entries, rows = sum(page.entries for page in self.read.values()), self._rows()
        return number >= pages if pages else bool(rows) and entries >= rows

    def _is_over(self, number: int, ask: Ask, listing: Listing) -> bool:
        """Whether an interface that counts nothing has come to its end: an empty page, or the last one once more."""
        if listing.problem or self._rows() or (listing.paging and listing.paging.pages):
            return False
        is_short = 1 in self.read and bool(ask.sizes) and self.read[1].entries < ask.sizes[0]
        return not listing.links or ((number > 2 or is_short) and not self._brings_news(listing))

    def _what_is_wrong(self, number: int, listing: Listing) -> str:
        """Why an answer is not the page asked for: a sorry page, or another page under its address. Blank if it is."""
        if listing.problem or number == 1:
            return listing.problem
        if self.read.get(1) and self.read[1].paging and listing.paging is None and not listing.onward:
            return "is no page of the list"
        if listing.paging and listing.paging.current not in (None, number):
            return f"answers as page {listing.paging.current}"
        if listing.onward and not self._brings_news(listing):
            return "answers with what an earlier page said" if listing.links else "has no entry"
        return "" if listing.links else "has no entry"

    def _brings_news(self, listing: Listing) -> bool:
        """Whether a page has entries that no other has; of a page that was only guessed, such as look like this list's."""
        known = {link.url for link in self.links()}
        news = [link.url for link in listing.links if link.url not in known]
        if not self._is_guess or not known:
            return bool(news)
        akin = {_folder(url) for url in known}
        return bool(news) and 2 * sum(_folder(url) in akin for url in news) >= len(news)

    def _stated(self) -> int:
        """How many pages the list has, as its pages say."""
        said = [
            count for page in self.read.values() for count in (page.paging.pages if page.paging else None, page.total) if count
        ]
        return max(said, default=1)

    def _rows(self) -> int:
        """How many entries the list has, as its pages say; 0 where they do not."""
        return max((page.paging.rows or 0 for page in self.read.values() if page.paging), default=0)

    def _incomplete(self, found: str, url: str = "", expected: str = "") -> CrawlIncomplete:
        return CrawlIncomplete(found, where=url or self.first.url, expected=expected, remedy=_REMEDY)


Next = tuple[List, int, Ask]


def _folder(url: str) -> tuple[str, ...]:
    parts = urlsplit(url)
    return (parts.netloc, *parts.path.split("/")[1 : 1 + _AKIN])
