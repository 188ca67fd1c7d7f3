"""Walk the lists and fetch what they list: the Scrapy spider. It decides nothing; it carries answers to those who do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from tasks.crawl.answers import content_type, failure, headers_of, refusal, too_large_for_a_list, wall
from tasks.crawl.article import Article, parse_article
from tasks.crawl.ask import Ask
from tasks.crawl.bounds import ATTACHMENTS, at_most
from tasks.crawl.column import List, Next, Progress
from tasks.crawl.impostor import impostor
from tasks.crawl.interface import parse_answer
from tasks.crawl.kept import KeptPages, address, fingerprint
from tasks.crawl.links import Link
from tasks.crawl.listing import Listing, parse_listing
from tasks.crawl.page import decode, is_html
from tasks.crawl.portal import load_portals
from tasks.crawl.spool import Answer, Event, Job, Ledger, Shown, Sighted
from tasks.crawl.titles import Recognised, recognise
from tasks.errors import CrawlError, SourceGone

_LISTS_FIRST = 10
_JSON, _FORM = "application/json; charset=UTF-8", "application/x-www-form-urlencoded; charset=UTF-8"
_Place = tuple[int, ...]


class PortalSpider(Spider):
    """One night's walk over all start URLs."""

    name = "gouji"

    def __init__(self, job: Job, ledger: Ledger, **settings: Any) -> None:
        super().__init__(**settings)
        self._job, self._ledger = job, ledger
        self._portals = load_portals()
        self._kept = KeptPages(job)
        self._requested: set[str] = set()
        self._sighted: dict[str, list[Sighted]] = {}
        self._attached: dict[str, tuple[str, ...]] = {}
        self._listed: set[tuple[str, str]] = set()
        self._walks: list[Progress] = []

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the first page of every list."""
        for column in self._job.columns:
            progress = Progress(column, self._portals, self._job.options.max_pages)
            self._walks.append(progress)
            (first,) = progress.lists
            for request in self._pages([(first, 1, first.first)]):
                yield request

    def closed(self, reason: str) -> None:
        """Tell how a list ended of which an answer could not be read, so that what it led to was never asked for."""
        for progress in self._walks:
            if progress.pending:
                progress.fail(CrawlError(f"the walk ended before everything was asked for ({reason})"))
                self._ledger.tell(Event(outcome=progress.outcome()))

    # Lists

    def _pages(self, pages: list[Next]) -> list[Request]:
        return [self._page(each, number, ask, self._kept.validators(ask)) for each, number, ask in pages]

    def _page(self, of: List, number: int, ask: Ask, headers: dict[str, str]) -> Request:
        more: dict[str, Any] = {"ask": ask, "of": of, "number": number, "headers": headers, "priority": _LISTS_FIRST}
        return self._request(ask.url, of.progress, self._on_page, self._on_page_failure, **more)

    def _on_page(self, response: Response, progress: Progress, of: List, number: int, ask: Ask, asked: str) -> list[Request]:
        is_kept = response.status == 304 and bool(self._kept.validators(ask))
        if error := refusal(response, asked, self._portals, has_known=is_kept) or too_large_for_a_list(response, asked):
            return self._done(progress, self._pages(of.miss(number, ask, error)))
        body = self._kept.body(ask) if is_kept else response.body
        if body is None:
            return self._done(progress, [self._page(of, number, ask, {})])
        if ask.step == "script":
            return self._done(progress, self._pages(of.script(ask, decode(body, content_type(response)))))
        listing = self._listing(body, ask, response)
        blocked = None if listing.links or listing.inside else wall(response, asked)
        if error := blocked or impostor(decode(body, content_type(response)), asked, progress.column.agencies, self._portals):
            return self._done(progress, self._pages(of.miss(number, ask, error)))
        place = (progress.lists.index(of), number)
        self._show(progress, ask, listing, body, response, place)
        requests = self._pages(of.take(number, ask, listing))
        for entry, link in enumerate(listing.links):
            requests += self._on_link(link, progress, (*place, entry))
        return self._done(progress, requests)

    def _listing(self, body: bytes, ask: Ask, response: Response) -> Listing:
        with at_most(self._job.options.page_seconds):
            if ask.step == "answer":
                return parse_answer(body, ask, content_type(response), self._portals)
            return parse_listing(body, ask, response.url, content_type(response), self._portals, self._job.night.year)

    def _show(
        self, progress: Progress, ask: Ask, listing: Listing, body: bytes, response: Response, place: tuple[int, ...]
    ) -> None:
        """Keep a page of a list that lists something else than it did."""
        if self._kept.is_news(ask, name := fingerprint(listing)):
            facts = (response.status, content_type(response), headers_of(response))
            shown = Shown(progress.column.start_url, address(ask), response.url, self._ledger.keep(body), name, *facts, place)
            self._ledger.tell(Event(shown=shown))

    def _on_page_failure(self, lost: Failure) -> list[Request]:
        arguments = lost.request.cb_kwargs  # type: ignore[attr-defined]
        of, number, ask, asked = (arguments[key] for key in ("of", "number", "ask", "asked"))
        return self._done(of.progress, self._pages(of.miss(number, ask, failure(_raised(lost), asked))))

    def _on_link(self, link: Link, progress: Progress, place: _Place) -> list[Request]:
        start_url = progress.column.start_url
        if (start_url, link.url) in self._listed:
            return []
        self._listed.add((start_url, link.url))
        if link.is_cut:
            return [self._request(link.url, progress, self._on_cut, self._on_cut_failure, link=link, place=place)]
        found = self._recognised(link, progress)
        if found is None:
            return []
        progress.has_report = True
        if not found.agency_id:
            progress.note(f"An annual report of no agency of the register is listed: {link.title}.")
            return []
        sighted = Sighted(found.agency_id, found.year, link.url, link.title, link.published, start_url, start_url, place)
        return self._sight(sighted, progress)

    def _recognised(self, link: Link, progress: Progress) -> Recognised | None:
        """What an entry is. An address that stands for an agency's year is that report, whatever its page is called."""
        agencies = progress.column.agencies
        found = recognise(link.title, agencies, self._portals.titles, self._job.night.year)
        if link.year is None or (found is not None and found.year is not None):
            return found
        owner = found.agency_id if found else agencies[0].id if len(agencies) == 1 else ""
        return Recognised(owner, link.year)

    # Titles that a list cuts short

    def _on_cut(self, response: Response, progress: Progress, link: Link, place: _Place, asked: str) -> list[Request]:
        article = self._article(response)
        if error := refusal(response, asked, self._portals) or article.refused:
            is_nothing = link.is_guess and isinstance(error, SourceGone)
            return self._done(progress, []) if is_nothing else self._cut_lost(progress, error)
        if link.year and not article.has_report:
            return self._done(progress, [])  # the address of a year for which there is nothing
        whole = replace(link, title=article.title, published=link.published or article.published, is_cut=False)
        self._listed.discard((progress.column.start_url, link.url))
        return self._done(progress, self._on_link(whole, progress, place))

    def _on_cut_failure(self, lost: Failure) -> list[Request]:
        progress, asked = (lost.request.cb_kwargs[key] for key in ("progress", "asked"))  # type: ignore[attr-defined]
        return self._cut_lost(progress, failure(_raised(lost), asked))

    def _cut_lost(self, progress: Progress, error: CrawlError) -> list[Request]:
        progress.fail(error)
        return self._done(progress, [])

    # Documents

    def _sight(self, sighted: Sighted, progress: Progress) -> list[Request]:
        """Tell of a sighting, and ask for its document unless somebody has."""
        self._ledger.tell(Event(sighted=sighted))
        self._sighted.setdefault(sighted.url, []).append(sighted)
        if sighted.url not in self._requested:
            self._requested.add(sighted.url)
            if sighted.url in self._job.before.resting:
                return self._rest(sighted.url, progress)
            return [self._document_request(sighted, progress)]
        return self._sight_attachments([sighted], None, progress)

    def _document_request(self, sighted: Sighted, progress: Progress) -> Request:
        known = self._job.before.known.get(sighted.url)
        headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified} if known else {}
        article = sighted.listing_url if sighted.listing_url != sighted.start_url else ""
        return self._request(
            sighted.url, progress, self._on_document, self._on_document_failure, headers=headers, referer=article
        )

    def _rest(self, url: str, progress: Progress) -> list[Request]:
        """A document that has no turn tonight is what it last was, and so is what it links to."""
        self._ledger.tell(Event(answer=Answer(url, sha256=self._job.before.known[url].sha256)))
        return self._attach(url, self._job.before.articles.get(url, ()), None, progress)

    def _on_document(self, response: Response, progress: Progress, asked: str) -> list[Request]:
        error = refusal(response, asked, self._portals, has_known=asked in self._job.before.known)
        article = self._article(response) if error is None and response.status == 200 and is_html(response.body) else None
        error = error or (article.refused if article else None)
        if error is None and response.status == 200 and not (article and article.attachments):
            error = wall(response, asked)
        if error is None and article:
            error = impostor(decode(response.body, content_type(response)), asked, progress.column.agencies, self._portals)
        answer = Answer(asked, kind=type(error).__name__, reason=str(error)) if error else self._document(response, asked)
        published = article.published if article else None
        self._ledger.tell(Event(answer=replace(answer, published=published)))
        return self._done(progress, self._attach(asked, self._attachments(asked, response, article, error), published, progress))

    def _attachments(self, asked: str, response: Response, article: Article | None, error: CrawlError | None) -> tuple[str, ...]:
        """What an article links tonight; what it last linked where it brought no text; nothing where it is gone."""
        if isinstance(error, SourceGone) or self._portals.attachments.is_file(asked):
            return ()
        if article:
            return article.attachments
        return self._job.before.articles.get(asked, ()) if error or response.status == 304 else ()

    def _on_document_failure(self, lost: Failure) -> list[Request]:
        progress, asked = (lost.request.cb_kwargs[key] for key in ("progress", "asked"))  # type: ignore[attr-defined]
        error = failure(_raised(lost), asked)
        self._ledger.tell(Event(answer=Answer(asked, kind=type(error).__name__, reason=str(error))))
        return self._done(progress, self._attach(asked, self._job.before.articles.get(asked, ()), None, progress))

    def _document(self, response: Response, asked: str) -> Answer:
        is_unchanged = response.status == 304
        return Answer(
            url=asked,
            sha256=self._job.before.known[asked].sha256 if is_unchanged else self._ledger.keep(response.body),
            status=response.status,
            media_type=content_type(response),
            headers=headers_of(response),
            has_body=not is_unchanged,
        )

    def _attach(self, article: str, urls: tuple[str, ...], published: date | None, progress: Progress) -> list[Request]:
        """An article's attachments are known from now on: sight them for everybody who has been seen to list the article."""
        self._attached[article] = urls
        return self._sight_attachments(self._sighted[article], published, progress)

    def _sight_attachments(self, articles: list[Sighted], published: date | None, progress: Progress) -> list[Request]:
        requests: list[Request] = []
        for article in tuple(articles):
            for place, url in enumerate(self._attached.get(article.url, ())):
                dated = article.published or published
                attachment = replace(article, url=url, published=dated, listing_url=article.url, order=(*article.order, place))
                requests += self._sight(attachment, progress)
        return requests

    # Requests

    def _request(
        self,
        url: str,
        progress: Progress,
        callback: Any,
        errback: Any,
        *,
        priority: int = 0,
        headers: dict[str, str] | None = None,
        referer: str = "",
        **more: Any,
    ) -> Request:
        progress.pending += 1
        ask = more.get("ask", Ask(url))
        kind = {"Content-Type": _JSON if ask.body.startswith("{") else _FORM} if ask.body else {}
        sent = {**(headers or {}), **kind, "Referer": referer or ask.page}
        return Request(
            url,
            method=ask.method,
            body=ask.body,
            callback=callback,
            errback=errback,
            priority=priority,
            headers={name: value for name, value in sent.items() if value},
            cb_kwargs={"progress": progress, "asked": url, **more},
            dont_filter=True,
        )

    def _done(self, progress: Progress, requests: list[Request]) -> list[Request]:
        """One request is dealt with. When a start URL has none left, its outcome is told."""
        progress.pending -= 1
        if not progress.pending:
            self._ledger.tell(Event(outcome=progress.outcome()))
        return requests

    def _article(self, response: Response) -> Article:
        with at_most(self._job.options.page_seconds):
            article = parse_article(response.body, response.url, content_type(response), self._portals)
        if len(article.attachments) > ATTACHMENTS:
            raise CrawlError(f"the page links {len(article.attachments)} files", expected=f"at most {ATTACHMENTS} of one report")
        return article


def _raised(lost: Failure) -> BaseException:
    return lost.value or CrawlError("the request failed")
