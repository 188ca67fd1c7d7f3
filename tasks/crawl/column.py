"""Keep account of one start URL: which pages its lists have, which were read, and whether that is all of them."""

from __future__ import annotations

from collections import Counter
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
    """The reading of one start URL: its list and, where the site keeps one for each year or in a frame, those lists."""

    def __init__(self, column: Column, portals: Portals, max_pages: int) -> None:
        self.column, self.portals, self.max_pages = column, portals, max_pages
        self.pending = 0
        self.asked: set[tuple[str, str, str]] = set()
        self.error: CrawlError | None = None
        self.doubt: CrawlError | None = None  # what is wrong where no report was found elsewhere
        self.has_report = False  # whether an entry is an annual report, whoever's it is
        self.cms = ""
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
        short = next(filter(None, (each.shortfall() for each in self.lists)), None)
        doubt = None if self.has_report else self.doubt
        error = self.error or short or doubt or self._unlikely(links) or self._shrunk(links)
        return ColumnOutcome(
            start_url=self.column.start_url,
            agency_ids=tuple(sorted(agency.id for agency in self.column.agencies)),
            complete=error is None,
            pages=sum(len(each.read) for each in self.lists),
            links=len(links),
            kind=type(error).__name__ if error else "",
            reason=str(error) if error else " ".join(sorted(self._notes)),
            cms=self.cms,
        )

    def _unlikely(self, links: set[str]) -> CrawlError | None:
        """An alarm where what was read may be no list at all: a page whose list a script draws has links, too."""
        if not links:
            found, expected = "no entry was found in the list", "links with a date, or with a report's title"
        elif not self.has_report and not any(each.is_evident() for each in self.lists):
            found = f"none of the {len(links)} entries is an annual report, and nothing shows that the page is the list itself"
            expected = "a list of annual reports (政府信息公开年报)"
        else:
            return None
        return CrawlIncomplete(found, where=self.column.start_url, expected=expected, remedy=_REMEDY)

    def _shrunk(self, links: set[str]) -> CrawlError | None:
        """An alarm where a list has lost most of its entries; when it has stayed so for some nights, it is believed."""
        before, rule = self.column.before, self.portals.following
        if before is None or len(links) >= before.links * rule.shrunk or before.nights_alike(len(links)) >= rule.believed_after:
            return None
        return CrawlIncomplete(
            f"{len(links)} entries stand in the list, where there were {before.links}",
            where=self.column.start_url,
            remedy=f"{_REMEDY} If it stays so, it is believed after {rule.believed_after} nights.",
        )


class List:
    """The reading of one list. `take` and `miss` answer with what to ask for next: the list, the page's number and the ask."""

    def __init__(self, progress: Progress, first: Ask, depth: int = 0, *, is_doubtful: bool = False) -> None:
        self.progress, self.first, self.depth = progress, first, depth
        self.is_doubtful = is_doubtful  # one of several places, of which any may hold the list
        self.read: dict[int, Listing] = {}
        self._numbers = {1}  # of the pages that were asked for
        self._probing = 0  # the page whose address is being guessed
        self._is_guess = False  # whether nothing says that there is such a page
        self._probes: list[str] = []
        progress.asked.add(first.key)

    def take(self, number: int, ask: Ask, listing: Listing) -> list[Next]:
        """A page of the list has been read."""
        self.progress.asked.add(Ask(listing.url).key)
        self.progress.cms = self.progress.cms or listing.dialect
        if listing.refused:
            return self.miss(number, ask, listing.refused)
        if number == 1 and (instead := self._instead(ask, listing)):
            return self._ask([(1, instead)])
        if number == self._probing and not self._brings_news(listing):
            return self._probe()
        if number > 1 and listing.onward and not self._brings_news(listing):
            return self._end(number, ask, listing)
        if wrong := self._what_is_wrong(number, listing):
            if number == 1 and self.is_doubtful:
                self.progress.doubt = self._incomplete(wrong, listing.url)
                return []
            self._fail(f"page {number}{self._of()} {wrong}", listing.url)
            return []
        if listing.links or not (listing.frames or listing.inside):
            self.read[number] = listing
        return [*(self._open(listing) if number == 1 else []), *self._follow(number, listing)]

    def script(self, ask: Ask, source: str) -> list[Next]:
        """The script that a page names has come."""
        if found := after_script(self.progress.portals.dialect(ask.dialect), ask, source):
            return self._ask([(1, found)])
        self._fail("the script does not say where the list comes from", ask.url)
        return []

    def miss(self, number: int, ask: Ask, error: CrawlError) -> list[Next]:
        """A page of the list was not to be had. A guessed address may be wrong; another's absence is a failure."""
        if number == self._probing:
            return self._probe()
        if fewer := self._fewer(ask, None):
            return self._ask([(1, fewer)])
        if isinstance(error, SourceGone) and (self.read or number > 1):
            error = self._incomplete(f"page {number}{self._of()} is missing: {error.found}", ask.url)
        elif isinstance(error, SourceGone):
            error = ColumnMoved(f"the list itself is missing: {error.found}", where=ask.url, remedy=_REMEDY)
        self.progress.fail(error)
        return []

    def links(self) -> Iterable[Link]:
        """All entries that were read."""
        return (link for listing in self.read.values() for link in listing.links)

    def is_evident(self) -> bool:
        """Whether something shows that what was read is a list."""
        return any(page.is_evident for page in self.read.values())

    def shortfall(self) -> CrawlError | None:
        """Why what was read is less than the site says there is."""
        if not self.read:
            return None
        pages = {tuple(link.url for link in page.links) for page in self.read.values()}
        if len(pages) < (stated := self._stated()):
            return self._incomplete(f"{len(pages)} different pages were read", expected=f"{stated}, as the site says")
        if self._entries() < (rows := self._rows()):
            return self._incomplete(f"{self._entries()} entries were read", expected=f"{rows}, as the site says")
        return None

    def _instead(self, ask: Ask, listing: Listing) -> Ask | None:
        """What to read in place of this first page: the interface that it names, or fewer entries of it."""
        if len(listing.inside) == 1 and self.depth < self.progress.portals.following.deep:
            self.depth += 1
            return listing.inside[0]
        return self._fewer(ask, listing) if listing.problem or not listing.links else None

    def _fewer(self, ask: Ask, listing: Listing | None) -> Ask | None:
        says_empty = listing is not None and listing.paging is not None and listing.paging.rows == 0
        return None if says_empty or not ask.dialect else smaller(self.progress.portals.dialect(ask.dialect), ask)

    def _open(self, listing: Listing) -> list[Next]:
        """Lists that stand elsewhere: one for each year below the column's own list, and those in frames or interfaces."""
        progress = self.progress
        folders = [Ask(url) for url in listing.folders] if self is progress.lists[0] else []
        places = [*map(Ask, listing.frames), *listing.inside] if self.depth < progress.portals.following.deep else []
        opened = [
            List(progress, ask, self.depth + 1, is_doubtful=ask in places)
            for ask in (*folders, *places)
            if ask.key not in progress.asked
        ]
        progress.lists += opened
        return [(each, 1, each.first) for each in opened]

    def _follow(self, number: int, listing: Listing) -> list[Next]:
        """The pages that this one leads to: those its paging counts, else those it links, else those we guess."""
        if listing.paging and listing.paging.urls:
            return self._ask(enumerate(map(Ask, listing.paging.urls), 2)) if number == 1 else []
        if listing.onward:
            return [] if self._is_all(number) else self._ask([(number + 1, listing.onward)])
        if listing.paging and listing.paging.pages:
            return []
        if listing.further:
            is_last = listing.total is not None and number >= self._stated()  # some pagers lead on from the last page, too
            return self._ask((page or number + 1, Ask(url)) for page, url in listing.further if page or not is_last)
        rule = self.progress.portals.following
        self._is_guess = self._is_guess or (number == 1 and not listing.has_more)
        is_long = listing.entries >= rule.many and not listing.folders and self.progress.portals.is_last(listing.dialect)
        is_last = number >= self.progress.max_pages or number == listing.total
        if (listing.has_more or is_long) and number in (1, self._probing) and not is_last:
            self._probing = number + 1
            self._probes = list(self.read[1].probes(number + 1, self.progress.portals))
            return self._probe()
        return []

    def _probe(self) -> list[Next]:
        """The next guess at a page's address. When none is left, the list ends here or its way on is unknown."""
        while self._probes:
            ask = Ask(self._probes.pop(0))
            if ask.key not in self.progress.asked:
                self.progress.asked.add(ask.key)
                return [(self, self._probing, ask)]
        if not self._is_guess and (self._probing == 2 or self._probing <= self._stated()):
            self._fail(f"the list goes on, but the address of its page {self._probing} is not known")
        return []

    def _ask(self, asks: Iterable[tuple[int, Ask]]) -> list[Next]:
        """What of these pages has not been asked for. A page that has two addresses counts as two until both are read."""
        pages: list[Next] = []
        for place, ask in asks:
            if ask.key in self.progress.asked:
                continue
            number = place if place == 1 or place not in self._numbers else max(self._numbers) + 1
            if number > self.progress.max_pages:
                self._fail(f"the list has more than {self.progress.max_pages} pages, the limit", ask.url)
                break
            self.progress.asked.add(ask.key)
            self._numbers.add(number)
            pages.append((self, number, ask))
        return pages

    def _is_all(self, number: int) -> bool:
        """Whether as many pages or entries have been read as the interface says there are."""
        rows = self._rows()
        return self._entries() >= rows if rows else number >= self._stated() > 1

    def _end(self, number: int, ask: Ask, listing: Listing) -> list[Next]:
        """An interface's answer says nothing new. That may be its end; a first page said twice, its counting from 0 or 1."""
        repeated = next((n for n, page in self.read.items() if listing.links and page.links == listing.links), 0)
        if self._rows() and number == 2 and repeated == 1 and listing.onward:
            return self._ask([(3, listing.onward)])
        last = self.read.get(number - 1)
        is_short = last is not None and last.entries < (self.read[1].entries if number > 2 else ask.sizes[0] if ask.sizes else 0)
        is_end = not listing.links or (repeated == number - 1 and is_short)
        if listing.problem or self._rows() or self._stated() >= number or not is_end:
            said = "answers with what another page said" if listing.links else listing.problem or "has no entry"
            self._fail(f"page {number}{self._of()} {said}", listing.url)
        return []

    def _what_is_wrong(self, number: int, listing: Listing) -> str:
        """Why an answer is not the page asked for: a sorry page, or another page under its address. Blank if it is."""
        if listing.problem or number == 1:
            return listing.problem
        if self.read.get(1) and self.read[1].paging and listing.paging is None and not listing.onward:
            return "is no page of the list"
        if listing.paging and listing.paging.current not in (None, number):
            return f"answers as page {listing.paging.current}"
        if not self._brings_news(listing):
            return "answers with what another page said" if listing.links else "has no entry"
        return ""

    def _brings_news(self, listing: Listing) -> bool:
        """Whether a page has entries that no other has; of a page that was only guessed, such as look like this list's."""
        known = {link.url for link in self.links()}
        news = [link.url for link in listing.links if link.url not in known]
        if not self._is_guess or not known:
            return bool(news)
        akin = {_folder(url) for url in known}
        return bool(news) and 2 * sum(_folder(url) in akin for url in news) >= len(news)

    def _entries(self) -> int:
        """How many entries were read: those that stand where most do, for others are hot news; and those without a link."""
        places = Counter(link.place for link in {link.url: link for link in self.links()}.values())
        return max(places.values(), default=0) + sum(max(page.entries - len(page.links), 0) for page in self.read.values())

    def _stated(self) -> int:
        """How many pages the list has, as its pages say."""
        return max((page.pages_stated for page in self.read.values()), default=0) or 1

    def _rows(self) -> int:
        """How many entries the list has, as its pages say; 0 where they do not."""
        return max((page.rows_stated for page in self.read.values()), default=0)

    def _of(self) -> str:
        return f" of {self._stated()}" if self._stated() > 1 else ""

    def _fail(self, found: str, url: str = "") -> None:
        self.progress.fail(self._incomplete(found, url))

    def _incomplete(self, found: str, url: str = "", expected: str = "") -> CrawlIncomplete:
        return CrawlIncomplete(found, where=url or self.first.url, expected=expected, remedy=_REMEDY)


Next = tuple[List, int, Ask]


def _folder(url: str) -> tuple[str, ...]:
    parts = urlsplit(url)
    return (parts.netloc, *parts.path.split("/")[1 : 1 + _AKIN])
