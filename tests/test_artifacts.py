"""What Prefect's pages show of a night, and when a night counts as failed: names from outside mean nothing in Markdown."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from markdown import markdown
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.artifacts import docs_address, links_page, night_page, worst_rows, write_artifacts
from flows.marked import escaped, link
from flows.night import Work
from flows.outcome import failure, in_one_line
from flows.portal import HOST, free_port
from flows.settings import Settings
from flows.summary import BatchCounts, NightSummary, RuleCount
from tasks.alert import SupervisorNews
from tasks.alert.routing import Routing
from tasks.errors import DamagedDocument, ReaderCrashed
from tasks.fetched import ColumnOutcome
from tasks.load import CrawlCounts
from tasks.publish import Publication
from tasks.publish.products import Products
from tasks.records import Quarantine
from tests.small_world import BROKEN, NIGHTS, Page, run_night
from warehouse.engine import open_warehouse

NIGHT = date(2026, 1, 27)
HOSTILE = "[甲](javascript:alert(1))|<img src=x onerror=alert(1)>\n# 局 *办*"
READ = ColumnOutcome("http://a.example/", ("a",), True, 1, 1)
UNREAD = replace(READ, complete=False, kind="SourceUnreachable", reason="no answer.")


@pytest.fixture
def summary(tmp_path: Path) -> NightSummary:
    """A night with rules broken, a supervisor with a hostile name, and nothing that we failed at."""
    return NightSummary(
        night=NIGHT,
        documents=CrawlCounts(seen=5, new=4, changed=1, unchanged=0, missed=0, withdrawn=0),
        columns=(READ, UNREAD),
        readings=BatchCounts(40, (), 4000),
        covers=frozenset(),
        assessed=4,
        findings=(RuleCount("T3-BAL", "收支平衡", "error", 17, 9, 2),),
        publication=Publication(4, (), (), tmp_path / "docs" / "2026-01-27" / "index.html", passed=True),
        products=Products(tmp_path / "products", {"reports": 4}, "abc"),
        news=(SupervisorNews(HOSTILE, ("一",), (), (), (), 3, (), (tmp_path / "x.html",), ()),),
        warehouse="sqlite:///gouji.db",
        outbox=tmp_path / "outbox",
        docs=tmp_path / "docs",
    )


def crashes(number: int, kind: type[Exception] = ReaderCrashed) -> tuple[Quarantine, ...]:
    return tuple(Quarantine(f"{n:064x}", "", "v", kind.__name__, "it crashed") for n in range(number))


def test_broken_rules_and_a_site_that_does_not_answer_are_no_failure_of_ours(summary: NightSummary) -> None:
    assert failure(summary, 0.05) is None
    assert failure(replace(summary, columns=()), 0.05) is None  # files fetched by hand only
    assert in_one_line(summary).startswith("2026-01-27: 见到 seen 5, 读出 read 40, 未能读取 quarantined 0")
    assert "不成立 findings 17, 告知 digests 1" in in_one_line(summary)


def test_a_night_fails_when_nothing_could_be_reached_or_published(summary: NightSummary) -> None:
    failed = failure(replace(summary, columns=(UNREAD, UNREAD), products=replace(summary.products, faults=("P-1",))), 0.05)
    assert failed is not None and failed.summary is not None
    assert "none of the 2 columns could be read to its end; the first says: no answer" in str(failed)
    assert "the state was not published, the last one stays (P-1)" in str(failed)


def test_a_night_fails_when_more_documents_crash_our_readers_than_the_setting_allows(summary: NightSummary) -> None:
    def fails(crashed: tuple[Quarantine, ...], share: float) -> bool:
        return failure(replace(summary, readings=BatchCounts(37, crashed, 0)), share) is not None

    assert fails(crashes(3), 0.05) and not fails(crashes(3), 0.08)
    assert not fails(crashes(2), 0.0), "a bad document or two are their own matter"
    assert not fails(crashes(30, DamagedDocument), 0.05), "documents that are broken in themselves"


@pytest.mark.parametrize(("owed", "is_ours"), [("file 2026-01-27: no space", True), ("json://x#1 2026-01-27: status 503", False)])
def test_a_night_whose_digests_cannot_be_written_fails_and_one_with_a_channel_down_does_not(
    summary: NightSummary, owed: str, is_ours: bool
) -> None:
    news = tuple(replace(each, undelivered=(owed,)) for each in summary.news)
    assert (failure(replace(summary, news=news), 0.05) is not None) == is_ours


def test_names_from_outside_mean_nothing_in_markdown(summary: NightSummary) -> None:
    page = night_page(summary)
    [line] = [line for line in page.splitlines() if "甲" in line]
    html = markdown(page, extensions=["tables"])
    assert "<img" not in html and "<a " not in html and "<em>" not in html
    assert html.count("<h2>") == 3 and "<h1>" not in html
    assert line.endswith("| 1 | 0 | 0 | 0 | 0 | 3 | 已写 written | 0 |")
    assert markdown(escaped(HOSTILE)).count("<") == 2  # the paragraph's own, and no other
    assert link("原文", "javascript:alert(1)") == r"javascript:alert\(1\)"
    assert link("原文", "https://a.cn/a(1)|b c.html") == "[原文](https://a.cn/a%281%29%7Cb%20c.html)"


def test_the_worst_agencies_come_with_their_evidence(database: str) -> None:
    engine = open_warehouse(database)
    run_night(engine, NIGHTS[0], BROKEN, Page("2021 new=7 concluded=9", 2021, "b"))
    rows = worst_rows(engine)
    engine.dispose()
    assert {(row["单位 agency"], row["年度 year"]) for row in rows} == {("甲局", 2022), ("乙局", 2021)}
    for row in rows:
        assert row["错误 errors"] >= 1
        assert row["报告 report"].startswith("[原文](http://example.org/") and row["存档 evidence"].startswith("`sha256:")


def test_the_data_docs_have_a_link_only_where_an_address_is_set(summary: NightSummary) -> None:
    unset, served = Settings(docs_url=None), Settings(docs_url="https://docs.example.cn/gouji/")
    assert docs_address(summary, unset) == "" and str(summary.docs) in links_page(summary, unset)
    address = "https://docs.example.cn/gouji/2026-01-27/index.html"
    assert docs_address(summary, served) == address and f"({address})" in links_page(summary, served)
    nothing = replace(summary, publication=replace(summary.publication, index=None))
    assert docs_address(nothing, served) == ""


def test_a_server_that_is_gone_is_logged_and_never_raises(
    summary: NightSummary, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = open_warehouse(f"sqlite:///{tmp_path / 'gouji.db'}")
    work = Work(Settings(docs_url=None), NIGHT, lambda: datetime.now(tz=UTC), (), engine, None, None, Routing())  # type: ignore[arg-type]
    address = f"http://{HOST}:{free_port(0)}/api"
    with temporary_settings({PREFECT_API_URL: address}), caplog.at_level(logging.WARNING, "gouji"):
        assert write_artifacts(work, summary) == 0
    engine.dispose()
    assert [key for key in ("gouji-night", "gouji-worst", "gouji-links") if key in caplog.text] == [
        "gouji-night",
        "gouji-worst",
        "gouji-links",
    ]
