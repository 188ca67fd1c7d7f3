"""Print where a figure comes from, for a person: file, report, official labels, text, how sure, and the place in words."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.explain import Explanation
from tasks.printed import Locator
from tasks.records import Cell


def show_explained(console: Console, explained: Explanation) -> None:
    """Everything that `gouji explain` says of one figure."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, said in _lines(explained):
        table.add_row(name, Text(said))
    console.print(table)


def _lines(explained: Explanation) -> Iterator[tuple[str, str]]:
    reading, (heading, row, column) = explained.reading, explained.labels
    yield "文件 file", explained.source.name
    if reading.part:
        yield "部分 part", reading.part
    yield "SHA-256", explained.source.sha256
    yield "报告 report", f"{reading.agency or '单位未见'} {reading.year or '年度未见'}"
    yield "地址 address", explained.address
    yield "表 table", heading
    yield "行 row", row
    yield "列 column", column
    if explained.cell is None:
        yield "数据 figure", "未读出 not read in this file"
    else:
        yield from _figure(explained, explained.cell)
    for number, why in enumerate(explained.why):
        yield ("原因 why" if number == 0 else ""), why
    yield "读取 reader", f"{reading.reader} {reading.reader_version}"


def _figure(explained: Explanation, cell: Cell) -> Iterator[tuple[str, str]]:
    value = "" if cell.value is None else f"，数值 value {cell.value}"
    yield "原文 raw", (cell.raw.replace("\n", "⏎") or "（空 blank）") + (f"，单位 unit {cell.unit}" if cell.unit else "")
    yield "含义 means", f"{cell.semantics}{value}"
    yield "位置 place", describe(cell.locator, in_pixels=explained.in_pixels)
    same = "一致 the same" if explained.is_same else "不一致，是我们的错误 NOT the same: a defect of ours, please report it"
    yield "复读 again", f"{explained.again.replace(chr(10), '⏎') or '（空 blank）'}，{same}"
    sure = "是 yes" if cell.certain else "否，不据此追究 no: it is held against nobody"
    yield "确信 certain", f"{sure}（{cell.agreement}，{cell.confidence:.2f}）"


def describe(locator: Locator, *, in_pixels: bool = False) -> str:
    """A locator in words. What is counted from 0 in the record is counted from 1 here."""
    parts = []
    if locator.page is not None:
        parts.append(f"第{locator.page}页 page {locator.page}")
    if locator.path is not None:
        parts.append(locator.path)
    if locator.box is not None:
        x0, top, x1, bottom = locator.box
        unit = "像素 pixels" if in_pixels else "点 points"
        parts.append(f"自左上角 from the top left ({x0:g}, {top:g})–({x1:g}, {bottom:g}) {unit}")
    if locator.line is not None:
        parts.append(f"第{locator.line}行 line {locator.line}")
    counted = {"表 table": locator.table, "行 row": locator.row, "格 cell": locator.cell, "列 field": locator.column}
    for name, number in counted.items():
        if number is not None:
            chinese, english = name.split()
            parts.append(f"第{number + 1}{chinese} {english} {number + 1}")
    return "，".join(parts) or "未记位置 not noted"
