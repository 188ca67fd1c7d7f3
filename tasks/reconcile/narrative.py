"""Check numbers stated in the text against the tables (N-TXT): contradicted only when no usual way of counting gives them."""

from __future__ import annotations

import re
from dataclasses import replace

from expectations.base_rule import cells_of
from expectations.form import form_for, split_address
from expectations.rule import NarrativeRule
from tasks.reconcile.equations import edition_of
from tasks.reconcile.outcome import broken, holds, not_assessable, verdict_of
from tasks.records import Cell, Claim, Finding, Number, Outcome, Reading, Report, Semantics, Verdict

_OWN = "own"
_TOTAL = "total"
_WITH_TOTALS = ("applications", "disputes")  # the tables whose column total adds up the others of its row
_QUOTED = 60


def check_narrative(rule: NarrativeRule, report: Report) -> list[Finding]:
    """One finding a measure that the text states for the report's own year.

    Only the agency's own numbers of the whole year can contradict the table; the region's or a part's can still explain it.
    """
    findings = []
    for measure, ways in rule.claims.items():
        whole = [c for c in report.reading.claims if c.measure == measure and c.scope == _OWN and not c.period]
        told = {c.value for c in report.reading.claims if c.measure == measure and c.year == report.year}
        own = own_claims(report, measure)
        stale = [claim for claim in whole if claim.year == report.year - 1]
        if own:
            findings.append(_check(rule, report, measure, own, ways, told))
        elif stale:
            findings += _check_stale(rule, report, measure, stale, ways)
    return findings


def own_claims(report: Report, measure: str) -> list[Claim]:
    """The agency's own numbers for a measure, of the whole report year."""
    told = (claim for claim in report.reading.claims if claim.measure == measure and claim.year == report.year)
    return [claim for claim in told if claim.scope == _OWN and not claim.period]


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
    if not stated:
        return not_assessable(rule, report, scope, _absence(scope.partition(".")[0], report.reading))
    sums = [[figures.get(address) for address in way] for way in stated]
    values = {total for cells in sums if (total := _total(cells)) is not None}
    if values & {*told, sum(claim.value for claim in claims)}:
        return holds(rule, report, scope, stated[0])
    most = max(*told, sum(claim.value for claim in claims))
    if not all(_total(cells) is not None or _exceeds(way, most, figures) for way, cells in zip(stated, sums, strict=True)):
        return not_assessable(rule, report, scope, "表中有关数字空缺或未能读出", stated[0])
    cells = [cell for way in stated for address in way for cell in _parts(address, figures)]
    verdict = _verdict(rule, report.reading, measure, claims, cells)
    claim, table_says = _plain(rule, measure, claims) or claims[0], _total(sums[0])
    bound = "" if table_says is not None else "表中总计空缺，仅各分项已填的就多于此数；"
    reason = f"{bound}{rule.measures[measure]}，正文：“{claim.sentence[:_QUOTED]}”"
    return broken(rule, report, scope, stated[0], verdict, reason=reason, left=claim.value, right=table_says)


def _check_stale(
    rule: NarrativeRule, report: Report, measure: str, claims: list[Claim], ways: tuple[tuple[str, ...], ...]
) -> list[Finding]:
    """Numbers that the text states for last year only: none of them fits either year, or the year is all that is wrong."""
    before = report.previous
    if before is not None and _fits(claims, ways, before):
        return []
    finding = _check(rule, report, measure, claims, ways, {claim.value for claim in claims})
    if finding.outcome is not Outcome.BROKEN:
        return []
    year = f"正文所写年份为{report.year - 1}年"
    if before is None or any(total is None for total in _totals(ways, before)):
        return [not_assessable(rule, report, finding.scope, f"{year}，没有上年数据可对照；{finding.reason}", finding.cells)]
    figures = before.figures()
    is_sure = all(figures[address].certain for way in ways_of(ways, before) for address in way)
    verdict = finding.verdict if is_sure else Verdict.UNDECIDED
    return [replace(finding, reason=f"{year}，与上年报告也不一致；{finding.reason}", verdict=verdict)]


def _fits(claims: list[Claim], ways: tuple[tuple[str, ...], ...], reading: Reading) -> bool:
    """Whether one of the numbers, or their sum, is what a way of counting gives in a reading."""
    return bool({*(claim.value for claim in claims), sum(claim.value for claim in claims)} & set(_totals(ways, reading)))


def _totals(ways: tuple[tuple[str, ...], ...], reading: Reading) -> list[Number | None]:
    figures = reading.figures()
    return [_total([figures.get(address) for address in way]) for way in ways_of(ways, reading)] or [None]


def _exceeds(way: tuple[str, ...], most: Number, figures: dict[str, Cell]) -> bool:
    """Whether what a way's blank totals must come to at least, by the parts beside them, is more than the text says."""
    parts = [_parts(address, figures) for address in way]
    values = [cell.value for cells in parts for cell in cells if cell.value is not None]
    return all(parts) and sum(values) > most


def _parts(address: str, figures: dict[str, Cell]) -> tuple[Cell, ...]:
    """A figure; or for a row's blank total the figures that it adds up. Empty where it was not read, or has no parts (表二)."""
    cell = figures.get(address)
    name, row, column = split_address(address)
    if cell is None or cell.semantics in (Semantics.TEXT, Semantics.UNREADABLE):
        return ()
    if cell.value is not None or column != _TOTAL or name not in _WITH_TOTALS:
        return (cell,)
    prefix = f"{name}.{row}."
    return (cell, *(figures[a] for a in figures if a.startswith(prefix) and split_address(a)[1] == row and a != address))


def _absence(table: str, reading: Reading) -> str:
    edition = edition_of(reading, table)
    return f"{edition}年格式无此项" if edition else "报告中未见此表"


def _verdict(rule: NarrativeRule, reading: Reading, measure: str, claims: list[Claim], cells: list[Cell]) -> Verdict:
    """AGENCY only where the figures are certain, the text was no picture, and a sentence says beyond doubt what it counts."""
    is_text = all(cell.confidence == 1.0 for cell in reading.cells)
    return verdict_of(cells) if is_text and _plain(rule, measure, claims) else Verdict.UNDECIDED


def _plain(rule: NarrativeRule, measure: str, claims: list[Claim]) -> Claim | None:
    """The first claim that cannot be of another matter."""
    pattern = rule.doubtful.get(measure)
    return next((claim for claim in claims if pattern is None or not re.search(pattern, claim.sentence)), None)


def _total(cells: list[Cell | None]) -> Number | None:
    """The sum of cells, or None where one is missing or no number."""
    values = [cell.value for cell in cells if cell is not None and cell.value is not None]
    return sum(values) if values and len(values) == len(cells) else None
