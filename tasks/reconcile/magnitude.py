"""Check how large figures are: sums of money in the wrong unit (T-UNIT), counts that leap from one year to the next (Q-JUMP)."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from expectations.agency_type import AgencyType
from expectations.base_rule import cells_of
from expectations.form import form_for, split_address
from expectations.rule import AmountRule, Ceiling, JumpRule
from tasks.reconcile.equations import PREVIOUS, edition_of
from tasks.reconcile.outcome import broken, holds, not_assessable, verdict_of
from tasks.records import Cell, Finding, Number, Reading, Report, Semantics, Suspect

_UNIT = "unit"  # the cause: 元 written where the form asks for 万元


def check_amount(rule: AmountRule, report: Report, subject: AgencyType | None) -> list[Finding]:
    """One finding for the sum: too much for its agency, or last year's times the units' factor."""
    scope, cell = rule.address, report.reading.figures().get(rule.address)
    obstacle = _missing(rule.address, report.reading, "") or (_foreign_unit(rule, cell) if cell else "")
    amount = _amount(rule, cell)
    if obstacle or cell is None or amount is None:
        return [not_assessable(rule, report, scope, obstacle, (scope,))]
    before = report.previous.figures().get(rule.address) if report.previous else None
    last = _amount(rule, before)
    ceiling = _ceiling(rule, report, subject)
    found = replace(holds(rule, report, scope, (scope,)), left=amount, right=None)
    if amount > ceiling.most:
        reason = f"超过{ceiling.label}通常的上限{ceiling.most}"
        found = broken(rule, report, scope, (scope,), verdict_of([cell]), reason=reason, left=amount)
    elif before is not None and last and _is_slip(rule, amount, last):
        reason, touched = f"约为上年的{_times(amount, last)}倍", (scope, PREVIOUS + scope)
        found = broken(rule, report, scope, touched, verdict_of([cell, before]), reason=reason, left=amount, right=last)
    else:
        return [holds(rule, report, scope, (scope,), amount)]
    is_plain = rule.units.get(cell.unit) == rule.units[""]
    slip = Suspect(((scope, _exact(Decimal(amount) / rule.factor)),), _UNIT)
    return [replace(found, suspects=(slip,) if is_plain else ())]


def _is_slip(rule: AmountRule, amount: Number, last: Number) -> bool:
    """Whether a sum is the units' factor times last year's, give or take the leeway."""
    return last * rule.factor <= amount * rule.leeway and amount <= last * rule.factor * rule.leeway


def check_jump(rule: JumpRule, report: Report) -> list[Finding]:
    """One finding a count that both years have; those that are small in both hold."""
    if report.previous is None:
        return [not_assessable(rule, report, "report", report.previous_reason or "没有上年报告")]
    return [_jump(rule, report, report.previous, address) for address in rule.addresses]


def _jump(rule: JumpRule, report: Report, previous: Reading, address: str) -> Finding:
    touched = (address, PREVIOUS + address)
    now, before = report.reading.figures().get(address), previous.figures().get(address)
    obstacle = _missing(address, report.reading, "") or _missing(address, previous, "上年报告")
    if obstacle or now is None or before is None or now.value is None or before.value is None:
        return not_assessable(rule, report, address, obstacle, touched)
    less, more = sorted((now.value, before.value))
    if more < rule.least or more <= less * rule.factor:
        return holds(rule, report, address, touched)
    reason = f"约为上年的{_times(now.value, before.value)}倍" if before.value else "上年为0"
    verdict = verdict_of([now, before])
    return broken(rule, report, address, touched, verdict, reason=reason, left=now.value, right=before.value)


def _missing(address: str, reading: Reading, whose: str) -> str:
    """Why a figure is not there as a number, or blank."""
    edition = edition_of(reading, split_address(address)[0])
    if edition is None:
        return f"{whose or '报告中'}未见此表"
    if not cells_of(address, form_for(edition)):
        return f"{whose}{edition}年格式无此项"
    cell = reading.figures().get(address)
    if cell is None or cell.semantics is Semantics.UNREADABLE:
        return f"{whose}未能读出：{address}"
    if cell.value is None:
        return f"{whose}{'不是数字' if cell.semantics is Semantics.TEXT else '空缺'}：{address}"
    return ""


def _foreign_unit(rule: AmountRule, cell: Cell) -> str:
    return "" if cell.unit in rule.units else f"单位“{cell.unit}”不能折算"


def _amount(rule: AmountRule, cell: Cell | None) -> Number | None:
    """A sum in the form's unit, or None where there is no number or its unit is no money."""
    if cell is None or cell.value is None or cell.unit not in rule.units:
        return None
    return _exact(cell.value * rule.units[cell.unit])


def _exact(value: Number) -> Number:
    decimal = Decimal(value)
    return int(decimal) if decimal == decimal.to_integral_value() else decimal.normalize()


def _times(now: Number, before: Number) -> str:
    return f"{(Decimal(now) / Decimal(before)).quantize(Decimal('0.01')).normalize():f}"


def _ceiling(rule: AmountRule, report: Report, subject: AgencyType | None) -> Ceiling:
    level, name = (report.agency.level, report.agency.name) if report.agency else ("", report.reading.agency)
    for ceiling in rule.ceilings:
        by_type = subject is not None and subject.type in ceiling.types
        if by_type or level in ceiling.levels or (ceiling.names and re.search(ceiling.names, name)):
            return ceiling
    return rule.ceilings[-1]
