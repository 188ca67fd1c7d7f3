"""`gouji watchdog`: the dead man's switch, for cron: maintainers are told when a night did not run or did not finish 值守."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from flows.settings import load_settings


def watchdog(
    grace: Annotated[float, typer.Option(min=0, max=240, help="Hours that a night may take before it counts as missing.")] = 6,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be told, tell nobody.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="Folder of the warehouse and the outbox.")] = None,
) -> None:
    """Tell maintainers, once a night and channel, when the last night did not run or did not finish; for cron 值守.

    Exit code: 0 all well, 1 a night is missing or unfinished, 2 it could not be looked.
    """
    from flows.watching import watch

    seen = watch(load_settings(data_dir=data), datetime.now(tz=UTC), timedelta(hours=grace), is_dry=dry_run)
    for line in seen.found:
        typer.echo(line, err=seen.code != 0)
    for line in seen.undelivered:
        typer.echo(f"未送达 undelivered: {line}", err=True)
    if seen.code:
        raise typer.Exit(seen.code)
