"""A small world for the tests of the warehouse: agencies, pages whose text is their figures, a reader of them, and a night.

A page's body is a line such as `2023 new=5 concluded=5`: the year printed, and rows of table 三 (column 总计) that are not 0.
`new=` leaves the figure blank. `by=乙局` prints the agency's name. A body that begins with `scan` cannot be read. Where `;`
stands between several such bodies, the document holds as many reports, its parts called 1, 2 and so on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from expectations.form import form_for
from tasks import load
from tasks.fetched import ColumnOutcome, Crawl, Fetched, Missed
from tasks.load import CrawlCounts
from tasks.printed import Agreement, Locator
from tasks.records import (
    Agency,
    Cell,
    Claim,
    Document,
    Finding,
    Number,
    Outcome,
    Quarantine,
    Reading,
    Report,
    Section,
    Semantics,
    Severity,
    Sighting,
    Suspect,
)
from warehouse.engine import open_warehouse, query_read_only

NIGHTS = tuple(date(2024, 3, day) for day in range(1, 11))
AT = datetime(2024, 3, 1, 18, 0, tzinfo=UTC)
LIST = "http://example.org/list/"
AGENCIES = tuple(
    Agency(id=id_, name=name, aliases=("老名字",), level="county", supervisor="甲市政务公开办", start_urls=(LIST + id_,))
    for id_, name in (("a", "甲局"), ("b", "乙局"))
)


@dataclass(frozen=True)
class Page:
    """A page as one night shows it. `unchanged`: the site answers 304."""

    body: str
    year: int | None = 2023
    agency: str = "a"
    url: str = ""
    listing: str = ""
    unchanged: bool = False

    @property
    def address(self) -> str:
        return self.url or f"http://example.org/{self.agency}/{self.year}.html"

    @property
    def sha256(self) -> str:
        return sha256(self.body.encode()).hexdigest()

    def sighting(self, night: date) -> Sighting:
        title = f"{self.year}年政府信息公开工作年度报告"
        return Sighting(self.agency, self.year, self.address, title, date(2024, 1, 20), self.listing or LIST + self.agency, night)

    def fetched(self, night: date) -> Fetched:
        body, status = (None, 304) if self.unchanged else (Path("spool") / self.sha256, 200)
        headers = () if self.unchanged else (("ETag", f'"{self.sha256[:8]}"'),)
        return Fetched(self.sighting(night), body, self.sha256, status, "text/html", headers, AT)

    def document(self) -> Document:
        return Document(self.sha256, len(self.body), "text/html", self.address, 200, AT, (("ETag", f'"{self.sha256[:8]}"'),))


GOOD = Page("2023 new=5 carried_in=1 granted=2 partial=1 rejected.petition=1 concluded=4 carried_out=2")
BROKEN = Page("2022 new=7 concluded=5", 2022)
BLANK = Page("2023 new=9 granted= concluded=9 denied.law=", agency="b")


def fill(url: str) -> None:
    """A warehouse with a report that is told of, one that is not, one with blanks, and one that cannot be read."""
    engine = open_warehouse(url)
    run_night(engine, NIGHTS[0], GOOD, BROKEN, BLANK, Page("scan", 2021))
    engine.dispose()


def ask(url: str, sql: str) -> list[dict[str, Any]]:
    """The rows that a read-only question is answered with."""
    columns, rows = query_read_only(url, sql)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def crawl_of(night: date, pages: Iterable[Page], missed: Iterable[Missed] = (), incomplete: Iterable[str] = ()) -> Crawl:
    broken = set(incomplete)
    columns = tuple(
        ColumnOutcome(url, (agency.id,), url not in broken, 1, 9, "CrawlIncomplete" if url in broken else "", "")
        for agency in AGENCIES
        for url in agency.start_urls
    )
    return Crawl(night, tuple(page.fetched(night) for page in pages), tuple(missed), columns)


def load_night(
    engine: Engine, night: date, *pages: Page, missed: Iterable[Missed] = (), incomplete: Iterable[str] = ()
) -> CrawlCounts:
    """Load what a night's crawl saw."""
    load.load_register(engine, AGENCIES, night)
    documents = [page.document() for page in pages if not page.unchanged]
    return load.load_crawl(engine, crawl_of(night, pages, missed, incomplete), documents)


def run_night(engine: Engine, night: date, *pages: Page, bodies: Iterable[Page] = (), version: str = "v1") -> list[Report]:
    """A whole night: load, read, decide, assess. Returns the reports that were assessed."""
    load_night(engine, night, *pages)
    texts = {page.sha256: page.body for page in (*pages, *bodies)}
    results = [
        each for document in load.unread(engine, version) for each in read_all(document.sha256, texts[document.sha256], version)
    ]
    load.load_readings(engine, results, night)
    load.load_reports(engine, night)
    return assess(engine, night)


def assess(engine: Engine, night: date, rules_version: str = "r1") -> list[Report]:
    reports = list(load.reports_to_assess(engine, rules_version))
    for report in reports:
        load.load_findings(engine, report, judge(report), rules_version, night)
    return reports


def read_all(hash_: str, body: str, version: str = "v1") -> list[Reading | Quarantine]:
    """What our reader makes of a body, report by report."""
    parts = body.split(";")
    return [read(hash_, each.strip(), version, str(number) if parts[1:] else "") for number, each in enumerate(parts, 1)]


def read(hash_: str, body: str, version: str = "v1", part: str = "") -> Reading | Quarantine:
    """What our reader makes of a body that holds one report."""
    if body.startswith("scan"):
        return Quarantine(hash_, "text", version, "NoTextLayer", "page 1: no text.", part)
    year, *pairs = body.split()
    by = next((pair[3:] for pair in pairs if pair.startswith("by=")), "")
    pairs = [pair for pair in pairs if not pair.startswith("by=")]
    stated = {
        f"applications.{key}.total": _number(value) for key, _, value in (pair.partition("=") for pair in pairs if "=" in pair)
    }
    return reading_of(hash_, stated, int(year), version, agency=by, part=part)


def reading_of(
    hash_: str, stated: dict[str, Number | None], year: int, version: str = "v1", agency: str = "甲局", part: str = ""
) -> Reading:
    """A reading of the whole 2021 form: the figures stated, and 0 everywhere else."""
    form = form_for("2021")
    cells = tuple(_cell(place, address, stated.get(address, 0)) for place, address in enumerate(form.addresses()))
    return Reading(
        sha256=hash_,
        reader="text",
        reader_version=version,
        title=f"{agency}{year}年政府信息公开工作年度报告",
        agency=agency,
        year=year,
        period=(date(year, 1, 1), date(year, 12, 31)),
        editions=tuple((table, form.edition) for table in form.tables),
        sections=(
            Section("overview", "一、总体情况", "无。"),
            Section("other", "六、", ""),
            Section("other", "六、其他", "“无”"),
        ),
        cells=cells,
        claims=(
            Claim("新收申请5件。", "new", 5, None),
            Claim("收费12.5万元。", "fee", Decimal("12.5"), year, "region", "上半年"),
        ),
        problems=("page 3: a row could not be placed.",),
        part=part,
        published=date(year + 1, 1, 20),
    )


def judge(report: Report) -> list[Finding]:
    """Two rules, enough for the warehouse: table 三 must balance, and a figure must not change after publication."""
    figures = {address: cell.value for address, cell in report.reading.figures().items()}
    new, concluded = figures["applications.new.total"], figures["applications.concluded.total"]
    cells = ("applications.new.total", "applications.concluded.total")
    outcome = (
        Outcome.NOT_ASSESSABLE if new is None or concluded is None else Outcome.HOLDS if new == concluded else Outcome.BROKEN
    )
    suspects = (Suspect(((cells[1], Decimal("5.5")),), "digit"),) if outcome is Outcome.BROKEN else ()
    balance = Finding("T3-BAL", Severity.ERROR, report.agency_id, report.year, "total", outcome, "收支平衡", "", new, concluded)
    found = [Finding(**{**_fields(balance), "cells": cells, "suspects": suspects})]
    if report.superseded and report.superseded.figures() != report.reading.figures():
        found.append(Finding("D-CHANGE", Severity.INFO, report.agency_id, report.year, "", Outcome.BROKEN, "发布后改动"))
    return found


def _fields(finding: Finding) -> dict[str, object]:
    return {name: getattr(finding, name) for name in Finding.__slots__}


def _number(text: str) -> Number | None:
    return None if not text else int(text) if text.isdigit() else Decimal(text)


def _cell(place: int, address: str, value: Number | None) -> Cell:
    semantics = Semantics.EMPTY if value is None else Semantics.NUMERIC if value else Semantics.ZERO
    locator = (
        Locator(page=1, box=(72.1, 10.25, 99.0, float(place))) if place % 2 else Locator(path=f"/html/body/table/tr[{place}]")
    )
    agreement = (Agreement.AGREED, Agreement.ALONE)[place % 7 == 0]
    raw = "" if value is None else str(value)
    return Cell(address, raw, value, semantics, locator, place % 7 > 0, agreement=agreement, confidence=1 - place / 1024)
