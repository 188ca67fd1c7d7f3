"""Reports: which document is one, when it was revised, and which the rules are put to, with what beside it."""

from __future__ import annotations

from datetime import date

import pytest
from small_world import NIGHTS, Page, ask, assess, judge, load_night, read, reading_of, run_night
from sqlalchemy import Engine, select

from tasks import load
from tasks.errors import WarehouseError
from warehouse.schema import assessment, finding, report

ONE, TWO, THREE = NIGHTS[:3]
PAGE = Page("2023 new=5 concluded=5")
CHANGED = Page("2023 new=6 concluded=5")
FILE = "http://example.org/a/2023.pdf"


def revisions(engine: Engine, year: int = 2023) -> list[tuple[int, str, date, bool]]:
    query = select(report).where(report.c.agency_id == "a", report.c.year == year).order_by(report.c.revision)
    with engine.connect() as connection:
        return [(row.revision, row.sha256, row.night, row.is_current) for row in connection.execute(query)]


# Which document is the report


def test_a_changed_body_is_a_new_revision_and_so_is_its_return(engine: Engine) -> None:
    run_night(engine, ONE, PAGE)
    run_night(engine, TWO, CHANGED)
    run_night(engine, THREE, PAGE)
    assert revisions(engine) == [
        (1, PAGE.sha256, ONE, False),
        (2, CHANGED.sha256, TWO, False),
        (3, PAGE.sha256, THREE, True),
    ]


def test_revisions_of_nights_that_crashed_before_they_were_decided_are_caught_up(engine: Engine) -> None:
    load_night(engine, ONE, PAGE)
    load_night(engine, TWO, CHANGED)
    run_night(engine, THREE, CHANGED, bodies=[PAGE])
    assert [(number, night) for number, _, night, _ in revisions(engine)] == [(1, ONE), (2, TWO)]


def test_the_document_with_most_figures_is_the_report_and_the_page_wins_a_tie(engine: Engine) -> None:
    blank = Page("2023 new= concluded=")
    full = Page(PAGE.body, url=FILE, listing=blank.address)
    run_night(engine, ONE, blank, full)
    assert [row[1] for row in revisions(engine)] == [full.sha256]
    page, same = (
        Page("2022 new=5 concluded=5", 2022),
        Page("2022 concluded=5 new=5", 2022, url=FILE + "2", listing="http://example.org/a/2022.html"),
    )
    run_night(engine, TWO, Page(blank.body, unchanged=True), full, same, page)
    assert [row[1] for row in revisions(engine, 2022)] == [page.sha256]


def test_the_printed_year_counts_where_the_list_names_none(engine: Engine) -> None:
    run_night(engine, ONE, Page(PAGE.body, year=None))
    assert [row[1] for row in revisions(engine)] == [PAGE.sha256]


def test_nothing_is_decided_while_a_rival_is_unread(engine: Engine) -> None:
    attachment = Page("2023 new=5", url=FILE, listing=PAGE.address)
    load_night(engine, ONE, PAGE, attachment)
    load.load_readings(engine, [read(attachment.sha256, attachment.body)], ONE)
    load.load_reports(engine, ONE)
    assert revisions(engine) == []
    load.load_readings(engine, [read(PAGE.sha256, PAGE.body)], ONE)
    load.load_reports(engine, ONE)
    assert [row[1] for row in revisions(engine)] == [PAGE.sha256]


def test_a_report_that_a_better_reader_dates_otherwise_leaves_its_old_year(engine: Engine) -> None:
    misread = Page("2033 new=6 concluded=5", year=None, url=FILE)
    run_night(engine, ONE, misread)
    load.load_readings(engine, [reading_of(misread.sha256, {"applications.new.total": 6}, 2023, "v2")], TWO)
    load.load_reports(engine, TWO)
    assess(engine, TWO)
    assert (revisions(engine, 2033)[0][3], revisions(engine, 2023)[0][3]) == (False, True)
    with engine.connect() as connection:
        standing = connection.execute(select(report.c.year).join(assessment).where(assessment.c.is_current)).scalars().all()
    assert standing == [2023]


def test_another_choice_by_a_better_reader_is_no_change_by_the_agency(engine: Engine) -> None:
    page, file = Page("2023 new=5 concluded="), Page("scan of the report", url=FILE, listing=PAGE.address)
    run_night(engine, ONE, page, file)
    better = [read(page.sha256, page.body, "v2"), reading_of(file.sha256, {}, 2023, "v2")]
    load.load_readings(engine, better, TWO)
    load.load_reports(engine, TWO)
    [assessed] = assess(engine, TWO)
    assert (assessed.reading.sha256, assessed.superseded) == (file.sha256, None)
    assert revisions(engine)[1][2] == ONE  # and it is not told as a revision of tonight


# Whose report it is, and of which year


def doubt(engine: Engine, agency: str = "a") -> str:
    with engine.connect() as connection:
        query = select(report.c.doubt).where(report.c.agency_id == agency, report.c.is_current)
        return connection.execute(query).scalar_one()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("2023 new=5 by=乙局", "the document names another agency: 乙局"),
        ("2023 new=5 by=丙县丁局", "the document names another agency: 丙县丁局"),
        ("2022 new=5 by=甲局", "the document says that it is of 2022, the list that it is of 2023"),
        ("2023 new=5 by=乙局; 2023 new=6 by=丙局", "none of the 2 reports in the document names this agency and 2023"),
        ("2023 new=5; 2023 new=6", "none of the 2 reports in the document names this agency and 2023"),
        ("2022 new=5 by=甲局; 2021 new=6 by=甲局", "none of the 2 reports in the document names this agency and 2023"),
        (
            "2023 new=5 by=甲局; 2023 new=6 by=甲局",
            "2 reports in the document name this agency and 2023, and their figures differ",
        ),
    ],
)
def test_figures_that_cannot_be_told_to_be_the_agencys_are_held_against_nobody(engine: Engine, body: str, said: str) -> None:
    assert run_night(engine, ONE, Page(body)) == []
    assert doubt(engine) == said
    url = engine.url.render_as_string()
    assert ask(url, "select status from v_report") == [{"status": "in doubt"}]
    assert ask(url, "select * from v_figure") == ask(url, "select * from v_finding") == []
    assert {row["status"] for row in ask(url, "select status from v_coverage where agency_id = 'a'")} == {"in doubt"}


@pytest.mark.parametrize("printed", ["甲局", "老名字", "某某市甲局", "甲局（本级）", ""])
def test_another_way_to_write_the_name_is_no_doubt(engine: Engine, printed: str) -> None:
    assert len(run_night(engine, ONE, Page(f"2023 new=5 by={printed}"))) == 1
    assert doubt(engine) == ""


def test_each_agency_gets_its_own_report_of_a_collection(engine: Engine) -> None:
    both = "2023 new=5 concluded=5 by=甲局; scan; 2023 new=6 concluded=6 by=乙局; 2022 new=7 concluded=7 by=甲局"
    pages = [Page(both, agency=agency, url="http://example.org/all.zip") for agency in "ab"]
    assessed = {each.agency_id: each.reading for each in run_night(engine, ONE, *pages)}
    assert {agency: reading.part for agency, reading in assessed.items()} == {"a": "1", "b": "3"}
    assert assessed["b"].figures()["applications.new.total"].value == 6
    assert assess(engine, TWO) == []
    parts = ask(engine.url.render_as_string(), "select agency_id, part, count(*) as figures from v_figure group by 1, 2")
    assert [tuple(row.values()) for row in parts] == [("a", "1", 200), ("b", "3", 200)]


def test_the_years_of_a_collection_follow_from_what_it_prints_where_the_list_names_none(engine: Engine) -> None:
    body = "2023 new=5 concluded=5 by=甲局; 2022 new=7 concluded=7 by=甲局; 2021 new=8 concluded=8 by=乙局"
    run_night(engine, ONE, Page(body, year=None))
    assert [len(revisions(engine, year)) for year in (2021, 2022, 2023)] == [0, 1, 1]


def test_the_same_report_twice_in_a_zip_is_one(engine: Engine) -> None:
    [only] = run_night(engine, ONE, Page("2023 new=5 concluded=5 by=甲局; 2023 concluded=5 new=5 by=甲局"))
    assert (only.reading.part, doubt(engine)) == ("1", "")


def test_a_document_in_doubt_never_replaces_one_that_is_not(engine: Engine) -> None:
    foreign = Page("2023 new=9 concluded=9 partial=3 by=乙局", url=FILE, listing=PAGE.address)
    [only] = run_night(engine, ONE, foreign, Page("2023 new= concluded= by=甲局"))
    assert only.reading.agency == "甲局"


def test_doubt_that_a_better_reader_finds_ends_what_was_held_against_the_agency(engine: Engine) -> None:
    run_night(engine, ONE, Page("2023 new=5 concluded=4"))
    load.load_readings(engine, [read(Page("2023 new=5 concluded=4").sha256, "2023 new=5 concluded=4 by=乙局", "v2")], TWO)
    load.load_reports(engine, TWO)
    with engine.connect() as connection:
        assert connection.execute(select(assessment.c.is_current)).scalars().all() == [False]
    assert doubt(engine) == "the document names another agency: 乙局"


def test_last_year_in_doubt_is_not_compared_with(engine: Engine) -> None:
    [only] = run_night(engine, ONE, PAGE, Page("2022 new=1 by=乙局", 2022))
    assert (only.previous, only.previous_reason) == (
        None,
        "the report of 2022 is in doubt: the document names another agency: 乙局",
    )


# What the rules are put to


def test_a_report_is_assessed_once_and_again_for_new_rules(engine: Engine) -> None:
    assert [each.reading for each in run_night(engine, ONE, PAGE)] == [read(PAGE.sha256, PAGE.body)]
    assert assess(engine, TWO) == []
    assert len(assess(engine, TWO, "r2")) == 1
    with engine.connect() as connection:
        rows = connection.execute(select(assessment.c.rules_version, assessment.c.is_current).order_by(assessment.c.id)).all()
    assert [tuple(row) for row in rows] == [("r1", False), ("r2", True)]


def test_last_year_is_compared_when_it_is_there_and_said_to_be_missing_when_not(engine: Engine) -> None:
    [first] = run_night(engine, ONE, PAGE)
    assert (first.previous, first.previous_reason) == (None, "no report of 2022 in the warehouse")
    last_year = Page("2022 new=1 concluded=1", 2022)
    older, newer = run_night(engine, TWO, PAGE, last_year)
    assert (older.year, newer.year) == (2022, 2023)
    assert newer.previous == read(last_year.sha256, last_year.body)
    assert newer.previous_reason == ""


def test_last_year_that_could_not_be_read_is_said(engine: Engine) -> None:
    [report_] = run_night(engine, ONE, PAGE, Page("scan", 2022))
    assert (report_.previous, report_.previous_reason) == (None, "the report of 2022 could not be read")


def test_two_differing_articles_for_last_year_are_ambiguous(engine: Engine) -> None:
    last = Page("2022 new=1 concluded=1", 2022)
    other = Page("2022 new=2 concluded=2", 2022, url=last.address + "?2")
    reports = {each.year: each for each in run_night(engine, ONE, PAGE, last, other)}
    assert reports[2023].previous is None
    assert reports[2023].previous_reason.startswith("ambiguous")
    again = {each.year: each for each in run_night(engine, TWO, PAGE, last)}
    assert again[2023].previous == read(last.sha256, last.body)  # one was taken down


def test_a_page_and_its_own_attachment_are_never_ambiguous(engine: Engine) -> None:
    last = Page("2022 new=1 concluded=1", 2022)
    attachment = Page("2022 new=2 concluded=2", 2022, url=FILE, listing=last.address)
    reports = {each.year: each for each in run_night(engine, ONE, PAGE, last, attachment)}
    assert reports[2023].previous == read(last.sha256, last.body)


def test_a_replaced_revision_is_compared(engine: Engine) -> None:
    run_night(engine, ONE, PAGE)
    [revised] = run_night(engine, TWO, CHANGED)
    assert revised.superseded == read(PAGE.sha256, PAGE.body)
    with engine.connect() as connection:
        query = select(finding.c.rule).join(assessment).where(assessment.c.is_current, finding.c.outcome == "broken")
        assert sorted(connection.execute(query).scalars()) == ["D-CHANGE", "T3-BAL"]


def test_findings_for_a_report_that_is_no_longer_current_are_refused(engine: Engine) -> None:
    [stale] = run_night(engine, ONE, PAGE)
    run_night(engine, TWO, CHANGED)
    with pytest.raises(WarehouseError, match="a, 2023"):
        load.load_findings(engine, stale, judge(stale), "r1", TWO)
