"""Compare a report with the revision it replaced (D-CHANGE): which figures were altered after publication."""

from __future__ import annotations

from expectations.rule import ChangeRule
from tasks.reconcile.outcome import broken, holds, verdict_of
from tasks.records import Cell, Finding, Report

_SHOWN = 3


def check_change(rule: ChangeRule, report: Report) -> list[Finding]:
    """One finding for a report that replaced another revision; none for one that did not."""
    if report.superseded is None:
        return []
    before, after = report.superseded.figures(), report.reading.figures()
    changed = [address for address in after if address in before and _differs(before[address], after[address])]
    changed += [address for address in after if address not in before] + [address for address in before if address not in after]
    if not changed:
        return [holds(rule, report, "report")]
    cells = [figures[address] for address in changed for figures in (before, after) if address in figures]
    shown = "；".join(f"{address}由{_raw(before, address)}改为{_raw(after, address)}" for address in changed[:_SHOWN])
    reason = f"{len(changed)}个数据有改动：{shown}{'等' if len(changed) > _SHOWN else ''}"
    return [broken(rule, report, "report", tuple(changed), verdict_of(cells), reason=reason)]


def _differs(before: Cell, after: Cell) -> bool:
    """Whether something else is printed: another way to write the same is no change, nor is a person's word on the same text."""
    return _said(before) != _said(after) and before.raw != after.raw


def _said(cell: Cell) -> tuple[object, ...]:
    return cell.value, cell.semantics, cell.unit


def _raw(figures: dict[str, Cell], address: str) -> str:
    return figures[address].raw or "（空）" if address in figures else "（无此项）"
