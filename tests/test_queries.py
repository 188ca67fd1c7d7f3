"""The questions of docs/queries, the data dictionary, and how `gouji sql` gives out its answers."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Engine

from tasks import load
from tests.small_world import BLANK, BROKEN, GOOD, NIGHTS, Page, fill, run_night
from tests.test_together import look
from warehouse import dictionary
from warehouse.readonly import query_read_only

ROOT = Path(__file__).resolve().parent.parent
QUERIES = sorted((ROOT / "docs" / "queries").glob("*.sql"))


def test_there_are_at_least_twenty_questions() -> None:
    assert len(QUERIES) >= 20
    for path in QUERIES:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("-- ")
        assert "：" in first


@pytest.mark.parametrize("night", [None, NIGHTS[0]], ids=["now", "as of then"])
def test_every_question_is_answered(engine: Engine, night: date | None) -> None:
    run_night(engine, NIGHTS[0], GOOD, BROKEN, BLANK, Page("scan", 2021))
    run_night(engine, NIGHTS[1], GOOD, BROKEN, Page("2022 new=9 concluded=9", 2022, agency="b"))
    load.load_reference(engine)
    for year in (2022, 2023):
        look(engine, NIGHTS[1], year)
    url = engine.url.render_as_string(hide_password=False)
    for path in QUERIES:
        columns, _ = query_read_only(url, path.read_text(encoding="utf-8"), night)
        assert columns, path.name


def test_the_dictionary_is_written_from_its_file() -> None:
    assert (ROOT / "docs" / "dictionary.md").read_text(encoding="utf-8") == dictionary.markdown()


def test_postgresql_shows_the_dictionary_beside_its_columns(engine: Engine) -> None:
    if engine.dialect.name != "postgresql":
        return
    with engine.connect() as connection:
        told = connection.exec_driver_sql(
            "select col_description('figure'::regclass, ordinal_position) from information_schema.columns"
            " where table_name = 'figure' and column_name = 'raw'"
        ).scalar_one()
    assert "原文" in told


# gouji sql


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    fill(f"sqlite:///{folder / 'gouji.db'}")
    return folder


def sql(data: Path, *words: str | Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "flows", "sql", *map(str, words), "--data", str(data)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False)


QUESTION = "select agency, year, left_value, '=1+1' as text from v_finding where rule = 'T3-BAL' and year = 2022"


def test_answers_as_csv_and_json(data: Path) -> None:
    rows = list(csv.reader(io.StringIO(sql(data, QUESTION, "--format", "csv").stdout.decode("utf-8-sig"))))
    assert rows == [["agency", "year", "left_value", "text"], ["甲局", "2022", "7", "'=1+1"]]
    answer = json.loads(sql(data, QUESTION, "--format", "json").stdout)
    assert answer == [{"agency": "甲局", "year": 2022, "left_value": 7, "text": "=1+1"}]


def test_answers_as_a_workbook(data: Path, tmp_path: Path) -> None:
    done = sql(data, QUESTION, "--format", "xlsx", "--out", tmp_path / "answer.xlsx")
    assert done.returncode == 0, done.stderr
    sheet = openpyxl.load_workbook(tmp_path / "answer.xlsx").active
    assert [[cell.value for cell in row] for row in sheet.rows][1] == ["甲局", 2022, 7, "'=1+1"]


def test_a_past_night_is_asked_by_its_date(data: Path) -> None:
    count = "select count(*) as reports from v_report"
    assert json.loads(sql(data, count, "--as-of", "2024-03-01", "--format", "json").stdout)[0]["reports"] > 0
    assert json.loads(sql(data, count, "--as-of", "2024-02-29", "--format", "json").stdout) == [{"reports": 0}]


def test_what_cannot_be_given_out_is_said(data: Path, tmp_path: Path) -> None:
    for words, said in (
        ((QUESTION, "--format", "xlsx"), "a workbook needs a file"),
        ((QUESTION, "--format", "csv", "--out", tmp_path / "none" / "x.csv"), "cannot be written"),
        ((QUESTION, "--as-of", "yesterday"), "is no date"),
    ):
        done = sql(data, *words)
        assert (done.returncode, said in done.stderr.decode()) == (2, True), done.stderr
