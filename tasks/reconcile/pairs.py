"""Find every two figures that explain a cluster together, in closed form: each equation that only one of them stands in must
be broken, and by what the other equations say it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tasks.reconcile.system import Constraint, System
from tasks.records import Number

Pair = tuple[tuple[str, Number], tuple[str, Number]]


def pairs(system: System, reached: Sequence[Constraint]) -> Iterator[Pair]:
    """Pairs of figures and their whole values ≥ 0 that make all of `reached` hold, in the order of their addresses.

    None where blanks stand in the equations: then many values would do.
    """
    if any(constraint.blanks for constraint in reached):
        return
    standing: dict[str, dict[int, int]] = {}
    for number, constraint in enumerate(reached):
        for address, sign in constraint.signs.items():
            standing.setdefault(address, {})[number] = sign
    off = [constraint.residual for constraint in reached]
    wrong = {number for number, residual in enumerate(off) if residual}
    first = min(wrong)
    for one in sorted(reached[first].signs):
        for other in sorted(standing):
            if other == one or (first in standing[other] and other < one):
                continue
            if wrong <= standing[one].keys() | standing[other].keys():
                values = _values(system, (one, other), standing, off)
                if values is not None:
                    yield (one, values[0]), (other, values[1])


def _values(
    system: System, pair: tuple[str, str], standing: Mapping[str, Mapping[int, int]], off: Sequence[Number]
) -> tuple[Number, Number] | None:
    """What the two must be, or None where the equations contradict each other, or need only one of them."""
    deltas: dict[str, Number] = {}
    for address, other in (pair, pair[::-1]):
        alone = [number for number in standing[address] if number not in standing[other]]
        wanted = {-off[number] * standing[address][number] for number in alone}
        if len(wanted) > 1 or wanted == {0}:
            return None
        if wanted:
            deltas[address] = wanted.pop()
    if not deltas:
        return None
    for address, other in (pair, pair[::-1]):
        if address not in deltas:
            number = next(number for number in standing[address] if number in standing[other])
            owed = -off[number] - standing[other][number] * deltas[other]
            deltas[address] = owed * standing[address][number]
    for number in standing[pair[0]].keys() | standing[pair[1]].keys():
        if off[number] + sum(standing[address].get(number, 0) * delta for address, delta in deltas.items()):
            return None
    values = [system.value(address) + deltas[address] for address in pair]
    if any(value < 0 or value != int(value) for value in values) or not all(deltas.values()):
        return None
    return int(values[0]), int(values[1])
