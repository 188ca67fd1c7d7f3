"""A night's batch as data frames, one for each group of rules that asks about the same rows.

Equations: a wide frame for each table, edition and direction (a row per agency, year and column, a column per row key, or
the other way round, with last year's as `previous.<key>`). Values, editions, narrative: a row per figure, table, measure stated.
A figure that was not read with certainty counts as missing: a slip of ours is nobody's broken rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from expectations.base_rule import cells_of
from expectations.form import Form, Table, edition_for, form_for, load_forms, load_yaml, split_address
from expectations.rule import EditionRule, EquationRule, NarrativeRule, Rule, ValueRule
from expectations.suite_checks import PREVIOUS, Check, equation_check
from expectations.suite_dense import Dense, densify
from expectations.suite_told import told_frame

DOCS_ZH = Path(__file__).parent / "docs_zh"
SUBJECT = ["agency_id", "agency", "year", "table", "row", "column"]
LABELS = ["table_label", "row_label", "column_label"]
_REPORT = ["agency_id", "year"]
_OTHER = {"column": "row", "row": "column"}


class Labels(BaseModel):
    """docs_zh/labels.yml: the words of the Data Docs."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    site: str
    axes: dict[str, str]
    titles: dict[str, str]
    severities: dict[str, str]
    status: dict[str, str]
    rule: str
    counts: str
    columns: dict[str, str]
    page: dict[str, str]
    translate: dict[str, str]


@dataclass(frozen=True, eq=False, slots=True)
class Batch:
    """A night's reports as tidy frames. `amount` is a figure × 10⁶, missing where blank or not read with certainty.

    tables: agency_id, agency, year, table, edition (blank where the labels fit every edition).
    figures: agency_id, year, table, row, column, raw, semantics (missing where not read with certainty), amount.
    previous: the same of last year's reading, under this year's agency_id and year.
    claims: agency_id, year, measure, stated (× 10⁶).
    told: agency_id, agency, year, rule, is_held, reason: what reconcile found by the rules of no other frame.
    """

    tables: pd.DataFrame
    figures: pd.DataFrame
    previous: pd.DataFrame
    claims: pd.DataFrame
    told: pd.DataFrame | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """Rows and the checks put to them: one Great Expectations suite. Every row names its subject and its labels."""

    name: str
    title: str
    rows: pd.DataFrame
    checks: tuple[Check, ...]


@cache
def labels() -> Labels:
    """The words of the Data Docs. Raises BadForm when labels.yml is wrong."""
    return load_yaml(DOCS_ZH / "labels.yml", Labels)


@dataclass(frozen=True, eq=False, slots=True)
class _Night:
    """A batch whose tables say by which edition to read them, with its figures and last year's as arrays."""

    batch: Batch
    now: Dense
    before: Dense


def build_frames(batch: Batch, rules: Sequence[Rule]) -> tuple[Frame, ...]:
    """Every frame of a batch that has rows, with the checks that the rules state for it."""
    batch = _settled(batch)
    reports = batch.tables[_REPORT].drop_duplicates()
    night = _Night(batch, densify(batch.figures, reports), densify(batch.previous, reports))
    frames = [
        *_equation_frames(night, rules),
        *_value_frames(batch, rules),
        *_edition_frames(batch, rules),
        *_narrative_frames(night, rules),
        *_told_frames(batch, rules),
    ]
    return tuple(frame for frame in frames if len(frame.rows))


def _settled(batch: Batch) -> Batch:
    """The batch with each table's edition as `recognised` (missing where blank), and `edition` the one to read it by."""
    newest = load_forms()[-1].edition
    common = [name for name, table in form_for(newest).tables.items() if _is_common(name, table)]
    is_told = batch.tables["edition"] != ""
    is_newest = ~is_told | batch.tables["table"].isin(common)
    tables = batch.tables.assign(
        recognised=batch.tables["edition"].where(is_told), edition=batch.tables["edition"].mask(is_newest, newest)
    )
    return replace(batch, tables=tables)


def _is_common(name: str, table: Table) -> bool:
    return all(form.tables.get(name) == table for form in load_forms())


def _equation_frames(night: _Night, rules: Sequence[Rule]) -> Iterable[Frame]:
    groups: dict[tuple[str, str, str, tuple[str, ...]], list[EquationRule]] = {}
    for form in load_forms():
        for rule in rules:
            if isinstance(rule, EquationRule) and rule.applies_to(form.edition):
                groups.setdefault((form.edition, rule.table, rule.for_each, rule.rows), []).append(rule)
    for (edition, name, axis, rows), members in groups.items():
        table = form_for(edition).tables[name]
        wide = _wide(night, name, edition, axis)
        if rows and axis == "row":
            wide = wide[wide["row"].isin([leaf for key in rows for leaf in table.expand(key)])]
        words = labels()
        scope = "".join(f"，{leaf.label}" for leaf in table.leaves() if leaf.key in rows)
        pattern = words.titles["common" if _is_common(name, table) else "equation"]
        title = pattern.format(heading=table.heading, edition=edition, axis=words.axes[axis], scope=scope)
        checks = tuple(equation_check(rule, table) for rule in members)
        yield Frame("-".join((name, edition, axis, *rows)), title, wide, checks)


def _wide(night: _Night, name: str, edition: str, axis: str) -> pd.DataFrame:
    """A row for each report with such a table and each of its columns (or rows), a column for each row (or column)."""
    table = form_for(edition).tables[name]
    rows, columns = [leaf.key for leaf in table.leaves()], list(table.columns)
    along, across = (columns, rows) if axis == "column" else (rows, columns)
    lines = [[(name, each, key) if axis == "column" else (name, key, each) for each in across] for key in along]
    tables = night.batch.tables
    reports = tables[(tables["table"] == name) & (tables["edition"] == edition)].sort_values(_REPORT)
    of = night.now.rows_of(reports)
    figures = night.now.columns(of, lines, across)
    figures |= night.before.columns(of, lines, [f"{PREVIOUS}{key}" for key in across])
    subject = {key: _categories(reports[key]).repeat(len(along)) for key in (*_REPORT, "agency")}
    wide = pd.DataFrame(figures | subject | _place_columns(name, table, axis, along, len(reports)))
    return wide[night.now.has(of, lines)].reset_index(drop=True)


def _categories(values: pd.Series[Any]) -> Any:
    """Texts as categories, which are repeated at no cost; numbers as they are."""
    return values.to_numpy() if pd.api.types.is_numeric_dtype(values) else pd.Categorical(values)


def _place_columns(name: str, table: Table, axis: str, along: Sequence[str], count: int) -> dict[str, Any]:
    """The table, row and column of every line of so many reports, and their labels."""
    words = {key: column.label for key, column in table.columns.items()}
    words = words if axis == "column" else {leaf.key: leaf.label for leaf in table.leaves()}
    size = count * len(along)
    lines = np.tile(np.arange(len(along)), count)
    return {
        "table": _same(name, size),
        "table_label": _same(table.heading, size),
        axis: pd.Categorical.from_codes(lines, categories=pd.Index(along)),
        f"{axis}_label": pd.Categorical([words[key] for key in along]).take(lines),
        _OTHER[axis]: _same("", size),
        f"{_OTHER[axis]}_label": _same("", size),
    }


def _same(text: str, size: int) -> Any:
    return pd.Categorical.from_codes(np.zeros(size, dtype=np.int8), categories=pd.Index([text]))


def _labelled(frame: pd.DataFrame, edition: str) -> pd.DataFrame:
    """The frame with the official labels of its table, rows and columns (blank where the rule names none)."""
    form = form_for(edition)
    named = frame.assign(table_label=frame["table"].map({name: table.heading for name, table in form.tables.items()}))
    named[["row_label", "column_label"]] = ""
    for name, table in form.tables.items():
        is_its = (frame["table"] == name).to_numpy()
        if is_its.any():
            for axis, words in (
                ("row", {leaf.key: leaf.label for leaf in table.leaves()}),
                ("column", {key: column.label for key, column in table.columns.items()}),
            ):
                named.loc[is_its, f"{axis}_label"] = frame.loc[is_its, axis].map(words).fillna("")
    return named


def _value_frames(batch: Batch, rules: Sequence[Rule]) -> Iterable[Frame]:
    groups: dict[tuple[str, ...], list[ValueRule]] = {}
    for rule in rules:
        if isinstance(rule, ValueRule):
            groups.setdefault(rule.editions, []).append(rule)
    for editions, members in groups.items():
        parts = [_values(batch, form) for form in load_forms() if not editions or form.edition in editions]
        figures = pd.concat(parts, ignore_index=True)
        checks = tuple(Check(rule, str(rule.check), ("raw", "semantics", "amount", "kind")) for rule in members)
        yield Frame("-".join(("figures", *editions)), labels().titles["value"], figures, checks)


def _values(batch: Batch, form: Form) -> pd.DataFrame:
    kinds = {(name, key): column.value for name, table in form.tables.items() for key, column in table.columns.items()}
    reports = batch.tables[batch.tables["edition"] == form.edition].drop(columns=["edition", "recognised"])
    figures = batch.figures.merge(reports, on=[*_REPORT, "table"])
    figures["kind"] = [kinds.get(pair) for pair in zip(figures["table"], figures["column"], strict=True)]
    figures["amount"] = figures["amount"].fillna(0)  # `semantics` says whether there is a number
    return _labelled(figures, form.edition)


def _edition_frames(batch: Batch, rules: Sequence[Rule]) -> Iterable[Frame]:
    members = [rule for rule in rules if isinstance(rule, EditionRule)]
    if members and len(batch.tables):
        years = {int(year): edition_for(int(year)) for year in batch.tables["year"].unique()}
        parts = [_labelled(part.assign(row="", column=""), str(edition)) for edition, part in batch.tables.groupby("edition")]
        tables = pd.concat(parts, ignore_index=True)
        tables["expected"] = tables["year"].map(years)
        tables["recognised"] = tables["recognised"].mask(_is_doubtful(batch, tables))
        yield Frame(
            "editions",
            labels().titles["edition"],
            tables,
            tuple(Check(rule, "edition", ("recognised", "expected")) for rule in members),
        )


def _is_doubtful(batch: Batch, tables: pd.DataFrame) -> pd.Series[bool]:
    """Whether a report has a figure, in a table of the wrong edition, that was not read with certainty."""
    stale = tables[tables["recognised"] != tables["expected"]][[*_REPORT, "table"]]
    unsure = batch.figures[batch.figures["semantics"].isna()].merge(stale, on=[*_REPORT, "table"])
    doubtful = pd.MultiIndex.from_frame(tables[_REPORT]).isin(pd.MultiIndex.from_frame(unsure[_REPORT]))
    return pd.Series(doubtful, index=tables.index)


def _narrative_frames(night: _Night, rules: Sequence[Rule]) -> Iterable[Frame]:
    for rule in rules:
        if isinstance(rule, NarrativeRule):
            columns = tuple(f"sum_{position}" for position in range(max(len(ways) for ways in rule.claims.values())))
            forms = [form for form in load_forms() if rule.applies_to(form.edition)]
            claims = pd.concat([_claims(night, rule, form, columns) for form in forms], ignore_index=True)
            yield Frame(
                f"claims-{rule.id}", labels().titles["narrative"], claims, (Check(rule, "narrative", ("stated", *columns)),)
            )


def _claims(night: _Night, rule: NarrativeRule, form: Form, columns: tuple[str, ...]) -> pd.DataFrame:
    """A row for each measure that a report states where its table is of this edition, with the sums that may explain it."""
    tables, parts = night.batch.tables, []
    for measure, ways in rule.claims.items():
        sums = [cells for way in ways if (cells := [cell for address in way for cell in cells_of(address, form)])]
        if not sums:
            continue
        name, _, total = split_address(sums[0][0])
        reports = tables[(tables["table"] == name) & (tables["edition"] == form.edition)]
        claims = night.batch.claims
        told = claims[claims["measure"] == measure].merge(reports, on=_REPORT)
        told = told.assign(row=measure, column=total).reset_index(drop=True)
        for column, cells in zip(columns, (*sums, *[sums[0]] * len(columns)), strict=False):
            told[column] = _sum(night.now, told, cells)
        parts.append(_one_each(told, columns))
    subject = [*SUBJECT, "stated", *columns]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=subject)
    return _labelled(rows[subject], form.edition)


def _one_each(told: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """A report's claims of one measure as one row: the one that fits a sum of the table, else their sum, else the first."""
    together = told.assign(stated=told.groupby(_REPORT)["stated"].transform("sum"))
    either = pd.concat([told, together.drop_duplicates(_REPORT)])
    fits = either[list(columns)].eq(either["stated"], axis=0).any(axis=1)
    return pd.concat([either[fits], told]).drop_duplicates(_REPORT).sort_index()


def _told_frames(batch: Batch, rules: Sequence[Rule]) -> Iterable[Frame]:
    if batch.told is not None and len(batch.told):
        yield Frame("told", labels().titles["told"], *told_frame(batch.told, rules))


def _sum(now: Dense, reports: pd.DataFrame, cells: Sequence[str]) -> Any:
    """Of each report the sum of some figures, missing where one of them is."""
    parts = now.columns(now.rows_of(reports), [[split_address(cell) for cell in cells]], cells)
    return sum((pd.Series(part, index=reports.index) for part in parts.values()), start=pd.Series(0, index=reports.index))
