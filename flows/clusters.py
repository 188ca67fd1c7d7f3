"""Show the clusters of failures that are held back, and release one."""

from __future__ import annotations

from datetime import date

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from flows.settings import Settings
from tasks import load
from tasks.errors import SettingsError
from warehouse.clusters import HELD
from warehouse.engine import open_existing
from warehouse.schema_survey import cluster

_SHOWN = ("fingerprint", "failing", "reports", "state", "since", "reason")


def list_clusters(settings: Settings, console: Console) -> None:
    """All clusters, those that are held first."""
    table = Table(title="集中失败 clusters of failures")
    for name in _SHOWN:
        table.add_column(name, overflow="fold")
    query = select(*(cluster.c[name] for name in _SHOWN)).order_by(cluster.c.state != HELD, cluster.c.fingerprint)
    engine = open_existing(settings.warehouse_url())
    with engine.connect() as connection:
        for row in connection.execute(query):
            table.add_row(*(str(value) for value in row))
    engine.dispose()
    console.print(table)


def release_cluster(settings: Settings, fingerprint: str, reason: str, night: date) -> None:
    """Let supervisors be told of a cluster's failures from the next night on. A reason is asked for: it is kept."""
    if not reason.strip():
        raise SettingsError("--release without --reason", expected="what you saw in the documents", remedy="Add --reason '…'.")
    engine = open_existing(settings.warehouse_url())
    load.release_cluster(engine, fingerprint, reason.strip(), night)
    engine.dispose()
