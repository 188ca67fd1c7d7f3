"""One rule as a yes/no question about the rows of a data frame: which columns it needs, and which rows satisfy it.

Pure pandas on exact integers (a figure × 10⁶); vectorised, so a night's batch is one question.
D-CHANGE has no check here: it compares two revisions of a report, which are rows of different nights, not of one frame.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from expectations.equation import Term
from expectations.form import Table
from expectations.rule import EquationRule, Rule
from tasks.records import Number, Semantics

PREVIOUS = "previous."
EXPONENT = 6  # money in 万元 is printed with four decimals, seldom with six
SCALE = 10**EXPONENT


@dataclass(frozen=True, slots=True)
class Check:
    """A rule put to a frame. `left` and `right` are the signs of each column on either side of an equation's sign."""

    rule: Rule
    test: str
    columns: tuple[str, ...]
    left: tuple[int, ...] = ()
    right: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FailingRow:
    """Where a rule fails. `row` is blank for a rule of columns, `column` for a rule of rows, both for a rule of tables."""

    rule: str
    agency_id: str
    agency: str
    year: int
    table: str
    row: str
    column: str


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What became of one rule: rows assessed, rows not assessable (a figure missing or uncertain), and the failing ones."""

    rule: str
    rows: int
    skipped: int
    failing: tuple[FailingRow, ...]


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """What became of one suite's rules."""

    name: str
    title: str
    results: tuple[RuleResult, ...]


def scaled(values: pd.Series[Any]) -> pd.Series[Any]:
    """Figures as exact integers × 10⁶ (Int64); where one is beyond 64 bits or has more decimals, as Python's own numbers."""
    numbers = [None if pd.isna(value) else _shifted(value) for value in values]
    try:
        return pd.Series(numbers, index=values.index, dtype="Int64")
    except (OverflowError, TypeError):
        return pd.Series(numbers, index=values.index, dtype="object")


def _shifted(value: Number) -> Number:
    shifted = Decimal(value).scaleb(EXPONENT)
    return int(shifted) if shifted == shifted.to_integral_value() else shifted


def plain(amount: Number) -> str:
    """A scaled figure as people write it: 3000000 → 3, 12500000 → 12.5."""
    text = format(Decimal(amount).scaleb(-EXPONENT), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def equation_check(rule: EquationRule, table: Table) -> Check:
    """An equation rule as columns and signs; a group's key stands for all of its rows in this edition of the table."""
    equation = rule.parsed()
    left, right = _signs(rule, equation.left, table), _signs(rule, equation.right, table)
    columns = tuple(dict.fromkeys((*left, *right)))
    return Check(
        rule, equation.relation, columns, tuple(left.get(c, 0) for c in columns), tuple(right.get(c, 0) for c in columns)
    )


def _signs(rule: EquationRule, terms: tuple[Term, ...], table: Table) -> dict[str, int]:
    signs: dict[str, int] = {}
    for term in terms:
        for key in table.expand(term.key) if rule.for_each == "column" else (term.key,):
            column = f"{PREVIOUS}{key}" if term.previous else key
            signs[column] = signs.get(column, 0) + term.sign
    return signs


def holds(test: str, frame: pd.DataFrame, left: tuple[int, ...] = (), right: tuple[int, ...] = ()) -> pd.Series[bool]:
    """Which rows satisfy a test. The frame has the check's columns, in their order, and no missing value."""
    if test not in _RELATIONS:
        return _TESTS[test](frame)
    return _RELATIONS[test](_side(frame, left), _side(frame, right))


def _side(frame: pd.DataFrame, signs: tuple[int, ...]) -> pd.Series[Any]:
    total = frame.iloc[:, 0] * signs[0]
    for column, sign in zip(frame.columns[1:], signs[1:], strict=True):
        if sign:
            total = total + frame[column] * sign
    return total


def _number(frame: pd.DataFrame) -> pd.Series[bool]:
    is_text = frame["semantics"] == Semantics.TEXT.value
    is_negative = (frame["amount"] < 0) & (frame["kind"] != "signed")
    is_broken_up = (frame["amount"] % SCALE != 0) & (frame["kind"] != "decimal")
    is_wrong: pd.Series[bool] = is_text | is_negative | is_broken_up
    return ~is_wrong


def _filled(frame: pd.DataFrame) -> pd.Series[bool]:
    return ~frame["semantics"].isin([Semantics.EMPTY.value, Semantics.NA.value])


def _edition(frame: pd.DataFrame) -> pd.Series[bool]:
    return frame["recognised"] == frame["expected"]


def _narrative(frame: pd.DataFrame) -> pd.Series[bool]:
    sums = frame.drop(columns="stated")
    return sums.eq(frame["stated"], axis=0).any(axis=1)


def _told(frame: pd.DataFrame) -> pd.Series[bool]:
    return frame.iloc[:, 0].astype(bool)


_RELATIONS: Mapping[str, Callable[[pd.Series[Any], pd.Series[Any]], pd.Series[bool]]] = {
    "=": operator.eq,
    "<=": operator.le,
    ">=": operator.ge,
}
_TESTS: Mapping[str, Callable[[pd.DataFrame], pd.Series[bool]]] = {
    "number": _number,
    "filled": _filled,
    "edition": _edition,
    "narrative": _narrative,
    "told": _told,
}


def evidence(check: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What a failing row shows, as (column of labels.yml, text): the two sides of an equation, or what is printed.

    `check` holds a Check's test, left and right, and its columns as `column_list` (as an expectation keeps them).
    """
    columns = check["column_list"]
    if check["test"] in _RELATIONS:
        left, right = (sum(row[c] * sign for c, sign in zip(columns, check[side], strict=True)) for side in ("left", "right"))
        return ("left", plain(left)), ("right", plain(right)), ("delta", plain(left - right))
    if check["test"] == "edition":
        return ("recognised", str(row["recognised"])), ("expected", str(row["expected"]))
    if check["test"] == "narrative":
        sums = dict.fromkeys(plain(row[column]) for column in columns if column != "stated")
        return ("stated", plain(row["stated"])), ("sums", "、".join(sums))
    if check["test"] == "told":
        return (("reason", str(row[columns[1]])),)
    return (("raw", str(row["raw"])),)
