"""What of a digest its text shows: the gravest of each list, and how much is left out of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tasks.alert.changes import Change
from tasks.alert.digest import Coverage, Digest, Group, Item, Section, Standing
from tasks.alert.services import DigestLimits
from tasks.records import Severity

_ORDER = tuple(severity.value for severity in Severity)


@dataclass(frozen=True, slots=True)
class Groups:
    """Notices as they are listed: how many there are, the groups shown, how many are left out, and of which severity.

    agencies: where some are left out, how many notices each agency has, most first.
    """

    count: int
    shown: tuple[Group, ...]
    left: int
    severities: tuple[tuple[str, int], ...]
    agencies: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Agencies:
    """Agencies as they are listed: how many there are, those shown, how many are left out."""

    count: int
    shown: tuple[Standing, ...]
    left: int


@dataclass(frozen=True, slots=True)
class Year:
    """Who has published the report of a year, as it is told."""

    coverage: Coverage
    missing: Agencies
    unsure: Agencies


@dataclass(frozen=True, slots=True)
class Cut:
    """A digest's lists, each with at most so many entries."""

    sections: tuple[tuple[Section, Groups], ...]
    standing: Groups
    years: tuple[Year, ...]
    changes: tuple[Change, ...]
    changes_left: int


def cut(digest: Digest, limits: DigestLimits, most: int) -> Cut:
    """At most so many entries of each list, and no more than the limits say."""
    changes = digest.changes[: min(most, limits.changes)]
    return Cut(
        sections=tuple((each, _groups(each.groups, min(most, limits.items))) for each in digest.sections if each.groups),
        standing=_groups(digest.standing, min(most, limits.standing)),
        years=tuple(
            Year(each, *(_agencies(part, min(most, limits.agencies)) for part in (each.missing, each.unsure)))
            for each in digest.coverage
        ),
        changes=changes,
        changes_left=len(digest.changes) - len(changes),
    )


def _groups(groups: Sequence[Group], most: int) -> Groups:
    """The gravest items, in the groups and the order that they have."""
    items = [(place, number, item) for place, group in enumerate(groups) for number, item in enumerate(group.items)]
    ranked = sorted(items, key=lambda each: _ORDER.index(each[2].severity))  # stable
    kept: dict[int, list[tuple[int, Item]]] = {}
    for place, number, item in ranked[:most]:
        kept.setdefault(place, []).append((number, item))
    shown = tuple(
        replace(groups[place], items=tuple(item for _, item in sorted(members, key=lambda each: each[0])))
        for place, members in sorted(kept.items())
    )
    left = Counter(item.severity for *_, item in ranked[most:])
    severities = tuple((each, left[each]) for each in _ORDER if left[each])
    return Groups(len(items), shown, left.total(), severities, _by_agency(groups) if left else ())


def _by_agency(groups: Sequence[Group]) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    names = {group.agency_id: group.agency for group in groups}
    for group in groups:
        counts[group.agency_id] += len(group.items)
    return tuple((names[each], count) for each, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _agencies(agencies: Sequence[Standing], most: int) -> Agencies:
    shown = tuple(agencies[:most])
    return Agencies(len(agencies), shown, len(agencies) - len(shown))
