"""`gouji discover`: a city's site on loopback, its columns in three dialects, its traps; and what titles say of agencies."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import settings as of_hypothesis
from hypothesis import strategies as st
from portals import DIALECTS, FOOT, Book, Entry, Portal, Route, frame, rows, served, static
from stdnum.cn import uscc
from typer.testing import CliRunner

from flows.cli import app
from flows.discover import to_csv
from flows.portal import free_port, serve_portal
from tasks.crawl import CrawlOptions, crawl
from tasks.crawl.leads import Lead, leads_of, load_discover
from tasks.crawl.naming import Government, key_of, named_in
from tasks.crawl.page import read_page
from tasks.crawl.portal import load_portals
from tasks.crawl.proposals import Found, propose, without_copies
from tasks.crawl.register import load_register, read_register
from tasks.crawl.spool import Entry as Listed
from tasks.crawl.spool import PageFacts, Shelf
from tasks.errors import BadForm
from tasks.fetched import Before

NIGHT = date(2026, 2, 3)
NOW = datetime(2026, 2, 2, 18, 30, tzinfo=UTC)
SAMPLES = Path(__file__).resolve().parent.parent / "samples"
RULE, TITLES = load_discover(), load_portals().titles
SHARED = ("水务局", "农业农村局", "发展和改革委员会", "市场监督管理局", "工业和信息化局", "民政局", "税务局")
TOWNS = {"bailu": "白露乡", "shiqiao": "石桥镇", "yunmen": "云门街道"}
CODE = f"11321322000000001{uscc.calc_check_digit('113213220000000010')}"


def title(name: str, year: int) -> str:
    return f"{name}{year}年政府信息公开工作年度报告"


def book(names: list[str], years: range = range(2021, 2026), size: int = 9, noise: bool = True) -> Book:
    """A column with a report of each name and year; each name that is blank stands for a title without one."""
    listed = [(title(name, year), name, year) for year in reversed(years) for name in names]
    entries = [Entry(8000 + n, text, date(year + 1, 1, 10), name or "own", year) for n, (text, name, year) in enumerate(listed)]
    if noise:
        entries.insert(2, Entry(9001, "青禾县2023年法治政府建设年度报告", date(2024, 3, 1)))
    return Book(tuple(entries), size)


def trs(of: Book, base: str, head: str = "", before: str = "") -> dict[str, Route]:
    def names(k: int) -> str:
        return base if k == 1 else f"{base}index_{k - 1}.html"

    portal = static(
        of,
        names,
        lambda e: f"{base}{e.published:%Y%m}/t{e.published:%Y%m%d}_{e.id}.html",
        lambda k: f'{before}<script>createPageHTML({of.pages}, {k - 1}, "index","html");</script>',
        head=head,
    )
    return portal.routes


def ucap(of: Book, base: str, before: str) -> dict[str, Route]:
    portal = static(
        of,
        lambda k: f"{base}{'list' if k == 1 else f'list_{k}'}.shtml",
        lambda e: f"{base}{e.published:%Y%m}/{e.hex}.shtml",
        lambda k: f"{before}<script>createPageHTML('page_div',{of.pages},{k},'list','shtml',{of.rows});</script>",
        shape="title last",
    )
    return portal.routes


def links(*pairs: tuple[str, str]) -> str:
    return frame("<div>" + "".join(f'<p><a href="{href}">{text}</a></p>' for href, text in pairs) + "</div>")


def crumb(*parts: str) -> str:
    return f'<div class="crumb">当前位置：<a href="/">首页</a> &gt; {" &gt; ".join(parts)}</div>'


def town(key: str, name: str) -> dict[str, Route]:
    """Two levels below the landing page: the town's page, its 政府信息公开, and then its column, whose titles name nobody."""
    base = f"/xz/{key}/"
    return {
        base: links((f"{base}zfxxgk/", "政府信息公开"), (f"{base}news/1.html", "春耕备耕")),
        f"{base}zfxxgk/": links((f"{base}zfxxgk/zn/", "政府信息公开指南"), (f"{base}zfxxgk/gknb/", "政府信息公开年报")),
        **trs(book([""]), f"{base}zfxxgk/gknb/", before=crumb("镇街", name, "政府信息公开年报")),
    }


def city(foreign: str) -> dict[str, Route]:
    """青禾县: a shared column, three departments with columns of their own, three towns, and traps."""
    shared = [f"青禾县{name}" for name in SHARED]
    shared_book = book(["青禾县人民政府", *shared])
    other = tuple(
        Entry(8900 + year, title(name, year), date(year + 1, 2, 1), name, year)
        for year, name in ((2020, "县水务局"), (2019, "青禾县发改委"), (2018, "青禾县"))
    )
    jpage = DIALECTS["jpage groups"].build(book(["青禾县财政局"], size=4))
    calendar = {
        f"/rili/{year}/{month}/": links((f"/rili/{year}/{month % 12 + 1}/", "下个月"))
        for year in (2025, 2026)
        for month in range(1, 13)
    }
    return {
        "/robots.txt": "User-agent: *\nDisallow: /bm/sjj/\n",
        "/": links(("/zfxxgk/", "政府信息公开"), ("/rili/2026/1/", "日历")),
        "/zfxxgk/": links(
            ("/zfxxgk/zn/", "政府信息公开指南"),
            ("/zfxxgk/nb/", "政府信息公开年报"),
            ("/bm/", "部门信息公开"),
            ("/xz/", "镇街信息公开"),
            ("/wzbb/nb/", "政府网站年度报表"),
            ("/rili/2026/1/", "2026年1月"),
            (f"{foreign}/zfxxgk/nb/", "政府信息公开年报"),
        ),
        **trs(Book((*shared_book.entries, *other), 9), "/zfxxgk/nb/"),
        "/bm/": links(
            ("/bm/gaj/", "县公安局"),
            ("/bm/jyj/", "县教育局"),
            ("/col/col12/index.html", "县财政局"),
            ("/bm/sjj/", "县审计局"),
            ("/bm/tjj/", "县统计局"),
            (f"{foreign}/qxj/", "县气象局"),
        ),
        "/bm/gaj/": links(("/bm/gaj/gknb/list.shtml", "公开年报"), ("/bm/gaj/dt/", "工作动态")),
        **ucap(book([""], size=3), "/bm/gaj/gknb/", crumb("部门", "青禾县公安局", "公开年报")),
        "/bm/jyj/": links((f"/bm/jyj/{CODE}/ndbg/", "年度报告")),
        **trs(book(["青禾县教育局"], size=2), f"/bm/jyj/{CODE}/ndbg/"),
        **jpage.routes,
        "/bm/tjj/": "<html><body><img src='/captcha.jpg'>请输入验证码</body></html>",
        "/xz/": links(*((f"/xz/{key}/", name) for key, name in TOWNS.items())),
        **{path: route for key, name in TOWNS.items() for path, route in town(key, name).items()},
        "/wzbb/nb/": frame(
            rows((Entry(1, "青禾县2024年政府网站工作年度报表", date(2025, 1, 5)),), lambda e: f"/wzbb/{e.id}.html")
        ),
        **calendar,
    }


@dataclass(frozen=True)
class Discovered:
    portal: Portal
    foreign: Portal
    done: Result
    file: Path

    def rows(self) -> dict[str, dict[str, str]]:
        with self.file.open(encoding="utf-8-sig") as lines:
            return {row["name"]: row for row in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("here"))
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(name, ",".join(f"127.0.1.{n}" for n in range(1, 20)))
        for name, value in {"PRIVATE": "true", "DELAY_SECONDS": "0", "RETRIES": "0", "TIMEOUT_SECONDS": "5"}.items():
            patch.setenv(f"GOUJI_CRAWL_{name}", value)
        yield


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["discover", *words])


@pytest.fixture(scope="module")
def site() -> Iterator[tuple[Portal, Portal]]:
    home, foreign = Portal("/zfxxgk/", {}), Portal("/", {})
    with served([home, foreign]):
        home.routes.update(city(foreign.home))
        yield home, foreign


@pytest.fixture(scope="module")
def found(site: tuple[Portal, Portal], settings: None) -> Discovered:
    file = Path("proposed.csv").absolute()
    home, foreign = site
    done = run(f"{home.home}/zfxxgk/", "--out", str(file))
    assert done.exit_code == 0, done.output
    return Discovered(home, foreign, done, file)


def test_every_agency_is_proposed_once_with_its_column(found: Discovered) -> None:
    expected = {f"青禾县{name}": "/zfxxgk/nb/" for name in ("人民政府", *SHARED)}
    expected |= {"青禾县公安局": "/bm/gaj/gknb/list.shtml", "青禾县教育局": f"/bm/jyj/{CODE}/ndbg/"}
    expected |= {"青禾县财政局": "/col/col12/index.html"}
    expected |= {name: f"/xz/{key}/zfxxgk/gknb/" for key, name in TOWNS.items()}
    assert {name: row["start_urls"] for name, row in found.rows().items()} == {
        name: found.portal.home + path for name, path in expected.items()
    }


def test_rows_say_what_is_certain_and_mark_what_is_not(found: Discovered) -> None:
    rows = found.rows()
    water, government = rows["青禾县水务局"], rows["青禾县人民政府"]
    assert water["aliases"] == "县水务局"
    assert rows["青禾县发展和改革委员会"]["aliases"] == "青禾县发改委"
    assert government["aliases"] == "青禾县"
    assert {row["supervisor"] for row in rows.values()} == {"青禾县人民政府办公室（待核实）"}
    assert {row["region"] for row in rows.values()} == {"321322"}
    assert (government["parent"], water["parent"], rows["青禾县税务局"]["parent"]) == ("", government["id"], "")
    assert {name: rows[name]["level"] for name in ("青禾县人民政府", "青禾县水务局", "青禾县税务局", "白露乡", "云门街道")} == {
        "青禾县人民政府": "县级政府",
        "青禾县水务局": "县级部门",
        "青禾县税务局": "垂直管理部门",
        "白露乡": "乡镇",
        "云门街道": "街道",
    }
    assert {name: row["uscc"] for name, row in rows.items() if row["uscc"]} == {"青禾县教育局": CODE}
    assert {row["scope"] for row in rows.values()} == {""}


def test_the_summary_tells_what_was_read_and_what_was_not(found: Discovered) -> None:
    said = found.done.stderr
    assert "columns with reports: 7" in said
    assert f"{found.portal.home}/zfxxgk/nb/，43 reports，2018–2025，trs" in said
    assert f"{found.portal.home}/bm/sjj/: SourceExcluded" in said
    assert f"{found.portal.home}/bm/tjj/: SourceBlocked" in said
    assert f"{found.foreign.home}/qxj/" in said
    assert "titles name nobody, taken for 青禾县公安局 (by 当前位置)" in said
    assert "青禾县发改委 = 青禾县发展和改革委员会" in said
    assert found.done.stdout == ""


def test_it_goes_only_where_columns_may_be(found: Discovered) -> None:
    asked = set(found.portal.asked)
    assert not [path for path in asked if path.startswith(("/rili", "/bm/sjj", "/wzbb", "/zfxxgk/zn")) or "/news/" in path]
    assert not found.foreign.asked
    reports = {path for path, route in found.portal.routes.items() if isinstance(route, str) and "ArticleTitle" in route}
    assert not asked & reports, "no report is fetched"
    assert len(found.portal.asked) == len(asked), "nothing is asked for twice"


def test_the_proposal_passes_the_check_and_a_night_finds_every_report(found: Discovered, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["agencies", "check", str(found.file)])
    assert (done.exit_code, "错误 0 errors" in done.output) == (0, True), done.output
    agencies = load_register(found.file)
    options = CrawlOptions(delay_seconds=0, timeout_seconds=5, retries=0, total_seconds=60, allow_private=True)
    night = crawl(
        agencies, night=NIGHT, before=Before(), spool=tmp_path, archive=str(tmp_path / "a"), now=lambda: NOW, options=options
    )
    assert [(end.start_url, end.reason) for end in night.columns if not end.complete] == []
    names = {agency.id: agency.name for agency in agencies}
    got = sorted((names[each.sighting.agency_id], each.sighting.year) for each in night.fetched)
    everyone = [f"青禾县{name}" for name in ("人民政府", *SHARED, "公安局", "教育局", "财政局")] + list(TOWNS.values())
    older = [("青禾县水务局", 2020), ("青禾县发展和改革委员会", 2019), ("青禾县人民政府", 2018)]
    assert got == sorted([(name, year) for name in everyone for year in range(2021, 2026)] + older)


def test_a_file_is_not_replaced_unasked(found: Discovered) -> None:
    before = found.file.read_bytes()
    refused = run(f"{found.portal.home}/bm/jyj/", "--out", str(found.file))
    assert refused.exit_code != 0
    assert "is there already" in str(refused.exception)
    assert found.file.read_bytes() == before


def test_a_bound_of_pages_is_kept_and_told(found: Discovered) -> None:
    asked = len(found.portal.asked)
    done = run(f"{found.portal.home}/zfxxgk/", "--pages", "4")
    assert len(found.portal.asked) - asked == 5, "four pages and robots.txt"
    assert "limit reached" in done.stderr
    assert "the limit of 4 pages was reached" in done.stderr


def test_where_nothing_is_found_it_says_where_it_looked(site: tuple[Portal, Portal], settings: None) -> None:
    home, _ = site
    nothing = run(f"{home.home}/rili/2026/1/", "--pages", "1", "--out", "nothing.csv")
    assert (nothing.exit_code, nothing.stdout, Path("nothing.csv").exists()) == (1, "", False)
    assert f"{home.home}/rili/2026/1/" in nothing.stderr


def test_a_private_address_is_refused_unless_allowed(site: tuple[Portal, Portal], settings: None) -> None:
    home, _ = site
    asked = len(home.asked)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("GOUJI_CRAWL_PRIVATE")
        done = run(f"{home.home}/zfxxgk/")
    assert (done.exit_code, "leads to a private address" in done.stderr) == (2, True)
    assert len(home.asked) == asked


@pytest.mark.parametrize("url", ["www.a.gov.cn", "ftp://www.a.gov.cn/", "http://", "http://a:x/"])
def test_what_is_no_address_is_said(url: str) -> None:
    assert "is no web address" in str(run(url).exception)


def test_the_sample_portal_is_found_whole(settings: None, tmp_path: Path) -> None:
    port = free_port(0)
    truth = (SAMPLES / "agencies.csv").read_text(encoding="utf-8").replace("{port}", str(port))
    with serve_portal((SAMPLES / "portal" / "night2", SAMPLES / "portal" / "night1"), port):
        done = run(f"http://127.0.0.1:{port}/index.html")
    assert done.exit_code == 0
    proposed = {row["name"]: row["start_urls"] for row in csv.DictReader(io.StringIO(done.stdout))}
    assert proposed == {row["name"]: row["start_urls"] for row in csv.DictReader(io.StringIO(truth))}


def test_a_wrong_data_file_names_its_key(tmp_path: Path) -> None:
    wrong = tmp_path / "discover.yml"
    text = (Path(__file__).resolve().parent.parent / "tasks/crawl/discover.yml").read_text(encoding="utf-8")
    wrong.write_text(text.replace("edges:", "edgs:"), encoding="utf-8")
    with pytest.raises(BadForm, match=r"names\.edgs"):
        load_discover(wrong)


# Links


MENUS = (
    "政府信息公开年报",
    "信息公开年报",
    "公开年报",
    "年度报告",
    "政府信息公开工作年度报告",
    "部门年报",
    "历年年报",
    "青禾县公安局·公开年报",
)
NOT_COLUMNS = (
    "政府网站工作年度报表",
    "政府网站年报",
    "法治政府建设年度报告",
    "2023年政府信息公开工作年度报告",
    "政府信息公开指南",
    "2023年",
    "年度财政预算",
    "部门预算",
    "开展年报编制培训的通知",
)


@given(st.lists(st.sampled_from([*MENUS, *NOT_COLUMNS]), max_size=8), st.sampled_from(["<li>{}</li>", "<p>{}</p>", "{}"]))
def test_menus_lead_to_columns_and_nothing_else_does(texts: list[str], box: str) -> None:
    anchors = "".join(box.format(f'<a href="/a/{n}/x.html"> {text[:2]} {text[2:]} </a>') for n, text in enumerate(texts))
    page = read_page(f"<html><body>{anchors}{FOOT}</body></html>".encode(), "http://qinghe.test/")
    found = leads_of(page, RULE, load_portals(), with_units=True)
    columns = [lead for lead in found if lead.kind == "column"]
    assert columns == [Lead("column", f"http://qinghe.test/a/{n}/x.html") for n, text in enumerate(texts) if text in MENUS]


@pytest.mark.parametrize(
    "piece", ["zfxxgknb", "xxgknb", "gknb", "xxgk_nb", "ndbg", "zfxxgkndbg", "zfxxgkgzndbg", "xxgkndbg", "nb", "ndgzbg"]
)
def test_paths_lead_to_columns_but_not_to_what_lies_in_them(piece: str) -> None:
    base = "http://qinghe.test/zwgk"
    for ending in ("/", "", ".htm", "/index.html", "/list.shtml"):
        assert RULE.is_column_address(f"{base}/{piece}{ending}") or ending == ""
    for inside in ("/202201/t20220123_1.html", "/index_2.html", "/2022n/", "x/"):
        assert not RULE.is_column_address(f"{base}/{piece}{inside}")


def test_more_is_what_its_box_says() -> None:
    box = '<div><h3>{}</h3><a href="/lm/{}/">更多&gt;&gt;</a></div>'
    page = read_page((box.format("政府信息公开年报", 31) + box.format("公示公告", 32)).encode(), "http://qinghe.test/")
    assert leads_of(page, RULE, load_portals(), with_units=True) == (Lead("column", "http://qinghe.test/lm/31/"),)


# Names


REGION = Government("云澜市")
WHOLE = st.sampled_from(
    [
        "水务局",
        "工业和信息化局",
        "政务服务管理局",
        "人力资源和社会保障局",
        "发展和改革委员会",
        "人民政府办公室",
        "市场监督管理局",
        "信访局",
        "公共资源交易中心",
    ]
)
ELSEWHERE = st.sampled_from(
    ["望川区人民政府", "石桥湾镇人民政府", "云门街道办事处", "望川区水务局", "高新技术产业开发区管理委员会"]
)
TITLE = st.sampled_from(
    [
        "{n}{y}年政府信息公开工作年度报告",
        "{y}年{n}政府信息公开工作年度报告",
        "{n}{y}年度政府信息公开工作年报",
        "{n}关于{y}年政府信息公开工作情况的报告",
        "关于{n}{y}年政府信息公开年度报告的公告",
        "{n} {y} 年政府信息公开工作年度报告（图片版）",
        "{n}政府信息公开工作年度报告（{y}年度）",
        "{y}年政府信息公开工作年度报告（{n}）",
        "{n}政务公开工作{y}年年度报告",
    ]
)


@given(st.one_of(WHOLE, ELSEWHERE), st.sampled_from(["", "云澜市"]), TITLE, st.integers(2008, 2026))
def test_the_institution_in_a_title_is_found(rest: str, region: str, shape: str, year: int) -> None:
    assert named_in(shape.format(n=region + rest, y=year), RULE, TITLES) == region + rest


@pytest.mark.parametrize(
    "text",
    ["2023年政府信息公开工作年度报告", "政府信息公开工作年度报告（2023年）", "本单位2023年政府信息公开年报", "信息公开年报"],
)
def test_a_title_without_a_name_names_nobody(text: str) -> None:
    assert named_in(text, RULE, TITLES) == ""


@given(WHOLE, WHOLE)
def test_spellings_of_one_name_are_one_agency_and_two_names_are_two(one: str, other: str) -> None:
    keys = {key_of(name, REGION, RULE) for name in (f"云澜市{one}", f"市{one}", one)}
    assert len(keys) == 1
    assert (key_of(f"云澜市{other}", REGION, RULE) in keys) == (one == other)


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("国家税务总局云澜市税务局", "税务局"),
        ("云澜市人民政府", ""),
        ("市政府", ""),
        ("云澜市", ""),
        ("市政府办公室", "政府办公室"),
        ("市政务服务管理局", "政务服务管理局"),
        ("市市场监督管理局", "市场监督管理局"),
        ("市场监督管理局", "市场监督管理局"),
        ("白露乡人民政府", "白露乡"),
        ("云澜市望川区", "望川区"),
        ("望川区水务局", "望川区水务局"),
    ],
)
def test_what_spellings_have_alike(printed: str, key: str) -> None:
    assert key_of(printed, REGION, RULE) == key


@of_hypothesis(max_examples=40)
@given(st.data())
def test_every_report_is_in_the_columns_of_one_row_and_the_register_takes_it(data: st.DataObject) -> None:
    """Any agencies in any columns, under any spelling: one row each, with all columns that have its reports."""
    agencies = data.draw(st.lists(st.one_of(WHOLE, ELSEWHERE), min_size=1, max_size=8, unique=True))
    entries, expected = [], {}
    for number, name in enumerate(agencies):
        columns = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True))
        expected[name] = {f"http://yunlan.gov.cn/c{column}/" for column in columns}
        for column in columns:
            year, shape = data.draw(st.integers(2010, 2025)), data.draw(TITLE)
            printed = data.draw(st.sampled_from(["云澜市", "市", ""])) + name
            url = f"http://yunlan.gov.cn/c{column}/"
            entries.append(Listed(url, f"{url}{number}-{year}.html", shape.format(n=printed, y=year), year))
    shelves = tuple(Shelf(url, PageFacts(site="云澜市人民政府")) for url in sorted({entry.start_url for entry in entries}))
    proposed = propose(Found(PageFacts(), shelves, tuple(entries)), RULE, TITLES)
    rows = {key_of(agency.name, REGION, RULE): agency for agency in proposed.agencies}
    assert {key: set(agency.start_urls) for key, agency in rows.items()} == {
        key_of(n, REGION, RULE): urls for n, urls in expected.items()
    }
    assert len(rows) == len(proposed.agencies)
    assert not proposed.nameless
    read, problems = read_register(to_csv(proposed.agencies).encode())
    assert not [problem for problem in problems if problem.is_error]
    assert read == proposed.agencies


def shelf(url: str, *reports: str, called: bool = True) -> tuple[Shelf, list[Listed]]:
    return Shelf(url, PageFacts(), is_called=called), [Listed(url, report, title("甲局", 2023), 2023) for report in reports]


@given(st.lists(st.sets(st.integers(1, 6)), min_size=1, max_size=6))
def test_leaving_out_copies_loses_no_report(lists: list[set[int]]) -> None:
    made = [shelf(f"http://a.test/{n}/", *map(str, reports), called=n % 2 == 0) for n, reports in enumerate(lists)]
    found = Found(PageFacts(), tuple(each for each, _ in made), tuple(entry for _, entries in made for entry in entries))
    kept = {each.start_url for each in without_copies(found)}
    assert {e.url for e in found.entries if e.start_url in kept} == {e.url for e in found.entries}
    sets = [{e.url for e in found.entries if e.start_url == url} for url in sorted(kept)]
    assert not [1 for n, one in enumerate(sets) for other in sets[n + 1 :] if one and one == other]


def test_a_report_without_a_name_among_several_agencies_is_nobodys_and_told() -> None:
    url = "http://yunlan.gov.cn/nb/"
    entries = tuple(
        Listed(url, f"{url}{n}", text, 2023)
        for n, text in enumerate((title("云澜市水务局", 2023), title("云澜市民政局", 2023), title("", 2023)))
    )
    proposed = propose(Found(PageFacts(), (Shelf(url, PageFacts(site="云澜市人民政府")),), entries), RULE, TITLES)
    assert ([agency.name for agency in proposed.agencies], proposed.nameless) == (["云澜市民政局", "云澜市水务局"], (entries[2],))


def test_a_short_name_with_a_report_of_the_same_year_is_another_agency() -> None:
    url = "http://yunlan.gov.cn/nb/"
    both = tuple(Listed(url, f"{url}{n}", title(n, 2023), 2023) for n in ("云澜市农业局", "云澜市农业农村局"))
    proposed = propose(Found(PageFacts(), (Shelf(url, PageFacts(site="云澜市人民政府")),), both), RULE, TITLES)
    assert len(proposed.agencies) == 2
    assert "perhaps one agency" in proposed.doubts[0]
