"""Read the rules (rules/*.yml): their sentence, authority, severity and what they ask, or say what is wrong with them.

A rule's `kind` says which question it puts, and so which other keys it has: one class for each kind, here for those put to one
report, in survey_rule.py for those put to all reports of a year.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator, model_validator

from expectations.base_rule import BaseRule, Patterns, cells_of, unknown_addresses
from expectations.equation import Equation, parse_equation
from expectations.form import Form, Table, load_forms, load_yaml
from expectations.survey_rule import CalendarRule, HierarchyRule, LikenessRule, ScopeRule
from tasks.errors import BadForm

RULES = Path(__file__).parent / "rules"


class EquationRule(BaseRule):
    """Both sides must be equal (or <=, >=) in every column or row of a table, within `tolerance`.

    for_each column: the equation names rows (a group's name stands for all rows of the group); for_each row: columns, in the
    rows listed (all, when none are). `previous.` before a key means last year's report. `excuses`: what makes a broken
    equation not assessable (reorganisation: 机构改革 of the agency itself).
    """

    kind: Literal["equation"]
    table: str
    for_each: Literal["row", "column"]
    equation: str
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    tolerance: int = 0
    excuses: tuple[Literal["reorganisation"], ...] = ()

    @field_validator("equation")
    @classmethod
    def _parses(cls, equation: str) -> str:
        parse_equation(equation)
        return equation

    def parsed(self) -> Equation:
        """The equation as terms."""
        return parse_equation(self.equation)

    def subjects(self, table: Table) -> tuple[str, ...]:
        """The columns or rows of a table in which the equation is stated."""
        if self.for_each == "column":
            return self.columns or tuple(table.columns)
        return self.rows or tuple(leaf.key for leaf in table.leaves())

    def unknown_keys(self, form: Form) -> tuple[str, ...]:
        """Its rows and columns that the form does not have."""
        table = form.tables.get(self.table)
        if table is None:
            return (f"table {self.table}",)
        terms = [term.key for term in (*self.parsed().left, *self.parsed().right)]
        rows = [*self.rows, *(terms if self.for_each == "column" else ())]
        columns = [*self.columns, *(terms if self.for_each == "row" else ())]
        bad_rows = [f"row {key}" for key in rows if not table.expand(key)]
        return (*bad_rows, *(f"column {key}" for key in columns if key not in table.columns))


class ValueRule(BaseRule):
    """Every printed figure must be of a kind: `number` (what its column takes), `filled` (no blank)."""

    kind: Literal["value"]
    check: Literal["number", "filled"]


class EditionRule(BaseRule):
    """The form's edition must be the one of the report year."""

    kind: Literal["edition"]


class NarrativeRule(BaseRule):
    """A number that the text states must equal one of the sums of cells that are usual for its measure.

    claims: measure → ways of counting; a way is the addresses it adds (a group's row stands for all rows of the group).
    measures: what each measure is called. doubtful: measure → a pattern; what a sentence that matches says may be another
    matter, and accuses nobody.
    """

    kind: Literal["narrative"]
    claims: dict[str, tuple[tuple[str, ...], ...]]
    measures: dict[str, str]
    doubtful: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_its_measures(self) -> NarrativeRule:
        if set(self.measures) != set(self.claims) or set(self.doubtful) - set(self.claims):
            raise ValueError("measures names exactly the measures of claims, and doubtful none but those")
        return self

    def unknown_keys(self, form: Form) -> tuple[str, ...]:
        """Its addresses that no way of counting can use in the form: those of a measure that has no way there at all."""
        known = load_forms()
        return tuple(
            f"address {address}"
            for ways in self.claims.values()
            for address in (address for way in ways for address in way)
            if not any(cells_of(address, other) for other in known)
        )


class ZeroRule(BaseRule):
    """The figures of some rows of a table must be 0 for the agencies that the rule concerns."""

    kind: Literal["zero"]
    table: str
    rows: tuple[str, ...]

    def unknown_keys(self, form: Form) -> tuple[str, ...]:
        """Its rows that the form does not have."""
        table = form.tables.get(self.table)
        return tuple(f"row {row}" for row in self.rows if table is None or not table.expand(row))


class Ceiling(BaseModel):
    """The most that is plausible for some agencies: by type, by the register's level, or by a pattern of the name."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    label: str
    most: int
    types: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    names: str = ""


class AmountRule(BaseRule):
    """A sum of money must be plausible for its agency and against last year's, else another unit was meant.

    units: what one of a printed unit is in the form's (blank: none printed). factor: what the slip of units multiplies by;
    a figure that is factor times last year's, give or take `leeway` times, has it. ceilings: the first that fits; the last is
    for all.
    """

    kind: Literal["amount"]
    address: str
    units: dict[str, Decimal]
    factor: int
    leeway: int
    ceilings: tuple[Ceiling, ...] = Field(min_length=1)

    def unknown_keys(self, form: Form) -> tuple[str, ...]:
        """Its address, where the form does not have it."""
        return unknown_addresses((self.address,), form)


class JumpRule(BaseRule):
    """Large counts must not be more than `factor` times last year's or less than that part of them. least: what is large."""

    kind: Literal["jump"]
    addresses: tuple[str, ...]
    factor: int
    least: int

    def unknown_keys(self, form: Form) -> tuple[str, ...]:
        """Its addresses that the form does not have."""
        return unknown_addresses(self.addresses, form)


class StructureRule(BaseRule):
    """The report's parts and its text. What is asked is `check`'s:

    tables, sections: all are there. filled: a section has `least` characters. mentioned: a section says something of each
    pattern. absent: no section says anything of a pattern. explained: where a figure of `addresses` is not 0, the section says
    something of each pattern. year: the period and each year that a pattern finds (its group) are
    the report's. signed: the name that a pattern finds (its group) in the section's last lines, or that one of `openings` finds
    in the preamble, is the agency's. (So, too, the year that one of `openings` finds.)
    """

    kind: Literal["structure"]
    check: Literal["tables", "sections", "filled", "mentioned", "absent", "explained", "year", "signed"]
    section: str = ""
    addresses: tuple[str, ...] = ()
    least: int = 0
    patterns: Patterns = ()
    openings: Patterns = ()
    places: str = ""

    def unknown_keys(self, form: Form) -> tuple[str, ...]:
        """Its addresses that the form does not have."""
        return unknown_addresses(self.addresses, form)


class ChangeRule(BaseRule):
    """The figures must not change after publication."""

    kind: Literal["change"]


ReportRule = (
    EquationRule | ValueRule | EditionRule | NarrativeRule | ChangeRule | ZeroRule | AmountRule | JumpRule | StructureRule
)
SurveyRule = CalendarRule | LikenessRule | HierarchyRule | ScopeRule
Rule = ReportRule | SurveyRule


class _Rules(RootModel[tuple[Annotated[Rule, Field(discriminator="kind")], ...]]):
    pass


@cache
def load_rules(folder: Path = RULES) -> tuple[Rule, ...]:
    """All rules, by file and order in it. Raises BadForm for a file, key, row or column that is wrong."""
    rules: list[Rule] = []
    for path in sorted(folder.glob("*.yml")):
        for rule in rules_of(path):
            if any(rule.id == other.id for other in rules):
                raise BadForm(f"rule {rule.id} is declared twice", where=str(path), remedy="Give one of them another id.")
            _check_keys(rule, path)
            rules.append(rule)
    if not rules:
        raise BadForm("no rule", where=str(folder), expected="at least one *.yml", remedy="Reinstall gouji.")
    return tuple(rules)


def rules_of(path: Path) -> tuple[Rule, ...]:
    """The rules of one file, in its order. Raises BadForm where its shape is wrong."""
    return load_yaml(path, _Rules).root


@cache
def rules_by_id() -> dict[str, Rule]:
    """Every rule by its id."""
    return {rule.id: rule for rule in load_rules()}


def rule_for(rule_id: str) -> Rule:
    """The rule of an id. Raises BadForm when there is none."""
    if rule_id in rules_by_id():
        return rules_by_id()[rule_id]
    raise BadForm(f"no rule {rule_id!r}", remedy="`gouji rules` lists all of them.")


def _check_keys(rule: Rule, path: Path) -> None:
    for form in load_forms():
        unknown = ", ".join(rule.unknown_keys(form)) if rule.applies_to(form.edition) else ""
        if unknown:
            where = f"{path}, rule {rule.id}"
            raise BadForm(
                f"the {form.edition} form has no {unknown}", where=where, remedy="Correct the key or limit the rule's editions."
            )
