"""Show notices on a terminal: the list, and one with its history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tasks.alert.notice_list import Entry, Line
from tasks.alert.sentences import PREVIOUS, split_sentence, year_name
from tasks.alert.wording import load_wording

_HEADINGS = ("id", "机关 agency", "年度 year", "规则 rule", "级别 severity", "状态 state", "起始 since", "内容 what")


def show_list(console: Console, lines: Sequence[Line]) -> None:
    """A row for each notice; then how many there are of each state."""
    words = load_wording()
    table = Table()
    for heading in _HEADINGS:
        table.add_column(heading, overflow="fold", no_wrap=heading == "id")
    for line in lines:
        shown = (line.id, line.agency, year_name(line.year), line.rule, words.severities[line.severity], _state(line))
        table.add_row(*map(Text, (*shown, str(line.since), split_sentence(line.sentence)[1])))
    console.print(table)
    counts = Counter(line.state for line in lines)
    console.print("，".join(f"{words.states[state]} {state} {counts[state]}" for state in words.states if counts[state]))


def show_notice(console: Console, line: Line, entries: Sequence[Entry], cells: Sequence[str]) -> None:
    """What it says, where the report is, what happened, and the command that shows the figure on its page."""
    for name, said in (
        ("编号 id", line.id),
        ("指纹 fingerprint", line.fingerprint),
        ("主管部门 supervisor", line.supervisor),
        ("状态 state", _state(line)),
        ("内容 what", line.sentence),
        ("网址 url", line.url),
        ("SHA-256", line.sha256),
    ):
        if said:
            console.print(f"{name}: {said}", markup=False, soft_wrap=True)
    console.print("经过 history:")
    for entry in entries:
        console.print(f"  {entry.day} {entry.by or '夜间核对 night'} {entry.what}：{entry.said}", markup=False, soft_wrap=True)
    own = [cell for cell in cells if not cell.startswith(PREVIOUS)]
    if line.sha256 and own:
        part = f" --part {line.part}" if line.part else ""
        console.print(f"gouji explain sha256:{line.sha256} --cell {own[0]}{part} --image page.png", markup=False, soft_wrap=True)


def _state(line: Line) -> str:
    until = f"（至 {line.until}）" if line.until else ""
    return f"{load_wording().states[line.state]}{until} {line.state}"
