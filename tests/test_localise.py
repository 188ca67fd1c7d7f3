"""Which figures are to blame: each single change found, several changes as an independent search over all pairs finds them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.form import form_for
from tasks.reconcile import reconcile
from tasks.reconcile.localise import cheapest, clusters
from tasks.reconcile.system import build_system
from tasks.records import Claim, Finding, Outcome, Report
from tests.paper import Paper, change, tying
from tests.test_reconcile import broken, findings_of, reading_of

ROOT = Path(__file__).parent.parent
EDITIONS = ["2019", "2021"]


def cells_of(edition: str) -> list[str]:
    return [address for address in form_for(edition).addresses() if address.startswith("applications.")]


def with_figures(paper: Paper, figures: dict[str, int]) -> Paper:
    return change(paper, **{address.replace(".", "__"): str(value) for address, value in figures.items()})


@pytest.mark.parametrize("edition", EDITIONS)
def test_each_single_wrong_cell_of_table_three_is_named_and_no_other(edition):
    random = Random(7)
    for number, address in enumerate(cells_of(edition)):
        paper = tying(edition, seed=number)
        right = int(paper.raw[address])
        wrong = random.choice([value for value in range(60) if value != right])
        accused = [f for f in broken(findings_of(with_figures(paper, {address: wrong}))).values() if f.delta is not None]
        assert accused and all([suspect.cells for suspect in f.suspects] == [((address, right),)] for f in accused)


def equations_of(edition: str) -> list[dict[str, int]]:
    """Table 三's equations, written down once more, by hand."""
    table = form_for(edition).tables["applications"]
    rows = [leaf.key for leaf in table.leaves()]
    parts = [column for column in table.columns if column != "total"]
    equations = []
    for column in table.columns:
        cell = {row: f"applications.{row}.{column}" for row in rows}
        equations.append({cell["new"]: 1, cell["carried_in"]: 1, cell["concluded"]: -1, cell["carried_out"]: -1})
        outcomes = [row for row in rows if row not in ("new", "carried_in", "concluded", "carried_out")]
        equations.append({cell[row]: 1 for row in outcomes} | {cell["concluded"]: -1})
    across = [{f"applications.{row}.{c}": 1 for c in parts} | {f"applications.{row}.total": -1} for row in rows]
    return [*equations, *across]


def pairs_that_explain(edition: str, figures: dict[str, int]) -> set[frozenset[str]]:
    """By trying them all: the single figures, or else the pairs, that some whole values ≥ 0 would make tie."""
    equations = equations_of(edition)
    off = [sum(sign * figures[address] for address, sign in equation.items()) for equation in equations]
    standing = {address: {n: eq[address] for n, eq in enumerate(equations) if address in eq} for address in cells_of(edition)}
    wrong = {number for number, residual in enumerate(off) if residual}

    def mended(addresses: tuple[str, ...]) -> bool:
        if not wrong <= {number for address in addresses for number in standing[address]}:
            return False
        unknown, left = list(addresses), list(off)
        while unknown:
            alone = ((a, n) for a in unknown for n in standing[a] if not any(n in standing[b] for b in unknown if b != a))
            address, number = next(alone, (None, None))
            if address is None:
                raise AssertionError("two figures of one row and column")
            delta = -left[number] * standing[address][number]
            if delta == 0 or figures[address] + delta < 0:
                return False
            for n, sign in standing[address].items():
                left[n] += sign * delta
            unknown.remove(address)
        return not any(left)

    for size in (1, 2):
        found = {frozenset(those) for those in combinations(standing, size) if mended(those)}
        if found:
            return found
    return set()


@pytest.mark.parametrize("edition", EDITIONS)
@settings(max_examples=12)
@given(data=st.data())
def test_two_wrong_cells_are_explained_as_a_search_over_all_pairs_explains_them(edition, data):
    paper = tying(edition, data.draw(st.integers(0, 10**6)))
    wronged = data.draw(st.lists(st.sampled_from(cells_of(edition)), min_size=2, max_size=2, unique=True))
    values = {address: data.draw(st.integers(0, 60).filter(lambda v, a=address: v != int(paper.raw[a]))) for address in wronged}
    printed = with_figures(paper, values)
    system = build_system(Report("A1", paper.year, reading_of(printed)))
    together = set()
    for cluster in clusters(system.constraints):
        found = cheapest(system, cluster)
        assert found is not None
        supports = {frozenset(address for address, _ in optimum) for optimum in found}
        together = {one | other for one in together or {frozenset()} for other in supports}
    figures = {address: int(raw) for address, raw in printed.raw.items() if address.startswith("applications.")}
    assert together == pairs_that_explain(edition, figures)


def suspects_of(findings: tuple[Finding, ...]) -> list[tuple[object, ...]]:
    return [(f.rule, f.scope, f.suspects) for f in findings if f.outcome is Outcome.BROKEN]


HARD = {"applications.granted.natural": 55, "applications.granted.company": 0, "applications.denied.law.charity": 57}


def test_the_order_of_cells_does_not_matter():
    reading = reading_of(with_figures(tying(seed=9), HARD))
    shuffled = list(reading.cells)
    Random(1).shuffle(shuffled)
    usual, other = (reconcile(Report("A1", 2023, replace(reading, cells=c))) for c in (reading.cells, tuple(shuffled)))
    assert suspects_of(usual) == suspects_of(other) and any(suspects for _, _, suspects in suspects_of(usual))


def test_another_process_says_the_same():
    code = "from tests.test_localise import *;print(suspects_of(findings_of(with_figures(tying(seed=9), HARD))))"
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_what_the_text_says_decides_between_figures_that_explain_as_well():
    paper = change(tying(seed=3), disputes__review__total="99")
    parts = sum(int(paper.raw[f"disputes.review.{column}"]) for column in ("upheld", "corrected", "other", "pending"))
    every = broken(findings_of(paper))["T4-SUM", "disputes.review.*"].suspects
    assert len(every) > 1
    said = Claim(f"被申请行政复议{parts}件", "review", parts, 2023)
    told = reconcile(Report("A1", 2023, replace(reading_of(paper), claims=(said,))))
    finding = broken(told)["T4-SUM", "disputes.review.*"]
    assert [suspect.cells for suspect in finding.suspects] == [(("disputes.review.total", parts),)]


def test_last_years_figure_is_blamed_where_it_alone_explains_both_reports():
    columns = list(form_for("2021").tables["applications"].columns)
    now, before = tying(seed=2, year=2023), tying(seed=1, year=2022)
    carried = {column: int(now.raw[f"applications.carried_in.{column}"]) for column in columns}
    more = {c: value - int(before.raw[f"applications.carried_out.{c}"]) for c, value in carried.items()}
    fitted = {f"applications.carried_out.{c}": value for c, value in carried.items()}
    fitted |= {f"applications.new.{c}": int(before.raw[f"applications.new.{c}"]) + more[c] for c in columns}
    before = with_figures(before, fitted)
    assert not [f for f in broken(findings_of(now, previous=reading_of(before))).values() if f.rule == "X-CARRY"]
    slipped = with_figures(before, {"applications.carried_out.natural": carried["natural"] + 7})
    finding = broken(findings_of(now, previous=reading_of(slipped)))["X-CARRY", "applications.*.natural"]
    blamed = ("previous:applications.carried_out.natural", carried["natural"])
    assert [suspect.cells for suspect in finding.suspects] == [(blamed,)]


def test_a_break_between_two_reports_that_tie_blames_no_figure():
    findings = broken(findings_of(tying(seed=2, year=2023), previous=reading_of(tying(seed=1, year=2022))))
    carried = [f for f in findings.values() if f.rule == "X-CARRY"]
    assert carried and not any(f.suspects for f in carried)
