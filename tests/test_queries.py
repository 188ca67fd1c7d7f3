"""The questions of docs/queries, the data dictionary, and how `gouji sql` gives out its answers."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import UTC, date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.console import Console
from sqlalchemy import Engine

from flows import ask
from flows.cli import app
from tasks import load
from tasks.errors import GoujiError
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


def test_the_list_of_questions_is_complete() -> None:
    listed = (ROOT / "docs" / "queries" / "README.md").read_text(encoding="utf-8")
    for path in QUERIES:
        first = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("-- ")
        assert f"- [{path.name}]({path.name}) {first}\n" in listed


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


def test_answers_as_csv_and_json(data: Path, tmp_path: Path) -> None:
    printed = sql(data, QUESTION, "--format", "csv").stdout
    assert list(csv.reader(io.StringIO(printed.decode()))) == [
        ["agency", "year", "left_value", "text"],
        ["甲局", "2022", "7", "'=1+1"],
    ]
    assert sql(data, QUESTION, "--out", tmp_path / "answer.csv").returncode == 0
    assert (tmp_path / "answer.csv").read_bytes() == "\ufeff".encode() + printed  # for spreadsheets
    answer = json.loads(sql(data, QUESTION, "--format", "json").stdout)
    assert answer == [{"agency": "甲局", "year": 2022, "left_value": 7, "text": "=1+1"}]


def test_answers_as_a_workbook(data: Path, tmp_path: Path) -> None:
    done = sql(data, QUESTION, "--out", tmp_path / "answer.xlsx")
    assert done.returncode == 0, done.stderr
    sheet = openpyxl.load_workbook(tmp_path / "answer.xlsx").active
    assert [[cell.value for cell in row] for row in sheet.rows][1] == ["甲局", 2022, 7, "'=1+1"]


def test_a_query_is_read_from_a_file(data: Path, tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text(f"\ufeff{QUESTION}", encoding="utf-8")
    done = sql(data, "--file", tmp_path / "q.sql", "--format", "json")
    assert json.loads(done.stdout)[0]["year"] == 2022


def test_a_past_night_is_asked_by_its_date(data: Path) -> None:
    count = "select count(*) as reports from v_report"
    assert json.loads(sql(data, count, "--as-of", "2024-03-01", "--format", "json").stdout)[0]["reports"] > 0


def test_what_cannot_be_given_out_is_said(data: Path, tmp_path: Path) -> None:
    (tmp_path / "bytes.sql").write_bytes(b"select '\xff'")
    for words, said in (
        ((QUESTION, "--format", "xlsx"), "a workbook needs a file"),
        ((QUESTION, "--format", "csv", "--out", tmp_path / "none" / "x.csv"), "cannot be written"),
        ((QUESTION, "--out", tmp_path / "x.txt"), "names no format"),
        ((QUESTION, "--format", "csv", "--out", tmp_path / "x.xlsx"), "contradict each other"),
        (("select 1 as a, 2 as a", "--format", "json"), "several columns are named a"),
        (("--file", tmp_path / "none.sql"), "cannot be read"),
        (("--file", tmp_path / "bytes.sql"), "no text in UTF-8"),
        ((QUESTION, "--file", tmp_path / "bytes.sql"), "a query and a file with one"),
        ((), "no query"),
        ((QUESTION, "--as-of", "20240301"), "is no date"),
        ((QUESTION, "--as-of", ""), "is no date"),
        ((QUESTION, "--as-of", "2024-02-29"), "the first night was 2024-03-01"),
        ((QUESTION, "--as-of", "2024-03-02"), "the last night was 2024-03-01"),
        (("select * from v_reports",), "docs/dictionary.md"),
    ):
        with pytest.raises(GoujiError, match=said):
            in_process(data, *words)
    done = sql(data, QUESTION, "--as-of", "yesterday")
    assert (done.returncode, "is no date" in done.stderr.decode()) == (2, True), done.stderr


def in_process(data: Path, *words: str | Path) -> None:
    """The same command without a process of its own; its errors are raised."""
    app(["sql", *map(str, words), "--data", str(data)], standalone_mode=False)


VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.decimals(),
    st.binary(max_size=20),
    st.text(max_size=20),
    st.datetimes(timezones=st.none() | st.just(UTC)),
    st.dates(),
    st.times(),
    st.lists(st.integers(), max_size=2),
)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=4), names=st.tuples(st.text(max_size=3), st.text(max_size=3))
)
@example(rows=[(None, None)], names=("", "\r0"))
def test_whatever_a_query_answers_can_be_given_out(rows: list[tuple[Any, ...]], names: tuple[str, str]) -> None:
    """Blobs, infinities, huge numbers, control characters, moments with a zone, columns of any name."""
    console = Console(file=io.StringIO())
    ask._show(console, names, rows)
    assert len(list(csv.reader(io.StringIO(ask._csv(names, rows).decode(), newline="")))) == len(rows) + 1
    sheet = openpyxl.load_workbook(io.BytesIO(ask._xlsx(names, rows))).active
    assert sheet.max_row <= len(rows) + 1
    if names[0] != names[1]:
        answer = json.loads(ask._json(names, rows), parse_constant=pytest.fail)
        assert [list(row) for row in answer] == [list(names)] * len(rows)


def test_odd_values_are_shown_as_what_they_are(data: Path, tmp_path: Path) -> None:
    question = (
        "select x'00ff' as bytes, 1e999 as high, 'a' || char(7) as bell, 9007199254740993 as large, cast(x'ff' as text) as bad"
    )
    assert json.loads(sql(data, question, "--format", "json").stdout) == [
        {"bytes": "x'00FF'", "high": "Infinity", "bell": "a\x07", "large": 9007199254740993, "bad": "\ufffd"}
    ]
    assert sql(data, question, "--out", tmp_path / "odd.xlsx").returncode == 0
    sheet = openpyxl.load_workbook(tmp_path / "odd.xlsx").active
    assert [cell.value for cell in list(sheet.rows)[1]] == ["x'00FF'", "Infinity", "a\ufffd", "9007199254740993", "\ufffd"]
    assert "[/]" in sql(data, "select '[/]' as x").stdout.decode()
