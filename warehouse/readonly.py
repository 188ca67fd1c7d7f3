"""Answer one query without any means to change the warehouse: the database engine itself refuses to write."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from tasks.errors import WarehouseError
from warehouse.asof import NIGHTS, check_night, statements

Answer = tuple[tuple[str, ...], list[tuple[Any, ...]]]

_READS = {"select", "with", "values", "explain", "pragma"}
_PRAGMAS = {"table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list", "database_list"}
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_QUOTED_OR_COMMENT = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_MAGIC, _HEAD = b"SQLite format 3\0", 100  # how a file of SQLite begins, and the bytes of its head
_NO_DATABASE = ("file is not a database", "file is encrypted", "database disk image is malformed")
_LISTING = {
    "sqlite": "select name from sqlite_master where type in ('table', 'view')",
    "postgresql": "select table_name from information_schema.tables where table_schema = 'public'",
}


def query_read_only(url: str, sql: str, as_of: date | None = None) -> Answer:
    """The column names and rows that one SQL query answers with, now or after a past night (`as_of`).

    Raises WarehouseError for anything that is not reading.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise WarehouseError(f"no database can be reached this way ({error})", where="the database setting") from error
    _check(sql)
    _check_text(sql)
    if address.get_backend_name() == "sqlite":
        return _ask_sqlite(Path(address.database or ""), sql, as_of)
    return _ask_server(url, sql, as_of)


def _check(sql: str) -> None:
    """Say early and plainly what the database would refuse later, in its own words."""
    bare = _QUOTED_OR_COMMENT.sub(" ", sql).strip().rstrip(";").strip()
    if not bare:
        raise WarehouseError("no query", where="SQL", expected="one select statement", remedy=_hint("sqlite"))
    if ";" in bare:
        raise WarehouseError("more than one statement", where="SQL", expected="one statement", remedy="Ask them one by one.")
    word = re.split(r"\W", bare.lstrip("("), maxsplit=1)[0].lower()
    if word not in _READS:
        raise WarehouseError(
            f"a statement that begins with {word!r}",
            where="SQL",
            expected=f"one that reads ({', '.join(sorted(_READS))})",
            remedy="The warehouse is only written by a night's run.",
        )


def _check_text(sql: str) -> None:
    """Characters that no database takes."""
    if "\0" in sql or any("\ud800" <= char <= "\udfff" for char in sql):
        raise WarehouseError("a character that is no text", where="SQL", expected="a query in UTF-8", remedy=_hint("sqlite"))


def check_there(path: Path) -> None:
    """Raise WarehouseError where there is no SQLite file, or only a part of one: who only asks makes no warehouse."""
    if not path.is_file():
        remedy = "Check the path; a night's run or `gouji demo` makes a warehouse."
        raise WarehouseError("there is no warehouse here", where=str(path), expected="an SQLite file", remedy=remedy)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise WarehouseError(f"cannot be read ({error.strerror})", where=str(path), remedy="Check its permissions.") from error
    is_whole = head.startswith(_MAGIC) and len(head) == _HEAD
    has_journal = any(path.with_name(path.name + ending).exists() for ending in ("-wal", "-journal"))  # it may yet be completed
    size, pages = (int.from_bytes(head[start:end]) for start, end in ((16, 18), (28, 32)))
    if not is_whole or (path.stat().st_size < pages * (65_536 if size == 1 else size) and not has_journal):
        raise no_database(str(path))


def is_no_database(cause: str) -> bool:
    """Whether that is how SQLite says that a file is not one of its own, or is damaged."""
    return cause.startswith(_NO_DATABASE)


def no_database(where: str) -> WarehouseError:
    """The error for such a file."""
    return WarehouseError(
        "the file is not an SQLite database, or is damaged",
        where=where,
        expected="the warehouse that a night's run or `gouji demo` has made",
        remedy="Check the path, or put back a copy of the file.",
    )


def _ask_sqlite(path: Path, sql: str, as_of: date | None) -> Answer:
    check_there(path)
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            connection.text_factory = lambda text: text.decode(errors="replace")
            if as_of:
                check_night(as_of, *connection.execute(NIGHTS).fetchone())
            for statement in statements(as_of, "main") if as_of else ():
                connection.execute(statement)
            connection.execute("PRAGMA query_only=ON")
            connection.set_authorizer(_permit)
            cursor = connection.execute(sql)
            return tuple(column[0] for column in cursor.description or ()), cursor.fetchall()
    except (sqlite3.Error, sqlite3.Warning) as error:
        if is_no_database(str(error)):
            raise no_database(str(path)) from error
        raise _refusal(str(error), str(path), "sqlite") from error


def _permit(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """What SQLite may do for a query: read. (VACUUM INTO and ATTACH would write files although the database is read-only.)"""
    if action in _ALLOWED and second != "load_extension":
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _ask_server(url: str, sql: str, as_of: date | None) -> Answer:
    """A transaction that the server holds to reading; a prepared statement, for a server prepares only one at a time."""
    address = make_url(url)
    where = address.render_as_string(hide_password=True)
    try:
        engine = create_engine(address, poolclass=NullPool)
        with engine.connect() as connection:
            plain = connection.execution_options(no_parameters=True)  # a % in the SQL is no placeholder
            if as_of:
                check_night(as_of, *plain.exec_driver_sql(NIGHTS).one())
            for statement in statements(as_of, "public") if as_of else ():
                plain.exec_driver_sql(statement)
            plain.exec_driver_sql("SET TRANSACTION READ ONLY")
            driver: Any = connection.connection.dbapi_connection
            if driver is None or engine.dialect.driver != "psycopg":
                raise WarehouseError(
                    f"the driver {engine.dialect.driver} is not supported", where=where, expected="postgresql+psycopg://…"
                )
            with closing(driver.cursor()) as cursor:
                try:
                    cursor.execute(sql, prepare=True)
                    return tuple(column[0] for column in cursor.description or ()), [tuple(row) for row in cursor.fetchall()]
                except engine.dialect.loaded_dbapi.Error as error:
                    raise _refusal(str(error).partition("\n")[0], where, "postgresql") from error
    except (DBAPIError, NoSuchModuleError, ModuleNotFoundError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise WarehouseError(
            f"the database cannot be reached ({cause})", where=where, remedy="Check the URL and that the server runs."
        ) from error


def _refusal(cause: str, where: str, dialect: str) -> WarehouseError:
    if cause == "not authorized":
        cause = "it asks for more than reading"
    return WarehouseError(
        f"the query cannot be answered: {cause}", where=where, expected="one query in SQL that only reads", remedy=_hint(dialect)
    )


def _hint(dialect: str) -> str:
    return f'`gouji dictionary` (docs/dictionary.md) explains every table and view; all: gouji sql "{_LISTING[dialect]}"'
