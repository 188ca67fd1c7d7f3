"""Check single figures: whole numbers not below zero (T-INT), none blank (T-BLANK), 0 where there can be none (T-RULEMAKER)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from expectations.agency_type import AgencyType
from expectations.form import Column, form_for, split_address
from expectations.rule import ValueRule, ZeroRule
from tasks.reconcile.decided import as_printed
from tasks.reconcile.equations import edition_of
from tasks.reconcile.outcome import broken, holds, not_assessable, verdict_of
from tasks.records import Cell, Finding, Report, Semantics, Suspect

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
        printed = "、".join(dict.fromkeys(f"{_quoted(cell)}{_fault(cell)}" for cell in certain[:_SHOWN]))
        reason = f"{len(certain)}处：{printed}{'等' if len(certain) > _SHOWN else ''}"
        found = broken(rule, report, table, tuple(c.address for c in certain), verdict_of(certain), reason=reason)
        findings.append(replace(found, suspects=_misprinted(rule, certain)))
    return findings


def _misprinted(rule: ValueRule, cells: Sequence[Cell]) -> tuple[Suspect, ...]:
    """The figures that are no numbers, as the ones that are wrong: what they should be, the equations may say."""
    return (Suspect(tuple((cell.address, None) for cell in cells), "misprinted"),) if rule.check == "number" else ()


def check_zero(rule: ZeroRule, report: Report, subject: AgencyType | None) -> list[Finding]:
    """One finding for the table: broken where a figure is not 0, whatever else is blank."""
    edition = edition_of(report.reading, rule.table)
    if edition is None:
        return [not_assessable(rule, report, rule.table, "报告中未见此表")]
    table, figures = form_for(edition).tables[rule.table], report.reading.figures()
    rows = [leaf for row in rule.rows for leaf in table.expand(row)]
    addresses = tuple(f"{rule.table}.{row}.{column}" for row in rows for column in table.columns_of(row))
    cells = [figures[address] for address in addresses if address in figures]
    bad = [cell for cell in cells if cell.value]
    if bad:
        label = f"该单位为{subject.label}，" if subject else ""
        printed = "、".join(f"{cell.address}{_is(cell)}{as_printed(cell)}" for cell in bad[:_SHOWN])
        touched = tuple(cell.address for cell in bad)
        return [broken(rule, report, rule.table, touched, verdict_of(bad), reason=f"{label}{printed}")]
    if len(cells) < len(addresses) or any(cell.value is None for cell in cells):
        return [not_assessable(rule, report, rule.table, "有关各栏有空缺、不是数字或未能读出", addresses)]
    return [holds(rule, report, rule.table, addresses, 0)]


def _is(cell: Cell) -> str:
    return "实为" if cell.decided else "为"


def _quoted(cell: Cell) -> str:
    """The printed text in quotes; what a person saw instead, as it is."""
    return as_printed(cell) if cell.decided else f"“{cell.raw}”"


def _fault(cell: Cell) -> str:
    """What is wrong with a figure that is no whole number from 0 up; blank for a blank."""
    if cell.value is None:
        return "（不是数字）" if cell.semantics is Semantics.TEXT else ""
    return "（负数）" if cell.value < 0 else "（小数）"


def _is_number(cell: Cell, column: Column) -> bool:
    """A number of the kind the column takes. Blanks are another rule's matter, and so is what we could not read."""
    if cell.value is None:
        return cell.semantics is not Semantics.TEXT
    if column.value != "decimal" and cell.value != int(cell.value):
        return False
    return column.value == "signed" or cell.value >= 0


def _is_filled(cell: Cell, column: Column) -> bool:
    return cell.semantics not in (Semantics.EMPTY, Semantics.NA)
