"""The dead man's switch: a night that did not run or did not finish is told to maintainers once, and its recovery once."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select

from flows.settings import Settings, load_settings
from flows.watching import BLIND, MISSING, WELL, Seen, watch
from tasks import load
from tasks.errors import SettingsError
from warehouse.engine import open_warehouse
from warehouse.schema import outbox

ROOT = Path(__file__).resolve().parent.parent
GRACE = timedelta(hours=6)
N26, N27, N28, N29 = (date(2026, 1, day) for day in (26, 27, 28, 29))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of January 2026 in Shanghai."""
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@dataclass
class Service:
    """A maintainers' channel: keeps what it is sent, or refuses it."""

    url: str = ""
    sent: list[dict[str, str]] = field(default_factory=list)
    status: int = 200


@pytest.fixture
def service() -> Iterator[Service]:
    kept = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if kept.status == 200:
                kept.sent.append(body)
            self.send_response(kept.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"json://127.0.0.1:{server.server_port}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield kept
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(database: str, tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> Settings:
    return settings_of(tmp_path, service, monkeypatch, database_url=database)


def settings_of(tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch, **given: object) -> Settings:
    for name in [name for name in os.environ if name.startswith("GOUJI_") and name != "GOUJI_TEST_DATABASE_URL"]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("GOUJI_TEST_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    return load_settings(data_dir=tmp_path / "var", maintainer_urls=service.url, **given)


def begin(settings: Settings, night: date, moment: datetime, *steps: str) -> None:
    engine = open_warehouse(settings.warehouse_url())
    load.start_run(engine, night, lambda: moment)
    for number, step in enumerate(steps, 1):
        load.note_step(engine, night, lambda late=number: moment + timedelta(minutes=late), step)  # type: ignore[misc]
    engine.dispose()


def finish(settings: Settings, night: date, moment: datetime) -> None:
    engine = open_warehouse(settings.warehouse_url())
    load.finish_run(engine, night, lambda: moment, {"read": 1})
    engine.dispose()


def whole(settings: Settings, night: date) -> None:
    begin(settings, night, at(night.day, 2))
    finish(settings, night, at(night.day, 2, 41))


def files(settings: Settings) -> dict[str, str]:
    folder = settings.outbox_dir()
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.md"))}


def titles(service: Service) -> list[str]:
    return [each["title"] for each in service.sent]


def look(settings: Settings, moment: datetime, *, is_dry: bool = False) -> Seen:
    return watch(settings, moment, GRACE, is_dry=is_dry)


def test_a_night_that_finished_is_well_and_nobody_is_told(settings: Settings, service: Service) -> None:
    whole(settings, N27)
    seen = look(settings, at(27, 9))
    assert seen == Seen(WELL, ("一切正常 all well: 2026-01-27 已完成 finished 2026-01-27 02:41",))
    assert service.sent == [] and files(settings) == {}


def test_a_night_is_not_due_before_its_grace_has_passed(settings: Settings) -> None:
    whole(settings, N26)
    begin(settings, N27, at(27, 2))
    assert look(settings, at(27, 7, 59)).code == WELL
    assert look(settings, at(27, 8, 1)).code == MISSING
    assert watch(settings, at(27, 8, 1), timedelta(hours=12)).code == WELL


def test_a_missed_night_is_told_once_on_each_channel_and_its_recovery_once(settings: Settings, service: Service) -> None:
    whole(settings, N26)
    for hour in (9, 10, 11):
        assert look(settings, at(27, hour)).code == MISSING
    assert titles(service) == ["【勾稽·值守】2026-01-27 夜间任务没有运行 did not run"]
    [(name, text)] = files(settings).items()
    assert name.startswith("2026-01-27/gouji维护人员（值守）")
    assert "应于 due：2026-01-27 02:00，宽限 grace 6 小时" in text
    assert "最近完成 last finished：2026-01-26，2026-01-26 02:41" in text and "没有开始 not begun" in text
    begin(settings, N27, at(27, 12))
    assert look(settings, at(27, 12, 5)).code == MISSING  # still at it: nothing new to tell
    finish(settings, N27, at(27, 13))
    for hour in (14, 15):
        assert look(settings, at(27, hour)).code == WELL
    assert titles(service)[1:] == ["【勾稽·值守】2026-01-27 夜间任务已恢复 recovered"]
    assert len(files(settings)) == 2


def test_every_missed_night_is_told_and_a_later_one_makes_up_for_all(settings: Settings, service: Service) -> None:
    whole(settings, N26)
    assert [look(settings, at(day, 9)).code for day in (27, 28)] == [MISSING, MISSING]
    whole(settings, N29)
    assert look(settings, at(29, 4)).code == WELL
    said = ["2026-01-27 夜间任务没有运行 did not run", "2026-01-28 夜间任务没有运行 did not run"]
    assert titles(service) == [f"【勾稽·值守】{each}" for each in (*said, "2026-01-27、2026-01-28 夜间任务已恢复 recovered")]
    assert look(settings, at(30, 9)).code == MISSING
    assert len(titles(service)) == 4


def test_a_night_of_the_future_proves_nothing(settings: Settings) -> None:
    whole(settings, N29)
    assert look(settings, at(27, 9)).code == MISSING


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_killed_run_is_told_with_its_start_and_its_last_step(settings: Settings, tmp_path: Path) -> None:
    code = f"""
import os, sys, time
from datetime import date, datetime
from pathlib import Path
from flows.nightly import as_task
from flows.night import Work
from tasks import load
from warehouse.engine import open_warehouse
engine, now = open_warehouse({settings.warehouse_url()!r}), lambda: datetime.fromisoformat("2026-01-26T18:03:00+00:00")
work = Work(None, date(2026, 1, 27), now, (), engine, None, None, None)
load.start_run(engine, work.night, now)
as_task("crawl", lambda work: None).fn(work)
as_task("read", lambda work: (print("reading", flush=True), time.sleep(60))).fn(work)
"""
    environment = os.environ | {"PREFECT_HOME": str(tmp_path / "prefect")}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "reading\n"
        process.send_signal(signal.SIGKILL)
    assert look(settings, at(27, 9)).code == MISSING
    [text] = files(settings).values()
    assert text.startswith("# 2026-01-27 夜间任务没有完成 did not finish")
    assert "最近完成 last finished：从未 never" in text
    assert "开始 begun：2026-01-27 02:03" in text and "最后一步 last step：read，2026-01-27 02:03" in text


def test_a_channel_that_refuses_is_said_and_tried_again_and_the_others_are_told_once(
    settings: Settings, service: Service
) -> None:
    whole(settings, N26)
    service.status = 500
    [owed] = look(settings, at(27, 9)).undelivered
    assert owed.startswith("json://127.0.0.1#") and "not accepted" in owed
    written = files(settings)
    service.status = 200
    assert look(settings, at(27, 10)).undelivered == ()
    assert look(settings, at(27, 11)).undelivered == ()
    assert len(service.sent) == 1 and files(settings) == written
    with open_warehouse(settings.warehouse_url()).connect() as connection:
        assert sorted(connection.execute(select(outbox.c.attempts)).scalars()) == [1, 2]


def test_a_dry_run_only_says_it(settings: Settings, service: Service) -> None:
    whole(settings, N26)
    seen = look(settings, at(27, 9), is_dry=True)
    assert seen.code == MISSING and "没有运行 did not run" in seen.found[0]
    assert service.sent == [] and files(settings) == {}
    with open_warehouse(settings.warehouse_url()).connect() as connection:
        assert connection.execute(select(outbox)).all() == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("line", "moment", "due"),
    [("30 23 * * *", at(27, 9), N26), ("0 2 * * 1", at(28, 9), N26), ("0 2,14 * * *", at(27, 21), N27)],
)
def test_the_cron_line_says_which_night_was_due(
    database: str, tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch, line: str, moment: datetime, due: date
) -> None:
    settings = settings_of(tmp_path, service, monkeypatch, database_url=database, nightly_at=line)
    open_warehouse(database).dispose()
    assert look(settings, moment).code == MISSING
    assert [name[:10] for name in files(settings)] == [due.isoformat()]


def test_a_cron_line_that_no_night_answers_to_is_said(tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(tmp_path, service, monkeypatch, nightly_at="0 2 31 2 *")
    with pytest.raises(SettingsError, match="no night answers to"):
        look(settings, at(27, 9))


def test_without_a_warehouse_maintainers_are_told_once_a_night_and_once_that_it_is_back(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(tmp_path, service, monkeypatch)
    assert look(settings, at(27, 9), is_dry=True).code == BLIND
    assert not settings.data_dir.exists()
    assert [look(settings, at(27, hour)).code for hour in (9, 10)] == [BLIND, BLIND]
    assert "there is no warehouse here" in service.sent[0]["message"]
    assert not (settings.data_dir / "gouji.db").exists()
    assert look(settings, at(28, 9)).code == BLIND
    assert len(service.sent) == len(files(settings)) == 2
    whole(settings, N28)
    assert [look(settings, at(28, hour)).code for hour in (10, 11)] == [WELL, WELL]
    assert titles(service)[2:] == ["【勾稽·值守】夜间任务情况恢复查看 it can be looked again"]


def test_a_locked_warehouse_is_told_and_its_password_is_not(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.engine._BUSY_MILLISECONDS", 100)
    settings = settings_of(tmp_path, service, monkeypatch)
    whole(settings, N27)
    with sqlite3.connect(settings.data_dir / "gouji.db", isolation_level=None) as holder:
        holder.execute("PRAGMA journal_mode=DELETE")
        holder.execute("BEGIN EXCLUSIVE")
        assert look(settings, at(27, 9)).code == BLIND
    holder.close()
    assert "locked" in service.sent[0]["message"]
    down = settings_of(
        tmp_path, service, monkeypatch, database_url="postgresql+psycopg://gouji:geheim@127.0.0.1:1/gouji?connect_timeout=2"
    )
    assert look(down, at(28, 9)).code == BLIND
    assert "geheim" not in json.dumps([service.sent, files(settings)]) and len(service.sent) == 2


def test_where_nothing_can_be_written_the_channels_are_told_all_the_same(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "var").write_text("a file where the folder should be", encoding="utf-8")
    seen = look(settings_of(tmp_path, service, monkeypatch), at(27, 9))
    assert seen.code == BLIND and len(service.sent) == 1
    assert [owed.split()[0] for owed in seen.undelivered] == ["file"]


def test_the_command_says_it_by_its_exit_code_and_on_stderr(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GOUJI_")}
    command = [sys.executable, "-m", "flows", "watchdog", "--data", str(tmp_path / "var")]

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    blind = run("--dry-run")
    assert (blind.returncode, blind.stdout) == (2, "") and "there is no warehouse here" in blind.stderr
    engine = open_warehouse(f"sqlite:///{tmp_path / 'var' / 'gouji.db'}")
    missed = run("--grace", "1")
    assert (missed.returncode, missed.stdout) == (1, "") and "没有运行 did not run" in missed.stderr
    today = load_settings().night_of(datetime.now(tz=UTC))
    load.start_run(engine, today, lambda: datetime.now(tz=UTC))
    load.finish_run(engine, today, lambda: datetime.now(tz=UTC), {})
    well = run("--grace", "1")
    assert (well.returncode, well.stderr) == (0, "") and "一切正常 all well" in well.stdout
