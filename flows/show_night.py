"""Print what a night came to: documents, readings, rules broken, what every supervisor is told, and where things lie."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from flows.summary import NightSummary
from tasks.alert import SupervisorNews

_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}
_SEVERITIES = {"error": "错误 error", "warning": "疑似 warning", "info": "提示 info"}
_TOLD = {
    "new": ("新发现 new", "red"),
    "changed": ("有变化 changed", "yellow"),
    "reopened": ("再次出现 reopened", "red"),
    "resolved": ("已解决 resolved", "green"),
    "escalated": ("逾期上报 escalated", "red"),
    "events": ("报告与栏目 events", "cyan"),
}


# What stays together at the end of a line: a number or word, or a Chinese character with the punctuation that clings to it.
_UNBROKEN = re.compile(r"[“‘（《〔]*(?:[!-~]+|.)[”’）》〕，。、；：？！]* ?")


class Wrapped:
    """A Chinese sentence as an item of a list, broken between characters as Chinese is; rich breaks at spaces only."""

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for number, line in enumerate(self._lines(options.max_width - 4)):
            yield Text(("  • " if number == 0 else "    ") + line, no_wrap=True)

    def _lines(self, width: int) -> Iterator[str]:
        line = ""
        for piece in _UNBROKEN.findall(self._sentence):
            if line and cell_len(line + piece.rstrip()) > width:
                yield line.rstrip()
                line = ""
            line += piece
        yield line


def show_night(console: Console, summary: NightSummary, sentences: int | None = None) -> None:
    """Everything worth knowing of a night; `sentences` limits how many are printed of each kind for each supervisor."""
    console.print(_documents(summary))
    for column in summary.unreached:
        console.print(Text.assemble(("未能到达 not reached  ", "yellow"), f"{column.start_url}: {column.reason}"))
    if summary.covers:
        console.print(
            Text(f"{len(summary.covers)} 个网页只带附件，报告在附件中 pages only carry the report as an attachment", style="dim")
        )
    for quarantine in summary.quarantined:
        console.print(Text.assemble(("未能读取 quarantined  ", "yellow"), quarantine.reason))
    console.print(_rules(summary))
    for news in summary.news:
        console.print(_told(news, sentences))
    if summary.publication.index is not None:
        console.print(Text.assemble(("检查报告 Data Docs  ", "bold"), str(summary.publication.index)), soft_wrap=True)


def show_places(console: Console, summary: NightSummary) -> None:
    """Where the warehouse, every night's digests and Data Docs, and the published state are."""
    places = Table.grid(padding=(0, 2))
    places.add_column(style="bold", no_wrap=True)
    places.add_column(overflow="fold")
    places.add_row("数据仓库 warehouse", summary.warehouse)
    places.add_row("告知函 digests", str(summary.outbox))
    places.add_row("检查报告 Data Docs", str(summary.docs))
    state = (
        "未通过检查，保留上次 not published, the last stays"
        if summary.products.faults
        else f"版本 state {summary.products.state}"
    )
    places.add_row("发布数据 products", f"{summary.products.folder} ({state})")
    console.print(places)


def _documents(summary: NightSummary) -> Table:
    counts, readings = summary.documents, summary.readings
    table = Table(title=f"{summary.night} 文件 documents · 报告 reports", title_justify="left")
    cells = {
        "见到\nseen": counts.seen,
        "新\nnew": counts.new,
        "改动\nchanged": counts.changed,
        "未变\nunchanged": counts.unchanged,
        "撤下\nwithdrawn": counts.withdrawn,
        "未取到\nmissed": counts.missed,
        "读出\nread": readings.read,
        "未能读取\nquarantined": len(summary.quarantined),
        "数据\nfigures": readings.figures,
    }
    for name in cells:
        table.add_column(name, justify="right")
    table.add_row(*(f"{value:,}" for value in cells.values()))
    return table


def _rules(summary: NightSummary) -> Table:
    table = Table(title="现行报告中不成立的规则 rules broken by the current reports", title_justify="left")
    for name in ("规则\nrule", "名称\ntitle", "级别\nseverity"):
        table.add_column(name)
    for name in ("报告\nreports", "处\nfindings", "待核\nunsure"):
        table.add_column(name, justify="right")
    for count in summary.findings:
        severity = Text(_SEVERITIES[count.severity], style=_STYLES[count.severity])
        numbers = (str(number) if number else "–" for number in (count.reports, count.broken, count.unsure))
        table.add_row(count.rule, count.title, severity, *numbers)
    return table


def _told(news: SupervisorNews, sentences: int | None) -> Panel:
    lines = Table.grid()
    lines.add_column(overflow="fold")
    for kind, (name, style) in _TOLD.items():
        told: tuple[str, ...] = getattr(news, kind)
        if told:
            lines.add_row(Text(f"{name} {len(told)}", style=f"bold {style}"))
        for sentence in told[:sentences]:
            lines.add_row(Wrapped(sentence))
        if sentences is not None and len(told) > sentences:
            lines.add_row(Text(f"  … {len(told) - sentences} more", style="dim"))
    if not lines.row_count:
        lines.add_row(Text("本夜无新情况 nothing new", style="dim"))
    lines.add_row(Text(f"以前告知、仍待处理 told before and still open: {news.still_open}", style="dim"))
    for line in _notes(news):
        lines.add_row(line)
    return Panel(lines, title=Text(f"告知 told: {news.supervisor}"), title_align="left")


def _notes(news: SupervisorNews) -> Iterable[Text]:
    if news.is_quiet:
        yield Text("今日不发告知函，下次一并告知 a quiet day: told with the next digest", style="dim")
    elif news.not_before is not None and news.files:
        yield Text(f"{news.not_before:%H:%M} 起发送 sent from then on (`gouji deliver`)", style="dim")
    yield from (Text(str(path), style="dim") for path in news.files if path.suffix == ".html")
    if news.attachments:
        yield Text(f"附件 attachments: {len(news.attachments)}，{news.attachments[0]}", style="dim")
    yield from (Text(f"未送达 undelivered: {each}", style="yellow") for each in news.undelivered)
