"""A report's equations as one linear system: which figures each adds or takes away, and by how much it fails.

Hard constraints are the form's own identities, of this report and of last year's (addresses of last year's begin with
`previous:`). Evidence is what only speaks for or against an explanation: the continuity equations between the two years, and
the numbers of the text, each of which several ways of counting may satisfy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from expectations.localising import load_prices
from expectations.rule import EquationRule, NarrativeRule, load_rules
from tasks.reconcile.equations import PREVIOUS, Instance, instances
from tasks.reconcile.narrative import own_claims, scope_of, ways_of
from tasks.records import Cell, Number, Report, Severity

Key = tuple[str, str]  # rule, scope; the scope of last year's begins with `previous:`
Change = Mapping[str, Number]  # address → new value


@dataclass(frozen=True, slots=True)
class Constraint:
    """One identity: Σ sign × figure = 0. `residual` is the sum over the known figures, `blanks` the figures left blank."""

    key: Key
    signs: Mapping[str, int]
    residual: Number
    blanks: tuple[str, ...]

    @property
    def is_broken(self) -> bool:
        """Whether nothing that the blanks could hold makes it true."""
        if self.residual == 0:
            return False
        return not any(self.signs[blank] * self.residual < 0 for blank in self.blanks)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that a right explanation should also satisfy: one of the ways (signs by address, their sum) must hold.

    It costs `price` if none does. `key` is that of the finding which tells of it.
    """

    key: Key
    ways: tuple[tuple[Mapping[str, int], Number], ...]
    price: int


@dataclass(frozen=True, slots=True)
class System:
    """What is to be satisfied, and the printed figures (last year's too) by address."""

    constraints: tuple[Constraint, ...]
    evidence: tuple[Evidence, ...]
    cells: Mapping[str, Cell]

    def value(self, address: str) -> Number:
        """The printed figure (0 for a blank, which is only ever asked for together with the equation's other figures)."""
        return self.cells[address].value or 0


def build_system(report: Report) -> System:
    """Every equation and number of the text that can be stated with the figures that were read."""
    cells = dict(report.reading.figures())
    constraints, evidence = [], []
    for rule in load_rules():
        if isinstance(rule, EquationRule) and _is_identity(rule):
            constraints += _constraints(rule.id, instances(rule, report))
        elif isinstance(rule, EquationRule) and rule.parsed().looks_back and rule.parsed().relation == "=":
            evidence += _carried(rule.id, instances(rule, report))
        elif isinstance(rule, NarrativeRule):
            evidence += _told(rule, report)
    if report.previous is not None:
        cells |= {PREVIOUS + address: cell for address, cell in report.previous.figures().items()}
        constraints += _of_last_year(report)
    known = frozenset(address for address, cell in cells.items() if cell.value is not None)
    usable = tuple(each for each in evidence if all(set(signs) <= known for signs, _ in each.ways))
    return System(tuple(constraints), usable, cells)


def satisfied(system: System, change: Change, constraints: Iterable[Constraint]) -> bool:
    """Whether all constraints hold (or their blanks could make them hold) once the figures are changed."""
    return all(not replace(each, residual=_after(system, change, each.signs, each.residual)).is_broken for each in constraints)


def touching(system: System, addresses: Iterable[str]) -> list[Constraint]:
    """The constraints that any of the addresses stands in."""
    wanted = set(addresses)
    return [constraint for constraint in system.constraints if not wanted.isdisjoint(constraint.signs)]


def _after(system: System, change: Change, signs: Mapping[str, int], residual: Number) -> Number:
    return residual + sum(signs[a] * (value - system.value(a)) for a, value in change.items() if a in signs)


def _is_identity(rule: EquationRule) -> bool:
    equation = rule.parsed()
    is_exact = equation.relation == "=" and not rule.tolerance and not equation.looks_back
    return is_exact and rule.severity == Severity.ERROR.value


def _constraints(rule: str, stated: Iterable[Instance], prefix: str = "") -> list[Constraint]:
    found = []
    for instance in stated:
        if any(addend.cell is None or not addend.is_figure for addend in instance.addends):
            continue
        signs: dict[str, int] = {}
        for addend in instance.addends:
            address = prefix + addend.address
            signs[address] = signs.get(address, 0) + addend.effect
        blanks = tuple(prefix + a.address for a in instance.addends if a.cell and a.cell.value is None)
        found.append(Constraint((rule, prefix + instance.scope), signs, instance.residual, blanks))
    return found


def _of_last_year(report: Report) -> list[Constraint]:
    if report.previous is None:
        return []
    before = Report(report.agency_id, report.year - 1, report.previous)
    return [
        constraint
        for rule in load_rules()
        if isinstance(rule, EquationRule) and _is_identity(rule)
        for constraint in _constraints(rule.id, instances(rule, before), PREVIOUS)
    ]


def _carried(rule: str, stated: Iterable[Instance]) -> list[Evidence]:
    price = load_prices().carry
    return [
        Evidence((rule, instance.scope), (({addend.address: addend.effect for addend in instance.addends}, 0),), price)
        for instance in stated
        if instance.is_complete
    ]


def _told(rule: NarrativeRule, report: Report) -> list[Evidence]:
    """The numbers of the text, where it states a measure once: which of several is meant is not known."""
    told = []
    for measure, ways in rule.claims.items():
        values = {claim.value for claim in own_claims(report, measure)}
        stated = ways_of(ways, report.reading)
        if len(values) == 1 and stated:
            value = values.pop()
            sums = tuple((dict.fromkeys(way, 1), value) for way in stated)
            told.append(Evidence((rule.id, scope_of(ways, measure)), sums, load_prices().claim))
    return told
