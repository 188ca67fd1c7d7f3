"""The crawl among hostile sites: it ends in time, says of each why it was not read, and loses nothing of the others."""

from __future__ import annotations

import gzip
import time
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from scrapy.http import Request

from tasks.crawl import CrawlOptions, crawl
from tasks.crawl.addresses import is_private
from tasks.crawl.answers import Refused
from tasks.crawl.bounds import at_most, parse_html
from tasks.crawl.middleware import Gate
from tasks.crawl.unpack import gunzip, inflate
from tasks.crawl.walls import load_walls, wall_in
from tasks.errors import CrawlError
from tasks.fetched import Before, ColumnOutcome, Crawl, Missed
from tasks.records import Agency
from tests.hostile_server import HEAD, Answer, Hosts, Visit, dripping, failing, hosts, ok, pouring, resetting, to

NIGHT = date(2026, 2, 3)
NOW = datetime(2026, 2, 2, 18, 30, tzinfo=UTC)
LIMITS = CrawlOptions(
    delay_seconds=0,
    timeout_seconds=2,
    answer_seconds=8,
    page_seconds=3,
    max_bytes=3_000_000,
    max_pages=5,
    retries=2,
    retry_seconds=0.01,
    hosts_at_once=200,
    total_seconds=90,
    allow_private=True,
)
TITLE = "青禾县水务局2025年政府信息公开工作年度报告"
Ending = tuple[str, str]  # kind, and words of the reason; blank where it is read to its end
CUT = ("SourceUnreachable", "cut short")
SLOW = ("SourceUnreachable", "not complete after 8 seconds")
SILENT = ("SourceUnreachable", "nothing came for 2 seconds")
BROKEN = ("SourceUnreachable", "no answer")
DAMAGED = ("SourceUnreachable", "damaged")
LARGE = ("CrawlError", "larger than the limit")
CIRCLES = ("SourceUnreachable", "too often, or in circles")
NO_ADDRESS = ("CrawlError", "leads to no usable address")
READ = ("", "")
WALL = ("SourceBlocked", "shows a wall")


def entry(href: str, title: str = TITLE, published: str = "2026-01-20") -> str:
    return f'<li><a href="{href}">{title}</a><span>{published}</span></li>'


NUMBERS = "共2000页" + "".join(f"<a href=p{n}.html>{n}</a>" for n in range(2, 2001)) + "<a href=p2.html>下一页</a>"


def listing(*entries: str, more: str = "") -> bytes:
    return ok(f"<html><body><ul>{''.join(entries)}</ul>{more}</body></html>")


def report(text: str = "一、总体情况……", inside: str = "") -> bytes:
    return ok(f"<html><body><h1>{TITLE}</h1><div class='TRS_Editor'><p>{text * 60}</p>{inside}</div></body></html>")


def body_of(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def zipped(data: bytes) -> bytes:
    return gzip.compress(data, 6)


BOMB = zipped(b"0" * 40_000_000)
HTML = b"<html><body>" + "一、总体情况".encode() * 500 + b"</body></html>"
JSL = "<script>document.cookie=('_')+('_')+'__jsl_clearance_s=1';location.href=location.pathname</script>"
CHALLENGES = {
    "__jsl_clearance": JSL,
    "acw_sc__v2": "<html><script>var arg1='A1';setCookie('acw_sc__v2', x);document.location.reload()</script></html>",
    "C3VK": "<script>document.cookie='C3VK=1a; path=/';window.location.reload()</script>",
    "FSSBBIl1UgzbN7N80S": "<html><meta id='FSSBBIl1UgzbN7N80S'><script>$_ts=window['$_ts']</script><body></body></html>",
    "captcha": "<html><body><form>请输入验证码<img src='/c.jpg'><input name=c></form></body></html>",
    "login": "<html><body><form>请先登录<input name=user></form></body></html>",
}

# Whatever is asked for, list or document: the answer, and how it ends.
ANSWERS: dict[str, tuple[Answer, Ending]] = {
    "drip": (dripping(HEAD, b"x"), SLOW),
    "drip of headers": (dripping(HEAD[:17], b"X: y\r\n"), SILENT),
    "silence": (dripping(b"", b""), SILENT),
    "silence after the headers": (dripping(HEAD), SILENT),
    "endless body": (pouring(HEAD, b"<p>" * 20_000), LARGE),
    "endless chunks": (
        pouring(HEAD[:-2] + b"Transfer-Encoding: chunked\r\n\r\n", b"8000\r\n" + b"y" * 0x8000 + b"\r\n"),
        LARGE,
    ),
    "said to be too large": (ok(b"x", length=10**12), LARGE),
    "cut short of its length": (ok(HTML, length=len(HTML) + 9), CUT),
    "cut short, no length": (ok(HTML[:-9], length=-1), CUT),
    "gzip bomb": (ok(BOMB, "Content-Encoding: gzip"), LARGE),
    "gzip bomb in gzip": (ok(zipped(BOMB), "Content-Encoding: gzip, gzip"), LARGE),
    "deflate bomb": (ok(zlib.compress(b"0" * 40_000_000), "Content-Encoding: deflate"), LARGE),
    "gzip of many layers": (ok(b"x", "Content-Encoding: " + "gzip, " * 1000 + "gzip"), DAMAGED),
    "gzip cut short": (ok(zipped(HTML)[:-9], "Content-Encoding: gzip"), DAMAGED),
    "gzip with a wrong sum": (ok(zipped(HTML)[:-8] + b"12345678", "Content-Encoding: gzip"), DAMAGED),
    "brotli unasked": (ok(b"\x1b\x00\x00", "Content-Encoding: br"), DAMAGED),
    "zstd unasked": (ok(b"\x28\xb5\x2f\xfd", "Content-Encoding: zstd"), DAMAGED),
    "redirect to itself": (to("?"), CIRCLES),
    "refresh to itself": (ok("<html><head><meta http-equiv=refresh content='0;url=?'></head></html>"), CIRCLES),
    "redirect to a foreign host": (to("http://elsewhere.test/"), ("CrawlError", "elsewhere.test, a host that the register")),
    "redirect to a file": (to("file:///etc/passwd"), ("SourceUnreachable", "no web address")),
    "redirect to ftp": (to("ftp://127.0.0.1/"), ("SourceUnreachable", "no web address")),
    "redirect to data": (to("data:text/html,x"), ("SourceUnreachable", "no web address")),
    "redirect to a long host": (to("http://" + "a." * 5000 + "cn/"), NO_ADDRESS),
    "redirect to a long path": (to("/" + "a" * 15_000), NO_ADDRESS),
    "always busy": (failing(99, b""), ("SourceUnreachable", "status 503")),
    "reset at once": (resetting(b""), BROKEN),
    "reset in the headers": (resetting(HEAD[:30]), BROKEN),
    "reset in the body": (resetting(ok(HTML, length=len(HTML) + 9)), CUT),
    "reset in a body of no length": (resetting(HEAD + HTML[:2000]), CUT),
    "closed at once": (lambda visit: None, BROKEN),
    "HTTP/0.9": (HTML, BROKEN),
    "a header of 10 MB": (ok(HTML, "X-Long: " + "x" * 10_000_000), BROKEN),
    "100,000 headers": (ok(HTML, *(f"X-{n}: y" for n in range(100_000))), BROKEN),
    "headers without end": (pouring(HEAD[:17], b"X: y\r\n" * 1000), BROKEN),
    "interim answers without end": (pouring(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), BROKEN),
    "status 999": (ok(HTML, status="999 No"), ("SourceUnreachable", "status 999")),
    "status 204 with a body": (ok(HTML, status="204 No Content"), ("SourceUnreachable", "status 204")),
    "status 206": (ok(HTML, status="206 Partial Content"), ("SourceUnreachable", "status 206")),
    "status 202": (ok(HTML, status="202 Accepted"), ("SourceBlocked", "status 202")),
    "status 412": (ok("<script>$_ts={}</script>", status="412 Precondition Failed"), ("SourceBlocked", "status 412")),
    "status 521": (ok(JSL, "Set-Cookie: __jsluid_h=1", status="521 "), ("SourceBlocked", "status 521")),
    "nothing": (ok(b""), ("SourceUnreachable", "the answer is empty")),
    "nothing of no length": (ok(b"", length=-1), ("SourceUnreachable", "the answer is empty")),
    "nested too deeply": (ok("<html><body>" + "<b>" * 3000), ("CrawlError", "too deeply nested")),
    "too many tags": (ok("<html><body>" + "<b>" * 300_000), ("CrawlError", "too large")),
    "too many attributes": (
        ok("<html><body><a " + " ".join(f"a{n}" for n in range(40_000))),
        ("CrawlError", "at most 500 attributes"),
    ),
    **{f"challenge {name}": (ok(page), WALL) for name, page in CHALLENGES.items()},
}


def calendar(visit: Visit) -> None:
    """A list without end: every page has a next one."""
    robots = visit.path == "/robots.txt"
    visit.send(ok("") if robots else listing(entry(f"/a{visit.path}", "公告"), more=f'<a href="{visit.path}x/">下一页</a>'))


def chain(visit: Visit) -> None:
    """Every page leads to another."""
    visit.send(ok("") if visit.path == "/robots.txt" else to(f"{visit.path}x/"))


# Of these, the ones that are told as a document otherwise than as a list, or that only a document's size or kind can show.
AS_DOCUMENTS = {
    name: ANSWERS[name]
    for name in (
        *("drip", "silence", "endless body", "cut short of its length", "cut short, no length", "gzip bomb", "gzip cut short"),
        *("gzip with a wrong sum", "brotli unasked", "redirect to itself", "refresh to itself", "redirect to a foreign host"),
        *("always busy", "reset in the body", "reset in a body of no length", "closed at once", "HTTP/0.9", "100,000 headers"),
        *("status 206", "status 202", "status 412", "status 521", "nothing", "nested too deeply", "too many attributes"),
        *(f"challenge {name}" for name in CHALLENGES),
    )
}

# Only as a list.
LISTS: dict[str, tuple[dict[str, Answer], Ending]] = {
    "50,000 links": (
        {"/nb/": listing(*(f"<li><a href={n}>公告</a><i>2026-01-20</i>" for n in range(50_000)))},
        ("CrawlError", "too large"),
    ),
    "calendar trap": ({"*": calendar}, ("CrawlIncomplete", "more than 5 pages")),
    "2,000 next pages": (
        {"/nb/": listing(entry("/a", "公告"), more=NUMBERS)},
        ("CrawlIncomplete", "page 2 of 2000 is missing"),
    ),
    "next pages in a circle": (
        {
            "/nb/": listing(entry("/a", "公告"), more='<a href="2.html">下一页</a>'),
            "/nb/2.html": listing(entry("/b", "公告"), more='<a href="./">下一页</a>'),
        },
        READ,
    ),
    "a chain of 50 redirects": ({"*": chain}, CIRCLES),
    "one attribute of 3 MB": ({"/nb/": ok("<html><body><a href='" + "x" * 2_900_000)}, ("CrawlIncomplete", "no entry")),
    "NUL": ({"/nb/": listing(entry("1.html", "公告\x00\x00"), more="共1页" + "\x00" * 1000)}, READ),
    "nothing but NUL": ({"/nb/": ok(b"\x00" * 1000)}, ("CrawlIncomplete", "no entry")),
    "invalid header names": ({"/nb/": ok(HTML, "X-\xff\x01: y")}, BROKEN),
    "a login box above the list": (
        {"/nb/": listing(entry("1.html", "公告"), more="共1页<form>请登录<br>验证码<input></form>")},
        READ,
    ),
    "busy twice": ({"/nb/": failing(2, listing(entry("1.html", "公告"), more="共1页"))}, READ),
}

# Only as a document, beside one that is asked for after it and must come home whole.
DOCUMENTS: dict[str, tuple[dict[str, Answer], Ending]] = {
    "gzip only in the header": ({"/nb/1.html": ok(HTML, "Content-Encoding: gzip")}, READ),
    "Content-Encoding: utf-8": ({"/nb/1.html": ok(HTML, "Content-Encoding: utf-8")}, READ),
    "busy twice": ({"/nb/1.html": failing(2, report())}, READ),
    "a report on captchas": ({"/nb/1.html": report("本年度网站登录增加验证码。")}, READ),
    "NUL and strange headers": ({"/nb/1.html": ok(HTML + b"\x00" * 99, "ETag: \xff\x01", "no colon")}, READ),
    "one attribute of 2 MB": ({"/nb/1.html": ok("<html><body><p>年报</p><a title='" + "x" * 2_000_000)}, READ),
    "2,000 attachments": (
        {"/nb/1.html": ok("<html><body>" + "".join(f"<a href={n}.pdf>附件</a>" for n in range(2000)))},
        ("CrawlError", "links 2000 files"),
    ),
    "a wall instead of an attachment": (
        {"/nb/1.html": report(inside="<a href=1.pdf>附件</a>"), "/nb/1.pdf": ok(JSL, kind="application/pdf")},
        WALL,
    ),
    "shorter than it is said": (
        {"/nb/1.html": ok(HTML, length=len(HTML)).replace(b"close", b"keep-alive") + ok("<html>forged</html>")},
        READ,
    ),
    "a host of 10,000 labels": ({"/nb/": listing(entry("http://" + "a." * 10_000 + "cn/1.html"), entry("2.html"))}, NO_ADDRESS),
    "an address of 1 MB": ({"/nb/": listing(entry("/" + "x" * 1_000_000), entry("2.html"))}, NO_ADDRESS),
    "a port that is none": ({"/nb/": listing(entry("http://127.0.0.1:99999999/"), entry("2.html"))}, READ),
}

# robots.txt, and how the list behind it ends.
EXCLUDED = ("SourceExcluded", "robots.txt does not allow us")
NO_LEAVE = ("SourceUnreachable", "robots.txt cannot be read")
ROBOTS: dict[str, tuple[Answer, Ending]] = {
    "forbids": (ok("User-agent: *\nDisallow: /", kind="text/plain"), EXCLUDED),
    "forbids, then 100 MB": (pouring(HEAD + b"User-agent: *\nDisallow: /nb/\n", b"# more\n" * 10_000), EXCLUDED),
    "allows without end": (pouring(HEAD + b"User-agent: *\nDisallow: /x\n", b"# more\n" * 10_000), READ),
    "500": (ok("oops", status="500 Oops"), NO_LEAVE),
    "drip": (dripping(HEAD, b"#"), NO_LEAVE),
    "silence": (dripping(b""), NO_LEAVE),
    "gzip bomb": (ok(BOMB, "Content-Encoding: gzip"), NO_LEAVE),
    "403": (ok("User-agent: *\nDisallow: /", status="403 Forbidden"), READ),
    "to itself": (to("/robots.txt"), READ),
    "to a foreign host": (to("http://elsewhere.test/404"), READ),
    "HTML": (ok("<html>User-agent: *\nDisallow: /</html>"), READ),
    "patterns that never end": (ok("User-agent: *\nDisallow: /" + "*b" * 30 + "c$"), READ),
    "NUL": (ok(b"\x00\xff" * 1000), READ),
}


@dataclass(frozen=True)
class Night:
    """What came of one night among all of them."""

    seconds: float
    columns: dict[str, ColumnOutcome]
    missed: dict[str, list[Missed]]
    fetched: dict[str, list[bytes]]


def run(agencies: list[Agency], spool: Path, options: CrawlOptions = LIMITS) -> Crawl:
    return crawl(
        agencies, night=NIGHT, before=Before(), spool=spool, archive=str(spool / "archive"), now=lambda: NOW, options=options
    )


def agency(id: str, *urls: str) -> Agency:
    return Agency(id=id, name="青禾县水务局", aliases=(), level="county", supervisor="青禾县政务公开办", start_urls=urls)


def all_sites(ours: Hosts) -> dict[str, str]:
    """Start URLs, by what is hostile about the site."""
    usual = {"/nb/": listing(entry("1.html"), entry("2.html")), "/nb/1.html": report(), "/nb/2.html": report("二、")}
    starts = {"good": ours.site(usual).url(), "deaf": ours.deaf().url()}
    starts["TLS garbage"] = ours.site({"/": b"\x16\x03\x01garbage" * 100}, scheme="https").url()
    for name, (answer, _) in ANSWERS.items():
        starts[f"list: {name}"] = ours.site({"/nb/": answer, "/nb/?": answer}).url()
    for name, (answer, _) in AS_DOCUMENTS.items():
        starts[f"document: {name}"] = ours.site(usual | {"/nb/1.html": answer, "/nb/?": answer}).url()
    for name, (pages, _) in LISTS.items():
        starts[f"list: {name}"] = ours.site(pages).url()
    for name, (pages, _) in DOCUMENTS.items():
        starts[f"document: {name}"] = ours.site(usual | pages).url()
    for name, (robots, _) in ROBOTS.items():
        starts[f"robots.txt: {name}"] = ours.site(usual | {"/robots.txt": robots}).url()
    return starts


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    with hosts() as ours:
        starts = all_sites(ours)
        began = time.monotonic()
        found = run([agency(name, url) for name, url in starts.items()], tmp_path_factory.mktemp("spool"))
    names = {url: name for name, url in starts.items()}
    missed: dict[str, list[Missed]] = {name: [] for name in starts}
    fetched: dict[str, list[bytes]] = {name: [] for name in starts}
    for one in found.missed:
        missed[one.sighting.agency_id].append(one)
    for got in found.fetched:
        assert got.body is not None
        fetched[got.sighting.agency_id].append(got.body.read_bytes())
    return Night(time.monotonic() - began, {names[one.start_url]: one for one in found.columns}, missed, fetched)


def test_a_night_among_hostile_sites_ends_in_time(night: Night) -> None:
    assert night.seconds < LIMITS.total_seconds
    assert [name for name, one in night.columns.items() if "the crawl" in one.reason] == []


def test_a_good_site_loses_nothing(night: Night) -> None:
    assert night.columns["good"].complete
    assert night.fetched["good"] == [body_of(report()), body_of(report("二、"))]


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("deaf", SILENT),
        ("TLS garbage", BROKEN),
        *((f"list: {name}", ending) for name, (_, ending) in (ANSWERS | LISTS).items()),
        *((f"robots.txt: {name}", ending) for name, (_, ending) in ROBOTS.items()),
    ],
)
def test_a_hostile_list_ends_with_its_reason(night: Night, name: str, ending: Ending) -> None:
    outcome = night.columns[name]
    assert (outcome.kind, outcome.complete) == (ending[0], ending == READ)
    assert ending[1] in outcome.reason
    assert len(outcome.reason) < 500


@pytest.mark.parametrize(
    ("name", "ending"), [(f"document: {name}", ending) for name, (_, ending) in (AS_DOCUMENTS | DOCUMENTS).items()]
)
def test_a_hostile_document_ends_with_its_reason(night: Night, name: str, ending: Ending) -> None:
    assert night.columns[name].complete
    assert [one.kind for one in night.missed[name]] == ([ending[0]] if ending != READ else [])
    assert all(ending[1] in one.reason for one in night.missed[name])
    assert night.fetched[name][-1] == body_of(report("二、"))


# Private addresses


SPELLINGS = [
    *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "127.0.0.1.", "0", "255.255.255.255"),
    *("10.1.2.3", "172.31.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[fe80::1]", "[fe80::1%25eth0]", "[fc00::1]"),
    *("[ff02::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:db8::1]"),
]


@pytest.mark.parametrize("host", SPELLINGS)
def test_a_private_address_is_known_in_every_spelling(host: str) -> None:
    assert is_private(host)
    with pytest.raises(Refused, match="leads to a private address"):
        Gate(frozenset({host.strip("[]")}), allows_private=False).process_request(Request(f"http://{host}:8080/nb/"))


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "134744072", "[2400:3200::1]", "[::ffff:8.8.8.8]", "www.gov.cn", "cafe.gov.cn", "10.gov.cn"]
)
def test_public_addresses_and_names_are_no_private_ones(host: str) -> None:
    assert not is_private(host)


def test_nothing_leads_to_a_private_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start URLs, names that resolve to one, and redirects of a public site, which is reached through a proxy on loopback."""
    with hosts() as ours:
        inside = ours.site({"*": report()}, host="127.0.0.1")
        port = inside.port
        asked = [
            *(f"http://{host}:{port}/nb/" for host in ("127.0.0.1", "127.1", "2130706433", "[::1]")),
            f"http://localhost:{port}/nb/",
        ]
        entries = "".join(entry(f"/{place}.html") for place in range(len(asked)))
        pages = {f"http://public.test/{place}.html": to(url) for place, url in enumerate(asked)}
        pages["http://public.test/nb/"] = listing(entries, entry("/good.html"))
        pages["http://public.test/good.html"] = report()
        proxy = ours.site(pages)
        monkeypatch.setenv("http_proxy", proxy.url(""))
        starts = {f"start {url}": url for url in asked} | {"public": "http://public.test/nb/"}
        found = run([agency(name, url) for name, url in starts.items()], tmp_path, replace(LIMITS, allow_private=False))
    ends = {one.start_url: one for one in found.columns}
    for url in asked:
        assert (ends[url].kind, "leads to a private address" in ends[url].reason) == ("CrawlError", True)
    assert ends["http://public.test/nb/"].complete
    assert [(one.kind, "leads to a private address" in one.reason) for one in found.missed] == [("CrawlError", True)] * len(asked)
    assert [one.sighting.url for one in found.fetched] == ["http://public.test/good.html"]
    assert inside.asked == []


# What the whole night cannot show


def test_a_host_that_hangs_holds_one_place_only(tmp_path: Path) -> None:
    """Eight documents that hang for a second each, and a list whose pages lead to one another: it does not wait for them."""
    with hosts() as ours:
        stuck = ours.site({"/nb/": listing(*(entry(f"{n}.html") for n in range(8))), "/robots.txt": ok(""), "*": dripping(b"")})
        asked_of_stuck: list[int] = []

        def page(number: int) -> Answer:
            def answer(visit: Visit) -> None:
                asked_of_stuck.append(len(stuck.asked))
                time.sleep(0.1)
                visit.send(
                    listing(entry(f"/a{number}", "公告"), more=f"<a href={number + 1}.html>下一页</a>" if number < 5 else "")
                )

            return answer

        good = ours.site({"/nb/": page(1), **{f"/nb/{n}.html": page(n) for n in range(2, 6)}, "/robots.txt": late_robots(0.7)})
        options = replace(LIMITS, hosts_at_once=2, timeout_seconds=1, retries=0)
        found = run([agency("stuck", stuck.url()), agency("good", good.url())], tmp_path, options)
    assert ([one.complete for one in found.columns], len(found.missed)) == ([True, True], 8)
    assert asked_of_stuck[-1] - asked_of_stuck[0] <= 2


def late_robots(seconds: float) -> Answer:
    """A robots.txt that comes late: what is asked of the other site waits already, or waits for it."""
    return lambda visit: (time.sleep(seconds), visit.send(ok("")))[1]


def test_the_pause_between_requests_holds_where_hosts_wait_for_their_turn(tmp_path: Path) -> None:
    with hosts() as ours:
        times: list[float] = []

        def timed(page: bytes) -> Answer:
            return lambda visit: (times.append(time.monotonic()), visit.send(page))[1]

        usual = {"/nb/": listing(*(entry(f"{n}.html") for n in range(3))), **{f"/nb/{n}.html": report() for n in range(3)}}
        starts = [ours.site({path: timed(page) for path, page in usual.items()}).url()]
        starts.append(ours.site({"/nb/": report(), "/robots.txt": late_robots(1.5)}).url())
        run([agency(url, url) for url in starts], tmp_path, replace(LIMITS, hosts_at_once=1, delay_seconds=0.3))
    assert len(times) == 4
    assert min(after - before for before, after in pairwise(times)) > 0.28


def test_work_on_a_page_is_ended() -> None:
    began = time.process_time()
    with pytest.raises(CrawlError, match="too laborious"), at_most(0.2):
        while time.process_time() < began + 10:
            pass
    assert time.process_time() < began + 5


@pytest.mark.parametrize(
    "page",
    [
        "<!--> <a " + "b " * 1000 + ">-->",
        "<a x='>' " + "b=1 " * 1000,
        '<a x="<" ' + "b/" * 1000,
        "<script>if(a<b)</script><script " + "b='\n' " * 1000 + "></script>",
        "<\x00a " + "b " * 1000,
        "<script-x><a " + "b " * 1000,
    ],
)
def test_a_crowded_tag_cannot_hide(page: str) -> None:
    with pytest.raises(CrawlError, match="attributes"):
        parse_html(page)


def test_scripts_comments_and_long_values_are_not_taken_for_attributes() -> None:
    code = "for(i=0;i<n;i++) { a = b + c; } " * 1000
    page = f"<html><!-- <a {code} --><script>{code}</script><style>a {code}</style><p title='{code}'>{'年报 ' * 1000}</p></html>"
    assert parse_html(page).xpath("//p")


def test_gzip_of_two_members_and_deflate_without_a_frame_are_read() -> None:
    bare = zlib.compressobj(wbits=-15)
    assert gunzip(zipped(b"one ") + zipped(b"two") + b"\0" * 8, 100) == b"one two"
    assert inflate(bare.compress(HTML) + bare.flush(), 100_000) == inflate(zlib.compress(HTML), 100_000) == HTML


def test_a_challenge_in_gb18030_is_a_wall_and_a_form_of_a_report_is_none() -> None:
    walls = load_walls()
    assert wall_in("<html>请输入验证码</html>".encode("gb18030"), "text/html; charset=gbk", walls) == "captcha 验证码"
    assert wall_in(f"<html>请输入验证码{'一、总体情况' * 50}</html>".encode(), "", walls) == ""
    assert wall_in("请输入验证码".encode(), "text/plain", walls) == ""
