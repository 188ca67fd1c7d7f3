"""`gouji notices`: what supervisors were told and what became of it; people take, explain, put off, and note replies 提醒办理."""

from __future__ import annotations

import getpass
import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from flows.output import terminal, write
from flows.settings import Settings, date_of, load_settings
from tasks.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tasks.alert.notice_list import Line, Wanted
    from tasks.alert.people import Step, StepKind

notices_app = typer.Typer(
    help="What supervisors were told, and what became of it 提醒办理.", no_args_is_help=True, rich_markup_mode=None
)

State = Literal["open", "acknowledged", "explained", "snoozed", "resolved", "reopened"]
Data = Annotated[Path | None, typer.Option("--data", help="Folder of the warehouse and the archive.")]
Ids = Annotated[list[str] | None, typer.Argument(help="Ids of the list, or how they begin.", metavar="ID...")]
Supervisor = Annotated[str, typer.Option(help="Only notices to supervisors whose name has this in it.")]
Agency = Annotated[str, typer.Option(help="Only this agency: its id or its full name.")]
Year = Annotated[int | None, typer.Option(help="Only this report year.")]
Rule = Annotated[str, typer.Option(help="Only this rule, e.g. T3-BAL.")]
Stands = Annotated[State | None, typer.Option("--state", help="Only notices in this state.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept with the notice.")]
By = Annotated[str | None, typer.Option(help="Who does it (default: your user name).")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it to every notice that the filters choose.")]


@notices_app.command("list")
def list_command(
    supervisor: Supervisor = "",
    agency: Agency = "",
    year: Year = None,
    rule: Rule = "",
    state: Stands = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
    data: Data = None,
) -> None:
    """List notices and where they stand 提醒清单. Exit code: 0 there are some, 1 there are none."""
    from flows.show_notices import show_list

    lines = _chosen(_settings(data), _wanted(supervisor, agency, year, rule, state or ""))
    if as_json:
        typer.echo(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=1, default=date.isoformat))
    else:
        show_list(terminal(), lines)
    _or_nothing(lines)


@notices_app.command("show")
def show_command(notice: Annotated[str, typer.Argument(help="An id of the list.")], data: Data = None) -> None:
    """Show one notice: what it says, its nights and its people's steps, and how to see the proof 逐条查看."""
    from flows.show_notices import show_notice
    from tasks.alert.grounds import grounds
    from tasks.alert.notice_list import history
    from warehouse.engine import open_existing

    settings = _settings(data)
    with open_existing(settings.warehouse_url()).connect() as connection:
        (line,) = _named(connection, [notice])
        entries = history(connection, line.fingerprint, ZoneInfo(settings.timezone))
        ground = next((each for each in grounds(connection) if each.finding.fingerprint == line.fingerprint), None)
    show_notice(terminal(), line, entries, ground.finding.cells if ground is not None else ())


def _settling(name: str, kind: StepKind, says: str) -> None:
    """A command that does one step to notices, for a reason, and nothing else."""

    @notices_app.command(name, help=says)
    def settle(
        ids: Ids = None,
        reason: Reason = "",
        supervisor: Supervisor = "",
        agency: Agency = "",
        year: Year = None,
        rule: Rule = "",
        yes: Yes = False,
        by: By = None,
        data: Data = None,
    ) -> None:
        wanted = _wanted(supervisor, agency, year, rule)
        _act(_settings(data), ids or [], wanted, yes, _step(kind, reason, by))


_settling("ack", "acknowledged", "Take notices in hand; they stay among what still stands 受理.")
_settling(
    "explain",
    "explained",
    "Accept an explanation, for the agency, rule and year with the figures of now; other figures are told again 接受说明.",
)


@notices_app.command("snooze")
def snooze(
    until: Annotated[str, typer.Option(help="The night on which they come back, YYYY-MM-DD.")],
    ids: Ids = None,
    reason: Reason = "",
    supervisor: Supervisor = "",
    agency: Agency = "",
    year: Year = None,
    rule: Rule = "",
    yes: Yes = False,
    by: By = None,
    data: Data = None,
) -> None:
    """Be quiet about notices until a night; other figures are told before 暂缓."""
    wanted = _wanted(supervisor, agency, year, rule)
    settings, day = _settings(data), date_of(until, "--until")
    if day <= _today(settings):
        raise SettingsError(f"--until {day} is not after today", expected="a night still to come", remedy="Give a later day.")
    _act(settings, ids or [], wanted, yes, _step("snoozed", reason, by, until=day))


_settling("reopen", "reopened", "Let notices stand again that were acknowledged, explained or snoozed 恢复提示.")


@notices_app.command("reply")
def reply(
    text: Annotated[str, typer.Option(help="What the agency answered.")],
    who: Annotated[str, typer.Option(help="Who answered for it.")],
    ids: Ids = None,
    reason: Reason = "",
    on: Annotated[str | None, typer.Option(help="The day of the answer, YYYY-MM-DD (default: today).")] = None,
    by: By = None,
    data: Data = None,
) -> None:
    """Write down what an agency answered (--reason: how it came); the notices stay in their state 单位答复."""
    settings = _settings(data)
    day = date_of(on, "--on") if on else _today(settings)
    if day > _today(settings):
        raise SettingsError(f"--on {day} is still to come", expected="the day on which the agency answered")
    answer = {"reply": _stated(text, "--text"), "replied_by": _stated(who, "--who"), "replied_on": day}
    _act(settings, ids or [], _wanted(), False, _step("replied", reason, by, **answer))


@notices_app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="FILE.xlsx or FILE.csv.")],
    supervisor: Supervisor = "",
    agency: Agency = "",
    year: Year = None,
    rule: Rule = "",
    state: Stands = None,
    language: Annotated[str, typer.Option(help="zh-CN or en.")] = "zh-CN",
    data: Data = None,
) -> None:
    """Write the list that an office works off, .xlsx or .csv 整改清单. Exit code: 0 written, 1 no notice is of this kind."""
    from tasks.alert.notice_list import list_notices
    from tasks.alert.remedial import as_csv, as_xlsx, remedial_rows
    from tasks.alert.wording import CANONICAL, other_languages
    from warehouse.engine import open_existing

    if file.suffix.lower() not in (".xlsx", ".csv"):
        raise SettingsError(f"{file.name} names no kind of list", expected="a name that ends in .xlsx or .csv")
    if language not in (CANONICAL, *other_languages()):
        raise SettingsError(f"--language {language!r} is none", expected=" or ".join((CANONICAL, *other_languages())))
    wanted = _wanted(supervisor, agency, year, rule, state or "")
    with open_existing(_settings(data).warehouse_url()).connect() as connection:
        lines = list_notices(connection, wanted)
        _or_nothing(lines)
        rows = remedial_rows(connection, lines, language)
    is_csv = file.suffix.lower() == ".csv"
    write(file, as_csv(rows, language) if is_csv else as_xlsx(rows, [line.severity for line in lines], language))
    typer.echo(f"{file}: {len(rows)} 项 notices")


def _act(settings: Settings, ids: list[str], wanted: Wanted, yes: bool, step: Step) -> None:
    """Do a step to notices: those of the ids, or with --yes those of the filters that can be given it."""
    from tasks.alert.notice_list import Wanted, list_notices, short_id
    from tasks.alert.people import may, take
    from warehouse.engine import open_existing, writing

    if bool(ids) == (wanted != Wanted()):
        found = "ids and filters together" if ids else "no notice is named"
        raise SettingsError(found, expected="ids, or filters such as --agency with --yes", remedy="See `gouji notices list`.")
    with writing(open_existing(settings.warehouse_url())) as connection:
        if ids:
            lines = _named(connection, ids)
        else:
            lines = tuple(line for line in list_notices(connection, wanted) if may(step.kind, line.state))
            _or_nothing(lines)
            if not yes:
                remedy = "Look at them with `gouji notices list`, then add --yes."
                raise SettingsError(f"{len(lines)} notices would be {step.kind}", expected="--yes", remedy=remedy)
        done = take(connection, [line.fingerprint for line in lines], step, _today(settings))
    for fingerprint in done:
        typer.echo(f"{short_id(fingerprint)} {step.kind} {fingerprint}")


def _step(kind: StepKind, reason: str, by: str | None, **more: object) -> Step:
    from tasks.alert.people import Step

    who = (by if by is not None else getpass.getuser()).strip()
    return Step(kind, _stated(who, "--by"), _now(), _stated(reason, "--reason"), **more)  # type: ignore[arg-type]


def _wanted(supervisor: str = "", agency: str = "", year: int | None = None, rule: str = "", state: str = "") -> Wanted:
    from expectations.rule import load_rules
    from tasks.alert.notice_list import Wanted

    if rule and rule not in {each.id for each in load_rules()}:
        raise SettingsError(f"--rule {rule!r} is no rule", expected="the id of a rule", remedy="`gouji rules` lists them.")
    return Wanted(supervisor, agency, year, rule, state)


def _chosen(settings: Settings, wanted: Wanted) -> tuple[Line, ...]:
    from tasks.alert.notice_list import list_notices
    from warehouse.engine import open_existing

    with open_existing(settings.warehouse_url()).connect() as connection:
        return list_notices(connection, wanted)


def _named(connection: Connection, ids: list[str]) -> tuple[Line, ...]:
    """The notices of the ids; one that is not there ends the command with exit code 1, and nothing is done."""
    from tasks.alert.notice_list import Wanted, find_notices, list_notices

    found, unknown = find_notices(list_notices(connection, Wanted()), ids)
    for name in unknown:
        typer.echo(f"{name}：没有这条提醒 no notice has this id", err=True)
    if unknown:
        raise typer.Exit(1)
    return found


def _or_nothing(lines: tuple[Line, ...]) -> None:
    if not lines:
        typer.echo("没有符合条件的提醒 no such notice", err=True)
        raise typer.Exit(1)


def _stated(text: str, option: str) -> str:
    if not text.strip():
        raise SettingsError(f"{option} is blank", expected="a few words: they are kept", remedy=f"Add {option} '…'.")
    return text.strip()


def _settings(data: Path | None) -> Settings:
    return load_settings(data_dir=data)


def _today(settings: Settings) -> date:
    return settings.night_of(_now())


def _now() -> datetime:
    """The only clock of these commands."""
    return datetime.now(tz=UTC)
