"""Name what a site answered: a document, "unchanged", or the kind of failure it is, with a reason in plain words."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response

from tasks.crawl.page import squeeze
from tasks.crawl.portal import Portals
from tasks.errors import CrawlError, SourceBlocked, SourceGone, SourceUnreachable

BLOCKED = frozenset({202, 401, 402, 403, 405, 407, 412, 418, 429, 451, 521})  # refusals and the walls of known shields
GONE = frozenset({404, 410})
SHORT = 400  # characters of visible text: an error page, never a report
_ALONE = "The next night asks again; if it lasts, open the address in a browser."


class OffRegister(IgnoreRequest):
    """A request to a host that the register does not name; the message says which."""


def refusal(response: Response, asked: str, portals: Portals, *, has_known: bool = False) -> CrawlError | None:
    """The failure that a response is, or None where it is a document, or "unchanged" of one that is known."""
    status = response.status
    if status in GONE:
        return SourceGone(f"the page is gone (status {status})", where=asked, remedy=_ALONE)
    if status in BLOCKED:
        remedy = "gouji never goes round such a wall; ask the site's operator, or fetch the file by hand."
        return SourceBlocked(f"the site refuses us (status {status})", where=asked, remedy=remedy)
    if status != 200 and not (status == 304 and has_known):
        return SourceUnreachable(f"the site answers with an error (status {status})", where=asked, remedy=_ALONE)
    home = portals.articles.home
    if home.match(urlsplit(response.url).path) and not home.match(urlsplit(asked).path):
        return SourceGone("the site sends us to its home page instead", where=asked, remedy=_ALONE)
    return None


def soft_refusal(text: str, asked: str, portals: Portals) -> CrawlError | None:
    """The failure that a short page says although its status says nothing of it; `text` is what it shows, without white space."""
    rule = portals.articles
    if len(text) >= SHORT:
        return None
    if any(squeeze(sign) in text for sign in rule.gone):
        return SourceGone("the page says that it does not exist", where=asked, remedy=_ALONE)
    if any(squeeze(sign) in text for sign in rule.walls):
        remedy = "gouji never goes round such a wall; fetch the file by hand."
        return SourceBlocked("the site asks for a code that only people can read (验证码)", where=asked, remedy=remedy)
    return None


def failure(error: BaseException, asked: str) -> CrawlError:
    """The failure that an exception of the downloader is."""
    if isinstance(error, OffRegister):
        remedy = "If the host is the agency's, add an address of that host to its start_urls."
        return CrawlError(str(error), where=asked, expected="hosts of the register", remedy=remedy)
    if isinstance(error, IgnoreRequest) and "robots" in str(error):
        remedy = "gouji honours it; ask the site's operator for leave, or fetch the file by hand."
        return SourceBlocked("robots.txt does not allow us to read it", where=asked, remedy=remedy)
    if isinstance(error, IgnoreRequest):
        return SourceUnreachable(f"the site leads in circles ({error})", where=asked, remedy=_ALONE)
    if isinstance(error, DownloadCancelledError):
        return CrawlError(
            "the answer is larger than the limit", where=asked, remedy="Raise the limit of bytes a document may have."
        )
    words = str(error).strip() or type(error).__name__
    return SourceUnreachable(f"no answer ({words})", where=asked, remedy=_ALONE)
