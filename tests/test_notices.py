"""The life of a notice with people in it: what they settle, what is told again, and `gouji notices`."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Engine, func, select, update

from flows.cli import main
from tasks.alert import AlertOptions, alert
from tasks.alert.notice_list import short_id
from tasks.alert.people import Step, StepKind, take
from tasks.alert.routing import Route, Routing
from tasks.alert.services import load_channels
from tasks.errors import AlertError
from tests.test_alert import BALANCE, CITY, COUNTY, N1, N2, N3, N4, Office, clock, news
from warehouse import schema
from warehouse.asof import statements
from warehouse.dump import canonical_dump
from warehouse.engine import writing
from warehouse.schema_notice import notice_step, told

OTHER = ("T3-BAL", "applications.*.natural", 20, 11)
BESIDE = ("T3-BAL", "applications.*.company", 5, 4)
CARRY = ("X-CARRY", "applications.*.total", 3, 2)
WATER = "water|2023|T3-BAL|applications.*.natural"
N5 = N4 + timedelta(days=1)
ONCE = load_channels().patience.model_copy(update={"tries": 1})


@pytest.fixture
def office(engine: Engine) -> Office:
    """Three agencies; the first has one broken rule, which was told on the first night."""
    office = Office(engine)
    office.agency("water", "甲市水利局", CITY)
    office.agency("school", "甲市教育局", CITY)
    office.agency("town", "乙县某镇人民政府", COUNTY)
    office.report("water", 2023, N1, BALANCE)
    return office


@pytest.fixture
def options(tmp_path: Path) -> AlertOptions:
    return AlertOptions(outbox=tmp_path / "outbox")


def say(office: Office, kind: StepKind, *fingerprints: str, **more: Any) -> tuple[str, ...]:
    """A person's step, after the last night."""
    with writing(office.engine) as connection:
        return take(connection, fingerprints or (WATER,), Step(kind, "王某", clock(), "已电话核实", **more), N1)


def state(office: Office, fingerprint: str = WATER) -> str:
    with office.engine.connect() as connection:
        query = select(schema.notice.c.state).where(schema.notice.c.fingerprint == fingerprint)
        return str(connection.execute(query).scalar_one())


def test_what_somebody_has_taken_is_still_told_among_the_remaining(office: Office, options: AlertOptions) -> None:
    alert(office.engine, N1, options, clock)
    assert say(office, "acknowledged") == (WATER,)
    second = news(office, N2, options)
    assert (second.still_open, second.changed, state(office)) == (1, (), "acknowledged")
    office.assess("water", 2023, N3, OTHER)
    assert len(news(office, N3, options).changed) == 1
    assert state(office) == "acknowledged"
    office.report("water", 2023, N4)
    assert news(office, N4, options).resolved[0].endswith("（单位于 2026-11-23 更正）")


def test_an_explanation_silences_these_figures_of_this_agency_rule_and_year_only(office: Office, options: AlertOptions) -> None:
    office.assess("water", 2023, N1, BALANCE, BESIDE)
    office.report("water", 2022, N1, BALANCE)
    office.report("school", 2023, N1, BALANCE)
    alert(office.engine, N1, options, clock)
    beside = "water|2023|T3-BAL|applications.*.company"
    assert say(office, "explained") == (WATER, beside)
    assert news(office, N2, options).still_open == 2
    office.assess("water", 2023, N3, BALANCE, BESIDE, CARRY, ("T3-BAL", "applications.*.total", 9, 8))
    office.assess("water", 2022, N3, OTHER)
    office.assess("school", 2023, N3, OTHER)
    third = news(office, N3, options)
    assert (len(third.new), len(third.changed)) == (2, 2)
    assert (state(office), state(office, beside)) == ("explained", "explained")


def test_an_explanation_was_of_other_figures_when_they_change(office: Office, options: AlertOptions) -> None:
    alert(office.engine, N1, options, clock)
    say(office, "explained")
    office.assess("water", 2023, N2)
    assert news(office, N2, options).resolved == ()
    office.assess("water", 2023, N3, BALANCE)
    third = news(office, N3, options)
    assert (third.new, third.changed, third.reopened, third.still_open) == ((), (), (), 0)
    office.report("water", 2023, N4, OTHER)
    fourth = news(office, N4, options)
    assert fourth.changed[0].endswith("（此前所作说明针对的是原数据，现数据有变）")
    assert state(office) == "open"
    assert news(office, N5, options).still_open == 1


def test_thinking_better_of_the_cause_does_not_undo_an_explanation(office: Office, options: AlertOptions) -> None:
    alert(office.engine, N1, options, clock)
    say(office, "explained")
    office.assess("water", 2023, N2, BALANCE)
    with office.engine.begin() as connection:
        suspects = [{"cells": [["applications.new.natural", 11]], "cause": "digit_wrong"}]
        latest = connection.execute(select(func.max(schema.finding.c.assessment_id))).scalar_one()
        connection.execute(update(schema.finding).where(schema.finding.c.assessment_id == latest).values(suspects=suspects))
    second = news(office, N2, options)
    assert (second.changed, state(office)) == ((), "explained")


def test_a_snoozed_notice_is_quiet_and_comes_back_on_its_night(office: Office, options: AlertOptions) -> None:
    alert(office.engine, N1, options, clock)
    say(office, "snoozed", until=N3)
    second = news(office, N2, options)
    assert (second.still_open, second.files) == (0, ())
    third = news(office, N3, options)
    assert third.reopened[0].endswith("（暂缓至 2026-11-22，现已到期）")
    assert state(office) == "reopened"
    fourth = news(office, N4, options)
    assert (fourth.reopened, fourth.still_open) == ((), 1)


def test_a_snoozed_notice_comes_back_though_its_report_cannot_be_read(office: Office, options: AlertOptions) -> None:
    alert(office.engine, N1, options, clock)
    say(office, "snoozed", until=N2)
    with office.engine.begin() as connection:
        connection.execute(update(schema.assessment).values(is_current=False))
    assert len(news(office, N3, options).reopened) == 1


def test_a_snoozed_notice_is_told_before_its_day_when_it_changes_or_is_corrected(office: Office, options: AlertOptions) -> None:
    alert(office.engine, N1, options, clock)
    say(office, "snoozed", until=N5)
    office.report("water", 2023, N2, OTHER)
    assert news(office, N2, options).changed[0].endswith("（暂缓期间数据有变）")
    say(office, "snoozed", until=N5)
    office.report("water", 2023, N3)
    assert len(news(office, N3, options).resolved) == 1
    assert news(office, N5, options).reopened == ()


def test_people_open_again_what_they_settled(office: Office, options: AlertOptions) -> None:
    alert(office.engine, N1, options, clock)
    say(office, "explained")
    assert news(office, N2, options).still_open == 0
    say(office, "reopened")
    assert news(office, N3, options).still_open == 1
    with pytest.raises(AlertError, match="is reopened and cannot be reopened"):
        say(office, "reopened")


def test_what_is_resolved_only_gets_replies(office: Office, options: AlertOptions) -> None:
    alert(office.engine, N1, options, clock)
    office.report("water", 2023, N2)
    alert(office.engine, N2, options, clock)
    for kind in ("acknowledged", "explained"):
        with pytest.raises(AlertError, match=f"the notice is resolved and cannot be {kind}"):
            say(office, kind)
    say(office, "replied", reply="已更正", replied_by="李某", replied_on=N2)
    assert state(office) == "resolved"
    office.report("water", 2023, N3, BALANCE)
    assert len(news(office, N3, options).reopened) == 1


def test_a_snooze_ends_on_a_night_still_to_come(office: Office, options: AlertOptions) -> None:
    alert(office.engine, N2, options, clock)
    with pytest.raises(AlertError, match="2026-11-21 is not after 2026-11-21"):
        say(office, "snoozed", until=N2)
    assert state(office) == "open"


@pytest.mark.parametrize("kind", ["acknowledged", "explained", "snoozed"])
def test_a_night_run_again_after_a_persons_step_says_the_same(office: Office, options: AlertOptions, kind: StepKind) -> None:
    alert(office.engine, N1, options, clock)
    office.report("school", 2023, N2, BALANCE)
    first = alert(office.engine, N2, options, clock)
    say(office, kind, **({"until": N4} if kind == "snoozed" else {}))
    before = canonical_dump(office.engine)
    assert alert(office.engine, N2, options, clock) == first
    assert canonical_dump(office.engine) == before
    assert [row.attempts for row in office.outbox()] == [1] * len(office.outbox())


@pytest.mark.parametrize(("rule", "reason"), [("T3-BAL", "此前系本系统读取有误"), ("X-CARRY", "上年报告已更正")])
def test_last_years_correction_is_no_reason_for_a_rule_that_does_not_look_back(
    office: Office, options: AlertOptions, rule: str, reason: str
) -> None:
    office.report("school", 2022, N1)
    office.report("school", 2023, N1, (rule, "applications.*.natural", 12, 11))
    alert(office.engine, N1, options, clock)
    office.report("school", 2022, N2)
    office.assess("school", 2023, N2)
    with office.engine.begin() as connection:
        of_last_year = select(schema.reading.c.id).join(schema.report, schema.report.c.sha256 == schema.reading.c.sha256)
        before, after = connection.execute(
            of_last_year.where(schema.report.c.year == 2022).order_by(schema.reading.c.id)
        ).scalars()
        mine = select(schema.assessment.c.id).where(schema.assessment.c.report_id == office.reports["school", 2023])
        for one, last_year in zip(
            connection.execute(mine.order_by(schema.assessment.c.id)).scalars().all(), (before, after), strict=True
        ):
            this = update(schema.assessment).where(schema.assessment.c.id == one)
            connection.execute(this.values(previous_reading_id=last_year))
    assert reason in news(office, N2, options).resolved[0]


@pytest.mark.parametrize(("read_now", "reason"), [(11, "按新规则/新读取结果不再成立"), (12, "更正")])
def test_a_new_revision_is_no_correction_where_we_misread_the_old_one(
    office: Office, options: AlertOptions, read_now: int, reason: str
) -> None:
    """The readers are mended and the report is published anew on the same night."""
    alert(office.engine, N1, options, clock)
    cell = {
        "address": "applications.new.natural",
        "raw": "11",
        "semantics": "NUMERIC",
        "unit": "",
        "locator": "[]",
        "position": 0,
    }
    cell |= {"certain": True, "agreement": "plain", "confidence": 1.0}
    cell |= {"table_name": "applications", "row_key": "new", "column_key": "natural"}
    with office.engine.connect() as connection:
        first = connection.execute(select(schema.reading)).mappings().one()
    office.put("figure", reading_id=first["id"], value=12, **cell)
    with office.engine.begin() as connection:
        connection.execute(update(schema.reading).values(is_current=False))
    mended = {name: value for name, value in first.items() if name != "id"} | {"reader_version": "mended"}
    again = office.put("reading", **mended)
    office.put("figure", reading_id=again, value=read_now, **cell)
    office.report("water", 2023, N2)
    assert reason in news(office, N2, options).resolved[0]


def test_the_closing_note_says_whose_mistake_it_was(office: Office, options: AlertOptions) -> None:
    alert(office.engine, N1, options, clock)
    office.assess("water", 2023, N2)
    assert "本系统读取有误" in news(office, N2, options).resolved[0]
    office.report("water", 2023, N3, BALANCE)
    alert(office.engine, N3, options, clock)
    office.assess("water", 2023, N4)
    with office.engine.begin() as connection:
        connection.execute(update(schema.reading).values(content="c" * 64))
        latest = connection.execute(select(func.max(schema.assessment.c.id))).scalar_one()
        connection.execute(update(schema.assessment).where(schema.assessment.c.id == latest).values(rules_version="2"))
    assert news(office, N4, options).resolved[0].endswith("（按现行核对规则不再成立，单位未作改动）")


def test_a_correction_in_doubt_is_not_called_one(office: Office, options: AlertOptions) -> None:
    alert(office.engine, N1, options, clock)
    office.report("water", 2023, N2, BALANCE)
    with office.engine.begin() as connection:
        latest = connection.execute(select(func.max(schema.finding.c.assessment_id))).scalar_one()
        connection.execute(update(schema.finding).where(schema.finding.c.assessment_id == latest).values(verdict="undecided"))
    assert "尚有疑问" in news(office, N2, options).resolved[0]


def test_each_step_of_a_night_is_in_one_message_of_each_channel(office: Office, options: AlertOptions) -> None:
    office.report("town", 2023, N1, BALANCE, CARRY)
    with_hook = AlertOptions(options.outbox, Routing(Route(("json://127.0.0.1:9/",))), patience=ONCE)
    for _ in range(2):
        alert(office.engine, N1, with_hook, clock)
    with office.engine.connect() as connection:
        rows = connection.execute(select(told, schema.outbox.c.supervisor).join(schema.outbox)).all()
    assert len(rows) == 6
    assert {(row.transition, row.night) for row in rows} == {("new", N1)}
    assert {row.supervisor for row in rows if row.fingerprint == WATER} == {CITY}
    assert len({row.channel for row in rows}) == 2


def test_the_warehouse_knows_how_a_notice_stood_after_a_night(office: Office, options: AlertOptions) -> None:
    alert(office.engine, N1, options, clock)
    say(office, "explained")
    alert(office.engine, N2, options, clock)
    office.report("water", 2023, N3, OTHER)
    alert(office.engine, N3, options, clock)
    office.put("run", night=N4, started_at=clock(), finished_at=clock(), summary={})
    say(office, "acknowledged")
    is_sqlite = office.engine.dialect.name == "sqlite"
    for night, expected, steps in ((N1, "explained", 1), (N2, "explained", 1), (N3, "open", 1), (N4, "acknowledged", 2)):
        office.engine.dispose()
        with office.engine.connect() as connection:
            for statement in statements(night, "main" if is_sqlite else "public"):
                connection.exec_driver_sql(statement)
            assert connection.exec_driver_sql("select state from notice").scalar() == expected
            assert connection.exec_driver_sql("select count(*) from notice_step").scalar() == steps
            connection.rollback()


@pytest.fixture
def gouji(
    office: Office, options: AlertOptions, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """Runs `gouji notices …` on the warehouse after its first night: its exit code, and what it says and complains of."""
    office.report("town", 2023, N1, CARRY)
    alert(office.engine, N1, options, clock)
    monkeypatch.setenv("GOUJI_DATABASE_URL", database)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gouji", "notices", *words])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return run


TOWN = short_id("town|2023|X-CARRY|applications.*.total")
WATER_ID = short_id(WATER)


def test_notices_are_listed_and_chosen(gouji: Any) -> None:
    code, out, _ = gouji("list")
    assert (code, WATER_ID in out, TOWN in out) == (0, True, True)
    assert "待整改 open 2" in out
    code, out, _ = gouji("list", "--supervisor", "乙县", "--year", "2023", "--json")
    [found] = json.loads(out)
    assert (code, found["id"], found["state"], found["first"]) == (0, TOWN, "open", "2026-11-20")
    assert gouji("list", "--agency", "water", "--state", "snoozed")[0] == 1
    code, _, err = gouji("list", "--rule", "T3-BLA")
    assert (code, "'T3-BLA' is no rule" in err) == (2, True)


def test_a_notice_is_shown_with_all_that_became_of_it(gouji: Any, office: Office, options: AlertOptions) -> None:
    assert gouji("ack", WATER_ID[:6], "--reason", "已转办", "--by", "王某")[0] == 0
    reply = ("--text", "已更正", "--who", "李某", "--on", "2026-11-20", "--reason", "来函")
    assert gouji("reply", WATER_ID, *reply)[0] == 0
    office.report("water", 2023, N2)
    alert(office.engine, N2, options, clock)
    code, out, _ = gouji("show", WATER_ID)
    assert code == 0
    history = out[out.index("history") :]
    steps = [history.index(said) for said in ("新发现", "王某 受理：已转办", "2026-11-20 李某：已更正", "单位于 2026-11-21 更正")]
    assert steps == sorted(steps)
    assert "http://water.example/2023.html" in out
    assert "gouji explain" not in out
    assert "--cell applications.new.natural --image" in gouji("show", TOWN)[1]


def test_people_settle_notices_by_id_and_by_filter(gouji: Any, office: Office) -> None:
    assert gouji("explain", WATER_ID, "--reason", "系机构合并所致")[0] == 0
    assert state(office) == "explained"
    assert gouji("reopen", WATER_ID, "--reason", "再核")[0] == 0
    code, _, err = gouji("snooze", "--agency", "water", "--until", "2099-01-01", "--reason", "等复核")
    assert (code, "1 notices would be snoozed" in err, state(office)) == (2, True, "reopened")
    assert gouji("snooze", "--agency", "甲市水利局", "--until", "2099-01-01", "--reason", "等复核", "--yes")[0] == 0
    assert state(office) == "snoozed"
    assert gouji("ack", WATER_ID, TOWN, "--reason", "分头办理")[0] == 0
    with office.engine.connect() as connection:
        steps = connection.execute(
            select(notice_step.c.step, notice_step.c.by, notice_step.c.at).order_by(notice_step.c.id)
        ).all()
    assert [row.step for row in steps] == ["explained", "reopened", "snoozed", "acknowledged", "acknowledged"]
    assert all(row.by and row.at.tzinfo is not None for row in steps)


REFUSED = (
    (("ack", "0" * 12, "--reason", "x"), 1, "no notice has this id"),
    (("show", "ffffffffffff"), 1, "no notice has this id"),
    (("ack", "water", "--reason", "x"), 2, "this is no notice's id"),
    (("ack", WATER_ID), 2, "--reason is blank"),
    (("ack", WATER_ID, "--reason", "x", "--by", " "), 2, "--by is blank"),
    (("ack", "--reason", "x"), 2, "no notice is named"),
    (("ack", WATER_ID, "--agency", "water", "--reason", "x"), 2, "ids and filters together"),
    (("ack", "--agency", "nobody", "--reason", "x", "--yes"), 1, "no such notice"),
    (("reopen", WATER_ID, "--reason", "x"), 2, "is open and cannot be reopened"),
    (("snooze", WATER_ID, "--until", "2020-01-01", "--reason", "x"), 2, "is not after today"),
    (("snooze", WATER_ID, "--until", "soon", "--reason", "x"), 2, "is no date"),
    (("reply", WATER_ID, "--text", "t", "--who", "w", "--on", "2099-01-01", "--reason", "x"), 2, "is still to come"),
    (("list", "--state", "forgotten"), 2, "forgotten"),
    (("export", "list.pdf"), 2, "names no kind of list"),
    (("export", "list.csv", "--language", "de"), 2, "Expected zh-CN or en"),
    (("export", "list.csv", "--agency", "nobody"), 1, "no such notice"),
)


def test_bad_input_is_refused_in_plain_words(gouji: Any, office: Office) -> None:
    before = canonical_dump(office.engine)
    for words, code, complaint in REFUSED:
        left, _, err = gouji(*words)
        assert (left, complaint in " ".join(err.split())) == (code, True), err
    assert canonical_dump(office.engine) == before


def test_the_remedial_list_is_written_for_excel(gouji: Any, tmp_path: Path) -> None:
    gouji("ack", WATER_ID, "--reason", "=已转办", "--by", "王某")
    assert gouji("export", str(tmp_path / "list.xlsx"))[0] == 0
    sheet = openpyxl.load_workbook(tmp_path / "list.xlsx")["整改清单"]
    head, *rows = ([cell.value for cell in row] for row in sheet.iter_rows())
    water, town = sorted((dict(zip(head, row, strict=True)) for row in rows), key=lambda row: row["单位"], reverse=True)
    assert (water["单位"], water["年度"], water["级别"], water["状态"]) == ("甲市水利局", 2023, "错误", "已受理")
    assert (water["应为"], water["实为"], water["差"]) == (12, 11, -1)
    assert (town["应为"], town["实为"], town["差"]) == (2, 3, 1)
    assert (water["位置"], water["首次"], water["处理人"]) == ("表三“自然人”列", "2026-11-20", "王某")
    assert (water["处理意见"], water["依据网址"]) == ("=已转办", "http://water.example/2023.html")
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert gouji("export", str(tmp_path / "list.csv"), "--agency", "water", "--language", "en")[0] == 0
    assert (tmp_path / "list.csv").read_text(encoding="utf-8-sig").startswith("No.,Agency")
    assert gouji("export", str(tmp_path / "list.csv"), "--agency", "water")[0] == 0
    [row] = csv.DictReader(io.StringIO((tmp_path / "list.csv").read_bytes().decode("utf-8-sig")))
    assert (row["编号"], row["实为"], row["处理意见"]) == (WATER_ID, "11", "'=已转办")


def test_an_id_that_several_notices_share_is_refused(gouji: Any, office: Office, options: AlertOptions) -> None:
    for year in (258, 405):  # whose fingerprints' hashes begin alike
        office.report("water", year, N2, ("T3-BAL", "s", 2, 1))
    alert(office.engine, N2, options, clock)
    code, _, err = gouji("show", "10c9")
    assert (code, "2 notices begin like this" in err) == (2, True)
    assert gouji("show", short_id("water|405|T3-BAL|s"))[0] == 0
