"""Name the figures that explain a report's broken equations best, what they should be, and by which slip they went wrong.

Broken equations that share a figure form a cluster, explained together: by one figure where one is enough (in closed form:
every single change of table 三 has a signature of its own, 25 × 7 figures, 39 equations, rank 37), else by integer
programming (optima.py). Slips of a known shape that move several figures at once (slips.py) come before unrelated errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from expectations.localising import Prices, load_prices
from tasks.reconcile.causes import Context, cause_of, rank
from tasks.reconcile.equations import PREVIOUS
from tasks.reconcile.optima import Optimum, Problem, optima
from tasks.reconcile.pairs import pairs
from tasks.reconcile.slips import BLOCK, slips
from tasks.reconcile.system import Change, Constraint, Evidence, Key, System, build_system, satisfied, touching
from tasks.records import Finding, Number, Outcome, Report, Suspect, Verdict

Single = tuple[tuple[str, Number]]


def localise(report: Report, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings with their suspects, likeliest first; none where nothing, or too much, would explain them."""
    if not any(finding.outcome is Outcome.BROKEN and finding.delta is not None for finding in findings):
        return findings
    system = build_system(report)
    suspects: dict[Key, tuple[Suspect, ...]] = {}
    for cluster in clusters(system.constraints):
        found = explain(system, cluster)
        suspects |= {constraint.key: found for constraint in cluster}
        suspects |= _explained(system, found)
    return tuple(_with(finding, suspects.get((finding.rule, finding.scope), finding.suspects), system) for finding in findings)


def clusters(constraints: Iterable[Constraint]) -> list[tuple[Constraint, ...]]:
    """Broken constraints, joined where they share a figure."""
    joined: list[tuple[list[Constraint], set[str]]] = []
    for constraint in sorted((each for each in constraints if each.is_broken), key=lambda each: each.key):
        members, addresses = [constraint], set(constraint.signs)
        for other in [cluster for cluster in joined if cluster[1] & addresses]:
            joined.remove(other)
            members += other[0]
            addresses |= other[1]
        joined.append((members, addresses))
    return [tuple(sorted(members, key=lambda each: each.key)) for members, _ in joined]


def explain(system: System, cluster: tuple[Constraint, ...]) -> tuple[Suspect, ...]:
    """The explanations of one cluster, likeliest first: none where there are too many, or the search is undecided.

    A run of figures out of place is one slip, though it takes many figures to mend: no search for fewer unrelated ones then.
    """
    prices = load_prices()
    singles = _singles(system, cluster, prices)
    if singles:
        context = Context(system.cells)
        return rank(Suspect((figure,), cause_of(*figure, context)) for (figure,) in singles)
    shaped = slips(system, cluster)
    if any(suspect.cause == BLOCK for suspect in shaped):
        return shaped
    known = {frozenset(address for address, _ in suspect.cells) for suspect in shaped}
    found = _several(system, cluster, prices) or ()
    return (*shaped, *(Suspect(optimum, "other") for optimum in found if frozenset(dict(optimum)) not in known))


def cheapest(system: System, cluster: tuple[Constraint, ...]) -> tuple[Optimum, ...] | None:
    """Every cheapest set of figures that explains a cluster, with their values; None where the search is undecided."""
    prices = load_prices()
    return _singles(system, cluster, prices) or _several(system, cluster, prices)


def _singles(system: System, cluster: tuple[Constraint, ...], prices: Prices) -> tuple[Single, ...]:
    """The cheapest single figures that explain the cluster; none where several figures might do it as cheaply."""
    found = []
    for address in sorted(set.intersection(*(set(constraint.signs) for constraint in cluster))):
        value = _mend(system, address, cluster)
        if value is not None and satisfied(system, {address: value}, touching(system, [address])):
            found.append({address: value})
    return tuple((next(iter(change.items())),) for change in _cheapest(system, found, 2, prices))


def _cheapest(system: System, found: Sequence[Change], more: int, prices: Prices) -> list[Change]:
    """The cheapest of the changes, unless `more` figures, with all the evidence that they might explain, could cost less."""
    costs = [sum(_price(system, each, prices) for each in change) + _gained(system, change) for change in found]
    least = min(prices.certain, prices.uncertain, prices.last_year)
    if not costs or min(costs) >= more * (least - _most_saved(system)):
        return []
    return [change for change, cost in zip(found, costs, strict=True) if cost == min(costs)]


def _mend(system: System, address: str, cluster: tuple[Constraint, ...]) -> Number | None:
    """The one whole value ≥ 0 of a figure that makes every constraint of the cluster hold, or None."""
    if any(constraint.blanks for constraint in cluster) or system.cells[address].value is None:
        return None
    wanted = {system.value(address) - constraint.residual * constraint.signs[address] for constraint in cluster}
    value = wanted.pop()
    return int(value) if not wanted and value >= 0 and value == int(value) else None


def _price(system: System, address: str, prices: Prices) -> int:
    if address.startswith(PREVIOUS):
        return prices.last_year
    return prices.certain if system.cells[address].certain else prices.uncertain


def _gained(system: System, change: Change) -> int:
    """What the evidence costs more (or less) once the figures are changed; only evidence that speaks of them can differ."""
    spoken = [each for each in system.evidence if any(address in signs for signs, _ in each.ways for address in change)]
    return sum(each.price * (_fits(system, {}, each) - _fits(system, change, each)) for each in spoken)


def _most_saved(system: System) -> int:
    """How much unexplained evidence a single further figure could explain, at most."""
    saved: dict[str, int] = {}
    for each in system.evidence:
        if not _fits(system, {}, each):
            for address in {address for signs, _ in each.ways for address in signs}:
                saved[address] = saved.get(address, 0) + each.price
    return max(saved.values(), default=0)


def _fits(system: System, change: Change, evidence: Evidence) -> bool:
    return any(
        sum(sign * change.get(address, system.value(address)) for address, sign in signs.items()) == total
        for signs, total in evidence.ways
    )


def _several(system: System, cluster: tuple[Constraint, ...], prices: Prices) -> tuple[Optimum, ...] | None:
    """The cheapest sets of several figures, or None where the search is undecided: pairs in closed form, more by HiGHS."""
    reached = _reached(system, cluster)
    twos = _cheapest(system, [dict(pair) for pair in pairs(system, reached)], 3, prices)
    if twos:
        found = sorted(tuple(sorted(change.items())) for change in twos)
        return tuple(found) if len(found) <= prices.most else None
    addresses = {address for constraint in reached for address in constraint.signs}
    evidence = tuple(settled for each in system.evidence if (settled := _settled(system, each, addresses)))
    printed = {address: system.value(address) for address in addresses}
    chosen = {address: _price(system, address, prices) for address in addresses}
    return optima(Problem(reached, evidence, printed, chosen), prices)


def _settled(system: System, evidence: Evidence, addresses: set[str]) -> Evidence | None:
    """The evidence with the figures that cannot change taken into the sum; None where it speaks of no other."""
    ways = []
    for signs, total in evidence.ways:
        fixed = sum(sign * system.value(address) for address, sign in signs.items() if address not in addresses)
        ways.append(({address: sign for address, sign in signs.items() if address in addresses}, total - fixed))
    return replace(evidence, ways=tuple(ways)) if all(signs for signs, _ in ways) else None


def _reached(system: System, cluster: tuple[Constraint, ...]) -> tuple[Constraint, ...]:
    """The cluster, and the constraints that hold which a change of it could ripple through: those joined by shared figures."""
    reached, addresses = {each.key: each for each in cluster}, {address for each in cluster for address in each.signs}
    while True:
        others = (each for each in system.constraints if each.key not in reached and not each.is_broken)
        more = [each for each in others if not addresses.isdisjoint(each.signs)]
        if not more:
            return tuple(each for _, each in sorted(reached.items()))
        reached |= {each.key: each for each in more}
        addresses |= {address for each in more for address in each.signs}


def _explained(system: System, found: Iterable[Suspect]) -> dict[Key, tuple[Suspect, ...]]:
    """Of the evidence that the print leaves unexplained: the explanations that also satisfy it."""
    told: dict[Key, tuple[Suspect, ...]] = {}
    for each in system.evidence:
        if not _fits(system, {}, each):
            known = [(suspect, {a: v for a, v in suspect.cells if v is not None}) for suspect in found]
            fitting = tuple(s for s, change in known if len(change) == len(s.cells) and _fits(system, change, each))
            told |= {each.key: fitting} if fitting else {}
    return told


def _with(finding: Finding, suspects: tuple[Suspect, ...], system: System) -> Finding:
    """The finding with its suspects. Where every explanation blames a figure read without certainty, it is our reading."""
    if finding.outcome is not Outcome.BROKEN:
        return finding
    is_ours = bool(suspects) and all(any(not system.cells[a].certain for a, _ in each.cells) for each in suspects)
    verdict = Verdict.READING if is_ours and finding.verdict is Verdict.UNDECIDED else finding.verdict
    return replace(finding, suspects=suspects, verdict=verdict)
