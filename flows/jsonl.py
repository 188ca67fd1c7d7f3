"""A reading and its findings as one JSON line a report, for scripts."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from flows.check import Checked
from tasks.records import Claim, Finding, Quarantine, Reading


def to_json(checked: Checked) -> str:
    """One line: file, part, status, agency, year, figures, claims, findings; for what was quarantined the reason.

    `claims` are the report's own, of its whole year; `other_claims` another year's, half a year's, the region's, a part's.
    """
    reading = checked.reading
    line: dict[str, Any] = {"file": str(checked.path), "part": reading.part}
    if isinstance(reading, Quarantine):
        refused = {"status": "quarantined", "kind": reading.kind, "reason": reading.reason, "figures": []}
        return json.dumps(line | refused, ensure_ascii=False)
    own = _own_claims(reading)
    editions = [edition for _, edition in reading.editions if edition]
    line |= {
        "status": "read",
        "reason": None,
        "agency": reading.agency,
        "year": reading.year,
        "form": editions[0] if editions else None,
        "editions": dict(reading.editions),
        "title": reading.title,
        "period": reading.period,
        "sections": [section.id for section in reading.sections],
        "problems": reading.problems,
        "figures": [
            asdict(cell) | {"locator": {k: v for k, v in asdict(cell.locator).items() if v is not None}} for cell in reading.cells
        ],
        "published": reading.published,
        "claims": [asdict(claim) for claim in own],
        "other_claims": [asdict(claim) for claim in reading.claims if claim not in own],
        "findings": [_finding(finding) for finding in checked.findings],
    }
    return json.dumps(line, ensure_ascii=False, default=_plain)


def _own_claims(reading: Reading) -> list[Claim]:
    """Claims of the report's own whole year: of the year it is for, or that its text mostly speaks of (a title may be stale)."""
    whole = [claim for claim in reading.claims if claim.scope == "own" and not claim.period]
    years = Counter(claim.year for claim in whole)
    usual = max(years, key=lambda year: (years[year], year == reading.year), default=None)
    return [claim for claim in whole if claim.year in (reading.year, usual)]


def _finding(finding: Finding) -> dict[str, Any]:
    suspects = [
        {"cells": [{"address": address, "suggested": value} for address, value in suspect.cells], "cause": suspect.cause}
        for suspect in finding.suspects
    ]
    return asdict(finding) | {"suspects": suspects}


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)
