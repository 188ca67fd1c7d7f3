"""`gouji review`: what waits for a person's eye; a decision stands beside the figure, and the next night goes by it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select

from flows.cli import app
from tasks import load
from tasks.alert.letter import build_letters
from tasks.alert.sentences import say
from tasks.errors import GoujiError, WarehouseError
from tasks.reconcile import reconcile
from tasks.records import Finding, Outcome, Report, Severity, Verdict
from tests.small_world import NIGHTS, Page, load_night, reading_of, run_night
from warehouse.engine import open_warehouse, writing
from warehouse.readonly import query_read_only
from warehouse.reviews import decided_items, find_item, keep_decision, review_queue
from warehouse.schema import figure, finding

ROOT = Path(__file__).resolve().parent.parent
PAGE = Page("2023 new=7 concluded=5")
NEW, CONCLUDED = "applications.new.total", "applications.concluded.total"
AT = datetime(2024, 3, 2, tzinfo=UTC)


def judge(report: Report) -> list[Finding]:
    """New must equal concluded; whose mistake it is follows from how sure the two are."""
    cells = report.reading.figures()
    new, concluded = cells[NEW], cells[CONCLUDED]
    verdict = Verdict.AGENCY if new.certain and concluded.certain else Verdict.UNDECIDED
    outcome = Outcome.HOLDS if new.value == concluded.value else Outcome.BROKEN
    who = (report.agency_id, report.year)
    found = Finding("T3-BAL", Severity.ERROR, *who, "total", outcome, "", "", new.value, concluded.value)
    return [replace(found, cells=(NEW, CONCLUDED), verdict=verdict)]


@pytest.fixture
def doubtful(engine: Engine) -> Engine:
    """A report in which a broken rule hangs on a doubtful figure, and a document that cannot be read."""
    scan = Page("scan", 2022)
    run_night(engine, NIGHTS[0], scan)
    load_night(engine, NIGHTS[0], PAGE, scan)
    read = reading_of(PAGE.sha256, {NEW: 7, CONCLUDED: 5}, 2023)
    unsure = tuple(replace(cell, certain=cell.address != NEW) for cell in read.cells)
    load.load_readings(engine, [replace(read, cells=unsure)], NIGHTS[0])
    load.load_reports(engine, NIGHTS[0])
    assess(engine)
    return engine


def assess(engine: Engine) -> int:
    reports = list(load.reports_to_assess(engine, "r1"))
    for report in reports:
        load.load_findings(engine, report, judge(report), "r1", NIGHTS[0])
    return len(reports)


def verdicts(engine: Engine) -> list[tuple[str, str]]:
    from warehouse.schema import assessment

    query = select(finding.c.outcome, finding.c.verdict).join(assessment, assessment.c.id == finding.c.assessment_id)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query.where(assessment.c.is_current.is_(True)))]


def decide(engine: Engine, verdict: str, value: Any = None, address: str = NEW) -> None:
    with writing(engine) as connection:
        (item,) = (each for each in review_queue(connection) if each.address == address)
        keep_decision(connection, item, verdict, value, by="李某", at=AT, reason="看过原页")


def decide_again(engine: Engine, verdict: str) -> None:
    with writing(engine) as connection:
        (known,) = decided_items(connection)
        keep_decision(connection, known.item, verdict, None, by="王某", at=AT, reason="再看")


def queue(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        return [(each.address, each.raw) for each in review_queue(connection)]


def test_what_waits_is_the_unreadable_document_and_the_figure_that_a_finding_hangs_on(doubtful: Engine) -> None:
    assert queue(doubtful) == [("", "NoTextLayer"), (NEW, "7")]
    assert verdicts(doubtful) == [("broken", "undecided")]


def test_as_read_makes_the_figure_certain_and_nothing_else(doubtful: Engine) -> None:
    decide(doubtful, "as_read")
    assert queue(doubtful) == [("", "NoTextLayer")]
    assert assess(doubtful) == 1
    assert verdicts(doubtful) == [("broken", "agency")]
    assert assess(doubtful) == 0


def test_a_correction_stands_beside_the_figure(doubtful: Engine) -> None:
    decide(doubtful, "corrected", 5)
    assess(doubtful)
    assert verdicts(doubtful) == [("holds", "agency")]
    with doubtful.connect() as connection:
        kept = connection.execute(select(figure.c.raw, figure.c.value, figure.c.certain).where(figure.c.address == NEW)).one()
    assert (kept.raw, kept.value, kept.certain) == ("7", 7, False)


def test_a_decision_about_another_text_no_longer_holds(doubtful: Engine) -> None:
    decide(doubtful, "corrected", 5)
    assess(doubtful)
    read = reading_of(PAGE.sha256, {NEW: 8, CONCLUDED: 5}, 2023, "v2")
    unsure = tuple(replace(cell, certain=cell.address != NEW) for cell in read.cells)
    load.load_readings(doubtful, [replace(read, cells=unsure)], NIGHTS[1])
    load.load_reports(doubtful, NIGHTS[1])
    assess(doubtful)
    assert verdicts(doubtful) == [("broken", "undecided")]
    assert (NEW, "8") in queue(doubtful)


def test_what_a_person_decided_is_told_as_such(doubtful: Engine) -> None:
    """The sentence states the decided number, never the text that was read, and says whose number it is."""
    decide(doubtful, "corrected", 9)
    (report,) = load.reports_to_assess(doubtful, "r1")
    found = {(each.rule, each.scope): each for each in reconcile(report) if each.outcome is Outcome.BROKEN}
    balance = found["T3-BAL", "applications.*.total"]
    assert (balance.left, balance.verdict) == (9, Verdict.AGENCY)
    sentence = say(balance, "甲局", report.reading.editions)
    assert "为 9" in sentence
    assert sentence.count("行“总计”列实为9（人工复核，原读“7”）") == 1
    decide_again(doubtful, "as_read")
    (report,) = load.reports_to_assess(doubtful, "r1")
    assert any("实为7（人工复核）" in say(each, "甲局") for each in reconcile(report))


def test_a_rule_on_the_figure_itself_states_the_decided_number(doubtful: Engine) -> None:
    decide(doubtful, "corrected", -9)
    (report,) = load.reports_to_assess(doubtful, "r1")
    (broken,) = (each for each in reconcile(report) if each.rule == "T-INT" and each.outcome is Outcome.BROKEN)
    assert "1处：-9（人工复核，原读“7”）（负数）" in say(broken, "甲局")
    decide_again(doubtful, "unreadable")
    (report,) = load.reports_to_assess(doubtful, "r1")
    unread = [each.reason for each in reconcile(report) if each.rule == "T3-BAL" and NEW in each.cells]
    assert unread == [f"未能读出：{NEW}"]


def test_a_letter_tells_what_was_read_beside_what_a_person_saw(doubtful: Engine) -> None:
    decide(doubtful, "corrected", 9)
    assess(doubtful)
    with doubtful.connect() as connection:
        (letter,) = build_letters(connection, NIGHTS[0], ZoneInfo("Asia/Shanghai"))
    assert [line.printed for line in letter.problems[0].lines] == ["9（人工复核，原读“7”）", "5"]


def test_an_item_can_be_decided_again_and_every_decision_stays(doubtful: Engine) -> None:
    decide(doubtful, "corrected", 5)
    assess(doubtful)
    decide_again(doubtful, "as_read")
    assess(doubtful)
    assert verdicts(doubtful) == [("broken", "agency")]
    with doubtful.connect() as connection:
        (known,) = decided_items(connection)
    assert known.holds
    assert [(row.verdict, row.value) for row in known.decisions] == [("corrected", 5), ("as_read", None)]
    assert (known.item.agency, known.item.year, known.item.raw) == ("甲局", 2023, "7")


def test_figures_show_the_decision_beside_them_while_it_holds(doubtful: Engine) -> None:
    question = f"select value, decided, decision from v_figure where address = '{NEW}'"  # noqa: S608

    def shown(night: date | None = None) -> list[tuple[Any, ...]]:
        return query_read_only(doubtful.url.render_as_string(hide_password=False), question, night)[1]

    load.start_run(doubtful, NIGHTS[0], lambda: AT - timedelta(hours=2))
    load.finish_run(doubtful, NIGHTS[0], lambda: AT - timedelta(hours=1), {})
    load.start_run(doubtful, NIGHTS[1], lambda: AT + timedelta(hours=1))
    load.start_run(doubtful, NIGHTS[0], lambda: AT + timedelta(hours=2))
    assert shown() == [(7, None, None)]
    decide(doubtful, "corrected", 5)
    assert (shown(), shown(NIGHTS[0]), shown(NIGHTS[1])) == ([(7, 5, "corrected")], [(7, None, None)], [(7, 5, "corrected")])
    decide_again(doubtful, "as_read")
    assert shown() == [(7, 7, "as_read")]
    decide_again(doubtful, "unreadable")
    assert shown() == [(7, None, "unreadable")]
    read = reading_of(PAGE.sha256, {NEW: 8, CONCLUDED: 5}, 2023, "v2")
    load.load_readings(doubtful, [read], NIGHTS[1])
    assert shown() == [(8, None, None)]


def test_a_page_that_leads_to_a_report_which_was_read_waits_for_nobody(engine: Engine) -> None:
    cover = Page("scan, only a link", 2023, url="http://example.org/a/cover.html")
    report = Page("2023 new=5 concluded=5", 2023, url="http://example.org/a/1.pdf", listing=cover.address)
    run_night(engine, NIGHTS[0], cover, report, Page("scan", 2022))
    assert queue(engine) == [("", "NoTextLayer")]
    with engine.connect() as connection:
        assert [each.year for each in review_queue(connection)] == [2022]


def test_a_dismissed_document_waits_no_more(doubtful: Engine) -> None:
    decide(doubtful, "dismissed", address="")
    assert queue(doubtful) == [(NEW, "7")]
    with doubtful.connect() as connection, pytest.raises(WarehouseError, match="gouji review list"):
        find_item(connection, "nothing")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder in which a document and a doubtful figure with a long address wait."""
    engine = open_warehouse(f"sqlite:///{tmp_path / 'gouji.db'}")
    scan = Page("scan", 2022)
    run_night(engine, NIGHTS[0], scan)
    load_night(engine, NIGHTS[0], PAGE, scan)
    read = reading_of(PAGE.sha256, {NEW: 7, CONCLUDED: 5}, 2023)
    cells = tuple(replace(cell, certain=cell.address != NEW) for cell in read.cells)
    load.load_readings(engine, [replace(read, cells=cells)], NIGHTS[0])
    load.load_reports(engine, NIGHTS[0])
    assess(engine)
    engine.dispose()
    return tmp_path


Review = Callable[..., str]


@pytest.fixture
def review(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Review:
    """`gouji review …` in this process, on a narrow terminal: what it prints; its errors are raised."""
    monkeypatch.setenv("COLUMNS", "60")

    def run(*words: str) -> str:
        app(["review", *words, "--data", str(folder)], standalone_mode=False)
        return capsys.readouterr().out

    return run


def test_the_commands(review: Review) -> None:
    document, cell = json.loads(review("list", "--json"))
    assert (document["why"][:8], cell["address"], cell["why"][:4]) == ("扫描件，没有文字", NEW, "表三收支")
    listed = review("list")
    assert document["id"] in listed
    assert cell["id"] in listed
    assert review("decide", document["id"], "dismissed", "--reason", "不是年报")
    assert review("decide", cell["id"], "corrected", "--value", "5", "--by", "李某", "--reason", "看过")
    assert "0 items wait" in review("list")
    assert review("decide", cell["id"], "as-read", "--by", "王某", "--reason", "再看")
    shown = review("show", cell["id"])
    assert shown.index("corrected 5，李某") < shown.index("as-read，王某")
    assert "2 items decided" in review("list", "--decided")
    first, second = json.loads(review("list", "--decided", "--json"))
    assert [each["verdict"] for each in second["decisions"]] == ["corrected", "as-read"]
    assert first["decisions"][0]["reason"] == "不是年报"


def test_what_cannot_be_decided_is_refused(review: Review, folder: Path) -> None:
    document, cell = json.loads(review("list", "--json"))
    for words, said in (
        (("decide", document["id"], "as-read", "--reason", "x"), "does not fit"),
        (("decide", document["id"], "corrected", "--reason", "x"), "a number goes with corrected"),
        (("decide", document["id"], "dismissed", "--reason", " "), "--reason is blank"),
        (("decide", cell["id"], "corrected", "--value", "-3", "--reason", "x"), "a whole number from 0 up"),
        (("decide", cell["id"], "corrected", "--value", "2.5", "--reason", "x"), "a whole number from 0 up"),
    ):
        with pytest.raises(GoujiError, match=said):
            review(*words)
    command = [sys.executable, "-m", "flows", "review", "show", "none", "--data", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "nothing of this id waits" in done.stderr) == (2, True), done.stderr
