"""The nightly flow, through the demo: it names what is wrong and nobody else, may be run again, and survives being killed."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from rich.cells import cell_len
from sqlalchemy import select

from flows import night as steps
from flows.demo import NIGHTS, QUERIES, SAMPLES, ZONE, demo_settings
from flows.lock import only_night
from flows.portal import free_port, serve_portal
from flows.settings import Settings
from tasks.errors import SettingsError
from warehouse.dump import canonical_dump
from warehouse.engine import open_warehouse, query_read_only
from warehouse.schema import notice, notice_event, report, sighting

ROOT = Path(__file__).resolve().parent.parent
FIRST, SECOND = NIGHTS
WIDTH = 120  # of a pipe
Scope = tuple[str, int, str, str]  # agency, year, rule, scope

# Loaded by every Python process that the command starts: notes whoever is called outside this machine.
WATCH = """
import os, sys
def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo"):
        place = str(args[1] if event == "socket.connect" else args[0])
        if not any(ours in place for ours in ("127.0.0.1", "localhost", "::1")) and "/" not in place:
            with open(os.environ["CALLED"], "a") as file:
                print(event, place, sys.argv, file=file)
sys.addaudithook(watch)
"""


@dataclass(frozen=True)
class Place:
    """Where commands are run: a clean home, and a file that notes calls to the outside."""

    folder: Path
    environment: dict[str, str]

    @property
    def called(self) -> str:
        file = Path(self.environment["CALLED"])
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def start(self, *words: str, **settings: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "flows", *words]
        environment = self.environment | settings
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True, encoding="utf-8", start_new_session=True
        )


@dataclass(frozen=True)
class Demo:
    """A demo that ran to its end undisturbed, and what it printed."""

    place: Place
    folder: Path
    out: str
    err: str

    @property
    def port(self) -> int:
        return int(json.loads((self.folder / "demo.json").read_text(encoding="utf-8"))["port"])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("place")
    (folder / "watch").mkdir()
    (folder / "watch" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GOUJI_", "PREFECT_", "DO_NOT_TRACK"))}
    ours = {"HOME": str(folder / "home"), "PYTHONPATH": str(folder / "watch"), "CALLED": str(folder / "called")}
    (folder / "home").mkdir()
    return Place(folder, kept | ours)


@pytest.fixture(scope="module")
def demo(place: Place) -> Demo:
    folder = place.folder / "demo"
    with place.start("demo", "--folder", str(folder)) as process:
        out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err
    return Demo(place, folder, out, err)


def listed(night: int, what: str) -> set[Scope]:
    rows = csv.DictReader((SAMPLES / "defects.csv").read_text(encoding="utf-8").splitlines())
    return {
        (row["agency_id"], int(row["year"]), row["rule"], row["scope"])
        for row in rows
        if (row["night"], row["what"]) == (str(night), what)
    }


def told(demo: Demo, night: date, transition: str) -> set[tuple[object, ...]]:
    """What supervisors were told on a night."""
    columns = (notice.c.agency_id, notice.c.year, notice.c.rule, notice.c.scope)
    query = select(*columns).join(notice_event, notice_event.c.fingerprint == notice.c.fingerprint)
    query = query.where(notice_event.c.night == night, notice_event.c.transition == transition)
    with open_warehouse(demo_settings(demo.folder).warehouse_url()).connect() as connection:
        return {tuple(row) for row in connection.execute(query)}


def dump(folder: Path) -> str:
    return canonical_dump(open_warehouse(demo_settings(folder).warehouse_url()))


def in_prefect(demo: Demo, query: str) -> list[tuple[str, ...]]:
    """What the temporary server of the demo's runs has kept."""
    with closing(sqlite3.connect(demo.folder / "prefect" / "prefect.db")) as connection:
        return connection.execute(query).fetchall()


def register() -> dict[str, str]:
    rows = csv.DictReader((SAMPLES / "agencies.csv").read_text(encoding="utf-8").splitlines())
    return {row["id"]: row["name"] for row in rows}


def wait_until(is_so: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 120
    while not is_so():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


def test_first_night_tells_every_seeded_defect_and_nothing_else(demo: Demo) -> None:
    assert told(demo, FIRST, "new") == listed(1, "broken")
    assert all(told(demo, FIRST, other) == set() for other in ("changed", "resolved", "reopened"))


def test_second_night_tells_what_changed_and_nothing_else(demo: Demo) -> None:
    assert told(demo, SECOND, "resolved") == listed(2, "corrected")
    assert told(demo, SECOND, "new") == listed(2, "changed")
    assert all(told(demo, SECOND, other) == set() for other in ("changed", "reopened"))
    with open_warehouse(demo_settings(demo.folder).warehouse_url()).connect() as connection:
        seen = select(report.c.agency_id, report.c.year).where(report.c.night == SECOND, report.c.revision == 1)
        gone = select(sighting.c.agency_id, sighting.c.year).where(sighting.c.night == SECOND, sighting.c.state == "withdrawn")
        assert {tuple(row) for row in connection.execute(seen)} == {row[:2] for row in listed(2, "new")}
        assert {tuple(row) for row in connection.execute(gone)} == {row[:2] for row in listed(2, "withdrawn")}


def test_summary_names_every_defect_in_words(demo: Demo) -> None:
    text = re.sub(r"[│\s]", "", demo.out)
    names = register()
    first, second = text.split("第二夜")
    for agency, year, _, _ in listed(1, "broken"):
        assert f"{names[agency]}{year}年度报告：" in first
    accused = {match[1] for match in re.finditer(r"•([^•：]+?)\d{4}年度报告：", first)}
    assert accused == {names[agency] for agency, *_ in listed(1, "broken")}
    for agency, year, _, _ in listed(2, "corrected") | listed(2, "changed"):
        assert f"{names[agency]}{year}年度报告：" in second
    for agency, year, _, _ in listed(2, "new"):
        assert f"新收录{names[agency]}{year}年度报告" in second
    for agency, year, _, _ in listed(2, "withdrawn"):
        assert f"{names[agency]}{year}年度报告已撤下" in second


def test_summary_fits_the_terminal_and_says_where_things_are(demo: Demo) -> None:
    assert max(cell_len(line) for line in demo.out.splitlines()) <= WIDTH
    for path in ("gouji.db", "outbox", "docs/2026-01-27/index.html", "docs/2026-01-28/index.html"):
        assert str(demo.folder / path) in demo.out
        assert (demo.folder / path).exists()


def test_nothing_calls_outside_and_prefect_says_nothing(demo: Demo) -> None:
    assert demo.place.called == ""
    assert demo.err == ""


def test_prefect_shows_each_night_as_completed_however_many_rules_are_broken(demo: Demo) -> None:
    runs = in_prefect(demo, "select s.name, s.message from flow_run r join flow_run_state s on s.id = r.state_id order by 2")
    assert [(name, message.split(":")[0]) for name, message in runs[:2]] == [("Completed", str(night)) for night in NIGHTS]
    assert re.search(r"读出 read [1-9].*不成立 findings [1-9].*告知 digests [1-9]", runs[0][1])


def test_prefect_shows_artifacts_of_each_night_under_stable_keys(demo: Demo) -> None:
    kept = in_prefect(demo, "select key, data from artifact where flow_run_id is not null order by created")[: 3 * len(NIGHTS)]
    assert [key for key, _ in kept] == ["gouji-night", "gouji-worst", "gouji-links"] * len(NIGHTS)
    (_, night), (_, worst), (_, links) = ((key, json.loads(data)) for key, data in kept[3:])
    assert f"## {SECOND} 文件与报告" in night and re.search(r"\| T3\\-\w+ \|", night)
    query = "select agency, year, errors from v_unreconciled limit 20"
    _, rows = query_read_only(demo_settings(demo.folder).warehouse_url(), query)
    shown = [(row["单位 agency"], row["年度 year"], row["错误 errors"]) for row in json.loads(worst)]
    assert shown == rows and rows
    assert all(row["报告 report"].startswith("[原文](http://127.0.0.1:") for row in json.loads(worst))
    assert str(demo.folder / "products") in links and str(demo.folder / "outbox" / SECOND.isoformat()) in links


@pytest.mark.parametrize("query", QUERIES.values(), ids=lambda query: query.splitlines()[0][:30])
def test_queries_to_try_have_answers(demo: Demo, query: str) -> None:
    columns, rows = query_read_only(demo_settings(demo.folder).warehouse_url(), query)
    assert columns
    assert rows
    assert query.splitlines()[0] in demo.out


def test_channels_may_be_named_by_the_prefect_block_that_holds_them(demo: Demo, tmp_path: Path) -> None:
    code = """
from flows.prefect_setup import set_up_prefect
set_up_prefect()
from prefect.blocks.system import Secret
Secret(value="mailto://user:pass@example.cn").save("gouji-mail")
from flows.settings import load_settings
print(load_settings().channels())
print(load_settings(apprise_urls="prefect:secret/gone").channels())
"""
    home = shutil.copytree(demo.folder / "prefect", tmp_path / "prefect")  # saves Prefect's first start
    environment = demo.place.environment | {"PREFECT_HOME": str(home), "GOUJI_APPRISE_URLS": "prefect:secret/gouji-mail"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "('mailto://user:pass@example.cn',)\n"
    assert "prefect:secret/gone leads nowhere" in done.stderr


def test_running_the_last_night_again_adds_nothing_with_or_without_prefect(demo: Demo) -> None:
    before, moment = dump(demo.folder), datetime(2026, 1, 28, 5, tzinfo=ZONE)
    with serve_portal(tuple(SAMPLES / "portal" / layer for layer in NIGHTS[SECOND]), demo.port):
        work = steps.begin(demo_settings(demo.folder), SECOND, lambda: moment)
        found = steps.crawl_agencies(work)
        steps.load_crawl(work, found, steps.archive_documents(work, found))
        assert steps.unread_batches(work) == ()
        assert steps.assess_reports(work) == 0
        assert steps.publish_docs(work).failing == ()
        assert [news.new for news in steps.tell_supervisors(work) if news.new] != []
    assert dump(demo.folder) == before


def test_killed_between_the_nights_it_comes_to_the_same_end(demo: Demo, place: Place) -> None:
    folder = place.folder / "killed"
    shutil.copytree(demo.folder / "prefect", folder / "prefect")  # saves Prefect's first start
    (folder / "demo.json").write_text(json.dumps({"port": demo.port, "done": []}), encoding="utf-8")
    with place.start("demo", "--folder", str(folder)) as process:
        wait_until(lambda: FIRST.isoformat() in (folder / "demo.json").read_text(encoding="utf-8"), process)
        os.killpg(process.pid, signal.SIGKILL)
    assert dump(folder) != dump(demo.folder)
    with place.start("demo", "--folder", str(folder)) as process:
        out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err
    assert "1 of 2 nights" in out
    assert dump(folder) == dump(demo.folder)


def test_a_finished_demo_is_started_afresh(demo: Demo, place: Place) -> None:
    folder = place.folder / "again"
    shutil.copytree(demo.folder, folder)
    with place.start("demo", "--folder", str(folder)) as process:
        wait_until(lambda: '"done": []' in (folder / "demo.json").read_text(encoding="utf-8"), process)
        os.killpg(process.pid, signal.SIGKILL)
        assert "started afresh" in process.communicate()[0].replace("\n", " ")
    assert not (folder / "outbox").exists()


def test_a_night_on_which_no_site_answers_is_one_plain_paragraph(demo: Demo, place: Place) -> None:
    agencies = place.folder / "agencies.csv"
    text = (SAMPLES / "agencies.csv").read_text(encoding="utf-8").replace("{port}", str(free_port(0)))
    agencies.write_text(text, encoding="utf-8")
    words = ("nightly", "--agencies", str(agencies), "--data", str(place.folder / "var"), "--night", "2026-01-27")
    with place.start(
        *words, GOUJI_CRAWL_RETRIES="0", GOUJI_CRAWL_PRIVATE="1", PREFECT_HOME=str(demo.folder / "prefect")
    ) as process:
        out, err = process.communicate(timeout=300)
    assert process.returncode == 2, out + err
    assert out.count("未能到达 not reached  http://127.0.0.1") == 4
    assert err.startswith("gouji: the night of 2026-01-27: none of the 4 columns could be read to its end")
    assert "Traceback" not in out + err
    assert len(err.strip().splitlines()) == 1
    ended = "select s.name, s.message from flow_run_state s where s.type = 'FAILED'"
    [(state, message)] = in_prefect(demo, ended)
    assert state == "Failed" and "none of the 4 columns could be read to its end" in message


def test_a_register_that_is_not_there_is_said_at_once(place: Place) -> None:
    with place.start("nightly", "--agencies", "no-such.csv", "--data", str(place.folder / "none")) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert err.startswith("gouji: no-such.csv")


def own_night(folder: Path) -> Settings:
    """The settings of a night on a register of one's own, all in one folder."""
    text = (SAMPLES / "agencies.csv").read_text(encoding="utf-8").replace("{port}", str(free_port(0)))
    (folder / "agencies.csv").write_text(text, encoding="utf-8")
    return demo_settings(folder)


def test_a_second_night_on_the_same_folder_ends_at_once(place: Place) -> None:
    settings = own_night(place.folder)
    moment = datetime(2026, 1, 27, 2, tzinfo=ZONE)
    with only_night(settings, lambda: moment), only_night(settings, lambda: moment):
        words = ("--agencies", str(settings.agencies), "--data", str(place.folder))
        with place.start("nightly", *words) as process:
            out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert f"another night is running since 2026-01-27 02:00, pid {os.getpid()}" in err
    assert not (place.folder / "gouji.db").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_killed_night_leaves_no_lock_behind(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from datetime import datetime, UTC\n"
        "from flows.demo import demo_settings; from flows.lock import only_night\n"
        "with only_night(demo_settings(Path(sys.argv[1])), lambda: datetime.now(UTC)): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        settings = demo_settings(tmp_path)
        with pytest.raises(SettingsError, match=f"pid {holder.pid}"), only_night(settings, lambda: datetime.now(ZONE)):
            pass
        holder.kill()
    with only_night(settings, lambda: datetime.now(ZONE)):
        pass


@pytest.mark.parametrize("name", ["products", "docs/2026-01-27"])
def test_a_folder_of_other_files_is_refused_before_the_night_begins(tmp_path: Path, name: str) -> None:
    settings = own_night(tmp_path)
    (tmp_path / name).mkdir(parents=True)
    (tmp_path / name / "mine.txt").write_text("mine", encoding="utf-8")
    for begin in (lambda: steps.check_given(settings, FIRST), lambda: steps.begin(settings, FIRST, lambda: datetime.now(ZONE))):
        with pytest.raises(SettingsError, match="holds other files"):
            begin()
    assert not (tmp_path / "gouji.db").exists()
