"""Say a finding in one plain sentence: 单位 · 年度 · 表/行/列 · 左值/右值/差 · 可能原因 · 依据.

The words are data (wording.yml, and wording.en.yml for English); labels come from the official form of the table's own edition,
and stay Chinese in every language, so that a reader finds the cell. The Chinese sentence is the one that notices are known by.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from expectations.form import Form, Row, Table, edition_for, form_for, load_forms, split_address
from tasks.alert.rule_words import remark_in, says_in
from tasks.alert.wording import CANONICAL, load_wording
from tasks.records import Finding, Number, Suspect

PREVIOUS = "previous:"  # before the address of a cell of last year's report
NAMED_CELLS = 3
NAMED_CAUSES = 2


def say(finding: Finding, agency: str, editions: Sequence[tuple[str, str]] = (), language: str = CANONICAL) -> str:
    """The finding's sentence. `editions` are the (table, edition) pairs that the report was recognised to use."""
    words, place = load_wording(language), Places(finding.year, editions, language)
    marks, where = words.marks, place.name(finding.scope)
    causes = likely_cause(finding, editions, language)
    diagnosis = words.diagnosis.format(causes=causes) if causes else ""
    facts = [_comparison(finding, language), _reason(finding, place), _cells(finding, place, where), diagnosis]
    body = marks.between.join(part.rstrip(marks.end) for part in facts if part)
    told = f"{where}{marks.where}{body}" if where and body else where or body
    basis = f"{words.basis}{says_in(language, finding.rule, finding.says).rstrip(marks.end)}"
    parts = (marks.end + marks.gap).join(part for part in (told, basis) if part)
    return f"{head(agency, finding.year, language)}{marks.whose}{parts}{marks.end}"


def head(agency: str, year: int | None, language: str = CANONICAL) -> str:
    """Whose report of which year: how every sentence begins."""
    return load_wording(language).head.format(agency=agency, year=year_name(year, language))


def year_name(year: int | None, language: str = CANONICAL) -> str:
    """The report year (年度), or that it is not known."""
    return load_wording(language).unknown_year if year is None else str(year)


def likely_cause(finding: Finding, editions: Sequence[tuple[str, str]], language: str = CANONICAL) -> str:
    """Our guess at the cause; blank where there is none."""
    words, place, suspects = load_wording(language), Places(finding.year, editions, language), finding.suspects
    named = [_suspicion(suspect, place) for suspect in suspects[:NAMED_CAUSES]]
    more = words.more_causes.format(count=len(suspects) - NAMED_CAUSES) if len(suspects) > NAMED_CAUSES else ""
    return words.alternative.join(named) + more


def place_name(scope: str) -> str:
    """A row, column or table in words, by the latest form; the scope itself where the form has none such."""
    return Places(None, ()).name(scope) or scope


def split_sentence(sentence: str, language: str = CANONICAL) -> tuple[str, str, str]:
    """A sentence as (whose report, what is found, by which rule)."""
    words = load_wording(language)
    whose, _, rest = sentence.partition(words.marks.whose)
    found, _, basis = rest.rpartition(words.basis)
    return (whose, found.rstrip(), words.basis + basis) if words.basis in rest else (whose, rest, "")


def facts_of(sentence: str) -> str:
    """What a Chinese sentence says of the figures: an agency's new name or a rule's new wording is no change of theirs."""
    return split_sentence(sentence)[1]


def figures_of(sentence: str) -> str:
    """Its facts without our guess at their cause."""
    return _split_facts(sentence)[0]


def cause_of(sentence: str) -> str:
    """The cause that a Chinese sentence guesses at; blank where it has none."""
    return _split_facts(sentence)[1]


def _split_facts(sentence: str) -> tuple[str, str]:
    words = load_wording()
    mark = words.diagnosis.partition("{")[0]
    figures, _, cause = facts_of(sentence).partition(mark)
    return figures.rstrip(words.marks.between + words.marks.end), cause.rstrip(words.marks.end)


def number(value: Number) -> str:
    """12, 0.5: no exponent, no trailing zeros."""
    if isinstance(value, Decimal):
        return str(int(value)) if value == value.to_integral_value() else f"{value.normalize():f}"
    return str(value)


class Places:
    """Names of form addresses in the editions that one report uses, in a language."""

    def __init__(self, year: int | None, editions: Sequence[tuple[str, str]], language: str = CANONICAL) -> None:
        self.language = language
        self._editions = dict(editions)
        self._usual = (edition_for(year) if year is not None else None) or load_forms()[-1].edition

    def name(self, scope: str) -> str:
        """`applications.*.natural`, `applications.new.*`, `applications` or an address, in words; blank for the whole report."""
        words = load_wording(self.language).place
        if scope.startswith(PREVIOUS):
            return words.previous.format(place=self.name(scope.removeprefix(PREVIOUS)))
        table_key, row, column = split_address(scope) if scope.count(".") > 1 else (*_two(scope), "*")
        table = self._form(table_key).tables.get(table_key)
        if table is None:
            return ""
        if row and not table.expand(row) and table.expand(f"{row}.{column}"):  # a row of two parts, and no column
            row, column = f"{row}.{column}", "*"
        row_label = _row_label(table, row, words.in_group) if table.expand(row) else ""
        column_label = table.columns[column].label if column in table.columns else ""
        in_row, in_table = (words.cell, words.column) if column_label else (words.row, words.table)
        pattern = in_row if row_label else in_table
        labels = {"row": row_label, "column": column_label, "row_key": row, "column_key": column}
        return pattern.format(number=table.heading.partition("、")[0], **labels)

    def _form(self, table: str) -> Form:
        return form_for(self._editions.get(table) or self._usual)


def _two(scope: str) -> tuple[str, str]:
    table, _, row = scope.partition(".")
    return table, row


def _row_label(table: Table, key: str, in_group: str) -> str:
    """A row's label, with its group's before it: the same label stands in several groups (其他)."""
    labels: list[str] = []
    rows: dict[str, Row] = table.rows
    for part in key.split(".") if key else ():
        labels.append(rows[part].label)
        rows = rows[part].rows
    return in_group.format(group=labels[0], row=labels[-1]) if len(labels) > 1 else "".join(labels)


def _comparison(finding: Finding, language: str) -> str:
    words = load_wording(language)
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
    reason = remark_in(place.language, finding.reason).replace("“”", load_wording(place.language).blank)
    for address in sorted(finding.cells, key=len, reverse=True):
        reason = reason.replace(address, place.name(address))
    return reason


def _cells(finding: Finding, place: Places, where: str) -> str:
    """The cells, where no figures and no remark name them: the first few by name, the rest by count."""
    has_figures = finding.left is not None or finding.right is not None
    if not finding.cells or has_figures or any(address in finding.reason for address in finding.cells):
        return ""
    words = load_wording(place.language)
    names = [place.name(address).removeprefix(where) for address in finding.cells[:NAMED_CELLS]]
    named = words.marks.series.join(name.removeprefix(words.place.joint) for name in names)
    more = words.and_more.format(count=len(finding.cells)) if len(finding.cells) > NAMED_CELLS else ""
    return words.cells.format(cells=named + more)


def _suspicion(suspect: Suspect, place: Places) -> str:
    words = load_wording(place.language)
    named = [_suggestion(place, address, value) for address, value in suspect.cells[:NAMED_CELLS]]
    if len(suspect.cells) > NAMED_CELLS:
        named[-1] += words.and_more.format(count=len(suspect.cells))
    suggestions, cause = words.marks.series.join(named), words.causes.get(suspect.cause, suspect.cause)
    return words.cause.format(cause=cause, suggestions=suggestions) if cause and named else cause or suggestions


def _suggestion(place: Places, address: str, value: Number | None) -> str:
    words = load_wording(place.language)
    if value is None:
        return words.suggestion_open.format(place=place.name(address))
    return words.suggestion.format(place=place.name(address), value=number(value))
