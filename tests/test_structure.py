"""The parts and the text of a report: what is missing, stale, copied or left over, and what accuses nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.form import form_for
from tasks.alert.sentences import say
from tasks.reconcile import reconcile
from tasks.records import Agency, Finding, Outcome, Reading, Report, Section, Verdict
from tests.paper import tying
from tests.test_reconcile import reading_of

FORM = form_for("2021")
TEXTS = {
    "overview": "2023年，我局认真贯彻落实《中华人民共和国政府信息公开条例》（国务院令第711号）。开展考核、社会评议和责任追究。",
    "problems": "一是公开的及时性有待加强；二是解读形式较为单一。2024年将加以改进。",
    "other": "本年度未收取信息处理费。\n云澜市水务局\n2024年1月15日",
}


def report(*, without: tuple[str, ...] = (), period: tuple[date, date] | None = None, **texts: str) -> Reading:
    """A report of 云澜市水务局 for 2023 whose figures tie, with these texts."""
    told = TEXTS | texts
    sections = [Section(s.id, f"{s.number}、{s.title}", told.get(s.id, "")) for s in FORM.sections if s.id not in without]
    return replace(reading_of(tying()), sections=tuple(sections), period=period or (date(2023, 1, 1), date(2023, 12, 31)))


def structure(reading: Reading, **more: object) -> dict[str, Finding]:
    findings = reconcile(Report("A1", 2023, reading, **more))
    return {finding.rule: finding for finding in findings if finding.rule.startswith("S-")}


def broken_rules(reading: Reading, **more: object) -> dict[str, Verdict]:
    return {rule: f.verdict for rule, f in structure(reading, **more).items() if f.outcome is Outcome.BROKEN}


def test_a_sound_report_breaks_nothing():
    assert broken_rules(report()) == {}


def test_a_missing_section_is_named():
    finding = structure(report(without=("other",)))["S-SECT"]
    assert (finding.outcome, finding.verdict) == (Outcome.BROKEN, Verdict.AGENCY)
    assert "六、其他需要报告的事项" in say(finding, "云澜市水务局")


def test_a_section_under_another_heading_is_not_said_to_be_missing_for_certain():
    reading = report(without=("other",), problems=TEXTS["problems"] + "\n六、其它\n无")
    assert broken_rules(reading)["S-SECT"] is Verdict.UNDECIDED


def test_what_a_picture_or_an_unplaced_row_may_hide_accuses_nobody():
    reading = report(without=("other",))
    blurred = replace(reading, cells=tuple(replace(cell, confidence=0.97) for cell in reading.cells))
    assert broken_rules(blurred)["S-SECT"] is Verdict.UNDECIDED
    unplaced = replace(reading, editions=reading.editions[:2], problems=("table 3 has no place",))
    assert broken_rules(unplaced) == {"S-SECT": Verdict.UNDECIDED, "S-TABLE": Verdict.UNDECIDED}


def test_with_hardly_any_heading_recognised_the_sections_cannot_be_judged():
    reading = report(without=("overview", "disclosure", "applications", "disputes"))
    assert structure(reading)["S-SECT"].outcome is Outcome.NOT_ASSESSABLE


def test_a_missing_table_is_named():
    reading = report()
    finding = structure(replace(reading, editions=reading.editions[:2]))["S-TABLE"]
    assert (finding.verdict, finding.severity) == (Verdict.AGENCY, "error") and "行政复议" in finding.reason
    assert structure(replace(reading, editions=()))["S-TABLE"].outcome is Outcome.NOT_ASSESSABLE


@pytest.mark.parametrize("text", ["无", "无。", "不存在问题"])
def test_no_problem_at_all_is_no_report_of_problems(text):
    assert broken_rules(report(problems=text))["S-EMPTY5"] is Verdict.AGENCY


def test_a_period_of_another_year_is_an_error():
    assert broken_rules(report(period=(date(2022, 1, 1), date(2022, 12, 31))))["S-YEAR"] is Verdict.AGENCY


@pytest.mark.parametrize(
    ("overview", "verdict"),
    [
        ("2022年，我局认真贯彻落实条例。2022年，我局主动公开信息10条。", Verdict.AGENCY),
        ("2022年，我局认真贯彻落实条例。", Verdict.UNDECIDED),
        ("2024年，我局认真贯彻落实条例。2023年，我局主动公开信息10条。", Verdict.UNDECIDED),
        ("2023年，我局收到申请5件，比2022年下降29%。2024年将继续改进。", None),
        ("根据《2022年政务公开工作要点》，2023年我局公开信息10条。", None),
    ],
)
def test_the_years_that_the_text_states(overview, verdict):
    assert broken_rules(report(overview=overview)).get("S-YEAR") is verdict


@pytest.mark.parametrize("signed", ["云澜市水务局", "云澜市水务局办公室", "市水务局", "云澜市水局"])
def test_short_and_long_names_are_the_agency_s_own(signed):
    assert "S-AGENCY" not in broken_rules(report(other=f"无。\n{signed}\n2024年1月15日"))


def test_another_agency_s_name_under_the_report():
    copied = report(other="无。\n市教育体育局\n2024年1月15日")
    assert broken_rules(copied)["S-AGENCY"] is Verdict.UNDECIDED
    assert broken_rules(copied, neighbours=frozenset({"市教育体育局"}))["S-AGENCY"] is Verdict.AGENCY
    renamed = Agency("A1", "市教育体育局", (), "部门", "", ())
    assert "S-AGENCY" not in broken_rules(copied, agency=renamed)
    assert broken_rules(report(other="无。\n岚溪县教育局\n2024年1月15日"))["S-AGENCY"] is Verdict.AGENCY


@pytest.mark.parametrize(
    ("author", "verdict"),
    [
        ("岚溪县水务局", Verdict.AGENCY),
        ("市教育体育局", Verdict.UNDECIDED),
        ("云瀾市水务局", Verdict.UNDECIDED),  # a variant that characters.yml does not fold is no other place for certain
        ("云澜市水务局", None),
        ("市水务局", None),
        ("云澜县水务局", Verdict.UNDECIDED),  # the county before it became a city
        ("现由我局", None),
        ("结合工作实际", None),
    ],
)
def test_the_author_that_the_preamble_names(author, verdict):
    preamble = f"根据《中华人民共和国政府信息公开条例》的规定，{author}编制本报告。如有疑问，请与岚溪县教育局联系。"
    assert broken_rules(replace(report(), preamble=preamble)).get("S-AGENCY") is verdict


def test_traditional_characters_are_the_same_name():
    signed = replace(report(other="无。\n黃石市水务局\n2024年1月15日"), agency="黄石市水务局")
    assert "S-AGENCY" not in broken_rules(signed)


@pytest.mark.parametrize(
    ("text", "is_wrong"),
    [
        ("根据新修订的《条例》（国务院令第771号）", True),
        ("依据国务院令第492号《中华人民共和国政府信息公开条例》", True),
        ("依据国务院令第711号《中华人民共和国政府信息公开条例》", False),
        ("《中华人民共和国政府信息公开工作年度报告格式》（国办发〔2021〕30号）", True),
        ("《中华人民共和国政府信息公开工作年度报告格式》（国办公开办函〔2021〕30号）", False),
        ("《2021年政务公开工作要点》（国办发〔2021〕30号）", False),
    ],
)
def test_citations(text, is_wrong):
    assert ("S-CITE" in broken_rules(report(overview=f"2023年，我局{text}开展工作。"))) is is_wrong


@pytest.mark.parametrize(
    ("text", "is_left"), [("门户网站(具体网址)", True), ("××局开展培训", True), ("该部分以表格形式报告", False)]
)
def test_what_is_left_of_a_template(text, is_left):
    assert ("S-COPY" in broken_rules(report(overview=f"2023年，我局{text}。"))) is is_left


def test_a_government_reports_assessment_and_accountability():
    bare = replace(report(overview="2023年，全县认真贯彻落实条例。"), agency="岚溪县人民政府")
    assert broken_rules(bare)["S-ASSESS"] is Verdict.AGENCY
    assert "S-ASSESS" not in structure(replace(bare, agency="岚溪县教育局"))


@given(text=st.text(max_size=120))
def test_no_text_breaks_a_check(text):
    assert structure(report(overview=text, problems=text, other=text))


@pytest.mark.parametrize(
    "preamble",
    [
        "现将岚溪县林业局2023年政府信息公开工作情况报告如下。",
        "岚溪县林业局根据《条例》规定编制了2023年度政府信息公开工作年度报告。",
        "本年度报告由岚溪县林业局根据《中华人民共和国政府信息公开条例》要求编制。",
        "根据《条例》，岚溪县林业局2023年度政府信息公开工作情况如下：",
    ],
)
def test_who_wrote_the_report_is_said_in_many_ways(preamble):
    assert broken_rules(replace(report(), preamble=preamble))["S-AGENCY"] is Verdict.AGENCY
    own = replace(report(), preamble=preamble.replace("岚溪县林业局", "云澜市水务局"))
    assert "S-AGENCY" not in broken_rules(own)


def test_an_agency_that_helped_is_not_the_author():
    told = "由岚溪县政务服务中心编制20个部门材料汇总，云澜市水务局编制本报告。"
    assert "S-AGENCY" not in broken_rules(replace(report(), preamble=told))


def test_the_year_that_the_preamble_states():
    told = "现将云澜市水务局2022年政府信息公开工作情况报告如下。"
    assert "S-YEAR" in broken_rules(replace(report(overview=""), preamble=told, period=None))
    assert "S-YEAR" not in broken_rules(replace(report(), preamble=told.replace("2022", "2023")))
