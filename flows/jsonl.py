"""A reading and its findings as one JSON line a report, for scripts."""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from flows.check import Checked
from tasks.records import Finding, Quarantine


def to_json(checked: Checked) -> str:
    """One line: file, part, status, agency, year, figures, claims, findings; for a quarantined file or part of one the reason."""
    reading = checked.reading
    line: dict[str, Any] = {"file": str(checked.path), "part": reading.part}
    if isinstance(reading, Quarantine):
        refused = {"status": "quarantined", "kind": reading.kind, "reason": reading.reason, "figures": []}
        return json.dumps(line | refused, ensure_ascii=False)
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
        "published": reading.published,
        "sections": [section.id for section in reading.sections],
        "problems": reading.problems,
        "figures": [
            asdict(cell) | {"locator": {k: v for k, v in asdict(cell.locator).items() if v is not None}} for cell in reading.cells
        ],
        "claims": [asdict(claim) for claim in reading.claims],
        "findings": [_finding(finding) for finding in checked.findings],
    }
    return json.dumps(line, ensure_ascii=False, default=_plain)


def _finding(finding: Finding) -> dict[str, Any]:
    suspects = [
        {"cells": [{"address": address, "suggested": value} for address, value in suspect.cells], "cause": suspect.cause}
        for suspect in finding.suspects
    ]
    return asdict(finding) | {"suspects": suspects}


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)
