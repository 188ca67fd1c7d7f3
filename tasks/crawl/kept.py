"""The pages of lists that earlier nights kept: to ask "changed since?" with, and to tell whether they list anything else now."""

from __future__ import annotations

import hashlib
from functools import cached_property

from tasks.crawl.ask import Ask
from tasks.crawl.listing import Listing
from tasks.crawl.spool import Job
from tasks.errors import WarehouseError
from warehouse.files import Archive


class KeptPages:
    """What is known of the pages of lists."""

    def __init__(self, job: Job) -> None:
        self._known, self._url = job.before.pages, job.archive

    @cached_property
    def _archive(self) -> Archive:
        return Archive(self._url)

    def validators(self, ask: Ask) -> dict[str, str]:
        """The headers that ask "changed since?"; none for a page that is not known, or that the site gave nothing to ask with."""
        known = self._known.get(address(ask)) if ask.method == "GET" else None
        if known is None:
            return {}
        given = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        return {name: value for name, value in given.items() if value}

    def body(self, ask: Ask) -> bytes | None:
        """The page as it was kept, for the site says that it is unchanged; None where the archive no longer has it whole."""
        try:
            return self._archive.read(self._known[address(ask)].sha256)
        except (WarehouseError, KeyError):
            return None

    def is_news(self, ask: Ask, fingerprint: str) -> bool:
        """Whether the page lists something else than when it was kept."""
        known = self._known.get(address(ask))
        return known is None or known.fingerprint != fingerprint


def address(ask: Ask) -> str:
    """What makes the same page of different nights one."""
    return f"{ask.url}\n{ask.body}" if ask.body else ask.url


def fingerprint(listing: Listing) -> str:
    """A name for what a page lists; its other text, a counter of visits for one, does not count."""
    told = (listing.links, listing.entries, listing.paging, listing.total, listing.folders, listing.problem)
    return hashlib.sha256(repr(told).encode()).hexdigest()
