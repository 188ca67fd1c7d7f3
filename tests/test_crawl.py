"""The crawl against real sites on loopback: complete lists, honest failures, conditional requests, attachments."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket

import pytest

from tasks.crawl import CrawlOptions, crawl
from tasks.crawl.article import parse_article
from tasks.crawl.ask import Ask
from tasks.crawl.listing import parse_listing
from tasks.crawl.page import decode
from tasks.crawl.portal import load_portals
from tasks.crawl.titles import Recognised, recognise
from tasks.errors import BadForm
from tasks.fetched import Before, ColumnBefore, ColumnOutcome, Crawl, Fetched, KnownPage, Validators
from tasks.records import Agency
from warehouse.files import Archive

NIGHT = date(2026, 2, 3)
NOW = datetime(2026, 2, 2, 18, 30, tzinfo=UTC)
FAST = CrawlOptions(
    delay_seconds=0,
    timeout_seconds=3,
    retry_seconds=0.01,
    total_seconds=60,
    contact="https://example.org/crawl",
    allow_private=True,
)


@dataclass
class Site:
    """A web site on loopback: what it answers by path, and what it was asked."""

    port: int = 0
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    times: list[float] = field(default_factory=list)
    pause: float = 0.0
    busy: int = 0
    most_at_once: int = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def put(self, path: str, body: str | bytes, status: int = 200, charset: str = "utf-8", **headers: str) -> None:
        data = body if isinstance(body, bytes) else body.encode(charset)
        self.answers[path] = (status, {name.replace("_", "-"): value for name, value in headers.items()}, data)


@pytest.fixture
def site() -> Iterator[Site]:
    here = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append(self.path)
            here.times.append(time.monotonic())
            here.busy += 1
            here.most_at_once = max(here.most_at_once, here.busy)
            time.sleep(here.pause)
            here.busy -= 1
            here.agents.add(self.headers["User-Agent"])
            status, headers, body = here.answers.get(self.path, (404, {}, b"no such page"))
            if "ETag" in headers and self.headers["If-None-Match"] == headers["ETag"]:
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Type" not in headers:
                self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield here
    server.shutdown()
    server.server_close()


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Crawl]:
    def run(*agencies: Agency, known: dict[str, Validators] | None = None, options: CrawlOptions = FAST, **more: object) -> Crawl:
        before = Before(known=known or {}, **more)  # type: ignore[arg-type]
        spool, archive = tmp_path / "spool", str(tmp_path / "archive")
        return crawl(agencies, night=NIGHT, before=before, spool=spool, archive=archive, now=lambda: NOW, options=options)

    return run


def agency(*urls: str, id: str = "qinghe", name: str = "青禾县水务局", aliases: tuple[str, ...] = ()) -> Agency:
    return Agency(id=id, name=name, aliases=aliases, level="county", supervisor="青禾县政务公开办", start_urls=urls)


def entry(href: str, title: str, published: str = "2026-01-20") -> str:
    return f'<li><a href="{href}" title="{title}">{title[:12]}…</a><span>{published}</span></li>'


def title_of(year: int, name: str = "青禾县水务局") -> str:
    return f"{name}{year}年政府信息公开工作年度报告"


def trs(page: int, pages: int, *entries: str) -> str:
    return (
        f'<html><body><a href="/zfxxgknb/">政府信息公开年报</a><ul>{"".join(entries)}</ul>'
        f'<script>createPageHTML({pages}, {page}, "index", "html");</script></body></html>'
    )


def ucap(page: int, pages: int, rows: int, *entries: str) -> str:
    call = f"createPageHTML('page_div',{pages}, {page},'list','shtml',{rows});"
    return f"<html><body><ul>{''.join(entries)}</ul><script>{call}</script></body></html>"


def article(title: str, text: str = "一、总体情况……" * 80, inside: str = "", published: str = "2026-01-21 09:00") -> str:
    return (
        f'<html><head><meta content="{title}" name="ArticleTitle"><meta name="PubDate" content="{published}"></head>'
        f'<body><h1>{title}</h1><div class="TRS_Editor"><p>{text}</p>{inside}</div></body></html>'
    )


def put_trs(site: Site, folder: str = "/nb/") -> str:
    """A TRS list of three pages with one report and one notice each, newest first."""
    for page in range(3):
        year, name = 2025 - page, "index.html" if page == 0 else f"index_{page}.html"
        href = f"202601/t202601{20 - page}_{100 + page}.html"
        site.put(
            folder + name, trs(page, 3, entry(f"./{href}", title_of(year)), entry("./t20260101_9.html", "关于召开会议的通知"))
        )
        site.put(folder + href, article(title_of(year)))
    site.put(folder, site.answers[f"{folder}index.html"][2])
    return site.url(folder)


def only(found: Crawl) -> ColumnOutcome:
    (outcome,) = found.columns
    return outcome


def by_path(found: Crawl) -> dict[str, Fetched]:
    return {one.sighting.url.split("/", 3)[3]: one for one in found.fetched}


def test_a_trs_list_is_read_to_its_last_page(site: Site, run: Callable[..., Crawl]) -> None:
    found = run(agency(put_trs(site)))
    assert only(found) == ColumnOutcome(site.url("/nb/"), ("qinghe",), complete=True, pages=3, links=4, cms="trs")
    assert [one.sighting.year for one in found.fetched] == [2025, 2024, 2023]
    first = found.fetched[0]
    assert first.sighting.title == "青禾县水务局2025年政府信息公开工作年度报告"
    assert first.sighting.published == date(2026, 1, 20)
    assert first.sighting.listing_url == site.url("/nb/")
    assert (first.status, first.fetched_at) == (200, NOW)
    assert first.body is not None
    assert first.body.read_bytes() == site.answers["/nb/202601/t20260120_100.html"][2]
    assert site.agents == {"gouji (+https://example.org/crawl)"}
    assert len(site.asked) == len(set(site.asked))


def test_a_ucap_list_in_gb18030_shared_by_two_agencies(site: Site, run: Callable[..., Crawl]) -> None:
    water, grain = agency(site.url("/gknb/list.shtml")), agency(site.url("/gknb/list.shtml"), id="grain", name="青禾县粮食局")
    for page, name in enumerate(("list.shtml", "list_2.shtml", "list_3.shtml"), 1):
        rows = [
            entry(f"/c1/{who}{page}.shtml", title_of(2026 - page, full)) for who, full in (("w", water.name), ("g", grain.name))
        ]
        site.put(f"/gknb/{name}", '<meta charset="gb2312">' + ucap(page, 3, 6, *rows), charset="gb18030")
    for page in (1, 2, 3):
        site.put(f"/c1/w{page}.shtml", article("水务"))
        site.put(f"/c1/g{page}.shtml", article("粮食"), charset="gb18030", Content_Type="text/html; charset=gbk")
    found = run(water, grain)
    assert only(found).complete
    assert (only(found).pages, only(found).links, only(found).agency_ids) == (3, 6, ("grain", "qinghe"))
    assert [(one.sighting.agency_id, one.sighting.year) for one in found.fetched] == [
        (who, year) for year in (2025, 2024, 2023) for who in ("qinghe", "grain")
    ]


def test_a_page_missing_in_the_middle_makes_the_list_incomplete(site: Site, run: Callable[..., Crawl]) -> None:
    start = put_trs(site)
    del site.answers["/nb/index_1.html"]
    found = run(agency(start))
    assert (only(found).complete, only(found).kind, only(found).pages) == (False, "CrawlIncomplete", 2)
    assert "page 2 of 3 is missing" in only(found).reason
    assert "/nb/index_1.html" in only(found).reason
    assert [one.sighting.year for one in found.fetched] == [2025, 2023]


def test_a_list_that_falls_short_of_what_the_site_says_is_incomplete(site: Site, run: Callable[..., Crawl]) -> None:
    third = entry("./202601/t20260118_102.html", title_of(2023)) + entry("./t20260101_9.html", "关于召开会议的通知")
    second_pages = {
        "/twice/": (trs(1, 3, third), "page 2 of 3 answers with what another page said"),
        "/burst/": (trs(0, 3, entry("./t20260101_1.html", "关于甲的公告")), "page 2 of 3 answers as page 1"),
        "/sorry/": ("<html><body>系统繁忙，请稍后再试</body></html>", "page 2 of 3 is no page of the list"),
        "/blank/": (trs(1, 3), "page 2 of 3 has no entry"),
    }
    expected = {put_trs(site, folder): says for folder, (_, says) in second_pages.items()}
    for folder, (page, _) in second_pages.items():
        site.put(f"{folder}index_1.html", page)
    site.put("/rows/list.shtml", ucap(1, 1, 5, entry("/c1/a.shtml", "关于乙的公告")))
    site.put("/script/", '<html><body><a href="/zfxxgknb/">政府信息公开年报</a><div id="app"></div></body></html>')
    site.put("/onward/list.html", f'<html>{entry("/a/1.html", "关于丙的公告")}<a href="javascript:next()">下一页</a></html>')
    expected[site.url("/rows/list.shtml")] = "1 entries were read. Expected 5, as the site says"
    expected[site.url("/script/")] = "no entry was found in the list"
    expected[site.url("/onward/list.html")] = "the list goes on, but the address of its page 2 is not known"
    found = run(agency(*expected))
    assert {outcome.kind for outcome in found.columns} == {"CrawlIncomplete"}
    assert [url for url, says in expected.items() if says not in {end.start_url: end.reason for end in found.columns}[url]] == []


def test_sites_in_no_known_dialect(site: Site, run: Callable[..., Crawl]) -> None:
    for page in (1, 2, 3):
        onward = f'<a href="?p={page + 1}">下一页</a>' if page < 3 else "<a>下一页</a>"
        row = f"<div><p><a href='/show/{page}'>{title_of(2026 - page)}</a></p><em>2026/1/{page}</em></div>"
        site.put("/openness" if page == 1 else f"/openness?p={page}", f"<html>{row}{onward}共3页</html>")
        by_script = f'{entry(f"/a/{page}.html", title_of(2026 - page))}<a href="javascript:next()">下一页</a>'
        site.put("/col/list.html" if page == 1 else f"/col/list_{page}.html", f"<html>{by_script}</html>")
        site.put(f"/show/{page}", article("x"))
        site.put(f"/a/{page}.html", article("x"))
    site.put("/gk/", '<html><body><iframe src="inner/list.html"></iframe></body></html>')
    site.put("/gk/inner/list.html", entry("a.html", title_of(2025)))
    site.put("/gk/inner/a.html", article("x"))
    pages = {site.url("/col/list.html"): 3, site.url("/gk/"): 1, site.url("/openness"): 3}
    found = run(agency(*pages))
    assert {end.start_url: end.pages for end in found.columns if end.complete} == pages
    assert [(one.sighting.listing_url, one.sighting.published) for one in found.fetched] == [
        *[(site.url("/col/list.html"), date(2026, 1, 20))] * 3,
        (site.url("/gk/"), date(2026, 1, 20)),
        *[(site.url("/openness"), date(2026, 1, page)) for page in (1, 2, 3)],
    ]


def test_attachments_are_sightings_of_their_own(site: Site, run: Callable[..., Crawl]) -> None:
    links = '<a href="P020.pdf">2025年年报（PDF）</a><a href="tu.pdf">年报图解</a>'
    links += '<iframe src="/pdf/view.html?file=/nb/b.docx"></iframe>'
    site.put("/nb/", trs(0, 1, entry("./t20260120_1.html", title_of(2025)), entry("./r2024.pdf", title_of(2024))))
    site.put(
        "/nb/t20260120_1.html", article(title_of(2025), inside=links) + '<div class="footer"><a href="/app.doc">表格</a></div>'
    )
    for name in ("P020.pdf", "r2024.pdf", "tu.pdf"):
        site.put(f"/nb/{name}", f"%PDF-1.4 {name}".encode(), Content_Type="application/pdf")
    site.put("/pdf/view.html?file=/nb/b.docx", b"PK\x03\x04 docx", Content_Type="application/octet-stream")
    found = by_path(run(agency(site.url("/nb/"))))
    assert list(found) == ["nb/t20260120_1.html", "nb/P020.pdf", "pdf/view.html?file=/nb/b.docx", "nb/r2024.pdf"]
    attached = found["nb/P020.pdf"]
    assert attached.sighting.listing_url == site.url("/nb/t20260120_1.html")
    assert (attached.sighting.year, attached.sighting.title) == (2025, title_of(2025))
    assert attached.media_type == "application/pdf"
    assert found["nb/r2024.pdf"].sighting.year == 2024


def test_an_unchanged_article_costs_no_body_and_keeps_its_attachments(site: Site, run: Callable[..., Crawl]) -> None:
    site.put("/nb/", trs(0, 1, entry("./t20260120_1.html", title_of(2025))))
    site.put("/nb/t20260120_1.html", article(title_of(2025), inside='<a href="a.pdf">附件</a>'), ETag='"v1"')
    site.put("/nb/a.pdf", b"%PDF-1.4 one", Last_Modified="Tue, 20 Jan 2026 01:00:00 GMT")
    first = by_path(run(agency(site.url("/nb/"))))
    page, file = first["nb/t20260120_1.html"], first["nb/a.pdf"]
    known = {page.sighting.url: Validators(page.sha256, etag=dict(page.headers)["Etag"])}
    site.put("/nb/a.pdf", b"%PDF-1.4 two")
    again = by_path(run(agency(site.url("/nb/")), known=known, articles={page.sighting.url: (file.sighting.url,)}))
    assert (again["nb/t20260120_1.html"].status, again["nb/t20260120_1.html"].body) == (304, None)
    assert again["nb/t20260120_1.html"].sha256 == page.sha256
    assert again["nb/a.pdf"].sha256 != file.sha256
    assert again["nb/a.pdf"].sighting.listing_url == page.sighting.url
    del site.answers["/nb/t20260120_1.html"]
    gone = run(agency(site.url("/nb/")), known=known, articles={page.sighting.url: (file.sighting.url,)})
    assert ([one.kind for one in gone.missed], gone.fetched) == (["SourceGone"], ())


def test_what_has_no_turn_tonight_is_not_asked_for(site: Site, run: Callable[..., Crawl]) -> None:
    site.put("/nb/", trs(0, 1, entry("./t20260120_1.html", title_of(2025)), entry("./t20200120_2.html", title_of(2019))))
    site.put("/nb/t20260120_1.html", article(title_of(2025)))
    site.put("/nb/t20200120_2.html", article(title_of(2019), inside='<a href="a.pdf">附件</a>'))
    site.put("/nb/a.pdf", b"%PDF-1.4 one")
    first = by_path(run(agency(site.url("/nb/"))))
    known = {one.sighting.url: Validators(one.sha256) for one in first.values()}
    old, file = first["nb/t20200120_2.html"], first["nb/a.pdf"]
    site.asked.clear()
    resting = frozenset({old.sighting.url, file.sighting.url})
    again = run(agency(site.url("/nb/")), known=known, articles={old.sighting.url: (file.sighting.url,)}, resting=resting)
    assert site.asked == ["/robots.txt", "/nb/", "/nb/t20260120_1.html"]
    assert {path: one.sha256 for path, one in by_path(again).items()} == {path: one.sha256 for path, one in first.items()}
    assert run(agency(site.url("/nb/")), skipped=frozenset({site.url("/nb/")})).columns == ()


def test_a_list_is_asked_for_conditionally_and_kept_when_it_lists_something_new(
    site: Site, run: Callable[..., Crawl], tmp_path: Path
) -> None:
    """The site says that the list is unchanged: its entries are those of the archived page."""
    site.put("/nb/", trs(0, 1, entry("./t20260120_1.html", title_of(2025))), ETag='"v1"')
    site.put("/nb/t20260120_1.html", article(title_of(2025)))
    (page,) = run(agency(site.url("/nb/"))).pages
    assert (page.address, page.url, page.start_url) == (site.url("/nb/"),) * 3
    Archive(str(tmp_path / "archive")).keep(page.body.read_bytes())
    pages = {page.address: KnownPage(page.sha256, '"v1"', "", page.fingerprint)}
    again = run(agency(site.url("/nb/")), pages=pages)
    assert (only(again).complete, len(again.fetched), again.pages) == (True, 1, ())
    counted = trs(0, 1, entry("./t20260120_1.html", title_of(2025))).replace("</ul>", "</ul><p>访问量 12345</p>")
    site.put("/nb/", counted, ETag='"v2"')
    assert run(agency(site.url("/nb/")), pages=pages).pages == ()
    site.put("/nb/", trs(0, 1, entry("./t20260120_1.html", title_of(2025)), entry("./t20260121_2.html", "关于某事的通知")))
    assert len(run(agency(site.url("/nb/")), pages=pages).pages) == 1
    lost = {page.address: KnownPage("0" * 64, '"v1"', "", page.fingerprint)}  # the archive no longer has it: asked for whole
    site.put("/nb/", trs(0, 1, entry("./t20260120_1.html", title_of(2025))), ETag='"v1"')
    assert only(run(agency(site.url("/nb/")), pages=lost)).complete


def test_a_list_that_has_lost_most_of_its_entries_is_an_alarm_for_some_nights(site: Site, run: Callable[..., Crawl]) -> None:
    start = put_trs(site)  # four entries
    for before, complete in (
        (ColumnBefore(4), True),
        (ColumnBefore(8), True),
        (ColumnBefore(9), False),
        (ColumnBefore(9, (4, 4)), False),
        (ColumnBefore(9, (4, 4, 4)), True),
        (ColumnBefore(9, (4, 4, 4, 7)), False),
    ):
        outcome = only(run(agency(start), columns={start: before}))
        assert outcome.complete is complete, before
        assert complete or "where there were 9" in outcome.reason


def test_pages_of_another_region_or_of_advertisements_are_nobodys(site: Site, run: Callable[..., Crawl]) -> None:
    meta = '<meta content="3213220037" name="SiteIDCode">'
    site.put("/nb/", meta + trs(0, 1, entry("./t20260120_1.html", title_of(2025)), entry("./t20250120_2.html", title_of(2024))))
    site.put("/nb/t20260120_1.html", article(title_of(2025)))
    site.put("/nb/t20250120_2.html", article(title_of(2024)).replace("<head>", "<head><title>365体育官网</title>"))
    here, elsewhere = (replace(agency(site.url("/nb/")), region=region) for region in ("321322", "330106"))
    found = run(here)
    assert only(found).complete
    assert [one.kind for one in found.missed] == ["SourceHijacked"]
    assert only(run(elsewhere)).kind == "SourceHijacked"
    assert "江苏省" in only(run(elsewhere)).reason


def test_articles_that_are_gone_blocked_or_broken_are_missed_each_for_its_reason(site: Site, run: Callable[..., Crawl]) -> None:
    paths = {
        "gone": "./1.html",
        "soft": "./2.html",
        "home": "./3.html",
        "wall": "./4.html",
        "broken": "./5.html",
        "away": "http://x.test/6",
    }
    site.put("/nb/", trs(0, 1, *(entry(href, title_of(2020 + n)) for n, href in enumerate(paths.values()))))
    site.put("/nb/2.html", "<html><body>抱歉，页面不存在</body></html>")
    site.put("/nb/3.html", "", status=302, Location="/index.html")
    site.put("/index.html", "<html><body>青禾县人民政府</body></html>")
    site.put("/nb/4.html", "<script>document.cookie=1</script>", status=521)
    site.put("/nb/5.html", "oops", status=500)
    found = run(agency(site.url("/nb/")))
    assert only(found).complete
    assert [one.kind for one in found.missed] == ["SourceGone"] * 3 + ["SourceBlocked", "SourceUnreachable", "CrawlError"]
    assert "x.test" in found.missed[5].reason
    assert site.asked.count("/nb/5.html") == 1 + FAST.retries


def test_one_site_that_fails_never_loses_the_others(site: Site, run: Callable[..., Crawl]) -> None:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}/nb/"
    site.put("/500/", "oops", status=500)
    site.put("/403/", "no", status=403)
    starts = [put_trs(site), site.url("/500/"), site.url("/403/"), site.url("/404/"), closed]
    found = run(*(agency(start, id=str(n)) for n, start in enumerate(starts)))
    ends = {int(outcome.agency_ids[0]): outcome.kind for outcome in found.columns}
    assert ends == {0: "", 1: "SourceUnreachable", 2: "SourceBlocked", 3: "ColumnMoved", 4: "SourceUnreachable"}
    assert len(found.fetched) == 3


def test_robots_txt_is_honoured(site: Site, run: Callable[..., Crawl]) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /nb/", Content_Type="text/plain")
    outcome = only(run(agency(put_trs(site))))
    assert (outcome.kind, outcome.complete) == ("SourceExcluded", False)
    assert "robots.txt" in outcome.reason
    assert site.asked == ["/robots.txt"]


@pytest.mark.parametrize(("delay", "pause"), [(0.0, 0.02), (0.1, 0.0)])
def test_a_host_is_asked_one_thing_at_a_time(site: Site, run: Callable[..., Crawl], delay: float, pause: float) -> None:
    starts = [put_trs(site, "/a/"), put_trs(site, "/b/")]
    site.pause = pause
    found = run(*(agency(start, id=start) for start in starts), options=replace(FAST, delay_seconds=delay))
    assert (len(found.fetched), site.most_at_once) == (6, 1)
    assert min(after - before for before, after in zip(site.times, site.times[1:], strict=False)) >= max(delay, pause) * 0.8


def test_a_title_cut_short_is_looked_up_on_its_page(site: Site, run: Callable[..., Crawl]) -> None:
    site.put("/nb/", "<li><a href='a.html'>青禾县水务局2025年政府信息公开…</a></li><li><a href='b.html'>政府信息公开指…</a></li>")
    site.put("/nb/a.html", article(title_of(2025)))
    site.put("/nb/b.html", article("政府信息公开指南"))
    (one,) = run(agency(site.url("/nb/"))).fetched
    assert (one.sighting.title, one.sighting.published) == (title_of(2025), date(2026, 1, 21))


def test_reports_of_agencies_outside_the_register_are_told_and_left_alone(site: Site, run: Callable[..., Crawl]) -> None:
    site.put("/nb/", trs(0, 1, entry("./1.html", title_of(2025)), entry("./2.html", title_of(2025, "青禾县粮食局"))))
    site.put("/nb/1.html", article("x"))
    found = run(agency(site.url("/nb/")))
    assert len(found.fetched) == 1
    assert only(found).complete
    assert "青禾县粮食局2025年" in only(found).reason


def test_too_many_pages_and_too_many_bytes(site: Site, run: Callable[..., Crawl]) -> None:
    start = put_trs(site)
    site.put("/nb/202601/t20260120_100.html", b"x" * 50_000)
    found = run(agency(start), options=replace(FAST, max_pages=2, max_bytes=20_000))
    assert "more than 2 pages" in only(found).reason
    assert [(one.kind, "larger than the limit" in one.reason) for one in found.missed] == [("CrawlError", True)]


def test_a_crawl_that_hangs_is_ended_and_keeps_what_it_has(site: Site, tmp_path: Path, run: Callable[..., Crawl]) -> None:
    slow = socket()
    slow.bind(("127.0.0.1", 0))
    slow.listen()  # accepts and never answers
    stuck = f"http://127.0.0.1:{slow.getsockname()[1]}/nb/"
    began = time.monotonic()
    found = run(agency(put_trs(site), id="a"), agency(stuck, id="b"), options=replace(FAST, timeout_seconds=60, total_seconds=3))
    slow.close()
    assert time.monotonic() - began < 10
    ends = {outcome.agency_ids[0]: outcome.kind for outcome in found.columns}
    assert ends["b"] == "CrawlError"
    assert any("limit of 3 seconds" in outcome.reason for outcome in found.columns)


def test_two_crawls_of_the_same_site_tell_the_same(site: Site, run: Callable[..., Crawl]) -> None:
    start = put_trs(site)
    one, two = run(agency(start)), run(agency(start))
    assert [replace(fetched, body=None, headers=()) for fetched in one.fetched] == [
        replace(fetched, body=None, headers=()) for fetched in two.fetched
    ]


def test_an_empty_register_crawls_nothing(run: Callable[..., Crawl]) -> None:
    assert run() == Crawl(night=NIGHT, fetched=(), missed=(), columns=())


# Titles


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("青禾县水务局2025年政府信息公开工作年度报告", Recognised("water", 2025)),
        ("2021年度青禾县水务局政府信息公开年度报告（图片版）", Recognised("water", 2021)),
        ("青禾县水务局二〇二一年政府信息公开工作年报", Recognised("water", 2021)),
        ("2022年1月发布：青禾县水务局 2021 年政务信息公开年度报告", Recognised("water", 2021)),
        ("青禾县水务局关于2023年度政府信息公开工作情况的报告", Recognised("water", 2023)),
        ("江南市青禾县人民政府２０２４年政府信息公开工作年度报告", Recognised("county", 2024)),
        ("青禾县2024年政府信息公开工作年度报告", Recognised("county", 2024)),
        ("青禾县人民政府办公室2024年政府信息公开工作年度报告", Recognised("office", 2024)),
        ("青禾县人民政府信访局2024年政府信息公开工作年度报告", Recognised("", 2024)),
        ("青禾县水务局节水中心2024年政府信息公开工作年度报告", Recognised("", 2024)),
        ("2024年政府信息公开工作年度报告", Recognised("", 2024)),
        ("青禾县水务局政府信息公开工作年度报告", Recognised("water", None)),
        ("青禾县2021年政府网站工作年度报表", None),
        ("青禾县水务局2021年法治政府建设年度报告", None),
        ("关于做好2021年政府信息公开工作年度报告编制工作的通知", None),
        ("一图读懂青禾县2021年政府信息公开工作年度报告", None),
        ("青禾县水务局2021年上半年政府信息公开工作报告", None),
        ("青禾县水务局2021年工作总结", None),
    ],
)
def test_titles_among_several_agencies(title: str, expected: Recognised | None) -> None:
    agencies = (
        agency(id="water"),
        agency(id="county", name="青禾县人民政府", aliases=("青禾县",)),
        agency(id="office", name="青禾县人民政府办公室"),
    )
    assert recognise(title, agencies, load_portals().titles, 2026) == expected


@pytest.mark.parametrize(
    ("title", "agency_id"),
    [
        ("2024年政府信息公开工作年度报告", "ndrc"),
        ("县发改局2024年政府信息公开工作年度报告", "ndrc"),
        ("青禾县粮食局2024年政府信息公开工作年度报告", ""),
        ("青禾县发展和改革局价格中心2024年政府信息公开工作年度报告", ""),
    ],
)
def test_a_sole_owner_is_meant_unless_somebody_else_is_named(title: str, agency_id: str) -> None:
    owner = (agency(id="ndrc", name="青禾县发展和改革局"),)
    assert recognise(title, owner, load_portals().titles, 2026) == Recognised(agency_id, 2024)


# Pages


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("统计年度：䶮".encode("gb18030"), "text/html; charset=gb2312"),
        ("统计年度：䶮".encode("gb18030"), "text/html; charset=utf-8"),
        ("统计年度：䶮".encode("gb18030"), ""),
        ("统计年度：䶮".encode(), "text/html; charset=gbk"),
        ("统计年度：䶮".encode("utf-8-sig"), "text/html; charset=gbk"),
        ("统计年度：䶮".encode("utf-16"), ""),
        ("统计年度：䶮".encode(), "text/html; charset=iso-8859-1"),
    ],
)
def test_a_charset_that_lies(body: bytes, content_type: str) -> None:
    assert decode(body, content_type) == "统计年度：䶮"


def test_a_page_cut_inside_a_character_stays_utf_8() -> None:
    assert decode(("政府信息公开" * 50).encode()[:-1]).startswith("政府信息公开")


def test_menus_are_no_entries_and_dates_are_those_of_the_entry() -> None:
    page = """<html><head><base href="http://a.gov.cn/x/"></head><body><a href="/nb/">政府信息公开年报</a>
      <table><tr><td><a href='a b.html'><p>青禾县2024年政府信息公开工作年度报告</p><span>2025-01-22</span></a></td></tr></table>
      <ul><li><a href="c.html#top">青禾县2023年政府信息公开工作年度报告</a></li>
      <li><a href="javascript:void(0)">2022-01-01</a></li></ul>"""
    listing = parse_listing(page.encode(), Ask("http://a.gov.cn/nb/"), "http://a.gov.cn/nb/", "", load_portals(), 2026)
    assert [(link.url, link.title, link.published) for link in listing.links] == [
        ("http://a.gov.cn/x/a%20b.html", "青禾县2024年政府信息公开工作年度报告", date(2025, 1, 22)),
        ("http://a.gov.cn/x/c.html", "青禾县2023年政府信息公开工作年度报告", None),
    ]


def test_an_article_says_its_date_in_words() -> None:
    page = "<html><body><h1>年报</h1><p>发布日期：2024年1月9日 来源：水务局</p></body></html>"
    assert parse_article(page.encode(), "http://a.gov.cn/1.html", "", load_portals()).published == date(2024, 1, 9)


def test_a_wrong_portal_file_names_the_key(tmp_path: Path) -> None:
    text = Path("tasks/crawl/portals.yml").read_text(encoding="utf-8")
    wrong = tmp_path / "portals.yml"
    wrong.write_text(text.replace('page: "{stem}_{n}.{ext}"', 'page: "{name}.{ext}"', 1), encoding="utf-8")
    with pytest.raises(BadForm, match=r"dialects\.\d+\.paging\.0"):
        load_portals(wrong)


def test_another_dialect_needs_no_code(tmp_path: Path) -> None:
    text = Path("tasks/crawl/portals.yml").read_text(encoding="utf-8")
    more = """dialects:
  - id: vsb
    name: VSB（博达）
    fingerprints: [_vsl]
    paging: [{call: 'pages=(?P<pages>\\d+)', first: 1, page: "{stem}/{n}.htm", count: down}]
"""
    extended = tmp_path / "portals.yml"
    extended.write_text(text.replace("dialects:\n", more, 1), encoding="utf-8")
    listing = parse_listing(
        b"<html _vsl>pages=3</html>", Ask("http://a.gov.cn/nb.htm"), "http://a.gov.cn/nb.htm", "", load_portals(extended), 2026
    )
    assert listing.paging is not None
    assert listing.paging.urls == ("http://a.gov.cn/nb/2.htm", "http://a.gov.cn/nb/1.htm")
