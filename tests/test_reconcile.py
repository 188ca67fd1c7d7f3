"""The rules: what ties, what does not, what cannot be judged, which cell is to blame, and whose mistake it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.form import form_for
from expectations.rule import load_rules
from flows.read import read_document
from tasks.normalise.values import parse
from tasks.printed import Locator
from tasks.reconcile import reconcile, rules_version
from tasks.records import Cell, Claim, Finding, Outcome, Reading, Report, Verdict
from tests.paper import Paper, change, to_html, tying


def reading_of(paper: Paper) -> Reading:
    """What a perfect reader makes of a paper."""
    editions = (("disclosure", paper.edition), ("applications", paper.edition), ("disputes", ""))
    cells = tuple(Cell(a, raw, *parse(raw)[:2], Locator(), True, parse(raw)[2]) for a, raw in paper.raw.items())
    return Reading("0" * 64, "test", "1", paper.title, paper.agency, paper.year, None, editions, (), cells, ())


def findings_of(paper: Paper, **more: object) -> tuple[Finding, ...]:
    return reconcile(Report("A1", paper.year, reading_of(paper), **more))


def broken(findings: tuple[Finding, ...]) -> dict[tuple[str, str], Finding]:
    return {(f.rule, f.scope): f for f in findings if f.outcome is Outcome.BROKEN}


@pytest.mark.parametrize(("edition", "year"), [("2019", 2020), ("2021", 2024)])
@given(seed=st.integers(0, 10**9))
def test_a_report_that_ties_is_not_accused(edition, year, seed):
    findings = findings_of(tying(edition, seed, year=year))
    assert not broken(findings)
    held = [f for f in findings if f.outcome is Outcome.HOLDS and f.rule.startswith("T3-")]
    assert len(held) == {"2019": 37, "2021": 39}[edition]


@pytest.mark.parametrize("edition", ["2019", "2021"])
@given(data=st.data())
def test_any_single_wrong_cell_of_table_three_is_named(edition, data):
    paper = tying(edition, data.draw(st.integers(0, 10**6)))
    addresses = [a for a in form_for(edition).addresses() if a.startswith("applications.")]
    address = data.draw(st.sampled_from(addresses))
    right = int(paper.raw[address])
    wrong = data.draw(st.integers(0, 99999).filter(lambda value: value != right))
    wronged = change(paper, **{address.replace(".", "__"): str(wrong)})
    accused = {key: f for key, f in broken(findings_of(wronged)).items() if key[0].startswith("T3-")}
    assert accused
    for finding in accused.values():
        assert [suspect.cells for suspect in finding.suspects] == [((address, right),)]
        assert address in finding.cells and finding.verdict is Verdict.AGENCY


def test_two_wrong_cells_far_apart_are_named_each_by_its_own_equations():
    paper = change(tying(seed=5), applications__granted__natural="77777", disputes__review__total="9")
    accused = broken(findings_of(paper))
    assert accused["T3-ROW", "applications.granted.*"].suspects[0].cells[0][0] == "applications.granted.natural"
    assert accused["T4-SUM", "disputes.review.*"].suspects


def test_totals_of_table_four_printed_as_zero():
    raw = dict(zip(("upheld", "corrected", "other", "pending", "total"), ("10", "1", "0", "0", "0"), strict=True))
    paper = change(tying(), **{f"disputes__review__{column}": value for column, value in raw.items()})
    finding = broken(findings_of(paper))["T4-SUM", "disputes.review.*"]
    assert (finding.left, finding.right, finding.delta) == (11, 0, 11)
    assert finding.suspects[0].cause == "total_zero"
    assert finding.suspects[0].cells == (("disputes.review.total", 11),)


@pytest.mark.parametrize(
    ("printed", "right", "cause"),
    [
        ("9021", "9012", "transposed"),
        ("912", "9142", "digit_dropped"),
        ("91332", "9132", "digit_doubled"),
        ("91732", "9132", "digit_added"),
        ("9152", "9142", "digit_wrong"),
    ],
)
def test_the_likely_slip_is_named(printed, right, cause):
    base = tying(seed=6)
    difference = int(right) - int(base.raw["applications.new.natural"])
    columns = ("natural", "total")
    shifted = {
        f"applications__{row}__{c}": str(int(base.raw[f"applications.{row}.{c}"]) + difference)
        for row in ("new",)
        for c in columns
    }
    shifted |= {
        f"applications__carried_out__{c}": str(int(base.raw[f"applications.carried_out.{c}"]) + difference) for c in columns
    }
    paper = change(base, **shifted)
    assert not broken(findings_of(paper))
    finding = broken(findings_of(change(paper, applications__new__natural=printed)))["T3-BAL", "applications.*.natural"]
    assert finding.suspects[0].cells == (("applications.new.natural", int(right)),)
    assert finding.suspects[0].cause == cause


def test_a_blank_total_is_a_blank_and_no_arithmetic_error():
    accused = broken(findings_of(change(tying(), applications__granted__total="")))
    assert [key for key in accused if key[0] == "T3-ROW"] == []
    assert accused["T-BLANK", "applications"].cells == ("applications.granted.total",)


def test_blanks_are_decided_by_bounds():
    paper = change(
        tying(), applications__granted__natural="", applications__granted__total="0", applications__granted__company="5"
    )
    findings = {(f.rule, f.scope): f for f in findings_of(paper)}
    assert findings["T3-ROW", "applications.granted.*"].outcome is Outcome.BROKEN  # 5 + … can never be 0
    paper = change(tying(), applications__granted__natural="/")
    findings = {(f.rule, f.scope): f for f in findings_of(paper)}
    assert findings["T3-ROW", "applications.granted.*"].outcome is Outcome.NOT_ASSESSABLE
    assert "空项按0计" in findings["T3-ROW", "applications.granted.*"].reason


def test_carry_over_is_checked_in_every_column_against_last_year():
    before, after = tying(seed=1, year=2022), tying(seed=2, year=2023)
    columns = form_for("2021").tables["applications"].columns
    same = {f"applications__carried_out__{c}": after.raw[f"applications.carried_in.{c}"] for c in columns}
    held = findings_of(after, previous=reading_of(change(before, **same)))
    assert [f.outcome for f in held if f.rule == "X-CARRY"] == [Outcome.HOLDS] * 7
    other = change(before, **(same | {"applications__carried_out__natural": "99"}))
    accused = broken(findings_of(after, previous=reading_of(other)))
    assert ("X-CARRY", "applications.*.natural") in accused and ("X-CARRY", "applications.*.company") not in accused


def test_in_force_is_checked_against_last_year_of_the_same_form():
    now = change(
        tying(year=2023),
        disclosure__normative__issued="5",
        disclosure__normative__repealed="3",
        disclosure__normative__in_force="8",
    )
    before = change(tying(year=2022), disclosure__normative__in_force="6")
    held = [
        f for f in findings_of(now, previous=reading_of(before)) if (f.rule, f.scope) == ("X-VALID", "disclosure.normative.*")
    ]
    assert held[0].outcome is Outcome.HOLDS
    before = change(before, disclosure__normative__in_force="5")
    assert ("X-VALID", "disclosure.normative.*") in broken(findings_of(now, previous=reading_of(before)))
    old = reading_of(tying("2019", year=2022))
    assert [f.reason for f in findings_of(now, previous=old) if f.rule == "X-VALID"] == ["上年报告用的是2019年格式，无此项"]


def test_without_last_years_report_the_reason_is_said():
    findings = [f for f in findings_of(tying(), previous_reason="上年报告有2份，无法确定") if f.rule == "X-CARRY"]
    assert [(f.outcome, f.reason) for f in findings] == [(Outcome.NOT_ASSESSABLE, "上年报告有2份，无法确定")]


def test_numbers_must_be_whole_and_not_negative_where_the_form_counts():
    paper = change(
        tying("2019", year=2020),
        disclosure__licence__change="-3",
        disclosure__procurement__amount="12.5万元",
        applications__granted__natural="2.25",
        applications__partial__natural="-1",
        disputes__review__upheld="不涉及",
    )
    accused = {scope: f.cells for (rule, scope), f in broken(findings_of(paper)).items() if rule == "T-INT"}
    assert accused == {
        "applications": ("applications.granted.natural", "applications.partial.natural"),
        "disputes": ("disputes.review.upheld",),
    }


def test_a_stale_form_is_told_by_its_labels():
    finding = broken(findings_of(tying("2019", year=2023)))["T-FORMAT", "report"]
    assert "2019年格式" in finding.reason and "2021年格式" in finding.reason
    assert ("T-FORMAT", "report") not in broken(findings_of(tying("2021", year=2023)))


@pytest.mark.parametrize("stated", ["new", "new+carried_in", "concluded"])
def test_every_usual_way_of_counting_is_accepted(stated):
    paper = tying(seed=3)
    value = sum(int(paper.raw[f"applications.{row}.total"]) for row in stated.split("+"))
    assert not broken(_with_claim(paper, "new", value))
    assert ("N-TXT", "applications.new") in broken(_with_claim(paper, "new", 99999))


@pytest.mark.parametrize("parts", [(10, -10), (99999, 0)])
def test_where_the_text_states_parts_or_several_scopes_one_that_fits_is_enough(parts):
    paper = tying(seed=3)
    total = int(paper.raw["applications.new.total"])
    values = (parts[0], total - parts[0]) if parts[1] else (parts[0], total)
    claims = tuple(Claim(f"第{n}句", "new", value, paper.year) for n, value in enumerate(values))
    assert not broken(reconcile(Report("A1", paper.year, replace(reading_of(paper), claims=claims))))


def test_last_years_number_in_the_text_accuses_nobody():
    assert not broken(_with_claim(tying(seed=3), "new", 99999, year=2022))


@pytest.mark.parametrize("other", [{"scope": "region"}, {"scope": "part"}, {"period": "上半年"}])
def test_a_number_that_is_not_the_agencys_own_whole_year_accuses_nobody(other):
    paper = tying(seed=3)
    foreign = Claim("本年新收若干件", "new", 99999, paper.year, **other)
    own = Claim("我局新收若干件", "new", 88888, paper.year)
    total = int(paper.raw["applications.new.total"])
    judged = {
        claims: broken(reconcile(Report("A1", paper.year, replace(reading_of(paper), claims=claims))))
        for claims in [(foreign,), (own, foreign), (own, replace(foreign, value=total))]
    }
    assert [("N-TXT", "applications.new") in found for found in judged.values()] == [False, True, False]


def _with_claim(paper: Paper, measure: str, value: int, year: int | None = None) -> tuple[Finding, ...]:
    claim = Claim("本年新收若干件", measure, value, year or paper.year)
    return reconcile(Report("A1", paper.year, replace(reading_of(paper), claims=(claim,))))


def test_altered_figures_are_named_with_both_values():
    paper = tying(seed=4)
    altered = change(paper, disclosure__penalty__decided="12345")
    finding = broken(findings_of(altered, superseded=reading_of(paper)))["D-CHANGE", "report"]
    assert finding.cells == ("disclosure.penalty.decided",)
    assert f"disclosure.penalty.decided由{paper.raw['disclosure.penalty.decided']}改为12345" in finding.reason
    assert not broken(findings_of(paper, superseded=reading_of(paper)))


@pytest.mark.parametrize(
    ("address", "verdict"),
    [("applications.granted.natural", Verdict.UNDECIDED), ("applications.granted.total", Verdict.READING)],
)
def test_an_uncertain_cell_accuses_nobody(address, verdict):
    paper = change(tying(seed=4), applications__granted__total="9999")
    reading = reading_of(paper)
    cells = tuple(replace(cell, certain=cell.address != address) for cell in reading.cells)
    findings = reconcile(Report("A1", paper.year, replace(reading, cells=cells)))
    assert broken(findings)["T3-ROW", "applications.granted.*"].verdict is verdict


def test_a_cell_that_was_not_read_is_no_zero():
    reading = reading_of(tying())
    cells = tuple(cell for cell in reading.cells if cell.address != "applications.granted.natural")
    findings = {(f.rule, f.scope): f for f in reconcile(Report("A1", 2023, replace(reading, cells=cells)))}
    assert findings["T3-ROW", "applications.granted.*"].outcome is Outcome.NOT_ASSESSABLE
    assert "未能读出" in findings["T3-ROW", "applications.granted.*"].reason


def test_a_table_that_is_not_printed_is_not_assessable():
    page = to_html(tying()).decode().partition("<p>四、")[0]
    (reading,) = read_document(page.encode(), "x", "0" * 64)
    assert isinstance(reading, Reading)
    findings = reconcile(Report("A1", 2023, reading))
    assert [(f.outcome, f.reason) for f in findings if f.rule == "T4-SUM"] == [(Outcome.NOT_ASSESSABLE, "报告中未见此表")]


def test_findings_do_not_depend_on_the_order_of_cells():
    reading = reading_of(change(tying(seed=8), applications__granted__total="9999"))
    turned = replace(reading, cells=reading.cells[::-1])
    assert reconcile(Report("A1", 2023, reading)) == reconcile(Report("A1", 2023, turned))


def test_every_rule_has_its_sentence_and_authority():
    ids = {"T3-BAL", "T3-SUM", "T3-ROW", "T4-SUM", "T-INT", "T-BLANK", "T-FORMAT", "X-CARRY", "X-VALID", "N-TXT", "D-CHANGE"}
    assert {rule.id for rule in load_rules()} >= ids
    assert all(rule.says and rule.authority for rule in load_rules())
    assert len(rules_version()) == 12
