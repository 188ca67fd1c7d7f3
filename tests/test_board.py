"""The board: where each agency's report of each year stands, with what shows it, and never "missing" where we failed to look."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from tasks import load
from tasks.fetched import ColumnOutcome, Crawl, ListPage, Missed
from tasks.reconcile.board import board
from tasks.reconcile.survey import calendar_rules, survey
from tasks.records import Agency, Document, Sighting
from tasks.roster import Place
from tests.small_world import Page, read_all
from warehouse.schema_crawl import board as board_table

NIGHT = date(2026, 4, 20)  # after every deadline for 2025
LATER = NIGHT + timedelta(days=1)
AT = datetime(2026, 4, 19, 18, tzinfo=UTC)
LIST = "http://a.gov.cn/nb/"
AGENCY = Agency("a", "甲县水利局", (), "县级部门", "县政务公开办", (LIST,))
REPORT = Page("2025 new=3 concluded=3", year=2025, agency="a", listing=LIST)
SCAN = Page("scan", year=2025, agency="a", listing=LIST)


def shown(text: str) -> tuple[ListPage, Document]:
    """The list's page as it was kept."""
    document = Document(f"{hash(text) % 10**9:064}", 9, "text/html", LIST, 200, AT)
    return ListPage(LIST, LIST, LIST, Path("x"), document.sha256, text, 200, "text/html", (), AT), document


def night(
    engine: Engine,
    on: date,
    *pages: Page,
    kind: str = "",
    reason: str = "",
    missed: str = "",
    agency: Agency = AGENCY,
    year: int = 2025,
) -> Place:
    """A night of one agency: what stands on the board for a year afterwards."""
    load.load_register(engine, (agency,), on)
    list_page, document = shown("a list")
    column = ColumnOutcome(LIST, (agency.id,), not kind, 1, 9, kind, reason)
    lost = (
        [Missed(Sighting("a", 2025, "http://a.gov.cn/1.html", "x", None, LIST, on), missed, "the site says so")] if missed else []
    )
    crawl = Crawl(on, tuple(page.fetched(on) for page in pages), tuple(lost), (column,), (list_page,))
    load.load_crawl(engine, crawl, [document, *(page.document() for page in pages)])
    texts = {page.sha256: page.body for page in pages}
    results = [found for each in load.unread(engine, "v1") for found in read_all(each.sha256, texts[each.sha256], "v1")]
    load.load_readings(engine, results, on)
    load.load_reports(engine, on)
    roster = load.load_roster(engine, year, on, (agency,), with_contents=False)
    findings = survey(roster)
    load.load_survey(engine, year, findings, calendar_rules(), on)
    places = board(roster, findings)
    load.load_board(engine, places, year, on)
    return places[0]


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({}, "missing"),
        ({"kind": "SourceBlocked", "reason": "status 521"}, "blocked"),
        ({"kind": "SourceExcluded", "reason": "robots.txt"}, "excluded"),
        ({"kind": "SourceUnreachable", "reason": "no answer"}, "not_reached"),
        ({"kind": "CrawlIncomplete", "reason": "page 2 of 3 is missing"}, "not_reached"),
        ({"kind": "ColumnMoved", "reason": "the list itself is missing"}, "moved"),
        ({"missed": "SourceBlocked"}, "blocked"),
        ({"missed": "SourceUnreachable"}, "not_reached"),
        ({"reason": "An annual report of no agency of the register is listed: 2025年度报告."}, "unclear"),
        ({"agency": replace(AGENCY, name="某单位", level="")}, "unclear"),
        ({"year": 2020}, "unclear"),
    ],
)
def test_a_report_that_is_not_there(engine: Engine, given: dict[str, object], state: str) -> None:
    place = night(engine, NIGHT, **given)  # type: ignore[arg-type]
    assert (place.state, place.agency_id) == (state, "a")
    assert place.reason
    assert place.url.startswith("http://a.gov.cn/")
    if state == "missing":
        assert (place.url, place.sha256) == (LIST, shown("a list")[0].sha256)


@pytest.mark.parametrize(
    ("page", "state"),
    [(REPORT, "published"), (SCAN, "unreadable"), (replace(REPORT, body="2025 by=乙县教育局 new=1"), "unclear")],
)
def test_a_report_that_is_there(engine: Engine, page: Page, state: str) -> None:
    place = night(engine, NIGHT, page)
    assert (place.state, place.url, place.sha256) == (state, page.address, page.sha256)


def test_a_report_that_was_taken_down_is_no_longer_published(engine: Engine) -> None:
    assert night(engine, NIGHT, REPORT).state == "published"
    place = night(engine, LATER)
    assert (place.state, place.reason, place.url) == ("moved", "报告已从栏目撤下", REPORT.address)
    back = replace(REPORT, url="http://a.gov.cn/new/1.html")
    assert night(engine, LATER + timedelta(days=1), back).state == "published"


def test_before_the_deadline_nothing_is_missing(engine: Engine) -> None:
    assert night(engine, date(2026, 1, 10)).state == "not_due"


def test_the_board_is_written_when_it_changes_and_only_then(engine: Engine) -> None:
    for on, page in ((NIGHT, ()), (LATER, ()), (LATER + timedelta(days=1), (REPORT,))):
        night(engine, on, *page)
    with engine.connect() as connection:
        rows = connection.execute(select(board_table).order_by(board_table.c.night)).all()
    assert [(row.night, row.state, row.is_current) for row in rows] == [
        (NIGHT, "missing", False),
        (LATER + timedelta(days=1), "late" if rows[1].state == "late" else "published", True),
    ]


def test_a_list_of_last_week_still_tells_and_an_older_one_does_not(engine: Engine) -> None:
    """Out of season lists are read in turn, a week apart."""
    night(engine, NIGHT)
    for days, state in ((6, "missing"), (7, "not_reached")):
        on = NIGHT + timedelta(days=days)
        roster = load.load_roster(engine, 2025, on, (AGENCY,), with_contents=False)
        assert [place.state for place in board(roster, survey(roster))] == [state]
