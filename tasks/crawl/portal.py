"""Read portals.yml: the dialects of agencies' sites and the titles of annual reports, or say what is wrong with the file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from re import Pattern
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from expectations.form import load_yaml

PORTALS = Path(__file__).parent / "portals.yml"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PagingRule(_Strict):
    """How a dialect says how many pages a list has, and what they are called."""

    call: Pattern[str]
    first: int
    page: str
    count: Literal["up", "down"] = "up"

    @model_validator(mode="after")
    def _is_complete(self) -> PagingRule:
        if "pages" not in self.call.groupindex:
            raise ValueError("`call` has no group named pages")
        try:
            self.page.format(stem="list", ext="html", n=2)
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError(f"`page` may name {{stem}}, {{ext}} and {{n}} only ({error})") from error
        return self


class Dialect(_Strict):
    """What a content management system leaves in its pages. A dialect without fingerprints takes every page."""

    id: str
    name: str
    fingerprints: tuple[Pattern[str], ...] = ()
    paging: tuple[PagingRule, ...] = ()
    published: Pattern[str] | None = None

    def is_spoken_by(self, source: str) -> bool:
        """Whether a page's source shows this dialect."""
        return not self.fingerprints or any(fingerprint.search(source) for fingerprint in self.fingerprints)


class NextPage(_Strict):
    """Labels of links to the next page, how a page states its length, and names to try for a second page."""

    labels: tuple[str, ...]
    total: tuple[Pattern[str], ...]
    probes: tuple[str, ...]


class Titles(_Strict):
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


class Articles(_Strict):
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
    home: Pattern[str]


class Attachments(_Strict):
    """Which linked files may be a report."""

    extensions: tuple[str, ...]
    exclude: tuple[str, ...]


class Portals(_Strict):
    """All of portals.yml."""

    dialects: tuple[Dialect, ...]
    following: NextPage = Field(alias="next")
    titles: Titles
    articles: Articles
    attachments: Attachments

    @model_validator(mode="after")
    def _ends_with_a_fallback(self) -> Portals:
        if not self.dialects or self.dialects[-1].fingerprints:
            raise ValueError("the last dialect must have no fingerprints: it takes the pages that no other knows")
        return self

    def dialect_of(self, source: str) -> Dialect:
        """The dialect that a page's source shows."""
        return next(dialect for dialect in self.dialects if dialect.is_spoken_by(source))


@cache
def load_portals(path: Path = PORTALS) -> Portals:
    """Read the file. Raises BadForm, naming the key that is wrong."""
    return load_yaml(path, Portals)
