"""`gouji replay`: the archive read again without any network; a dry run shows what would change and changes nothing."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import update

from tasks import load
from tasks.fetched import ColumnOutcome, Crawl, Fetched
from tasks.records import Agency, Document, Sighting
from tests.paper import to_html, tying
from tests.small_world import AT
from warehouse.dump import canonical_dump
from warehouse.engine import open_warehouse
from warehouse.files import Archive
from warehouse.schema import figure, reading

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


def test_where_there_is_nothing_to_replay_it_is_said(tmp_path: Path) -> None:
    done = replay(tmp_path / "none")
    assert (done.returncode, "there is no warehouse here" in done.stderr) == (2, True)
