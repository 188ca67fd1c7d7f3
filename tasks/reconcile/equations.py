"""Evaluate the equations of rules/*.yml on a report's figures. Blanks are never 0: with blanks, bounds decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from expectations.equation import Term
from expectations.form import Table, form_for, load_forms, split_address
from expectations.rule import EquationRule
from tasks.reconcile.outcome import broken, holds, not_assessable, verdict_of
from tasks.reconcile.reorganised import excuse
from tasks.records import Cell, Finding, Number, Outcome, Reading, Report, Semantics

PREVIOUS = "previous:"  # before the address of a cell of last year's report
_BLANK = (Semantics.EMPTY, Semantics.NA)


@dataclass(frozen=True, slots=True)
class Addend:
    """One figure of an equation: its address, the cell (None when it was not read), its sign, and its side.

    `is_signed`: its column takes numbers below zero too (本年增/减).
    """

    address: str
    cell: Cell | None
    sign: int
    is_left: bool
    is_signed: bool = False

    @property
    def effect(self) -> int:
        """Its sign in left − right."""
        return self.sign if self.is_left else -self.sign

    @property
    def is_figure(self) -> bool:
        """Whether the cell is a number or a blank: not words, nor what we could not read."""
        return self.cell is not None and (self.cell.value is not None or self.cell.semantics in _BLANK)


@dataclass(frozen=True, slots=True)
class Instance:
    """A rule's equation in one row or column of a report."""

    scope: str
    addends: tuple[Addend, ...]
    relation: Literal["=", "<=", ">="] = "="
    tolerance: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether every figure of the equation is a number."""
        return all(addend.cell is not None and addend.cell.value is not None for addend in self.addends)

    def side(self, *, left: bool) -> Number:
        """The sum of the known figures of one side."""
        return sum(a.sign * a.cell.value for a in self.addends if a.is_left == left and a.cell and a.cell.value is not None)

    @property
    def residual(self) -> Number:
        """Left minus right, over the known figures."""
        return self.side(left=True) - self.side(left=False)

    @property
    def is_satisfied(self) -> bool:
        """Whether the known figures stand in the rule's relation."""
        too_much, too_little = self.residual > self.tolerance, self.residual < -self.tolerance
        return not (too_much and self.relation != ">=") and not (too_little and self.relation != "<=")

    @property
    def is_impossible(self) -> bool:
        """Whether nothing that the blanks may hold satisfies the rule: numbers from 0 up, any in a signed column."""
        up, down = self._blanks(1), self._blanks(-1)
        too_much = self.relation != ">=" and not down and self.residual > self.tolerance
        too_little = self.relation != "<=" and not up and self.residual < -self.tolerance
        return too_much or too_little

    @property
    def is_certain(self) -> bool:
        """Whether the rule holds whatever the blanks may hold."""
        up, down = self._blanks(1), self._blanks(-1)
        too_much = self.relation != ">=" and (up or self.residual > self.tolerance)
        too_little = self.relation != "<=" and (down or self.residual < -self.tolerance)
        return not too_much and not too_little

    def _blanks(self, direction: int) -> bool:
        """Whether a blank may move the residual up (1) or down (-1)."""
        blanks = [a for a in self.addends if a.cell is not None and a.cell.value is None]
        return any(a.is_signed or a.sign * (1 if a.is_left else -1) == direction for a in blanks)


def check_equation(rule: EquationRule, report: Report) -> list[Finding]:
    """One finding a row or column in which the equation is stated; one for the rule where it cannot be stated at all."""
    reason = _obstacle(rule, report)
    if reason:
        return [not_assessable(rule, report, rule.table, reason)]
    findings = [_check(rule, report, instance) for instance in instances(rule, report)]
    if not rule.excuses or all(finding.outcome is not Outcome.BROKEN for finding in findings):
        return findings
    excused = excuse(report)
    return [_excused(rule, report, finding, excused) for finding in findings] if excused else findings


def _excused(rule: EquationRule, report: Report, finding: Finding, reason: str) -> Finding:
    """A broken equation as one that cannot be assessed; others as they are."""
    if finding.outcome is not Outcome.BROKEN:
        return finding
    found = f"（左{finding.left}，右{finding.right}）" if finding.left is not None else ""
    return not_assessable(rule, report, finding.scope, f"{reason}{found}", finding.cells)


def instances(rule: EquationRule, report: Report) -> Iterator[Instance]:
    """The rule's equation in every row or column of the report's own edition of the table; none where it has an obstacle."""
    table = _table(rule, report.reading)
    if table is None or _obstacle(rule, report):
        return
    figures = report.reading.figures()
    before = report.previous.figures() if report.previous and rule.parsed().looks_back else {}
    for subject in rule.subjects(table):
        scope = f"{rule.table}.*.{subject}" if rule.for_each == "column" else f"{rule.table}.{subject}.*"
        yield Instance(scope, tuple(_addends(rule, table, subject, figures, before)), rule.parsed().relation, rule.tolerance)


def edition_of(reading: Reading, table: str) -> str | None:
    """The edition by which a table was read (the newest, where it is the same in all), or None if it is not printed."""
    editions = dict(reading.editions)
    if table not in editions:
        return None
    return editions[table] or load_forms()[-1].edition


def _table(rule: EquationRule, reading: Reading) -> Table | None:
    edition = edition_of(reading, rule.table)
    return None if edition is None else form_for(edition).tables[rule.table]


def _obstacle(rule: EquationRule, report: Report) -> str:
    """Why the rule cannot be stated of this report, or blank."""
    edition = edition_of(report.reading, rule.table)
    if edition is None:
        return "报告中未见此表"
    if not rule.applies_to(edition):
        return f"{edition}年格式无此项"
    if not rule.parsed().looks_back:
        return ""
    if report.previous is None:
        return report.previous_reason or "没有上年报告"
    before = edition_of(report.previous, rule.table)
    if before is None:
        return "上年报告中未见此表"
    return "" if rule.applies_to(before) else f"上年报告用的是{before}年格式，无此项"


def _addends(
    rule: EquationRule, table: Table, subject: str, figures: Mapping[str, Cell], before: Mapping[str, Cell]
) -> Iterator[Addend]:
    equation = rule.parsed()
    for is_left, terms in ((True, equation.left), (False, equation.right)):
        for term in terms:
            known, prefix = (before, PREVIOUS) if term.previous else (figures, "")
            for address in _addresses(rule, table, subject, term):
                is_signed = table.columns[split_address(address)[2]].value == "signed"
                yield Addend(prefix + address, known.get(address), term.sign, is_left, is_signed)


def _addresses(rule: EquationRule, table: Table, subject: str, term: Term) -> tuple[str, ...]:
    if rule.for_each == "column":
        return tuple(f"{rule.table}.{row}.{subject}" for row in table.expand(term.key))
    return (f"{rule.table}.{subject}.{term.key}",)


def _check(rule: EquationRule, report: Report, instance: Instance) -> Finding:
    addresses = tuple(addend.address for addend in instance.addends)
    cells = [addend.cell for addend in instance.addends if addend.cell is not None]
    obstacle = _unknown(instance)
    if obstacle:
        return not_assessable(rule, report, instance.scope, obstacle, addresses)
    left, right = instance.side(left=True), instance.side(left=False)
    if instance.is_complete and instance.is_satisfied:
        return holds(rule, report, instance.scope, addresses, left)
    if instance.is_complete or instance.is_impossible:
        reason = "" if instance.is_complete else "空项无论填什么数都不能成立，以上为空项按0计的结果"
        return broken(rule, report, instance.scope, addresses, verdict_of(cells), reason=reason, left=left, right=right)
    if instance.is_certain:
        return holds(rule, report, instance.scope, addresses)
    as_zero = "空项按0计则成立" if instance.is_satisfied else f"空项按0计则不成立（左{left}，右{right}，差{left - right}）"
    return not_assessable(rule, report, instance.scope, f"有空项，无法判断；{as_zero}", addresses)


def _unknown(instance: Instance) -> str:
    """Why a figure of the equation cannot be known at all (not read, words), or blank."""
    unread = [each.address for each in instance.addends if each.cell is None or each.cell.semantics is Semantics.UNREADABLE]
    if unread:
        return f"未能读出：{'、'.join(unread[:3])}"
    words = [a.cell.raw for a in instance.addends if a.cell and a.cell.value is None and a.cell.semantics not in _BLANK]
    return f"不是数字：{'、'.join(words[:3])}" if words else ""
