"""Honour robots.txt as RFC 9309 has it: none means leave to read, one that cannot be had means none."""

from __future__ import annotations

import asyncio

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.httpobj import urlparse_cached

from tasks.crawl.answers import BLOCKED, Astray, Refused, failure
from tasks.crawl.bounds import at_most
from tasks.crawl.page import is_html
from tasks.errors import CrawlError, SourceExcluded, SourceUnreachable

_ENOUGH = 512_000  # bytes that are read of a robots.txt; the rest is ignored
_SERVER_ERROR = 500
_REMEDY = "gouji honours it; ask the site's operator for leave, or fetch the file by hand."


class Robots:
    """Ask each site once for its robots.txt, and refuse what that excludes."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._seconds = crawler.settings.getfloat("GOUJI_PAGE_SECONDS")
        self._sites: dict[str, asyncio.Future[ProtegoRobotParser | CrawlError]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Robots:
        """For the running crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise Refused where robots.txt excludes the request, or where nobody can say whether it does."""
        if request.meta.get("is_robots"):
            return
        url = urlparse_cached(request)
        site = f"{url.scheme}://{url.netloc}"
        if site not in self._sites:
            self._sites[site] = asyncio.ensure_future(self._ask(f"{site}/robots.txt"))
        rules = await self._sites[site]
        if isinstance(rules, CrawlError):
            raise Refused(rules)
        with at_most(self._seconds):
            is_allowed = rules.allowed(request.url, self._agent)
        if not is_allowed:
            raise Refused(SourceExcluded("robots.txt does not allow us to read it", where=request.url, remedy=_REMEDY))

    async def _ask(self, url: str) -> ProtegoRobotParser | CrawlError:
        meta = {"is_robots": True, "enough_bytes": _ENOUGH, "download_maxsize": 0}
        request = Request(url, meta=meta, callback=NO_CALLBACK, priority=1000)
        try:
            answer = await self._crawler.engine.download_async(request)
            return self._rules(answer, url)
        except Astray as error:
            return error.error if "private" in error.error.found else _rules_in(b"")
        except Refused as error:
            return _unknown(failure(error, url), url)
        except IgnoreRequest:  # it only leads in circles: there is none
            return _rules_in(b"")
        except Exception as error:  # whatever it is, the site has not given us leave
            return _unknown(failure(error, url), url)

    def _rules(self, answer: Response, url: str) -> ProtegoRobotParser | CrawlError:
        if answer.status >= _SERVER_ERROR and answer.status not in BLOCKED:
            return _unknown(CrawlError(f"status {answer.status}"), url)
        is_text = answer.status == 200 and not is_html(answer.body)
        with at_most(self._seconds):
            return _rules_in(answer.body[:_ENOUGH] if is_text else b"")


def _rules_in(text: bytes) -> ProtegoRobotParser:
    return ProtegoRobotParser(text, None)


def _unknown(error: CrawlError, url: str) -> SourceUnreachable:
    found = f"its robots.txt cannot be read, and without it we ask for nothing: {error.found}"
    return SourceUnreachable(found, where=url, remedy="The next night asks again; if it lasts, tell the site's operator.")
