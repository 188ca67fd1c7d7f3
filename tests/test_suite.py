"""The rules as Great Expectations suites: which rows fail, what the Data Docs show, and that nothing is fetched."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from expectations.form import form_for, split_address
from expectations.rule import load_rules
from expectations.suite import run_suites
from expectations.suite_checks import RuleResult, SuiteResult, plain, scaled
from expectations.suite_frames import Batch, build_frames

NIGHT = date(2026, 11, 22)
ROOT = Path(__file__).parent.parent
Printed = Mapping[str, object]
ReportOf = tuple[str, str, int, str, Printed, Printed | None, Mapping[str, int]]


def tying(edition: str, **other: object) -> dict[str, object]:
    """A report whose figures tie: ten new applications of natural persons, all granted; then `other` figures."""
    figures: dict[str, object] = dict.fromkeys(form_for(edition).addresses(), 0)
    for row in ("new", "granted", "concluded"):
        figures |= {f"applications.{row}.natural": 10, f"applications.{row}.total": 10}
    return figures | {address.replace("__", "."): value for address, value in other.items()}


def batch_of(*reports: ReportOf) -> Batch:
    """(agency id, agency, year, edition, figures, last year's figures, claims); a str figure is print that is no number."""
    tables = [(who, name, year, table, edition) for who, name, year, edition, *_ in reports for table in form_for(edition).tables]
    claims = [(who, year, measure, value) for who, _, year, *_, told in reports for measure, value in told.items()]
    told = pd.DataFrame(claims, columns=["agency_id", "year", "measure", "stated"])
    return Batch(
        tables=pd.DataFrame(tables, columns=["agency_id", "agency", "year", "table", "edition"]),
        figures=_figures([(who, year, now) for who, _, year, _, now, _, _ in reports]),
        previous=_figures([(who, year, before) for who, _, year, _, _, before, _ in reports if before]),
        claims=told.assign(stated=scaled(told["stated"])),
    )


def _figures(reports: list[tuple[str, int, Printed]]) -> pd.DataFrame:
    rows = []
    for who, year, figures in reports:
        for address, printed in figures.items():
            number = None if isinstance(printed, str) else printed
            semantics = {"": "EMPTY", "-": "NA"}.get(str(printed), "TEXT" if number is None else "NUMERIC")
            rows.append((who, year, *split_address(address), str(printed), semantics, number))
    columns = ["agency_id", "year", "table", "row", "column", "raw", "semantics", "value"]
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    return frame.assign(amount=scaled(frame["value"])).drop(columns="value")


def failing(suites: tuple[SuiteResult, ...]) -> set[tuple[str, str, int, str, str, str]]:
    rows = [row for suite in suites for result in suite.results for row in result.failing]
    return {(row.rule, row.agency, row.year, row.table, row.row, row.column) for row in rows}


def result_of(suites: tuple[SuiteResult, ...], rule: str) -> list[RuleResult]:
    return [result for suite in suites for result in suite.results if result.rule == rule]


BROKEN = batch_of(
    ("a0", "齐全局", 2021, "2021", tying("2021"), tying("2019"), {"new": 10}),
    ("a1", "收支局", 2021, "2021", tying("2021", applications__new__company=1, applications__new__total=11), None, {}),
    ("a2", "分项局", 2021, "2021", tying("2021", applications__partial__charity=2, applications__partial__total=2), None, {}),
    (
        "a3",
        "总计局",
        2021,
        "2021",
        tying("2021", applications__rejected__repeat__total=3, applications__rejected__repeat__legal=1),
        None,
        {},
    ),
    ("a4", "复议局", 2021, "2021", tying("2021", disputes__review__upheld=10, disputes__review__corrected=1), None, {}),
    ("a5", "结转局", 2022, "2021", tying("2021"), tying("2021", applications__carried_out__natural=4), {}),
    (
        "a6",
        "有效局",
        2022,
        "2021",
        tying("2021", disclosure__normative__in_force=5),
        tying("2021", disclosure__normative__in_force=6),
        {},
    ),
    ("a7", "小数局", 2021, "2021", tying("2021", disclosure__licence__decided=Decimal("1.5")), None, {}),
    ("a8", "收费局", 2021, "2021", tying("2021", disclosure__fee__amount=Decimal("59237.2449")), None, {}),
    ("a9", "增减局", 2020, "2019", tying("2019", disclosure__licence__change=-3, disclosure__rules__made=-1), None, {}),
    ("b0", "空项局", 2021, "2021", tying("2021", disclosure__penalty__decided="-", applications__new__natural=""), None, {}),
    ("b1", "正文局", 2021, "2021", tying("2021"), None, {"new": 12}),
    ("b2", "旧式局", 2022, "2019", tying("2019"), None, {}),
    ("b3", "乱码局", 2021, "2021", tying("2021", disputes__direct_suit__total="<script>alert(1)</script>"), None, {}),
    ("b4", "巨数局", 2021, "2021", tying("2021", disclosure__penalty__decided=10**30), None, {}),
)


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("publish") / "docs"


@pytest.fixture(scope="module")
def suites(docs: Path) -> tuple[SuiteResult, ...]:
    return run_suites(build_frames(BROKEN, load_rules()), NIGHT, docs)


def test_exactly_the_broken_rows_fail_named_by_agency_year_table_row_and_column(suites: tuple[SuiteResult, ...]) -> None:
    applications, disclosure = "applications", "disclosure"
    assert failing(suites) == {
        ("T3-BAL", "收支局", 2021, applications, "", "company"),
        ("T3-BAL", "收支局", 2021, applications, "", "total"),
        ("T3-SUM", "分项局", 2021, applications, "", "charity"),
        ("T3-SUM", "分项局", 2021, applications, "", "total"),
        ("T3-ROW", "总计局", 2021, applications, "rejected.repeat", ""),
        ("T3-SUM", "总计局", 2021, applications, "", "legal"),
        ("T3-SUM", "总计局", 2021, applications, "", "total"),
        ("T4-SUM", "复议局", 2021, "disputes", "review", ""),
        ("X-CARRY", "结转局", 2022, applications, "", "natural"),
        ("X-VALID", "有效局", 2022, disclosure, "normative", ""),
        ("T-INT", "小数局", 2021, disclosure, "licence", "decided"),
        ("T-INT", "增减局", 2020, disclosure, "rules", "made"),
        ("X-PUB-MADE", "增减局", 2020, disclosure, "rules", ""),
        ("T-BLANK", "空项局", 2021, disclosure, "penalty", "decided"),
        ("T-BLANK", "空项局", 2021, applications, "new", "natural"),
        ("N-TXT", "正文局", 2021, applications, "new", "total"),
        ("T-FORMAT", "旧式局", 2022, disclosure, "", ""),
        ("T-FORMAT", "旧式局", 2022, applications, "", ""),
        ("T-FORMAT", "旧式局", 2022, "disputes", "", ""),
        ("T-INT", "乱码局", 2021, "disputes", "direct_suit", "total"),
    }


def test_a_blank_makes_its_equations_not_assessable_rather_than_broken(suites: tuple[SuiteResult, ...]) -> None:
    reports_2021 = 13
    balance = [result for result in result_of(suites, "T3-BAL") if result.rows > 14]
    assert [(result.rows, result.skipped) for result in balance] == [(reports_2021 * 7 - 1, 1)]


def test_a_figure_not_read_with_certainty_accuses_nobody(tmp_path: Path) -> None:
    batch = batch_of(
        ("a1", "收支局", 2021, "2021", tying("2021", applications__new__natural=11, applications__new__total=11), None, {})
    )
    unsure = batch.figures["row"] == "new"
    figures = batch.figures.assign(amount=batch.figures["amount"].mask(unsure), semantics=batch.figures["semantics"].mask(unsure))
    frames = build_frames(Batch(batch.tables, figures, batch.previous, batch.claims), load_rules())
    assert failing(run_suites(frames, NIGHT, tmp_path / "docs")) == set()


def test_the_pages_are_chinese_and_name_the_failing_rows(suites: tuple[SuiteResult, ...], docs: Path) -> None:
    (page,) = (docs / "validations" / "applications-2021-column").rglob("*.html")
    text = _visible(page)
    assert "收支局 2021 三、收到和处理政府信息公开申请情况 — 商业企业 1 0 1" in text
    assert "第一项加第二项之和，等于第三项（七）总计加第四项之和" in text
    index = _visible(docs / "index.html")
    assert all(suite.title in index for suite in suites)
    foreign = {word for path in docs.rglob("*.html") for word in re.findall(r"[A-Za-z]{3,}", _visible(path))}
    assert foreign <= {
        "BAL",
        "SUM",
        "ROW",
        "CARRY",
        "VALID",
        "INT",
        "BLANK",
        "TXT",
        "FORMAT",
        "ITEM",
        "MADE",
        "PUB",
        "VAL",
        "Great",
        "Expectations",
        "expectations",
        "rules",
        "script",
        "alert",
    }


def test_the_pages_load_nothing_and_print_escaped(suites: tuple[SuiteResult, ...], docs: Path) -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in docs.rglob("*") if path.is_file()}
    assert all(path.suffix == ".html" for path in pages)
    for page in pages.values():
        assert not re.search(r"<(script|link|img|iframe|object)\b|@import|url\(|https?://", page)
    assert any("&lt;script&gt;" in page for page in pages.values())
    for path, page in pages.items():
        links = re.findall(r'href="([^"]+)"', page)
        assert links and all((path.parent / link).exists() for link in links)


def _visible(path: Path) -> str:
    body = re.sub(r"<style>.*?</style>|<[^>]+>", " ", path.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r"\s+", " ", body)


def test_a_rule_added_to_a_rules_folder_becomes_an_expectation(tmp_path: Path) -> None:
    (tmp_path / "more.yml").write_text(
        "- {id: T2-MORE, title: 试, says: 许可数应等于处罚数, authority: 试, kind: equation, table: disclosure, for_each: column,"
        " equation: licence = penalty, editions: ['2021'], severity: warning, unknown: 试}",
        encoding="utf-8",
    )
    report = ("a1", "许可局", 2021, "2021", tying("2021", disclosure__licence__decided=7), None, {})
    suites = run_suites(build_frames(batch_of(report), load_rules(tmp_path)), NIGHT, tmp_path / "docs")
    assert failing(suites) == {("T2-MORE", "许可局", 2021, "disclosure", "", "decided")}
    assert "许可数应等于处罚数" in _visible(tmp_path / "docs" / "expectations" / "disclosure-2021-column.html")


def test_figures_stay_exact_beyond_64_bits_and_six_decimals() -> None:
    figures = [10**30, Decimal("0.1234567"), None, Decimal("59237.2449"), 3]
    assert [plain(value) for value in scaled(pd.Series(figures, dtype=object)) if value is not None] == [
        "1" + "0" * 30,
        "0.1234567",
        "59237.2449",
        "3",
    ]


def test_nothing_but_suite_py_loads_great_expectations() -> None:
    code = "import sys, tasks.publish, expectations.suite_frames; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
