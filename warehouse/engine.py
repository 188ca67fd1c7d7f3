"""Open the warehouse: create it, bring its tables up to date, publish its views; one transaction at a time writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from json import dumps
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError

from tasks.errors import NewerSchema, WarehouseError
from warehouse.readonly import check_there, is_no_database, no_database, query_read_only
from warehouse.views import has_latest_views, publish_views

__all__ = ["open_existing", "open_warehouse", "query_read_only", "writing"]

# In an installed gouji the four packages lie in one folder of site-packages: only the file itself says where.
MIGRATIONS = Path(__file__).resolve().parent / "migrations"
_BUSY_MILLISECONDS = 30_000


def open_warehouse(url: str) -> Engine:
    """The warehouse at a SQLAlchemy URL, created or brought up to date as needed. Raises NewerSchema or WarehouseError."""
    address, engine = _connect(url)
    try:
        with engine.connect() as connection:  # most often nothing is to be done, and then a night that writes is not waited for
            is_ready = _has_latest_tables(connection, address) and has_latest_views(connection)
        if not is_ready:
            with _transaction(engine) as connection:
                if not _has_latest_tables(connection, address):
                    command.upgrade(_alembic(connection), "head")
                publish_views(connection)
    except (DatabaseError, sqlite3.Error) as error:
        raise _cannot_open(address, error) from error
    return engine


def open_existing(url: str) -> Engine:
    """The same for those who only ask: raises WarehouseError where there is no warehouse yet, and makes none."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        check_there(Path(parsed.database or ""))
    return open_warehouse(url)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: all of it is kept, or nothing. SQLite takes its write lock at once, and waits for others."""
    try:
        with _transaction(engine) as connection:
            yield connection
    except OperationalError as error:
        raise WarehouseError(
            f"the database refuses ({error.orig})",
            where=engine.url.render_as_string(hide_password=True),
            expected="a database that can be written",
            remedy="Check the free space, the file's permissions, and that no other program holds it locked; then run again.",
        ) from error


def _transaction(engine: Engine) -> AbstractContextManager[Connection]:
    return engine.execution_options(writes=True).begin()


def _connect(url: str) -> tuple[str, Engine]:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            _make_folder(parsed)
        engine = create_engine(parsed, json_serializer=partial(dumps, ensure_ascii=False))
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise WarehouseError(
            f"no database can be reached this way ({error})",
            where="the database setting",
            expected="a URL such as sqlite:///var/gouji.db or postgresql+psycopg://user@host/gouji",
            remedy="Correct the setting, or install the driver that the message names.",
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return parsed.render_as_string(hide_password=True), engine


def _make_folder(url: URL) -> None:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        return
    folder = Path(url.database).resolve().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WarehouseError(
            f"the folder cannot be made ({error.strerror})",
            where=str(folder),
            expected="a folder that can be written",
            remedy="Choose another place for the database, or correct the folder's permissions.",
        ) from error


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, or SQLite would run CREATE TABLE outside the transaction
    for pragma in (f"busy_timeout={_BUSY_MILLISECONDS}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # a transaction that reads first and writes later could find, too late, that another has written in between
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def _alembic(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _has_latest_tables(connection: Connection, address: str) -> bool:
    """Whether there is nothing to migrate. Raises NewerSchema or WarehouseError where it must not be tried."""
    scripts = ScriptDirectory.from_config(_alembic(connection))
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise NewerSchema(
            f"the tables are of revision {found}, which this gouji does not know",
            where=address,
            expected=f"revision {scripts.get_current_head()} or an earlier one",
            remedy="Upgrade gouji to the version that wrote this warehouse, or give another database.",
        )
    if found is None and inspect(connection).get_table_names():
        raise WarehouseError(
            "the database holds tables of another program",
            where=address,
            expected="a warehouse of gouji, or an empty database",
            remedy="Give another database.",
        )
    return found == scripts.get_current_head()


def _cannot_open(address: str, error: DatabaseError | sqlite3.Error) -> WarehouseError:
    cause = str(error.orig if isinstance(error, DatabaseError) else error)
    if is_no_database(cause):
        return no_database(address)
    return WarehouseError(
        f"the database cannot be opened ({cause})",
        where=address,
        expected="an SQLite file that can be written, or a reachable PostgreSQL database",
        remedy="Check the path and its permissions, or give another database.",
    )
