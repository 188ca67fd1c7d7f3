"""The sample portal: small, whole, as its data says, and wrong only where it says so."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

import docx
import pytest
from lxml import html

from expectations.form import edition_for
from samples.figures import Number, SampleReport, agencies, reports
from samples.site import portal
from samples.tables import printed_tables

SAMPLES = Path(__file__).parents[1] / "samples"
PORTAL = SAMPLES / "portal"
ATTACHMENTS = (".pdf", ".docx")
APPLICANTS = ("natural", "company", "research", "charity", "legal", "other")
PARTS = ("upheld", "corrected", "other", "pending")
Key = tuple[str, int, str, str]


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tree(night: int) -> dict[str, Path]:
    first = {path.relative_to(PORTAL / "night1").as_posix(): path for path in (PORTAL / "night1").rglob("*") if path.is_file()}
    if night == 1:
        return first
    deleted = (PORTAL / "night2" / "DELETED").read_text(encoding="utf-8").split()
    overlay = {path.relative_to(PORTAL / "night2").as_posix(): path for path in (PORTAL / "night2").rglob("*") if path.is_file()}
    return {path: file for path, file in (first | overlay).items() if path not in (*deleted, "DELETED")}


def page(path: Path) -> html.HtmlElement:
    data = path.read_bytes()
    return html.document_fromstring(data.decode("gb18030" if b"charset=gb2312" in data else "utf-8"))


def links(path: str, file: Path) -> Iterator[str]:
    for href in page(file).xpath("//a/@href | //link/@href | //script/@src"):
        if not href.startswith("#"):
            target = unquote(urlsplit(href).path)
            yield target.lstrip("/") if target.startswith("/") else normpath(join(dirname(path), target))


def test_the_whole_sample_is_at_most_four_megabytes() -> None:
    files = [path for path in SAMPLES.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) <= 4_000_000


@pytest.mark.parametrize("night", [1, 2])
def test_every_link_leads_to_a_file(night: int) -> None:
    files = tree(night)
    pages = {path: file for path, file in files.items() if path.endswith((".html", ".shtml"))}
    dead = [(path, target) for path, file in pages.items() for target in links(path, file) if target not in files]
    assert dead == []
    assert len(pages) > 50


@pytest.mark.parametrize("night", [1, 2])
def test_every_report_is_reached_from_the_start_url_of_its_agency_in_two_pages(night: int) -> None:
    files = tree(night)
    for start in {row["start_urls"].partition("{port}/")[2] for row in rows("agencies.csv")}:
        second = start.replace("index.html", "index_1.html").replace("list.shtml", "list_2.shtml")
        listed = {href for name in (start, second) for href in page(files[name]).xpath("//li/a/@title")}
        names = {row["id"] for row in rows("agencies.csv") if start in row["start_urls"]}
        assert {report.title for report in reports(night) if report.agency.id in names} <= listed


def test_the_portal_has_the_breadth_that_the_demo_promises() -> None:
    shown = reports(1)
    kinds = [report.printed_as for report in shown] + [report.attachment for report in shown if report.attachment]
    assert len({report.agency.id for report in shown}) >= 13
    assert len(shown) >= 26
    assert {report.year for report in reports(2)} == set(range(2019, 2026))
    assert sum(kind.startswith("pdf") for kind in kinds) >= 4
    assert kinds.count("docx") >= 3
    assert kinds.count("html-gb") >= 2
    assert len({row["supervisor"] for row in rows("agencies.csv")}) >= 2


def test_register_and_defects_name_the_same_agencies_and_existing_reports() -> None:
    known = {row["id"] for row in rows("agencies.csv")}
    assert known == set(agencies())
    published = {(report.agency.id, report.year) for night in (1, 2) for report in reports(night)}
    for row in rows("defects.csv"):
        assert row["agency_id"] in known
        assert ((row["agency_id"], int(row["year"])) in published) == (row["rule"] != "D-MISSING")


@pytest.mark.parametrize("night", [1, 2])
def test_figures_tie_except_where_a_defect_is_listed(night: int) -> None:
    listed = {key(row) for row in rows("defects.csv") if row["what"] == "broken" and row["rule"] != "D-MISSING"}
    if night == 2:
        listed -= {key(row) for row in rows("defects.csv") if row["what"] == "corrected"}
    assert broken(night) == listed


def test_each_seeded_defect_is_in_an_agency_of_its_own() -> None:
    broken = [row for row in rows("defects.csv") if row["what"] == "broken" and row["rule"] != "D-MISSING"]
    seeded = {(row["agency_id"], row["year"]) for row in broken}
    assert len(seeded) == len({agency for agency, _ in seeded}) == 8


def test_the_silent_change_touches_figures_but_breaks_nothing() -> None:
    before, after = ({(r.agency.id, r.year): r.figures for r in reports(night)} for night in (1, 2))
    changed = {name for name in before if name in after and before[name] != after[name]}
    assert changed == {(row["agency_id"], int(row["year"])) for row in rows("defects.csv") if row["rule"] == "D-CHANGE"}


@pytest.mark.parametrize("night", [1, 2])
def test_committed_pages_are_what_the_data_says(night: int) -> None:
    files = tree(night)
    expected = portal(night, lambda report, kind: b"")
    assert set(expected) == set(files)
    stale = [path for path, data in expected.items() if not path.endswith(ATTACHMENTS) and files[path].read_bytes() != data]
    assert stale == [], "run `python -m samples.generate`"


def test_committed_word_files_hold_the_figures_of_the_data() -> None:
    made = {path: file for path, file in tree(1).items() if path.endswith(".docx")}
    titled = {docx.Document(str(file)).paragraphs[0].text: docx.Document(str(file)) for file in made.values()}
    for report in (report for report in reports(1) if report.printed_as == "docx"):
        document = titled[f"{report.agency.name}{report.year}年政府信息公开工作年度报告"]
        for table, printed in zip(document.tables, printed_tables(report).values(), strict=True):
            for cell in printed.cells:
                assert table.cell(cell.row, cell.column).text == cell.text


def key(row: Mapping[str, str]) -> Key:
    return row["agency_id"], int(row["year"]), row["rule"], row["scope"]


def broken(night: int) -> set[Key]:
    """Every rule that the figures break, worked out here and not by gouji."""
    found: set[Key] = set()
    before: dict[str, SampleReport] = {}
    for report in reports(night):
        last = before.get(report.agency.id)
        previous = last if last and last.year == report.year - 1 else None
        within = [*application_breaks(report), *dispute_breaks(report), *other_breaks(report)]
        across = continuity_breaks(report, previous) if previous else []
        found |= {(report.agency.id, report.year, rule, scope) for rule, scope in [*within, *across]}
        before[report.agency.id] = report
    return found


def printed(report: SampleReport) -> dict[str, Number | None]:
    return {a: v if any(c.isdigit() for c in report.printed.get(a, "0")) else None for a, v in report.figures.items()}


def differ(*sides: list[Number | None]) -> bool:
    known = [sum(part for part in side if part is not None) for side in sides if None not in side]
    return len(known) == 2 and known[0] != known[1]


def application_breaks(report: SampleReport) -> Iterator[tuple[str, str]]:
    figures = {address[13:]: value for address, value in printed(report).items() if address.startswith("applications.")}
    keys = list(dict.fromkeys(address.rpartition(".")[0] for address in figures))
    results = [row for row in keys if row not in ("new", "carried_in", "concluded", "carried_out")]
    for column in (*APPLICANTS, "total"):
        if differ(
            [figures[f"new.{column}"], figures[f"carried_in.{column}"]],
            [figures[f"{r}.{column}"] for r in ("concluded", "carried_out")],
        ):
            yield "T3-BAL", f"applications.*.{column}"
        if differ([figures[f"{row}.{column}"] for row in results], [figures[f"concluded.{column}"]]):
            yield "T3-SUM", f"applications.*.{column}"
    for row in keys:
        if differ([figures[f"{row}.{column}"] for column in APPLICANTS], [figures[f"{row}.total"]]):
            yield "T3-ROW", f"applications.{row}.*"


def dispute_breaks(report: SampleReport) -> Iterator[tuple[str, str]]:
    figures = printed(report)
    for row in ("review", "direct_suit", "suit_after_review"):
        if differ([figures[f"disputes.{row}.{part}"] for part in PARTS], [figures[f"disputes.{row}.total"]]):
            yield "T4-SUM", f"disputes.{row}.*"


def other_breaks(report: SampleReport) -> Iterator[tuple[str, str]]:
    if report.edition != edition_for(report.year):
        yield "T-FORMAT", "report"
    for table in {address.partition(".")[0] for address, value in printed(report).items() if value is None}:
        yield "T-BLANK", table
    totals = {row: report.figures[f"applications.{row}.total"] for row in ("new", "carried_in", "concluded", "carried_out")}
    new, carried_in, concluded, carried_out = totals.values()
    if report.told.get("new", new) not in (new, new + carried_in, concluded, concluded + carried_out):
        yield "N-TXT", "applications.new"
    figures = printed(report)
    for measure, rows in (("review", ("review",)), ("suits", ("direct_suit", "suit_after_review"))):
        said = sum(figures[f"disputes.{row}.{part}"] or 0 for row in rows for part in PARTS)
        listed = [figures[f"disputes.{row}.total"] for row in rows]
        if None not in listed and said not in (sum(listed), *listed):
            yield "N-TXT", f"disputes.{measure}"


def continuity_breaks(report: SampleReport, previous: SampleReport) -> Iterator[tuple[str, str]]:
    now, then = printed(report), printed(previous)
    for column in (*APPLICANTS, "total"):
        if differ([now[f"applications.carried_in.{column}"]], [then[f"applications.carried_out.{column}"]]):
            yield "X-CARRY", f"applications.*.{column}"
    if report.edition == previous.edition == "2021":
        for row in ("rules", "normative"):
            issued, repealed, valid = (now[f"disclosure.{row}.{column}"] or 0 for column in ("issued", "repealed", "in_force"))
            if valid != (then[f"disclosure.{row}.in_force"] or 0) + issued - repealed:
                yield "X-VALID", f"disclosure.{row}.*"
