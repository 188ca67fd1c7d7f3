"""Check numbers stated in the text against the tables (N-TXT): contradicted only when no usual way of counting gives them."""

from __future__ import annotations

import re

from expectations.form import form_for, split_address
from expectations.rule import NarrativeRule, cells_of
from tasks.reconcile.equations import edition_of
from tasks.reconcile.outcome import broken, holds, not_assessable, verdict_of
from tasks.records import Cell, Claim, Finding, Number, Reading, Report, Verdict

_OWN = "own"
_QUOTED = 60


def check_narrative(rule: NarrativeRule, report: Report) -> list[Finding]:
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


def ways_of(ways: tuple[tuple[str, ...], ...], reading: Reading) -> tuple[tuple[str, ...], ...]:
    """The ways of counting that a reading's own editions have, as addresses of single figures."""
    spread = (tuple(_cells(address, reading) for address in way) for way in ways)
    return tuple(tuple(cell for cells in way for cell in cells) for way in spread if all(way))


def _cells(address: str, reading: Reading) -> tuple[str, ...]:
    edition = edition_of(reading, split_address(address)[0])
    return cells_of(address, form_for(edition)) if edition else ()


def _check(
    rule: NarrativeRule,
    report: Report,
    measure: str,
    claims: list[Claim],
    ways: tuple[tuple[str, ...], ...],
    told: set[Number],
) -> Finding:
    figures = report.reading.figures()
    stated = ways_of(ways, report.reading)
    table = split_address(ways[0][0])[0]
    scope = ".".join((table, measure))
    if not stated:
        return not_assessable(rule, report, scope, _absence(table, report.reading))
    sums = [[figures.get(address) for address in way] for way in stated]
    values = {total for cells in sums if (total := _total(cells)) is not None}
    if values & {*told, sum(claim.value for claim in claims)}:
        return holds(rule, report, scope, stated[0])
    if any(_total(cells) is None for cells in sums):
        return not_assessable(rule, report, scope, "表中有关数字空缺或未能读出", stated[0])
    cells = [cell for cells in sums for cell in cells if cell is not None]
    verdict = _verdict(rule, report.reading, measure, claims, cells)
    reason = f"正文：“{claims[0].sentence[:_QUOTED]}”"
    return broken(rule, report, scope, stated[0], verdict, reason=reason, left=claims[0].value, right=_total(sums[0]))


def _absence(table: str, reading: Reading) -> str:
    edition = edition_of(reading, table)
    return f"{edition}年格式无此项" if edition else "报告中未见此表"


def _verdict(rule: NarrativeRule, reading: Reading, measure: str, claims: list[Claim], cells: list[Cell]) -> Verdict:
    """AGENCY only where the figures are certain, the text was no picture, and a sentence says beyond doubt what it counts."""
    pattern = rule.doubtful.get(measure)
    is_plain = pattern is None or any(not re.search(pattern, claim.sentence) for claim in claims)
    is_text = all(cell.confidence == 1.0 for cell in reading.cells)
    return verdict_of(cells) if is_plain and is_text else Verdict.UNDECIDED


def _total(cells: list[Cell | None]) -> Number | None:
    """The sum of cells, or None where one is missing or no number."""
    values = [cell.value for cell in cells if cell is not None and cell.value is not None]
    return sum(values) if values and len(values) == len(cells) else None
