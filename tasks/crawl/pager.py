"""A list's pager (首页 上一页 1 2 3 下一页 尾页): where the other pages are, and how many it counts."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from scrapy import Selector

from tasks.crawl.page import Page, resolve, squeeze
from tasks.crawl.portal import Portals

_DEPTH = 3  # how far above the label of the next page its pager may begin
_TOO_LONG = 5  # digits: a telephone number, no page


@dataclass(frozen=True, slots=True)
class Pager:
    """Links to other pages with their number (0: the one after this), the highest number seen, and whether a page follows."""

    further: tuple[tuple[int, str], ...]
    last: int
    has_next: bool


def read_pager(page: Page, portals: Portals) -> Pager:
    """Read the pagers of a page. A bare number belongs to one only where a label of the next, first or last page is near."""
    rule = portals.following
    further: dict[str, int] = {}
    last, has_next = 0, False
    for label in page.tree.xpath("//a | //span | //li | //em | //b"):
        text = _text(label)
        if text not in rule.labels and text not in rule.ends:
            continue
        if text in rule.labels and label.root.tag == "a":
            has_next = has_next or not _is_itself(label, page)
            _add(further, 0, label, page, portals)
        for anchor in _pager_of(label).xpath(".//a"):
            number = _text(anchor)
            if number.isdecimal() and len(number) < _TOO_LONG:
                last = max(last, int(number))
                if int(number) > 1:
                    _add(further, int(number), anchor, page, portals)
    return Pager(tuple((number, url) for url, number in sorted(further.items(), key=lambda one: one[1])), last, has_next)


def _add(further: dict[str, int], number: int, anchor: Selector, page: Page, portals: Portals) -> None:
    url = resolve(page.base, anchor.attrib.get("href", ""))
    if url and url != page.url and not portals.attachments.is_file(url) and is_same_list(url, page.url):
        further[url] = number or further.get(url, 0)


def _is_itself(label: Selector, page: Page) -> bool:
    """Whether a link leads to its own page: of the last page's 下一页. An address of nothing but # is a script's."""
    href = label.attrib.get("href", "")
    return bool(href) and "#" not in href and resolve(page.base, href) == page.url


def _pager_of(label: Selector) -> Selector:
    """The smallest box around a label that holds something else, no further out than a few boxes."""
    for box in reversed(label.xpath("ancestor::*[not(self::body or self::html)]")[-_DEPTH:]):
        if len(box.xpath(".//a")) > 1:
            return box
    return label


def is_same_list(url: str, listing: str) -> bool:
    """A further page lies in the listing's folder, or is the listing with another query."""
    one, other = urlsplit(url), urlsplit(listing)
    folder = other.path.rpartition("/")[0]
    return one.netloc == other.netloc and one.path.startswith(f"{folder}/")


def _text(node: Selector) -> str:
    return squeeze("".join(node.xpath(".//text()").getall())).lower()
