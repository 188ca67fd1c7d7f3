"""Insert many new rows by the driver's own fast path: executemany past SQLAlchemy on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table


def insert_many(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that are known not to be there, all with a value for every column."""
    if not rows:
        return
    dialect = connection.dialect
    columns = [(column.name, column.type.dialect_impl(dialect).bind_processor(dialect)) for column in table.c]
    names = ", ".join(name for name, _ in columns)
    values = [tuple(row[name] if convert is None else convert(row[name]) for name, convert in columns) for row in rows]
    if dialect.name == "postgresql":
        cursor: Any = connection.connection.cursor()
        with cursor, cursor.copy(f"copy {table.name} ({names}) from stdin") as copy:
            for value in values:
                copy.write_row(value)
    else:
        connection.exec_driver_sql(f"insert into {table.name} ({names}) values ({', '.join('?' * len(columns))})", values)  # noqa: S608
