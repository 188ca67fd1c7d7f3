"""The warehouse opens, migrates itself, and refuses what it must, in plain words."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from small_world import ask, fill
from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.exc import IntegrityError

from tasks.errors import NewerSchema, WarehouseError
from warehouse import views
from warehouse.engine import MIGRATIONS, open_warehouse, writing
from warehouse.schema_notice import metadata

ROOT = Path(views.__file__).parents[2]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'deep' / 'er' / 'gouji.db'}"


@pytest.fixture
def filled(url: str) -> str:
    fill(url)
    return url


# Opening


def test_opening_creates_the_file_and_its_folders_and_says_nothing(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    engine = open_warehouse(url)
    open_warehouse(url)
    assert set(metadata.tables) <= set(inspect(engine).get_table_names())
    assert set(views.view_texts()) == set(inspect(engine).get_view_names())
    assert capfd.readouterr() == ("", "")


def test_every_connection_waits_keeps_references_and_lets_others_read(url: str) -> None:
    with open_warehouse(url).connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30_000}


def test_readers_read_while_a_night_writes(filled: str) -> None:
    engine = open_warehouse(filled)
    with writing(engine) as connection:
        connection.exec_driver_sql("update agency set name = '新名字'")
        assert {row["name"] for row in ask(filled, "select name from agency")} == {"甲局", "乙局"}
        with engine.connect() as other:
            assert other.exec_driver_sql("select count(*) from agency").scalar() == 2


def test_the_migrations_make_exactly_the_tables_of_the_schema(url: str, tmp_path: Path) -> None:
    with open_warehouse(url).connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
        migrated = _definitions(connection.connection.dbapi_connection)
    declared = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    metadata.create_all(declared)
    with declared.connect() as connection:
        expected = _definitions(connection.connection.dbapi_connection)
    assert differences == []
    assert migrated == expected  # to the last constraint, which Alembic does not compare


def test_models_and_migrations_agree_on_each_engine(engine: Engine) -> None:
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)
    assert [each for each in found if "comment" not in str(each[0])[:40]] == []  # comments are the dictionary's


def _definitions(connection: Any) -> dict[str, list[str]]:
    rows = connection.execute(
        "select name, sql from sqlite_master where type != 'view' and name != 'alembic_version' and sql != ''"
    )
    return {name: sorted(part.strip(" ,") for part in re.split(r"\n", sql)) for name, sql in rows.fetchall()}


def test_a_warehouse_of_the_first_tables_is_migrated_with_all_that_it_holds(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = open_warehouse(url)
    engine.dispose()
    (tmp_path / "old.db").unlink()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in OLD_ROWS:
            connection.exec_driver_sql(statement)
    open_warehouse(url)
    assert ask(url, "select id, part, is_current, published, title from reading order by id") == [
        {"id": 1, "part": "", "is_current": 0, "published": None, "title": "旧"},
        {"id": 2, "part": "", "is_current": 1, "published": None, "title": "新"},
    ]
    [figure] = ask(url, "select raw, value, typeof(value) as type, agreement, confidence, locator from figure")
    assert figure == {"raw": "0.1", "value": 0.1, "type": "real", "agreement": "plain", "confidence": 1, "locator": "{}"}
    assert ask(url, "select sentence, scope, period from claim") == [{"sentence": "收到1件", "scope": "own", "period": ""}]
    assert ask(url, "select agency, part, doubt, status, reading_id from v_report") == [
        {"agency": "甲局", "part": "", "doubt": "", "status": "read", "reading_id": 2}
    ]
    with open_warehouse(url).connect() as connection:
        assert connection.exec_driver_sql("pragma foreign_key_check").fetchall() == []
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


OLD_ROWS = (
    "insert into agency values ('a', '甲局', '[]', 'county', '', '', '[]')",
    "insert into document values ('x', 1, '', '', 200, '2024-03-01', '[]')",
    "insert into reading select 1, 'x', 'pdf', '1', 'read', '', '', '旧', '', 2023, null, null, '[]', '[]', 1, '2024-03-01'",
    "insert into reading select 2, 'x', 'pdf', '2', 'read', '', '', '新', '', 2023, null, null, '[]', '[]', 1, '2024-03-01'",
    "insert into figure values (2, 'disclosure.fee.amount', 0, '', '', '', '0.1', 0.1, 'NUMERIC', '', 1, '{}')",
    "insert into claim values (2, 0, '收到1件', 'new', 1, null)",
    "insert into report values (1, 'a', 2023, 1, 'x', '', '2024-03-01', 1, 0)",
    "insert into assessment values (1, 1, 2, null, '', 1, 'r1', '2024-03-01', 1)",
)


def test_a_register_without_codes_and_scope_is_migrated_with_its_earlier_versions(database: str) -> None:
    engine = _of_before(database, "0004", LATER_ROWS)
    with open_warehouse(database).connect() as connection:
        for question in ("select name, region, uscc, scope from agency", "select name, region, uscc, scope from agency_version"):
            assert [tuple(row) for row in connection.exec_driver_sql(question)] == [("甲局", "320813", "", "")]
    for table, statement in (
        ("agency", "update agency set scope = 'x'"),
        ("agency_version", "update agency_version set scope = 'x'"),
    ):
        with pytest.raises(IntegrityError, match=f"ck_{table}_scope"):
            _say(engine, statement)
    engine.dispose()


def test_what_was_told_before_there_were_routes_is_migrated_with_whom_it_was_told_to(database: str) -> None:
    engine = _of_before(database, "0008", TOLD_ROWS)
    with open_warehouse(database).connect() as connection:
        asked = "select supervisor, channel from told union all select cast(translations as text), sentence from notice"
        assert sorted(tuple(row) for row in connection.exec_driver_sql(asked)) == [("{}", "句"), ("办", "file")]
    told = "insert into told (fingerprint, night, transition, supervisor, channel, outbox_key)"
    told += " values ('f', '2024-03-01', '{}', '省办', 'file', 'k')"
    _say(engine, told.format("escalated"))
    with pytest.raises(IntegrityError, match="ck_told_transition"):
        _say(engine, told.format("x"))
    engine.dispose()


TOLD_ROWS = (
    "insert into agency values ('a', '甲局', '[]', '', '', '办', '[]', null, null, '', '', '')",
    "insert into notice values ('f', '办', 'a', 2023, 'T3-BAL', 's', 'error', 'open', '2024-03-01', '句')",
    "insert into notice_event values ('f', '2024-03-01', 'new', '办', '句', '', 'open')",
    "insert into outbox (key, supervisor, night, channel, subject, markdown, html, attachments, attempts, error)"
    " values ('k', '办', '2024-03-01', 'file', 's', 'm', 'h', '[]', 0, '')",
    "insert into told values ('f', '2024-03-01', 'new', 'file', 'k')",
)


LATER_ROWS = (
    "insert into agency values ('a', '甲局', '[]', '', '', '办', '[]', null, null, '320813')",
    "insert into agency_version values ('a', '2024-03-01', '甲局', '[]', '', '', '办', '[]', null, null, '320813')",
)


def _say(engine: Engine, sql: str) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql(sql)


def _of_before(database: str, revision: str, rows: Iterable[str]) -> Engine:
    """A warehouse as an earlier revision made it, with rows."""
    engine = _emptied(database)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for statement in rows:
            connection.exec_driver_sql(statement)
    return engine


def _emptied(database: str) -> Engine:
    """A database in which nothing is yet, on either engine."""
    engine = open_warehouse(database)
    if engine.dialect.name == "postgresql":
        _say(engine, "drop schema public cascade")
        _say(engine, "create schema public")
        return engine
    engine.dispose()
    for file in Path(str(engine.url.database)).parent.iterdir():
        file.unlink()
    return engine


def test_a_newer_warehouse_is_left_alone(url: str) -> None:
    engine = open_warehouse(url)
    with writing(engine) as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    with pytest.raises(NewerSchema, match="revision 9999") as caught:
        open_warehouse(url)
    assert "gouji.db" in caught.value.where
    assert "Upgrade gouji" in caught.value.remedy
    assert caught.value.expected == "revision 0009 or an earlier one"


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("create table report (id integer)")
    with pytest.raises(WarehouseError, match="tables of another program"):
        open_warehouse(f"sqlite:///{tmp_path / 'other.db'}")
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        assert other.execute("select name from sqlite_master").fetchall() == [("report",)]


def test_a_file_that_is_no_database_is_said_plainly(tmp_path: Path) -> None:
    path = tmp_path / "report.db"
    path.write_text("政府信息公开工作年度报告" * 100)
    with pytest.raises(WarehouseError, match="the file is not an SQLite database"):
        open_warehouse(f"sqlite:///{path}")


def test_a_folder_in_the_files_place_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="cannot be opened"):
        open_warehouse(f"sqlite:///{tmp_path}")


def test_a_file_in_the_folders_place_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(WarehouseError, match="the folder cannot be made"):
        open_warehouse(f"sqlite:///{tmp_path / 'var' / 'gouji.db'}")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(WarehouseError):
        open_warehouse(f"sqlite:///{tmp_path / 'gouji.db'}")


@pytest.mark.parametrize("bad", ["not a url", "nosuchdb://x/y", "postgresql+nodriver://x/y"])
def test_a_url_of_no_known_database_is_said_plainly(bad: str) -> None:
    with pytest.raises(WarehouseError, match="sqlite:///var"):
        open_warehouse(bad)


def test_it_opens_where_the_packages_lie_in_a_wheel(tmp_path: Path) -> None:
    """In site-packages/gouji/, with no alembic.ini, from another working directory, and a % in the path."""
    home = tmp_path / "100%" / "site-packages" / "gouji"
    for package in ("warehouse", "tasks"):
        shutil.copytree(ROOT / package, home / package, ignore=shutil.ignore_patterns("__pycache__"))
    code = f"import sys; sys.path.insert(0, {str(home)!r}); from warehouse.engine import open_warehouse; open_warehouse('sqlite:///gouji.db')"
    done = subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert ask(f"sqlite:///{tmp_path / 'gouji.db'}", "select * from v_report") == []


def test_a_locked_warehouse_opens_for_readers_and_writing_is_refused_plainly(filled: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "deep" / "er" / "gouji.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        engine = open_warehouse(filled)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=1")  # the test need not wait
        with pytest.raises(WarehouseError, match="locked"), writing(engine):
            pass


def test_views_are_made_anew_when_their_text_changes(filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "views"
    folder.mkdir()
    (folder / "v_names.sql").write_text("-- Names?\nselect name from agency where name like '甲%'\n", encoding="utf-8")
    (folder / "v_a_count.sql").write_text("-- How many?\nselect count(*) as number from v_names\n", encoding="utf-8")
    monkeypatch.setattr(views, "FOLDER", folder)
    engine = open_warehouse(filled)
    assert set(inspect(engine).get_view_names()) == {"v_names", "v_a_count"}
    assert ask(filled, "select * from v_a_count") == [{"number": 1}]
