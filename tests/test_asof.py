"""The warehouse as it stood after a past night: the report of then, how it was read, what it broke, whose name it bore."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from tasks import load
from tasks.errors import WarehouseError
from tests.small_world import AGENCIES, GOOD, NIGHTS, Page, assess, load_night, read_all, run_night
from warehouse.agencies import agencies_of
from warehouse.readonly import query_read_only
from warehouse.schema import outbox

ONE, TWO, THREE = NIGHTS[:3]
WRONG, RIGHT = Page("2022 new=7 concluded=5", 2022), Page("2022 new=7 concluded=7", 2022)


def ask(engine: Engine, sql: str, night: date | None = None) -> list[tuple[Any, ...]]:
    return query_read_only(engine.url.render_as_string(hide_password=False), sql, night)[1]


def test_a_republished_report_leaves_both_versions_and_each_night_its_own(engine: Engine) -> None:
    run_night(engine, ONE, WRONG)
    run_night(engine, TWO, RIGHT)
    figure = "select value, sha256 from v_figure where address = 'applications.concluded.total' and year = 2022"
    assert ask(engine, figure) == [(7, RIGHT.sha256)]
    assert ask(engine, figure, ONE) == [(5, WRONG.sha256)]
    assert ask(engine, figure, TWO) == ask(engine, figure)
    broken = "select rule from v_finding where year = 2022"
    assert (ask(engine, broken, ONE), ask(engine, broken)) == ([("T3-BAL",)], [("D-CHANGE",)])
    assert ask(engine, "select count(*) from report where year = 2022") == [(2,)]


def test_a_newer_reader_leaves_both_readings_and_each_night_its_own(engine: Engine) -> None:
    run_night(engine, ONE, WRONG)
    load_night(engine, TWO, replace(WRONG, unchanged=True))
    load.load_readings(engine, read_all(WRONG.sha256, "2022 new=5 concluded=5", "v2"), TWO)
    load.load_reports(engine, TWO)
    assess(engine, TWO)
    new = "select value from v_figure where address = 'applications.new.total' and year = 2022"
    assert (ask(engine, new, ONE), ask(engine, new, TWO), ask(engine, new)) == ([(7,)], [(5,)], [(5,)])
    assert ask(engine, "select rule from v_finding where year = 2022", ONE) == [("T3-BAL",)]
    assert ask(engine, "select rule from v_finding where year = 2022") == []
    assert ask(engine, "select reader_version, is_current from reading order by reader_version") in (
        [("v1", 0), ("v2", 1)],
        [("v1", False), ("v2", True)],
    )


def test_a_renamed_agency_keeps_its_reports_and_its_earlier_name(engine: Engine) -> None:
    run_night(engine, ONE, GOOD)
    renamed = [replace(each, name="丙局", supervisor="丙市政务公开办") if each.id == "a" else each for each in AGENCIES]
    load.load_register(engine, renamed, TWO)
    question = "select agency, supervisor, year from v_report"
    assert ask(engine, question) == [("丙局", "丙市政务公开办", 2023)]
    assert ask(engine, question, ONE) == [("甲局", "甲市政务公开办", 2023)]
    assert ask(engine, "select name, night from agency_version where agency_id = 'a' order by night")[0][0] == "甲局"
    load.load_register(engine, renamed, THREE)
    assert ask(engine, "select count(*) from agency_version where agency_id = 'a'") == [(2,)]


def test_an_agency_keeps_its_code_and_scope_and_what_was_said_before(engine: Engine) -> None:
    load.load_register(engine, AGENCIES, ONE)
    said = [replace(each, uscc="11370883000000001G", scope="aggregate") if each.id == "a" else each for each in AGENCIES]
    load.load_register(engine, said, TWO)
    question = "select region, uscc, scope from agency where id = 'a'"
    assert ask(engine, question) == [("", "11370883000000001G", "aggregate")]
    assert ask(engine, question, ONE) == [("", "", "")]
    with engine.connect() as connection:
        assert agencies_of(connection)["a"].uscc == "11370883000000001G"
        assert agencies_of(connection)["a"].scope == "aggregate"


def test_a_night_of_which_nothing_is_known_is_refused(engine: Engine) -> None:
    with pytest.raises(WarehouseError, match="no night has been run yet"):
        ask(engine, "select 1", ONE)
    run_night(engine, TWO, GOOD)
    run_night(engine, NIGHTS[3], GOOD)
    with pytest.raises(WarehouseError, match=f"the first night was {TWO}"):
        ask(engine, "select * from v_report", ONE)
    with pytest.raises(WarehouseError, match=f"the last night was {NIGHTS[3]}"):
        ask(engine, "select * from v_report", NIGHTS[4])
    assert ask(engine, "select year from v_report", THREE) == [(2023,)]


def test_the_outbox_of_a_night_holds_no_later_digest(engine: Engine) -> None:
    for night in (ONE, TWO):
        run_night(engine, night, GOOD)
        row = {"supervisor": "办", "night": night, "channel": "file", "subject": "", "markdown": "", "html": ""}
        with engine.begin() as connection:
            connection.execute(insert(outbox).values({"key": f"{night}", "attempts": 0, "error": "", "attachments": []} | row))
    assert ask(engine, "select count(*) from outbox", ONE) == [(1,)]


def test_the_past_cannot_be_written_either(engine: Engine) -> None:
    run_night(engine, ONE, GOOD)
    with pytest.raises(WarehouseError):
        ask(engine, "with x as (select 1) delete from agency", ONE)
