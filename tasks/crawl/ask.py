"""What to ask a site for: a page of a list, a script that such a page names, or the interface that answers with a list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Step = Literal["page", "script", "answer"]


@dataclass(frozen=True, slots=True)
class Ask:
    """A request for (a part of) a list. Two asks with the same address, method and body are one request.

    step: how the answer is read. page: the list's own page, from which relative links start. found: what its pages say that the
    interface wants to know. k: the number of the list's page. sizes: entries to a page, the first to be asked for now.
    """

    url: str
    method: str = "GET"
    body: str = ""
    step: Step = "page"
    page: str = ""
    dialect: str = ""
    found: tuple[tuple[str, str], ...] = ()
    k: int = 1
    sizes: tuple[int, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two asks the same request."""
        return self.url, self.method, self.body

    def known(self, **found: str) -> Ask:
        """The same with more values found."""
        return replace(self, found=tuple(sorted({**dict(self.found), **found}.items())))
