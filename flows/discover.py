"""`gouji discover`: proposes rows of the register from a government's site 单位名单建议."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.text import Text

from flows.output import csv_text, write
from flows.settings import load_settings
from tasks.errors import SettingsError
from tasks.records import Agency

if TYPE_CHECKING:
    from tasks.crawl.discovery import Discovery
    from tasks.crawl.spool import Entry
    from tasks.fetched import ColumnOutcome

_SHOWN = 30  # lines of a kind; the rest is counted


def discover(
    url: Annotated[str, typer.Argument(help="A government's 政府信息公开 page, or its home page.", metavar="URL")],
    out: Annotated[Path | None, typer.Option(help="Write the rows into this file (default: to standard output).")] = None,
    pages: Annotated[int, typer.Option(min=1, help="Ask the site for so many pages at most.")] = 200,
    force: Annotated[bool, typer.Option("--force", help="Replace the file that --out names.")] = False,
) -> None:
    """Propose rows of the register from a government's site: who publishes annual reports there, and where 发现栏目.

    A person has to look at them: supervisors cannot be known and are marked （待核实）, and what else is doubtful is told.
    Exit code: 0 rows are proposed, 1 no report was found, 2 the site could not be read.
    """
    _check(url, out, force)
    from tasks.crawl.discovery import discover as search

    settings = load_settings()
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    with console.status(Text(f"查找 discover: {url}")) as status:
        found = search(
            url,
            night=settings.night_of(datetime.now(tz=UTC)),
            options=settings.crawl_options(),
            pages=pages,
            on_page=lambda number: status.update(Text(f"查找 discover: {number} pages looked at")),
        )
    _tell(console, found)
    if found.is_unreadable:
        raise typer.Exit(2)
    if not found.proposed.agencies:
        raise typer.Exit(1)
    rows = to_csv(found.proposed.agencies)
    if out is None:
        typer.echo(rows, nl=False)
    else:
        write(out, rows.encode("utf-8-sig"))
        console.print(Text(f"{out}: {len(found.proposed.agencies)} rows; then `gouji agencies check {out}`"))


def to_csv(agencies: Sequence[Agency]) -> str:
    """Rows in the register's columns."""
    from tasks.crawl.register.table import COLUMNS, OPTIONAL

    columns = (*COLUMNS, *OPTIONAL)
    values = ([getattr(agency, column) for column in columns] for agency in agencies)
    rows = ([";".join(value) if isinstance(value, tuple) else value or "" for value in row] for row in values)
    return csv_text([columns, *rows])


def _check(url: str, out: Path | None, force: bool) -> None:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_address = False
    if not is_address:
        raise SettingsError(
            f"{url!r} is no web address", expected="one such as https://www.example.gov.cn/zfxxgk/", remedy="Correct it."
        )
    if out is not None and out.exists() and not force:
        raise SettingsError("is there already", where=str(out), remedy="Choose another name, or add --force to replace it.")


def _tell(console: Console, found: Discovery) -> None:
    """What was found and what was not, for a person."""
    with_reports = [column for column in found.columns if column[1]]
    console.print(Text(f"看过 looked at: {len(found.pages)} pages", style="bold"))
    _lines(console, f"年报栏目 columns with reports: {len(with_reports)}", [_column(*column) for column in with_reports])
    _lines(console, "疑似栏目，没有年报 columns without reports", [_column(*column) for column in found.columns if not column[1]])
    unread = [f"{looked.url}: {looked.kind} {looked.reason}" for looked in found.unread]
    _lines(console, f"未能读取 pages not read: {len(unread)}", unread)
    _lines(console, "其他网站，未跟随 on other sites, not followed", found.foreign)
    if found.beyond:
        console.print(
            Text(f"已到上限 limit reached: {found.beyond} addresses were not looked at; more with --pages", style="yellow")
        )
    _lines(console, "标题未写机关名 titles that name nobody", [f"{entry.title} {entry.url}" for entry in found.proposed.nameless])
    _lines(console, "待核实 to be confirmed", found.proposed.doubts)
    if found.broken:
        console.print(Text(f"未完成 the search did not end by itself: {found.broken}", style="bold red"))
    if not found.proposed.agencies:
        _lines(console, "没有发现年报 no report was found; looked at", found.pages)
        return
    said = f"建议 proposed: {len(found.proposed.agencies)} agencies; every supervisor has to be confirmed（主管部门均待核实）"
    console.print(Text(said, style="bold green"))


def _column(outcome: ColumnOutcome, entries: Sequence[Entry]) -> str:
    """A column: its address, its reports and their years, and why it is not complete, if it is not."""
    years = sorted({entry.year for entry in entries if entry.year})
    span = f"{years[0]}–{years[-1]}" if years[1:] else "".join(map(str, years))
    said = [outcome.start_url, f"{len(entries)} reports", span, outcome.cms]
    state = "" if outcome.complete else f" 未读完 not complete: {outcome.reason}"
    return "，".join(filter(None, said)) + state


def _lines(console: Console, heading: str, lines: Sequence[str]) -> None:
    """A heading and its lines, if there are any."""
    if not lines:
        return
    console.print(Text(heading, style="bold"))
    for line in lines[:_SHOWN]:
        console.print(Text(f"  {line}"))
    if len(lines) > _SHOWN:
        console.print(Text(f"  … {len(lines) - _SHOWN} more"))
