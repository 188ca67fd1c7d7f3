"""Find every cheapest set of figures whose change satisfies all equations: integer programming, solved by HiGHS.

Fellegi and Holt (1976), with evidence: each figure taken to be wrong has a price, each piece of evidence left unexplained a
lower one. Exact, and the same on every machine: the search is limited by nodes, and gives up openly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor
from time import monotonic
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from expectations.localising import Prices
from tasks.reconcile.system import Constraint, Evidence
from tasks.records import Number

Optimum = tuple[tuple[str, Number | None], ...]  # (address, value); None where several values would do
_OPTIMAL, _INFEASIBLE = 0, 2  # of scipy's statuses; the others are limits reached
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Problem:
    """One cluster: its constraints, the evidence that speaks of its figures alone, the printed values and their prices."""

    constraints: tuple[Constraint, ...]
    evidence: tuple[Evidence, ...]
    printed: Mapping[str, Number]
    prices: Mapping[str, int]


@dataclass
class _Program:
    """A mixed integer program while it is put together: objective, bounds, rows."""

    cost: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def variable(self, cost: float, low: float, high: float) -> int:
        self.cost.append(cost)
        self.low.append(low)
        self.high.append(high)
        return len(self.cost) - 1

    def row(self, terms: dict[int, float], low: float, high: float) -> None:
        self.rows.append((terms, low, high))

    def solve(self, nodes: int, seconds: float) -> Any:
        """The cheapest solution, or why there is none within the limits."""
        entries = [(r, c, v) for r, (terms, _, _) in enumerate(self.rows) for c, v in terms.items()]
        r, c, v = zip(*entries, strict=True)
        matrix = csr_array((v, (r, c)), shape=(len(self.rows), len(self.cost)))
        options = {"node_limit": nodes, "time_limit": seconds, "mip_rel_gap": 0, "presolve": True}
        rows = LinearConstraint(matrix, [low for _, low, _ in self.rows], [high for _, _, high in self.rows])
        return milp(
            np.array(self.cost),
            constraints=rows,
            bounds=Bounds(np.array(self.low), np.array(self.high)),
            integrality=np.ones(len(self.cost)),
            options=options,
        )


def optima(problem: Problem, limits: Prices) -> tuple[Optimum, ...] | None:
    """Every cheapest explanation, in the order of its addresses; None where the search gives up or finds too many."""
    program, values, chosen = _build(problem)
    found: list[Optimum] = []
    best, nodes, end = None, limits.nodes, monotonic() + limits.seconds
    while True:
        result = program.solve(nodes, max(0.0, end - monotonic()))
        nodes -= result.mip_node_count or 0
        if result.status not in (_OPTIMAL, _INFEASIBLE) or nodes <= 0:
            return None
        if result.status == _INFEASIBLE or (best is not None and round(result.fun) > best):
            return tuple(sorted(found, key=_order))
        best = round(result.fun)
        support = tuple(address for address in sorted(chosen) if float(result.x[chosen[address]]) > _HALF)
        found.append(_optimum(problem, support, {address: round(result.x[values[address]]) for address in support}))
        if not support or len(found) > limits.most:
            return None
        program.row({chosen[address]: 1.0 for address in support}, -np.inf, len(support) - 1)


def _build(problem: Problem) -> tuple[_Program, dict[str, int], dict[str, int]]:
    program = _Program()
    reach = 2 * sum(abs(float(constraint.residual)) for constraint in problem.constraints) + 1
    values, chosen = {}, {}
    blanks = {blank for constraint in problem.constraints for blank in constraint.blanks}
    addresses = sorted({address for constraint in problem.constraints for address in constraint.signs})
    for address in addresses:
        printed = float(problem.printed[address])
        values[address] = program.variable(0, max(0.0, floor(printed - reach)), max(0.0, ceil(printed + reach)))
        if address in blanks:
            continue
        chosen[address] = program.variable(problem.prices[address], 0, 1)
        big = reach + max(0.0, -printed)
        program.row({values[address]: 1.0, chosen[address]: -big}, -np.inf, printed)
        program.row({values[address]: 1.0, chosen[address]: big}, printed, np.inf)
    for constraint in problem.constraints:
        program.row({values[address]: float(sign) for address, sign in constraint.signs.items()}, 0, 0)
        if not constraint.blanks:
            _cut(program, constraint, chosen)
    for evidence in problem.evidence:
        _weigh(program, evidence, values, problem.printed, reach)
    return program, values, chosen


def _cut(program: _Program, constraint: Constraint, chosen: Mapping[str, int]) -> None:
    """What the integers imply: of a broken equation one figure is wrong; of one that holds none, or two."""
    together = {chosen[address]: 1.0 for address in constraint.signs}
    if constraint.residual:
        program.row(together, 1, np.inf)
        return
    for address in constraint.signs:
        program.row(together | {chosen[address]: -1.0}, 0, np.inf)


def _weigh(program: _Program, evidence: Evidence, values: Mapping[str, int], printed: Mapping[str, Number], reach: float) -> None:
    ways = []
    for signs, total in evidence.ways:
        way = program.variable(0, 0, 1)
        now = sum(sign * float(printed[address]) for address, sign in signs.items()) - float(total)
        big = abs(now) + reach * len(signs)
        terms = {values[address]: float(sign) for address, sign in signs.items()}
        program.row(terms | {way: big}, -np.inf, float(total) + big)
        program.row(terms | {way: -big}, float(total) - big, np.inf)
        ways.append(way)
    ignored = program.variable(evidence.price, 0, 1)
    program.row(dict.fromkeys(ways, 1.0) | {ignored: 1.0}, 1, np.inf)


def _optimum(problem: Problem, support: Sequence[str], values: Mapping[str, int]) -> Optimum:
    """The explanation with its values, where the equations leave only these."""
    touched = [constraint for constraint in problem.constraints if any(address in constraint.signs for address in support)]
    free = sorted({blank for constraint in touched for blank in constraint.blanks})
    matrix = np.array([[constraint.signs.get(address, 0) for address in (*support, *free)] for constraint in touched])
    is_unique = int(np.linalg.matrix_rank(matrix)) == len(support) + len(free)
    return tuple((address, values[address] if is_unique else None) for address in support)


def _order(optimum: Optimum) -> tuple[str, ...]:
    return tuple(address for address, _ in optimum)
