"""Every dialect of government web sites, on loopback: whole lists are read whole, damaged ones are never taken for whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from portals import DIALECTS, GRAIN, WATER, Asked, Book, Entry, Portal, book, served
from portals_odd import ODD, Odd

from tasks.crawl import CrawlOptions, crawl
from tasks.crawl.column import Next, Progress
from tasks.crawl.interface import parse_answer
from tasks.crawl.listing import parse_listing
from tasks.crawl.portal import load_portals
from tasks.crawl.spool import Column
from tasks.crawl.titles import is_report, normal
from tasks.errors import SourceGone
from tasks.fetched import Before, ColumnOutcome, Crawl
from tasks.records import Agency

NIGHT = date(2026, 2, 3)
NOW = datetime(2026, 2, 2, 18, 30, tzinfo=UTC)
OPTIONS = CrawlOptions(delay_seconds=0, timeout_seconds=10, retries=0, total_seconds=120, allow_private=True)
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
        archive = str(folder / "archive")
        return crawl(agencies, night=NIGHT, before=Before(), spool=folder, archive=archive, now=lambda: NOW, options=OPTIONS)


DAMAGES = ("", "gone", "other", "cut")
Books = dict[tuple[str, str], tuple[Book, Portal]]
CASES = [
    (name, damage) for name, each in DIALECTS.items() for damage in DAMAGES if damage != "cut" or each.says == "rows"
]  # of a list that does not say how many entries it has, nobody can know that some are missing


@pytest.fixture(scope="module")
def books() -> Books:
    listed = {(name, damage): DIALECTS[name].book(damage) for name, damage in CASES}
    return {case: (of, DIALECTS[case[0]].build(of)) for case, of in listed.items()}


@pytest.fixture(scope="module")
def oddities() -> dict[str, Odd]:
    return {name: build() for name, build in ODD.items()}


@pytest.fixture(scope="module")
def night(books: Books, oddities: dict[str, Odd], tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    portals = [portal for _, portal in books.values()] + [odd.portal for odd in oddities.values()]
    return crawled(portals, tmp_path_factory.mktemp("dialects"))


def reports(of: Iterable[Entry]) -> list[tuple[str, int, date]]:
    return sorted((IDS[entry.agency], entry.year, entry.published) for entry in of if entry.year)


def outcome_of(portal: Portal, night: Crawl) -> ColumnOutcome:
    return next(end for end in night.columns if end.start_url == portal.home + portal.start)


def fetched_of(portal: Portal, night: Crawl) -> list[tuple[str, int, date]]:
    found = [one.sighting for one in night.fetched if one.sighting.url.startswith(portal.home + "/")]
    return sorted((one.agency_id, one.year, one.published) for one in found)


@pytest.mark.parametrize("name", DIALECTS)
def test_a_whole_list_is_read_whole(name: str, books: Books, night: Crawl) -> None:
    of, portal = books[name, ""]
    end = outcome_of(portal, night)
    assert (end.complete, end.reason, end.cms) == (True, "", DIALECTS[name].cms)
    assert fetched_of(portal, night) == reports(of.entries)
    assert not [one for one in night.missed if one.sighting.url.startswith(portal.home + "/")]


@pytest.mark.parametrize(("name", "damage"), [case for case in CASES if case[1]])
def test_a_damaged_list_is_never_taken_for_whole(name: str, damage: str, books: Books, night: Crawl) -> None:
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


# Any size, any damage


def read_alone(portal: Portal) -> tuple[ColumnOutcome, set[str]]:
    """Read a site's list page by page, as the spider does, without the network; gives what came of it and the entries' URLs."""
    portals, portal.home = load_portals(), "http://qinghe.test"
    water = Agency(id="water", name=WATER, aliases=(), level="county", supervisor="", start_urls=())
    progress = Progress(Column(portal.home + portal.start, (water,)), portals, 200)
    waiting: list[Next] = [(progress.lists[0], 1, progress.lists[0].first)]
    while waiting:
        of, number, ask = waiting.pop(0)
        parts = urlsplit(ask.url)
        form = dict(parse_qsl(ask.body, keep_blank_values=True)) if ask.body[:1] not in ("", "{") else {}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        asked = Asked(ask.method, parts.path, query, form, ask.body.encode(), ask.page)
        reply = portal.answer(ask.url.removeprefix(portal.home).partition("#")[0], asked)
        body = reply.encode() if isinstance(reply, str) else reply
        if not isinstance(body, bytes):
            waiting += of.miss(number, ask, SourceGone("the page is gone (status 404)", where=ask.url))
        elif ask.step == "script":
            waiting += of.script(ask, body.decode())
        elif ask.step == "answer":
            waiting += of.take(number, ask, parse_answer(body, ask, "", portals))
        else:
            waiting += of.take(number, ask, parse_listing(body, ask, ask.url, "", portals, NIGHT.year))
    links = [link for each in progress.lists for link in each.links()]
    progress.has_report = any(is_report(normal(link.title, portals.titles), portals.titles) for link in links)
    return progress.outcome(), {link.url for link in links}


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_complete_means_that_every_entry_was_read(data: st.DataObject) -> None:
    dialect = DIALECTS[data.draw(st.sampled_from(sorted(DIALECTS)))]
    size = dialect.size if dialect.size > 10 else data.draw(st.integers(1, 7))
    rows = data.draw(st.integers(1, 5 * size))
    damage = data.draw(st.sampled_from(DAMAGES if dialect.says == "rows" else DAMAGES[:-1]))
    of = book(rows, size, damage, data.draw(st.integers(1, 6)))
    assume(of.seen())  # of a list that shows nothing, the hot news beside it could be all there is
    end, urls = read_alone(dialect.build(of))
    read = [entry for entry in of.entries if any(str(entry.id) in url or entry.hex in url for url in urls)]
    is_damaged = of.seen() != list(of.entries) or not of.served(1)
    assert not end.complete or len(read) == rows
    assert is_damaged or end.complete, end.reason
