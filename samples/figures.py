"""The sample reports' figures: what every report prints on night one and night two, worked out from reports.yml.

Only a report's own numbers are written there; totals, （七） and 四 follow by arithmetic and 二 from last year's 四, so that
every report ties except where the file plants a slip and says which rules it breaks.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from expectations.form import Form, edition_for, form_for

HERE = Path(__file__).parent
Number = int | Decimal
_PASSED_ON = ("new", "carried_in", "concluded", "carried_out")


@dataclass(frozen=True, slots=True)
class SampleAgency:
    """An invented agency: its line of the register, and which list of the portal it publishes in."""

    id: str
    name: str
    aliases: tuple[str, ...]
    level: str
    parent: str
    supervisor: str
    listing: str
    own_name: str
    is_government: bool


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a planted slip breaks, everywhere it breaks it, and the slip in words."""

    rule: str
    scopes: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class SampleReport:
    """One report as published: its figures (slips included), how it is printed, what its text claims, what it breaks."""

    agency: SampleAgency
    year: int
    edition: str
    published: date
    printed_as: str
    attachment: str
    variants: tuple[str, ...]
    title: str
    figures: Mapping[str, Number]
    printed: Mapping[str, str]
    told: Mapping[str, int]
    fees: tuple[int, ...]
    breaks: tuple[Breach, ...]
    what: str = ""  # on night two: corrected, changed, new

    @property
    def form(self) -> Form:
        """The edition of the form that the report uses."""
        return form_for(self.edition)


def read_yaml(name: str) -> Any:
    """One of the data files beside this module."""
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


@cache
def agencies() -> Mapping[str, SampleAgency]:
    """Every invented agency by its id."""
    data = read_yaml("agencies.yml")
    found = {}
    for key, entry in data["agencies"].items():
        found[key] = SampleAgency(
            id=key,
            name=entry["name"],
            aliases=tuple(entry["aliases"]),
            level=entry["level"],
            parent=entry["parent"],
            supervisor=data["supervisors"][entry["supervisor"]],
            listing=entry["listing"],
            own_name=entry["self"],
            is_government=entry.get("government", False),
        )
    return found


@cache
def reports(night: int) -> tuple[SampleReport, ...]:
    """Every report that the portal shows on a night (1 or 2), by agency and year."""
    return tuple(
        report for key, years in read_yaml("reports.yml").items() for report in _of_agency(agencies()[key], years, night)
    )


def withdrawn() -> tuple[tuple[str, int], ...]:
    """(agency, year) of every report that is gone on night two."""
    entries = ((key, year, entry) for key, years in read_yaml("reports.yml").items() for year, entry in years.items())
    return tuple((key, year) for key, year, entry in entries if entry.get("night2", {}).get("what") == "withdrawn")


def _of_agency(agency: SampleAgency, years: dict[int, dict[str, Any]], night: int) -> Iterator[SampleReport]:
    before: dict[str, Number] = {}
    for year, written in sorted(years.items()):
        change = written.get("night2", {}) if night == 2 else {}
        if written.get("night", 1) > night or change.get("what") == "withdrawn":
            continue
        entry = written | change
        if change.get("what") == "corrected":
            entry = entry | {"breaks": []}
        form = form_for(str(entry.get("edition") or edition_for(year)))
        right = _figures(form, entry, before)
        yield _report(agency, year, form, entry, right)
        before = right


def _report(agency: SampleAgency, year: int, form: Form, entry: dict[str, Any], right: dict[str, Number]) -> SampleReport:
    figures = right | entry.get("slips", {})
    whole = agency.listing.count("-") == 0
    return SampleReport(
        agency=agency,
        year=year,
        edition=form.edition,
        published=entry["published"],
        printed_as=entry["as"],
        attachment=entry.get("attachment", ""),
        variants=tuple(entry.get("variants", ())),
        title=entry.get("title", f"{agency.name if whole else ''}{year}年政府信息公开工作年度报告"),
        figures=figures,
        printed=_printed(entry.get("printed", ()), figures),
        told=entry.get("told", {}),
        fees=tuple(entry.get("fees", ())),
        breaks=tuple(Breach(b["rule"], tuple(b["scopes"]), b["note"]) for b in entry.get("breaks", ())),
        what=entry.get("what", ""),
    )


def _figures(form: Form, entry: dict[str, Any], before: Mapping[str, Number]) -> dict[str, Number]:
    figures: dict[str, Number] = dict.fromkeys(form.addresses(), 0)
    for row, values in entry["disclosure"].items():
        listed = values if isinstance(values, list) else [values]
        for column, value in zip(form.tables["disclosure"].columns_of(row), listed, strict=True):
            figures[f"disclosure.{row}.{column}"] = Decimal(str(value)) if isinstance(value, float) else value
    for row, parts in entry.get("disputes", {}).items():
        for column, value in zip(("upheld", "corrected", "other", "pending", "total"), [*parts, sum(parts)], strict=True):
            figures[f"disputes.{row}.{column}"] = value
    return figures | _applications(form, entry, before)


def _applications(form: Form, entry: dict[str, Any], before: Mapping[str, Number]) -> dict[str, Number]:
    table = form.tables["applications"]
    applicants = [column for column in table.columns if column != "total"]
    results = [leaf.key for leaf in table.leaves() if leaf.key not in _PASSED_ON]
    rows: dict[str, dict[str, Number]] = {row: dict(entry.get(row, {})) for row in ("new", *results)}
    rows["carried_in"] = entry["carried_in"] if "carried_in" in entry else _from_last_year(applicants, before)
    rows["concluded"] = {c: sum(rows[row].get(c, 0) for row in results) for c in applicants}
    rows["carried_out"] = {c: rows["new"].get(c, 0) + rows["carried_in"].get(c, 0) - rows["concluded"][c] for c in applicants}
    if min(rows["carried_out"].values()) < 0:
        raise ValueError(f"reports.yml, published {entry['published']}: more concluded than received {rows['carried_out']}")
    figures: dict[str, Number] = {}
    for row, values in rows.items():
        for column in applicants:
            figures[f"applications.{row}.{column}"] = values.get(column, 0)
        figures[f"applications.{row}.total"] = sum(values.values())
    return figures


def _from_last_year(applicants: list[str], before: Mapping[str, Number]) -> dict[str, Number]:
    return {column: before[f"applications.carried_out.{column}"] for column in applicants}


def _printed(written: list[dict[str, Any]], figures: Mapping[str, Number]) -> dict[str, str]:
    printed: dict[str, str] = {}
    for entry in written:
        for address, value in figures.items():
            chosen = any(fnmatch.fnmatchcase(address, pattern) for pattern in entry["cells"])
            if chosen and ("value" not in entry or value == entry["value"]):
                printed[address] = entry["text"]
    return printed
