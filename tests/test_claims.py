"""Numbers that the text states: what is a claim, and what only looks like one."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.jsonl import Checked, to_json
from flows.read import read_document
from tasks.normalise.claims import find_claims
from tasks.normalise.numerals import number, year
from tasks.records import Claim, Reading, Section
from tests.paper import to_html, tying

REAL = [json.loads(line) for line in (Path(__file__).parent / "fixtures" / "narratives.jsonl").read_text("utf-8").splitlines()]
COUNTS = st.integers(0, 99_999)


def claims_of(text: str, year: int | None = 2023, agency: str = "云澜市水务局", section: str = "overview") -> list[Claim]:
    return list(find_claims([Section(section, "一、总体情况", text)], year, agency))


def told(text: str, **more: object) -> list[tuple[str, object]]:
    """The report's own numbers of its own year, in order."""
    own = [claim for claim in claims_of(text, **more) if claim.scope == "own" and not claim.period and claim.year == 2023]  # type: ignore[arg-type]
    return [(claim.measure, claim.value) for claim in own]


@pytest.mark.parametrize("real", REAL, ids=[f"{real['agency']}{real['year']}: {real['trap']}" for real in REAL])
def test_a_sentence_of_a_published_report_is_read_right(real):
    found = claims_of(real["sentence"], real["year"], real["agency"])
    stated = [[claim.measure, claim.value, claim.year, claim.scope, claim.period] for claim in found]
    assert stated == real["claims"], real["trap"]


SEVERAL = [
    ("2023年，本局新收政府信息公开申请30件，上年结转2件，办结31件。", [("new", 30), ("carried_in", 2), ("concluded", 31)]),
    ("2023年，新收3511件、上年结转96件，共收办政府信息公开申请3607件。", [("new", 3511), ("carried_in", 96), ("handled", 3607)]),
    ("共收到政府信息公开申请12件（其中上年结转2件，本年新收10件）。", [("handled", 12), ("carried_in", 2), ("new", 10)]),
    ("2022年结转政府信息公开申请2件，结转2024年度继续办理3件。", [("carried_in", 2), ("carried_out", 3)]),
    ("共受理并办结政府信息公开申请7件。", [("new", 7), ("concluded", 7)]),
    ("予以公开71件、部分公开5件、不予公开28件。", [("granted", 71), ("partial", 5), ("denied", 28)]),
    ("予以公开3件，占30%；部分公开2件，占20%；无法提供的5件。", [("granted", 3), ("partial", 2), ("unavailable", 5)]),
    ("政府信息公开行政复议1件、行政诉讼0件。", [("review", 1), ("suits", 0)]),
    ("因政府信息公开引起的行政复议、行政诉讼均为0件。", [("review", 0), ("suits", 0)]),
    ("政府信息公开类行政复议、行政诉讼案件分别为3件和1件。", [("review", 3), ("suits", 1)]),
    ("政府信息公开行政复议和行政诉讼案件共3件。", []),
    ("收到政府信息公开申请9件，予以公开或部分公开4件。", [("new", 9), ("granted_partial", 4)]),
    ("共收到政府信息公开申请41件（含上年结转3件），办结40件。", [("handled", 41), ("carried_in", 3), ("concluded", 40)]),
    (
        "制发行政规范性文件5件、废止2件，现行有效38件。",
        [("normative_issued", 5), ("normative_repealed", 2), ("normative_in_force", 38)],
    ),
    ("2021年、2022年、2023年分别收到政府信息公开申请5件、7件、9件。", []),
]


@pytest.mark.parametrize(("sentence", "claims"), SEVERAL)
def test_several_measures_in_one_sentence_are_kept_apart(sentence, claims):
    assert told(sentence) == claims


PARTS = [
    "其中通过网络收到申请5件，收到自然人申请4件。",
    "在线收到政府信息公开申请3件，信函申请2件。",
    "政府信息公开方面，延期答复2件，补正申请1件。",
    "未收到法人或者其他组织提出的政府信息公开申请。",
    "收到县长信箱163件，12345热线收到19357件，办结19357件。",
    "因政府信息公开提起的行政诉讼中，结果维持1件，未经复议直接起诉2件。",
    "受理行政复议案件134件。",
    "主动公开行政规范性文件42件，制发规章和规范性文件5件。",
    "2023年制发公文707件，公开政府信息673件。",
]


@pytest.mark.parametrize("sentence", PARTS)
def test_parts_and_other_matters_are_no_claims(sentence):
    assert not claims_of(sentence)


def test_a_part_of_the_whole_is_passed_over_and_the_whole_kept():
    assert told("共收到政府信息公开申请两件，其中自然人申请1件，法人申请1件，均已答复。") == [("new", 2)]
    assert told("收到政府信息公开申请50件，其中按时办结48件，延期办结2件。") == [("new", 50)]
    text = "因政府信息公开被申请行政复议1件，其中结果维持1件；被提起行政诉讼2件，其中1件尚未审结。"
    assert told(text) == [("review", 1), ("suits", 2)]


@pytest.mark.parametrize(
    "sentence",
    [
        "申请数量同比增长25件，较上年增加12件。",
        "政府信息公开申请比2022年（31起）下降29%。",
        "政府信息公开申请近30件，办结20余件，收到3至5件，每月收到申请1件。",
        "按照国办公开办函〔2021〕30号、第1号公告，政府信息公开申请答复率100%。",
        "受理信息公开申请25件（另有1件重复提交）。",
        "上一年度结转至下年度继续办理3件。",
        "县政府办收到政府信息公开申请5件，县公安局收到政府信息公开申请10件。",
        "不含上年结转5件。",
    ],
)
def test_comparisons_estimates_and_doubtful_numbers_are_no_claims(sentence):
    assert not claims_of(sentence)


def test_a_claim_says_of_which_year_it_is():
    text = "2022年收到政府信息公开申请31件，办结30件，2023年收到22件。去年收到政府信息公开申请31件。"
    stated = [("new", 31, 2022), ("concluded", 30, 2022), ("new", 22, 2023)]
    assert [(claim.measure, claim.value, claim.year) for claim in claims_of(text)] == stated
    assert claims_of("二〇二二年收到政府信息公开申请三件。")[0].year == 2022
    assert told("2023年收到政府信息公开申请22件，比2022年（31起）下降29%，办结20件。") == [("new", 22), ("concluded", 20)]
    assert told("2022年收到政府信息公开申请31件。\n（二）依申请公开。收到政府信息公开申请22件。") == [("new", 22)]


@pytest.mark.parametrize("when", ["上半年", "第三季度", "截至2023年11月底", "近三年", "2023年1月至6月"])
def test_a_stretch_of_the_year_is_not_the_year(when):
    (claim,) = claims_of(f"{when}，收到政府信息公开申请9件。")
    assert (claim.value, claim.period) == (9, when)


@pytest.mark.parametrize("when", ["截至2023年12月31日", "1-12月", "2023年1月1日至12月31日", "今年以来", "截至年底"])
def test_the_whole_year_is_the_year(when):
    assert told(f"{when}，收到政府信息公开申请9件。") == [("new", 9)]


REGION = "全市各级机关共收到政府信息公开申请300件，办结280件。"


@pytest.mark.parametrize(
    ("agency", "scope"),
    [("云澜市水务局", "region"), ("云澜市人民政府", "own"), ("云澜市", "own"), ("石渡县人民政府", "region"), ("", "own")],
)
def test_what_a_whole_region_received_is_only_its_governments_own(agency, scope):
    assert [claim.scope for claim in claims_of(REGION, agency=agency)] == [scope, scope]


def test_scope_holds_until_another_is_named():
    text = REGION + "我局收到政府信息公开申请3件，各科室答复2件。"
    scopes = [(300, "region"), (280, "region"), (3, "own"), (2, "part")]
    assert [(claim.value, claim.scope) for claim in claims_of(text)] == scopes
    office = "区政府办代表区政府受理政府信息公开申请17件。"
    assert [claims_of(office, agency=name)[0].scope for name in ("青岚区人民政府", "青岚区人民政府办公室")] == ["part", "own"]


@pytest.mark.parametrize(
    ("sentence", "zeros"),
    [
        ("本年度未收到政府信息公开申请，无结转情况。", ["new"]),
        ("未收到公民、法人和其他组织提出的政府信息公开申请，无上年结转，无结转下年度。", ["new", "carried_in", "carried_out"]),
        ("全年无政府信息公开申请、行政复议和行政诉讼。", ["new", "review", "suits"]),
        ("我局未发生因政府信息公开被申请行政复议、提起行政诉讼的情况。", ["review", "suits"]),
        ("未收到政府信息公开行政复议申请。", ["review"]),
        ("本年度收到的政府信息公开申请为零。", ["new"]),
        ("政府信息公开行政复议、行政诉讼均未发生。", ["review", "suits"]),
        ("政府信息公开工作中没有行政诉讼败诉案件，未收取费用，无正当理由不予答复的情况未发生。", []),
    ],
)
def test_a_denial_is_zero_of_just_what_it_denies(sentence, zeros):
    assert told(sentence) == [(measure, 0) for measure in zeros]


def test_a_statement_made_twice_is_one_claim_and_two_statements_are_two():
    text = "2023年收到政府信息公开申请9件。\n本年度共收到政府信息公开申请9件。\n本年度收到政府信息公开申请8件。"
    assert told(text) == [("new", 9), ("new", 8)]


def test_a_script_gets_the_reports_own_claims_apart_from_the_others():
    paper = tying(seed=2, year=2023)
    text = "去年收到政府信息公开申请7件。2023年上半年收到4件。2023年收到政府信息公开申请9件，办结8件，结转下年度继续办理1件。"
    (reading,) = read_document(to_html(paper), "report.html", "0")
    assert isinstance(reading, Reading)
    for stated in (2023, 2022):  # a stale year in the text: its numbers are still the report's own
        claims = claims_of(text.replace("2023", str(stated)), stated)
        line = json.loads(to_json(Checked(Path("report.html"), replace(reading, year=2023, claims=tuple(claims)), ())))
        assert [(claim["measure"], claim["value"]) for claim in line["claims"]] == [
            ("new", 9),
            ("concluded", 8),
            ("carried_out", 1),
        ]
        assert [(claim["value"], claim["period"]) for claim in line["other_claims"]] == [(7, ""), (4, "上半年")]


def test_numbers_need_their_measure_word_except_where_a_list_goes_on():
    assert told("政府信息公开申请中，部分公开67，占4.61%。") == [("partial", 67)]
    assert not told("收到政府信息公开申请2")


def test_lines_broken_by_the_page_are_read_as_one_sentence():
    assert told("收到政府信息公开申请4\n909件，结转下年度继续办\n理2\n53件。") == [("new", 4909), ("carried_out", 253)]


def test_digits_with_a_gap_between_them_are_not_one_number():
    assert told("收到政府信息公开申请 30 件，部分公开4 1件，予以公开 2件。") == [("new", 30), ("granted", 2)]


ORDER = {
    "new": "收到政府信息公开申请{}件",
    "carried_in": "上年结转{}件",
    "concluded": "办结{}件",
    "granted": "予以公开{}件",
    "partial": "部分公开{}件",
    "denied": "不予公开{}件",
    "unavailable": "无法提供{}件",
    "rejected": "不予处理{}件",
    "other": "其他处理{}件",
    "carried_out": "结转下年度继续办理{}件",
}


@given(st.fixed_dictionaries(dict.fromkeys(ORDER, COUNTS)), st.sampled_from(["{}", "{:,}", "chinese"]))
def test_a_template_with_any_numbers_gives_exactly_those_claims(values, style):
    printed = {measure: chinese(value) if style == "chinese" else style.format(value) for measure, value in values.items()}
    text = "2023年，我局" + "，".join(ORDER[measure].format(printed[measure]) for measure in ORDER) + "。"
    assert told(text) == [(measure, values[measure]) for measure in ORDER]


def chinese(value: int) -> str:
    """A count below 100,000 as Chinese numerals."""
    if value >= 10_000:
        rest = value % 10_000
        return chinese(value // 10_000) + "万" + (("零" if rest < 1000 else "") + chinese(rest) if rest else "")
    digits = "零一二三四五六七八九"
    places = [(value // 10**power % 10, unit) for power, unit in ((3, "千"), (2, "百"), (1, "十"), (0, ""))]
    text = "".join(digits[digit] + unit if digit else "零" for digit, unit in places)
    while "零零" in text:
        text = text.replace("零零", "零")
    return text.strip("零") or "零"


@given(COUNTS)
def test_numerals_round_trip(value):
    assert number(chinese(value)) == number(str(value)) == number(f"{value:,}") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", 10),
        ("十二", 12),
        ("廿三", 23),
        ("两", 2),
        ("一百零五", 105),
        ("三万二千", 32000),
        ("二〇二三", 2023),
        ("1,204", 1204),
        ("１２", 12),
        ("1.2万", 12000),
        ("0.75", Decimal("0.75")),
        ("173769万", 1_737_690_000),
        ("二百五", None),
        ("三三十", None),
        ("件", None),
        ("", None),
    ],
)
def test_numerals(text, value):
    assert number(text) == value


def test_years_in_words_and_digits():
    assert (year("二〇二三年"), year("二○二三年度"), year("2023年"), year("第20号")) == (2023, 2023, 2023, None)


@given(
    st.text(
        alphabet="0123456789零一二十百千万亿〇两件起、，。；：（）未无收到政府信息公开申请行政复议诉讼年度结转其中均分别\n",
        max_size=200,
    )
)
def test_no_text_breaks_the_reader(text):
    for claim in claims_of(text):
        assert claim.value >= 0
