"""Write the check of many drafts as one workbook (.xlsx): a summary, the problems found, every figure, the rules."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from expectations.catalogue import load_words
from expectations.form import form_for, load_forms, split_address
from expectations.rule import load_rules
from flows.check import Checked, gaps
from tasks.alert.sentences import say
from tasks.records import Cell, Finding, Outcome, Quarantine, Reading, Severity, Verdict

_FILLS = {Severity.ERROR: "F8CBAD", Severity.WARNING: "FFE699", Severity.INFO: "DDEBF7"}
_VERDICTS = {Verdict.AGENCY: "填报", Verdict.READING: "读取", Verdict.UNDECIDED: "待核对原件"}
_WIDTHS = {"文件": 28, "单位": 26, "问题": 70, "读取问题": 50, "内容": 60, "依据": 40, "无法判断": 40, "行": 34, "地址": 44}
_SUMMARY = ("文件", "单位", "年度", "数据", "把握不足", "错误", "疑似", "提示", "读取问题", "结论")
_PROBLEMS = ("文件", "单位", "年度", "级别", "规则", "名称", "左边", "右边", "差", "问题", "判定", "依据")
_FIGURES = ("文件", "单位", "年度", "表", "行", "列", "原文", "数值", "有把握", "地址")
_RULES = ("规则", "名称", "级别", "内容", "依据", "无法判断")


def workbook(checks: Sequence[Checked]) -> bytes:
    """The workbook's bytes. Figures are numbers, everything printed is text, also where it begins with an equals sign."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _fill(book, "汇总", _SUMMARY, [(_summary(each), None) for each in checks])
    broken = [(each, f) for each in checks for f in each.findings if f.outcome is Outcome.BROKEN]
    _fill(book, "问题清单", _PROBLEMS, [(_problem(each, finding), finding.severity) for each, finding in broken])
    figures = [(_figure(each, cell), None) for each in checks for cell in _cells(each)]
    _fill(book, "数据", _FIGURES, figures)
    severities = load_words().severities
    told = [(r.id, r.title, severities[r.severity], r.says, r.authority, r.unknown) for r in load_rules()]
    _fill(book, "规则", _RULES, [(row, None) for row in told])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(book: Workbook, name: str, head: Sequence[str], rows: Sequence[tuple[Sequence[Any], Severity | None]]) -> None:
    sheet: Worksheet = book.create_sheet(name)
    sheet.append(list(head))
    for number, (row, severity) in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                cell.value, cell.data_type = _printable(value), "s"  # never a formula
            else:
                cell.value = value
            cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str))
            if severity is not None:
                cell.fill = PatternFill("solid", fgColor=_FILLS[severity])
    for column, title in enumerate(head, start=1):
        sheet.cell(1, column).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(title, 11)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def _printable(text: str) -> str:
    """The text without control characters, which no workbook can hold."""
    return "".join(character for character in text if character >= " " or character in "\n\t")


def _summary(checked: Checked) -> Sequence[Any]:
    reading = checked.reading
    if isinstance(reading, Quarantine):
        return (checked.place, "", None, 0, 0, None, None, None, reading.reason, "未能读取")
    count = Counter(f.severity for f in checked.findings if f.outcome is Outcome.BROKEN)
    uncertain = sum(not cell.certain for cell in reading.cells)
    missed = gaps(checked)
    grave = count[Severity.ERROR] + count[Severity.WARNING]
    verdict = "有待读全" if missed else "需核改" if grave else "相符"
    counts = (count[Severity.ERROR], count[Severity.WARNING], count[Severity.INFO])
    return (checked.place, reading.agency, reading.year, len(reading.cells), uncertain, *counts, "\n".join(missed), verdict)


def _problem(checked: Checked, finding: Finding) -> Sequence[Any]:
    agency, editions = ("", ()) if isinstance(checked.reading, Quarantine) else (checked.reading.agency, checked.reading.editions)
    rule = next(rule for rule in load_rules() if rule.id == finding.rule)
    sides = (_number(finding.left), _number(finding.right), _number(finding.delta))
    head = (checked.place, agency, finding.year, load_words().severities[finding.severity], rule.id, rule.title)
    return (*head, *sides, say(finding, agency, editions), _VERDICTS[finding.verdict], rule.authority)


def _cells(checked: Checked) -> Sequence[Cell]:
    return () if isinstance(checked.reading, Quarantine) else checked.reading.cells


def _figure(checked: Checked, cell: Cell) -> Sequence[Any]:
    reading = checked.reading
    if not isinstance(reading, Reading):
        raise TypeError("a document that was not read has no figures")
    edition = dict(reading.editions).get(split_address(cell.address)[0]) or load_forms()[-1].edition
    labels = form_for(edition).labels(cell.address)
    value = (cell.raw, _number(cell.value), "是" if cell.certain else "否", cell.address)
    return (checked.place, reading.agency, reading.year, *labels, *value)


def _number(value: int | Decimal | None) -> int | Decimal | str | None:
    """A number as a workbook holds it; one of more digits than it can keep goes as text."""
    return str(value) if value is not None and len(str(abs(value)).replace(".", "")) > 15 else value
