"""Rules of values, continuity and the text: each where it holds, is broken, or cannot be judged; and what must accuse nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.rule import rule_for
from tasks.alert.sentences import say
from tasks.normalise.claims import find_claims
from tasks.normalise.values import parse
from tasks.printed import Locator
from tasks.reconcile import reconcile
from tasks.reconcile.equations import Addend, Instance
from tasks.records import Agency, Cell, Claim, Finding, Outcome, Reading, Report, Section, Semantics, Verdict
from tests.paper import Paper, change, tying
from tests.test_reconcile import broken, findings_of, reading_of

DEPARTMENT = Agency("A1", "云澜市水务局", ("云澜水务局",), "市级部门", "S", ())


def told(rule: str, findings: tuple[Finding, ...], scope: str = "") -> list[tuple[str, str]]:
    """What a rule says (of one scope, if any): outcomes with their reasons."""
    return [(f.outcome.value, f.reason) for f in findings if f.rule == rule and scope in ("", f.scope)]


def outcomes(rule: str, findings: tuple[Finding, ...]) -> set[Outcome]:
    return {f.outcome for f in findings if f.rule == rule}


def at(paper: Paper, **raw: str) -> Paper:
    """change(), for figures of table 二."""
    return change(paper, **{f"disclosure__{key}": value for key, value in raw.items()})


# X-ITEM, T2-VAL, X-PUB


def _two_years(**before: str) -> tuple[Paper, Paper]:
    last = at(tying("2019", 1, year=2019), **before)
    now = tying("2019", 2, year=2020)
    rows = ("licence", "service", "penalty", "coercion", "fee")
    sums = {r: sum(int(last.raw[f"disclosure.{r}.{c}"] or 0) for c in ("items_before", "change")) for r in rows}
    return last, at(now, **{f"{row}__items_before": str(value) for row, value in sums.items()})


def test_items_of_the_year_before_follow_last_years_report():
    last, now = _two_years(licence__change="-3", licence__items_before="10")
    held = findings_of(now, previous=reading_of(last))
    assert told("X-ITEM", held) == [("holds", "")] * 5
    wronged = at(now, licence__items_before="8")
    finding = broken(findings_of(wronged, previous=reading_of(last)))["X-ITEM", "disclosure.licence.*"]
    assert (finding.left, finding.right, finding.verdict, finding.severity) == (8, 7, Verdict.AGENCY, "warning")
    assert "previous:disclosure.licence.change" in finding.cells


def test_a_blank_change_may_be_any_number_below_zero_too():
    last, now = _two_years(licence__change="", licence__items_before="10")
    fewer, more = (at(now, licence__items_before=value) for value in ("4", "40"))
    for paper in (fewer, more):
        ((outcome, reason),) = told("X-ITEM", findings_of(paper, previous=reading_of(last)), "disclosure.licence.*")
        assert outcome == "not_assessable" and "空项按0计则不成立" in reason


def test_items_are_compared_only_between_two_reports_on_the_2019_form():
    newer = tying("2021", year=2021)
    assert told("X-ITEM", findings_of(newer, previous=reading_of(tying("2019", year=2020)))) == [
        ("not_assessable", "2021年格式无此项")
    ]
    assert told("X-ITEM", findings_of(tying("2019", year=2020), previous=reading_of(newer))) == [
        ("not_assessable", "上年报告用的是2021年格式，无此项")
    ]
    assert told("X-ITEM", findings_of(tying("2019", year=2020))) == [("not_assessable", "没有上年报告")]


@pytest.mark.parametrize(
    ("issued", "repealed", "in_force", "outcome"),
    [
        ("5", "2", "3", "holds"),
        ("5", "2", "2", "broken"),
        ("2", "5", "0", "holds"),
        ("5", "", "5", "holds"),  # whatever was repealed
        ("5", "", "4", "not_assessable"),
        ("5", "2", "", "not_assessable"),
        ("", "2", "3", "not_assessable"),
        ("若干", "2", "3", "not_assessable"),
    ],
)
def test_in_force_is_no_less_than_what_the_year_added(issued, repealed, in_force, outcome):
    paper = at(tying(), normative__issued=issued, normative__repealed=repealed, normative__in_force=in_force)
    assert [o for o, _ in told("T2-VAL", findings_of(paper), "disclosure.normative.*")] == [outcome]


@pytest.mark.parametrize(
    ("made", "published", "total", "wrong"),
    [("5", "5", "9", set()), ("5", "7", "9", {"X-PUB-MADE"}), ("5", "10", "9", {"X-PUB", "X-PUB-MADE"}), ("", "5", "9", set())],
)
def test_what_was_published_is_within_what_was_made_and_the_total(made, published, total, wrong):
    paper = at(tying("2019", year=2020), normative__made=made, normative__published=published, normative__total=total)
    accused = broken(findings_of(paper))
    assert {rule for rule, scope in accused if scope == "disclosure.normative.*"} == wrong
    assert all(finding.severity == "info" for (rule, _), finding in accused.items() if rule.startswith("X-PUB"))


# Bounds: a rule is broken where nothing that the blanks may hold satisfies it, and only there.

_ADDENDS = st.lists(
    st.tuples(st.sampled_from((1, -1)), st.booleans(), st.booleans(), st.one_of(st.none(), st.integers(0, 6))),
    min_size=2,
    max_size=5,
)


@given(_ADDENDS, st.sampled_from(("=", "<=", ">=")), st.integers(0, 1))
def test_with_blanks_bounds_decide_as_trying_every_number_does(addends, relation, tolerance):
    def cell(value: int | None) -> Cell:
        return Cell("a", "", value, Semantics.EMPTY if value is None else Semantics.NUMERIC, Locator(), True)

    def instance(values: tuple[int | None, ...]) -> Instance:
        made = (Addend("a", cell(v), sign, left, signed) for v, (sign, left, signed, _) in zip(values, addends, strict=True))
        return Instance("s", tuple(made), relation, tolerance)

    printed = instance(tuple(value for *_, value in addends))
    enough = sum(value or 0 for *_, value in addends) + 2  # beyond what the known figures can differ by
    choices = [(value,) if value is not None else _tried(enough, signed) for _, _, signed, value in addends]
    tried = {instance(values).is_satisfied for values in product(*choices)}
    assert printed.is_impossible == (True not in tried)
    assert printed.is_certain == (False not in tried)


def _tried(most: int, is_signed: bool) -> tuple[int, ...]:
    return (-most, 0, most, *range(-most, most)) if is_signed else tuple(range(most + 1))


def test_an_equation_that_no_number_in_the_blanks_mends_says_what_blanks_as_zero_give():
    paper = change(
        tying(), applications__granted__natural="", applications__granted__company="9", applications__granted__total="5"
    )
    finding = broken(findings_of(paper))["T3-ROW", "applications.granted.*"]
    assert finding.delta is not None and finding.delta >= 4 and "空项按0计" in finding.reason


def test_a_blank_total_beside_filled_parts_tells_both_results_and_is_a_blank():
    findings = findings_of(change(tying(seed=4), applications__granted__total=""))
    ((outcome, reason),) = told("T3-ROW", findings, "applications.granted.*")
    assert outcome == "not_assessable" and "空项按0计则不成立（左" in reason
    assert broken(findings)["T-BLANK", "applications"].cells == ("applications.granted.total",)


# T-INT


def test_each_fault_of_a_figure_is_named():
    paper = change(
        tying(), applications__granted__natural="-1", applications__granted__legal="8.3", applications__partial__legal="不涉及"
    )
    finding = broken(findings_of(paper))["T-INT", "applications"]
    assert finding.cells == ("applications.granted.natural", "applications.granted.legal", "applications.partial.legal")
    assert finding.reason == "3处：“-1”（负数）、“8.3”（小数）、“不涉及”（不是数字）"


# T-RULEMAKER


@pytest.mark.parametrize(
    ("name", "level", "accused"),
    [
        ("云澜市水务局", "市级部门", True),
        ("青溪县人民政府", "县级政府", True),
        ("白石镇人民政府", "乡镇", True),
        ("东门街道办事处", "街道", True),
        ("云澜市人民政府", "市级政府", False),
        ("云江省人民政府", "省级政府", False),
        ("云澜市人民政府办公室", "政府办公室", False),
        ("国家档案局", "国务院部门", False),
    ],
)
def test_rules_are_made_only_by_those_who_may(name, level, accused):
    agency = Agency("A1", name, (), level, "S", ())
    findings = findings_of(at(tying(agency=name), rules__in_force="6"), agency=agency)
    assert (("T-RULEMAKER", "disclosure") in broken(findings)) == accused
    if accused:
        finding = broken(findings)["T-RULEMAKER", "disclosure"]
        assert finding.cells == ("disclosure.rules.in_force",) and finding.severity == "warning"


def test_an_agency_of_unknown_type_is_not_asked_for_rules():
    assert told("T-RULEMAKER", findings_of(at(tying(agency="某单位"), rules__in_force="6"))) == []


def test_blank_rules_are_no_zero():
    assert outcomes("T-RULEMAKER", findings_of(tying())) == {Outcome.HOLDS}
    assert outcomes("T-RULEMAKER", findings_of(at(tying(), rules__issued=""))) == {Outcome.NOT_ASSESSABLE}
    assert outcomes("T-RULEMAKER", findings_of(at(tying(), rules__issued="", rules__in_force="1"))) == {Outcome.BROKEN}
    reading = reading_of(tying())
    bare = replace(reading, editions=reading.editions[1:])
    assert told("T-RULEMAKER", reconcile(Report("A1", 2023, bare))) == [("not_assessable", "报告中未见此表")]


# T-UNIT


def _fee(raw: str, last: str | None = None, agency: Agency | None = DEPARTMENT) -> Finding:
    previous = None if last is None else reading_of(at(tying(year=2022), fee__amount=last))
    findings = findings_of(at(tying(), fee__amount=raw), agency=agency, previous=previous)
    return next(finding for finding in findings if finding.rule == "T-UNIT")


@pytest.mark.parametrize(
    ("level", "name", "most"),
    [
        ("县级部门", "青溪县水务局", 10**5),
        ("", "青溪县水务局", 10**5),
        ("县级政府", "青溪县人民政府", 10**5),
        ("市级部门", "云澜市水务局", 10**6),
        ("", "云澜市水务局", 10**6),
        ("部门", "北京市水务局", 10**7),
        ("省级部门", "云江省水利厅", 10**7),
        ("", "广西壮族自治区水利厅", 10**7),
    ],
)
def test_more_than_an_agency_of_its_level_collects_was_meant_in_yuan(level, name, most):
    agency = Agency("A1", name, (), level, "S", ())
    assert _fee(str(most), agency=agency).outcome is Outcome.HOLDS
    finding = _fee(str(most + 50000), agency=agency)
    assert finding.outcome is Outcome.BROKEN and finding.severity == "info" and finding.left == most + 50000
    (suspect,) = finding.suspects
    assert suspect.cause == "unit" and suspect.cells == (("disclosure.fee.amount", Decimal(most + 50000) / 10**4),)


@pytest.mark.parametrize(
    ("raw", "last", "outcome"),
    [
        ("59237.2449", "5.9", Outcome.BROKEN),
        ("59237.2449", "59000", Outcome.HOLDS),
        ("500", "5", Outcome.HOLDS),  # a hundred times is no slip of the unit
        ("59237", "0", Outcome.HOLDS),
        ("59237", "0.5", Outcome.HOLDS),  # a hundred thousand times: whatever it is, dividing does not mend it
        ("59237元", "5.9", Outcome.HOLDS),  # is 5.9237万元
        ("59237", "59237元", Outcome.BROKEN),
        ("59237", "/", Outcome.HOLDS),
        ("", "5", Outcome.NOT_ASSESSABLE),
        ("若干", "5", Outcome.NOT_ASSESSABLE),
        ("3件", "5", Outcome.NOT_ASSESSABLE),
    ],
)
def test_ten_thousand_times_last_years_money_was_meant_in_yuan(raw, last, outcome):
    assert _fee(raw, last).outcome is outcome


def test_money_is_converted_exactly_and_an_explicit_unit_is_not_doubted():
    assert _fee("59237.2449").left == Decimal("59237.2449")
    assert _fee("30000000000元").suspects == ()  # 3,000,000 万元: too much, but not by a slip of the unit
    finding = _fee("59237.2449", "5.9")
    assert finding.suspects[0].cells == (("disclosure.fee.amount", Decimal("5.92372449")),)
    assert finding.cells == ("disclosure.fee.amount", "previous:disclosure.fee.amount")


def test_the_2019_form_asks_for_no_fee():
    assert told("T-UNIT", findings_of(tying("2019", year=2020))) == [("not_assessable", "2019年格式无此项")]


# Q-JUMP


@pytest.mark.parametrize(
    ("now", "last", "outcome"),
    [
        ("9487", "550", "broken"),
        ("550", "9487", "broken"),
        ("500", "100", "holds"),
        ("501", "100", "broken"),
        ("99", "1", "holds"),  # small counts leap
        ("500", "0", "broken"),
        ("0", "0", "holds"),
        ("", "550", "not_assessable"),
        ("550", "/", "not_assessable"),
        ("不详", "550", "not_assessable"),
    ],
)
def test_large_counts_that_leap_are_worth_a_look(now, last, outcome):
    previous = reading_of(at(tying(year=2022), licence__decided=last))
    findings = findings_of(at(tying(), licence__decided=now), previous=previous)
    assert [o for o, _ in told("Q-JUMP", findings, "disclosure.licence.decided")] == [outcome]
    assert all(f.severity == "info" for f in findings if f.rule == "Q-JUMP")


def test_counts_are_compared_across_editions_and_not_without_last_years_report():
    previous = reading_of(at(tying("2019", year=2020), licence__decided="550"))
    findings = findings_of(at(tying(year=2021), licence__decided="9487"), previous=previous)
    assert ("Q-JUMP", "disclosure.licence.decided") in broken(findings)
    assert told("Q-JUMP", findings_of(tying())) == [("not_assessable", "没有上年报告")]
    bare = replace(previous, editions=previous.editions[1:])
    reasons = told("Q-JUMP", findings_of(tying(year=2021), previous=bare), "disclosure.licence.decided")
    assert reasons == [("not_assessable", "上年报告未见此表")]


def test_a_figure_of_either_year_that_is_not_certain_accuses_nobody():
    previous = reading_of(at(tying(year=2022), licence__decided="550"))
    unsure = tuple(replace(c, certain=c.address != "disclosure.licence.decided") for c in previous.cells)
    findings = findings_of(at(tying(), licence__decided="9487"), previous=replace(previous, cells=unsure))
    assert broken(findings)["Q-JUMP", "disclosure.licence.decided"].verdict is Verdict.UNDECIDED


# 机构改革


def _carry(sentence: str, agency: Agency | None = DEPARTMENT, section: str = "overview") -> list[tuple[str, str]]:
    """What X-CARRY says of a carried total that is not last year's, where the text has a sentence."""
    last = tying(seed=1, year=2022)
    now = change(tying(seed=1, year=2023), applications__carried_in__natural="9999")
    reading = replace(reading_of(now), sections=(Section(section, "一、总体情况", f"本年度工作平稳。{sentence}。"),))
    report = Report("A1", 2023, reading, previous=reading_of(last), agency=agency)
    return told("X-CARRY", reconcile(report), "applications.*.natural")


@pytest.mark.parametrize(
    "sentence",
    [
        "因机构改革，部分申请未办结件移交相关单位继续办理",
        "受机构改革影响，上年结转数与上年报告不一致",
        "2023年机构改革后，我局职能有较大调整",
        "我局由原市水利局、原市河道管理处合并组建",
        "本单位系新组建的机构",
        "云澜市水务局于2023年3月挂牌成立",
        "将原市河长办有关职责划入我局",
        "按照机构改革方案，我局承担的防汛职责划转至市应急管理局",
        "本机关更名为云澜市水务局",
    ],
)
def test_a_reorganised_agency_need_not_carry_on_last_years_figures(sentence):
    ((outcome, reason),) = _carry(sentence)
    assert outcome == "not_assessable" and reason.startswith("机构改革")
    assert sentence[:12].replace("，", ",") in reason


@pytest.mark.parametrize(
    "sentence",
    [
        "本年度我局无机构改革、职能划转情况",
        "本年度不涉及机构改革",
        "我局未发生职能划转",
        "（三）机构改革情况",
        "我局机构改革工作情况",
        "主动公开机构改革、职能划转信息12条",
        "我局积极配合机构改革，做好各部门信息公开工作",
        "指导各部门在机构改革后及时更新公开指南",
        "对涉改部门的公开栏目合并为一个栏目",
        "我局被撤销行政行为1件",
        "下一步，我局将按照机构改革要求调整公开目录",
        "2019年机构改革后，我局职责划入水务工作",
        "我局将两个专栏更名为政务公开专栏",
        "我局微信公众号更名为云澜水务",
        "申请人重复提出的申请合并办理",
        "我局机构改革、职能划转情况：无",
        "县水利局与县河道处合并成立县水务中心",
    ],
)
def test_what_is_no_reorganisation_of_the_agency_itself_excuses_nothing(sentence):
    assert [outcome for outcome, _ in _carry(sentence)] == ["broken"]


@pytest.mark.parametrize(
    ("since", "outcome"),
    [(None, "broken"), (date(2019, 3, 1), "broken"), (date(2022, 12, 31), "broken"), (date(2023, 1, 1), "not_assessable")],
)
def test_the_register_may_say_that_the_agency_is_new(since, outcome):
    ((found, reason),) = _carry("平稳", replace(DEPARTMENT, valid_from=since))
    assert found == outcome
    assert (f"自{since}起设立" in reason) == (outcome == "not_assessable")


def test_a_reorganised_agency_still_has_to_add_up_and_what_ties_holds():
    paper = change(tying(seed=1), applications__granted__total="9999")
    reading = replace(reading_of(paper), sections=(Section("overview", "", "因机构改革，我局职能调整。"),))
    same = {f"applications__carried_out__{c}": paper.raw[f"applications.carried_in.{c}"] for c in ("natural", "total")}
    last = reading_of(change(tying(seed=1, year=2022), **same))
    findings = reconcile(Report("A1", 2023, reading, previous=last, agency=DEPARTMENT))
    assert ("T3-ROW", "applications.granted.*") in broken(findings)
    assert told("X-CARRY", findings, "applications.*.natural") == [("holds", "")]


# N-TXT


def stating(paper: Paper, *claims: tuple[str, int], year: int | None = None, sentence: str = "本年度情况") -> Reading:
    made = tuple(Claim(sentence, measure, value, year or paper.year) for measure, value in claims)
    return replace(reading_of(paper), claims=made)


def judged(reading: Reading, **more: object) -> dict[str, Finding]:
    return {f.scope: f for f in reconcile(Report("A1", reading.year or 0, reading, **more)) if f.rule == "N-TXT"}


WAYS = [(measure, way) for measure, ways in rule_for("N-TXT").claims.items() for way in ways]


@pytest.mark.parametrize(("measure", "way"), WAYS)
def test_each_usual_way_of_counting_holds_and_another_number_is_contradicted(measure, way):
    for edition, year in (("2019", 2020), ("2021", 2023)):
        paper = tying(edition, 3, year=year)
        rows = [[a for a in paper.raw if _stands_for(address, a)] for address in way]
        if not all(rows):
            continue  # the edition has no such item
        value = sum(int(paper.raw[address]) for addresses in rows for address in addresses)
        scope = f"{rule_for('N-TXT').claims[measure][0][0].split('.')[0]}.{measure}"
        assert judged(stating(paper, (measure, value)))[scope].outcome is Outcome.HOLDS
        finding = judged(stating(paper, (measure, 99999)))[scope]
        assert (finding.outcome, finding.verdict, finding.left) == (Outcome.BROKEN, Verdict.AGENCY, 99999)


def _stands_for(wanted: str, address: str) -> bool:
    row, _, column = wanted.rpartition(".")
    return address == wanted or (address.startswith(f"{row}.") and address.count(".") == 3 and address.endswith(f".{column}"))


def test_an_item_that_the_form_does_not_have_is_not_assessable():
    findings = judged(stating(tying("2019", year=2020), ("normative_repealed", 3)))
    assert findings["disclosure.normative_repealed"].reason == "2019年格式无此项"
    reading = stating(tying(), ("review", 3))
    bare = replace(reading, editions=reading.editions[:2])
    assert judged(bare)["disputes.review"].reason == "报告中未见此表"


def _said(paper: Paper, sentence: str, section: str = "applications") -> Reading:
    """A paper whose text is one sentence, its claims read by our own grammar."""
    claims = find_claims([Section(section, "", sentence)], paper.year, paper.agency)
    assert claims, sentence
    return replace(reading_of(paper), claims=claims)


def test_real_contradictions_are_raised():
    text_two = change(tying(agency="长春市退役军人事务局"), applications__new__total="3", applications__carried_in__total="0")
    text_two = change(text_two, applications__concluded__total="3", applications__carried_out__total="0")
    text_two.agency = "长春市退役军人事务局"
    found = judged(_said(text_two, "本年度,共受理政府信息公开申请2件,都在法定期限内予以答复。"))
    assert (found["applications.new"].outcome, found["applications.new"].left) == (Outcome.BROKEN, 2)
    documents = at(tying(agency="西柳镇人民政府"), normative__issued="4", normative__repealed="0", normative__in_force="32")
    sentence = "西柳镇人民政府办公室共制定规范性文件0件,废止规范性文件0件,现行有效的规范性文件0件。"
    found = judged(_said(documents, sentence, "overview"))
    assert {scope: f.outcome for scope, f in found.items()} == {
        "disclosure.normative_issued": Outcome.BROKEN,
        "disclosure.normative_repealed": Outcome.HOLDS,
        "disclosure.normative_in_force": Outcome.BROKEN,
    }


def test_results_told_as_one_number_are_held_against_their_sum():
    paper = change(tying(seed=3), applications__granted__total="270", applications__partial__total="5")
    for value, outcome in ((275, Outcome.HOLDS), (258, Outcome.BROKEN)):
        found = judged(_said(paper, f"予以公开及部分公开{value}件，其余见下表。"))
        assert found["applications.granted_partial"].outcome is outcome
    apart = find_claims([Section("applications", "", "予以公开258件、部分公开3件。")], 2023, "云澜市水务局")
    assert [(claim.measure, claim.value) for claim in apart] == [("granted", 258), ("partial", 3)]


@pytest.mark.parametrize(
    ("agency", "sentence"),
    [
        ("洪泽区人民政府", "2023年,区政府办代表区政府受理政府信息公开申请17件,均已在法定期限内予以答复。"),
        ("云澜市水务局", "2023年上半年,全区共发生涉及政府信息公开的行政诉讼案件2件。"),
        ("云澜市水务局", "全市共收到政府信息申请公开件658件,因政府信息公开引起的行政复议22件、行政诉讼案件1件。"),
    ],
)
def test_numbers_of_another_scope_or_stretch_accuse_nobody(agency, sentence):
    paper = tying(seed=3)
    paper.agency = agency
    assert not [f for f in judged(_said(paper, sentence)).values() if f.outcome is Outcome.BROKEN]


def test_cases_filed_with_the_agency_are_none_brought_against_it():
    told_of = "全市备案的政府信息公开行政复议134件"
    assert find_claims([Section("disputes", "", told_of)], 2024, "宿迁市人民政府") == ()
    handled = judged(stating(tying(seed=3), ("review", 999), sentence="全年办理行政复议案件999件"))
    assert handled["disputes.review"].verdict is Verdict.UNDECIDED
    own = judged(stating(tying(seed=3), ("review", 999), sentence="因政府信息公开被申请行政复议999件"))
    assert own["disputes.review"].verdict is Verdict.AGENCY


def test_a_blank_total_is_known_to_be_no_less_than_its_parts():
    parts = dict(
        zip(("natural", "company", "research", "charity", "legal", "other"), ("258", "12", "", "", "1", "1"), strict=True)
    )
    paper = change(tying("2019", year=2019), **{f"applications__granted__{c}": raw for c, raw in (parts | {"total": ""}).items()})
    paper.year = 2019
    short, enough = (judged(stating(paper, ("granted", value)))["applications.granted"] for value in (258, 275))
    assert (short.outcome, short.verdict, short.right) == (Outcome.BROKEN, Verdict.AGENCY, None)
    assert "总计空缺" in short.reason
    assert enough.outcome is Outcome.NOT_ASSESSABLE  # the blanks may hold the rest
    reading = stating(paper, ("granted", 258))
    unsure = tuple(replace(c, certain=c.address != "applications.granted.natural") for c in reading.cells)
    assert judged(replace(reading, cells=unsure))["applications.granted"].verdict is Verdict.UNDECIDED


def test_text_out_of_a_picture_accuses_nobody():
    reading = stating(tying(seed=3), ("new", 99999))
    cells = tuple(replace(cell, confidence=0.999) for cell in reading.cells)
    assert judged(replace(reading, cells=cells))["applications.new"].verdict is Verdict.UNDECIDED


def test_a_year_that_was_not_brought_up_to_date_is_held_against_both_years():
    paper, last = tying(seed=3, year=2023), tying(seed=8, year=2022)
    fits = int(last.raw["applications.new.total"])
    stale = {value: stating(paper, ("new", value), year=2022) for value in (fits, 99999)}
    assert judged(stale[fits], previous=reading_of(last)) == {}
    finding = judged(stale[99999], previous=reading_of(last))["applications.new"]
    assert finding.outcome is Outcome.BROKEN and finding.reason.startswith("正文所写年份为2022年")
    assert judged(stale[99999])["applications.new"].outcome is Outcome.NOT_ASSESSABLE


# What people read


def _broken_of_every_rule() -> list[Finding]:
    last, now = _two_years()
    items = findings_of(at(now, licence__items_before="9999", normative__published="9999"), previous=reading_of(last))
    paper = at(tying(), normative__in_force="0", normative__issued="9", normative__repealed="0", rules__in_force="3")
    paper = at(paper, fee__amount="59237.2449", licence__decided="9487")
    before = at(tying(year=2022), fee__amount="5.9", licence__decided="550")
    rest = findings_of(paper, previous=reading_of(before), agency=DEPARTMENT)
    text = judged(stating(tying(seed=3), ("new", 99999)))
    return [f for f in (*items, *rest, *text.values()) if f.outcome is Outcome.BROKEN]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("X-ITEM", "表二“行政许可”行，本年所列上一年项目数量为 9999，上年报告项目数量加增减为"),
        ("X-PUB", "表二“规范性文件”行，本年新公开为 9999，对外公开总数为"),
        ("X-PUB-MADE", "本年新公开为 9999，本年新制作为"),
        ("T2-VAL", "表二“行政规范性文件”行，现行有效为 0，本年制发减本年废止为 9，相差 9"),
        ("T-RULEMAKER", "表二，该单位为政府部门，表二“规章”行“现行有效件数”列为3"),
        ("T-UNIT", "本年收费金额（万元）为 59237.2449，上年收费金额（万元）为 5.9，相差 59231.3449；约为上年的10040.21倍"),
        ("Q-JUMP", "表二“行政许可”行“本年处理决定数量”列，本年为 9487，上年为 550，相差 8937；约为上年的17.25倍"),
        ("N-TXT", "正文所述为 99999，表格所列为"),
    ],
)
def test_findings_read_as_sentences(rule, words):
    finding = next(f for f in _broken_of_every_rule() if f.rule == rule)
    edition = "2019" if rule.startswith(("X-ITEM", "X-PUB")) else "2021"
    sentence = say(finding, "云澜市水务局", [("disclosure", edition), ("applications", edition)])
    assert words in sentence
    assert "disclosure." not in sentence and "previous:" not in sentence
    assert sentence.endswith(f"依据：{rule_for(rule).says}。")
    assert ("误以元填报" in sentence) == (rule == "T-UNIT")


@pytest.mark.parametrize(("measure", "words"), [("suits", "表四，正文所述为 99999"), ("denied", "表三“（三）不予公开”行，正文")])
def test_a_measure_that_is_no_row_is_named_in_chinese(measure, words):
    (finding,) = judged(stating(tying(seed=3), (measure, 99999))).values()
    sentence = say(finding, "云澜市水务局", [("applications", "2021")])
    assert words in sentence and f"{rule_for('N-TXT').measures[measure]}，正文：“本年度情况”" in sentence
    assert measure not in sentence


def test_a_unit_printed_in_the_cell_is_read():
    assert parse("59237元") == (59237, Semantics.NUMERIC, "元")
