"""Build each supervisor's digest of a night from the warehouse's rows alone, so that a night that is run again says the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from tasks.alert.changes import Change, changes
from tasks.alert.digest import Coverage, Digest, Group, Item, Section
from tasks.alert.digest_coverage import coverage_of
from tasks.alert.digest_told import Told, lists
from tasks.alert.people import handled_before
from tasks.alert.routing import Route, Routing
from tasks.alert.rule_words import rules_in
from tasks.alert.sentences import split_sentence, year_name
from tasks.alert.wording import CANONICAL, load_wording
from tasks.records import Severity
from warehouse.schema import report

_ORDER = tuple(severity.value for severity in Severity)

Evidence = Mapping[tuple[str, int | None], Row[Any]]


def build_digests(
    connection: Connection, night: date, covered: Mapping[str, Collection[date]], routing: Routing, said_once: frozenset[str]
) -> tuple[Digest, ...]:
    """A digest for each supervisor in `covered`, quiet or not, of the nights that it has there; in the order of their names."""
    listed, handled = lists(connection, night, covered, said_once), handled_before(connection, night)
    evidence: Evidence = {
        (row.agency_id, row.year): row for row in connection.execute(select(report).where(report.c.is_current.is_(True)))
    }
    happened = _changes(connection, covered, night, routing, said_once)
    coverage = coverage_of(connection, night, routing)
    return tuple(
        _Builder(night, routing.of(name), evidence, handled).build(
            name,
            tuple(sorted(covered[name])),
            listed.told.get(name, ()),
            listed.standing.get(name, ()),
            happened[name],
            coverage.get(name, ()),
        )
        for name in sorted(covered)
    )


@dataclass(frozen=True, slots=True)
class _Builder:
    """One supervisor's digest of a night."""

    night: date
    route: Route
    evidence: Evidence
    handled: Mapping[str, Sequence[Row[Any]]]

    def build(
        self,
        supervisor: str,
        nights: tuple[date, ...],
        told: Sequence[Told],
        standing: Sequence[Told],
        happened: tuple[Change, ...],
        coverage: tuple[Coverage, ...],
    ) -> Digest:
        words = load_wording(self.route.language)
        named = {each.row.fingerprint for each in told}
        rest = [each for each in standing if each.row.fingerprint not in named]
        wanted = [each for each in told if self.route.wants(each.row.severity, each.row.rule)]
        remaining = [each for each in rest if self.route.wants(each.row.severity, each.row.rule)]
        count = Counter(each.row.severity for each in (*wanted, *remaining) if each.kind != "resolved")
        rules = {each.row.rule for each in wanted}
        return Digest(
            supervisor=supervisor,
            night=self.night,
            nights=nights or (self.night,),
            language=self.route.language,
            sections=tuple(
                Section(kind, title, self._groups([each for each in wanted if each.kind == kind]))
                for kind, title in words.counts.items()
            ),
            changes=happened,
            standing=self._standing(remaining),
            ages=self._ages([each.row for each in remaining]),
            severities=tuple((severity, words.severities[severity], count[severity]) for severity in _ORDER),
            coverage=coverage,
            below=len(told) + len(rest) - len(wanted) - len(remaining),
            rules=tuple(rule for rule in rules_in(self.route.language) if rule.id in rules),
            steps=tuple((each.row.fingerprint, *step) for each in wanted for step in each.steps),
        )

    def _standing(self, told: Sequence[Told]) -> tuple[Group, ...]:
        """One notice a group, gravest first, then the oldest."""

        def rank(each: Told) -> tuple[object, ...]:
            row = each.row
            return _ORDER.index(row.severity), row.since, row.agency_id, row.year or 0, row.rule, row.scope

        return tuple(group for each in sorted(told, key=rank) for group in self._groups([each]))

    def _ages(self, rows: Sequence[Row[Any]]) -> tuple[tuple[str, int], ...]:
        ages = load_wording(self.route.language).ages
        counted = Counter(
            next(age.label for age in ages if age.nights is None or (self.night - row.since).days <= age.nights) for row in rows
        )
        return tuple((age.label, counted[age.label]) for age in ages)

    def _groups(self, told: Iterable[Told]) -> tuple[Group, ...]:
        """By agency and year, those with errors first."""
        together = defaultdict(list)
        for each in told:
            together[each.row.agency_id, each.row.year].append(each)
        places = {rule.id: place for place, rule in enumerate(rules_in(CANONICAL))}
        groups = []
        for key, members in together.items():
            members.sort(key=lambda each: (_ORDER.index(each.row.severity), places.get(each.row.rule, 0), each.row.scope))
            source, first = self.evidence.get(key), members[0].row
            url, sha256 = (source.url, source.sha256) if source else ("", "")
            items = tuple(self._item(each) for each in members)
            group = Group(*key, first.name, year_name(key[1], self.route.language), url, sha256, items)
            groups.append((_ORDER.index(first.severity), key[0], -(key[1] or 0), group))
        return tuple(group for *_, group in sorted(groups, key=lambda ranked: ranked[:3]))

    def _item(self, each: Told) -> Item:
        row, words = each.row, load_wording(self.route.language)
        language, sentence, reason = _said(row, self.route.language)
        whose, found, basis = split_sentence(sentence, language)
        titles = {rule.id: rule.title for rule in rules_in(self.route.language)}
        marks = load_wording(language).marks
        told = f"{whose}{marks.whose}{found}".rstrip(marks.end)
        return Item(
            fingerprint=row.fingerprint,
            rule=row.rule,
            severity=row.severity,
            label=words.severities[row.severity],
            title=titles.get(row.rule, row.rule),
            found=found or whose,
            basis=basis,
            reason=reason,
            since=row.since,
            nights=(self.night - row.since).days,
            sentence=words.resolution.format(body=told, reason=reason) if reason else sentence,
            office=each.office,
            handled=self._handled(row.fingerprint),
        )

    def _handled(self, fingerprint: str) -> str:
        """What people did with a notice that stands, in words: who has taken it in hand, and what the agency answered."""
        words = load_wording(self.route.language)
        patterns = {"acknowledged": words.digest.acknowledged, "replied": words.digest.replied}
        said = [patterns[step.step].format(**step._mapping) for step in self.handled.get(fingerprint, ())]
        return words.digest.comma.join(said)


def _said(row: Row[Any], language: str) -> tuple[str, str, str]:
    """In which language an event can be told, its sentence and its reason: in Chinese what was not said in another."""
    said = row.translations.get(language, {})
    reason = said.get("reason") or row.reason
    return (language, said["sentence"], reason) if said.get("sentence") else (CANONICAL, row.sentence, reason)


def _changes(
    connection: Connection, covered: Mapping[str, Collection[date]], night: date, routing: Routing, said_once: frozenset[str]
) -> defaultdict[str, tuple[Change, ...]]:
    """By supervisor, what happened to reports and columns in its nights; what only lasts is said of the last of them."""
    found: dict[str, dict[str, Change]] = defaultdict(dict)
    asked = {(each, routing.of(name).language) for name, nights in covered.items() for each in nights}
    for each, language in sorted(asked):
        for change in changes(connection, each, said_once, language):
            is_asked = each in covered.get(change.supervisor, ()) and routing.of(change.supervisor).language == language
            if is_asked and (change.is_news or each == night):
                found[change.supervisor].setdefault(change.sentence, change)
    return defaultdict(tuple, {name: tuple(each.values()) for name, each in found.items()})
