"""`gouji review`: what waits for a person's eye, and what the person decided 人工复核."""

from __future__ import annotations

import getpass
import json
import shlex
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.table import Table
from rich.text import Text

from expectations.form import form_for, load_forms, split_address
from expectations.rule import rules_by_id
from flows.output import terminal
from flows.settings import load_settings
from tasks.alert.sentences import Places
from tasks.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy import Row

    from warehouse.reviews import Decided, Item

review_app = typer.Typer(
    help="What waits for a person's eye, and what was decided 人工复核.", no_args_is_help=True, rich_markup_mode=None
)

Data = Annotated[Path | None, typer.Option("--data", help="Folder of the warehouse and the archive.")]
Verdict = Literal["as-read", "corrected", "unreadable", "dismissed"]
_VERDICTS = {"as_read": "与所读一致", "corrected": "更正为", "unreadable": "无法辨认", "dismissed": "不予处理"}
_KINDS = {  # the errors of tasks/errors.py for which a document is quarantined
    "UnknownFormat": "文件类型不明",
    "NoTextLayer": "扫描件，没有文字",
    "DocumentTooLarge": "文件过大或读取超时",
    "DamagedDocument": "文件损坏",
    "ReaderCrashed": "读取程序崩溃",
    "UnknownEdition": "没有法定表格，或格式不明",
    "UnplacedRow": "有行或列无法对应",
}


@review_app.command("list")
def list_items(
    is_decided: Annotated[bool, typer.Option("--decided", help="What was decided, instead of what waits.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,
    data: Data = None,
) -> None:
    """List the documents that could not be read and the doubtful figures that a finding hangs on 待复核; or what was decided."""
    from warehouse.engine import open_existing
    from warehouse.reviews import Decided, decided_items, review_queue

    with open_existing(load_settings(data_dir=data).warehouse_url()).connect() as connection:
        items = decided_items(connection) if is_decided else [Decided(item, ()) for item in review_queue(connection)]
    if as_json:
        typer.echo(json.dumps([_in_json(each) for each in items], ensure_ascii=False, indent=1))
        return
    table = Table()
    table.add_column("id", no_wrap=True, min_width=max((len(each.item.id) for each in items), default=2))
    for heading in ("机关 agency", "年度 year", "读到 raw", "裁定 decision" if is_decided else "为何 why"):
        table.add_column(heading, overflow="fold")
    for each in items:
        item = each.item
        last = _decision(each.decisions[-1], holds=each.holds) if each.decisions else _why(item)
        table.add_row(*map(Text, (item.id, item.agency, str(item.year or ""), item.raw.strip() or "（空）", last)))
    console = terminal()
    console.print(table, crop=False)  # an id that is cut or folded is no use
    console.print(f"{len(items)} items {'decided 已复核' if is_decided else 'wait 待复核'} {len(items)} 项")


@review_app.command("show")
def show_item(item: Annotated[str, typer.Argument(help="An id of the list.")], data: Data = None) -> None:
    """Show one item: where it is, what was read, how to see the page, and who decided what of it 逐项查看."""
    from warehouse.engine import open_existing
    from warehouse.reviews import find_item

    with open_existing(load_settings(data_dir=data).warehouse_url()).connect() as connection:
        known = find_item(connection, item)
    console, found = terminal(), known.item
    for name, said in (
        ("机关 agency", found.agency),
        ("年度 year", str(found.year or "")),
        ("网址 url", found.url),
        ("SHA-256", found.sha256),
        ("部分 part", found.part),
        ("地址 address", found.address),
        ("读到 raw", found.raw),
        ("为何 why", _why(found)),
    ):
        if said:
            console.print(f"{name:14} {said}", markup=False, soft_wrap=True)
    for row in known.decisions:
        holds = row is known.decisions[-1] and known.holds
        console.print(f"{'裁定 decision':14} {_decision(row, holds=holds)}", markup=False, soft_wrap=True)
    if found.address:
        part = f" --part {shlex.quote(found.part)}" if found.part else ""
        command = f"gouji explain sha256:{found.sha256} --cell {found.address}{part} --image page.png"
        console.print(command, markup=False, soft_wrap=True)


@review_app.command("decide")
def decide(
    item: Annotated[str, typer.Argument(help="An id of the list; also one that was decided: the newest decision counts.")],
    verdict: Annotated[Verdict, typer.Argument(help="What you saw on the page.")],
    reason: Annotated[str, typer.Option(help="Why: what you saw.")],
    value: Annotated[str | None, typer.Option(help="With corrected: the number that is printed.")] = None,
    by: Annotated[str | None, typer.Option(help="Who decides (default: your user name).")] = None,
    data: Data = None,
) -> None:
    """Decide one item; the decision stands beside what was read, and the next night goes by it 裁定.

    A figure: as-read (the text is what is printed), corrected (another number is: --value), unreadable (nobody can tell).
    A document: dismissed (no report, or not one that can be read).
    """
    from warehouse.engine import open_existing, writing
    from warehouse.reviews import find_item, keep_decision

    number = _number(verdict, value)
    engine = open_existing(load_settings(data_dir=data).warehouse_url())
    with writing(engine) as connection:
        found = find_item(connection, item).item
        if (verdict == "dismissed") != (not found.address):
            raise SettingsError(
                f"{verdict} does not fit", where=item, expected="dismissed for a document, another verdict for a figure"
            )
        if number is not None:
            _check_kind(found, number)
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


def _check_kind(item: Item, number: int | Decimal) -> None:
    """Raise SettingsError for a number that the form's column cannot hold."""
    table, _, column = split_address(item.address)
    form = form_for(dict(item.editions).get(table) or load_forms()[-1].edition)
    kind = form.tables[table].columns[column].value
    if (kind == "signed" or number >= 0) and (kind == "decimal" or number == int(number)):
        return
    expected = {"count": "a whole number from 0 up", "signed": "a whole number", "decimal": "a number from 0 up"}[kind]
    label = "".join(form.labels(item.address)[1:])
    remedy = "Look at the page again. Where just that is printed, decide unreadable: nobody can tell what is meant."
    raise SettingsError(f"--value {number} cannot stand here ({label})", where=item.id, expected=expected, remedy=remedy)


def _why(item: Item) -> str:
    """Why an item waits, in words: the rule that hangs on the figure, or what the reader said of the document."""
    if not item.address or not item.why:
        return "：".join(filter(None, (_KINDS.get(item.raw, ""), item.why)))
    rule = rules_by_id().get(item.why)
    return f"{rule.title if rule else ''}（{item.why}，{Places(item.year, item.editions).name(item.scope) or item.scope}）"


def _decision(row: Row[Any], *, holds: bool) -> str:
    """What was decided, by whom, when and why; and whether it counts now."""
    value = f" {row.value}" if row.value is not None else ""
    said = f"{_VERDICTS[row.verdict]} {row.verdict.replace('_', '-')}{value}"
    aside = "" if holds else f"（对“{row.expected}”所作，已不采用 no longer counts）"
    return f"{said}，{row.by}，{row.at:%Y-%m-%d %H:%M} UTC：{row.reason}{aside}"


def _in_json(known: Decided) -> dict[str, Any]:
    item = known.item
    said = [
        {"verdict": row.verdict.replace("_", "-"), "value": None if row.value is None else str(row.value), "by": row.by}
        | {"at": row.at.isoformat(), "reason": row.reason, "raw": row.expected}
        for row in known.decisions
    ]
    names = ("id", "sha256", "part", "address", "agency", "year", "raw", "url")
    why = {"why": _why(item)} if not known.decisions else {"decisions": said, "holds": known.holds}
    return {name: getattr(item, name) for name in names} | why


def _stated(reason: str) -> str:
    if not reason.strip():
        raise SettingsError("--reason is blank", expected="what you saw on the page", remedy="Add --reason '…'.")
    return reason.strip()
