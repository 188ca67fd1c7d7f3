"""Print what reading the archive again changes, report by report, and what it came to."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from flows.replay import Difference

_FIGURES = 8  # of each report


def show_replay(console: Console, differences: Iterable[Difference], *, is_dry: bool) -> int:
    """Each report that is read otherwise, and the sums. Returns how many documents the archive could not give."""
    reports = changed = figures = appeared = vanished = lost = 0
    for each in differences:
        if each.lost:
            lost += 1
            console.print(Text(f"存档损坏 left out: {each.document.url}  {each.lost}", style="red"))
            continue
        reports += 1
        changed += each.is_any
        figures, appeared, vanished = figures + len(each.figures), appeared + len(each.appeared), vanished + len(each.vanished)
        if each.is_any:
            _show(console, each)
    done = "would change 将会改变" if is_dry else "changed 已改变"
    console.print(
        Text(f"{reports} reports read again, {changed} {done}: {figures} figures, {appeared} findings more, {vanished} fewer")
    )
    if lost:
        console.print(
            Text(f"{lost} documents left out: the archive does not have them whole 存档缺失或损坏 {lost} 件", style="red")
        )
    return lost


def _show(console: Console, each: Difference) -> None:
    part = f", {each.part}" if each.part else ""
    console.print(Text(f"{each.document.url}{part}  sha256:{each.document.sha256}", style="bold"))
    if each.refused:
        console.print(Text(f"  no longer read 不再能读: {each.refused}", style="red"))
    for address, before, after in each.figures[:_FIGURES]:
        console.print(Text(f"  {address}: {before} → {after}"))
    if len(each.figures) > _FIGURES:
        console.print(Text(f"  … {len(each.figures) - _FIGURES} figures more"))
    for sign, findings in (("+", each.appeared), ("-", each.vanished)):
        for rule, scope, verdict in sorted(findings):
            console.print(Text(f"  {sign} {rule} {scope} ({verdict})"))
