"""`gouji review`: what waits for a person's eye; a decision stands beside the figure, and the next night goes by it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tasks import load
from tasks.errors import WarehouseError
from tasks.records import Finding, Outcome, Report, Severity, Verdict
from tests.small_world import NIGHTS, Page, load_night, reading_of, run_night
from warehouse.engine import open_warehouse, writing
from warehouse.reviews import find_item, keep_decision, review_queue
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


def test_a_dismissed_document_waits_no_more(doubtful: Engine) -> None:
    decide(doubtful, "dismissed", address="")
    assert queue(doubtful) == [(NEW, "7")]
    with doubtful.connect() as connection, pytest.raises(WarehouseError, match="gouji review list"):
        find_item(connection, "nothing")


def test_the_commands(tmp_path: Path) -> None:
    engine = open_warehouse(f"sqlite:///{tmp_path / 'gouji.db'}")
    run_night(engine, NIGHTS[0], Page("scan", 2022))
    with engine.connect() as connection:
        (item,) = review_queue(connection)

    def review(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "flows", "review", *words, "--data", str(tmp_path)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert item.id in review("list").stdout
    assert "NoTextLayer" in review("show", item.id).stdout
    for words, said in (
        (("decide", item.id, "as-read", "--reason", "x"), "does not fit"),
        (("decide", item.id, "corrected", "--reason", "x"), "a number goes with corrected"),
        (("decide", item.id, "dismissed", "--reason", " "), "--reason is blank"),
        (("show", "none"), "nothing of this id waits"),
    ):
        done = review(*words)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert review("decide", item.id, "dismissed", "--reason", "不是年报").returncode == 0
    assert "0 items wait" in review("list").stdout
