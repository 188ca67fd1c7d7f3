"""Build the portal's static tree for a night: list pages in two CMS dialects, articles, attachments, their neighbours."""

from __future__ import annotations

import hashlib
import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from posixpath import dirname
from typing import Any

from jinja2 import Environment, FileSystemLoader

from samples.figures import HERE, SampleReport, read_yaml, reports
from samples.markup import body

Tree = dict[str, bytes]
Typeset = Callable[[SampleReport, str], bytes]
_TEMPLATES = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, keep_trailing_newline=True)
_SHORT = 26  # list pages cut longer titles off and keep the whole in the title attribute


@dataclass(frozen=True, slots=True)
class Link:
    """A text and where it leads, relative to its page."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list page: an annual report or a neighbour of theirs (then `report` is None)."""

    title: str
    published: date
    href: str
    report: SampleReport | None = None

    @property
    def short(self) -> str:
        """The title as the list shows it."""
        return self.title if len(self.title) <= _SHORT else self.title[: _SHORT - 1] + "…"

    @property
    def clock(self) -> str:
        """A time of day in office hours, the same every time."""
        seed = zlib.crc32(self.title.encode())
        return f"{9 + seed % 8:02d}:{seed // 8 % 60:02d}"


def portal(night: int, typeset: Typeset) -> Tree:
    """Every file of the portal on a night by its path; `typeset` makes the attachments (pdf-…, docx)."""
    data = read_yaml("agencies.yml")
    tree: Tree = {"robots.txt": b"User-agent: *\nAllow: /\n"}
    for name, listing in data["listings"].items():
        dialect = data["dialects"][listing["dialect"]]
        tree |= _listing(listing, dialect, list(_items(name, listing, data, night)), typeset)
    return tree | _homes(data)


def start_url(listing: dict[str, Any]) -> str:
    """Where a crawl of a list begins, as the register has it ({port} is filled in by the demo)."""
    first = "index.html" if listing["dialect"] == "trs" else "list.shtml"
    return f"http://127.0.0.1:{{port}}{listing['path']}/{first}"


def _items(name: str, listing: dict[str, Any], data: Any, night: int) -> Iterator[Item]:
    mine = [report for report in reports(night) if report.agency.listing == name]
    items = [Item(report.title, report.published, "", report) for report in mine]
    items += [Item(entry["title"], entry["published"], "") for entry in data["neighbours"][name]]
    for item in sorted(items, key=lambda item: (item.published, item.title), reverse=True):
        yield replace(item, href=_href(item, listing))


def _href(item: Item, listing: dict[str, Any]) -> str:
    seed = f"{listing['path']}{item.title}".encode()
    if listing["dialect"] == "trs":
        return f"{item.published:%Y%m}/t{item.published:%Y%m%d}_{10000 + zlib.crc32(seed) % 90000}.html"
    return f"{item.published:%Y%m}/{hashlib.sha256(seed).hexdigest()[:32]}.shtml"


def _listing(listing: dict[str, Any], dialect: dict[str, Any], items: list[Item], typeset: Typeset) -> Tree:
    path, kind = listing["path"].strip("/"), listing["dialect"]
    head = _head(listing, dialect)
    pages = math.ceil(len(items) / listing["page"])
    tree: Tree = {}
    for page in range(pages):
        shown = items[page * listing["page"] : (page + 1) * listing["page"]]
        name = f"index{f'_{page}' if page else ''}.html" if kind == "trs" else f"list{f'_{page + 1}' if page else ''}.shtml"
        context = {
            "items": shown,
            "pages": pages,
            "page": page,
            "total": len(items),
            "newest": items[0].published,
            "clock": "18:00:00",
        }
        tree[f"{path}/{name}"] = _render(f"{kind}_list.html", head | context)
    for item in items:
        tree |= _article(path, kind, head, item, typeset)
    for text, href in dialect["side"].items():
        tree[f"{dirname(path)}/{href}"] = _page(f"{text}_{listing['site']}", f"{dialect['home']}/images/style.css", [], "home")
    return tree


def _head(listing: dict[str, Any], dialect: dict[str, Any]) -> dict[str, Any]:
    first = start_url(listing).partition("{port}")[2]
    targets = [f"{dialect['home']}/index.html", first]
    return {
        "site": listing["site"],
        "domain": "127.0.0.1",
        "code": listing["code"],
        "column": listing["column"],
        "path": listing["path"],
        "nav": [(text, targets[index] if index < len(targets) else "#") for index, text in enumerate(dialect["nav"])],
        "side": [(text, f"{dirname(listing['path'])}/{href}") for text, href in dialect["side"].items()]
        + [(listing["column"], first)],
        "invented": _words("invented"),
        "download": _words("download"),
    }


def _article(path: str, kind: str, head: dict[str, Any], item: Item, typeset: Typeset) -> Tree:
    report, tree = item.report, Tree()
    context = head | {
        "title": item.title,
        "published": item.published,
        "clock": item.clock,
        "charset": "utf-8",
        "source": head["site"],
    }
    context |= {"index": f"{head['code']}/{item.published:%Y}-{zlib.crc32(item.title.encode()) % 100000:05d}", "attachment": None}
    context["content"] = f"<p>{_words('neighbour')}</p>"
    if report is not None:
        context |= _report_page(report)
        kind_of_file = report.attachment or ("" if report.printed_as.startswith("html") else report.printed_as)
        if kind_of_file:
            link = _attachment(kind, item, report, kind_of_file)
            context["attachment"] = link
            tree[f"{path}/{dirname(item.href)}/{link.href}"] = typeset(report, kind_of_file)
    encoding = "gb18030" if context["charset"] == "gb2312" else "utf-8"
    return tree | {f"{path}/{item.href}": _render(f"{kind}_article.html", context, encoding)}


def _report_page(report: SampleReport) -> dict[str, Any]:
    note = _words("article_note").format(name=report.agency.name, year=report.year)
    editor = report.printed_as.removeprefix("html-")
    content = body(report, editor) if editor != report.printed_as else f"<p>\u3000\u3000{note}</p>"
    return {
        "source": report.agency.name,
        "content": content,
        "charset": "gb2312" if editor == "gb" else "utf-8",
        "invented": invented(report),
    }


def invented(report: SampleReport) -> str:
    """What the report's footer says: agency and figures are invented, or the agency only."""
    return _words(
        "invented_but_figures"
        if any(breach.rule == "T-BLANK" and report.year == 2019 for breach in report.breaks)
        else "invented"
    )


def _attachment(kind: str, item: Item, report: SampleReport, kind_of_file: str) -> Link:
    extension = kind_of_file.partition("-")[0]
    seed = hashlib.sha256(item.href.encode()).hexdigest()
    stem = f"P0{item.published:%Y%m%d}{int(seed[:9], 16) % 10**12:012d}" if kind == "trs" else f"{seed[:32]}/files/{seed[32:]}"
    return Link(f"{report.agency.name}{report.year}年政府信息公开工作年度报告.{extension}", f"{stem}.{extension}")


def _homes(data: Any) -> Tree:
    tree, portals = Tree(), []
    for kind, dialect in data["dialects"].items():
        home = dialect["home"].strip("/")
        lists = [entry for entry in data["listings"].values() if entry["dialect"] == kind]
        links = [(f"{entry['site']} · {entry['column']}", start_url(entry).partition("{port}")[2]) for entry in lists]
        tree[f"{home}/index.html"] = _page(lists[0]["site"], f"/{home}/images/style.css", links, "home")
        tree[f"{home}/images/style.css"] = (HERE / "templates" / f"{kind}_style.css").read_bytes()
        tree[f"{home}/images/page.js"] = (HERE / "templates" / f"{kind}_page.js").read_bytes()
        portals.append((lists[0]["site"], f"/{home}/index.html"))
    tree["index.html"] = _page("gouji", "", portals, "home")
    return tree


def _page(title: str, style: str, links: list[tuple[str, str]], note: str) -> bytes:
    return _render(
        "home.html", {"title": title, "style": style, "links": links, "note": _words(note), "invented": _words("invented")}
    )


def _words(key: str) -> str:
    return str(read_yaml("prose.yml")[key])


def _render(template: str, context: dict[str, Any], encoding: str = "utf-8") -> bytes:
    return _TEMPLATES.get_template(template).render(context).encode(encoding)
