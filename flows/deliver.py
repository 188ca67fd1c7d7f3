"""`gouji deliver`: send what has come to its hour, and try again what failed; for cron 按时送达."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.settings import Clock, Settings, load_settings


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a delivery came to: how many messages were sent, how many wait for their hour, and what is owed, each with why."""

    sent: int
    waiting: int
    owed: tuple[str, ...]


def deliver(data: Annotated[Path | None, typer.Option("--data", help="Folder of the warehouse and the outbox.")] = None) -> None:
    """Send the messages whose hour has come (`at` in supervisors.yml), and try again those that failed; for cron 按时送达.

    Exit code: 0 nothing is owed any more, 1 some could not be delivered, 2 it could not be done.
    """
    done = deliver_due(load_settings(data_dir=data), lambda: datetime.now(tz=UTC))
    typer.echo(f"送达 delivered {done.sent}，未到时间 waiting {done.waiting}，未送达 undelivered {len(done.owed)}")
    for each in done.owed:
        typer.echo(f"未送达 undelivered: {each}", err=True)
    if done.owed:
        raise typer.Exit(1)


def deliver_due(settings: Settings, now: Clock) -> Delivered:
    """Deliver what is due by now. Raises SettingsError where the routes are wrong, WarehouseError where there is no warehouse."""
    from sqlalchemy import func, select

    from flows.lock import only_delivery
    from flows.routes import load_routes
    from tasks.alert import AlertOptions
    from tasks.alert.channels import has_its_hour
    from tasks.alert.delivery import deliver as send
    from warehouse.engine import open_existing
    from warehouse.schema import outbox

    routing, maintainers = load_routes(settings), settings.maintainers()
    engine = open_existing(settings.warehouse_url())
    options = AlertOptions(settings.outbox_dir(), routing, maintainers, link_base=settings.link_base)
    unsent = outbox.c.sent_at.is_(None)
    sent = select(func.count()).select_from(outbox).where(~unsent)
    try:
        with only_delivery(settings):
            with engine.connect() as connection:
                before = connection.execute(sent).scalar_one()
            send(engine, settings.night_of(now()), options.routes(), now)
        has_hour = has_its_hour(now())
        with engine.connect() as connection:
            rows = connection.execute(select(outbox).where(unsent, has_hour).order_by(outbox.c.key)).all()
            waiting = connection.execute(select(func.count()).select_from(outbox).where(unsent, ~has_hour)).scalar_one()
            after = connection.execute(sent).scalar_one()
    finally:
        engine.dispose()
    owed = tuple(f"{row.supervisor} {row.night} {row.channel}: {row.error or 'its channel is not set any more'}" for row in rows)
    return Delivered(after - before, waiting, owed)
