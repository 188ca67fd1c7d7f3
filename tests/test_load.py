"""Loading: what a night saw becomes rows, once; reports, revisions and assessments follow from them alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from small_world import AGENCIES, AT, LIST, NIGHTS, Page, judge, load_night, read, read_all, reading_of, run_night
from sqlalchemy import Engine, func, select, text

from tasks import load
from tasks.fetched import Before, Missed
from warehouse.dump import canonical_dump
from warehouse.engine import open_warehouse
from warehouse.readings import reading_ids, reading_key, rebuild
from warehouse.schema import agency, figure, report, sighting
from warehouse.schema_notice import metadata

ONE, TWO, THREE, FOUR = NIGHTS[:4]
PAGE = Page("2023 new=5 concluded=5")
CHANGED = Page("2023 new=6 concluded=5")
FILE = "http://example.org/a/2023.pdf"


def states(engine: Engine, night: date) -> dict[str, str]:
    with engine.connect() as connection:
        return {row.url: row.state for row in connection.execute(select(sighting).where(sighting.c.night == night))}


def row_counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


def gone(page: Page, night: date, kind: str = "SourceGone") -> Missed:
    return Missed(page.sighting(night), kind, "the page is gone (status 404)")


# What a night saw


def test_first_seen_is_new_then_unchanged_then_changed(engine: Engine) -> None:
    load_night(engine, ONE, PAGE)
    assert load_night(engine, TWO, Page(PAGE.body, unchanged=True)).unchanged == 1
    counts = load_night(engine, THREE, CHANGED)
    assert (counts.seen, counts.new, counts.changed, counts.unchanged) == (1, 0, 1, 0)
    assert [states(engine, night).get(PAGE.address) for night in (ONE, TWO, THREE)] == ["new", None, "changed"]


def test_a_night_on_which_nothing_changes_writes_no_sighting(engine: Engine) -> None:
    load_night(engine, ONE, PAGE)
    load_night(engine, TWO, missed=[gone(PAGE, TWO, "SourceUnreachable")])
    assert load_night(engine, THREE, PAGE).unchanged == 1
    assert load_night(engine, FOUR, PAGE).unchanged == 1
    assert [states(engine, night).get(PAGE.address) for night in (ONE, TWO, THREE, FOUR)] == ["new", "missed", "unchanged", None]


def test_a_body_fetched_again_but_the_same_is_unchanged(engine: Engine) -> None:
    load_night(engine, ONE, PAGE)
    assert load_night(engine, TWO, PAGE).unchanged == 1


def before(engine: Engine) -> Before:
    return load.known_before(engine, FOUR, {url for agency in AGENCIES for url in agency.start_urls})


def test_the_register_can_be_loaded_again_with_new_names(engine: Engine) -> None:
    load.load_register(engine, AGENCIES, ONE)
    load.load_register(engine, AGENCIES[:1], TWO)
    with engine.connect() as connection:
        rows = connection.execute(select(agency).order_by(agency.c.id)).all()
    assert [(row.id, row.aliases) for row in rows] == [("a", ["老名字"]), ("b", ["老名字"])]


def test_the_next_night_asks_with_what_the_site_gave_last(engine: Engine) -> None:
    load_night(engine, ONE, PAGE)
    load_night(engine, TWO, Page(PAGE.body, unchanged=True))
    load_night(engine, THREE, missed=[gone(PAGE, THREE, "SourceUnreachable")])
    known = before(engine).known[PAGE.address]
    assert (known.sha256, known.etag) == (PAGE.sha256, f'"{PAGE.sha256[:8]}"')


def test_attachments_are_remembered_for_an_article_that_does_not_change(engine: Engine) -> None:
    attachments = [Page(f"2023 new={n}", url=f"{FILE}{n}", listing=PAGE.address) for n in (2, 1)]
    load_night(engine, ONE, PAGE, *attachments)
    assert before(engine).articles == {PAGE.address: (f"{FILE}2", f"{FILE}1")}
    load_night(engine, TWO, PAGE, attachments[0])
    assert before(engine).articles == {PAGE.address: (f"{FILE}2",)}


def test_a_counter_of_visits_makes_no_revision_and_a_figure_does(engine: Engine) -> None:
    run_night(engine, ONE, PAGE)
    for night, body in ((TWO, PAGE.body.replace(" ", "  ")), (THREE, PAGE.body.replace(" ", "   ")), (FOUR, "2023 new=77")):
        run_night(engine, night, Page(body))
    with engine.connect() as connection:
        rows = connection.execute(select(report.c.night, report.c.sha256, report.c.is_current).order_by(report.c.night)).all()
    assert [tuple(row) for row in rows] == [(ONE, PAGE.sha256, False), (FOUR, Page("2023 new=77").sha256, True)]


def test_a_page_no_longer_listed_is_withdrawn_once(engine: Engine) -> None:
    run_night(engine, ONE, PAGE)
    assert load_night(engine, TWO).withdrawn == 1
    assert load_night(engine, THREE).withdrawn == 0
    load.load_reports(engine, THREE)
    with engine.connect() as connection:
        assert connection.execute(select(report.c.is_current)).scalars().all() == [True]  # the figures are kept


def test_a_page_that_answers_gone_is_withdrawn_once_though_listed(engine: Engine) -> None:
    load_night(engine, ONE, PAGE)
    assert load_night(engine, TWO, missed=[gone(PAGE, TWO)]).withdrawn == 1
    assert load_night(engine, THREE, missed=[gone(PAGE, THREE)]).withdrawn == 0
    assert load_night(engine, FOUR, PAGE).new == 1  # back again


def test_a_page_never_seen_that_answers_gone_is_only_missed(engine: Engine) -> None:
    assert load_night(engine, ONE, missed=[gone(PAGE, ONE)]).missed == 1


def test_nothing_is_withdrawn_where_the_list_was_not_read_to_its_end(engine: Engine) -> None:
    load_night(engine, ONE, PAGE)
    counts = load_night(engine, TWO, incomplete=[LIST + "a"])
    assert (counts.withdrawn, states(engine, TWO)) == (0, {})


def test_an_attachment_is_not_withdrawn_because_its_page_was_not_to_be_had(engine: Engine) -> None:
    attachment = Page("2023 new=1", url=FILE, listing=PAGE.address)
    load_night(engine, ONE, PAGE, attachment)
    assert load_night(engine, TWO, missed=[gone(PAGE, TWO, "SourceUnreachable")]).withdrawn == 0
    assert load_night(engine, THREE, Page(PAGE.body, unchanged=True)).withdrawn == 0
    assert load_night(engine, FOUR, PAGE).withdrawn == 1  # the page came, and no longer links it


def test_a_second_attempt_in_a_night_mends_and_never_spoils(engine: Engine) -> None:
    load_night(engine, ONE, missed=[gone(PAGE, ONE, "SourceUnreachable")], incomplete=[LIST + "a"])
    load_night(engine, ONE, PAGE)
    after = canonical_dump(engine)
    load_night(engine, ONE, missed=[gone(PAGE, ONE, "SourceUnreachable")], incomplete=[LIST + "a"])
    load_night(engine, ONE, Page(PAGE.body, unchanged=True))
    assert canonical_dump(engine) == after
    assert before(engine).known[PAGE.address].etag


# What was read


def test_a_reading_comes_back_as_it_went_in(engine: Engine) -> None:
    load_night(engine, ONE, PAGE)
    stated = {
        "applications.new.total": 12,
        "applications.new.natural": None,
        "disclosure.fee.amount": Decimal("446.78"),
        "disclosure.licence.decided": 1554783200,
    }
    original = reading_of(PAGE.sha256, stated, 2023)
    assert load.load_readings(engine, [original], ONE) == 200
    with engine.connect() as connection:
        kept = rebuild(connection, reading_ids(connection, [(PAGE.sha256, "v1", "")]).values())
    assert list(kept.values()) == [original]
    assert isinstance(kept[1].figures()["applications.new.total"].value, int)


@pytest.mark.parametrize(
    "value",
    [
        *(0, 12, -3, 26140100, 1554783200, 999_999_999_999_999_999, 10**20),
        *(Decimal("446.78"), Decimal("1313675.6583"), Decimal("59237.2449"), Decimal("-0.1"), Decimal("0.000001")),
        Decimal("123456789012345.678901"),
    ],
)
def test_every_figure_is_kept_exactly(engine: Engine, value: int | Decimal) -> None:
    load_night(engine, ONE, PAGE)
    load.load_readings(engine, [reading_of(PAGE.sha256, {"disclosure.fee.amount": value}, 2023)], ONE)
    with engine.connect() as connection:
        kept = connection.execute(select(figure.c.value).where(figure.c.address == "disclosure.fee.amount")).scalar_one()
        total = connection.execute(text("select sum(value) from figure")).scalar_one()
        found = connection.execute(select(figure.c.address).where(figure.c.value == value)).scalars().all()
    assert (kept, type(kept), str(kept)) == (value, type(value), str(value))
    assert float(total) == pytest.approx(float(value))
    assert "disclosure.fee.amount" in found


def test_unread_are_the_documents_that_this_reader_version_has_not_read(engine: Engine) -> None:
    scan = Page("scan", year=2022)
    load_night(engine, ONE, PAGE, scan)
    assert {document.sha256 for document in load.unread(engine, "v1")} == {PAGE.sha256, scan.sha256}
    assert next(document for document in load.unread(engine, "v1") if document.sha256 == PAGE.sha256) == PAGE.document()
    load.load_readings(engine, [read(PAGE.sha256, PAGE.body), read(scan.sha256, scan.body)], ONE)
    assert load.unread(engine, "v1") == ()
    assert len(load.unread(engine, "v2")) == 2


def test_the_reports_of_one_document_come_back_each_as_it_went_in(engine: Engine) -> None:
    load_night(engine, ONE, PAGE)
    results = read_all(PAGE.sha256, "2023 new=5 by=甲局; scan; 2022 new=6 by=乙局")
    assert load.load_readings(engine, results, ONE) == 400
    with engine.connect() as connection:
        kept = rebuild(connection, reading_ids(connection, map(reading_key, results)).values())
    assert list(kept.values()) == [results[0], results[2]]


def test_a_version_that_is_back_in_force_reads_again_and_its_readings_count(engine: Engine) -> None:
    """A wrong alias that was taken back must not leave its misreadings standing."""
    load_night(engine, ONE, PAGE)
    for night, version, new in ((ONE, "v1", 5), (TWO, "v1+alias", 6), (THREE, "v1", 5)):
        assert len(load.unread(engine, version)) == 1
        load.load_readings(engine, [reading_of(PAGE.sha256, {"applications.new.total": new}, 2023, version)], night)
        assert load.unread(engine, version) == ()
        load.load_reports(engine, night)
        with engine.connect() as connection:
            [value] = connection.execute(text("select value from v_figure where address = 'applications.new.total'")).scalars()
        assert value == new
    assert row_counts(engine)["reading"] == 2


# Again, in pieces, in another order


def test_a_night_run_again_adds_nothing(engine: Engine) -> None:
    pages = (PAGE, Page("2022 new=1 concluded=2", 2022), Page("scan", agency="b"))
    run_night(engine, ONE, *pages)
    run_night(engine, TWO, CHANGED, *pages[1:])
    before, rows = canonical_dump(engine), row_counts(engine)
    run_night(engine, TWO, Page(CHANGED.body, unchanged=True), *pages[1:])
    assert (canonical_dump(engine), row_counts(engine)) == (before, rows)


def test_a_crash_at_any_step_is_repaired_by_running_again(tmp_path: Path) -> None:
    pages = (PAGE, Page("2022 new=1 concluded=2", 2022), Page("2023 new=7", agency="b"))
    readings = [read(page.sha256, page.body) for page in pages]
    whole = open_warehouse(f"sqlite:///{tmp_path / 'whole.db'}")
    run_night(whole, ONE, *pages)
    for step in range(5):
        engine = open_warehouse(f"sqlite:///{tmp_path / f'crashed-{step}.db'}")
        load.start_run(engine, ONE, lambda: AT)
        load_night(engine, ONE, *pages)
        load.load_readings(engine, readings[:step], ONE)
        if step > 1:
            load.load_reports(engine, ONE)
        for report_ in list(load.reports_to_assess(engine, "r1"))[: max(step - 3, 0)]:
            load.load_findings(engine, report_, judge(report_), "r1", ONE)
        run_night(engine, ONE, *pages)
        assert canonical_dump(engine) == canonical_dump(whole), f"crashed after step {step}"


def test_a_batch_that_fails_leaves_nothing_behind(engine: Engine) -> None:
    load_night(engine, ONE, PAGE)
    good = read(PAGE.sha256, PAGE.body)
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        load.load_readings(engine, [good, reading_of("0" * 64, {}, 2023)], ONE)
    assert row_counts(engine)["figure"] == 0


def test_the_order_of_filling_does_not_show_in_the_dump(tmp_path: Path) -> None:
    pages = (PAGE, Page("2022 new=1 concluded=2", 2022), Page("2023 new=7 concluded=1", agency="b"))
    dumps = []
    for name, order in (("one", pages), ("two", pages[::-1])):
        engine = open_warehouse(f"sqlite:///{tmp_path / name}.db")
        load_night(engine, ONE, *order)
        for page in order:
            load.load_readings(engine, [read(page.sha256, page.body)], ONE)
        load.load_reports(engine, ONE)
        for each in sorted(load.reports_to_assess(engine, "r1"), key=lambda found: found.agency_id, reverse=name == "two"):
            load.load_findings(engine, each, judge(each), "r1", ONE)
        dumps.append(canonical_dump(engine))
    assert dumps[0] == dumps[1]
    assert "甲局" in dumps[0]


def test_another_figure_shows_in_the_dump(tmp_path: Path) -> None:
    dumps = []
    for name, page in (("one", PAGE), ("two", CHANGED)):
        engine = open_warehouse(f"sqlite:///{tmp_path / name}.db")
        run_night(engine, ONE, page)
        dumps.append(canonical_dump(engine))
    assert dumps[0] != dumps[1]


def test_runs_are_noted_and_two_of_a_night_are_one_in_the_dump(engine: Engine) -> None:
    load.start_run(engine, ONE, lambda: AT)
    load.start_run(engine, ONE, lambda: AT)
    load.finish_run(engine, ONE, lambda: AT, {"figures": 200})
    once = canonical_dump(engine)
    load.start_run(engine, ONE, lambda: AT)
    load.finish_run(engine, ONE, lambda: AT, {"figures": 0})
    assert canonical_dump(engine) == once
    assert '["2024-03-01"]' in once
