"""Check numbers stated in the text against the tables (N-TXT): contradicted only when no usual way of counting gives them."""

from __future__ import annotations

from expectations.form import form_for, split_address
from expectations.rule import NarrativeRule, cells_of
from tasks.reconcile.equations import edition_of
from tasks.reconcile.outcome import broken, holds, not_assessable, verdict_of
from tasks.records import Cell, Claim, Finding, Number, Reading, Report

_OWN = "own"


def check_narrative(rule: NarrativeRule, report: Report) -> list[Finding]:
    """One finding a measure that the text states for the report's own year.

    Only the agency's own numbers of the whole year can contradict the table; the region's or a part's can still explain it.
    """
    findings = []
    for measure, ways in rule.claims.items():
        own = own_claims(report, measure)
        if own:
            findings.append(_check(rule, report, measure, own, ways, {claim.value for claim in _told(report, measure)}))
    return findings


def own_claims(report: Report, measure: str) -> list[Claim]:
    """The agency's own numbers for a measure, of the whole report year."""
    return [claim for claim in _told(report, measure) if claim.scope == _OWN and not claim.period]


def _told(report: Report, measure: str) -> list[Claim]:
    return [claim for claim in report.reading.claims if claim.measure == measure and claim.year == report.year]


def scope_of(ways: tuple[tuple[str, ...], ...], measure: str) -> str:
    """The scope of a measure's finding: the table it is about, and the measure."""
    return f"{split_address(ways[0][0])[0]}.{measure}"


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
    scope = scope_of(ways, measure)
    addresses = stated[0] if stated else ()
    sums = [[figures.get(address) for address in way] for way in stated]
    values = {total for cells in sums if (total := _total(cells)) is not None}
    if values & {*told, sum(claim.value for claim in claims)}:
        return holds(rule, report, scope, addresses)
    if not sums or any(_total(cells) is None for cells in sums):
        return not_assessable(rule, report, scope, "表中有关数字空缺或未能读出", addresses)
    reason = f"正文：“{claims[0].sentence[:60]}”"
    everything = [cell for cells in sums for cell in cells if cell is not None]
    verdict = verdict_of(everything)
    return broken(rule, report, scope, addresses, verdict, reason=reason, left=claims[0].value, right=_total(sums[0]))


def _total(cells: list[Cell | None]) -> Number | None:
    """The sum of cells, or None where one is missing or no number."""
    values = [cell.value for cell in cells if cell is not None and cell.value is not None]
    return sum(values) if values and len(values) == len(cells) else None
