"""The 整改清单 that an office works off: a row for each notice, in words, its columns named by wording.yml."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Connection

from tasks.alert.grounds import Ground, grounds
from tasks.alert.notice_list import Line
from tasks.alert.rule_words import rules_in
from tasks.alert.sentences import Places, cause_of, figures_of, figures_said, likely_cause
from tasks.alert.sheets import Column, Sheet, Value, workbook
from tasks.alert.wording import CANONICAL, load_wording
from tasks.records import Number

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDTHS = {"id": 15, "agency": 20, "year": 7, "rule": 18, "severity": 7, "place": 24, "found": 44, "cause": 34, "remark": 18}
_WIDTHS |= {"expected": 8, "actual": 8, "delta": 8, "state": 9, "by": 10, "reply": 18, "supervisor": 18, "url": 24, "sha256": 20}
UNBROKEN = ("url", "sha256")  # long, and read by machines: they would make every row tall


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


def as_xlsx(rows: Sequence[Mapping[str, Value]], severities: Sequence[str], day: date, language: str = CANONICAL) -> bytes:
    """A workbook of one sheet, as made on a day."""
    return workbook((remedial_sheet(rows, severities, language=language),), day)


def remedial_sheet(
    rows: Sequence[Mapping[str, Value]], severities: Sequence[str], told: Sequence[str] = (), language: str = CANONICAL
) -> Sheet:
    """The list as a sheet; `told`: what a digest says of each row, as a first column."""
    words = load_wording(language)
    columns = tuple(Column(name, _WIDTHS.get(key, 11), key not in UNBROKEN) for key, name in words.remedial.columns.items())
    cells = [[row[key] for key in words.remedial.columns] for row in rows]
    coloured = list(words.remedial.columns).index("severity")
    if not told:
        return Sheet(words.remedial.title, columns, cells, coloured, severities)
    cells = [[said, *row] for said, row in zip(told, cells, strict=True)]
    return Sheet(words.remedial.title, (Column(words.digest.told, 14), *columns), cells, coloured + 1, severities)


def _row(line: Line, ground: Ground | None, titles: Mapping[str, str], language: str) -> dict[str, Value]:
    words, editions = load_wording(language), ground.editions if ground else ()
    expected, actual, delta = _sides(ground)
    place = Places(line.year, editions, language).name(line.scope)
    state = words.states[line.state]
    return {
        "id": line.id,
        "agency": line.agency,
        "year": line.year,
        "rule": words.remedial.rule.format(title=titles.get(line.rule, ""), rule=line.rule),
        "severity": words.severities[line.severity],
        "place": place or words.remedial.whole.get(line.scope, line.scope),
        "found": _found(line, ground, language),
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
        "supervisor": line.supervisor or words.nobody,
        "url": line.url,
        "sha256": line.sha256,
    }


def _found(line: Line, ground: Ground | None, language: str) -> str:
    """The figures in words: as told, in Chinese; else as they are now, or as told where nothing is broken any more."""
    if language == CANONICAL or ground is None:
        return figures_of(line.sentence)
    return figures_said(ground.finding, ground.agency, ground.editions, language)


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
