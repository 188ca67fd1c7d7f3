"""Print a checked report for a person: its head, the tables as read, every rule's outcome, what is broken and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.console import Console
from rich.panel import Panel
from rich.table import Table as Grid
from rich.text import Text

from expectations.form import Form, Leaf, form_for, load_forms
from expectations.rule import Rule, SurveyRule, load_rules
from flows.check import Checked, gaps
from tasks.alert.sentences import say
from tasks.records import Cell, Finding, Outcome, Quarantine, Reading, Verdict

_STYLE = {"error": "bold red", "warning": "yellow", "info": "cyan"}
_LABEL = {"error": "错误", "warning": "疑似", "info": "提示"}


def show_checked(console: Console, checked: Checked) -> None:
    """Everything that `gouji read` says of one file."""
    reading = checked.reading
    if isinstance(reading, Quarantine):
        console.print(Text(f"✗ {reading.reason}", style="bold red"))
        return
    _show_head(console, checked, reading)
    blamed = {address for finding in _broken(checked.findings) for address in finding.cells}
    for table, edition in reading.editions:
        form = form_for(edition or load_forms()[-1].edition)
        console.print(_figures(form, table, reading.figures(), blamed))
    console.print(_outcomes(checked.findings))
    for finding in _broken(checked.findings):
        console.print(_sentence(finding, reading))
    for gap in gaps(checked):
        console.print(Text(f"! {gap}", style="bold magenta"))


def show_rules(console: Console) -> None:
    """Every rule: what it states, by which authority, how grave it is, when it cannot be judged."""
    table = Grid(show_lines=True)
    for heading in ("规则 id", "名称 title", "内容 says", "依据 authority", "级别 severity", "无法判断 unknown"):
        table.add_column(heading, overflow="fold")
    for rule in load_rules():
        table.add_row(rule.id, rule.title, rule.says, rule.authority, rule.severity, rule.unknown)
    console.print(table)


def _unasked(rule: Rule) -> str:
    """Why a rule said nothing of a report."""
    return "由每夜任务判断：需要名录和全部报告" if isinstance(rule, SurveyRule) else "正文或历史中没有可比的内容"


def _show_head(console: Console, checked: Checked, reading: Reading) -> None:
    editions = "、".join(f"{table} {edition}" for table, edition in reading.editions if edition)
    sections = "、".join(section.heading.partition("、")[0] for section in reading.sections)
    uncertain = sum(not cell.certain for cell in reading.cells)
    lines = [
        f"单位 agency    {reading.agency or '未见'}",
        f"年度 year      {reading.year or '未见'}",
        f"格式 edition   {editions or '未能判断'}",
        f"章节 sections  {len(reading.sections)}（{sections}）",
        f"数据 figures   {len(reading.cells)}" + (f"，其中{uncertain}个读取把握不足（标?）" if uncertain else ""),
    ]
    console.print(Panel(Text("\n".join(lines)), title=Text(checked.place), title_align="left"))


def _figures(form: Form, name: str, figures: dict[str, Cell], blamed: set[str]) -> Grid:
    table = form.tables[name]
    grid = Grid(title=table.heading, title_justify="left", show_lines=False)
    grid.add_column("", max_width=38, overflow="fold")
    if table.layout == "blocks":
        grid.add_column("")
        for leaf in table.leaves():
            cells = [
                Text(f"{table.columns[column].label} ") + _figure(figures, f"{name}.{leaf.key}.{column}", blamed) + Text("  ")
                for column in table.columns_of(leaf.key)
            ]
            grid.add_row(leaf.label, Text("").join(cells))
        return grid
    for column in table.columns.values():
        grid.add_column(column.label, justify="right")
    for leaf in table.leaves():
        grid.add_row(_row_label(leaf), *(_figure(figures, f"{name}.{leaf.key}.{column}", blamed) for column in table.columns))
    return grid


def _row_label(leaf: Leaf) -> str:
    """The row's label after its group's number, as （三）1.属于国家秘密."""
    if "." not in leaf.key:
        return leaf.label
    group = leaf.labels[-2]
    return f"{group[: group.index('）') + 1]}{leaf.label}"


def _figure(figures: dict[str, Cell], address: str, blamed: set[str]) -> Text:
    cell = figures.get(address)
    if cell is None:
        return Text("未读出", style="magenta")
    text = cell.raw.replace("\n", "") or "（空）"
    return Text(text + ("" if cell.certain else "?"), style="bold red" if address in blamed else "")


def _outcomes(findings: tuple[Finding, ...]) -> Grid:
    grid = Grid(title="规则 rules", title_justify="left")
    for heading in ("规则", "名称", "成立", "不成立", "无法判断", "原因"):
        grid.add_column(heading, justify="right" if heading in ("成立", "不成立", "无法判断") else "left", overflow="fold")
    for rule in load_rules():
        own = [finding for finding in findings if finding.rule == rule.id]
        count = Counter(finding.outcome for finding in own)
        reasons = dict.fromkeys(finding.reason for finding in own if finding.outcome is Outcome.NOT_ASSESSABLE)
        numbers = [str(count[outcome] or "") for outcome in (Outcome.HOLDS, Outcome.BROKEN, Outcome.NOT_ASSESSABLE)]
        style = _STYLE[rule.severity] if count[Outcome.BROKEN] else ""
        grid.add_row(rule.id, rule.title, *numbers, "；".join(reasons) if own else _unasked(rule), style=style)
    return grid


def _broken(findings: tuple[Finding, ...]) -> Iterator[Finding]:
    return (finding for finding in findings if finding.outcome is Outcome.BROKEN)


def _sentence(finding: Finding, reading: Reading) -> Text:
    doubt = "" if finding.verdict is Verdict.AGENCY else "（不足以认定，请核对原件）"
    said = say(finding, reading.agency, reading.editions)
    return Text(f"[{_LABEL[finding.severity]} {finding.rule}] {said}{doubt}", style=_STYLE[finding.severity])
