"""Sites on loopback that are odd in one way each, and what is to come of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from portals import DIALECTS, UNIT, WATER, Asked, Entry, Portal, Reply, Route, article, book, datastore, frame, rows


@dataclass(frozen=True)
class Odd:
    """A site; the years of the reports that are found there, by agency; why it is not complete, if it is not; what is missed."""

    portal: Portal
    found: tuple[tuple[str, int], ...] = ()
    kind: str = ""
    says: str = ""
    missed: tuple[str, ...] = ()
    files: tuple[str, ...] = ()  # attachments: what their addresses end in


ODD: dict[str, Callable[[], Odd]] = {}


def odd(name: str) -> Callable[[Callable[[], Odd]], Callable[[], Odd]]:
    def register(build: Callable[[], Odd]) -> Callable[[], Odd]:
        ODD[name] = build
        return build

    return register


def _water(year: int, id: int = 0, title: str = "") -> Entry:
    return Entry(id or year, title or f"{WATER}{year}年政府信息公开工作年度报告", date(year + 1, 1, 20), WATER, year)


def _page(*entries: Entry, more: str = "", shape: str = "title first", head: str = "") -> str:
    return frame(rows(entries, lambda e: f"/a/{e.id}.html", shape) + more, head)


def _plain(*entries: Entry, more: str = "", shape: str = "title first", head: str = "", **others: Route) -> Portal:
    """A list of one page at /nb/, with its articles."""
    routes: dict[str, Route] = {"/nb/": _page(*entries, more=more, shape=shape, head=head)}
    return Portal("/nb/", {**routes, **{f"/a/{e.id}.html": article(e) for e in entries}, **others}, (WATER,))


_BOTH = ((WATER, 2024), (WATER, 2025))


def _annual(start: str, years: dict[int, Route], select: str = "", otherwise: Route = None) -> Portal:
    """One address for each year: the frame around the report is the same for all of them."""

    def answer(asked: Asked) -> Reply:
        found = years.get(int(asked.query.get("fbtime", "0")), otherwise)
        inside = found if isinstance(found, str) else None
        return (
            None
            if inside is None
            else frame(f"<table><tr><td>{select}</td></tr></table><div class='xxgk_content'>{inside}</div>")
        )

    return Portal(start, {"/module/xxgk/xxgkAnnualReport.jsp": answer}, (WATER,))


_TEXT = "<h1>{t}</h1><p>发布日期：2025-01-20</p>" + "<p>一、总体情况。主动公开政府信息。</p>" * 30
_OFFER = "".join(f"<option value='{year}'>{year}年</option>" for year in (2025, 2024, 2023))
_USCC = "/module/xxgk/xxgkAnnualReport.jsp?area=11371722MB2847331X&fbtime=2025"


@odd("annual reports by year, offered")
def annual_offered() -> Odd:
    texts: dict[int, Route] = {
        2025: _TEXT.format(t="2025年政府信息公开年度报告"),
        2024: _TEXT.format(t=f"{WATER}2024年度报告"),
        2023: "",
    }
    return Odd(_annual(_USCC, texts, f"<select>{_OFFER}</select>"), _BOTH)


@odd("annual reports by year, not offered")
def annual_not_offered() -> Odd:
    texts: dict[int, Route] = {2025: _TEXT.format(t="年度报告"), 2024: '<a href="/f/2024.pdf">附件：2024年报</a>', 0: ""}
    portal = _annual("/module/xxgk/xxgkAnnualReport.jsp?area=001008003012&jdid=7", texts)
    portal.routes["/f/2024.pdf"] = b"%PDF-1.4"
    return Odd(portal, _BOTH, files=("/f/2024.pdf",))


@odd("annual reports by year, none of them")
def annual_none() -> Odd:
    return Odd(
        _annual("/module/xxgk/xxgkAnnualReport.jsp?area=001008003012", {}, otherwise=""),
        (),
        "CrawlIncomplete",
        "is an annual report",
    )


@odd("annual reports by year, an offered one is gone")
def annual_gone() -> Odd:
    texts: dict[int, Route] = {2025: _TEXT.format(t="年度报告"), 2023: ""}
    return Odd(_annual(_USCC, texts, f"<select>{_OFFER}</select>"), ((WATER, 2025),), "SourceGone", "fbtime=2024")


_CAPTCHA = (
    "<html><body><form>请输入验证码 <input name='codeValue'><img src='/code.jsp'></form><script>var a=1;</script></body></html>"
)


@odd("vsb attachments")
def vsb_files() -> Odd:
    link = "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid="

    def download(asked: Asked) -> Reply:
        is_ours = asked.query["wbfileid"] == "A1" and asked.referer.endswith("/a/2025.html")
        return (200, {"Content-Type": "application/octet-stream"}, b"PK report") if is_ours else _CAPTCHA

    portal = _plain(_water(2025), **{"/system/_content/download.jsp": download})
    inside = f'<ul><li>附件【<a href="{link}A1">2025年年报.docx</a>】</li><li>附件【<a href="{link}B2">附表.xls</a>】</li></ul>'
    portal.routes["/a/2025.html"] = article(_water(2025), inside)
    return Odd(portal, ((WATER, 2025),), missed=("SourceBlocked",), files=("wbfileid=A1",))


@odd("attachments of all kinds")
def files() -> Odd:
    inside = (
        '<a href="P1.pdf">附件1</a><iframe src="/pdf/viewer.html?file=/a/b.doc"></iframe>'
        '<object data="c.xls"></object><embed src="d.zip">'
        '<a href="e.pdf">2025年年报图解</a>'
    )
    names = ("/a/P1.pdf", "/pdf/viewer.html?file=/a/b.doc", "/a/c.xls", "/a/d.zip", "/a/e.pdf")
    portal = _plain(_water(2025), **{name: b"%PDF-1.4 " + name.encode() for name in names})
    portal.routes["/a/2025.html"] = article(_water(2025), inside)
    return Odd(portal, ((WATER, 2025),), files=names[:4])


def _folders(is_whole: bool) -> Portal:
    routes: dict[str, Route] = {
        "/nb/": frame('<div><a href="2025n/">2025年</a> <a href="/nb/2024n/">2024年度</a> <a href="./2023/">2023</a></div>')
    }
    for year, folder in ((2025, "2025n"), (2024, "2024n"), (2023, "2023")):
        entries = (Entry(1, "关于召开节水会议的通知", date(2026, 1, 2)), _water(year, year))
        for k, entry in enumerate(entries):
            page = frame(
                rows((entry,), lambda e: f"./{e.published:%Y%m}/t{e.published:%Y%m%d}_{e.id}.html")
                + f'<script>createPageHTML(2, {k}, "index","html");</script>'
            )
            routes[f"/nb/{folder}/{'' if k == 0 else 'index_1.html'}"] = page
            routes[f"/nb/{folder}/{entry.published:%Y%m}/t{entry.published:%Y%m%d}_{entry.id}.html"] = article(entry)
    if not is_whole:
        del routes["/nb/2024n/"]
    return Portal("/nb/", routes, (WATER,))


@odd("folders of a year")
def folders() -> Odd:
    return Odd(_folders(is_whole=True), ((WATER, 2023), *_BOTH))


@odd("folders of a year, one gone")
def folders_gone() -> Odd:
    return Odd(_folders(is_whole=False), ((WATER, 2023), (WATER, 2025)), "ColumnMoved", "2024n")


ENCODINGS = {
    "gb18030 as utf-8": ("gb18030", "utf-8"),
    "gbk": ("gbk", "gb2312"),
    "utf-8 with bom": ("utf-8-sig", "gbk"),
    "gbk, not said": ("gbk", ""),
}


def _encoded(charset: str, said: str) -> Callable[[], Odd]:
    def build() -> Odd:
        text = _page(
            _water(2025),
            _water(2024),
            head=f'<meta http-equiv="Content-Type" content="text/html; charset={said}">' if said else "",
        )
        return Odd(_plain(_water(2025), _water(2024), **{"/nb/": text.encode(charset)}), _BOTH)

    return build


for _name, _pair in ENCODINGS.items():
    odd(_name)(_encoded(*_pair))


@odd("base href and upper case")
def base() -> Odd:
    items = rows((_water(2025), _water(2024)), lambda e: f"{e.id}.html", "upper case")
    page = f'<HTML><HEAD><BASE HREF="/a/"></HEAD><BODY>{items}</BODY></HTML>'
    return Odd(_plain(_water(2025), _water(2024), **{"/nb/": page}), _BOTH)


@odd("titles cut short")
def cut() -> Odd:
    row = '<li><a href="/a/{n}.html">青禾县水务局{n}年政府信息公开工作…</a><span>2026-01-20</span></li>'
    page = frame("".join(row.format(n=n) for n in (2025, 2024, 1)))
    other = Entry(1, "青禾县水务局2025年政府信息公开工作要点", date(2026, 1, 2))
    return Odd(_plain(_water(2025), _water(2024), **{"/nb/": page, "/a/1.html": article(other)}), _BOTH)


@odd("a list that says it is gone")
def soft_gone() -> Odd:
    return Odd(
        Portal("/nb/", {"/nb/": "<html><body>抱歉，您访问的页面不存在或已删除</body></html>"}, (WATER,)),
        (),
        "ColumnMoved",
        "says that it does not exist",
    )


@odd("a list that sends us home")
def sent_home() -> Odd:
    home = (301, {"Location": "/"}, b"")
    return Odd(Portal("/nb/", {"/nb/": home, "/": _page(_water(2025))}, (WATER,)), (), "ColumnMoved", "home page")


@odd("a list behind a captcha")
def walled() -> Odd:
    return Odd(Portal("/nb/", {"/nb/": _CAPTCHA}, (WATER,)), (), "SourceBlocked", "验证码")


@odd("articles that are gone")
def articles_gone() -> Odd:
    portal = _plain(_water(2025), _water(2024), _water(2023), _water(2022), **{"/": _page()})
    portal.routes["/a/2023.html"] = "<html><body><p>页面不存在</p></body></html>"
    portal.routes["/a/2022.html"] = (301, {"Location": "/"}, b"")
    return Odd(portal, _BOTH, missed=("SourceGone", "SourceGone"))


@odd("an entry on another host")
def elsewhere() -> Odd:
    more = '<ul><li><a href="http://x.test/nb/2023.html">青禾县水务局2023年政府信息公开工作年度报告</a><span>2024-01-20</span></li></ul>'
    return Odd(_plain(_water(2025), _water(2024), more=more), _BOTH, missed=("CrawlError",))


SHELLS = {
    "a shell of an unknown system": "<div id='app'></div><script src='/static/js/app.3f2a.js'></script>",
    "a jpaas shell that does not say its page": "<script src='/x/unitbuild.js' queryData='{\"webId\":\"1\"}'></script>",
    "a gkmlpt shell that does not say its site": "<script>window._CONFIG = {TREE:[]};</script>",
    "a channel that a script fills": "<div id='channel_1'></div><script>$.get('/front/doc/list?channel=1', draw)</script>",
    "a jpage shell that does not say its unit": "<script>$.post('/module/web/jpage/dataproxy.jsp', show)</script>",
}


def _shell(inside: str) -> Callable[[], Odd]:
    return lambda: Odd(Portal("/nb/", {"/nb/": frame(inside)}, (WATER,)), (), "CrawlIncomplete", "none of the")


for _name, _inside in SHELLS.items():
    odd(_name)(_shell(_inside))


@odd("a list in one of two frames")
def two_frames() -> Odd:
    more = '<iframe src="/tq/index.html"></iframe><iframe src="/inner/list.html"></iframe>'
    return Odd(
        _plain(
            _water(2025),
            _water(2024),
            **{"/nb/": frame(more), "/tq/index.html": "<p>晴</p>", "/inner/list.html": _page(_water(2025), _water(2024))},
        ),
        _BOTH,
    )


@odd("next pages without numbers, one repeated")
def repeated() -> Odd:
    return Odd(
        _plain(_water(2025), more='<a href="?p=2">下一页</a>'),
        ((WATER, 2025),),
        "CrawlIncomplete",
        "page 2 answers with what another page said",
    )


@odd("pages behind a menu of scripts")
def scripted() -> Odd:
    return Odd(
        _plain(_water(2025), more="共3页 <select onchange='go(this)'></select>"),
        ((WATER, 2025),),
        "CrawlIncomplete",
        "the address of its page 2 is not known",
    )


@odd("an interface that ignores the page")
def ignored() -> Odd:
    of = book(30, 15)
    portal = DIALECTS["jpaas double quotes"].build(of)
    unit = "/api-gateway/jpaas-publish-server/front/page/build/unit"
    first = portal.routes[unit](Asked("GET", unit, {**UNIT, "paramJson": "{}"}, {}, b"", ""))  # type: ignore[operator]
    portal.routes[unit] = first
    return Odd(
        portal, tuple((e.agency, e.year) for e in of.on(1) if e.year), "CrawlIncomplete", "answers with what another page said"
    )


@odd("an interface that is down")
def down() -> Odd:
    portal = DIALECTS["ewb"].build(book(5, 4))
    portal.routes["/EWB-FRONT/rest/lightfrontaction/getgovinfolist"] = "<html><body>系统繁忙</body></html>"
    return Odd(portal, (), "CrawlIncomplete", "is no answer of the site's list interface")


@odd("several units of a page")
def units() -> Odd:
    of = book(20, 15)
    portal = DIALECTS["jpaas single quotes"].build(of)
    page = portal.routes["/col/col1229/index.html"]
    spot = "<script src='/x/unitbuild.js' queryData=\"{'webId':'3549','pageId':'1229','tplSetId':'zfH','tagId':'%s'}\"></script>"
    portal.routes["/col/col1229/index.html"] = page.replace("<script", spot % "当前位置" + spot % "右侧推荐" + "<script", 1)  # type: ignore[union-attr]
    return Odd(portal, tuple((e.agency, e.year) for e in of.entries if e.year))


@odd("two lists on a jpage page")
def two_stores() -> Odd:
    of = book(11, 4)
    portal = DIALECTS["jpage by page"].build(of)
    hot = datastore((Entry(1, "全县防汛工作会议召开", date(2026, 1, 30)),), 1)
    call = "$('#u0').jpage({totalRecord:1,ajaxParam:{col:'1',appid:'1',webid:'3095',path:'/',columnid:'9',unitid:'60'}});"
    list_page, proxy = portal.routes["/col/col12/index.html"], portal.routes["/module/web/jpage/dataproxy.jsp"]
    portal.routes["/col/col12/index.html"] = f"<script>{hot}</script><script>{call}</script>{list_page}"
    portal.routes["/module/web/jpage/dataproxy.jsp"] = lambda asked: hot if asked.query["unitid"] == "60" else proxy(asked)  # type: ignore[operator]
    return Odd(portal, tuple((e.agency, e.year) for e in of.entries if e.year))
