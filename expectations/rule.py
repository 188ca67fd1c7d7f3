"""Read the rules (rules/*.yml): their sentence, authority, severity and equation, or say what is wrong with them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, RootModel, model_validator

from expectations.form import Form, load_forms, load_yaml
from tasks.errors import BadForm

RULES = Path(__file__).parent / "rules"
_TERM = re.compile(r"\s*([+-]?)\s*(previous\.)?([a-z][a-z_.]*)")


class Term(BaseModel):
    """One addend of an equation: its sign, a row or column key, and whether last year's report is meant."""

    model_config = ConfigDict(frozen=True)
    sign: Literal[1, -1]
    previous: bool
    key: str


class Equation(BaseModel):
    """left = right, each a sum of terms."""

    model_config = ConfigDict(frozen=True)
    left: tuple[Term, ...]
    right: tuple[Term, ...]

    @property
    def looks_back(self) -> bool:
        """Whether last year's report is needed."""
        return any(term.previous for term in (*self.left, *self.right))


class Rule(BaseModel):
    """One rule of the catalogue. `kind` says which other keys it has; severity is error 错误, warning 疑似 or info 提示."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    title: str
    says: str
    authority: str
    kind: Literal["equation", "value", "edition", "narrative", "change"]
    severity: Literal["error", "warning", "info"]
    table: str | None = None
    for_each: Literal["row", "column"] | None = None
    rows: tuple[str, ...] = ()
    editions: tuple[str, ...] = ()
    equation: str | None = None
    check: Literal["number", "filled"] | None = None
    claims: dict[str, tuple[tuple[str, ...], ...]] = {}

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Rule:
        needs = {"equation": ("table", "for_each", "equation"), "value": ("check",), "narrative": ("table", "claims")}
        missing = [key for key in needs.get(self.kind, ()) if not getattr(self, key)]
        if missing:
            raise ValueError(f"rule {self.id} of kind {self.kind} lacks {', '.join(missing)}")
        if self.equation:
            parse_equation(self.equation)
        return self

    def parsed(self) -> Equation:
        """The equation as terms. ValueError for a rule that has none."""
        if self.equation is None:
            raise ValueError(f"rule {self.id} has no equation")
        return parse_equation(self.equation)

    def applies_to(self, edition: str) -> bool:
        """Whether the rule is stated for an edition of the form."""
        return not self.editions or edition in self.editions


class _Rules(RootModel[tuple[Rule, ...]]):
    pass


def parse_equation(text: str) -> Equation:
    """`new + carried_in = concluded + carried_out` → terms. ValueError says what does not parse."""
    sides = text.split("=")
    if len(sides) != 2:
        raise ValueError(f"equation {text!r} has {len(sides) - 1} equals signs; it needs one")
    return Equation(left=_terms(sides[0], text), right=_terms(sides[1], text))


def _terms(side: str, text: str) -> tuple[Term, ...]:
    terms, position = [], 0
    side = side.strip()
    while position < len(side):
        match = _TERM.match(side, position)
        if match is None or (position and not match[1]):
            raise ValueError(f"equation {text!r}: {side[position:]!r} is not a term such as `+ carried_in`")
        terms.append(Term(sign=-1 if match[1] == "-" else 1, previous=bool(match[2]), key=match[3]))
        position = match.end()
        while position < len(side) and side[position].isspace():
            position += 1
    if not terms:
        raise ValueError(f"equation {text!r} has an empty side")
    return tuple(terms)


@cache
def load_rules(folder: Path = RULES) -> tuple[Rule, ...]:
    """All rules, by file and order in it. Raises BadForm for a file, key, row or column that is wrong."""
    rules: list[Rule] = []
    for path in sorted(folder.glob("*.yml")):
        for rule in load_yaml(path, _Rules).root:
            if any(rule.id == other.id for other in rules):
                raise BadForm(f"rule {rule.id} is declared twice", where=str(path), remedy="Give one of them another id.")
            _check_keys(rule, path)
            rules.append(rule)
    if not rules:
        raise BadForm("no rule", where=str(folder), expected="at least one *.yml", remedy="Reinstall gouji.")
    return tuple(rules)


def rule_for(rule_id: str) -> Rule:
    """The rule of an id. Raises BadForm when there is none."""
    for rule in load_rules():
        if rule.id == rule_id:
            return rule
    raise BadForm(f"no rule {rule_id!r}", remedy="`gouji rules` lists all of them.")


def _check_keys(rule: Rule, path: Path) -> None:
    for form in load_forms():
        if rule.table is None or not rule.applies_to(form.edition):
            continue
        unknown = _unknown_keys(rule, form)
        if unknown:
            where = f"{path}, rule {rule.id}"
            raise BadForm(
                f"the {form.edition} form has no {unknown}", where=where, remedy="Correct the key or limit the rule's editions."
            )


def _unknown_keys(rule: Rule, form: Form) -> str:
    table = form.tables.get(rule.table or "")
    if table is None:
        return f"table {rule.table}"
    terms = (*rule.parsed().left, *rule.parsed().right) if rule.equation else ()
    named = [term.key for term in terms] if rule.for_each == "column" else []
    named += [*rule.rows, *(key for sums in rule.claims.values() for keys in sums for key in keys)]
    columns = [term.key for term in terms] if rule.for_each == "row" else []
    bad = [f"row {key}" for key in named if not table.expand(key)] + [
        f"column {key}" for key in columns if key not in table.columns
    ]
    return ", ".join(bad)
