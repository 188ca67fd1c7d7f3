"""Look whether the last night that was due has finished; tell maintainers once that it has not, and once that it has after all.

A night is due when the cron line says so, and missing when a grace has passed since; a run that finished for it, or for a
later night up to today, makes up for it. What was told is known from the outbox. Where the warehouse cannot be opened, an
outbox of the watchdog's own beside it keeps the same promises.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from markdown import markdown as to_html
from sqlalchemy import Connection, Engine, Row, func, select
from sqlalchemy.exc import SQLAlchemyError

from flows.marked import code
from flows.settings import Settings
from tasks.alert.channels import FILE, Message, channel_name, outbox_key, put
from tasks.alert.delivery import Routes, deliver
from tasks.alert.services import load_channels
from tasks.errors import GoujiError, SettingsError, WarehouseError
from warehouse.engine import open_existing, open_warehouse, writing
from warehouse.schema import outbox, run

WELL, MISSING, BLIND = 0, 1, 2  # exit codes

# To whom, which also keeps these messages apart from what else maintainers are told of a night.
LATE, RECOVERED = "gouji维护人员（值守）", "gouji维护人员（值守·恢复）"
UNSEEN, SEEN_AGAIN = "gouji维护人员（值守·无法查看）", "gouji维护人员（值守·恢复查看）"

_OWN = "watchdog.db"  # in data_dir


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look came to: the exit code, what was found (in words), and which channels still owe it, and why."""

    code: int
    found: tuple[str, ...]
    undelivered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Watch:
    """What a look works with: the last night that should have finished by now, when it was due, and the grace that it had."""

    settings: Settings
    now: datetime
    grace: timedelta
    at: datetime
    is_dry: bool

    @property
    def night(self) -> date:
        """The date of the night that was due."""
        return self.settings.night_of(self.at)

    def clock(self, moment: datetime) -> str:
        """A moment as a person in the settings' time zone says it."""
        return f"{moment.astimezone(ZoneInfo(self.settings.timezone)):%Y-%m-%d %H:%M}"


def watch(settings: Settings, now: datetime, grace: timedelta, *, is_dry: bool = False) -> Seen:
    """Look, and tell maintainers what they do not know yet; `is_dry`: tell nobody. Raises SettingsError for the cron line."""
    looking = Watch(settings, now, grace, last_due(settings, now - grace), is_dry)
    try:
        with _opened(open_existing(settings.warehouse_url())) as engine:
            seen = _look(looking, engine)
    except (WarehouseError, SQLAlchemyError, sqlite3.Error) as error:
        return _tell_blind(looking, error)
    return _see_again(looking, seen)


def last_due(settings: Settings, before: datetime) -> datetime:
    """When the last night before a moment was due. Raises SettingsError for a cron line that no night answers to."""
    why = ""
    try:
        at = next(CronSim(settings.nightly_at, before.astimezone(ZoneInfo(settings.timezone)), reverse=True), None)
    except CronSimError as error:
        at, why = None, f" ({error})"
    if at is None:
        raise SettingsError(
            f"{settings.nightly_at!r} is a cron line that no night answers to{why}",
            where="setting nightly_at",
            expected="minute, hour, day, month and weekday, such as 0 2 * * *",
            remedy="Correct GOUJI_NIGHTLY_AT.",
        )
    return at


def _look(looking: Watch, engine: Engine) -> Seen:
    with engine.connect() as connection:
        runs = select(run).where(run.c.night <= looking.settings.night_of(looking.now))  # a night of the future proves nothing
        ended = runs.where(run.c.finished_at.is_not(None)).order_by(run.c.night.desc(), run.c.finished_at.desc())
        begun = runs.where(run.c.finished_at.is_(None), run.c.night >= looking.night).order_by(run.c.id.desc())
        finished, unfinished = connection.execute(ended.limit(1)).first(), connection.execute(begun.limit(1)).first()
        made_up = [night for night in _open(connection, LATE, RECOVERED) if finished is not None and night <= finished.night]
    messages = [_recovered(looking, made_up, finished)] if made_up and finished is not None else []
    if finished is not None and finished.night >= looking.night:
        code, well = WELL, [f"一切正常 all well: {finished.night} 已完成 finished {looking.clock(finished.finished_at)}"]
    else:
        code, well = MISSING, []
        messages.append(_late(looking, finished, unfinished))
    undelivered = () if looking.is_dry else _tell(looking, engine, messages)
    return Seen(code, (*well, *(message.markdown for message in messages)), undelivered)


def _open(connection: Connection, bad: str, good: str) -> list[date]:
    """The nights of which maintainers were told something bad and nothing good since."""
    last_good = select(func.max(outbox.c.night)).where(outbox.c.supervisor == good)
    known = connection.execute(last_good).scalar()
    nights = connection.execute(select(outbox.c.night).where(outbox.c.supervisor == bad).distinct().order_by(outbox.c.night))
    return [night for night in nights.scalars() if known is None or night > known]


def _late(looking: Watch, finished: Row[Any] | None, unfinished: Row[Any] | None) -> Message:
    what = "没有运行 did not run" if unfinished is None else "没有完成 did not finish"
    lines = [f"应于 due：{looking.clock(looking.at)}，宽限 grace {looking.grace / timedelta(hours=1):g} 小时 hours"]
    if finished is None:
        lines.append("最近完成 last finished：从未 never")
    else:
        lines.append(f"最近完成 last finished：{finished.night}，{looking.clock(finished.finished_at)}")
    if unfinished is None:
        lines.append("没有开始 not begun")
    else:
        lines.append(f"开始 begun：{looking.clock(unfinished.started_at)}")
        lines.append(f"最后一步 last step：{_step(looking, unfinished.summary)}")
    remedy = "再运行一次即可，做过的不会重做 run it again, what is done is not done twice: `gouji nightly`"
    return _message(looking.night, LATE, f"{looking.night} 夜间任务{what}", lines, remedy)


def _step(looking: Watch, summary: dict[str, Any] | None) -> str:
    """Where an unfinished run was last heard of."""
    if not summary or "step" not in summary:
        return "不明 unknown"
    return f"{summary['step']}，{looking.clock(datetime.fromisoformat(summary['since']))}"


def _recovered(looking: Watch, nights: Sequence[date], finished: Row[Any]) -> Message:
    lines = [f"{finished.night} 已完成 finished {looking.clock(finished.finished_at)}"]
    title = f"{'、'.join(map(str, nights))} 夜间任务已恢复 recovered"
    return _message(nights[-1], RECOVERED, title, lines)


def _message(night: date, to: str, title: str, lines: Sequence[str], after: str = "") -> Message:
    text = "\n\n".join(filter(None, [f"# {title}", "\n".join(f"- {line}" for line in lines), after])) + "\n"
    return Message(to, night, f"【勾稽·值守】{title}", text, to_html(text))


def _tell(looking: Watch, engine: Engine, messages: Sequence[Message]) -> tuple[str, ...]:
    """Put each message into the outbox where it is not yet, and deliver what is owed. Returns what then still is."""
    urls = looking.settings.maintainers()
    channels = tuple(dict.fromkeys((FILE, *map(channel_name, urls))))
    ours = outbox.c.supervisor.in_((LATE, RECOVERED, UNSEEN, SEEN_AGAIN))
    owed = select(outbox).where(ours, outbox.c.channel.in_(channels), outbox.c.sent_at.is_(None)).order_by(outbox.c.key)
    new = [(message, channel) for message in messages for channel in channels]
    with engine.connect() as connection:
        known = set(connection.execute(select(outbox.c.key).where(ours)).scalars())
        is_owed = connection.execute(owed).first() is not None
    new = [each for each in new if outbox_key(each[0].to, each[0].night, each[1]) not in known]
    if new:
        with writing(engine) as connection:
            for message, channel in new:
                put(connection, message, (channel,))
    if new or is_owed:
        once = load_channels().patience.model_copy(update={"tries": 1})  # cron asks again soon
        routes = Routes(looking.settings.outbox_dir(), maintainer_urls=urls, patience=once)
        today = looking.settings.night_of(looking.now)
        deliver(engine, today, routes, lambda: looking.now, tells_maintainers=False)
    with engine.connect() as connection:
        return tuple(f"{row.channel} {row.night}: {row.error}" for row in connection.execute(owed))


def _tell_blind(looking: Watch, error: Exception) -> Seen:
    """Tell that it could not be looked, by an outbox of our own, or by one in memory, which forgets that it was told."""
    title = f"{looking.night} 夜间任务情况无法查看 it could not be looked whether the night has finished"
    lines = [_plain(error), f"应于 due：{looking.clock(looking.at)}"]
    message = _message(looking.night, UNSEEN, title, lines)
    if looking.is_dry:
        return Seen(BLIND, (message.markdown,))
    try:
        with _opened(open_warehouse(_own(looking))) as engine:
            undelivered = _tell(looking, engine, [message])
    except (GoujiError, SQLAlchemyError, sqlite3.Error):
        with _opened(open_warehouse("sqlite://")) as engine:
            undelivered = _tell(looking, engine, [message])
    return Seen(BLIND, (message.markdown,), undelivered)


def _see_again(looking: Watch, seen: Seen) -> Seen:
    """Tell those who were told that it could not be looked that it can be again."""
    if looking.is_dry or not (looking.settings.data_dir / _OWN).is_file():
        return seen
    try:
        with _opened(open_warehouse(_own(looking))) as engine:
            with engine.connect() as connection:
                nights = _open(connection, UNSEEN, SEEN_AGAIN)
            title = "夜间任务情况恢复查看 it can be looked again"
            messages = [_message(nights[-1], SEEN_AGAIN, title, seen.found[:1])] if nights else []
            return replace(seen, undelivered=(*seen.undelivered, *_tell(looking, engine, messages)))
    except (GoujiError, SQLAlchemyError, sqlite3.Error) as error:
        return replace(seen, undelivered=(*seen.undelivered, _plain(error)))


def _own(looking: Watch) -> str:
    return f"sqlite:///{looking.settings.data_dir.resolve() / _OWN}"


@contextmanager
def _opened(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.dispose()


def _plain(error: Exception) -> str:
    """An error on one line, without what SQLAlchemy adds; HTML and Markdown in it mean nothing."""
    said = str(error if isinstance(error, GoujiError) else getattr(error, "orig", None) or error)
    return code(" ".join(said.split()))
