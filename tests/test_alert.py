"""What supervisors are told, night after night, on a real SQLite warehouse and a real loopback HTTP server."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select, update

from tasks.alert import AlertOptions, SupervisorNews, alert
from tasks.alert.channels import channel_name
from tasks.alert.notices import Evidence, Recheck, net, transitions
from tasks.alert.routing import Route, Routing
from tasks.alert.sentences import say, split_sentence
from tasks.alert.services import load_channels
from tasks.errors import AlertError
from tasks.records import Finding, Notice, NoticeState, Outcome, Severity, Suspect
from warehouse import schema

N1, N2, N3, N4 = (date(2026, 11, day) for day in (20, 21, 22, 23))
BALANCE = ("T3-BAL", "applications.*.natural", 12, 11)
CITY, COUNTY = "甲市政务公开办", "乙县政务公开办"
SAYS = "第一项加第二项之和，等于第三项（七）总计加第四项之和"


def clock() -> datetime:
    return datetime(2026, 11, 22, 18, 30, tzinfo=UTC)


@dataclass
class Office:
    """Plays the other stages: writes the rows that a night's crawl, reading and rules would leave."""

    engine: Engine
    serial: int = 0
    reports: dict[tuple[str, int], int] = field(default_factory=dict)

    def put(self, table: str, **values: Any) -> int:
        with self.engine.begin() as connection:
            key = connection.execute(insert(schema.metadata.tables[table]).values(**values)).inserted_primary_key
            return int(key[0]) if key and isinstance(key[0], int) else 0

    def agency(self, agency_id: str, name: str, supervisor: str) -> None:
        start = [f"http://{agency_id}.example/col/"]
        self.put("agency", id=agency_id, name=name, aliases=[], level="", parent="", supervisor=supervisor, start_urls=start)

    def report(self, agency_id: str, year: int, night: date, *broken: tuple[str, str, int | None, int | None]) -> None:
        """A new revision of a report, read and assessed."""
        self.serial += 1
        sha256 = f"{self.serial:064x}"
        url = f"http://{agency_id}.example/{year}.html"
        document = {"size": 1, "media_type": "", "url": url, "status": 200, "fetched_at": clock(), "headers": []}
        self.put("document", sha256=sha256, **document)
        with self.engine.begin() as connection:
            mine = (schema.report.c.agency_id == agency_id) & (schema.report.c.year == year)
            before = connection.execute(select(func.count()).select_from(schema.report).where(mine)).scalar_one()
            connection.execute(update(schema.report).where(mine).values(is_current=False))
        key = {"agency_id": agency_id, "year": year, "revision": before + 1, "sha256": sha256, "url": url, "night": night}
        self.reports[agency_id, year] = self.put("report", **key, is_current=True, is_ambiguous=False, part="", doubt="")
        self.assess(agency_id, year, night, *broken)

    def assess(self, agency_id: str, year: int, night: date, *broken: tuple[str, str, int | None, int | None]) -> None:
        """The current revision, read or ruled again: only these rules are broken now."""
        report_id = self.reports[agency_id, year]
        with self.engine.begin() as connection:
            sha256 = connection.execute(select(schema.report.c.sha256).where(schema.report.c.id == report_id)).scalar_one()
            connection.execute(
                update(schema.assessment).where(schema.assessment.c.report_id == report_id).values(is_current=False)
            )
            others = select(schema.report.c.id).where(schema.report.c.agency_id == agency_id, schema.report.c.year == year)
            old = schema.assessment.c.report_id.in_(others)
            connection.execute(update(schema.assessment).where(old).values(is_current=False))
        self.serial += 1
        head = {"reader": "html", "reader_version": str(self.serial), "status": "read", "kind": "", "reason": "", "title": ""}
        rest = {"agency_printed": "", "editions": [["applications", "2021"], ["disputes", ""]], "problems": [], "night": night}
        reading_id = self.put("reading", sha256=sha256, **head, **rest, figures=200, part="", is_current=True)
        assessed = {"report_id": report_id, "reading_id": reading_id, "previous_reason": "", "rules_version": "1", "night": night}
        assessment_id = self.put("assessment", **assessed, is_current=True)
        for rule, scope, left, right in broken:
            self.find(assessment_id, rule, scope, left, right)

    def find(self, assessment_id: int, rule: str, scope: str, left: int | None, right: int | None) -> None:
        severity = {"X-CARRY": "warning", "D-CHANGE": "info"}.get(rule, "error")
        delta = left - right if left is not None and right is not None else None
        compared = {"left_value": left, "right_value": right, "delta": delta}
        judged = {"severity": severity, "outcome": "broken", "verdict": "agency", "says": SAYS}
        reason = "1个数据有改动：applications.new.natural：12→13" if rule == "D-CHANGE" else ""
        shown = {"reason": reason, "cells": ["applications.new.natural"], "suspects": []}
        self.put("finding", assessment_id=assessment_id, rule=rule, scope=scope, **compared, **judged, **shown)

    def sight(self, agency_id: str, year: int | None, night: date, state: str, name: str = "", reason: str = "") -> None:
        url = f"http://{agency_id}.example/{name or year}.html"
        values = {"title": "", "listing_url": "", "sha256": None, "etag": "", "last_modified": "", "reason": reason}
        self.put("sighting", agency_id=agency_id, year=year, url=url, night=night, state=state, **values)

    def column(self, agency_id: str, night: date, kind: str = "") -> None:
        url = f"http://{agency_id}.example/col/"
        self.put(
            "column_outcome", start_url=url, night=night, complete=not kind, pages=1, links=1, kind=kind, reason="said the site"
        )

    def rows(self) -> dict[str, list[Any]]:
        with self.engine.connect() as connection:
            tables = (schema.notice, schema.notice_event, schema.outbox)
            return {
                table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
                for table in tables
            }

    def outbox(self) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(select(schema.outbox).order_by(schema.outbox.c.key)))


@pytest.fixture
def office(engine: Engine) -> Office:
    office = Office(engine)
    office.agency("water", "甲市水利局", CITY)
    office.agency("school", "甲市教育局", CITY)
    office.agency("town", "乙县某镇人民政府", COUNTY)
    return office


@pytest.fixture
def options(tmp_path: Path) -> AlertOptions:
    return AlertOptions(outbox=tmp_path / "outbox")


def news(office: Office, night: date, options: AlertOptions, supervisor: str = CITY) -> SupervisorNews:
    return next(each for each in alert(office.engine, night, options, clock) if each.supervisor == supervisor)


def test_first_night_tells_each_supervisor_only_of_its_own_agencies(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N1, BALANCE)
    city, county = (news(office, N1, options, each) for each in (CITY, COUNTY))
    expected = "甲市水利局2023年度报告：表三“自然人”列，本年新收与上年结转之和为 12，办结总计与结转下年之和为 11，相差 1。"
    assert city.new == (f"{expected}依据：{SAYS}。",)
    assert city.events == ("新收录甲市水利局2023年度报告",)
    markdown, html = (path.read_text(encoding="utf-8") for path in city.files)
    assert [path.name for path in city.files] == [f"{CITY}.md", f"{CITY}.html"]
    for text in (markdown, html):
        assert "相差 1" in text
        assert "http://water.example/2023.html" in text
        assert f"{1:064x}" in text
    assert (county.new, county.events, county.files) == ((), (), ())
    assert {row.supervisor for row in office.outbox()} == {CITY}


def test_second_night_without_change_sends_nothing(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N1, BALANCE)
    alert(office.engine, N1, options, clock)
    second = news(office, N2, options)
    assert (second.new, second.changed, second.events, second.files, second.still_open) == ((), (), (), (), 1)
    assert not (options.outbox / "2026-11-21").exists()


def test_a_quiet_night_is_sent_when_asked(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N1, BALANCE)
    alert(office.engine, N1, options, clock)
    county = news(office, N2, AlertOptions(options.outbox, Routing(Route(always=True))), COUNTY)
    assert "无新情况" in county.files[0].read_text(encoding="utf-8")


def test_life_of_a_notice_new_changed_resolved_reopened(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N1, BALANCE, ("X-CARRY", "applications.*.total", 3, 2))
    assert len(news(office, N1, options).new) == 2
    office.report("water", 2023, N2, ("T3-BAL", "applications.*.natural", 14, 11))
    second = news(office, N2, options)
    assert "相差 3" in second.changed[0]
    assert second.resolved[0].endswith("（单位于 2026-11-21 更正）")
    assert second.events == ("甲市水利局2023年度报告有新版本（第 2 版）",)
    office.assess("water", 2023, N3)
    third = news(office, N3, options)
    assert third.resolved[0].endswith("（此前系本系统读取有误，非单位填报错误）")
    assert third.still_open == 0
    office.report("water", 2023, N4, ("T3-BAL", "applications.*.natural", 14, 11))
    fourth = news(office, N4, options)
    assert len(fourth.reopened) == 1
    assert (fourth.new, fourth.changed) == ((), ())


def test_what_can_no_longer_be_compared_is_not_called_corrected(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N1, BALANCE)
    alert(office.engine, N1, options, clock)
    office.report("water", 2023, N2, BALANCE)
    with office.engine.begin() as connection:
        latest = connection.execute(select(func.max(schema.finding.c.assessment_id))).scalar_one()
        of_tonight = schema.finding.c.assessment_id == latest
        connection.execute(update(schema.finding).where(of_tonight).values(outcome="not_assessable"))
    assert news(office, N2, options).resolved[0].endswith("（现有数据已无法核对，不再列为问题）")


def test_an_unreadable_new_revision_leaves_the_notice_open(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N1, BALANCE)
    alert(office.engine, N1, options, clock)
    office.report("water", 2023, N2)
    with office.engine.begin() as connection:
        connection.execute(update(schema.assessment).values(is_current=False))
    second = news(office, N2, options)
    assert (second.resolved, second.still_open) == ((), 1)


def test_our_own_reading_mistakes_reach_nobody(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N1, BALANCE)
    with office.engine.begin() as connection:
        connection.execute(update(schema.finding).values(verdict="undecided"))
    assert news(office, N1, options).new == ()


def test_a_change_after_publication_is_told_once_and_never_closed(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N1)
    alert(office.engine, N1, options, clock)
    office.report("water", 2023, N2, ("D-CHANGE", "report", None, None))
    told = news(office, N2, options).new
    assert "表三“一、本年新收政府信息公开申请数量”行“自然人”列：12→13" in told[0]
    third = news(office, N3, options)
    assert (third.new, third.resolved, third.still_open) == ((), (), 0)
    office.report("water", 2023, N4)
    assert news(office, N4, options).resolved == ()


def test_withdrawn_missing_and_unreached_are_told_once(office: Office, options: AlertOptions) -> None:
    for agency_id in ("water", "school", "town"):
        office.report(agency_id, 2023, N1)
        office.sight(agency_id, 2023, N1, "new")
    alert(office.engine, N1, options, clock)
    office.sight("water", 2023, N2, "withdrawn")
    office.sight("school", 2022, N2, "missed", reason="SourceUnreachable: no answer")
    office.column("school", N2, "SourceBlocked")
    second = news(office, N2, options)
    assert second.events == (
        "甲市水利局2023年度报告已撤下（原文已存档）",
        "甲市教育局2022年度报告未能取得（网站无法连接），不等于未公开",
        "甲市教育局的公开栏目未能到达（网站拒绝访问），不等于未公开",
    )
    assert "不等于未公开" in second.files[1].read_text(encoding="utf-8")
    office.sight("school", 2022, N3, "missed")
    office.column("school", N3, "SourceBlocked")
    third = news(office, N3, AlertOptions(options.outbox, Routing(Route(always=True))))
    assert third.events == ()
    assert "（自 2026-11-21 起）" in third.files[0].read_text(encoding="utf-8")
    office.column("school", N4)
    assert news(office, N4, options).events == ("甲市教育局的公开栏目恢复到达",)


def test_a_page_that_moved_is_not_called_withdrawn(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N1)
    office.sight("water", 2023, N2, "withdrawn", name="old-address")
    assert news(office, N2, options).events == ("甲市水利局2023年度报告的一处网址已撤下，现行版本见另一网址",)


def test_a_page_rewritten_with_the_same_figures_is_no_news(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N1)
    alert(office.engine, N1, options, clock)
    office.report("water", 2023, N2, ("D-CHANGE", "report", None, None))
    with office.engine.begin() as connection:
        connection.execute(update(schema.finding).values(outcome="holds"))
    assert news(office, N2, options).files == ()


def test_running_a_night_again_adds_nothing_and_says_the_same(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N1, BALANCE)
    first = alert(office.engine, N1, options, clock)
    rows = office.rows()
    next(iter(options.outbox.rglob("*.html"))).unlink()
    assert alert(office.engine, N1, options, clock) == first
    assert office.rows() == rows
    assert len(list(options.outbox.rglob("*.html"))) == 1


def test_a_past_night_is_looked_up_and_never_decided_again(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N1, BALANCE)
    first = alert(office.engine, N1, options, clock)
    office.report("water", 2023, N2)
    alert(office.engine, N2, options, clock)
    rows = office.rows()
    again = alert(office.engine, N1, options, clock)
    assert again == first
    assert office.rows() == rows


def test_a_second_run_of_a_night_that_learns_more_sends_the_whole_night_again(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N1, BALANCE)
    alert(office.engine, N1, options, clock)
    office.assess("water", 2023, N1, ("T3-BAL", "applications.*.natural", 15, 11))
    office.report("school", 2023, N1, BALANCE)
    told = news(office, N1, options)
    assert len(told.new) == 2
    assert "相差 4" in " ".join(told.new)
    assert told.changed == ()
    assert len(office.outbox()) == 1
    assert "相差 4" in told.files[0].read_text(encoding="utf-8")


def test_a_crash_between_the_decision_and_the_files_is_repaired_by_the_next_run(
    office: Office, options: AlertOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.report("water", 2023, N1, BALANCE)

    replace = Path.replace

    def die(part: Path, path: Path) -> Path:
        if path.suffix == ".md":
            raise KeyboardInterrupt
        return replace(part, path)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            alert(office.engine, N1, options, clock)
    assert [row.sent_at for row in office.outbox()] == [None]
    repaired = news(office, N1, options)
    assert len(repaired.new) == 1
    assert all(path.is_file() for path in repaired.files)
    assert [row.attempts for row in office.outbox()] == [1]


def test_a_folder_that_cannot_be_written_is_reported_and_tried_again(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N1, BALANCE)
    options.outbox.write_text("in the way")
    failed = news(office, N1, options)
    assert failed.files == ()
    assert failed.undelivered[0].startswith("file 2026-11-20: ")
    options.outbox.unlink()
    second = news(office, N2, options)
    assert second.undelivered == ()
    assert (options.outbox / "2026-11-20" / f"{CITY}.html").is_file()


@dataclass
class Receiver:
    """A webhook on loopback; answers with `status` and keeps what it was sent."""

    port: int
    status: int = 200
    received: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"json://clerk:hush-hush@127.0.0.1:{self.port}/hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.received.append(json.loads(body))
            self.send_response(hook.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook = Receiver(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield hook
    server.shutdown()
    server.server_close()


def test_an_apprise_url_gets_the_digest_once(office: Office, options: AlertOptions, receiver: Receiver) -> None:
    office.report("water", 2023, N1, BALANCE)
    with_hook = AlertOptions(options.outbox, Routing(Route((receiver.url,))))
    assert news(office, N1, with_hook).undelivered == ()
    alert(office.engine, N1, with_hook, clock)
    alert(office.engine, N2, with_hook, clock)
    assert len(receiver.received) == 1
    assert receiver.received[0]["title"] == f"【勾稽】{CITY} 2026-11-20：新发现 1，报告变动 1"
    assert "相差 1" in receiver.received[0]["message"]
    assert not any("hush" in str(column) for row in office.outbox() for column in row)


def test_a_dead_channel_loses_nothing_and_is_tried_again(office: Office, options: AlertOptions, receiver: Receiver) -> None:
    office.report("water", 2023, N1, BALANCE)
    receiver.status = 503
    once = load_channels().patience.model_copy(update={"tries": 1})
    with_hook = AlertOptions(options.outbox, Routing(Route((receiver.url,))), patience=once)
    first = news(office, N1, with_hook)
    assert all(path.is_file() for path in first.files)
    assert re.match(r"json://127\.0\.0\.1#\w{8} 2026-11-20: .*not accepted", first.undelivered[0])
    assert "hush" not in first.undelivered[0]
    receiver.status = 200
    assert news(office, N2, with_hook).undelivered == ()
    assert [(row.attempts, row.error) for row in office.outbox() if row.channel != "file"] == [(2, "")]
    assert len(receiver.received) == 2


def test_an_unknown_service_is_reported_and_the_file_is_still_written(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N1, BALANCE)
    told = news(office, N1, AlertOptions(options.outbox, Routing(Route(("nonsense://somewhere",)))))
    assert "does not know this URL" in told.undelivered[0]
    assert told.files[0].is_file()


def test_channel_names_hold_no_secret() -> None:
    for url in ("dingtalk://tokentokentoken/13900000000", "tgram://123456789:AbCdEf/42", "mailto://me:password@mail.example"):
        assert not re.search("token|1234|AbC|password", channel_name(url))
    assert channel_name("mailto://me:password@mail.example").startswith("mailto://mail.example#")


def test_a_site_cannot_smuggle_markup_or_scripts_into_a_digest(office: Office, options: AlertOptions) -> None:
    office.agency("evil", "<script>alert(1)</script>*局*", "../../x")
    office.report("evil", 2023, N1, BALANCE)
    with office.engine.begin() as connection:
        connection.execute(update(schema.report).values(url="javascript:alert(1)"))
    told = news(office, N1, options, "../../x")
    markdown, html = (path.read_text(encoding="utf-8") for path in told.files)
    assert "<script>" not in html + markdown
    assert "javascript:" not in html + markdown
    assert "\\*局\\*" in markdown
    assert all(path.parent == options.outbox / "2026-11-20" for path in told.files)


def test_gravest_first_and_grouped_by_report(office: Office, options: AlertOptions) -> None:
    office.report("school", 2023, N1, ("X-CARRY", "applications.*.total", 3, 2))
    office.report("water", 2022, N1, ("X-CARRY", "applications.*.total", 3, 2), BALANCE, ("T3-ROW", "applications.new.*", 5, 6))
    markdown = news(office, N1, options).files[0].read_text(encoding="utf-8")
    assert markdown.index("甲市水利局 · 2022年度") < markdown.index("甲市教育局 · 2023年度")
    assert markdown.count("### ") == 2
    assert markdown.index("表三收支平衡") < markdown.index("表三行总计") < markdown.index("结转衔接")


def test_a_sentence_names_place_figures_diagnosis_and_rule() -> None:
    finding = Finding(
        rule="T3-ROW",
        severity=Severity.ERROR,
        agency_id="water",
        year=2023,
        scope="applications.denied.state_secret.*",
        outcome=Outcome.BROKEN,
        says="自然人与法人或其他组织五类之和，等于总计",
        left=21,
        right=12,
        delta=9,
        suspects=(
            Suspect((("applications.denied.state_secret.total", 21),), "transposed"),
            Suspect((("previous:applications.new.natural", 3),), "other"),
        ),
    )
    sentence = say(finding, "甲市水利局", (("applications", "2021"),))
    assert sentence == (
        "甲市水利局2023年度报告：表三“（三）不予公开—1.属于国家秘密”行，各类申请人之和为 21，总计为 12，相差 9；"
        "可能原因：数字前后颠倒（表三“（三）不予公开—1.属于国家秘密”行“总计”列建议核为 21）；"
        "或为填写有误（上年报告表三“一、本年新收政府信息公开申请数量”行“自然人”列建议核为 3）。"
        "依据：自然人与法人或其他组织五类之和，等于总计。"
    )
    assert split_sentence(sentence)[2] == "依据：自然人与法人或其他组织五类之和，等于总计。"


def test_a_finding_that_leaned_on_last_years_report_says_whose_correction_closed_it() -> None:
    notice = Notice("w|2023|X-CARRY|s", CITY, "w", 2023, "X-CARRY", "s", NoticeState.OPEN, N1, "甲：乙。")
    check = Recheck(outcome=Outcome.HOLDS, now=Evidence("a", "new"), then=Evidence("a", "old"), revised=N1)
    steps = transitions({notice.fingerprint: (notice, Severity.WARNING)}, (), {notice.fingerprint: check}, N2, frozenset())
    assert [(step.kind, step.notice.reason) for step in steps] == [("resolved", "上年报告已更正，不再成立")]


def test_two_steps_of_one_night_are_told_as_one() -> None:
    assert (net("new", "changed"), net("reopened", "changed"), net("new", "resolved")) == ("new", "reopened", "resolved")


def test_alert_errors_are_gouji_errors() -> None:
    assert str(AlertError("it failed", where="channel x")) == "channel x: it failed."
