"""Fetch one answer at a time from each host, within limits of time, silence and size, whatever the site sends or withholds."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

from scrapy import Request, signals
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadTimeoutError, StopDownload
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.web.iweb import IResponse

from tasks.crawl import addresses
from tasks.crawl.answers import Astray, Refused
from tasks.crawl.middleware import private
from tasks.errors import SourceUnreachable

_HEAD_BYTES = 256_000  # of the status line and all headers
_HEADERS = 500
_TICK = 0.5  # seconds; time in which we read a page, and could hear nobody, counts as two of these at most


@dataclass
class _Heard:
    """What came of an answer so far: bytes, and for how many seconds nothing."""

    size: int = 0
    silence: float = 0.0


class Patient(HTTP11DownloadHandler):
    """Scrapy's handler, with a limit of silence beside that of the whole time, and a fair share of the hosts read at once.

    Every host is asked one thing at a time, so that a host which answers slowly, or never, holds one place and no more.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory
        self._silence = crawler.settings.getfloat("GOUJI_SILENCE_SECONDS")
        self._whole = crawler.settings.getfloat("GOUJI_ANSWER_SECONDS")
        self._heard: dict[Request, _Heard] = {}
        crawler.signals.connect(self._on_headers, signals.headers_received)
        crawler.signals.connect(self._on_bytes, signals.bytes_received)

    async def download_request(self, request: Request) -> Response:
        """Fetch. Raises DownloadTimeoutError after too long a silence, Refused where the whole takes too long."""
        async with _places(self._crawler):
            self._count_pause_from_now(request)
            self._heard[request] = heard = _Heard()
            fetching = asyncio.ensure_future(super().download_request(request))
            try:
                return await self._wait(fetching, heard)
            except CannotResolveHostError:
                if found := addresses.refused.get(urlparse_cached(request).hostname or ""):
                    raise Astray(private(found)) from None
                raise
            finally:
                fetching.cancel()
                del self._heard[request]

    def _count_pause_from_now(self, request: Request) -> None:
        """The request may have waited for its place: the pause before the host's next one begins only now."""
        engine = self._crawler.engine
        slot = engine.downloader.slots.get(request.meta.get("download_slot", "")) if engine else None
        if slot:
            slot.lastseen = time.monotonic()

    async def _wait(self, fetching: asyncio.Future[Response], heard: _Heard) -> Response:
        whole = 0.0
        while True:
            before = time.monotonic()
            tick = min(_TICK, self._silence, self._whole)
            await asyncio.wait({fetching}, timeout=tick)
            if fetching.done():
                return fetching.result()
            passed = min(time.monotonic() - before, 2 * tick)
            whole += passed
            heard.silence += passed
            if whole >= self._whole:
                raise Refused(SourceUnreachable(f"the answer is not complete after {self._whole:g} seconds"))
            if heard.silence >= self._silence:
                raise DownloadTimeoutError(f"nothing came for {self._silence:g} seconds")

    def _on_headers(self, request: Request) -> None:
        if request in self._heard:
            self._heard[request].silence = 0.0

    def _on_bytes(self, data: bytes, request: Request) -> None:
        if (heard := self._heard.get(request)) is None:
            return
        heard.silence = 0.0
        heard.size += len(data)
        if 0 < request.meta.get("enough_bytes", 0) <= heard.size:
            raise StopDownload(fail=False)


@cache
def _places(crawler: Crawler) -> asyncio.Semaphore:
    """As many places as hosts may be read at once; shared by the handlers of http and https."""
    return asyncio.Semaphore(crawler.settings.getint("GOUJI_HOSTS_AT_ONCE"))


class _Parser(_LenientHTTPClientParser):
    """Ends a connection whose headers never end."""

    _seen = 0
    _lines = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802
        self._seen += len(line)
        self._lines += 1
        if self._seen > _HEAD_BYTES or self._lines > _HEADERS:
            raise ValueError("the answer's headers are too long")
        super().lineReceived(line)


class _Protocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> Deferred[IResponse]:
        answer = super().request(request)
        self._parser.__class__ = _Parser  # as Scrapy itself puts its parser in
        return answer


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> _Protocol:  # noqa: N802
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
