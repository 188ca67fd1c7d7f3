"""Name the one cell that would explain all broken equations that hang together, and what it should be.

Every single-cell error of table 三 has a signature of its own (25 × 7 figures, 39 equations, rank 37). A cell is a suspect
when every equation it stands in is broken, these are all that hang together, and one change mends them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from expectations.rule import EquationRule, load_rules
from tasks.reconcile.causes import likely_cause, rank
from tasks.reconcile.equations import PREVIOUS, Instance, instances
from tasks.records import Finding, Number, Outcome, Report, Suspect

Key = tuple[str, str]  # rule, scope


def localise(report: Report, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings with their suspects, likeliest first; findings that no single cell explains keep none."""
    told = {(finding.rule, finding.scope): finding for finding in findings}
    stated = {(rule.id, i.scope): i for rule in load_rules() if isinstance(rule, EquationRule) for i in instances(rule, report)}
    complete = {key: instance for key, instance in stated.items() if instance.is_complete}
    broken = {key for key in complete if told[key].outcome is Outcome.BROKEN}
    suspects: dict[Key, tuple[Suspect, ...]] = {}
    for cluster in _clusters(broken, complete):
        found = _suspects(report, cluster, complete)
        suspects.update(dict.fromkeys(cluster, found))
    return tuple(replace(f, suspects=suspects.get((f.rule, f.scope), f.suspects)) for f in findings)


def _clusters(broken: Iterable[Key], complete: dict[Key, Instance]) -> list[frozenset[Key]]:
    """Broken equations joined where they share a cell."""
    clusters: list[tuple[set[Key], set[str]]] = []
    for key in sorted(broken):
        keys, cells = {key}, {addend.address for addend in complete[key].addends}
        for other in [cluster for cluster in clusters if cluster[1] & cells]:
            clusters.remove(other)
            keys |= other[0]
            cells |= other[1]
        clusters.append((keys, cells))
    return [frozenset(keys) for keys, _ in clusters]


def _suspects(report: Report, cluster: frozenset[Key], complete: dict[Key, Instance]) -> tuple[Suspect, ...]:
    standing: dict[str, set[Key]] = {}
    for key, instance in complete.items():
        for addend in instance.addends:
            standing.setdefault(addend.address, set()).add(key)
    found = []
    for address, keys in standing.items():
        if keys != cluster or address.startswith(PREVIOUS):
            continue
        change = _change(address, [complete[key] for key in sorted(cluster)])
        printed = report.reading.figures()[address].value
        if change is not None and printed is not None and printed + change >= 0:
            suggested = printed + change
            found.append(Suspect(((address, suggested),), likely_cause(address, printed, suggested)))
    return rank(found)


def _change(address: str, equations: Iterable[Instance]) -> Number | None:
    """The one change of a cell that mends all equations, or None when they ask for different ones."""
    changes = set()
    for instance in equations:
        addend = next(addend for addend in instance.addends if addend.address == address)
        changes.add(-instance.residual * addend.sign * (1 if addend.is_left else -1))
    return changes.pop() if len(changes) == 1 else None
