"""The digest as a supervisor gets it: one readable message however much there is, with its list and letters, by real mail."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from receivers import Gateway, MailServer, gateway, mail_server
from sqlalchemy import Engine, insert, select, update

from flows.contain import Limits, Readers
from flows.letter import letter_maker
from tasks.alert import AlertOptions, SupervisorNews, alert
from tasks.alert.cutting import measure
from tasks.alert.notice_list import short_id
from tasks.alert.routing import Route, Routing
from tasks.alert.services import load_channels
from tasks.errors import AlertError
from tasks.records import Severity
from tests.test_channels import engine, migrated
from warehouse import schema
from warehouse.engine import open_warehouse
from warehouse.files import Archive

N1, N2, N3 = (date(2026, 11, day) for day in (20, 21, 22))
__all__ = ["engine", "migrated"]

CITY, PROVINCE = "甲市政务公开办", "某省政务公开办"
COLUMNS = tuple(f"applications.*.{name}" for name in ("natural", "company", "research", "social", "legal", "other", "total"))
RULES = {"T3-BAL": "error", "X-CARRY": "warning"}
LIMIT = load_channels().digest.bytes


def clock() -> datetime:
    return datetime(2026, 11, 20, 18, 30, tzinfo=UTC)


def add(engine: Engine, table: str, rows: list[dict[str, Any]]) -> None:
    with engine.begin() as connection:
        connection.execute(insert(schema.metadata.tables[table]), rows)


def fill(engine: Engine, findings: int, names: Mapping[str, str] | None = None, years: int = 5, supervisor: str = CITY) -> None:
    """The rows of a night that read many reports: so many findings, 14 a report, half errors and half warnings."""
    reports = -(-findings // 14)
    names = names or {f"a{number:04}": f"甲市第{number}局" for number in range(-(-reports // years))}
    columns = {"level": "", "parent": "", "supervisor": supervisor, "start_urls": []}
    add(engine, "agency", [{"id": key, "name": name, "aliases": [], **columns} for key, name in names.items()])
    papers = [(agency, 2024 - back) for agency in names for back in range(years)][:reports]
    read = {"reader": "html", "reader_version": "1", "status": "read", "kind": "", "reason": "", "title": "", "part": ""}
    read |= {"agency_printed": "", "editions": [["applications", "2021"]], "problems": [], "figures": 9, "is_current": True}
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("document", "report", "reading", "assessment", "finding")}
    for number, (agency, year) in enumerate(papers, 1):
        sha256, url = f"{number:064x}", f"http://{agency}.example/zfxxgk/{year}/t{year}0120_{number}.html"
        rows["document"].append({"sha256": sha256, "size": 1, "media_type": "", "url": url, "status": 200, "headers": []})
        rows["document"][-1]["fetched_at"] = clock()
        report = {"agency_id": agency, "year": year, "revision": 1, "sha256": sha256, "url": url, "night": N1, "part": ""}
        rows["report"].append({"id": number, **report, "is_current": True, "is_ambiguous": False, "doubt": ""})
        rows["reading"].append({"id": number, "sha256": sha256, "night": N1, **read})
        assessed = {"report_id": number, "reading_id": number, "previous_reason": "", "rules_version": "1", "night": N1}
        rows["assessment"].append({"id": number, **assessed, "is_current": True})
        rows["finding"] += [finding(number, rule, scope) for scope in COLUMNS for rule in RULES]
    rows["finding"] = rows["finding"][:findings]
    for table, its_rows in rows.items():
        add(engine, table, its_rows)


def finding(assessment: int, rule: str, scope: str) -> dict[str, Any]:
    told = {"says": "第一项加第二项之和，等于第三项（七）总计加第四项之和", "reason": "", "cells": [], "suspects": []}
    judged = {"severity": RULES[rule], "outcome": "broken", "verdict": "agency", "left_value": 12, "right_value": 11, "delta": 1}
    return {"assessment_id": assessment, "rule": rule, "scope": scope, **judged, **told}


def stand(engine: Engine, year: int, states: Mapping[str, str]) -> None:
    """Where agencies stand on the board."""
    row = {"year": year, "night": N1, "reason": "说明", "url": "http://x.example/col/", "sha256": None, "is_current": True}
    add(engine, "board", [{**row, "agency_id": agency, "state": state} for agency, state in states.items()])


def told(engine: Engine, folder: Path, night: date = N1, to: str = CITY, **more: Any) -> SupervisorNews:
    options = AlertOptions(folder / "outbox", **more)
    return next(each for each in alert(engine, night, options, clock) if each.supervisor == to)


def texts(news: SupervisorNews) -> tuple[str, str]:
    markdown, html = (path.read_text(encoding="utf-8") for path in news.files)
    return markdown, html


def sheets(path: Path | BytesIO) -> dict[str, list[dict[str, Any]]]:
    book = openpyxl.load_workbook(path)
    tables = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
    return {title: [dict(zip(head, row, strict=True)) for row in rows] for title, (head, *rows) in tables.items()}


def sections(markdown: str) -> dict[str, str]:
    """The Markdown by its headings of the second rank."""
    return {part.partition("\n")[0]: part for part in markdown.split("\n## ")[1:]}


def left_of(part: str) -> int:
    """How many a list says that it does not show."""
    return sum(int(number.replace(",", "")) for number in re.findall(r"^… 另有 ([\d,]+) 项", part, re.MULTILINE))


# ---- size


@dataclass(frozen=True)
class Flood:
    """What two nights told of two thousand findings: all new; then seven changed and the rest as they were; and in a chat."""

    new: SupervisorNews
    later: SupervisorNews
    chat: str
    ids: set[str]


@pytest.fixture(scope="module")
def flood(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Flood:
    folder = tmp_path_factory.mktemp("flood")
    engine = open_warehouse(f"sqlite:///{shutil.copy(migrated, folder / 'gouji.db')}")
    fill(engine, 2000)
    with gateway() as robot:
        url = f"wecom+http://127.0.0.1:{robot.port}/robot/send?token=abcdef123456"
        new = told(engine, folder, routing=Routing(Route((url,))))
        chat = said_in(robot)
    with engine.begin() as connection:
        ids = {short_id(each) for each in connection.execute(select(schema.notice.c.fingerprint)).scalars()}
        balance = (schema.finding.c.assessment_id == 1) & (schema.finding.c.rule == "T3-BAL")
        connection.execute(update(schema.finding).where(balance).values(left_value=13, delta=2))
    later = told(engine, folder, N2)
    engine.dispose()
    return Flood(new, later, chat, ids)


def test_two_thousand_findings_are_one_readable_message(flood: Flood) -> None:
    markdown, html = texts(flood.new)
    assert LIMIT * 0.8 < len(html.encode()) <= LIMIT == 100_000
    assert len(markdown.encode()) <= LIMIT
    part = sections(markdown)["新发现（2,000）"]
    shown = part.count("\n- **")
    assert shown >= 40
    assert left_of(part) == 2000 - shown
    assert part.count("\n- **错误") == shown, "the gravest first"
    assert f"… 另有 {2000 - shown:,} 项（错误 {1000 - shown}、疑似 1,000），见附件《整改清单》" in part
    assert html.count("编号 ") == shown and f"另有 {2000 - shown:,} 项" in html, "both texts show the same"
    assert "请 29 个单位更正或说明 2,000 项新发现、有变化或重新出现的问题（错误 1,000、疑似 1,000）" in html
    assert re.search(r"^涉及 29 个单位：甲市第0局 70、甲市第1局 70、.*甲市第11局 70等。$", part, re.MULTILINE)
    rows = sheets(flood.new.attachments[0])["整改清单"]
    assert len(rows) == 2000 and {row["编号"] for row in rows} == flood.ids


def test_two_thousand_that_still_stand_are_said_in_short(flood: Flood) -> None:
    markdown, html = texts(flood.later)
    assert len(html.encode()) <= LIMIT
    assert len(re.findall(r"\n- ", sections(markdown)["有变化（7）"])) == 7, "what is short is shown in full"
    part, most = sections(markdown)["仍未整改（1,993）"], load_channels().digest.standing
    assert part.count("\n- **错误") == most
    assert left_of(part) == 1993 - most
    assert "已存在：一周以内 1,993 · 一月以内 0" in part
    assert "自 2026-11-20 起，已 1 天" in html
    rows = sheets(flood.later.attachments[0])["整改清单"]
    assert [row["本次通报"] for row in rows] == ["有变化"] * 7 + ["仍未整改"] * 1993


def test_a_chat_counts_what_it_leaves_out_and_what_was_left_out_before(flood: Flood) -> None:
    limits = load_channels().services["wecom"]
    assert measure(flood.chat, limits.unit) <= limits.limit
    changes = 29  # one for each agency whose reports were added
    shown = flood.chat.count("\n- **")
    assert 0 < shown < 40
    assert re.findall(r"^… 另有 (\d+) 项", flood.chat, re.MULTILINE) == [str(2000 + changes - shown)]


def said_in(robot: Gateway) -> str:
    return str(robot.received[0].body["markdown"]["content"])


def test_places_of_attachments_leave_a_chat_room_for_its_text(engine: Engine, tmp_path: Path) -> None:
    fill(engine, 14 * 25, {f"a{n}": f"甲市{'很' * 20}长名的第{n}局" for n in range(25)}, years=1)
    with gateway() as robot:
        url = f"wecom+http://127.0.0.1:{robot.port}/robot/send?token=abcdef123456"
        base = "https://board.example/out"
        told(engine, tmp_path, routing=Routing(Route((url,))), link_base=base, letter=lambda *_: b"docx")
        text = said_in(robot)
    assert measure(text, "bytes") <= load_channels().services["wecom"].limit
    assert f"附件：[{CITY}-整改清单.xlsx]({base}/2026-11-20/" in text
    named = text.count("附件：[")
    assert 1 <= named < 21 and f"另有 {21 - named} 个附件，与全文在同一文件夹" in text
    assert "请 25 个单位更正或说明 350 项" in text


# ---- what it says


def test_who_is_missing_comes_first_and_who_was_not_reached_is_not_among_them(engine: Engine, tmp_path: Path) -> None:
    fill(engine, 14, {"a": "甲局", "b": "乙局", "c": "丙局", "d": "丁局"}, years=1)
    stand(engine, 2025, {"a": "not_reached", "b": "missing", "c": "published", "d": "unclear"})
    markdown, html = texts(news := told(engine, tmp_path))
    part = sections(markdown)["2025年度报告公开情况"]
    assert "已公开 1 · 逾期未公开 1 · 未能到达 1 · 存疑 1" in part
    missing, unsure = part.split("### ")[1:]
    assert missing.startswith("逾期未公开（1）") and "乙局" in missing and "甲局" not in missing
    assert unsure.startswith("未能认定，不等于未公开（2）") and "未能到达" in unsure and "存疑" in unsure
    assert markdown.index("2025年度报告公开情况") < markdown.index("新发现（14）")
    assert "1. 督促 1 个单位公开2025年度报告" in markdown
    assert html.index("督促 1 个单位公开2025年度报告") < html.index("人工核实 2 个单位的2025年度报告是否公开")
    assert "http://x.example/col/" in unsure
    rows = sheets(news.attachments[0])["公开情况"]
    assert {row["单位"]: row["公开情况"] for row in rows} == {
        "丙局": "已公开", "乙局": "逾期未公开", "甲局": "未能到达", "丁局": "存疑"
    }  # fmt: skip


def test_a_notice_of_a_missing_report_leads_to_the_page_where_it_was_looked_for(engine: Engine, tmp_path: Path) -> None:
    fill(engine, 14, {"a": "甲局", "b": "乙局"}, years=1)
    stand(engine, 2025, {"a": "published", "b": "missing"})
    fact = {"agency_id": "b", "year": 2025, "rule": "D-MISSING", "scope": "report", "night": N1, "is_current": True}
    judged = {"severity": "error", "outcome": "broken", "verdict": "agency", "says": "应已公开", "reason": "期限为2026-03-31"}
    figures = {
        "left_value": None,
        "right_value": None,
        "delta": None,
        "reason": "期限为2026-03-31，栏目中未见",
        "cells": [],
        "suspects": [],
    }
    add(engine, "survey_finding", [{**fact, **judged, **figures}])
    markdown, html = texts(news := told(engine, tmp_path))
    part = sections(markdown)["新发现（15）"]
    assert re.search(r"期限为2026-03-31.*编号 \w{12}　<http://x\.example/col/>", part)
    assert html.count('href="http://x.example/col/"') == 2
    assert "请 1 个单位更正或说明 14 项" in html, "what is missing is a task of its own"
    row = next(row for row in sheets(news.attachments[0])["整改清单"] if row["单位"] == "乙局")
    assert (row["位置"], row["依据网址"]) == ("整份报告", "http://x.example/col/")


def test_many_who_are_missing_are_counted_and_listed_in_the_attachment(engine: Engine, tmp_path: Path) -> None:
    names = {f"a{number:04}": f"第{number}局" for number in range(500)}
    fill(engine, 14, names, years=1)
    stand(engine, 2025, dict.fromkeys(names, "missing"))
    markdown, html = texts(news := told(engine, tmp_path))
    part = sections(markdown)["2025年度报告公开情况"]
    assert part.count("\n- **") + left_of(part) == 500
    assert len(html.encode()) <= LIMIT
    assert len(sheets(news.attachments[0])["公开情况"]) == 500


def test_milder_notices_are_one_line_and_not_in_the_list(engine: Engine, tmp_path: Path) -> None:
    fill(engine, 14)
    news = told(engine, tmp_path, routing=Routing(Route(severity=Severity.ERROR)))
    for text in texts(news):
        assert "另有 7 项低于所设级别或属所设不接收的规则，未列入。" in text
        assert "结转衔接" not in text
    assert len(sheets(news.attachments[0])["整改清单"]) == 7


def test_news_of_several_nights_say_so(engine: Engine, tmp_path: Path) -> None:
    fill(engine, 14)
    options = {"routing": Routing(Route(is_quiet=lambda day: day < N3))}
    assert told(engine, tmp_path, N1, **options).files == told(engine, tmp_path, N2, **options).files == ()
    for text in texts(told(engine, tmp_path, N3, **options)):
        assert "本通报含11月20日至11月22日共 3 夜的情况。" in text


def test_a_superior_gets_what_stood_too_long_and_whose_it_is(engine: Engine, tmp_path: Path) -> None:
    fill(engine, 14)
    columns = {"aliases": [], "level": "", "parent": "", "start_urls": []}
    add(engine, "agency", [{"id": "p", "name": "某省厅", "supervisor": PROVINCE, **columns}])
    routing = Routing(supervisors={CITY: Route(escalate_after=1, superior=PROVINCE)})
    told(engine, tmp_path, N1, routing=routing)
    news = told(engine, tmp_path, N2, PROVINCE, routing=routing)
    markdown, html = texts(news)
    part = sections(markdown)["逾期上报（14）"]
    assert part.count(f"主管部门：{CITY} · 自 2026-11-20 起，已 1 天") == 14
    assert "过问下级主管部门逾期未整改的 14 项（错误 7、疑似 7）" in html
    rows = sheets(news.attachments[0])["整改清单"]
    assert {(row["本次通报"], row["主管部门"]) for row in rows} == {("逾期上报", CITY)} and len(rows) == 14
    assert len(news.attachments) == 1, "letters are the supervisor's"


# ---- attachments


@pytest.fixture
def post_office() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def readers() -> Iterator[Readers]:
    with Readers(Limits()) as opened:
        yield opened


def test_a_mail_brings_the_list_and_the_letters(
    engine: Engine, tmp_path: Path, post_office: MailServer, readers: Readers
) -> None:
    fill(engine, 28, {"water": "甲市水利局", "school": "甲市教育局"}, years=1)
    make = letter_maker(engine, Archive(str(tmp_path / "archive")), readers, N1, clock().tzinfo or UTC)
    url = f"mailto://office.example:{post_office.port}/head@city.example?smtp=127.0.0.1&from=clerk@office.example"
    news = told(engine, tmp_path, routing=Routing(Route((url,))), letter=make)
    assert news.undelivered == ()
    (mail,) = post_office.received
    assert mail["Subject"] == f"【勾稽】{CITY} 2026-11-20：新发现 28，报告变动 2"
    assert mail.get_content_type() == "multipart/mixed"
    body, *attached = mail.iter_parts()
    plain, page = body.iter_parts()  # type: ignore[attr-defined]
    kind = "application/vnd.openxmlformats-officedocument."
    names = [f"{CITY}-整改清单.xlsx", "整改通知书-甲市教育局-2024.docx", "整改通知书-甲市水利局-2024.docx"]
    assert [part.get_filename() for part in attached] == names
    assert [part.get_content_type().removeprefix(kind) for part in attached] == ["spreadsheetml.sheet"] + [
        "wordprocessingml.document"
    ] * 2
    for text in (plain.get_content(), page.get_content()):
        assert all(name in text for name in names), "the text names what goes with it"
    first = sheets(BytesIO(attached[0].get_content()))["整改清单"][0]  # type: ignore[attr-defined]
    assert (first["本次通报"], first["单位"], first["年度"], first["级别"]) == ("新发现", "甲市教育局", 2024, "错误")
    assert (first["应为"], first["实为"], first["差"], first["存档SHA-256"]) == (12, 11, -1, f"{2:064x}")
    assert first["问题"] == "表三“商业企业”列，本年新收与上年结转之和为 12，办结总计与结转下年之和为 11，相差 1"
    assert first["首次"] == first["最近"] == "2026-11-20" and first["依据网址"].startswith("http://school.example/")
    letter = docx.Document(BytesIO(attached[1].get_content()))  # type: ignore[attr-defined]
    written = "\n".join(paragraph.text for paragraph in letter.paragraphs)
    assert "甲市教育局" in written and "2024年" in written and "相差 1" in written and "水利" not in written


def test_what_cannot_be_attached_is_said_and_stops_nothing(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(engine, 14 * 30, {f"a{number:02}": f"第{number}局" for number in range(30)}, years=1)

    def make(agency: str, year: int) -> bytes | None:
        if agency == "a01":
            raise AlertError("the page is damaged", where=agency)
        if agency == "a02":
            raise ZeroDivisionError
        return None if agency == "a03" else f"{agency}-{year}".encode()

    (tmp_path / "outbox" / "2026-11-20" / f"{CITY}-整改清单.xlsx").mkdir(parents=True)
    news = told(engine, tmp_path, letter=make)
    most = load_channels().digest.letters
    assert [path.read_bytes() for path in news.attachments] == [
        f"a{n:02}-2024".encode() for n in range(most) if n not in (1, 2, 3)
    ]
    for text in texts(news):
        assert "第1局 2024年度的整改通知书未能生成" in text and "第2局 2024年度的整改通知书未能生成" in text
        assert "第3局 2024年度的整改通知书" not in text, "none is due"
        assert f"另有 {30 - most} 份整改通知书未随附" in text
        assert "《整改清单》未能生成" in text and "见附件" not in text
    assert "the page is damaged" in caplog.text and "ZeroDivisionError" in caplog.text


def test_the_same_night_again_writes_the_same_files_and_a_past_one_none(engine: Engine, tmp_path: Path) -> None:
    fill(engine, 140)
    calls = []

    def make(agency: str, year: int) -> bytes:
        calls.append(agency)
        return f"{agency}{year}".encode()

    first = told(engine, tmp_path, letter=make)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in first.attachments}
    assert told(engine, tmp_path, letter=make) == first
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in first.attachments} == before
    first.attachments[0].unlink()
    told(engine, tmp_path, letter=make)
    assert first.attachments[0].read_bytes() == before[first.attachments[0]][0], "made at another second, the same bytes"
    with zipfile.ZipFile(first.attachments[0]) as book:
        assert {part.date_time[0] for part in book.infolist()} == {1980}
        assert book.read("docProps/core.xml").count(b">2026-11-20T00:00:00Z<") == 2
    with engine.begin() as connection:
        connection.execute(update(schema.finding).where(schema.finding.c.assessment_id == 1).values(left_value=13, delta=2))
    assert "有变化 14" in texts(told(engine, tmp_path, N2, letter=make))[0]
    done = len(calls)
    assert told(engine, tmp_path, letter=make) == first
    assert len(calls) == done


def test_hostile_names_do_no_harm(engine: Engine, tmp_path: Path, readers: Readers) -> None:
    names = {
        "markup": "<img src=x onerror=alert(1)>*局*",
        "formula": '=HYPERLINK("http://evil.example","点我")',
        "long": "很" * 20_000,
        "path": "../../../局",
        "same1": "同名局",
        "same2": "同名局",
        "control": "甲\x07局",
    }
    fill(engine, 14 * len(names), names, years=1)
    with engine.begin() as connection:
        connection.execute(update(schema.report).where(schema.report.c.agency_id == "markup").values(url="javascript:alert(1)"))
    make = letter_maker(engine, Archive(str(tmp_path / "archive")), readers, N1, UTC)
    news = told(engine, tmp_path, letter=make)
    markdown, html = texts(news)
    assert not re.search(r"(?<!\\)<img", html + markdown) and "javascript:" not in html + markdown
    assert len(html.encode()) <= LIMIT
    assert "未能生成" not in markdown
    letters = news.attachments[1:]
    assert len(set(letters)) == len(names)
    assert all(path.parent == tmp_path / "outbox" / "2026-11-20" / CITY and len(path.name.encode()) < 255 for path in letters)
    assert {"整改通知书-同名局-same1-2024.docx", "整改通知书-同名局-same2-2024.docx"} < {path.name for path in letters}
    book = openpyxl.load_workbook(news.attachments[0])
    assert all(cell.data_type != "f" for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    assert names["formula"] in {row["单位"] for row in sheets(news.attachments[0])["整改清单"]}
