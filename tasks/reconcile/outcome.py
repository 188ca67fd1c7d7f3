"""Make findings: the fields that every check fills alike, and the verdict from how certain the cells are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from expectations.base_rule import BaseRule
from tasks.records import Cell, Finding, Number, Outcome, Severity, Verdict


class Subject(Protocol):
    """Whose report of which year: a Report, or an agency's Standing in a Roster."""

    @property
    def agency_id(self) -> str:
        """The agency's id."""

    @property
    def year(self) -> int:
        """The report year (年度)."""


def holds(rule: BaseRule, report: Subject, scope: str, cells: tuple[str, ...] = (), value: Number | None = None) -> Finding:
    """The rule holds in this scope."""
    return _finding(rule, report, scope, Outcome.HOLDS, cells=cells, left=value, right=value)


def not_assessable(rule: BaseRule, report: Subject, scope: str, reason: str, cells: tuple[str, ...] = ()) -> Finding:
    """The rule cannot be assessed in this scope, and why."""
    return _finding(rule, report, scope, Outcome.NOT_ASSESSABLE, reason=reason, cells=cells)


def broken(
    rule: BaseRule,
    report: Subject,
    scope: str,
    cells: tuple[str, ...],
    verdict: Verdict,
    *,
    reason: str = "",
    left: Number | None = None,
    right: Number | None = None,
) -> Finding:
    """The rule is broken in this scope; delta is left − right where both are known."""
    return _finding(rule, report, scope, Outcome.BROKEN, reason=reason, cells=cells, left=left, right=right, verdict=verdict)


def verdict_of(cells: Iterable[Cell]) -> Verdict:
    """AGENCY only where every cell was read with certainty; otherwise undecided, and no supervisor hears of it."""
    return Verdict.AGENCY if all(cell.certain for cell in cells) else Verdict.UNDECIDED


def _finding(
    rule: BaseRule,
    report: Subject,
    scope: str,
    outcome: Outcome,
    *,
    reason: str = "",
    cells: tuple[str, ...] = (),
    left: Number | None = None,
    right: Number | None = None,
    verdict: Verdict = Verdict.AGENCY,
) -> Finding:
    delta = left - right if left is not None and right is not None else None
    return Finding(
        rule=rule.id,
        severity=Severity(rule.severity),
        agency_id=report.agency_id,
        year=report.year,
        scope=scope,
        outcome=outcome,
        says=rule.says,
        reason=reason,
        left=left,
        right=right,
        delta=delta,
        cells=cells,
        verdict=verdict,
    )
