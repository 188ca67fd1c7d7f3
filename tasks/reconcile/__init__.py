"""reconcile: a report's Cells × the Rules → Findings. Pure: the same report and rules give the same findings, in order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache

from expectations import form, rule
from expectations.rule import Rule, load_rules
from tasks.reconcile.change import check_change
from tasks.reconcile.edition import check_edition
from tasks.reconcile.equations import check_equation
from tasks.reconcile.localise import localise
from tasks.reconcile.narrative import check_narrative
from tasks.reconcile.values import check_values
from tasks.records import Finding, Report

_CHECKS: dict[str, Callable[[Rule, Report], list[Finding]]] = {
    "equation": check_equation,
    "value": check_values,
    "edition": check_edition,
    "narrative": check_narrative,
    "change": check_change,
}


def reconcile(report: Report) -> tuple[Finding, ...]:
    """What every rule says of a report: holds, broken (with the cells to blame), or not assessable and why."""
    findings = [finding for rule in load_rules() for finding in _CHECKS[rule.kind](rule, report)]
    return localise(report, tuple(findings))


@cache
def rules_version() -> str:
    """A name for the rules and forms in force: changes when any of their files does."""
    digest = hashlib.sha256()
    for folder in (form.FORMS, rule.RULES):
        for path in sorted(folder.glob("*.yml")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]
