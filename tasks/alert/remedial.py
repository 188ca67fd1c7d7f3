"""The 整改清单 that an office works off: a row for each notice, in words, its columns named by wording.yml."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from sqlalchemy import Connection

from tasks.alert.grounds import Ground, grounds
from tasks.alert.notice_list import Line
from tasks.alert.rule_words import rules_in
from tasks.alert.sentences import Places, cause_of, likely_cause
from tasks.alert.wording import CANONICAL, load_wording
from tasks.records import Number, Severity

Value = Number | str | None

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FILLS = {Severity.ERROR.value: "F8CBAD", Severity.WARNING.value: "FFE699", Severity.INFO.value: "DDEBF7"}
_WIDTHS = {"id": 14, "agency": 26, "rule": 24, "place": 40, "cause": 44, "remark": 30, "reply": 30, "url": 44}


def remedial_rows(connection: Connection, lines: Sequence[Line], language: str = CANONICAL) -> tuple[dict[str, Value], ...]:
    """A row for each notice, by the keys of the columns. Figures are those of now: blank where nothing is broken any more."""
    now = {ground.finding.fingerprint: ground for ground in grounds(connection)}
    titles = {rule.id: rule.title for rule in rules_in(language)}
    return tuple(_row(line, now.get(line.fingerprint), titles, language) for line in lines)


def as_csv(rows: Sequence[Mapping[str, Value]], language: str = CANONICAL) -> bytes:
    """UTF-8 with the mark that Excel needs; what a spreadsheet would take for a formula gets an apostrophe before it."""
    out = io.StringIO()
    columns = load_wording(language).remedial.columns
    writer = csv.writer(out)
    writer.writerow(columns.values())
    writer.writerows([_guarded(row[key]) for key in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Sequence[Mapping[str, Value]], severities: Sequence[str], language: str = CANONICAL) -> bytes:
    """A workbook of one sheet. Figures are numbers, everything else is text, also where it begins with an equals sign."""
    words = load_wording(language).remedial
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = words.title
    sheet.append(list(words.columns.values()))
    for place, (row, severity) in enumerate(zip(rows, severities, strict=True), start=2):
        for column, key in enumerate(words.columns, start=1):
            value, cell = row[key], sheet.cell(place, column)
            if isinstance(value, str):
                cell.value, cell.data_type = _CONTROL.sub("", value), "s"  # never a formula
            else:
                cell.value = value
            cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str))
            if key == "severity":
                cell.fill = PatternFill("solid", fgColor=_FILLS[severity])
    for column, key in enumerate(words.columns, start=1):
        sheet.cell(1, column).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(key, 11)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _row(line: Line, ground: Ground | None, titles: Mapping[str, str], language: str) -> dict[str, Value]:
    words, editions = load_wording(language), ground.editions if ground else ()
    expected, actual, delta = _sides(ground)
    state = words.states[line.state]
    return {
        "id": line.id,
        "agency": line.agency,
        "year": line.year,
        "rule": words.remedial.rule.format(title=titles.get(line.rule, ""), rule=line.rule),
        "severity": words.severities[line.severity],
        "place": Places(line.year, editions, language).name(line.scope) or line.scope,
        "expected": expected,
        "actual": actual,
        "delta": delta,
        "cause": cause_of(line.sentence) if language == CANONICAL else _cause_now(ground, language),
        "state": words.remedial.until.format(state=state, until=line.until) if line.until else state,
        "first": line.first.isoformat(),
        "last": line.last.isoformat(),
        "by": line.by,
        "remark": line.remark,
        "reply": line.reply,
        "url": line.url,
    }


def _cause_now(ground: Ground | None, language: str) -> str:
    return likely_cause(ground.finding, ground.editions, language) if ground else ""


def _sides(ground: Ground | None) -> tuple[Number | None, Number | None, Number | None]:
    """What the figure should be, what it is, and by how much it is too much."""
    if ground is None:
        return None, None, None
    found, words = ground.finding, load_wording().remedial
    side = words.expected.get(found.rule, words.expected["default"])
    expected, actual = (found.left, found.right) if side == "left" else (found.right, found.left)
    if side == "neither" or expected is None or actual is None:
        return None, found.left if found.left is not None else found.right, None
    return expected, actual, actual - expected


def _guarded(value: Value) -> Value:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
