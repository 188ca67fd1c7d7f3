"""Say in a finding which of its figures a person decided (人工复核): theirs is the figure, and what was read stands beside it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tasks.reconcile.equations import PREVIOUS
from tasks.records import Cell, Finding, Outcome, Report


def as_printed(cell: Cell) -> str:
    """A figure in words: the text as it was read, or what a person saw on the page."""
    if not cell.decided or cell.value is None:
        return cell.raw
    return f"{Decimal(cell.value):f}（人工复核，原读“{cell.raw}”）" if cell.decided == "corrected" else f"{cell.raw}（人工复核）"


def tell_decisions(report: Report, finding: Finding) -> Finding:
    """The finding, with a remark on each figure that a person decided and that its reason does not yet state so."""
    if finding.outcome is not Outcome.BROKEN:
        return finding
    figures = report.reading.figures()
    figures |= {PREVIOUS + cell.address: cell for cell in report.previous.cells} if report.previous else {}
    cells = ((address, figures[address]) for address in finding.cells if address in figures)
    told = {address: as_printed(cell) for address, cell in cells if cell.decided and cell.value is not None}
    remarks = [f"{address}实为{said}" for address, said in told.items() if said not in finding.reason]
    return replace(finding, reason="；".join(filter(None, (finding.reason, *remarks)))) if remarks else finding
