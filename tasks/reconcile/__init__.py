"""reconcile: a report's Cells × the Rules → Findings. Pure: the same report and rules give the same findings, in order."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from expectations import form, rule
from expectations.agency_type import AGENCY_TYPES, AgencyType, agency_type
from expectations.deadline import DEADLINES
from expectations.reorganisation import REORGANISATION
from expectations.rule import (
    AmountRule,
    ChangeRule,
    EditionRule,
    EquationRule,
    JumpRule,
    NarrativeRule,
    ReportRule,
    StructureRule,
    ValueRule,
    ZeroRule,
    load_rules,
)
from tasks.reconcile.change import check_change
from tasks.reconcile.decided import tell_decisions
from tasks.reconcile.edition import check_edition
from tasks.reconcile.equations import check_equation
from tasks.reconcile.localise import localise
from tasks.reconcile.magnitude import check_amount, check_jump
from tasks.reconcile.narrative import check_narrative
from tasks.reconcile.structure import check_structure
from tasks.reconcile.values import check_values, check_zero
from tasks.records import Finding, Report


def reconcile(report: Report) -> tuple[Finding, ...]:
    """What every rule says of a report: holds, broken (with the cells to blame), or not assessable and why."""
    subject = type_of(report)
    findings = [finding for rule in _report_rules() if rule.concerns(subject) for finding in _put(rule, report)]
    return tuple(tell_decisions(report, each) for each in localise(report, tuple(findings)))


@cache
def _report_rules() -> tuple[ReportRule, ...]:
    return tuple(rule for rule in load_rules() if isinstance(rule, ReportRule))


def type_of(report: Report) -> AgencyType | None:
    """The type of the report's agency: by the register, or by the printed name where there is no register."""
    if report.agency is not None:
        return agency_type(report.agency.name, report.agency.level)
    return agency_type(report.reading.agency)


def _put(rule: ReportRule, report: Report) -> list[Finding]:
    match rule:
        case EquationRule():
            return check_equation(rule, report)
        case ValueRule():
            return check_values(rule, report)
        case EditionRule():
            return check_edition(rule, report)
        case NarrativeRule():
            return check_narrative(rule, report)
        case ChangeRule():
            return check_change(rule, report)
        case ZeroRule():
            return check_zero(rule, report, type_of(report))
        case AmountRule():
            return check_amount(rule, report, type_of(report))
        case JumpRule():
            return check_jump(rule, report)
        case StructureRule():
            return check_structure(rule, report)


@cache
def rules_version() -> str:
    """A name for the rules and forms in force: changes when any of their files does."""
    digest = hashlib.sha256()
    for path in _files():
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _files() -> list[Path]:
    folders = (form.FORMS, rule.RULES)
    return [AGENCY_TYPES, DEADLINES, REORGANISATION, *(path for folder in folders for path in sorted(folder.glob("*.yml")))]
