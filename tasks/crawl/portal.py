"""Read portals.yml: the dialects of agencies' sites and the titles of annual reports, or say what is wrong with the file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from re import Pattern

from pydantic import Field, model_validator

from expectations.form import load_yaml
from tasks.crawl.dialect import Dialect, Strict, needs
from tasks.crawl.page import extension

PORTALS = Path(__file__).parent / "portals.yml"


class NextPage(Strict):
    """How lists go on: labels of links to the next page, how a page states its length, names to try for a second page, …"""

    labels: tuple[str, ...]
    ends: tuple[str, ...]
    total: tuple[Pattern[str], ...]
    rows: tuple[Pattern[str], ...]
    probes: tuple[str, ...]
    many: int
    folder: Pattern[str]
    no_list: Pattern[str]
    deep: int
    shrunk: float
    believed_after: int


class Titles(Strict):
    """Which titles are annual reports, of which year, and what may stand around an agency's name."""

    reports: tuple[Pattern[str], ...]
    exclude: tuple[str, ...]
    years: tuple[Pattern[str], ...]
    first_year: int
    numerals: dict[str, int]
    cut: tuple[str, ...]
    bodies: tuple[str, ...]
    follows: Pattern[str]
    filler: tuple[str, ...]


class Articles(Strict):
    """Where an article keeps its title, its date and its text, and how it says that it is gone."""

    title_metas: tuple[str, ...]
    title_tags: tuple[str, ...]
    date_metas: tuple[str, ...]
    date_tags: tuple[str, ...]
    date_labels: tuple[str, ...]
    ids: tuple[str, ...]
    classes: tuple[str, ...]
    tags: tuple[str, ...]
    gone: tuple[str, ...]
    body: Pattern[str]
    home: Pattern[str]


class Attachments(Strict):
    """Which linked files may be a report, and by what words pages call them."""

    named: tuple[str, ...]
    extensions: tuple[str, ...]
    addresses: tuple[Pattern[str], ...]
    exclude: tuple[str, ...]

    def is_file(self, url: str) -> bool:
        """Whether an address is that of a file, and not of a page."""
        return extension(url) in self.extensions or any(one.search(url) for one in self.addresses)


class Impostors(Strict):
    """How pages that are not the government's are known: words of their titles, and where pages give their site's code."""

    words: tuple[str, ...]
    code: Pattern[str]


class Portals(Strict):
    """All of portals.yml."""

    dialects: tuple[Dialect, ...]
    following: NextPage = Field(alias="next")
    titles: Titles
    articles: Articles
    attachments: Attachments
    impostors: Impostors

    @model_validator(mode="after")
    def _counts_what_it_says(self) -> Portals:
        for pattern in self.following.total:
            needs(pattern, "pages")
        for pattern in self.following.rows:
            needs(pattern, "rows")
        return self

    @model_validator(mode="after")
    def _ends_with_a_fallback(self) -> Portals:
        if not self.dialects or self.dialects[-1].fingerprints or self.dialects[-1].addresses:
            raise ValueError("the last dialect must have no fingerprints: it takes the pages that no other knows")
        return self

    def dialect_of(self, source: str, url: str) -> Dialect:
        """The dialect that a page's source or address shows."""
        return next(dialect for dialect in self.dialects if dialect.is_spoken_by(source, url))

    def dialect(self, id: str) -> Dialect:
        """The dialect of that id."""
        return next(dialect for dialect in self.dialects if dialect.id == id)

    def is_last(self, id: str) -> bool:
        """Whether a dialect is the one for pages that no other knows."""
        return id == self.dialects[-1].id


@cache
def load_portals(path: Path = PORTALS) -> Portals:
    """Read the file. Raises BadForm, naming the key that is wrong."""
    return load_yaml(path, Portals)
