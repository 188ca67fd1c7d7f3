"""Read an article's page: its own title and date, the files attached to it, and whether it says that it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from tasks.crawl.answers import soft_refusal
from tasks.crawl.page import Page, find_date, read_page, resolve, squeeze
from tasks.crawl.portal import Articles, Portals
from tasks.crawl.titles import is_report, normal
from tasks.errors import CrawlError

_AFTER_LABEL = 16


@dataclass(frozen=True, slots=True)
class Article:
    """What an article's page says of itself.

    attachments: URLs, as they come in the page. refused: what a sorry page is. has_report: it holds a report's text, or a file.
    """

    title: str
    published: date | None
    attachments: tuple[str, ...]
    refused: CrawlError | None
    has_report: bool


def parse_article(body: bytes, url: str, content_type: str, portals: Portals) -> Article:
    """Read an article's page."""
    page = read_page(body, url, content_type)
    text = page.text()
    attachments = tuple(dict.fromkeys(_attachments(page, portals)))
    return Article(
        title=_title(page, portals.articles),
        published=_published(page, text, portals.articles),
        attachments=attachments,
        refused=None if attachments else soft_refusal(text, url, portals),
        has_report=bool(attachments) or portals.articles.body.search(text) is not None,
    )


def _title(page: Page, articles: Articles) -> str:
    said = [*_metas(page, articles.title_metas), *_tags(page, articles.title_tags)]
    return next((" ".join(title.split()) for title in said if title.strip()), "")


def _published(page: Page, text: str, articles: Articles) -> date | None:
    for said in [*_metas(page, articles.date_metas), *_tags(page, articles.date_tags)]:
        if found := find_date(said):
            return found
    for label in articles.date_labels:
        at = text.find(label)
        if at >= 0 and (found := find_date(text[at + len(label) : at + len(label) + _AFTER_LABEL])):
            return found
    return None


def _metas(page: Page, names: tuple[str, ...]) -> Iterator[str]:
    said = {meta.attrib.get("name", "").lower(): meta.attrib.get("content", "") for meta in reversed(page.tree.xpath("//meta"))}
    return (said[name.lower()] for name in names if name.lower() in said)


def _tags(page: Page, names: tuple[str, ...]) -> Iterator[str]:
    return ("".join(found.xpath(".//text()").getall()) for name in names for found in page.tree.xpath(f"//{name}"))


def _attachments(page: Page, portals: Portals) -> Iterator[str]:
    """Files linked from the article's text; from the frame around it only those that are called an annual report or 附件."""
    marks = _marks(portals.articles)
    is_marked = any(_is_article(box, *marks) for box in page.tree.root.iter())
    beside: dict[Any, bool] = {}  # the box around a link → whether it is called 附件 there
    for link in page.tree.xpath("//*[self::a][@href] | //iframe[@src] | //embed[@src] | //object[@data]"):
        target = next(filter(None, (link.attrib.get(name) for name in ("href", "src", "data"))), "")
        url = resolve(page.base, target)
        if not url or not portals.attachments.is_file(url):
            continue
        said = [
            link.attrib.get("title", ""),
            "".join(link.xpath("self::a//text()").getall()),
            PurePosixPath(unquote(urlsplit(url).path)).stem,
        ]
        names = [normal(name, portals.titles) for name in said]
        if any(word in name for word in portals.attachments.exclude for name in names):
            continue
        box = link.root.getparent()
        if box not in beside:
            beside[box] = any(word in squeeze("".join(box.itertext())) for word in portals.attachments.named)
        is_named = beside[box] or any(is_report(name, portals.titles) for name in names)
        if not is_marked or is_named or any(_is_article(box, *marks) for box in link.root.iterancestors()):
            yield url


def _marks(articles: Articles) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The ids, classes and tags by which pages mark their article, in lower case."""
    return (
        frozenset(name.lower() for name in articles.ids),
        frozenset(name.lower() for name in articles.classes),
        frozenset(articles.tags),
    )


def _is_article(box: Any, ids: frozenset[str], classes: frozenset[str], tags: frozenset[str]) -> bool:
    """Whether an element (lxml's own, for there are thousands) is what the page marks as its article."""
    named = box.get("class")
    return (
        box.tag in tags
        or (box.get("id") or "").lower() in ids
        or (bool(named) and not classes.isdisjoint(name.lower() for name in named.split()))
    )
