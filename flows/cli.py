"""The `gouji` command: one function a subcommand, each handing over to the module that does the work."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from flows.agencies import agencies_app
from flows.deliver import deliver
from flows.discover import discover
from flows.notices import notices_app
from flows.output import terminal, write
from flows.review import review_app
from flows.settings import Settings, date_of, load_settings
from flows.sql import sql
from flows.warc import warc
from flows.watchdog import watchdog
from tasks.errors import GoujiError, SettingsError
from tasks.records import Outcome, Quarantine, Severity

if TYPE_CHECKING:
    from flows.check import Checked

app = typer.Typer(
    name="gouji",
    help="勾稽: read the annual reports on government-information disclosure, check that the figures tie, tell who must act.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

app.add_typer(agencies_app, name="agencies")
app.add_typer(notices_app, name="notices")
app.add_typer(review_app, name="review")
app.command()(deliver)
app.command()(discover)
app.command()(sql)
app.command()(warc)
app.command()(watchdog)

Agencies = Annotated[
    Path | None,
    typer.Option(
        "--agencies",
        help="The register: id, name, aliases, level, parent, supervisor, start_urls; if need be valid_from, valid_to, region, "
        "uscc, scope. `gouji agencies check` checks it.",
    ),
]
Data = Annotated[
    Path | None,
    typer.Option("--data", help="Folder for warehouse, archive, outbox and docs (default: setting GOUJI_DATA_DIR, else ./var)."),
]


def main() -> None:
    """Run the command line; an error of ours is one plain paragraph and exit code 2, never a traceback."""
    try:
        app()
    except GoujiError as error:
        Console(stderr=True, soft_wrap=True, highlight=False).print(f"gouji: {error}", style="bold red", markup=False)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its warehouse, archive, digests and docs.")] = Path(
        "var/demo"
    ),
) -> None:
    """Run two nights over the sample portal and show what supervisors are told 演示."""
    from flows.demo import run_demo

    run_demo(folder, terminal())


@app.command()
def nightly(
    agencies: Agencies = None,
    data: Data = None,
    night: Annotated[str | None, typer.Option(help="The night's date, YYYY-MM-DD (default: today in Asia/Shanghai).")] = None,
) -> None:
    """Crawl every agency of the register, read what is new, load, publish and alert 每夜任务."""
    from flows.nightly import run_nightly

    settings = _settings(agencies=agencies, data_dir=data)
    run_nightly(settings, date_of(night, "--night") if night else settings.night_of(_now()), _now, terminal())


@app.command()
def read(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Reports: any kind of file that agencies publish. Several are checked as one batch.", metavar="FILE..."
        ),
    ],
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON line a report, for scripts.")] = False,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="Write the check of all files as one workbook instead.")] = None,
) -> None:
    """Check local reports before publishing 发布前自查.

    Prints the tables as read, every rule's outcome and the diagnosis. Exit code: 0 all tie, 1 a rule of severity error or
    warning is broken, 2 a file could not be read, wholly or in part.
    """
    from flows.contain import Readers

    settings = _settings()
    with Readers(settings.read_limits(), 1) as readers:
        readers.start()  # meanwhile the rest is imported
        from flows.check import check_files, gaps

        checks = check_files(files, readers)
    _tell(checks, jsonl, xlsx)
    grave = (Severity.ERROR, Severity.WARNING)
    if any(isinstance(checked.reading, Quarantine) or gaps(checked) for checked in checks):
        raise typer.Exit(2)
    if any(f.outcome is Outcome.BROKEN and f.severity in grave for checked in checks for f in checked.findings):
        raise typer.Exit(1)


@app.command()
def explain(
    file: Annotated[str, typer.Argument(help="A report, or sha256:… for a document of the archive.", metavar="FILE")],
    cell: Annotated[str, typer.Option(help="The figure's address, e.g. applications.denied.state_secret.natural.")],
    image: Annotated[Path | None, typer.Option(help="Also write the page, the figure boxed, as a PNG.")] = None,
    part: Annotated[str | None, typer.Option(help="Which report, where the file holds several.")] = None,
    data: Data = None,
) -> None:
    """Show where a figure comes from, how sure it is, and why 数据溯源.

    Exit code: 0 explained, 1 the file has no such figure, 2 it cannot be said (no such address, or the file cannot be read).
    """
    from flows.contain import Readers

    settings = _settings(data_dir=data)
    with Readers(settings.read_limits()) as readers:
        readers.start()  # meanwhile the rest is imported
        from flows.explain import draw, open_source
        from flows.explain import explain as explain_figure
        from flows.show_explained import show_explained

        explained = explain_figure(open_source(file, settings.archive()), cell, part, readers)
        show_explained(terminal(), explained)
        if explained.cell is None:
            raise typer.Exit(1)
        if image is not None:
            write(image, draw(explained, readers))
    if not explained.is_same:
        raise typer.Exit(2)


@app.command()
def rules(
    markdown: Annotated[bool, typer.Option("--markdown", help="Everything that the rules state, as Markdown.")] = False,
) -> None:
    """List every rule: its sentence, authority, severity, and when it cannot be assessed 规则目录."""
    if markdown:
        from expectations import catalogue

        typer.echo(catalogue.markdown(), nl=False)
        return
    from flows.show import show_rules

    show_rules(terminal())


@app.command()
def letter(
    agencies: Annotated[list[str] | None, typer.Argument(help="Ids of the register (none: all).", metavar="AGENCY...")] = None,
    year: Annotated[int | None, typer.Option(help="Only this report year.")] = None,
    out: Annotated[Path, typer.Option(help="The folder to write into.")] = Path("letters"),
    data: Data = None,
) -> None:
    """Write correction letters, .docx and HTML, with the pages boxed and a reply slip 整改通知书.

    Exit code: 0 written, 1 nothing is held against these agencies, 2 it could not be done.
    """
    from flows.contain import Readers
    from flows.letter import write_letters

    settings = _settings(data_dir=data)
    with Readers(settings.read_limits(), 1) as readers:
        written = write_letters(settings, agencies or (), year, settings.night_of(_now()), out, readers)
    for path in written:
        typer.echo(path)
    names = {path.name.rpartition("-")[0] for path in written}
    for agency in agencies or ():
        if agency not in names:
            typer.echo(f"{agency}：没有需要整改的问题 nothing to correct, no letter")
    if not written:
        typer.echo("没有写出整改通知书 no letter is written")
        raise typer.Exit(1)


@app.command()
def clusters(
    release: Annotated[str | None, typer.Option(help="Let the failures of this cluster be told to supervisors.")] = None,
    reason: Annotated[str, typer.Option(help="Why they are the agencies' own: what you saw in the documents.")] = "",
    data: Data = None,
) -> None:
    """List failures that are held back as more likely ours, or release one cluster 集中失败."""
    from flows.clusters import list_clusters, release_cluster

    settings = _settings(data_dir=data)
    if reason and release is None:
        raise SettingsError("--reason without --release", expected="the id of a cluster", remedy="`gouji clusters` lists them.")
    if release is not None:
        release_cluster(settings, release, reason, settings.night_of(_now()))
    list_clusters(settings, terminal())


@app.command()
def board(
    year: Annotated[int | None, typer.Option(help="Only this report year.")] = None,
    supervisor: Annotated[str, typer.Option(help="Only agencies whose supervisor's name has this in it.")] = "",
    state: Annotated[str, typer.Option(help="Only this state, e.g. missing.")] = "",
    data: Data = None,
) -> None:
    """Show where every agency's report of every year stands: published, late, missing, or why that cannot be told 应公开情况."""
    from flows.board import show_board

    show_board(_settings(data_dir=data), terminal(), year, supervisor, state)


@app.command()
def replay(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Every document, also those that these readers have read.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many documents.")] = None,
    data: Data = None,
) -> None:
    """Read the archive again with today's readers, forms and rules, without any network 重读存档.

    Exit code: 0 done, 1 done without documents whose archived file is missing or damaged, 2 it could not be done.
    """
    from flows.replay import replay as replay_archive
    from flows.show_replay import show_replay

    differences = replay_archive(_settings(data_dir=data), is_dry=dry_run, every=every, limit=limit)
    if show_replay(terminal(), differences, is_dry=dry_run):
        raise typer.Exit(1)


@app.command()
def dictionary() -> None:
    """Explain every table, view and column of the warehouse, as Markdown 数据字典."""
    from warehouse.dictionary import markdown

    typer.echo(markdown(), nl=False)


@app.command()
def serve(agencies: Agencies = None, data: Data = None) -> None:
    """Schedule the nightly job (02:00 Asia/Shanghai) in this process, until stopped 定时运行."""
    from flows.serve import serve as serve_nightly

    serve_nightly(_settings(agencies=agencies, data_dir=data))


def _tell(checks: Sequence[Checked], jsonl: bool, xlsx: Path | None) -> None:
    """Give out what was checked: for a person, as JSON lines, or as a workbook."""
    if xlsx is not None:
        from flows.workbook import workbook

        write(xlsx, workbook(checks))
        terminal().print(f"{xlsx}: {len(checks)} reports checked")
    elif jsonl:
        from flows.jsonl import to_json

        for checked in checks:
            typer.echo(to_json(checked))
    else:
        from flows.show import show_checked

        console = terminal()
        for checked in checks:
            show_checked(console, checked)


def _settings(**options: Path | None) -> Settings:
    return load_settings(**options)


def _now() -> datetime:
    """The only clock of the command line; everything below is handed it."""
    return datetime.now(tz=UTC)
