"""Two habits of the crawl's process: it never leaves the hosts of the register, and it waits before it asks again."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response

from tasks.crawl.answers import OffRegister
from tasks.crawl.hosts import is_registered


class Gate:
    """Refuse every request, redirects included, to a host that the register does not name."""

    def __init__(self, hosts: frozenset[str]) -> None:
        self._hosts = hosts

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Gate:
        """Take the hosts from the crawl's settings."""
        return cls(frozenset(crawler.settings.getlist("GOUJI_HOSTS")))

    def process_request(self, request: Request) -> None:
        """Raise OffRegister for a foreign host."""
        host = urlsplit(request.url).hostname or ""
        if not is_registered(host, self._hosts):
            raise OffRegister(f"leads to {host}, a host that the register does not name")


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
        """Ask again after a lost connection; robots.txt is asked for once, the page behind it will show."""
        if request.meta.get("dont_obey_robotstxt"):
            return None
        answer = self._retry.process_exception(request, exception)
        if isinstance(answer, Request):
            await self._pause(answer)
        return answer

    async def _pause(self, again: Request) -> None:
        await asyncio.sleep(self._first_pause * 2 ** (again.meta["retry_times"] - 1))
