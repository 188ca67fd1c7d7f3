"""Each supervisor is told as it asked: what, by which channel, at which hour, on which days; and who else, if it takes long."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event, select
from typer.testing import CliRunner

from flows.cli import app
from flows.deliver import deliver_due
from flows.demo import SAMPLES
from flows.night import check
from flows.routes import hours, load_routes, route_problems
from flows.settings import PREFIX, Settings, load_settings
from tasks.alert import AlertOptions, SupervisorNews, alert
from tasks.alert.notice_list import history
from tasks.alert.people import Step, take
from tasks.alert.routing import Route, Routing
from tasks.alert.services import load_channels
from tasks.alert.supervisors import Quiet, problems_of, read_routing
from tasks.crawl.register import load_register
from tasks.errors import GoujiError, SettingsError
from tasks.records import Agency, Severity
from tests.receivers import Answer, Gateway, gateway
from tests.test_alert import BALANCE, CITY, COUNTY, N1, N2, N3, N4, Office, clock, news
from warehouse import schema
from warehouse.engine import open_warehouse, writing
from warehouse.schema_notice import escalation, night_told, told

CARRY = ("X-CARRY", "applications.*.total", 3, 2)
WEEKEND = Routing(Route(is_quiet=Quiet(("sat", "sun"))))  # N1 is a Friday
ONCE = load_channels().patience.model_copy(update={"tries": 1})
TOP = "某省政务公开办"


@pytest.fixture
def office(engine: Engine) -> Office:
    office = Office(engine)
    office.agency("water", "甲市水利局", CITY)
    office.agency("town", "乙县某镇人民政府", COUNTY)
    return office


@pytest.fixture
def options(tmp_path: Path) -> AlertOptions:
    return AlertOptions(outbox=tmp_path / "outbox")


@pytest.fixture
def hook() -> Iterator[Gateway]:
    with gateway() as receiver:
        yield receiver


def told_rows(office: Office) -> list[tuple[Any, ...]]:
    """Agency, night, transition, to whom, by the message of which night."""
    query = select(told.c.fingerprint, told.c.night, told.c.transition, told.c.supervisor, schema.outbox.c.night)
    query = query.join(schema.outbox, schema.outbox.c.key == told.c.outbox_key).where(told.c.channel == "file")
    with office.engine.connect() as connection:
        return sorted((row[0].split("|")[0], *row[1:]) for row in connection.execute(query))


def test_a_supervisor_hears_only_of_what_is_grave_enough_for_it(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N1, BALANCE, CARRY)
    strict = replace(options, routing=Routing(supervisors={CITY: Route(severity=Severity.ERROR)}))
    heard = news(office, N1, strict)
    assert len(heard.new) == 1
    assert "表三" in heard.new[0]
    assert len(told_rows(office)) == 1
    office.report("water", 2023, N2, ("T3-BAL", "applications.*.natural", 14, 11), CARRY)
    patient = replace(options, routing=Routing(supervisors={CITY: Route(without=frozenset({"T3-BAL"}))}))
    second = news(office, N2, patient)
    assert (second.changed, second.still_open) == ((), 1)


def test_quiet_days_are_told_together_by_the_next_digest(office: Office, options: AlertOptions) -> None:
    options = replace(options, routing=WEEKEND)
    office.report("water", 2023, N1)
    alert(office.engine, N1, options, clock)
    office.report("water", 2023, N2, BALANCE)
    office.column("town", N2, "SourceBlocked")
    quiet = [news(office, N2, options, each) for each in (CITY, COUNTY)]
    assert [len(each.new) for each in quiet] == [1, 0]
    assert not any(each.files for each in quiet)
    assert all(each.is_quiet for each in quiet)
    office.report("water", 2023, N3, ("T3-BAL", "applications.*.natural", 14, 11))
    office.column("town", N3)
    alert(office.engine, N3, options, clock)
    assert [row.night for row in office.outbox()] == [N1]
    office.report("town", 2023, N4, CARRY)
    monday, county = (news(office, N4, options, each) for each in (CITY, COUNTY))
    assert len(monday.new) == 1
    assert "相差 3" in monday.new[0]
    assert monday.changed == ()
    assert monday.events == ("甲市水利局2023年度报告有新版本（第 2 版）", "甲市水利局2023年度报告有新版本（第 3 版）")
    assert county.events[0].endswith("不等于未公开")
    assert county.events[1] == "乙县某镇人民政府的公开栏目恢复到达"
    assert told_rows(office) == [
        ("town", N4, "new", COUNTY, N4),
        ("water", N2, "new", CITY, N4),
        ("water", N3, "changed", CITY, N4),
    ]
    before = office.rows(), told_rows(office)
    assert news(office, N4, options) == monday
    assert (office.rows(), told_rows(office)) == before


def test_a_day_is_not_quiet_any_more_once_its_digest_went_out(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N2, BALANCE)
    first = news(office, N2, options)
    assert news(office, N2, replace(options, routing=WEEKEND)) == first
    assert len(told_rows(office)) == 1


def test_what_a_quiet_day_kept_is_told_when_the_days_are_changed(office: Office, options: AlertOptions) -> None:
    office.report("water", 2023, N2, BALANCE)
    alert(office.engine, N2, replace(options, routing=WEEKEND), clock)
    assert told_rows(office) == []
    assert len(news(office, N2, options).files) >= 2
    assert told_rows(office) == [("water", N2, "new", CITY, N2)]


def test_days_off_follow_the_public_holidays() -> None:
    off = Quiet(("days_off",))
    assert [off(day) for day in (date(2025, 1, 24), date(2025, 1, 26), date(2025, 1, 29), date(2025, 2, 8))] == [
        False,  # a Friday
        False,  # a Sunday on which offices work for the Spring Festival
        True,  # the first day of the lunar year, a Wednesday
        False,  # a Saturday on which offices work
    ]
    assert [Quiet(("2026-02-14..2026-02-16",))(date(2026, 2, day)) for day in (13, 14, 16, 17)] == [False, True, True, False]


class Crash(BaseException):
    """The machine stops here."""


def test_a_night_cut_short_before_its_digests_is_told_by_the_next(office: Office, options: AlertOptions) -> None:
    """Whether it is run again or not, and wherever between deciding and queueing it stopped."""
    for night in (N1, N2, N3):
        office.put("run", night=night, started_at=clock(), finished_at=None, summary=None)
    alert(office.engine, N1, options, clock)
    office.report("water", 2023, N2, BALANCE)

    def stop(connection: Any, cursor: Any, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO outbox"):
            raise Crash

    event.listen(office.engine, "before_cursor_execute", stop)
    with pytest.raises(Crash):
        alert(office.engine, N2, options, clock)
    event.remove(office.engine, "before_cursor_execute", stop)
    assert told_rows(office) == []
    office.report("town", 2023, N3, CARRY)
    third = news(office, N3, options)
    assert len(third.new) == 1
    assert third.events == ("新收录甲市水利局2023年度报告",)
    assert told_rows(office) == [("town", N3, "new", COUNTY, N3), ("water", N2, "new", CITY, N3)]


def test_what_a_night_saw_that_never_came_to_telling_is_told_by_the_next(office: Office, options: AlertOptions) -> None:
    for night in (N1, N2, N3):
        office.put("run", night=night, started_at=clock(), finished_at=None, summary=None)
    alert(office.engine, N1, options, clock)
    office.report("water", 2023, N2)  # N2 is crawled and read, and stops
    assert news(office, N3, options).events == ("新收录甲市水利局2023年度报告",)


def test_each_supervisor_has_its_own_channels_and_hour(office: Office, options: AlertOptions, hook: Gateway) -> None:
    one, two = (f"json://127.0.0.1:{hook.port}/{name}" for name in ("city", "county"))
    routes = {CITY: Route((one,), at=time(8, 30)), COUNTY: Route((two,))}
    options = replace(options, routing=Routing(supervisors=routes), patience=ONCE)
    office.report("water", 2023, N1, BALANCE)
    office.report("town", 2023, N1, CARRY)
    two_at_night, half_past_eight = (datetime(2026, 11, 20, *at, tzinfo=ZoneInfo("Asia/Shanghai")) for at in ((2,), (8, 30)))
    heard = alert(office.engine, N1, options, lambda: two_at_night)
    assert [each.undelivered for each in heard] == [(), ()]
    assert all(len(each.files) >= 2 for each in heard), "files are there at once"
    assert [request.path for request in hook.received] == ["/county"]
    alert(office.engine, N1, options, lambda: half_past_eight - timedelta(minutes=1))
    assert len(hook.received) == 1
    alert(office.engine, N1, options, lambda: half_past_eight)
    assert [request.path for request in hook.received] == ["/county", "/city"]


def test_what_stands_too_long_is_told_to_the_superior_once(office: Office, options: AlertOptions) -> None:
    route = Route(escalate_after=2, superior=TOP)
    options = replace(options, routing=Routing(supervisors={COUNTY: route, TOP: Route()}))
    office.report("town", 2023, N1, BALANCE, CARRY)
    office.report("water", 2023, N1, BALANCE)
    for night in (N1, N2):
        office.put("run", night=night, started_at=clock(), finished_at=clock(), summary={})
        assert news(office, night, options, TOP).files == ()
    with writing(office.engine) as connection:
        mine = ["town|2023|T3-BAL|applications.*.natural"]
        take(connection, mine, Step("acknowledged", "王某", clock(), "已电话催办"), N2)
        answer = {"reply": "将于下周更正", "replied_by": "李某", "replied_on": N2}
        take(connection, mine, Step("replied", "王某", clock(), "来电", **answer), N2)  # type: ignore[arg-type]
    third = news(office, N3, options, TOP)
    assert len(third.escalated) == 2
    text = third.files[0].read_text(encoding="utf-8")
    assert "乙县某镇人民政府" in text
    assert COUNTY in text
    assert "水利局" not in text
    assert "现存问题：错误 1 · 疑似 1" in text
    assert text.count("已受理（王某：已电话催办）") == 1, "a superior hears what was done"
    assert "单位 2026-11-21 答复：将于下周更正" in text
    before = told_rows(office)
    assert [row for row in before if row[3] == TOP] == [("town", N3, "escalated", TOP, N3)] * 2
    alert(office.engine, N3, options, clock)
    assert told_rows(office) == before
    office.assess("town", 2023, N4, CARRY)
    fourth = news(office, N4, options, TOP)
    assert len(fourth.resolved) == 1, "a superior hears how it ended"
    assert fourth.still_open == 1, "and has before it what still stands"
    assert Counter(row[2:4] for row in told_rows(office) if row[1] == N4) == {("resolved", TOP): 1, ("resolved", COUNTY): 1}
    later = N4 + timedelta(days=30)
    assert news(office, later, options, TOP).files == ()


def test_what_stands_again_is_told_to_the_superior_again(office: Office, options: AlertOptions) -> None:
    options = replace(options, routing=Routing(supervisors={COUNTY: Route(escalate_after=1, superior=TOP), TOP: Route()}))
    for night, broken in ((N1, (BALANCE,)), (N2, (BALANCE,)), (N3, ()), (N4, (BALANCE,)), (N4 + timedelta(days=1), (BALANCE,))):
        office.report("town", 2023, night, *broken)
        alert(office.engine, night, options, clock)
    kinds = [(row[1], row[2]) for row in told_rows(office) if row[3] == TOP]
    assert kinds == [(N2, "escalated"), (N3, "resolved"), (N4 + timedelta(days=1), "escalated")]


def test_the_end_of_each_stand_is_told_to_the_superior_once(office: Office, options: AlertOptions) -> None:
    options = replace(options, routing=Routing(supervisors={COUNTY: Route(escalate_after=1, superior=TOP), TOP: Route()}))
    for day, is_broken in enumerate((True, True, False, False, True, True, False, False)):
        office.report("town", 2023, N1 + timedelta(day), *([BALANCE] if is_broken else []))
        alert(office.engine, N1 + timedelta(day), options, clock)
    assert [row[2] for row in told_rows(office) if row[3] == TOP] == ["escalated", "resolved"] * 2


def test_what_came_back_after_a_delay_ends_once_for_the_superior(office: Office, options: AlertOptions) -> None:
    options = replace(options, routing=Routing(supervisors={COUNTY: Route(escalate_after=1, superior=TOP), TOP: Route()}))
    office.report("town", 2023, N1, BALANCE)
    for number in range(6):
        night = N1 + timedelta(number)
        office.put("run", night=night, started_at=clock(), finished_at=clock(), summary={})
        if number == 5:
            office.report("town", 2023, night)
        alert(office.engine, night, options, clock)
        if number == 1:
            step = Step("snoozed", "王某", clock(), "等复核", until=N1 + timedelta(2))
            with writing(office.engine) as connection:
                take(connection, ["town|2023|T3-BAL|applications.*.natural"], step, night)
    kinds = [row[2] for row in told_rows(office) if row[3] == TOP]
    assert kinds == ["escalated", "escalated", "resolved"]


def test_the_superior_hears_only_how_that_ended_of_which_it_was_told(office: Office, options: AlertOptions) -> None:
    options = replace(options, routing=Routing(supervisors={COUNTY: Route(escalate_after=1, superior=TOP), TOP: Route()}))
    for day, broken in enumerate(((BALANCE,), (BALANCE,), (), (BALANCE,), ())):  # the second time it is mended at once
        office.report("town", 2023, N1 + timedelta(days=day), *broken)
        alert(office.engine, N1 + timedelta(days=day), options, clock)
    assert [(row[1], row[2]) for row in told_rows(office) if row[3] == TOP] == [(N2, "escalated"), (N3, "resolved")]


def test_what_people_explained_is_not_told_to_the_superior(office: Office, options: AlertOptions) -> None:
    options = replace(options, routing=Routing(supervisors={COUNTY: Route(escalate_after=2, superior=TOP), TOP: Route()}))
    office.put("run", night=N1, started_at=clock(), finished_at=clock(), summary={})
    office.report("town", 2023, N1, BALANCE)
    alert(office.engine, N1, options, clock)
    with writing(office.engine) as connection:
        take(connection, ["town|2023|T3-BAL|applications.*.natural"], Step("explained", "王某", clock(), "口径不同"), N1)
    for night in (N2, N3, N4):
        alert(office.engine, night, options, clock)
    assert [row for row in told_rows(office) if row[3] == TOP] == []


def test_the_superior_is_found_in_the_register(office: Office, options: AlertOptions) -> None:
    office.put("agency", id="city", name="甲市人民政府", aliases=[], level="", parent="", supervisor=TOP, start_urls=[])
    office.put("agency", id="county", name="乙县人民政府", aliases=[], level="", parent="city", supervisor=COUNTY, start_urls=[])
    office.put("agency", id="hall", name="乙县某局", aliases=[], level="", parent="county", supervisor=COUNTY, start_urls=[])
    office.report("hall", 2023, N1, BALANCE)
    options = replace(options, routing=Routing(Route(escalate_after=1)))
    for night in (N1, N2):
        alert(office.engine, night, options, clock)
    with office.engine.connect() as connection:
        (row,) = connection.execute(select(escalation)).all()
        story = history(connection, row.fingerprint, ZoneInfo("Asia/Shanghai"))
    assert (row.superior, row.supervisor, row.since, row.night) == (TOP, COUNTY, N1, N2)
    assert [(each.day, each.what) for each in story] == [(N1, "新发现"), (N2, "逾期上报")]
    assert story[1].said == TOP


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def routing_of(text: str) -> Routing:
    Path("supervisors.yml").write_text(text, encoding="utf-8")
    return read_routing(Path("supervisors.yml"), Route(("json://usual",), always=True), tuple)


def test_what_a_supervisor_does_not_say_everyone_says_and_then_the_settings(place: Path) -> None:
    routing = routing_of("everyone: {severity: warning}\nsupervisors:\n  甲: {at: 18:30, channels: []}\n  乙:\n")
    assert routing.of("甲") == Route((), severity=Severity.WARNING, at=time(18, 30), always=True)
    assert routing.of("乙") == routing.of("丙") == Route(("json://usual",), severity=Severity.WARNING, always=True)
    assert routing_of("# nothing\n").of("甲") == Route(("json://usual",), always=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("supervisors:\n  甲: {lang: en}", "supervisors, 甲: there is no key lang. Expected channels, language"),
        ("supervisor: {}", "there is no key supervisor. Expected everyone, supervisors"),
        ("supervisors:\n  甲: {language: de}", "甲, language: 'de' cannot be used. Expected zh-CN or en"),
        ("everyone: {severity: grave}", "everyone, severity: 'grave' cannot be used. Expected error, warning or info"),
        ("everyone: {quiet: [weekend]}", "'weekend' cannot be used. Expected days_off, mon"),
        ("everyone: {quiet: [2026-02-03..2026-01-01]}", "Expected the first day before the last"),
        ("everyone: {quiet: [2026-02-30]}", "is not YAML (day is out of range"),
        ("everyone: {escalate_after: 0}", "Expected a number of nights, 1 at least"),
        ("everyone: {at: 8}", 'Expected an hour and minute, such as "08:30"'),
        ("everyone: {at: 25:00}", 'Expected an hour and minute, such as "08:30"'),
        ("everyone: {without: [Q-JUMPS]}", "everyone, without: 'Q-JUMPS' is no rule"),
        ("everyone: {always: maybe}", "Expected true or false"),
        ("everyone: {channels: json://hush:hush@x}", "channels: it cannot be used. Expected a list"),
        ("supervisors:\n  甲: {}\n  甲: {}", "line 3: is not YAML (甲 stands twice)"),
        ("supervisors:\n  2020: {}", "Expected text, in quotation marks"),
        ("supervisors: [甲]", "Expected keys with values"),
        ("everyone: {", "is not YAML"),
    ],
)
def test_a_wrong_file_is_said_in_plain_words(place: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        routing_of(text)
    assert said in str(caught.value)
    assert "hush" not in str(caught.value)
    assert "samples/supervisors.yml" in caught.value.remedy or "gouji rules" in caught.value.remedy


def agencies(*rows: tuple[str, str, str]) -> list[Agency]:
    return [Agency(id_, id_, (), "", supervisor, (), parent=parent) for id_, parent, supervisor in rows]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("supervisors:\n  某县办公室: {}", "某县办公室: the register names no such supervisor"),
        ("supervisors:\n  甲市政务公开处: {}", "Perhaps 甲市政务公开办"),
        (
            "supervisors:\n  甲市政务公开办: {superior: 省办}",
            "superior '省办' is no supervisor of the register and has no entry here",
        ),
        ("supervisors:\n  甲市政务公开办: {superior: 甲市政务公开办}", "is its own superior"),
        ("supervisors:\n  甲市政务公开办: {quiet: [days_off, mon, tue, wed, thu, fri]}", "甲市政务公开办: every day is quiet"),
        ("everyone: {escalate_after: 9}", "甲市政务公开办: escalate_after 9, and nobody is above city, water"),
    ],
)
def test_what_would_be_told_to_nobody_is_an_error(place: Path, text: str, said: str) -> None:
    register = agencies(("city", "", CITY), ("water", "city", CITY), ("county", "city", COUNTY))
    found = [str(each) for each in problems_of(routing_of(text), register, "supervisors.yml")]
    assert any(said in each for each in found), found


def test_a_superior_outside_of_the_register_needs_an_entry_and_an_agency_someone_above(place: Path) -> None:
    register = agencies(("city", "", CITY), ("county", "city", COUNTY))
    text = "everyone: {escalate_after: 9}\nsupervisors:\n  甲市政务公开办: {superior: 省办}\n  省办: {escalate_after: null}"
    assert list(problems_of(routing_of(text), register, "supervisors.yml")) == []


def test_the_sample_file_is_sound(place: Path) -> None:
    for name in ("agencies.csv", "supervisors.yml"):
        (place / name).write_text((SAMPLES / name).read_text(encoding="utf-8").replace("{port}", "8765"), encoding="utf-8")
    register, settings = load_register(place / "agencies.csv"), load_settings()
    assert route_problems(settings, register) == ()
    assert len(load_routes(settings).supervisors) == 2


def test_the_file_lies_beside_the_register_and_a_night_does_not_begin_with_a_wrong_one(place: Path) -> None:
    here = place / "office"
    here.mkdir()
    header = "id,name,aliases,level,parent,supervisor,start_urls\n"
    (here / "agencies.csv").write_text(header + f"a,甲局,,,,{CITY},http://a.example.cn/list/\n", encoding="utf-8")
    (here / "supervisors.yml").write_text('everyone: {at: "07:15"}\nsupervisors:\n  无此办: {}\n', encoding="utf-8")
    settings = load_settings(agencies=here / "agencies.csv", data_dir=place / "var")
    assert hours(settings) == (time(7, 15),)
    with pytest.raises(SettingsError, match="无此办: the register names no such supervisor"):
        check(settings)
    told_by_check = CliRunner().invoke(app, ["agencies", "check", str(here / "agencies.csv"), "--json"])
    assert told_by_check.exit_code == 1
    assert "无此办: the register" not in told_by_check.output
    assert "the register names no such supervisor" in told_by_check.output
    (here / "supervisors.yml").write_text("supervisors:\n  甲市政务公开办: {channels: [dingtalk://hush]}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="a URL holds a password") as caught:
        check(settings)
    assert "hush" not in str(caught.value)
    (here / "supervisors.yml").write_text("everyone: {channels: ['foo://bar']}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="no service is reached by foo://"):
        check(settings)


def test_deliver_sends_what_has_come_to_its_hour(place: Path, hook: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _office_with_an_hour(place, hook)
    eight = datetime(2026, 11, 20, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
    done = deliver_due(settings, lambda: eight)
    assert (done.sent, done.waiting, done.owed, hook.received) == (0, 1, (), [])
    hook.answers = [Answer(status=400), Answer()]
    later = deliver_due(settings, lambda: eight + timedelta(hours=1))
    assert (later.sent, later.waiting, len(later.owed)) == (1, 0, 1), "maintainers are told by a file that it could not be sent"
    assert "not accepted" in later.owed[0]
    monkeypatch.setenv("GOUJI_SUPERVISORS", str(place / "supervisors.yml"))
    result = CliRunner().invoke(app, ["deliver", "--data", str(place / "var")])
    assert (result.exit_code, result.output) == (0, "送达 delivered 1，未到时间 waiting 0，未送达 undelivered 0\n")
    assert len(hook.received) == 2
    assert hook.received[0].headers["X-Gouji-Key"] == hook.received[1].headers["X-Gouji-Key"]


def _office_with_an_hour(place: Path, hook: Gateway) -> Settings:
    (place / "supervisors.yml").write_text(
        f'supervisors:\n  {CITY}: {{at: "08:30", channels: ["json://127.0.0.1:{hook.port}/x"]}}\n', encoding="utf-8"
    )
    settings = load_settings(data_dir=place / "var", supervisors=place / "supervisors.yml")
    office = Office(open_warehouse(settings.warehouse_url()))
    office.agency("water", "甲市水利局", CITY)
    office.report("water", 2023, N1, BALANCE)
    night = datetime(2026, 11, 20, 2, tzinfo=ZoneInfo("Asia/Shanghai"))
    options = AlertOptions(settings.outbox_dir(), load_routes(settings), patience=ONCE)
    alert(office.engine, N1, options, lambda: night)
    office.engine.dispose()
    return settings


def test_deliver_without_a_warehouse_says_so(place: Path) -> None:
    with pytest.raises(GoujiError, match="there is no warehouse"):
        deliver_due(load_settings(data_dir=place / "none"), lambda: datetime.now(tz=UTC))


def test_what_stands_is_told_to_the_supervisor_that_takes_an_agency_over(office: Office, options: AlertOptions) -> None:
    taken = "甲市数据局"
    options = replace(options, routing=Routing(Route(escalate_after=2, superior=TOP)))
    office.report("water", 2023, N1, BALANCE, CARRY, ("D-CHANGE", "report", None, None))
    alert(office.engine, N1, options, clock)
    with writing(office.engine) as connection:
        taking = Step("snoozed", "王某", clock(), "待核", until=N4 + timedelta(days=9))
        take(connection, ["water|2023|X-CARRY|applications.*.total"], taking, N1)
    with office.engine.begin() as connection:
        connection.execute(schema.agency.update().where(schema.agency.c.id == "water").values(supervisor=taken))
    second = news(office, N2, options, taken)
    assert len(second.changed) == 1, "what was put off stays so, and an event is told once"
    assert second.changed[0].endswith(f"（主管部门变更，此前告知的是{CITY}）")
    assert second.still_open == 0
    third = news(office, N3, options, taken)
    assert (third.changed, third.still_open) == ((), 1)
    assert [row for row in told_rows(office) if row[3] == TOP] == [], "its nights are counted anew"
    alert(office.engine, N4, options, clock)
    assert ("water", N4, "escalated", TOP, N4) in told_rows(office)


def test_a_supervisor_that_left_the_register_is_told_what_it_was_still_owed(office: Office, options: AlertOptions) -> None:
    options = replace(options, routing=WEEKEND)
    office.report("town", 2023, N2, BALANCE)
    alert(office.engine, N2, options, clock)
    with office.engine.begin() as connection:
        connection.execute(schema.agency.update().where(schema.agency.c.id == "town").values(supervisor=CITY))
    heard: dict[str, SupervisorNews] = {each.supervisor: each for each in alert(office.engine, N4, options, clock)}
    assert len(heard[COUNTY].new) == 1
    assert told_rows(office) == [("town", N2, "new", COUNTY, N4), ("town", N4, "changed", CITY, N4)]
    with office.engine.connect() as connection:
        assert connection.execute(select(night_told.c.told_on).where(night_told.c.told_on.is_(None))).all() == []
