"""`gouji agencies`: the register, checked before a night needs it 单位名单."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.output import terminal
from flows.settings import load_settings
from tasks.records import Agency, Severity

if TYPE_CHECKING:
    from tasks.crawl.register import Problem

agencies_app = typer.Typer(
    help="The register of agencies, checked before a night needs it 单位名单.", no_args_is_help=True, rich_markup_mode=None
)

_LEVELS = {Severity.ERROR: ("错误 error", "bold red"), Severity.WARNING: ("疑似 warning", "yellow")}
_BLANK = "（空 blank）"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a register holds: agencies by level, supervisor and scope (blank: not said), its lists, and how many codes it has."""

    agencies: int
    levels: Mapping[str, int]
    supervisors: Mapping[str, int]
    scopes: Mapping[str, int]
    start_urls: int
    hosts: int
    with_region: int
    with_uscc: int


@agencies_app.callback()
def agencies() -> None:
    """Say what is wrong with the register of agencies, and what it holds."""


@agencies_app.command("check")
def check(
    file: Annotated[
        Path | None, typer.Argument(help="A register (default: setting GOUJI_AGENCIES, else agencies.csv).", metavar="FILE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for scripts.")] = False,
) -> None:
    """Tell everything that is wrong with a register, line by line, with its supervisors.yml, and what it holds 检查单位名单.

    Exit code: 0 no errors (there may be warnings), 1 a night would not begin with it.
    """
    settings = load_settings(agencies=file)
    path = settings.agencies
    from flows.routes import route_problems
    from tasks.crawl.register import Problem, check_register

    read, problems = check_register(path)
    problems += tuple(
        Problem(0, each.where, "", Severity.ERROR, each.found, each.expected, each.remedy)
        for each in route_problems(settings, read)
    )
    summary = summarise(read)
    if as_json:
        told = {"file": str(path), **asdict(summary), "problems": [asdict(problem) for problem in problems]}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _show(terminal(), path, summary, problems)
    if any(problem.is_error for problem in problems):
        raise typer.Exit(1)


def summarise(read: Sequence[Agency]) -> Summary:
    """Count what a register holds, the most frequent first."""
    urls = {url for agency in read for url in agency.start_urls}
    return Summary(
        agencies=len(read),
        levels=_counts([agency.level for agency in read]),
        supervisors=_counts([agency.supervisor for agency in read]),
        scopes=_counts([agency.scope for agency in read]),
        start_urls=len(urls),
        hosts=len({urlsplit(url).netloc for url in urls}),
        with_region=sum(bool(agency.region) for agency in read),
        with_uscc=sum(bool(agency.uscc) for agency in read),
    )


def _counts(values: Sequence[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())


def _show(console: Console, path: Path, summary: Summary, problems: Sequence[Problem]) -> None:
    if problems:
        console.print(_problems(problems))
    for heading, counts in (("主管 supervisor", summary.supervisors), ("层级 level", summary.levels)):
        if counts:
            console.print(_table(heading, counts))
    whole = summary.agencies
    scopes = "，".join(f"{scope or _BLANK} {count}" for scope, count in summary.scopes.items()) or "0"
    for line in (
        f"机关 agencies: {whole}（有错误的行不计 lines with errors are not counted）",
        f"栏目 start URLs: {summary.start_urls}，网站 hosts: {summary.hosts}",
        f"行政区划 region: {summary.with_region} / {whole}，统一社会信用代码 uscc: {summary.with_uscc} / {whole}",
        f"口径 scope: {scopes}",
    ):
        console.print(Text(line))
    errors = sum(problem.is_error for problem in problems)
    said = f"{path}: 错误 {errors} errors，疑似 {len(problems) - errors} warnings"
    console.print(Text(said, style="bold red" if errors else "bold green"))


def _problems(problems: Sequence[Problem]) -> Table:
    table = Table()
    table.add_column("行 line", justify="right")
    for heading, ratio in (
        ("级别 severity", None),
        ("列 column", None),
        ("值 value", None),
        ("问题 problem", 3),
        ("处理 what to do", 2),
    ):
        table.add_column(heading, overflow="fold", ratio=ratio)
    for problem in problems:
        said, style = _LEVELS[problem.severity]
        found = problem.found or ("" if problem.value else "blank")
        expected = f"Expected {problem.expected}." if problem.expected else ""
        what = ". ".join(filter(None, (found, expected)))
        cells = (problem.column, problem.value, what, problem.remedy)
        table.add_row(str(problem.line or ""), Text(said, style=style), *map(Text, cells))
    return table


def _table(heading: str, counts: Mapping[str, int]) -> Table:
    table = Table(heading, "机关 agencies")
    for value, count in counts.items():
        table.add_row(Text(value or _BLANK), str(count))
    return table
