"""Check what single figures look like: whole numbers not below zero (T-INT), nothing left blank (T-BLANK)."""

from __future__ import annotations

from collections.abc import Callable

from expectations.form import Column, form_for, split_address
from expectations.rule import ValueRule
from tasks.reconcile.equations import edition_of
from tasks.reconcile.outcome import broken, holds, verdict_of
from tasks.records import Cell, Finding, Report, Semantics

_SHOWN = 3


def check_values(rule: ValueRule, report: Report) -> list[Finding]:
    """One finding a printed table, naming every offending cell. Cells read without certainty do not accuse by the others."""
    checks: dict[str, Callable[[Cell, Column], bool]] = {"number": _is_number, "filled": _is_filled}
    check = checks[rule.check]
    findings = []
    for table, _ in report.reading.editions:
        columns = form_for(edition_of(report.reading, table) or "").tables[table].columns
        cells = [cell for cell in report.reading.cells if cell.address.startswith(f"{table}.")]
        bad = [cell for cell in cells if not check(cell, columns[split_address(cell.address)[2]])]
        certain = [cell for cell in bad if cell.certain] or bad
        if not bad:
            findings.append(holds(rule, report, table))
            continue
        printed = "、".join(dict.fromkeys(f"“{cell.raw}”" for cell in certain[:_SHOWN]))
        reason = f"{len(certain)}处：{printed}{'等' if len(certain) > _SHOWN else ''}"
        findings.append(broken(rule, report, table, tuple(c.address for c in certain), verdict_of(certain), reason=reason))
    return findings


def _is_number(cell: Cell, column: Column) -> bool:
    """A number of the kind the column takes. Blanks are another rule's matter, and so is what we could not read."""
    if cell.value is None:
        return cell.semantics is not Semantics.TEXT
    if column.value != "decimal" and cell.value != int(cell.value):
        return False
    return column.value == "signed" or cell.value >= 0


def _is_filled(cell: Cell, column: Column) -> bool:
    return cell.semantics not in (Semantics.EMPTY, Semantics.NA)
