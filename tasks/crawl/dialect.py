"""The shape of a dialect in portals.yml: how a content management system's pages are known, and how its lists are read."""

from __future__ import annotations

import string
from re import Pattern
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

GIVEN = frozenset({"origin", "k", "i", "start", "end", "size"})  # what a template may name beside what is found


class Strict(BaseModel):
    """A part of the file: no key that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def needs(pattern: Pattern[str] | None, *groups: str) -> None:
    """Raise ValueError where a pattern lacks one of its groups."""
    for group in groups:
        if pattern is not None and group not in pattern.groupindex:
            raise ValueError(f"{pattern.pattern!r} has no group named {group}")


class PagingRule(Strict):
    """How a dialect says how many pages a list has, and what they are called."""

    call: Pattern[str]
    first: int
    page: str
    count: Literal["up", "down"] = "up"

    @model_validator(mode="after")
    def _is_complete(self) -> PagingRule:
        needs(self.call, "pages")
        try:
            self.page.format(stem="list", ext="html", n=2)
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError(f"`page` may name {{stem}}, {{ext}} and {{n}} only ({error})") from error
        return self


class Markup(Strict):
    """Entries that stand as text in a script or an answer: each entry's markup, how many there are, and what comes next."""

    entry: Pattern[str] | None = None
    rows: Pattern[str] | None = None
    pages: Pattern[str] | None = None
    onward: Pattern[str] | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> Markup:
        needs(self.entry, "html")
        needs(self.rows, "rows")
        needs(self.pages, "pages")
        needs(self.onward, "href")
        return self


class Answer(Strict):
    """How an interface answers. In JSON, dotted paths: to a list of records and their fields, or to markup."""

    kind: Literal["json", "jsonp", "markup"]
    markup: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    url: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_complete(self) -> Answer:
        if self.kind != "markup" and bool(self.markup) == bool(self.records):
            raise ValueError("give either `markup` or `records`")
        if self.records and not (self.url and self.title):
            raise ValueError("records need `url` and `title`")
        return self


class Api(Strict):
    """The interface from which a page takes the entries of its lists."""

    find: dict[str, tuple[Pattern[str], ...]] = {}
    otherwise: dict[str, str] = {}
    block: Pattern[str] | None = None
    skip: Pattern[str] | None = None
    script: str = ""
    method: Literal["GET", "POST"] = "GET"
    url: str
    form: dict[str, str] = {}
    body: dict[str, Any] = Field(default={}, alias="json")
    first: int = 1
    sizes: tuple[int, ...] = (20,)
    answer: Answer

    @model_validator(mode="after")
    def _is_complete(self) -> Api:
        for patterns in self.find.values():
            for pattern in patterns:
                needs(pattern, "value")
        for template in (self.url, *self.form.values(), *_strings(self.body)):
            for _, name, _, _ in string.Formatter().parse(template):
                if name and name not in GIVEN and name not in self.find:
                    raise ValueError(f"{template!r} names {{{name}}}, which is neither found nor one of {sorted(GIVEN)}")
        if not self.sizes or min(self.sizes) < 1:
            raise ValueError("`sizes` names at least one number of entries to a page")
        return self


class Years(Strict):
    """One address for each agency and year: which address that is, the parameter that is the year, and the years on offer."""

    address: Pattern[str]
    parameter: str
    offered: Pattern[str]
    back: int

    @model_validator(mode="after")
    def _is_complete(self) -> Years:
        needs(self.offered, "year")
        return self


class Dialect(Strict):
    """What a content management system leaves in its pages. A dialect without fingerprints takes every page."""

    id: str
    name: str
    fingerprints: tuple[Pattern[str], ...] = ()
    addresses: tuple[Pattern[str], ...] = ()
    paging: tuple[PagingRule, ...] = ()
    markup: Markup | None = None
    api: Api | None = None
    years: Years | None = None
    published: tuple[Pattern[str], ...] = ()

    def is_spoken_by(self, source: str, url: str) -> bool:
        """Whether a page's source or address shows this dialect."""
        if not self.fingerprints and not self.addresses:
            return True
        return any(one.search(source) for one in self.fingerprints) or any(one.search(url) for one in self.addresses)


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _strings(each)]
    return [value] if isinstance(value, str) else []
