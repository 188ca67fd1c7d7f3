"""The published views answer the questions of supervisors and analysts; the dictionary explains them and every table."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from small_world import BLANK, BROKEN, GOOD, NIGHTS, Page, ask, fill, load_night, reading_of, run_night

from expectations.form import form_for, load_forms
from tasks.load import load_readings, load_reports
from warehouse import views
from warehouse.engine import open_warehouse, query_read_only
from warehouse.schema import metadata

ROOT = Path(views.__file__).parents[2]
ONE, TWO = NIGHTS[:2]


@pytest.fixture
def url(database: str) -> str:
    return database


@pytest.fixture
def filled(url: str) -> str:
    fill(url)
    return url


def _columns(url: str, view: str) -> tuple[str, ...]:
    return query_read_only(url, f"select * from {view}")[0]  # noqa: S608


# The views


def test_unreconciled_lists_the_agencies_own_mistakes_worst_first(filled: str) -> None:
    rows = ask(filled, "select * from v_unreconciled")
    assert [(row["agency"], row["year"], row["errors"], row["warnings"], row["url"]) for row in rows] == [
        ("甲局", 2022, 1, 0, BROKEN.address),
        ("甲局", 2023, 1, 0, GOOD.address),
    ]


def test_findings_come_with_figures_and_proof(filled: str) -> None:
    [row] = ask(filled, "select * from v_finding where year = 2022")
    assert (row["supervisor"], row["rule"], row["left_value"], row["right_value"]) == ("甲市政务公开办", "T3-BAL", 7, 5)
    assert (row["url"], row["sha256"]) == (BROKEN.address, BROKEN.sha256)
    suspects = json.loads(row["suspects"]) if isinstance(row["suspects"], str) else row["suspects"]
    assert suspects == [{"cells": [["applications.concluded.total", "5.5"]], "cause": "digit"}]


def test_a_replaced_report_is_no_longer_held_against_its_agency(filled: str) -> None:
    run_night(open_warehouse(filled), TWO, GOOD, Page("2022 new=7 concluded=7", 2022), BLANK)
    assert [row["rule"] for row in ask(filled, "select rule from v_finding where year = 2022")] == ["D-CHANGE"]


def test_a_report_that_can_no_longer_be_read_is_not_held_against_its_agency(filled: str) -> None:
    run_night(open_warehouse(filled), TWO, GOOD, Page("scan, signed", 2022), BLANK)
    assert ask(filled, "select * from v_finding where year = 2022") == []
    assert [row["status"] for row in ask(filled, "select status from v_report where year = 2022")] == ["quarantined"]


def test_figures_come_with_what_is_printed_and_where(filled: str) -> None:
    [row] = ask(filled, "select * from v_figure where agency_id = 'b' and address = 'applications.granted.total'")
    assert (row["value"], row["semantics"], row["raw"]) == (None, "EMPTY", "")
    assert "page" in row["locator"] or "path" in row["locator"]


def test_applications_are_counted_and_a_blank_is_no_zero(filled: str) -> None:
    rows = {(row["agency_id"], row["year"]): row for row in ask(filled, "select * from v_applications_by_year")}
    good, blank = rows["a", 2023], rows["b", 2023]
    names = ("new", "carried_in", "granted", "partial", "denied", "unavailable", "rejected", "other", "concluded", "carried_out")
    assert [good[name] for name in names] == [5, 1, 2, 1, 0, 0, 1, 0, 4, 2]
    assert (blank["new"], blank["granted"], blank["denied"], blank["unavailable"]) == (9, None, None, 0)


def test_the_sums_of_the_views_have_as_many_parts_as_the_forms(filled: str) -> None:
    """The view counts the parts of a group; a new edition with another number of rows must not pass unnoticed."""
    parts = {"denied": {8}, "unavailable": {3}, "rejected": {5}, "other": {1, 3}}
    assert {group: {len(form.tables["applications"].expand(group)) for form in load_forms()} for group in parts} == parts
    stated = views.view_texts()["v_applications_by_year"]
    assert all(
        re.search(rf"counted\.{group}_parts (?:when|=) {number}\b|counted\.{group}_whole = {number}\b", stated)
        for group, numbers in parts.items()
        for number in numbers
    )


def test_the_disclosure_rate_is_null_where_it_cannot_be_said(filled: str) -> None:
    rows = {(row["agency_id"], row["year"]): row["disclosure_rate"] for row in ask(filled, "select * from v_disclosure_rate")}
    assert rows == {("a", 2022): 0, ("a", 2023): 0.75, ("b", 2023): None}


def test_coverage_names_what_was_not_seen_or_not_read(filled: str) -> None:
    rows = {(row["agency_id"], row["year"]): row["status"] for row in ask(filled, "select * from v_coverage")}
    assert rows == {
        ("a", 2021): "could not be read",
        ("a", 2022): "read",
        ("a", 2023): "read",
        ("b", 2021): "not seen",
        ("b", 2022): "not seen",
        ("b", 2023): "read",
    }


def test_a_report_that_was_taken_down_is_not_simply_read(filled: str) -> None:
    engine, status = open_warehouse(filled), "select status from v_coverage where agency_id = 'a' and year = 2022"
    load_night(engine, TWO, GOOD, BLANK, Page("scan", 2021))
    assert ask(filled, status) == [{"status": "withdrawn"}]
    elsewhere = replace(BROKEN, url="http://example.org/a/new/2022.html")
    load_night(engine, NIGHTS[2], GOOD, BLANK, elsewhere, Page("scan", 2021))
    assert ask(filled, status) == [{"status": "read"}]


def test_withdrawn_pages_are_listed_until_they_are_back(filled: str) -> None:
    engine = open_warehouse(filled)
    load_night(engine, TWO, GOOD, BLANK, Page("scan", 2021))
    [row] = ask(filled, "select * from v_withdrawn")
    assert (row["url"], str(row["withdrawn"]), row["sha256"]) == (BROKEN.address, TWO.isoformat(), BROKEN.sha256)
    load_night(engine, NIGHTS[2], GOOD, BLANK, BROKEN, Page("scan", 2021))
    assert ask(filled, "select * from v_withdrawn") == []


def test_amounts_can_be_summed_by_anybody(url: str) -> None:
    pages = [Page(f"page {year}", year) for year in (2021, 2022, 2023)]
    engine = open_warehouse(url)
    load_night(engine, ONE, *pages)
    amounts = (26140100, 1554783200, Decimal("1313675.6583"))
    for page, amount in zip(pages, amounts, strict=True):
        load_readings(engine, [reading_of(page.sha256, {"disclosure.fee.amount": amount}, page.year or 0)], ONE)
    load_reports(engine, ONE)
    [row] = ask(
        url, "select sum(value) as total, max(value) as most from v_figure where address = 'disclosure.fee.amount' and value > 2"
    )
    assert float(row["total"]) == pytest.approx(float(sum(amounts)))
    assert row["most"] == 1554783200
    assert form_for("2021").tables["disclosure"].columns["amount"].unit == "万元"


# The dictionary


def _dictionary() -> Any:
    return yaml.safe_load((ROOT / "warehouse" / "dictionary.yml").read_text(encoding="utf-8"))


def test_the_dictionary_explains_every_table_and_column_in_order() -> None:
    explained = {name: list(entry["columns"]) for name, entry in _dictionary()["tables"].items()}
    assert explained == {name: [column.name for column in table.columns] for name, table in metadata.tables.items()}


def test_the_dictionary_explains_every_view_and_column_in_order(filled: str) -> None:
    explained = {name: tuple(entry["columns"]) for name, entry in _dictionary()["views"].items()}
    assert explained == {name: _columns(filled, name) for name in views.view_texts()}


def test_every_entry_of_the_dictionary_has_a_meaning_and_a_chinese_name() -> None:
    dictionary = _dictionary()
    entries = [entry for part in dictionary.values() for entry in part.values()]
    columns = [
        column for part in ("tables", "views") for entry in dictionary[part].values() for column in entry["columns"].values()
    ]
    assert all(entry["means"].endswith(".") and entry["zh"] for entry in [*entries, *columns])
    assert all(set(column) <= {"means", "zh", "unit"} for column in columns)


def test_every_view_says_which_question_it_answers() -> None:
    assert all(re.match(r"-- .*[?.]\n", text) for text in views.view_texts().values())
