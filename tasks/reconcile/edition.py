"""Check that a report uses the form of its year (T-FORMAT), table by table: real reports mix editions."""

from __future__ import annotations

from expectations.form import edition_for, form_for
from expectations.rule import EditionRule
from tasks.reconcile.outcome import broken, holds, not_assessable, verdict_of
from tasks.records import Finding, Report


def check_edition(rule: EditionRule, report: Report) -> list[Finding]:
    """One finding for the report. A table that is the same in all editions says nothing."""
    wanted = edition_for(report.year)
    printed = [(table, edition) for table, edition in report.reading.editions if edition]
    if wanted is None or not printed:
        return [not_assessable(rule, report, "report", "该年度没有统一格式" if wanted is None else "表格标签不足以判断格式")]
    stale = [(table, edition) for table, edition in printed if edition != wanted]
    if not stale:
        return [holds(rule, report, "report")]
    cells = [cell for cell in report.reading.cells if cell.address.split(".")[0] in dict(stale)]
    said = "；".join(f"{form_for(edition).tables[table].heading}用的是{edition}年格式" for table, edition in stale)
    return [broken(rule, report, "report", (), verdict_of(cells), reason=f"{said}，{report.year}年度应为{wanted}年格式")]
