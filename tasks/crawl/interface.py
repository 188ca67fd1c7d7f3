"""Read what a site's interface answers (JSON, JSONP or markup) as one page of a list."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from scrapy import Selector

from tasks.crawl.api import page_ask
from tasks.crawl.ask import Ask
from tasks.crawl.dialect import Answer, Dialect
from tasks.crawl.links import Link, date_in_url
from tasks.crawl.listing import Listing, Paging, markup_listing
from tasks.crawl.page import decode, find_date, resolve
from tasks.crawl.portal import Portals
from tasks.crawl.titles import is_cut

_CALLBACK = re.compile(r"^\s*[\w$.]+\s*\((?P<json>.*)\)\s*;?\s*$", re.DOTALL)
_CHINA = timezone(timedelta(hours=8))
_MILLISECONDS = 10**11  # a time beyond this is not in seconds
_NO_LIST = "is no answer of the site's list interface"


def parse_answer(body: bytes, ask: Ask, content_type: str, portals: Portals) -> Listing:
    """Read one page of a list from an interface's answer."""
    dialect, text = portals.dialect(ask.dialect), decode(body, content_type)
    rule = dialect.api.answer if dialect.api else Answer(kind="markup")
    listing = markup_listing(text, ask, dialect, portals) if rule.kind == "markup" else _from_json(text, ask, dialect, portals)
    if listing.problem or listing.onward or dialect.api is None or not ask.sizes:
        return listing
    is_cut = ask.k == 1 and 0 < listing.entries < min(ask.sizes[0], listing.rows_stated)  # the site gives fewer than we ask for
    return replace(listing, onward=page_ask(dialect.api, replace(ask, sizes=(listing.entries,)) if is_cut else ask, ask.k + 1))


def _from_json(text: str, ask: Ask, dialect: Dialect, portals: Portals) -> Listing:
    rule = dialect.api.answer if dialect.api else Answer(kind="markup")
    called = _CALLBACK.match(text) if rule.kind == "jsonp" else None
    try:
        answer = json.loads(called["json"] if called else text)
    except (json.JSONDecodeError, RecursionError):
        return Listing(ask.url, dialect.id, problem=_NO_LIST)
    rows, pages = _number(answer, rule.rows), _number(answer, rule.pages)
    paging = Paging(pages, rows=rows) if rows is not None or pages is not None else None
    if rule.markup:
        markup = _at(answer, rule.markup)
        if not isinstance(markup, str):
            return Listing(ask.url, dialect.id, problem="" if markup is None and paging else _NO_LIST)
        given = markup_listing(markup, ask, dialect, portals)
        return replace(given, paging=paging or given.paging)
    records = _at(answer, rule.records)
    if not isinstance(records, list):
        return Listing(ask.url, dialect.id, paging=paging, problem=_NO_LIST)
    links = tuple(_records(records, rule, ask, dialect, portals))
    return Listing(ask.url, dialect.id, links, len(records), paging)


def _records(records: list[Any], rule: Answer, ask: Ask, dialect: Dialect, portals: Portals) -> Iterable[Link]:
    seen: set[str] = set()
    for record in records:
        url = resolve(ask.page, str(_at(record, rule.url) or ""))
        title = " ".join(Selector(text=str(_at(record, rule.title) or " "), type="html").xpath("string()").get("").split())
        if url and title and url not in seen:
            seen.add(url)
            published = _day(_at(record, rule.published)) or date_in_url(url, dialect)
            yield Link(url, title, published, is_cut(title, portals.titles))


def _at(answer: Any, paths: tuple[str, ...]) -> Any:
    """The first thing that is found at one of some dotted paths. What is itself JSON written as text is read on the way."""
    for path in paths:
        found = answer
        for name in path.split("."):
            if isinstance(found, str) and found[:1] in ("{", "["):
                try:
                    found = json.loads(found)
                except json.JSONDecodeError:
                    found = None
            found = found.get(name) if isinstance(found, dict) else None
        if found not in (None, ""):
            return found
    return None


def _number(answer: Any, paths: tuple[str, ...]) -> int | None:
    found = _at(answer, paths)
    return int(found) if isinstance(found, int) or (isinstance(found, str) and found.isdigit()) else None


def _day(value: Any) -> date | None:
    """A day as interfaces write it: a text, or seconds or milliseconds since 1970 (in China's time)."""
    if isinstance(value, int | float) or (isinstance(value, str) and re.fullmatch(r"\d{9,14}", value)):
        seconds = float(value)
        try:
            return datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS else seconds, _CHINA).date()
        except (ValueError, OverflowError, OSError):
            return None
    return find_date(value) if isinstance(value, str) else None
