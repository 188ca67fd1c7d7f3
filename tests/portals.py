"""Government web sites on loopback, one for each dialect of their content management systems, in the shapes that sites have.

A `Book` is what a site has to list; a builder of `DIALECTS` writes it in its dialect, whole or damaged on one page. One server
answers for all sites, each of which has an address of its own (127.0.1.N).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

WATER, GRAIN = "青禾县水务局", "青禾县粮食局"
NOISE = (
    "关于召开节水会议的通知",
    "青禾县2024年政府网站工作年度报表",
    "青禾县水务局2023年法治政府建设年度报告",
    "县政府召开常务会议",
)


@dataclass(frozen=True)
class Entry:
    """One entry of a list: an agency's report where `year` is given, else something that is none."""

    id: int
    title: str
    published: date
    agency: str = ""
    year: int | None = None

    @property
    def hex(self) -> str:
        return f"{self.id:024x}"


@dataclass(frozen=True)
class Book:
    """A list: its entries, how many stand on a page, and what is wrong with page `at`: gone, other (the first again) or cut."""

    entries: tuple[Entry, ...]
    size: int
    damage: str = ""
    at: int = 2

    @property
    def rows(self) -> int:
        return len(self.entries)

    @property
    def pages(self) -> int:
        return max(1, -(-self.rows // self.size))

    def served(self, k: int) -> int:
        """The page that the site shows for page k; 0 where there is none."""
        if k == self.at <= self.pages and self.damage in ("gone", "other"):
            return 0 if self.damage == "gone" else 1
        return k if 1 <= k <= self.pages else 0

    def on(self, k: int) -> tuple[Entry, ...]:
        """What stands on page k."""
        whole = self.entries[(k - 1) * self.size : k * self.size] if k >= 1 else ()
        return whole[:-2] if k == self.at and self.damage == "cut" else whole

    def seen(self) -> list[Entry]:
        """What a reader of every page sees."""
        return list({entry: None for k in range(1, self.pages + 1) for entry in self.on(self.served(k))})


def book(rows: int, size: int, damage: str = "", at: int = 2, reports: int = 6) -> Book:
    """Reports of two agencies, of 2025 and the years before, spread over a list of `rows` entries, newest first."""
    listed = [(name, year) for year in range(2025, 2000, -1) for name in (WATER, GRAIN)][: min(reports, rows)]
    places = {round(n * (rows - 1) / max(len(listed) - 1, 1)): report for n, report in enumerate(listed)}
    entries = []
    for n in range(rows):
        day = date(2026, 1, 28).toordinal() - n * 9
        if n in places:
            name, year = places[n]
            entries.append(Entry(7000 + n, f"{name}{year}年政府信息公开工作年度报告", date.fromordinal(day), name, year))
        else:
            entries.append(Entry(7000 + n, f"{NOISE[n % len(NOISE)]}之{n}", date.fromordinal(day)))
    return Book(tuple(entries), size, damage, at)


# The server


@dataclass(frozen=True)
class Asked:
    """A request: `query` and `form` with one value each."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    body: bytes
    referer: str


Reply = str | bytes | tuple[int, dict[str, str], bytes] | None  # None: there is no such page
Route = Reply | Callable[[Asked], Reply]


@dataclass
class Portal:
    """A site: where its list begins, and what it answers, by path with query, or else by path."""

    start: str
    routes: dict[str, Route]
    agencies: tuple[str, ...] = (WATER, GRAIN)
    home: str = ""  # http://address:port, once it is served
    asked: list[str] = field(default_factory=list)

    def answer(self, target: str, asked: Asked) -> Reply:
        self.asked.append(target)
        route = self.routes.get(target, self.routes.get(asked.path))
        return route(asked) if callable(route) else route


@contextmanager
def served(portals: list[Portal]) -> Iterator[None]:
    """Serve sites until the block ends; each then knows its `home`."""
    by_host: dict[str, Portal] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            form = dict(parse_qsl(body.decode(), keep_blank_values=True)) if body[:1] not in (b"", b"{") else {}
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            asked = Asked(self.command, parts.path, query, form, body, self.headers["Referer"] or "")
            reply = by_host[self.headers["Host"].split(":")[0]].answer(self.path, asked)
            status, headers, data = self._whole(reply)
            self.send_response(status)
            for name, value in {"Content-Type": "text/html", "Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET  # noqa: N815 - http.server's name

        def _whole(self, reply: Reply) -> tuple[int, dict[str, str], bytes]:
            if reply is None:
                return 404, {}, b"no such page"
            return reply if isinstance(reply, tuple) else (200, {}, reply.encode() if isinstance(reply, str) else reply)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("", 0), Handler)
    server.daemon_threads = True
    for n, portal in enumerate(portals, 1):
        host = f"127.0.{1 + n // 250}.{1 + n % 250}"
        by_host[host] = portal
        portal.home = f"http://{host}:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield
    server.shutdown()
    server.server_close()


# What pages are made of

MENU = (
    '<ul class="nav"><li><a href="/">首页</a></li><li><a href="/zfxxgk/">政府信息公开</a></li>'
    '<li><a href="/zfxxgk/nb/">政府信息公开年报</a></li></ul>'
)
HOT = '<div class="hot"><h3>热点新闻</h3><li><a href="/yw/2026/1.html">全县防汛工作会议召开</a><span>2026-01-30</span></li></div>'
FOOT = (
    '<div class="footer"><a href="http://www.gov.test/">中国政府网</a> '
    '<a href="http://x.test/2026-01-09/a.html">友情链接</a> 政府网站标识码：3213220037</div>'
)


def frame(inside: str, head: str = "") -> str:
    """A page of the site around its list: menu, hot news and footer have links of their own."""
    return f"<!DOCTYPE html><html><head>{head}<title>青禾县人民政府</title></head><body>{MENU}{inside}{HOT}{FOOT}</body></html>"


def article(entry: Entry, inside: str = "") -> str:
    """An entry's own page."""
    return (
        f'<html><head><meta name="ArticleTitle" content="{entry.title}">'
        f'<meta name="PubDate" content="{entry.published} 09:00"></head><body>{MENU}<div id="zoom"><h1>{entry.title}</h1>'
        f"<p>{'一、总体情况。本机关认真贯彻条例。' * 40}</p>{inside}</div>{FOOT}</body></html>"
    )


ROWS = {
    "title first": '<li><a title="{t}" href="{h}">{s}</a><span>{d}</span></li>',
    "title last": "<li><span>{d}</span><a href='{h}' target='_blank' title='{t}'>{s}</a></li>",
    "no title": '<li><i>{d}</i><a href="{h}">{t}</a></li>',
    "date inside": '<div class="row"><p><a href="{h}"><span>{t}</span><em>{d}</em></a></p></div>',
    "table": '<tr><td class="n">·</td><td><a class="bt_link" title="{t}" href="{h}">{s}</a></td><td align="center">{d}</td></tr>',
    "upper case": '<LI><A HREF="{h}" TITLE="{t}">{s}</A><SPAN>[{d}]</SPAN></LI>',
    "words": '<li><a href="{h}">{t}</a><b>{d:%Y年%m月%d日}</b></li>',
    "no date": '<li><a href="{h}" title="{t}">{s}</a></li>',
}
Href = Callable[[Entry], str]


def rows(entries: tuple[Entry, ...], href: Href, shape: str = "title first") -> str:
    """Entries as a list shows them, long titles cut short beside their title attribute."""
    texts = [ROWS[shape].format(t=e.title, s=f"{e.title[:12]}…", h=href(e), d=e.published) for e in entries]
    return f"<table>{''.join(texts)}</table>" if shape == "table" else f'<ul class="list">{"".join(texts)}</ul>'


def articles(of: Book, path: Href) -> dict[str, Route]:
    return {path(entry): article(entry) for entry in of.entries if entry.year}


def static(
    of: Book,
    names: Callable[[int], str],
    path: Href,
    pager: Callable[[int], str],
    *,
    href: Href | None = None,
    shape: str = "title first",
    head: str = "",
    charset: str = "utf-8",
) -> Portal:
    """A list of ready pages: `names` their paths, `path` that of an article, `href` how the list links it, `pager` the rest."""
    routes: dict[str, Route] = articles(of, path)
    for k in range(1, of.pages + 1):
        if shown := of.served(k):
            text = frame(rows(of.on(shown), href or path, shape) + pager(shown), head)
            routes[names(k)] = text.encode(charset)
    return Portal(names(1), routes)


def numbers(of: Book, names: Callable[[int], str], *, is_script: bool = False, says: str = "") -> Callable[[int], str]:
    """A pager of links: 首页 上一页 1 2 3 下一页 尾页."""

    def pager(k: int) -> str:
        def link(n: int, label: str) -> str:
            if n < 1 or n > of.pages or n == k:
                return f"<span>{label}</span>"
            return f'<a href="{f"javascript:goPage({n})" if is_script else names(n)}">{label}</a>'

        labels = [
            (1, "首页"),
            (k - 1, "上一页"),
            *((n, str(n)) for n in range(1, of.pages + 1)),
            (k + 1, "下一页"),
            (of.pages, "尾页"),
        ]
        return (
            f'<div class="page">{" ".join(link(n, label) for n, label in labels)} {says.format(n=of.rows, m=of.pages, k=k)}</div>'
        )

    return pager


# The dialects. `says`: what a site tells of its list's length: its rows, its pages or nothing


@dataclass(frozen=True)
class Dialect:
    """How a site is built, how many entries it shows on a page, and what it says of its length."""

    build: Callable[[Book], Portal]
    size: int
    says: str
    cms: str

    def book(self, damage: str = "", at: int = 2) -> Book:
        return book(3 * self.size - 1, self.size, damage, at, reports=3 if damage else 6)


DIALECTS: dict[str, Dialect] = {}


def dialect(name: str, cms: str, says: str, size: int = 4) -> Callable[[Callable[[Book], Portal]], Callable[[Book], Portal]]:
    def register(build: Callable[[Book], Portal]) -> Callable[[Book], Portal]:
        DIALECTS[name] = Dialect(build, size, says, cms)
        return build

    return register


def _trs_path(entry: Entry) -> str:
    return f"/zfxxgk/nb/{entry.published:%Y%m}/t{entry.published:%Y%m%d}_{entry.id}.html"


@dialect("trs", "trs", "pages")
def trs(of: Book) -> Portal:
    def names(k: int) -> str:
        return "/zfxxgk/nb/" if k == 1 else f"/zfxxgk/nb/index_{k - 1}.html"

    def pager(k: int) -> str:
        return (
            f'<script>\n//createPageHTML(9, 9, "index", "html");\ncreatePageHTML({of.pages}, {k - 1}, "index","html");\n</script>'
        )

    return static(of, names, _trs_path, pager, href=lambda e: "." + _trs_path(e).removeprefix("/zfxxgk/nb"))


@dialect("trs countPage", "trs", "pages")
def trs_count(of: Book) -> Portal:
    def names(k: int) -> str:
        return f"/zfxxgk/nb/{'index' if k == 1 else f'index_{k - 1}'}.shtml"

    def pager(k: int) -> str:
        return (
            f"<script>var currentPage = {k - 1};//所在页从0开始\nvar prevPage = currentPage-1\n"
            f'var countPage = {of.pages}//共多少页\ndocument.write("共"+countPage+"页");</script>'
        )

    return static(of, names, _trs_path, pager, href=lambda e: ".." + _trs_path(e).removeprefix("/zfxxgk"), shape="no date")


@dialect("ucap", "ucap", "rows")
def ucap(of: Book) -> Portal:
    return _ucap(of, "title last")


@dialect("ucap without dates", "ucap", "rows")
def ucap_undated(of: Book) -> Portal:
    return _ucap(of, "no date")


def _ucap(of: Book, shape: str) -> Portal:
    def names(k: int) -> str:
        return f"/sygfj/gknb/{'list' if k == 1 else f'list_{k}'}.shtml"

    def pager(k: int) -> str:
        return f"<div id=\"page_div\"></div><script>createPageHTML('page_div',{of.pages}, {k},'list','shtml',{of.rows});</script>"

    return static(of, names, lambda e: f"/sygfj/gknb/{e.published:%Y%m}/{e.hex}.shtml", pager, shape=shape)


# Hanweb


def _art(entry: Entry) -> str:
    return f"/art/{entry.published.year}/{entry.published.month}/{entry.published.day}/art_12_{entry.id}.html"


def datastore(entries: tuple[Entry, ...], total: int | str, onward: str = "") -> str:
    records = "".join(
        f"<record><![CDATA[{ROWS['title last'].format(t=e.title, s=e.title[:9] + '...', h=_art(e), d=e.published)}]]></record>"
        for e in entries
    )
    group = f'<nextgroup><![CDATA[<a href="{onward}"></a>]]></nextgroup>' if onward else "<nextgroup></nextgroup>"
    return f"<datastore>{group}<totalrecord>{total}</totalrecord><recordset>{records}</recordset></datastore>"


def _jpage_shell(store: str, total: int, more: str = "") -> str:
    call = (
        f"$('#u1').jpage({{themeName:'default',totalRecord:{total},proxyUrl:'/module/web/jpage/dataproxy.jsp',perPage:4,groupSize:3,"
        f"ajaxParam:{{col:'1',appid:'1',webid:'3095',path:'/',columnid:'12',sourceContentType:'1',unitid:'61',webname:'青禾县政府',permissiontype:'0'}}}});"
    )
    return frame(f'<script type="text/xml">{store}</script><script>{call}{more}</script>')


def _jpage(of: Book, href: Callable[[int], str], number: Callable[[Asked], int]) -> Portal:
    """Groups that lead on by the address that each names; `number` finds out which one is asked for."""

    def onward(k: int) -> str:
        return href(k + 1) if k < of.pages else ""

    def answer(asked: Asked) -> Reply:
        shown = of.served(number(asked))
        return datastore(of.on(shown), of.rows, onward(shown).replace("/module/web/jpage", ".")) if shown else None

    shell = _jpage_shell(datastore(of.on(1), of.rows, onward(1)), of.rows)
    return Portal(
        "/col/col12/index.html", {**articles(of, _art), "/col/col12/index.html": shell, "/module/web/jpage/dataproxy.jsp": answer}
    )


@dialect("jpage groups", "jpage", "rows")
def jpage_groups(of: Book) -> Portal:
    def href(k: int) -> str:
        ids = "appid=1&amp;webid=3095&amp;path=/&amp;columnid=12&amp;unitid=61&amp;webname=青禾县政府"
        return f"/module/web/jpage/dataproxy.jsp?page={k}&amp;{ids}"

    return _jpage(of, href, lambda asked: int(asked.query["page"]))


@dialect("jpage encrypted", "jpage", "rows")
def jpage_encrypted(of: Book) -> Portal:
    def href(k: int) -> str:
        return f"/module/web/jpage/dataproxy.jsp?p={'ab' * k}%3D%3D&amp;s={'9' * k}"

    return _jpage(of, href, lambda asked: len(asked.query["s"]) if asked.query["p"].endswith("==") else 0)


def _jpage_proxy(of: Book, is_by_page: bool) -> Portal:
    """Pages from the proxy, which never gives more than a page's entries; counted by page, or by startrecord."""

    def answer(asked: Asked) -> Reply:
        per = min(int(asked.query["perpage"]), of.size)
        k = int(asked.query["page"]) if is_by_page else -(-int(asked.query["startrecord"]) // per)
        shown = of.served(k)
        is_known = (asked.query["webid"], asked.query["columnid"], asked.query["unitid"]) == ("3095", "12", "61")
        return datastore(of.on(shown), of.rows) if shown and is_known else None

    shell = _jpage_shell(datastore(of.on(1)[:2], of.rows), of.rows)
    return Portal(
        "/col/col12/index.html", {**articles(of, _art), "/col/col12/index.html": shell, "/module/web/jpage/dataproxy.jsp": answer}
    )


@dialect("jpage by page", "jpage", "rows")
def jpage_by_page(of: Book) -> Portal:
    return _jpage_proxy(of, is_by_page=True)


@dialect("jpage by record", "jpage", "rows")
def jpage_by_record(of: Book) -> Portal:
    return _jpage_proxy(of, is_by_page=False)


@dialect("xxgk search", "xxgk", "rows")
def xxgk(of: Book) -> Portal:
    def answer(asked: Asked) -> Reply:
        shown = of.served(int(asked.form["currpage"]))
        if asked.method != "POST" or asked.form["area"] != "11321322014319000X" or not shown:
            return None
        says = f"&nbsp;共{of.rows}条&nbsp;&nbsp;共{of.pages}页&nbsp;<a href='javascript:goPage(2)'>下一页</a>"
        return f"{rows(of.on(shown), _art, 'table')}<td align='right'>{says}</td>"

    shell = frame(
        '<iframe src="/module/xxgk/tree.jsp?area=11321322014319000X"></iframe><div id="div12"></div>'
        "<script>loadDynamic('/module/xxgk/search.jsp?standardXxgk=1&infotypeId=A0212&jdid=3096&area=11321322014319000X&divid=div12');</script>"
    )
    return Portal(
        "/col/col12/index.html", {**articles(of, _art), "/col/col12/index.html": shell, "/module/xxgk/search.jsp": answer}
    )


def _jpaas(of: Book, query: str, has_total: bool) -> Portal:
    def path(entry: Entry) -> str:
        return f"/art/{entry.published.year}/art_{entry.id:032x}.html"

    def answer(asked: Asked) -> Reply:
        given = asked.query
        number = int(json.loads(given.get("paramJson", "{}")).get("pageNo", 1))  # a bare pageNo is ignored
        if (given["webId"], given["pageId"], given["tplSetId"], given["tagId"]) != ("3549", "1229", "zfH", "信息列表"):
            return "{}"
        k = of.served(number)
        if not k:
            return None if number <= of.pages else json.dumps({"code": "200", "data": {"html": "<ul></ul>"}})
        total = f'<div class="pagination" data-total="{of.rows}"></div>' if has_total else ""
        return json.dumps({"code": "200", "success": True, "data": {"html": rows(of.on(k), path) + total}})

    url = "/api-gateway/jpaas-publish-server/front/page/build/unit"
    unit = f'<script src="/AuthorizedRead/unitbuild.js" url="{url}" queryData={query}></script>'
    routes: dict[str, Route] = {
        "/api-gateway/jpaas-publish-server/front/page/build/unit": answer,
        "/col/col1229/index.html": frame(unit),
    }
    return Portal("/col/col1229/index.html", {**articles(of, path), **routes})


UNIT = {
    "parseType": "bulidstatic",
    "webId": "3549",
    "tplSetId": "zfH",
    "pageType": "column",
    "tagId": "信息列表",
    "pageId": "1229",
}
_UNIT_JSON = json.dumps(UNIT, ensure_ascii=False)


@dialect("jpaas single quotes", "jpaas", "rows", size=15)
def jpaas_single(of: Book) -> Portal:
    return _jpaas(of, '"' + _UNIT_JSON.replace('"', "'") + '"', has_total=True)


@dialect("jpaas double quotes", "jpaas", "nothing", size=15)
def jpaas_double(of: Book) -> Portal:
    return _jpaas(of, f"'{_UNIT_JSON}'", has_total=False)


@dialect("jpaas escaped", "jpaas", "nothing", size=15)
def jpaas_escaped(of: Book) -> Portal:
    return _jpaas(of, '"' + _UNIT_JSON.replace('"', "&quot;") + '"', has_total=False)


# Others with an interface


def _truecms(of: Book, refusal: Reply) -> Portal:
    def path(entry: Entry) -> str:
        return f"/hmsgtj/nb/content/{entry.hex}.html"

    def answer(asked: Asked) -> Reply:
        per = int(asked.query["perpage"])
        if not asked.referer.endswith("/nb/nb.html") or asked.query["columnId"] != "754f6db5-d294":
            return None
        if per > of.size:
            return refusal
        shown = of.served((int(asked.query["startrecord"]) - 1) // per + 1)
        if not shown:
            return None
        records = "".join(
            f"<record><![CDATA[{ROWS['title first'].format(t=e.title, s=e.title, h=path(e), d=e.published)}]]></record>"
            for e in of.on(shown)
        )
        result = f"<datastore><totalrecord>{of.rows}</totalrecord><recordset>{records}</recordset></datastore>"
        return f"{asked.query['callback']}({json.dumps({'result': result}, ensure_ascii=False)})"

    call = (
        f"$('#p').jpage({{totalRecord:{of.rows},contentTemplate:'<datastore><recordset></recordset></datastore>',"
        "proxyUrl:'/TrueCMS/messageController/getMessage.do',perPage:10,ajaxParam:{columnId:'754f6db5-d294'}});"
    )
    routes: dict[str, Route] = {
        "/hmsgtj/nb/nb.html": frame(f"<div id='p'></div><script>{call}</script>"),
        "/TrueCMS/messageController/getMessage.do": answer,
    }
    return Portal("/hmsgtj/nb/nb.html", {**articles(of, path), **routes})


@dialect("truecms refuses", "truecms", "rows", size=20)
def truecms_refuses(of: Book) -> Portal:
    return _truecms(of, None)


@dialect("truecms empty", "truecms", "rows", size=20)
def truecms_empty(of: Book) -> Portal:
    return _truecms(of, 'cb({"result":""})')


def _ewb(of: Book, first: int, is_text: bool) -> Portal:
    def path(entry: Entry) -> str:
        return f"/zwgk/003/{entry.published:%Y%m%d}/{entry.hex}.html"

    def answer(asked: Asked) -> Reply:
        given = json.loads(asked.body)
        if asked.method != "POST" or (given["siteGuid"], given["categorynum"], given["deptcode"]) != ("7eb5f7f1", "003002", "x9"):
            return '{"custom":{"data":[],"total":0}}'
        shown = of.served(max(given["pageIndex"] - first + 1, 1))
        if not shown:
            return None
        data = [{"title": e.title, "infourl": path(e), "infodate": str(e.published)} for e in of.on(shown)]
        custom = {"total": of.rows, "data": data}
        return json.dumps({"custom": json.dumps(custom) if is_text else custom, "status": {"code": 1}})

    shell = frame('<script src="/js/webBuilderCommon.js"></script><div id="list"></div>')
    script = 'var siteInfo = {"siteGuid": "7eb5f7f1", "projectName": "/EWB-FRONT"};'
    routes: dict[str, Route] = {
        "/dynamic/govInfoPub.html": shell,
        "/js/webBuilderCommon.js": script,
        "/EWB-FRONT/rest/lightfrontaction/getgovinfolist": answer,
    }
    return Portal("/dynamic/govInfoPub.html?categorynum=003002&deptcode=x9", {**articles(of, path), **routes})


@dialect("ewb", "ewb", "rows")
def ewb(of: Book) -> Portal:
    return _ewb(of, 0, is_text=False)


@dialect("ewb text, from 1", "ewb", "rows")
def ewb_text(of: Book) -> Portal:
    return _ewb(of, 1, is_text=True)


def _gkmlpt(of: Book, start: str, config: str) -> Portal:
    def path(entry: Entry) -> str:
        return f"/qhswj/gkmlpt/content/10/{entry.id}/post_{entry.id}.html"

    def answer(asked: Asked) -> Reply:
        shown = of.served(int(asked.query["page"])) if asked.query["sid"] == "755031" else 0
        if not shown:
            return None
        seconds = [
            int(datetime(e.published.year, e.published.month, e.published.day, 1, tzinfo=UTC).timestamp()) for e in of.on(shown)
        ]
        found = [
            {"id": e.id, "title": e.title, "url": path(e), "date": at, "publisher": e.agency}
            for e, at in zip(of.on(shown), seconds, strict=True)
        ]
        return json.dumps({"classify": {"id": 2811, "post_count": of.rows}, "articles": found})

    routes: dict[str, Route] = {
        "/qhswj/gkmlpt/index": frame(f"<div id='app'></div><script>window._CONFIG = {config};</script>"),
        "/qhswj/gkmlpt/api/all/2811": answer,
    }
    return Portal(start, {**articles(of, path), **routes})


_TREE = (
    '[{"id":1,"name":"法定主动公开内容","children":[{"id":7,"name":"机构职能"}]},'
    '{"id":2811,"name":"政府信息公开年报","children":[]}]'
)


@dialect("gkmlpt category", "gkmlpt", "rows")
def gkmlpt_category(of: Book) -> Portal:
    return _gkmlpt(of, "/qhswj/gkmlpt/index#2811", "{ SID: '755031', TREE: [] }")


@dialect("gkmlpt tree", "gkmlpt", "rows")
def gkmlpt_tree(of: Book) -> Portal:
    return _gkmlpt(of, "/qhswj/gkmlpt/index", f"{{ SID: '755031', TREE: {_TREE} }}")


# Lists of links


@dialect("nfcms", "nfcms", "pages")
def nfcms(of: Book) -> Portal:
    def names(k: int) -> str:
        return "/zwgk/nb/" if k == 1 else f"/zwgk/nb/index_{k}.html"

    head = "<script>var NFCMS_SITE_ID = 755001;</script>"
    return static(of, names, lambda e: f"/zwgk/nb/content/post_{e.id}.html", numbers(of, names), shape="date inside", head=head)


def _vsb(of: Book, says: str) -> Portal:
    def names(k: int) -> str:
        return "/zfxxgknb.htm" if k == 1 else f"/zfxxgknb/{of.pages - k + 1}.htm"

    def pager(k: int) -> str:
        script = f"<script>function a1_fun(){{_simple_list_gotopage_fun({of.pages},'a1GOPAGE',2)}}</script>"
        return script + numbers(of, names, says=says)(k).replace("一页", "页")

    head = '<link href="/_sitegray/_sitegray.js"><script src="/system/resource/js/vsbscreen.min.js"></script>'
    return static(of, names, lambda e: f"/info/1648/{e.id}.htm", pager, head=head)


@dialect("vsb", "vsb", "rows")
def vsb(of: Book) -> Portal:
    return _vsb(of, "共{n}条 {k}/{m}")


@dialect("vsb style 1", "vsb", "pages")
def vsb_style(of: Book) -> Portal:
    return _vsb(of, '<span class="p_t">共{m}页</span> 到第<input>页')


@dialect("anhui frame", "anhui", "rows")
def anhui(of: Book) -> Portal:
    def path(entry: Entry) -> str:
        return f"/OpennessAnnualReport/show/{entry.id}.html"

    def names(k: int) -> str:
        return "/opennessAnnualReport/list?branch_id=5f&" + (f"page={k}" if k > 1 else "type=1")

    def show(asked: Asked) -> Reply:
        shown = of.served(int(asked.query.get("page", "1")))
        return (
            f"<html><body>{rows(of.on(shown), path)}{numbers(of, names, says='共{n}条')(shown)}</body></html>" if shown else None
        )

    shell = frame(f'<iframe src="{names(1)}" width="100%"></iframe><iframe src="/share.html"></iframe>')
    return Portal(
        "/opennessAnnualReport/?branch_id=5f",
        {**articles(of, path), "/opennessAnnualReport/": shell, "/opennessAnnualReport/list": show},
    )


@dialect("shandong", "shandong", "pages")
def shandong(of: Book) -> Portal:
    channel = f"/gongkai/site_qh/channel_{7:024x}"
    return static(
        of,
        lambda k: f"{channel}/{'index' if k == 1 else f'index_{k}'}.html",
        lambda e: f"{channel}/doc_{e.hex}.html",
        numbers(of, lambda k: f"{'index' if k == 1 else f'index_{k}'}.html", says="共{m}页"),
    )


OTHERS: dict[str, tuple[Href, str]] = {
    "kunming": (lambda e: f"/c/{e.published}/{e.id}.shtml", "no date"),
    "shanghai": (lambda e: f"/nw12344/{e.published:%Y%m%d}/{e.hex}.html", "no date"),
    "shijiazhuang": (lambda e: f"/columns/0a1b/{e.published:%Y%m/%d}/{e.hex}.html", "no date"),
    "funing": (lambda e: f"/single/9/{e.id}.html", "words"),
    "yueyang": (lambda e: f"/content_{e.id}.html", "upper case"),
    "xiliu": (lambda e: f"/html/HCS/{e.published:%Y%m}/{e.id}.html", "no title"),
}


def _other(path: Href, shape: str) -> Callable[[Book], Portal]:
    def build(of: Book) -> Portal:
        def names(k: int) -> str:
            return "/zfxxgk/xxgknb/list.html" if k == 1 else f"/zfxxgk/xxgknb/list.html?p={k}"

        return static(of, names, path, numbers(of, names), shape=shape, charset="gb18030")

    return build


for _name, (_path, _shape) in OTHERS.items():
    dialect(_name, "generic", "pages")(_other(_path, _shape))


@dialect("generic next only", "generic", "nothing")
def next_only(of: Book) -> Portal:
    def names(k: int) -> str:
        return f"/gk/nb/list?p={k}"

    def pager(k: int) -> str:
        return f'<p><a href="{names(min(k + 1, of.pages))}"> 下一页 &gt;&gt; </a></p>'

    return static(of, names, lambda e: f"/gk/content/{e.id}.html", pager, shape="table")


@dialect("generic next for ever", "generic", "pages")
def next_for_ever(of: Book) -> Portal:
    def names(k: int) -> str:
        return f"/gk/nb/list?p={k}"

    def pager(k: int) -> str:
        return f'<div>第 {k}/{of.pages} 页 <a href="{names(k + 1)}">下页</a></div>'

    return static(of, names, lambda e: f"/gk/content/{e.id}.html", pager, shape="words")


# Where an unknown site's second page may be: by labels that are scripts
PROBED: dict[str, tuple[str, str]] = {
    "stem_1": ("/gk/nb/list.html", "/gk/nb/list_{i}.html"),
    "stem_2": ("/gk/nb/list.shtml", "/gk/nb/list_{k}.shtml"),
    "index_1": ("/gk/nb/", "/gk/nb/index_{i}.html"),
    "index_2": ("/gk/nb/", "/gk/nb/index_{k}.html"),
    "folder": ("/gk/nb/", "/gk/nb/{k}"),
    "query": ("/gk/nb", "/gk/nb?page={k}"),
}


def _probed(first: str, further: str) -> Callable[[Book], Portal]:
    def build(of: Book) -> Portal:
        def names(k: int) -> str:
            return first if k == 1 else further.format(i=k - 1, k=k)

        return static(of, names, lambda e: f"/gk/content/{e.id}.html", numbers(of, names, is_script=True))

    return build


for _name, (_first, _further) in PROBED.items():
    dialect(f"generic {_name}", "generic", "pages")(_probed(_first, _further))
