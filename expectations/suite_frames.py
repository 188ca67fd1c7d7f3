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

import pandas as pd
from pydantic import BaseModel, ConfigDict

from expectations.base_rule import cells_of
from expectations.form import Form, Table, edition_for, form_for, load_forms, load_yaml, split_address
from expectations.rule import EditionRule, EquationRule, NarrativeRule, Rule, ValueRule
from expectations.suite_checks import PREVIOUS, Check, equation_check

DOCS_ZH = Path(__file__).parent / "docs_zh"
SUBJECT = ["agency_id", "agency", "year", "table", "row", "column"]
LABELS = ["table_label", "row_label", "column_label"]
_REPORT = ["agency_id", "year"]


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
    """

    tables: pd.DataFrame
    figures: pd.DataFrame
    previous: pd.DataFrame
    claims: pd.DataFrame


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


def build_frames(batch: Batch, rules: Sequence[Rule]) -> tuple[Frame, ...]:
    """Every frame of a batch that has rows, with the checks that the rules state for it."""
    batch = _settled(batch)
    frames = [
        *_equation_frames(batch, rules),
        *_value_frames(batch, rules),
        *_edition_frames(batch, rules),
        *_narrative_frames(batch, rules),
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


def _equation_frames(batch: Batch, rules: Sequence[Rule]) -> Iterable[Frame]:
    groups: dict[tuple[str, str, str, tuple[str, ...]], list[EquationRule]] = {}
    for form in load_forms():
        for rule in rules:
            if isinstance(rule, EquationRule) and rule.applies_to(form.edition):
                groups.setdefault((form.edition, rule.table, rule.for_each, rule.rows), []).append(rule)
    for (edition, name, axis, rows), members in groups.items():
        table = form_for(edition).tables[name]
        wide = _wide(batch, name, edition, axis)
        if rows and axis == "row":
            wide = wide[wide["row"].isin([leaf for key in rows for leaf in table.expand(key)])]
        words = labels()
        scope = "".join(f"，{leaf.label}" for leaf in table.leaves() if leaf.key in rows)
        pattern = words.titles["common" if _is_common(name, table) else "equation"]
        title = pattern.format(heading=table.heading, edition=edition, axis=words.axes[axis], scope=scope)
        checks = tuple(equation_check(rule, table) for rule in members)
        yield Frame("-".join((name, edition, axis, *rows)), title, wide, checks)


def _wide(batch: Batch, name: str, edition: str, axis: str) -> pd.DataFrame:
    table = form_for(edition).tables[name]
    keys = [leaf.key for leaf in table.leaves()] if axis == "column" else list(table.columns)
    across = "row" if axis == "column" else "column"
    reports = batch.tables[(batch.tables["table"] == name) & (batch.tables["edition"] == edition)]
    now = _pivot(batch.figures[batch.figures["table"] == name], axis, across).reindex(columns=keys)
    before = _pivot(batch.previous[batch.previous["table"] == name], axis, across).reindex(columns=keys).add_prefix(PREVIOUS)
    wide = now.join(before).reset_index().merge(reports[["agency_id", "agency", "year"]], on=_REPORT)
    wide["table"], wide[across] = name, ""
    order = {
        key: position for position, key in enumerate(table.columns if axis == "column" else [leaf.key for leaf in table.leaves()])
    }
    wide = wide[wide[axis].isin(order)]
    wide = wide.sort_values([*_REPORT, axis], key=lambda keys: keys.map(order) if keys.name == axis else keys)
    return _labelled(wide, edition).reset_index(drop=True)


def _pivot(figures: pd.DataFrame, axis: str, across: str) -> pd.DataFrame:
    return figures.pivot(index=[*_REPORT, axis], columns=across, values="amount")


def _labelled(frame: pd.DataFrame, edition: str) -> pd.DataFrame:
    """The frame with the official labels of its table, rows and columns (blank where the rule names none)."""
    form = form_for(edition)
    tables = {name: table.heading for name, table in form.tables.items()}
    rows = {(name, leaf.key): leaf.label for name, table in form.tables.items() for leaf in table.leaves()}
    columns = {(name, key): column.label for name, table in form.tables.items() for key, column in table.columns.items()}
    return frame.assign(
        table_label=frame["table"].map(tables),
        row_label=[rows.get(pair, "") for pair in zip(frame["table"], frame["row"], strict=True)],
        column_label=[columns.get(pair, "") for pair in zip(frame["table"], frame["column"], strict=True)],
    )


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


def _narrative_frames(batch: Batch, rules: Sequence[Rule]) -> Iterable[Frame]:
    for rule in rules:
        if isinstance(rule, NarrativeRule):
            columns = tuple(f"sum_{position}" for position in range(max(len(ways) for ways in rule.claims.values())))
            forms = [form for form in load_forms() if rule.applies_to(form.edition)]
            claims = pd.concat([_claims(batch, rule, form, columns) for form in forms], ignore_index=True)
            yield Frame(
                f"claims-{rule.id}", labels().titles["narrative"], claims, (Check(rule, "narrative", ("stated", *columns)),)
            )


def _claims(batch: Batch, rule: NarrativeRule, form: Form, columns: tuple[str, ...]) -> pd.DataFrame:
    """A row for each measure that a report states where its table is of this edition, with the sums that may explain it."""
    addresses = batch.figures[["table", "row", "column"]].agg(".".join, axis=1)
    wide = batch.figures.assign(address=addresses).pivot(index=_REPORT, columns="address", values="amount").reset_index()
    parts = []
    for measure, ways in rule.claims.items():
        sums = [cells for way in ways if (cells := [cell for address in way for cell in cells_of(address, form)])]
        if not sums:
            continue
        name, _, total = split_address(sums[0][0])
        reports = batch.tables[(batch.tables["table"] == name) & (batch.tables["edition"] == form.edition)]
        told = batch.claims[batch.claims["measure"] == measure].merge(reports, on=_REPORT).merge(wide, on=_REPORT)
        told = told.assign(row=measure, column=total).reset_index(drop=True)
        for column, cells in zip(columns, (*sums, *[sums[0]] * len(columns)), strict=False):
            told[column] = _sum(told, cells)
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


def _sum(frame: pd.DataFrame, cells: Sequence[str]) -> pd.Series[Any]:
    known = [frame[cell] if cell in frame else pd.Series(pd.NA, index=frame.index, dtype="Int64") for cell in cells]
    total = known[0]
    for part in known[1:]:
        total = total + part
    return total
