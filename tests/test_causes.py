"""Which slip it was: each kind of slip, made in random tables, is named first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from random import Random

import pytest

from expectations.form import form_for
from tasks.reconcile import reconcile
from tasks.records import Report
from tests.paper import Paper, change, tying
from tests.test_localise import with_figures
from tests.test_reconcile import broken, reading_of

TABLE = form_for("2021").tables["applications"]
ROWS = [leaf.key for leaf in TABLE.leaves()]
COLUMNS = list(TABLE.columns)
PARTS = COLUMNS[:-1]
OUTCOMES = [row for row in ROWS if row not in ("new", "carried_in", "concluded", "carried_out")]
SLIPS, ENOUGH = 40, 0.8


def large(random: Random) -> Paper:
    """A table whose figures have two digits and more, as those of a city; half of its parts are 0."""
    paper = tying(seed=random.randrange(10**6))
    parts = {(row, c): random.choice([0, random.randrange(10, 999)]) for row in OUTCOMES for c in PARTS}
    figures = {f"applications.{row}.{column}": value for (row, column), value in parts.items()}
    for column in PARTS:
        concluded = sum(parts[row, column] for row in OUTCOMES)
        carried, out = random.randrange(100), random.randrange(100)
        row = {"concluded": concluded, "carried_out": out, "carried_in": carried, "new": concluded + out - carried}
        figures |= {f"applications.{key}.{column}": value for key, value in row.items()}
    if min(figures.values()) < 0:
        return large(random)
    figures |= {f"applications.{row}.total": sum(figures[f"applications.{row}.{c}"] for c in PARTS) for row in ROWS}
    return with_figures(paper, figures)


def figure(paper: Paper, row: str, column: str) -> int:
    return int(paper.raw[f"applications.{row}.{column}"])


def one(random: Random, paper: Paper, slip: Callable[[str], str]) -> dict[str, int]:
    """One figure of several digits, written otherwise."""
    address = random.choice([a for a, raw in paper.raw.items() if a.startswith("applications.") and len(raw) > 1])
    return {address: int(slip(paper.raw[address]))}


def transposed(random: Random, paper: Paper) -> dict[str, int]:
    def swap(raw: str) -> str:
        place = random.randrange(len(raw) - 1)
        return raw[:place] + raw[place + 1] + raw[place] + raw[place + 2 :]

    return one(random, paper, swap)


def digit_dropped(random: Random, paper: Paper) -> dict[str, int]:
    def drop(raw: str) -> str:
        place = random.randrange(len(raw))
        return raw[:place] + raw[place + 1 :]

    return one(random, paper, drop)


def digit_doubled(random: Random, paper: Paper) -> dict[str, int]:
    def double(raw: str) -> str:
        place = random.randrange(len(raw))
        return raw[: place + 1] + raw[place:]

    return one(random, paper, double)


def total_zero(random: Random, paper: Paper) -> dict[str, int]:
    return {f"applications.{random.choice(ROWS)}.total": 0}


def other_total(random: Random, paper: Paper) -> dict[str, int]:
    row, other = random.sample(OUTCOMES, 2)
    return {f"applications.{row}.total": figure(paper, other, "total")}


def neighbour_column(random: Random, paper: Paper) -> dict[str, int]:
    places = [(row, left, right) for row in ROWS for left, right in pairwise(PARTS)]
    row, left, right = random.choice([p for p in places if figure(paper, p[0], p[1]) and not figure(paper, p[0], p[2])])
    return {f"applications.{row}.{left}": 0, f"applications.{row}.{right}": figure(paper, row, left)}


def neighbour_row(random: Random, paper: Paper) -> dict[str, int]:
    places = [(column, above, below) for column in PARTS for above, below in pairwise(OUTCOMES)]
    column, above, below = random.choice([p for p in places if figure(paper, p[1], p[0]) and not figure(paper, p[2], p[0])])
    return {f"applications.{above}.{column}": 0, f"applications.{below}.{column}": figure(paper, above, column)}


def shifted_block(random: Random, paper: Paper) -> dict[str, int]:
    """A run of three figures of a column (the first two not 0), each one row too low, the last on a place that was 0."""
    runs = [(OUTCOMES[start : start + 4], column) for start in range(len(OUTCOMES) - 3) for column in PARTS]
    known = [(rows, column, [figure(paper, row, column) for row in rows]) for rows, column in runs]
    rows, column, run = random.choice([k for k in known if k[2][0] and k[2][1] and k[2][3] == 0])
    return {f"applications.{row}.{column}": value for row, value in zip(rows, [0, *run[:3]], strict=True)}


MADE = {
    slip.__name__: slip
    for slip in (
        transposed,
        digit_dropped,
        digit_doubled,
        total_zero,
        other_total,
        neighbour_column,
        neighbour_row,
        shifted_block,
    )
}


def first_cause(wronged: Paper, previous: Paper | None = None) -> str | None:
    """The first cause told; None where nothing is broken, so that nobody could tell."""
    before = reading_of(previous) if previous else None
    found = broken(reconcile(Report("A1", 2023, reading_of(wronged), before)))
    told = [f.suspects[0].cause if f.suspects else "" for (rule, _), f in found.items() if rule.startswith("T3-")]
    return Counter(told).most_common(1)[0][0] if told else None


@pytest.mark.parametrize("cause", MADE)
def test_each_kind_of_slip_is_named_first(cause: str) -> None:
    random = Random(cause)
    told: Counter[str] = Counter()
    while sum(told.values()) < SLIPS:
        paper = large(random)
        said = first_cause(with_figures(paper, MADE[cause](random, paper)))
        if said is not None:
            told[said] += 1
    assert told[cause] >= ENOUGH * SLIPS, told


def test_last_years_figure_written_again_is_named_first() -> None:
    random, right = Random(5), 0
    for _ in range(SLIPS):
        paper, before = large(random), large(random)
        address = random.choice([a for a in paper.raw if a.startswith("applications.") and len(before.raw[a]) > 1])
        right += first_cause(change(paper, **{address.replace(".", "__"): before.raw[address]}), before) == "last_year"
    assert right >= ENOUGH * SLIPS


def test_a_figure_ten_thousand_times_too_large_is_in_another_unit() -> None:
    random, right = Random(6), 0
    for _ in range(SLIPS):
        paper = large(random)
        wronged = one(random, paper, lambda raw: raw + "0000")
        right += first_cause(with_figures(paper, wronged)) == "unit"
    assert right >= ENOUGH * SLIPS
