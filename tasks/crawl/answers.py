"""Name what a site answered: a document, "unchanged", or the kind of failure it is, with a reason in plain words."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response

from tasks.crawl.bounds import LIST_BYTES
from tasks.crawl.page import is_html, squeeze
from tasks.crawl.portal import Portals
from tasks.crawl.walls import load_walls, wall_in
from tasks.errors import CrawlError, SourceBlocked, SourceGone, SourceUnreachable

BLOCKED = frozenset({202, 401, 402, 403, 405, 407, 412, 418, 429, 451, 521})  # refusals and the walls of known shields
GONE = frozenset({404, 410})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
SHORT = 400  # characters of visible text: an error page, never a report
_ALONE = "The next night asks again; if it lasts, open the address in a browser."
_BY_HAND = "gouji never goes round such a wall; ask the site's operator, or fetch the file by hand."
_WORDS: dict[type[Exception], str] = {
    CannotResolveHostError: "the host's name is not known",
    DownloadConnectionRefusedError: "the connection is refused",
    ResponseDataLossError: "the answer is cut short",
    DownloadFailedError: "the connection broke, or what came was no HTTP",
}


class Refused(IgnoreRequest):
    """A request that we give up, with the CrawlError that it ends in."""

    def __init__(self, error: CrawlError) -> None:
        self.error = error
        super().__init__(str(error))


class Astray(Refused):
    """A request that leads where we do not go."""


def refusal(response: Response, asked: str, portals: Portals, *, has_known: bool = False) -> CrawlError | None:
    """The failure that a response is, or None where it is a document, or "unchanged" of one that is known."""
    status = response.status
    if status in GONE:
        return SourceGone(f"the page is gone (status {status})", where=asked, remedy=_ALONE)
    if status in BLOCKED:
        return SourceBlocked(f"the site refuses us (status {status})", where=asked, remedy=_BY_HAND)
    if status in REDIRECTS and "Location" in response.headers:
        return SourceUnreachable(f"the site leads to what is no web address (status {status})", where=asked, remedy=_ALONE)
    if status != 200 and not (status == 304 and has_known):
        return SourceUnreachable(f"the site answers with no document (status {status})", where=asked, remedy=_ALONE)
    home = portals.articles.home
    if home.match(urlsplit(response.url).path) and not home.match(urlsplit(asked).path):
        return SourceGone("the site sends us to its home page instead", where=asked, remedy=_ALONE)
    return _unusable(response, asked) if status == 200 else None


def too_large_for_a_list(response: Response, asked: str) -> CrawlError | None:
    """The failure that a list's page is which holds more than any list."""
    if len(response.body) <= LIST_BYTES:
        return None
    return CrawlError("the page is too large for a list", where=asked, expected=f"at most {LIST_BYTES} bytes", remedy=_ALONE)


def wall(response: Response, asked: str) -> SourceBlocked | None:
    """The failure that a page is which a site shows instead of the one asked for (walls.yml)."""
    name = wall_in(response.body, content_type(response), load_walls())
    return SourceBlocked(f"the site shows a wall instead ({name})", where=asked, remedy=_BY_HAND) if name else None


def soft_refusal(text: str, asked: str, portals: Portals) -> CrawlError | None:
    """The failure that a short page says although its status says nothing of it; `text` is what it shows, without white space."""
    rule = portals.articles
    if len(text) >= SHORT:
        return None
    if any(squeeze(sign) in text for sign in rule.gone):
        return SourceGone("the page says that it does not exist", where=asked, remedy=_ALONE)
    return None


def too_large() -> Refused:
    """A request given up because its answer is over the limit of bytes."""
    return Refused(CrawlError("the answer is larger than the limit", remedy="Raise the limit of bytes a document may have."))


def failure(error: BaseException, asked: str) -> CrawlError:
    """The failure that an exception is, of the downloader or of reading what it brought."""
    if isinstance(error, Refused):
        error = error.error
    if isinstance(error, CrawlError):
        return type(error)(error.found, where=error.where or asked, expected=error.expected, remedy=error.remedy)
    if isinstance(error, IgnoreRequest):
        return SourceUnreachable("the site sends us on too often, or in circles", where=asked, remedy=_ALONE)
    if isinstance(error, DownloadCancelledError):
        return failure(too_large(), asked)
    words = next((words for kind, words in _WORDS.items() if isinstance(error, kind)), "")
    words = words or str(error).strip() or type(error).__name__
    return SourceUnreachable(f"no answer ({words})", where=asked, remedy=_ALONE)


def _unusable(response: Response, asked: str) -> CrawlError | None:
    """The failure that a body is which holds nothing, or of which the end is missing although nothing says so."""
    if not response.body:
        return SourceUnreachable("the answer is empty", where=asked, remedy=_ALONE)
    if "partial" not in response.flags or not is_html(response.body):
        return None
    if re.search(rb"<html", response.body, re.IGNORECASE) and not re.search(rb"</html", response.body, re.IGNORECASE):
        return SourceUnreachable("the answer is cut short: of no stated length, and without </html>", where=asked, remedy=_ALONE)
    return None


def content_type(response: Response) -> str:
    """What the site says the answer is."""
    return _text(response.headers.get("Content-Type") or b"")


def headers_of(response: Response) -> tuple[tuple[str, str], ...]:
    """The answer's headers, in one order."""
    pairs = ((name, value) for name, values in response.headers.items() for value in values)
    return tuple(sorted((_text(name), _text(value)) for name, value in pairs))


def _text(header: bytes) -> str:
    return header.decode("latin-1").replace("\x00", "")  # PostgreSQL keeps no NUL
