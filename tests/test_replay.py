"""`gouji replay`: the archive read again without any network; a dry run shows what would change and changes nothing."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from tasks import load
from tasks.fetched import ColumnOutcome, Crawl, Fetched
from tasks.records import Agency, Document, Sighting
from tests.paper import to_html, tying
from tests.small_world import AT
from warehouse.dump import canonical_dump
from warehouse.engine import open_warehouse
from warehouse.files import Archive
from warehouse.schema import figure, reading
from warehouse.schema_beside import decision

ROOT = Path(__file__).resolve().parent.parent
NIGHT = date(2026, 1, 27)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A warehouse whose one report was read by an older reader, which misread a figure."""
    paper = to_html(tying(seed=9))
    engine, files = open_warehouse(f"sqlite:///{tmp_path / 'gouji.db'}"), Archive(str(tmp_path / "archive"))
    load.load_register(engine, [Agency("a", "云澜市水务局", (), "部门", "办", ("http://a/",))], NIGHT)
    hash_ = sha256(paper).hexdigest()
    sighting = Sighting("a", 2023, "http://a/1.html", "2023年年报", date(2024, 1, 20), "http://a/", NIGHT)
    fetched = Fetched(sighting, tmp_path, hash_, 200, "text/html", (), AT)
    crawl = Crawl(NIGHT, (fetched,), (), (ColumnOutcome("http://a/", ("a",), True, 1, 1),))
    load.load_crawl(engine, crawl, (Document(files.keep(paper), len(paper), "text/html", "http://a/1.html", 200, AT),))
    assert replay(tmp_path).returncode == 0
    with engine.begin() as connection:
        connection.execute(update(reading).values(reader_version="old"))
        connection.execute(update(figure).where(figure.c.address == "applications.new.total").values(raw="99", value=99))
    engine.dispose()
    return tmp_path


def replay(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows", "replay", "--data", str(data), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def dump(data: Path) -> str:
    return canonical_dump(open_warehouse(f"sqlite:///{data / 'gouji.db'}"))


def test_a_dry_run_shows_the_difference_and_changes_nothing(data: Path) -> None:
    before = dump(data)
    done = replay(data, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "applications.new.total: 99 → " in done.stdout
    assert "1 reports read again, 1 would change" in done.stdout
    assert dump(data) == before


def test_replay_loads_what_was_read_and_keeps_the_old_reading(data: Path) -> None:
    done = replay(data)
    assert "1 changed" in done.stdout
    with open_warehouse(f"sqlite:///{data / 'gouji.db'}").connect() as connection:
        versions = connection.exec_driver_sql("select is_current from reading order by is_current").scalars().all()
        assert versions == [0, 1]
        values = connection.exec_driver_sql("select value from v_figure where address = 'applications.new.total'").scalars().all()
    assert values == [int(tying(seed=9).raw["applications.new.total"])]
    assert "0 reports read again" in replay(data).stdout
    assert "1 reports read again, 0 changed" in replay(data, "--all").stdout


@pytest.mark.parametrize("content", [None, b"spoilt"], ids=["missing", "damaged"])
def test_what_the_archive_does_not_have_whole_is_named_and_the_rest_replayed(data: Path, content: bytes | None) -> None:
    engine, lost = open_warehouse(f"sqlite:///{data / 'gouji.db'}"), b"another report"
    hash_ = sha256(lost).hexdigest()
    sighting = Sighting("a", 2022, "http://a/0.html", "2022年年报", date(2023, 1, 20), "http://a/", NIGHT)
    crawl = Crawl(NIGHT, (Fetched(sighting, data, hash_, 200, "text/html", (), AT),), (), ())
    load.load_crawl(engine, crawl, (Document(hash_, len(lost), "text/html", "http://a/0.html", 200, AT),))
    engine.dispose()
    if content is not None:
        place = data / "archive" / "sha256" / hash_[:2] / hash_[2:4] / hash_
        place.parent.mkdir(parents=True)
        place.write_bytes(content)
    for words, said in ((("--dry-run",), "1 would change"), ((), "1 changed")):
        done = replay(data, *words)
        assert done.returncode == 1, done.stderr
        assert f"1 reports read again, {said}" in done.stdout
        assert "left out: http://a/0.html" in done.stdout
        assert "1 documents left out" in done.stdout


def test_a_dry_run_goes_by_what_people_decided(data: Path) -> None:
    """A decision on the figure as it is read today breaks the same rules before and after."""
    assert replay(data).returncode == 0
    engine = open_warehouse(f"sqlite:///{data / 'gouji.db'}")
    with engine.begin() as connection:
        address, (hash_, raw) = (
            "applications.new.total",
            connection.execute(
                select(reading.c.sha256, figure.c.raw)
                .join(figure, figure.c.reading_id == reading.c.id)
                .where(reading.c.is_current.is_(True), figure.c.address == "applications.new.total")
            ).one(),
        )
        who = {"by": "李某", "at": AT, "reason": "看过"}
        row = {"sha256": hash_, "part": "", "address": address, "expected": raw, "verdict": "corrected", "value": int(raw) + 1}
        connection.execute(insert(decision).values(row | who))
    engine.dispose()
    assert replay(data).returncode == 0  # the report is judged anew, by the decision
    assert "0 findings more, 0 fewer" in replay(data, "--all", "--dry-run").stdout


def test_where_there_is_nothing_to_replay_it_is_said(tmp_path: Path) -> None:
    done = replay(tmp_path / "none")
    assert (done.returncode, "there is no warehouse here" in done.stderr) == (2, True)
