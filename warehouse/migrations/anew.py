"""What migrations do alike: add columns to a table that has rows. SQLite gets the table made anew, to the last constraint."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem


def drop_views() -> None:
    """Views name columns of the old tables; they are published anew after every migration."""
    for name in sa.inspect(op.get_bind()).get_view_names():
        op.execute(f'drop view "{name}"')
    op.execute("delete from published_view")


def make_anew(name: str, items: list[SchemaItem], new: Mapping[str, str]) -> None:
    """SQLite cannot change a table's constraints: its rows move over into a new one, which others go on pointing to.

    new: column → what it holds in the rows that are there, in SQL.
    """
    old = f"{name}_before"
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute(f"create table {old} as select * from {name}")  # noqa: S608
    op.drop_table(name)
    op.create_table(name, *items, **({"sqlite_with_rowid": False} if name == "figure" else {}))
    columns = [item.name for item in items if isinstance(item, sa.Column)]
    values = [new.get(column, column).format(table=old) for column in columns]
    op.execute(f"insert into {name} ({', '.join(columns)}) select {', '.join(values)} from {old}")  # noqa: S608
    op.drop_table(old)


def add_columns(name: str, items: list[SchemaItem], new: Mapping[str, str]) -> None:
    """The same where columns can be added."""
    for item in items:
        if isinstance(item, sa.Column) and item.name in new:
            op.add_column(name, sa.Column(item.name, item.type, nullable=True))
            op.execute(f"update {name} set {item.name} = {new[item.name].format(table=name)}")  # noqa: S608
            op.alter_column(name, item.name, nullable=item.nullable)


def points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """A foreign key, named as the schema names it."""
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}_{target.partition('.')[0]}"))
