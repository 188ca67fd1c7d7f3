"""Read a fetched web page: its charset (declared ones may lie), its links, the dates beside them."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urldefrag, urlencode, urljoin, urlsplit, urlunsplit

from scrapy import Selector

from tasks.crawl.bounds import parse_html

DATE = re.compile(r"(?<!\d)(20\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_GB = frozenset({"gb2312", "gbk", "gb18030", "x-gbk", "gb_2312-80"})
_TOLERATED = 50  # one undecodable character in so many: a text cut in the middle of a character, not another charset
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


@dataclass(frozen=True, slots=True)
class Page:
    """A decoded page: its URL after redirects, its source, and its tree."""

    url: str
    source: str
    tree: Selector

    @property
    def base(self) -> str:
        """The URL that relative links start from."""
        return urljoin(self.url, self.tree.xpath("string(//base/@href)").get(default="").strip())

    def text(self) -> str:
        """The visible text, without white space."""
        return squeeze("".join(self.tree.root.xpath("//body//text()[not(ancestor::script or ancestor::style)]")))


def read_page(body: bytes, url: str, content_type: str = "") -> Page:
    """Decode and parse a page. Broken markup gives what can be saved of it, an empty body an empty page.

    Raises CrawlError where it is beyond all measure (bounds.py).
    """
    source = _XML_DECLARATION.sub("", decode(body, content_type))
    return Page(url=url, source=source, tree=parse_html(source))


def decode(body: bytes, content_type: str = "") -> str:
    """Bytes to text. What is valid UTF-8 is UTF-8, whatever it says; else the declared charset; else GB 18030."""
    for bom, charset in _BOMS:
        if body.startswith(bom):
            return body.decode(charset, errors="replace")
    text = body.decode("utf-8", errors="replace")
    strange = text.count("\ufffd")
    if not strange or strange * _TOLERATED <= sum(character > "\x7f" for character in text):
        return text
    declared = _CHARSET.search(content_type) or _CHARSET.search(body[:4096].decode("ascii", errors="replace"))
    charset = declared[1].lower() if declared else ""
    if charset in _GB or not _is_multibyte(charset):
        charset = "gb18030"
    return body.decode(charset, errors="replace")


def _is_multibyte(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name in {"big5", "big5hkscs", "cp950"}
    except LookupError:
        return False


def is_html(body: bytes) -> bool:
    """Whether the bytes look like a web page; no regard to the declared type."""
    head = body[:2048].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    return head.startswith((b"<!doctype html", b"<html", b"<!--", b"<head", b"<body")) or b"<html" in head or b"<body" in head


def squeeze(text: str) -> str:
    """Text without any white space."""
    return "".join(text.split())


def resolve(base: str, href: str) -> str:
    """An absolute http(s) URL without fragment, characters beyond ASCII escaped; blank for anything else."""
    try:
        url = urldefrag(urljoin(base, href.strip())).url
        parts = urlsplit(url)
        _ = parts.port  # ValueError where it is none
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return ""
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]")


def with_query(url: str, name: str, value: str) -> str:
    """The same URL with one parameter of its query set."""
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != name]
    return urlunsplit(parts._replace(query=urlencode([*query, (name, value)]), fragment=""))


def extension(url: str) -> str:
    """The file extension at a URL's end, or of the file that a viewer page is asked to show; lower case, no dot."""
    parts = urlsplit(url)
    shown = parse_qs(parts.query).get("file", [""])[0]
    return PurePosixPath(urlsplit(shown).path or unquote(parts.path)).suffix.lower().removeprefix(".")


def find_date(text: str) -> date | None:
    """The first date in a text, or None."""
    for found in DATE.finditer(text):
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            continue
    return None
