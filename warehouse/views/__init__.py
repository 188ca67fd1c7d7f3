"""The published views: one question a file of SQL, its first line saying which; made anew when their text changes."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from warehouse.dictionary import comments
from warehouse.schema import published_view

FOLDER = Path(__file__).resolve().parent


def view_texts() -> dict[str, str]:
    """The SQL of every view by its name; a view comes after those that it reads."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("v_*.sql"))}
    reads = {
        name: {other for other in texts if other != name and re.search(rf"\b{other}\b", text)} for name, text in texts.items()
    }
    return {name: texts[name] for name in TopologicalSorter(reads).static_order()}


def has_latest_views(connection: Connection) -> bool:
    """Whether the views are there with the same text."""
    return _published(connection) == _hashes()


def publish_views(connection: Connection) -> None:
    """Make all views anew."""
    plain = connection.execution_options(no_parameters=True)  # a % in the SQL is no placeholder
    cascade = " CASCADE" if connection.dialect.name == "postgresql" else ""
    texts = view_texts()
    for name in [*_published(connection), *reversed(texts)]:
        plain.exec_driver_sql(f"DROP VIEW IF EXISTS {name}{cascade}")
    for name, text in texts.items():
        plain.exec_driver_sql(f"CREATE VIEW {name} AS\n{text}")
    if connection.dialect.name == "postgresql":
        for comment in comments():
            plain.exec_driver_sql(comment)
    connection.execute(delete(published_view))
    connection.execute(insert(published_view), [{"name": name, "sha256": digest} for name, digest in _hashes().items()])


def _published(connection: Connection) -> dict[str, str]:
    return {row.name: row.sha256 for row in connection.execute(select(published_view))}


def _hashes() -> dict[str, str]:
    return {name: sha256(text.encode()).hexdigest() for name, text in view_texts().items()}
