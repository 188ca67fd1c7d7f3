"""Check numbers stated in the text against the table (N-TXT): contradicted only when no usual way of counting gives them."""

from __future__ import annotations

from expectations.form import form_for
from expectations.rule import Rule
from tasks.reconcile.equations import edition_of
from tasks.reconcile.outcome import broken, holds, not_assessable, verdict_of
from tasks.records import Cell, Claim, Finding, Number, Report

_TOTAL = "total"
_OWN = "own"


def check_narrative(rule: Rule, report: Report) -> list[Finding]:
    """One finding a measure that the text states for the report's own year.

    Only the agency's own numbers of the whole year can contradict the table; the region's or a part's can still explain it.
    """
    findings = []
    for measure, ways in rule.claims.items():
        told = [claim for claim in report.reading.claims if claim.measure == measure and claim.year == report.year]
        own = [claim for claim in told if claim.scope == _OWN and not claim.period]
        if own:
            findings.append(_check(rule, report, measure, own, ways, {claim.value for claim in told}))
    return findings


def _check(
    rule: Rule, report: Report, measure: str, claims: list[Claim], ways: tuple[tuple[str, ...], ...], told: set[Number]
) -> Finding:
    scope = f"{rule.table}.{measure}"
    sums = [_cells(rule, report, keys) for keys in ways]
    addresses = tuple(f"{rule.table}.{key}.{_TOTAL}" for key in ways[0])
    values = {sum(cell.value for cell in cells if cell.value is not None) for cells in sums if _known(cells)}
    if values & {*told, sum(claim.value for claim in claims)}:
        return holds(rule, report, scope, addresses)
    if not all(_known(cells) for cells in sums):
        return not_assessable(rule, report, scope, "表中有关数字空缺或未能读出", addresses)
    stated, printed = claims[0], sums[0][0].value
    reason = f"正文：“{stated.sentence[:60]}”"
    everything = [cell for cells in sums for cell in cells]
    return broken(rule, report, scope, addresses, verdict_of(everything), reason=reason, left=stated.value, right=printed)


def _cells(rule: Rule, report: Report, keys: tuple[str, ...]) -> list[Cell]:
    edition = edition_of(report.reading, rule.table or "")
    if edition is None:
        return []
    table = form_for(edition).tables[rule.table or ""]
    figures = report.reading.figures()
    found = [figures.get(f"{rule.table}.{row}.{_TOTAL}") for key in keys for row in table.expand(key)]
    return [cell for cell in found if cell is not None] if None not in found else []


def _known(cells: list[Cell]) -> bool:
    return bool(cells) and all(cell.value is not None for cell in cells)
