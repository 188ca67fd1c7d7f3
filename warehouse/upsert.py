"""Insert rows that may be there already, in one statement for SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")
_CHUNK = 500  # values in one IN (…): well below every database's limit


def insert_missing(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows whose key is not there yet; the others stay as they are."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def insert_or_replace(connection: Connection, table: Table, keys: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows; where a row of the same keys is there, give it the new values and leave its id."""
    if rows:
        statement = _insert(connection, table)
        values = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=values), rows)


def chunks(values: Sequence[T]) -> Iterator[list[T]]:
    """The values in portions that fit into one IN (…)."""
    rest = iter(values)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
