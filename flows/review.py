"""`gouji review`: what waits for a person's eye, and what the person decided 人工复核."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from flows.output import terminal
from flows.settings import load_settings
from tasks.errors import SettingsError

review_app = typer.Typer(
    help="What waits for a person's eye, and what was decided 人工复核.", no_args_is_help=True, rich_markup_mode=None
)

Data = Annotated[Path | None, typer.Option("--data", help="Folder of the warehouse and the archive.")]
Verdict = Literal["as-read", "corrected", "unreadable", "dismissed"]


@review_app.command("list")
def list_items(data: Data = None) -> None:
    """List the documents that could not be read and the doubtful figures that a finding hangs on 待复核."""
    from warehouse.engine import open_existing
    from warehouse.reviews import review_queue

    with open_existing(load_settings(data_dir=data).warehouse_url()).connect() as connection:
        items = review_queue(connection)
    table = Table()
    for heading in ("id", "机关 agency", "年度 year", "读到 raw", "为何 why"):
        table.add_column(heading, overflow="fold")
    for item in items:
        table.add_row(item.id, item.agency, str(item.year or ""), item.raw.strip() or "（空）", item.why)
    console = terminal()
    console.print(table)
    console.print(f"{len(items)} items wait 待复核 {len(items)} 项")


@review_app.command("show")
def show_item(item: Annotated[str, typer.Argument(help="An id of the list.")], data: Data = None) -> None:
    """Show one item: where it is, what was read, and how to see the page 逐项查看."""
    from warehouse.engine import open_existing
    from warehouse.reviews import find_item

    with open_existing(load_settings(data_dir=data).warehouse_url()).connect() as connection:
        found = find_item(connection, item)
    console = terminal()
    for name, said in (
        ("机关 agency", found.agency),
        ("年度 year", str(found.year or "")),
        ("网址 url", found.url),
        ("SHA-256", found.sha256),
        ("部分 part", found.part),
        ("地址 address", found.address),
        ("读到 raw", found.raw),
        ("为何 why", found.why),
    ):
        if said:
            console.print(f"{name:14} {said}", markup=False)
    if found.address:
        part = f" --part {found.part}" if found.part else ""
        console.print(f"gouji explain sha256:{found.sha256} --cell {found.address}{part} --image page.png", markup=False)


@review_app.command("decide")
def decide(
    item: Annotated[str, typer.Argument(help="An id of the list.")],
    verdict: Annotated[Verdict, typer.Argument(help="What you saw on the page.")],
    reason: Annotated[str, typer.Option(help="Why: what you saw.")],
    value: Annotated[str | None, typer.Option(help="With corrected: the number that is printed.")] = None,
    by: Annotated[str | None, typer.Option(help="Who decides (default: your user name).")] = None,
    data: Data = None,
) -> None:
    """Decide one item; the decision stands beside what was read, and the next night goes by it 裁定."""
    from warehouse.engine import open_existing, writing
    from warehouse.reviews import find_item, keep_decision

    number = _number(verdict, value)
    engine = open_existing(load_settings(data_dir=data).warehouse_url())
    with writing(engine) as connection:
        found = find_item(connection, item)
        if (verdict == "dismissed") != (not found.address):
            raise SettingsError(
                f"{verdict} does not fit", where=item, expected="dismissed for a document, another verdict for a figure"
            )
        who = by or getpass.getuser()
        keep_decision(
            connection, found, verdict.replace("-", "_"), number, by=who, at=datetime.now(tz=UTC), reason=_stated(reason)
        )
    terminal().print(f"{item}: {verdict}", markup=False)


def _number(verdict: Verdict, value: str | None) -> int | Decimal | None:
    if (verdict == "corrected") != (value is not None):
        raise SettingsError(
            "a number goes with corrected, and only with it", where="--value", expected="the number that is printed"
        )
    if value is None:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise SettingsError(f"--value {value!r} is no number", expected="a number such as 12 or 0.5") from None
    if not number.is_finite():
        raise SettingsError(f"--value {value!r} is no number", expected="a number such as 12 or 0.5")
    return int(number) if number == number.to_integral_value() else number


def _stated(reason: str) -> str:
    if not reason.strip():
        raise SettingsError("--reason is blank", expected="what you saw on the page", remedy="Add --reason '…'.")
    return reason.strip()
