"""Lists that a page's script fetches: what to ask the site's interface for, from what the page says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit

from tasks.crawl.ask import Ask
from tasks.crawl.dialect import Api, Dialect
from tasks.crawl.page import Page


def first_asks(dialect: Dialect, asked: str, page: Page) -> tuple[Ask, ...]:
    """What to ask for, so that the first page comes of each list that the page's script fetches.

    None where the page does not say what the interface wants to know. What one `block` says goes before what the page says.
    """
    api = dialect.api
    if api is None:
        return ()
    ask = Ask(url="", page=page.url, dialect=dialect.id, sizes=api.sizes)
    blocks = [found[0] for found in api.block.finditer(page.source)] if api.block else []
    blocks = [block for block in blocks if not (api.skip and api.skip.search(unescape(block)))]
    whole = (asked, page.url, page.source, unescape(page.source))
    asks = (_completed(api, ask, (*_both(block), *whole)) for block in blocks or [""])
    return tuple({found.key: found for found in asks if found}.values())


def _both(text: str) -> tuple[str, str]:
    return text, unescape(text)


def after_script(dialect: Dialect, ask: Ask, source: str) -> Ask | None:
    """The same, when the script that the page names has come."""
    return None if dialect.api is None else _completed(dialect.api, replace(ask, step="answer"), (source,))


def page_ask(api: Api, ask: Ask, k: int) -> Ask:
    """The ask for page k (from 1) of the same list."""
    size = ask.sizes[0]
    start = (k - 1) * size + 1
    numbers = {"k": k - 1 + api.first, "i": k - 1, "start": start, "end": start + size - 1, "size": size}
    found = {name: unquote(value) for name, value in ask.found}
    quoted = {name: quote(value, safe="/:") for name, value in found.items()}
    given = {"origin": _origin(ask.page), **numbers}
    url = urljoin(ask.page, api.url.format(**{**quoted, **given}))
    values = {**found, **given}
    body = urlencode({name: text.format(**values) for name, text in api.form.items()})
    if api.body:
        body = json.dumps(_filled(api.body, values), ensure_ascii=False)
    return replace(ask, url=url, method=api.method, body=body, step="answer", k=k)


def smaller(dialect: Dialect, ask: Ask) -> Ask | None:
    """The same page with fewer entries, for a site that refuses so many; None where fewer cannot be asked for."""
    if dialect.api is None or ask.step != "answer" or ask.k != 1 or len(ask.sizes) < 2:
        return None
    return page_ask(dialect.api, replace(ask, sizes=ask.sizes[1:]), 1)


def _completed(api: Api, ask: Ask, texts: Iterable[str]) -> Ask | None:
    known = dict(ask.found)
    found = {name: value for name in api.find if name not in known and (value := _found(api, name, tuple(texts))) is not None}
    ask = ask.known(**found)
    missing = api.find.keys() - dict(ask.found).keys()
    if missing and api.script and ask.step == "page":
        return replace(ask, url=api.script.format(origin=_origin(ask.page)), step="script")
    if missing - api.otherwise.keys():
        return None
    return page_ask(api, ask.known(**{name: api.otherwise[name] for name in missing}), 1)


def _found(api: Api, name: str, texts: tuple[str, ...]) -> str | None:
    for pattern in api.find[name]:
        for text in texts:
            if match := pattern.search(text):
                return match["value"]
    return None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    """A body with its places filled; a place that stands alone keeps a number a number."""
    if isinstance(value, dict):
        return {name: _filled(each, values) for name, each in value.items()}
    if not isinstance(value, str):
        return value
    alone = value[1:-1] if value.startswith("{") and value.endswith("}") else ""
    return values[alone] if alone in values else value.format(**values)
