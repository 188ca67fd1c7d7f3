"""Every dialect of government web sites, on loopback: whole lists are read whole, damaged ones are never taken for whole."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from portals import DIALECTS, GRAIN, ODD, WATER, Book, Odd, Portal, served

from tasks.crawl import CrawlOptions, crawl
from tasks.fetched import ColumnOutcome, Crawl
from tasks.records import Agency

NIGHT = date(2026, 2, 3)
NOW = datetime(2026, 2, 2, 18, 30, tzinfo=UTC)
OPTIONS = CrawlOptions(delay_seconds=0, timeout_seconds=10, retries=0, total_seconds=120)
IDS = {WATER: "water", GRAIN: "grain"}


def crawled(portals: list[Portal], folder: Path) -> Crawl:
    """One crawl of many sites: two agencies share every list."""
    with served(portals), pytest.MonkeyPatch.context() as patch:
        hosts = [portal.home.split("/")[2].split(":")[0] for portal in portals]
        patch.setenv("NO_PROXY", ",".join(hosts))
        patch.setenv("no_proxy", ",".join(hosts))
        agencies = [
            Agency(
                id=id,
                name=name,
                aliases=(),
                level="county",
                supervisor="青禾县政务公开办",
                start_urls=tuple(portal.home + portal.start for portal in portals if name in portal.agencies),
            )
            for name, id in IDS.items()
        ]
        return crawl(agencies, night=NIGHT, known={}, spool=folder, now=lambda: NOW, options=OPTIONS)


DAMAGES = ("", "gone", "other", "cut")


@pytest.fixture(scope="module")
def books() -> dict[tuple[str, str], tuple[Book, Portal]]:
    found = {}
    for name, dialect in DIALECTS.items():
        for damage in DAMAGES:
            if damage != "cut" or dialect.says == "rows":
                of = dialect.book(damage)
                found[name, damage] = (of, dialect.build(of))
    return found


@pytest.fixture(scope="module")
def oddities() -> dict[str, Odd]:
    return {name: build() for name, build in ODD.items()}


@pytest.fixture(scope="module")
def night(
    books: dict[tuple[str, str], tuple[Book, Portal]], oddities: dict[str, Odd], tmp_path_factory: pytest.TempPathFactory
) -> Crawl:
    portals = [portal for _, portal in books.values()] + [odd.portal for odd in oddities.values()]
    return crawled(portals, tmp_path_factory.mktemp("dialects"))


def reports(of: list) -> list[tuple[str, int, date]]:
    return sorted((IDS[entry.agency], entry.year, entry.published) for entry in of if entry.year)


def outcome_of(portal: Portal, night: Crawl) -> ColumnOutcome:
    return next(end for end in night.columns if end.start_url == portal.home + portal.start)


def fetched_of(portal: Portal, night: Crawl) -> list[tuple[str, int, date]]:
    found = [one.sighting for one in night.fetched if one.sighting.url.startswith(portal.home + "/")]
    return sorted((one.agency_id, one.year, one.published) for one in found)


@pytest.mark.parametrize("name", DIALECTS)
def test_a_whole_list_is_read_whole(name: str, books, night: Crawl) -> None:
    of, portal = books[name, ""]
    end = outcome_of(portal, night)
    assert (end.complete, end.reason, end.cms) == (True, "", DIALECTS[name].cms)
    assert fetched_of(portal, night) == reports(of.entries)
    assert not [one for one in night.missed if one.sighting.url.startswith(portal.home + "/")]


@pytest.mark.parametrize("damage", DAMAGES[1:])
@pytest.mark.parametrize("name", DIALECTS)
def test_a_damaged_list_is_never_taken_for_whole(name: str, damage: str, books, night: Crawl) -> None:
    if (name, damage) not in books:
        return
    of, portal = books[name, damage]
    end = outcome_of(portal, night)
    assert (end.complete, end.kind) == (False, "CrawlIncomplete")
    assert re.search(r"page \d+( of \d+)? |\d+ entries were read|\d+ different pages were read", end.reason)
    assert set(fetched_of(portal, night)) >= set(reports(of.on(1)))
    assert set(fetched_of(portal, night)) <= set(reports(of.seen()))


@pytest.mark.parametrize("name", ODD)
def test_odd_sites(name: str, oddities: dict[str, Odd], night: Crawl) -> None:
    odd = oddities[name]
    end = outcome_of(odd.portal, night)
    assert (end.complete, end.kind) == (not odd.kind, odd.kind), end.reason
    assert odd.says in end.reason
    found = [one.sighting for one in night.fetched if one.sighting.url.startswith(odd.portal.home + "/")]
    articles = {(one.agency_id, one.year) for one in found if one.listing_url == end.start_url}
    assert articles == {(IDS[name], year) for name, year in odd.found}
    files = sorted(one.url for one in found if one.listing_url != end.start_url)
    assert len(files) == len(odd.files)
    assert all(any(url.endswith(file) for url in files) for file in odd.files)
    missed = [one.kind for one in night.missed if one.sighting.listing_url.startswith(odd.portal.home + "/")]
    assert tuple(missed) == odd.missed
