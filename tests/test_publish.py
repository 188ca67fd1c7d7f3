"""publish: what the suites say of a night's reports in a real warehouse, and how the docs folder is replaced."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from expectations.form import form_for
from tasks.errors import SettingsError
from tasks.printed import Locator
from tasks.publish import Publication, publish
from tasks.reconcile import reconcile
from tasks.records import Cell, Claim, Number, Outcome, Reading, Report, Semantics, Verdict
from warehouse.engine import writing
from warehouse.readings import keep_readings, reading_ids, reading_key
from warehouse.schema import agency, assessment, document, finding
from warehouse.schema import report as reports
from warehouse.schema_survey import survey_finding

FIRST, SECOND = date(2026, 11, 21), date(2026, 11, 22)


@dataclass(frozen=True)
class Shelf:
    """A warehouse in a file, and the reports that were assessed into it."""

    engine: Engine
    docs: Path

    def assess(self, night: date, report: Report) -> None:
        """Keep a report as load does: its readings, the report, its current assessment."""
        readings = [each for each in (report.reading, report.previous) if each]
        with writing(self.engine) as connection:
            blank = {"aliases": [], "level": "county", "parent": "", "supervisor": "某市", "start_urls": []}
            connection.execute(insert(agency).values(id=report.agency_id, name=f"{report.agency_id}局", **blank))
            for each in readings:
                fetched = {"size": 1, "media_type": "", "url": "", "status": 200, "headers": [], "fetched_at": datetime.now(UTC)}
                connection.execute(insert(document).values(sha256=each.sha256, **fetched))
            keep_readings(connection, readings, night)
            ids = list(reading_ids(connection, map(reading_key, readings)).items())
            now, before = (
                next((id for (sha, *_), id in ids if each and sha == each.sha256), None)
                for each in (report.reading, report.previous)
            )
            marks = {"revision": 1, "url": "", "is_current": True, "is_ambiguous": False, "part": "", "doubt": ""}
            row = insert(reports).values(
                agency_id=report.agency_id, year=report.year, sha256=report.reading.sha256, night=night, **marks
            )
            key = connection.execute(row).inserted_primary_key
            assert key is not None
            assessed = {"rules_version": "1", "previous_reason": "", "is_current": True, "night": night}
            connection.execute(
                insert(assessment).values(report_id=key[0], reading_id=now, previous_reading_id=before, **assessed)
            )

    def publish(self, night: date) -> Publication:
        return publish(self.engine, night, self.docs)


@pytest.fixture
def shelf(engine: Engine, tmp_path: Path) -> Shelf:
    return Shelf(engine, tmp_path / "docs")


def reading_of(
    name: str, edition: str, figures: Mapping[str, Number], unsure: str = "", claims: tuple[Claim, ...] = ()
) -> Reading:
    cells = tuple(
        Cell(
            address, str(value), value, Semantics.NUMERIC if value else Semantics.ZERO, Locator(line=1), certain=address != unsure
        )
        for address, value in figures.items()
    )
    editions = tuple((table, "" if table == "disputes" else edition) for table in form_for(edition).tables)
    key = sha256(name.encode()).hexdigest()
    return Reading(key, "text", "1", name, name, None, None, editions, (), cells, claims)


def zeros(edition: str = "2021", **other: Number) -> dict[str, Number]:
    return dict.fromkeys(form_for(edition).addresses(), 0) | {key.replace("__", "."): value for key, value in other.items()}


def simple(name: str, year: int = 2021, unsure: str = "", **other: Number) -> Report:
    return Report(name, year, reading_of(name, "2021", zeros(**other), unsure))


def test_a_failing_row_is_named_and_the_rest_of_the_night_is_not(shelf: Shelf) -> None:
    shelf.assess(SECOND, simple("甲", disputes__review__upheld=3))
    shelf.assess(SECOND, simple("乙"))
    done = shelf.publish(SECOND)
    assert (done.reports, done.passed, done.index) == (2, False, shelf.docs / "index.html")
    assert [(row.rule, row.agency, row.year, row.table, row.row, row.column) for row in done.failing] == [
        ("T4-SUM", "甲局", 2021, "disputes", "review", "")
    ]
    assert {result.rule: (result.rows, result.skipped) for result in done.rules}["T3-BAL"] == (14, 0)
    assert "D-CHANGE" not in {result.rule for result in done.rules}


def test_rules_decided_report_by_report_stand_in_the_docs_too(shelf: Shelf) -> None:
    shelf.assess(SECOND, simple("甲"))
    judged = {"severity": "warning", "says": "", "cells": []}
    told = {"rule": "S-SECT", "scope": "report", "outcome": "broken", "reason": "缺少“五、<存在问题>”", "verdict": "agency"}
    doubtful = {"rule": "S-YEAR", "scope": "report", "outcome": "broken", "reason": "2022年", "verdict": "undecided"}
    copied = {"rule": "Q-DUP", "scope": "others", "outcome": "broken", "reason": "正文重复97%", "verdict": "agency"}
    with writing(shelf.engine) as connection:
        for row in (told, doubtful):
            connection.execute(insert(finding).values(assessment_id=1, suspects=[], **judged, **row))
        where = {"agency_id": "甲", "year": 2021, "night": SECOND, "is_current": True}
        connection.execute(insert(survey_finding).values(**where, **judged, **copied))
    done = shelf.publish(SECOND)
    assert [(row.rule, row.agency) for row in done.failing] == [("Q-DUP", "甲局"), ("S-SECT", "甲局")]
    assert {result.rule: result.rows for result in done.rules}["S-YEAR"] == 0  # held against nobody
    (page,) = (text for name, text in pages_of(shelf.docs).items() if "validations" in name and "told" in name)
    assert "缺少“五、&lt;存在问题&gt;”" in page
    assert "正文重复97%" in page


def test_a_night_that_assessed_nothing_leaves_the_docs_as_they_are(shelf: Shelf) -> None:
    assert shelf.publish(FIRST) == Publication(0, (), (), None, passed=True)
    shelf.assess(FIRST, simple("甲"))
    published = shelf.publish(FIRST)
    pages = pages_of(shelf.docs)
    assert shelf.publish(SECOND) == Publication(0, (), (), published.index, passed=True)
    assert pages_of(shelf.docs) == pages


def test_the_same_night_again_gives_the_same_pages(shelf: Shelf) -> None:
    shelf.assess(SECOND, simple("甲", disputes__review__upheld=3))
    once = shelf.publish(SECOND)
    pages = pages_of(shelf.docs)
    assert shelf.publish(SECOND) == once
    assert pages_of(shelf.docs) == pages


def test_docs_of_a_crash_between_two_renames_are_put_back(shelf: Shelf) -> None:
    shelf.assess(FIRST, simple("甲"))
    shelf.publish(FIRST)
    pages = pages_of(shelf.docs)
    shelf.docs.rename(shelf.docs.with_name(".docs.old"))
    shelf.publish(SECOND)
    assert pages_of(shelf.docs) == pages
    assert [path.name for path in shelf.docs.parent.iterdir() if "docs" in path.name] == ["docs"]


def test_a_folder_that_holds_something_else_is_not_replaced(shelf: Shelf) -> None:
    shelf.docs.mkdir()
    (shelf.docs / "thesis.docx").write_bytes(b"years of work")
    shelf.assess(SECOND, simple("甲"))
    with pytest.raises(SettingsError, match="holds other files"):
        shelf.publish(SECOND)
    assert (shelf.docs / "thesis.docx").exists()


def pages_of(docs: Path) -> dict[str, str]:
    return {str(path.relative_to(docs)): path.read_text(encoding="utf-8") for path in docs.rglob("*") if path.is_file()}


def test_the_suites_and_reconcile_agree_on_filled_reports(shelf: Shelf) -> None:
    batch = [spoiled(seed) for seed in range(12)]
    for report in batch:
        shelf.assess(SECOND, report)
    failing = {(row.rule, row.agency_id, row.table, row.row, row.column) for row in shelf.publish(SECOND).failing}
    assert {key for key in failing if key[0] in EQUATIONS} == {key for report in batch for key in broken_equations(report)}
    assert {key[:3] for key in failing if key[0] not in EQUATIONS} == {key for report in batch for key in other_findings(report)}
    assert {key[0] for key in failing} == {*EQUATIONS, "T-INT", "T-FORMAT", "N-TXT", "T2-VAL"}


EQUATIONS = ("T3-BAL", "T3-SUM", "T3-ROW", "T4-SUM", "X-CARRY", "X-VALID")


def spoiled(seed: int) -> Report:
    """A report and the one before, all figures filled, three of them wrong; one of four reports in the old form."""
    chance = random.Random(seed)
    edition = "2019" if seed % 4 == 0 else "2021"
    now, before = (dict.fromkeys(form_for(edition).addresses(), 0) for _ in range(2))
    for key in chance.sample(list(now), 3):
        now[key] = chance.choice([1, 7, -2])
    if seed == 1:
        now["disclosure.normative.issued"] = 3
    before[chance.choice(list(before))] = 5
    unsure = chance.choice(list(now)) if seed % 3 == 0 else ""
    claims = tuple(Claim(f"第{n}次说到新收", "new", chance.choice([0, 7]), 2022) for n in range(2))
    reading = reading_of(f"{seed}-2022", edition, now, unsure, claims)
    return Report(f"agency-{seed}", 2022, reading, reading_of(f"{seed}-2021", edition, before))


def broken_equations(report: Report) -> set[tuple[str, str, str, str, str]]:
    """What reconcile holds against the agency, as (rule, agency, table, row, column)."""
    found = set()
    for each in reconcile(report):
        if each.rule in EQUATIONS and each.outcome is Outcome.BROKEN and each.verdict is Verdict.AGENCY:
            table, _, place = each.scope.partition(".")
            row, _, column = place.rpartition(".")
            found.add((each.rule, report.agency_id, table, row.replace("*", ""), column.replace("*", "")))
    return found


def other_findings(report: Report) -> set[tuple[str, str, str]]:
    """The rules that are no equations, as (rule, agency, table); T-FORMAT is one each for all of the old form's tables."""
    found = set()
    for each in reconcile(report):
        if each.rule not in EQUATIONS and each.outcome is Outcome.BROKEN and each.verdict is Verdict.AGENCY:
            tables = ["disclosure", "applications"] if each.rule == "T-FORMAT" else [each.scope.partition(".")[0]]
            found |= {(each.rule, report.agency_id, table) for table in tables}
    return found
