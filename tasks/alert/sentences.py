"""Say a finding in one plain Chinese sentence: 单位 · 年度 · 表/行/列 · 左值/右值/差 · 可能原因 · 依据.

The words are data (wording.yml); labels come from the official form of the table's own edition.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from expectations.form import Form, Row, Table, edition_for, form_for, load_forms, load_yaml, split_address
from tasks.alert.digest_words import DigestWords
from tasks.records import Finding, Number, Suspect

WORDING = Path(__file__).parent / "wording.yml"
COLON = "："
PREVIOUS = "previous:"  # before the address of a cell of last year's report
NAMED_CELLS = 3
NAMED_CAUSES = 2


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sides(_Strict):
    """What the left and right side of a rule's equation are called."""

    left: str
    right: str


class Place(_Strict):
    """How a table, row, column or cell is named."""

    table: str
    column: str
    row: str
    cell: str
    in_group: str
    previous: str


class Remedial(_Strict):
    """The 整改清单: its name, its columns, scopes that are no place of a form, and which side a figure should equal."""

    title: str
    columns: dict[str, str]
    whole: dict[str, str]
    expected: dict[str, Literal["left", "right", "neither"]]


class Age(_Strict):
    """How long a notice has stood, in words; nights: at most so many, or None for all that is older."""

    nights: int | None
    label: str


class Wording(_Strict):
    """wording.yml: every phrase that a supervisor reads."""

    head: str
    unknown_year: str
    nobody: str
    end: str
    basis: str
    severities: dict[str, str]
    place: Place
    sides: dict[str, Sides]
    between: str
    both: str
    only: str
    cells: str
    blank: str
    and_more: str
    diagnosis: str
    suggestion: str
    suggestion_open: str
    cause: str
    causes: dict[str, str]
    alternative: str = Field(alias="or")
    more_causes: str
    resolution: str
    resolved: dict[str, str]
    told_again: dict[str, str]
    states: dict[str, str]
    steps: dict[str, str]
    remedial: Remedial
    changes: dict[str, str]
    kinds: dict[str, str]
    subject: str
    counts: dict[str, str]
    reports: str
    open: str
    quiet: str
    ages: tuple[Age, ...]
    board: dict[str, str]
    digest: DigestWords
    engineering: dict[str, str]


@cache
def load_wording(path: Path = WORDING) -> Wording:
    """The phrases. Raises BadForm naming the key that is wrong."""
    return load_yaml(path, Wording)


def say(finding: Finding, agency: str, editions: Sequence[tuple[str, str]] = ()) -> str:
    """The finding's sentence. `editions` are the (table, edition) pairs that the report was recognised to use."""
    words = load_wording()
    place = Places(finding.year, editions)
    where = place.name(finding.scope)
    facts = [_comparison(finding), _reason(finding, place), _cells(finding, place, where), _diagnosis(finding.suspects, place)]
    body = words.between.join(part.rstrip(words.end) for part in facts if part)
    told = f"{where}，{body}" if where and body else where or body
    basis = f"{words.basis}{finding.says.rstrip(words.end)}"
    return f"{head(agency, finding.year)}{COLON}{words.end.join(part for part in (told, basis) if part)}{words.end}"


def head(agency: str, year: int | None) -> str:
    """Whose report of which year: how every sentence begins."""
    words = load_wording()
    return words.head.format(agency=agency, year=year_name(year))


def year_name(year: int | None) -> str:
    """The report year (年度), or that it is not known."""
    return load_wording().unknown_year if year is None else str(year)


def place_name(scope: str) -> str:
    """A row, column or table in words, by the latest form; the scope itself where the form has none such."""
    return Places(None, ()).name(scope) or scope


def split_sentence(sentence: str) -> tuple[str, str, str]:
    """A sentence as (whose report, what is found, by which rule)."""
    whose, _, rest = sentence.partition(COLON)
    mark = load_wording().basis
    found, _, basis = rest.rpartition(mark)
    return (whose, found, mark + basis) if mark in rest else (whose, rest, "")


def facts_of(sentence: str) -> str:
    """What a sentence says of the figures: an agency's new name or a rule's new wording is no change of theirs."""
    return split_sentence(sentence)[1]


def figures_of(sentence: str) -> str:
    """Its facts without our guess at their cause."""
    return _split_facts(sentence)[0]


def cause_of(sentence: str) -> str:
    """Our guess at the cause; blank where the sentence has none."""
    return _split_facts(sentence)[1]


def _split_facts(sentence: str) -> tuple[str, str]:
    words = load_wording()
    mark = words.diagnosis.partition("{")[0]
    figures, _, cause = facts_of(sentence).partition(mark)
    return figures.rstrip(words.between + words.end), cause.rstrip(words.end)


def number(value: Number) -> str:
    """12, 0.5: no exponent, no trailing zeros."""
    if isinstance(value, Decimal):
        return str(int(value)) if value == value.to_integral_value() else f"{value.normalize():f}"
    return str(value)


class Places:
    """Names of form addresses in the editions that one report uses."""

    def __init__(self, year: int | None, editions: Sequence[tuple[str, str]]) -> None:
        self._editions = dict(editions)
        self._usual = (edition_for(year) if year is not None else None) or load_forms()[-1].edition

    def name(self, scope: str) -> str:
        """`applications.*.natural`, `applications.new.*`, `applications` or an address, in words; blank for the whole report."""
        words = load_wording().place
        if scope.startswith(PREVIOUS):
            return words.previous.format(place=self.name(scope.removeprefix(PREVIOUS)))
        table_key, row, column = split_address(scope) if scope.count(".") > 1 else (*_two(scope), "*")
        table = self._form(table_key).tables.get(table_key)
        if table is None:
            return ""
        if row and not table.expand(row) and table.expand(f"{row}.{column}"):  # a row of two parts, and no column
            row, column = f"{row}.{column}", "*"
        row_label = _row_label(table, row) if table.expand(row) else ""
        column_label = table.columns[column].label if column in table.columns else ""
        in_row, in_table = (words.cell, words.column) if column_label else (words.row, words.table)
        pattern = in_row if row_label else in_table
        return pattern.format(number=table.heading.partition("、")[0], row=row_label, column=column_label)

    def _form(self, table: str) -> Form:
        return form_for(self._editions.get(table) or self._usual)


def _two(scope: str) -> tuple[str, str]:
    table, _, row = scope.partition(".")
    return table, row


def _row_label(table: Table, key: str) -> str:
    """A row's label, with its group's before it: the same label stands in several groups (其他)."""
    words = load_wording().place
    labels: list[str] = []
    rows: dict[str, Row] = table.rows
    for part in key.split(".") if key else ():
        labels.append(rows[part].label)
        rows = rows[part].rows
    return words.in_group.format(group=labels[0], row=labels[-1]) if len(labels) > 1 else "".join(labels)


def _comparison(finding: Finding) -> str:
    words = load_wording()
    sides = words.sides.get(finding.rule, words.sides["default"])
    left, right = finding.left, finding.right
    if left is not None and right is not None:
        delta = finding.delta if finding.delta is not None else left - right
        compared = {"left": number(left), "right": number(right), "delta": number(delta if delta >= 0 else -delta)}
        return words.both.format(left_side=sides.left, right_side=sides.right, **compared)
    if left is not None:
        return words.only.format(side=sides.left, value=number(left))
    return words.only.format(side=sides.right, value=number(right)) if right is not None else ""


def _reason(finding: Finding, place: Places) -> str:
    """The rule's own remark, its addresses put into words, and a blank cell too."""
    reason = finding.reason.replace("“”", load_wording().blank)
    for address in sorted(finding.cells, key=len, reverse=True):
        reason = reason.replace(address, place.name(address))
    return reason


def _cells(finding: Finding, place: Places, where: str) -> str:
    """The cells, where no figures and no remark name them: the first few by name, the rest by count."""
    has_figures = finding.left is not None or finding.right is not None
    if not finding.cells or has_figures or any(address in finding.reason for address in finding.cells):
        return ""
    words = load_wording()
    named = "、".join(place.name(address).removeprefix(where) for address in finding.cells[:NAMED_CELLS])
    more = words.and_more.format(count=len(finding.cells)) if len(finding.cells) > NAMED_CELLS else ""
    return words.cells.format(cells=named + more)


def _diagnosis(suspects: Sequence[Suspect], place: Places) -> str:
    if not suspects:
        return ""
    words = load_wording()
    named = [_suspicion(suspect, place) for suspect in suspects[:NAMED_CAUSES]]
    more = words.more_causes.format(count=len(suspects) - NAMED_CAUSES) if len(suspects) > NAMED_CAUSES else ""
    return words.diagnosis.format(causes=words.alternative.join(named) + more)


def _suspicion(suspect: Suspect, place: Places) -> str:
    words = load_wording()
    named = [_suggestion(place.name(address), value) for address, value in suspect.cells[:NAMED_CELLS]]
    if len(suspect.cells) > NAMED_CELLS:
        named[-1] += words.and_more.format(count=len(suspect.cells))
    suggestions, cause = "、".join(named), words.causes.get(suspect.cause, suspect.cause)
    return words.cause.format(cause=cause, suggestions=suggestions) if cause and named else cause or suggestions


def _suggestion(place: str, value: Number | None) -> str:
    words = load_wording()
    if value is None:
        return words.suggestion_open.format(place=place)
    return words.suggestion.format(place=place, value=number(value))
