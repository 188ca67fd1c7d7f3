"""Habits of the crawl's process: it never leaves the register's hosts, waits before it asks again, and survives every page."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response
from twisted.python.failure import Failure

from tasks.crawl.addresses import is_private
from tasks.crawl.answers import Astray
from tasks.crawl.hosts import is_registered
from tasks.errors import CrawlError

_LOG = logging.getLogger(__name__)
_URL_LENGTH, _HOST_LENGTH = 4000, 253


class Gate:
    """Refuse every request, redirects included, to a private address or to a host that the register does not name."""

    def __init__(self, hosts: frozenset[str], *, allows_private: bool) -> None:
        self._hosts, self._allows_private = hosts, allows_private

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Gate:
        """Take the hosts from the crawl's settings."""
        hosts = frozenset(crawler.settings.getlist("GOUJI_HOSTS"))
        return cls(hosts, allows_private=crawler.settings.getbool("GOUJI_ALLOW_PRIVATE"))

    def process_request(self, request: Request) -> None:
        """Raise Astray for an address that nobody can mean, a private one, or a foreign host."""
        url = urlsplit(request.url)
        host = url.hostname or ""
        if url.scheme not in {"http", "https"} or len(request.url) > _URL_LENGTH or len(host) > _HOST_LENGTH:
            short = f"{request.url[:100]}…" if len(request.url) > 100 else request.url
            expected = f"http or https, at most {_URL_LENGTH} characters, {_HOST_LENGTH} of them the host's"
            raise Astray(CrawlError("leads to no usable address", where=short, expected=expected))
        if not self._allows_private and is_private(host):
            raise Astray(private(host))
        if not is_registered(host, self._hosts):
            found = f"leads to {host}, a host that the register does not name"
            remedy = "If the host is the agency's, add an address of that host to its start_urls."
            raise Astray(CrawlError(found, expected="hosts of the register", remedy=remedy))


class BackoffRetry:
    """Ask again after time-outs and server errors, with a pause that doubles each time."""

    def __init__(self, retry: RetryMiddleware, first_pause: float) -> None:
        self._retry, self._first_pause = retry, first_pause

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BackoffRetry:
        """Take the number of attempts and the first pause from the crawl's settings."""
        return cls(RetryMiddleware.from_crawler(crawler), crawler.settings.getfloat("GOUJI_RETRY_SECONDS"))

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Ask again after a server error."""
        answer = self._retry.process_response(request, response)
        if isinstance(answer, Request):
            await self._pause(answer)
        return answer

    async def process_exception(self, request: Request, exception: Exception) -> Request | Response | None:
        """Ask again after a lost connection."""
        answer = self._retry.process_exception(request, exception)
        if isinstance(answer, Request):
            await self._pause(answer)
        return answer

    async def _pause(self, again: Request) -> None:
        await asyncio.sleep(self._first_pause * 2 ** (again.meta["retry_times"] - 1))


class Mishaps:
    """What goes wrong while an answer is read ends that answer's request with a reason, as what goes wrong on the way does."""

    def process_spider_exception(self, response: Response, exception: Exception) -> list[Request] | None:
        """Hand the exception to the request's errback, which knows what was asked and why."""
        request = response.request
        if request is None or request.errback is None:
            return None
        if not isinstance(exception, CrawlError):
            _LOG.error("the answer of %s could not be read", request.url, exc_info=exception)
            exception = CrawlError(f"the answer could not be read ({type(exception).__name__}: {exception})")
        lost = Failure(exception)  # type: ignore[no-untyped-call]
        lost.request = request  # type: ignore[attr-defined]
        requests: list[Request] = request.errback(lost)
        return requests


def private(address: str) -> CrawlError:
    """The failure that an address is which is not of the public internet."""
    remedy = "If the register means it (an intranet), set GOUJI_CRAWL_PRIVATE=true."
    return CrawlError(f"leads to a private address ({address})", expected="an address of the public internet", remedy=remedy)
