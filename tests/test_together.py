"""Nights on a real warehouse: what all reports together show is kept, told and withdrawn; what is likely ours is held back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert, select, update

from expectations.clustering import load_clustering
from tasks import load
from tasks.alert import AlertOptions, SupervisorNews, alert
from tasks.alert.letter import build_letters
from tasks.alert.letter_set import set_html
from tasks.errors import WarehouseError
from tasks.reconcile.clusters import find_clusters
from tasks.reconcile.survey import calendar_rules, compare, comparison_rules, survey
from tasks.records import Agency
from tasks.roster import Failure, Kind
from tests.small_world import GOOD, NIGHTS, Page, ask, load_night, run_night
from warehouse.schema import agency, assessment, column_outcome, document, finding, reading, report
from warehouse.schema_survey import survey_finding

OFFICE = "甲市政务公开办"
LEVELS = {"a": "县级部门", "b": "县级部门"}


def clock() -> datetime:
    return datetime(2024, 3, 1, 18, tzinfo=UTC)


def register(engine: Engine, **changes: str) -> tuple[Agency, ...]:
    """The small world's agencies as departments."""
    with engine.begin() as connection:
        for key, level in (LEVELS | changes).items():
            connection.execute(update(agency).where(agency.c.id == key).values(level=level))
        rows = connection.execute(select(agency).order_by(agency.c.id)).all()
    return tuple(Agency(**{**row._mapping, "aliases": tuple(row.aliases), "start_urls": tuple(row.start_urls)}) for row in rows)


def look(engine: Engine, night: date, year: int = 2023) -> None:
    """The night's survey of one year, as the nightly flow does it."""
    agencies = register(engine)
    inputs = load.comparison_is_due(engine, year, agencies, "r1")
    roster = load.load_roster(engine, year, night, agencies, with_contents=bool(inputs))
    load.load_survey(engine, year, survey(roster), calendar_rules(), night)
    if inputs:
        load.load_survey(engine, year, compare(roster), comparison_rules(), night, inputs)


def tell(engine: Engine, night: date, tmp_path: Path, supervisor: str = OFFICE) -> SupervisorNews:
    return next(news for news in alert(engine, night, AlertOptions(tmp_path / "outbox"), clock) if news.supervisor == supervisor)


def missing(sentences: Iterable[str]) -> list[str]:
    return [sentence for sentence in sentences if "期限为2024-01-31，栏目中未见" in sentence]


def test_a_missing_report_is_told_once_and_withdrawn_when_it_appears(engine: Engine, tmp_path: Path) -> None:
    run_night(engine, NIGHTS[0], GOOD)
    look(engine, NIGHTS[0])
    assert missing(tell(engine, NIGHTS[0], tmp_path).new) == [
        "乙局2023年度报告：期限为2024-01-31，栏目中未见。依据：规定期限届满，年度报告应已公开。"
    ]
    run_night(engine, NIGHTS[1], GOOD)
    look(engine, NIGHTS[1])
    second = tell(engine, NIGHTS[1], tmp_path)
    assert (second.new, second.changed, second.resolved) == ((), (), ())
    run_night(engine, NIGHTS[2], GOOD, Page("2023 new=9 concluded=9", agency="b"))
    look(engine, NIGHTS[2])
    third = tell(engine, NIGHTS[2], tmp_path)
    assert [each for each in third.resolved if "报告已公开，2024-03-03 收录" in each]


def test_a_letter_about_a_missing_report_asks_for_it_and_names_the_column(engine: Engine) -> None:
    run_night(engine, NIGHTS[0], GOOD)
    look(engine, NIGHTS[0])
    with engine.connect() as connection:
        (letter,) = build_letters(connection, NIGHTS[1], ZoneInfo("Asia/Shanghai"), ["b"])
    text = set_html(letter)
    for said in ("尽快公开", "http://example.org/list/b", "自 2024-03-01 夜起", "期限为2024-01-31", "□已公开，网址附后"):
        assert said in text
    for untrue in ("确属填报有误", "数据均取自所公开的报告", "□数据无误"):
        assert untrue not in text


def test_a_column_that_is_not_read_to_its_end_settles_nothing(engine: Engine, tmp_path: Path) -> None:
    run_night(engine, NIGHTS[0], GOOD)
    look(engine, NIGHTS[0])
    tell(engine, NIGHTS[0], tmp_path)
    load_night(engine, NIGHTS[1], GOOD, incomplete=["http://example.org/list/b"])
    look(engine, NIGHTS[1])
    second = tell(engine, NIGHTS[1], tmp_path)
    assert (second.new, second.resolved) == ((), ())
    assert second.still_open >= 1
    [row] = ask(
        str(engine.url), "select outcome, reason from survey_finding where rule = 'D-MISSING' and agency_id = 'b' and is_current"
    )
    assert row == {"outcome": "not_assessable", "reason": "栏目未能读完"}


def test_a_file_that_cannot_be_read_is_not_called_missing(engine: Engine, tmp_path: Path) -> None:
    run_night(engine, NIGHTS[0], GOOD, Page("scan", agency="b"))
    look(engine, NIGHTS[0])
    assert missing(tell(engine, NIGHTS[0], tmp_path).new) == []


def test_what_stays_the_same_is_kept_once_and_a_night_run_again_adds_nothing(engine: Engine) -> None:
    run_night(engine, NIGHTS[0], GOOD)
    look(engine, NIGHTS[0])
    with engine.connect() as connection:
        before = connection.execute(select(survey_finding).order_by(*survey_finding.primary_key)).all()
    for night in (NIGHTS[0], NIGHTS[1]):
        run_night(engine, night, GOOD)
        look(engine, night)
    with engine.connect() as connection:
        assert connection.execute(select(survey_finding).order_by(*survey_finding.primary_key)).all() == before


def test_nothing_is_compared_again_until_a_reading_or_the_register_changes(engine: Engine) -> None:
    run_night(engine, NIGHTS[0], GOOD)
    look(engine, NIGHTS[0])
    agencies = register(engine)
    assert load.comparison_is_due(engine, 2023, agencies, "r1") == ""
    assert load.comparison_is_due(engine, 2023, agencies, "r2") != ""
    run_night(engine, NIGHTS[1], GOOD, Page("2023 new=9 concluded=9", agency="b"))
    assert load.comparison_is_due(engine, 2023, agencies, "r1") != ""


def test_a_night_of_the_past_surveys_nothing(engine: Engine) -> None:
    run_night(engine, NIGHTS[1], GOOD)
    assert load.years_to_survey(engine, NIGHTS[0]) == ()
    assert load.years_to_survey(engine, NIGHTS[1]) == (2022, 2023)


def test_a_changed_register_has_the_agencys_reports_assessed_anew(engine: Engine) -> None:
    assert len(run_night(engine, NIGHTS[0], GOOD)) == 1
    assert run_night(engine, NIGHTS[1], GOOD) == []
    register(engine, a="乡镇")
    (again,) = load.reports_to_assess(engine, "r1")
    assert again.agency is not None
    assert (again.agency.level, again.neighbours) == ("乡镇", frozenset({"甲局", "乙局"}))


# Clusters

KIND = Kind("pdf", "v1", "trs")


def failures(agencies: int, rule: str = "T3-ROW", kind: Kind = KIND) -> list[Failure]:
    return [
        Failure(kind, f"a{number}", number, rule, "applications.granted.*", "applications.granted.total")
        for number in range(agencies)
    ]


@pytest.mark.parametrize(
    ("found", "reports", "clusters"),
    [
        (failures(9), 20, 1),
        (failures(9), 200, 0),  # a few of very many: agencies do slip
        (failures(4), 8, 0),
        (failures(9, rule="T-BLANK"), 20, 0),  # a habit of agencies, which no misreading makes
        (failures(4) + failures(5, kind=Kind("html", "v1", "trs")), 20, 0),
    ],
)
def test_many_agencies_do_not_make_the_same_slip(found: list[Failure], reports: int, clusters: int) -> None:
    kinds = {each.kind: reports for each in found}
    assert len(find_clusters(found, kinds, load_clustering())) == clusters


@pytest.fixture
def crowd(engine: Engine) -> Engine:
    """Twelve agencies on one CMS, whose reports all fail in the same row."""
    with engine.begin() as connection:
        for number in range(12):
            key, sha = f"c{number:02}", f"{number:064x}"
            url = f"http://c.cn/{key}/"
            row = {"id": key, "name": f"第{number}局", "aliases": [], "level": "", "parent": "", "supervisor": OFFICE}
            connection.execute(insert(agency).values(**row, start_urls=[url]))
            outcome = {"complete": True, "pages": 1, "links": 1, "kind": "", "reason": "", "cms": "trs"}
            connection.execute(insert(column_outcome).values(start_url=url, night=NIGHTS[0], **outcome))
            fetched = {"size": 1, "media_type": "", "url": url + "r", "status": 200, "fetched_at": clock(), "headers": []}
            connection.execute(insert(document).values(sha256=sha, **fetched))
            head = {"reader": "html", "reader_version": "v1", "part": "", "is_current": True, "status": "read", "kind": ""}
            rest = {"reason": "", "title": "", "agency_printed": "", "editions": [["applications", "2021"]], "problems": []}
            connection.execute(insert(reading).values(id=number + 1, sha256=sha, **head, **rest, figures=175, night=NIGHTS[0]))
            marks = {"is_current": True, "is_ambiguous": False, "part": "", "doubt": "", "night": NIGHTS[0]}
            where = {"agency_id": key, "year": 2023, "revision": 1, "sha256": sha, "url": url + "r"}
            connection.execute(insert(report).values(id=number + 1, **where, **marks))
            rests = {"report_id": number + 1, "reading_id": number + 1, "previous_reason": "", "rules_version": "r1"}
            connection.execute(insert(assessment).values(id=number + 1, **rests, night=NIGHTS[0], is_current=True))
            compared = {"left_value": 5, "right_value": 4, "delta": 1, "says": "合计", "reason": "", "cells": []}
            judged = {"severity": "error", "outcome": "broken", "verdict": "agency", "suspects": []}
            place = {"rule": "T3-ROW", "scope": "applications.granted.*"}
            connection.execute(insert(finding).values(assessment_id=number + 1, **place, **judged, **compared))
    return engine


def hold(engine: Engine, night: date) -> int:
    return load.load_clusters(engine, find_clusters(*load.failures(engine), load_clustering()), night)


def test_a_cluster_is_held_and_told_to_maintainers_until_it_is_released(crowd: Engine, tmp_path: Path) -> None:
    assert hold(crowd, NIGHTS[0]) == 1
    assert tell(crowd, NIGHTS[0], tmp_path).new == ()
    (text,) = (path.read_text(encoding="utf-8") for path in (tmp_path / "outbox").rglob("gouji维护人员.md"))
    assert "网站系统 trs·规则 T3-ROW·表三“（一）予以公开”行" in text
    assert "同类报告 12 份，其中 12 份" in text
    assert f"sha256:{0:064x}" in text
    [row] = ask(str(crowd.url), "select fingerprint from cluster")
    with pytest.raises(WarehouseError, match="gouji clusters"):
        load.release_cluster(crowd, "another", "看过原文", NIGHTS[1])
    load.release_cluster(crowd, row["fingerprint"], "看过原文，确属填报有误", NIGHTS[1])
    assert hold(crowd, NIGHTS[1]) == 0
    assert len(tell(crowd, NIGHTS[1], tmp_path).new) == 12
    assert not list((tmp_path / "outbox" / NIGHTS[1].isoformat()).glob("gouji*"))


def test_what_was_told_before_it_clustered_stays_open_while_it_is_held(crowd: Engine, tmp_path: Path) -> None:
    assert len(tell(crowd, NIGHTS[0], tmp_path).new) == 12
    hold(crowd, NIGHTS[1])
    second = tell(crowd, NIGHTS[1], tmp_path)
    assert (second.new, second.resolved, second.still_open) == ((), (), 12)


def test_a_cluster_that_a_better_reader_ends_is_gone(crowd: Engine, tmp_path: Path) -> None:
    hold(crowd, NIGHTS[0])
    tell(crowd, NIGHTS[0], tmp_path)
    with crowd.begin() as connection:
        connection.execute(update(finding).values(outcome="holds"))
    assert hold(crowd, NIGHTS[1]) == 0
    tell(crowd, NIGHTS[1], tmp_path)
    (text,) = (path.read_text(encoding="utf-8") for path in (tmp_path / "outbox" / NIGHTS[1].isoformat()).glob("gouji*.md"))
    assert "解除暂扣" in text
    assert ask(str(crowd.url), "select state from cluster") == [{"state": "gone"}]
