"""Build each supervisor's digest of a night from the warehouse's rows alone, so that a night that is run again says the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from expectations.deadline import may_be_due
from tasks.alert.changes import Change, changes
from tasks.alert.digest import Coverage, Digest, Group, Item, Owing, Section
from tasks.alert.notices import net
from tasks.alert.people import settled_before
from tasks.alert.routing import Route, Routing
from tasks.alert.rule_words import remark_in, rules_in
from tasks.alert.sentences import split_sentence, year_name
from tasks.alert.wording import CANONICAL, load_wording
from tasks.records import Severity
from warehouse.schema import agency, notice, notice_event, report
from warehouse.schema_crawl import board
from warehouse.schema_notice import escalation

_ORDER = tuple(severity.value for severity in Severity)
_STATED = ("published", "late", "not_due")  # states of the board of an agency that owes nothing

Evidence = Mapping[tuple[str, int | None], Row[Any]]


@dataclass(frozen=True, slots=True)
class _Told:
    """A notice as a digest tells it: its last event, what its steps (night, transition) come to; office: as in Item."""

    row: Row[Any]
    kind: str
    steps: tuple[tuple[date, str], ...] = ()
    office: str = ""


def build_digests(
    connection: Connection, night: date, covered: Mapping[str, Collection[date]], routing: Routing, said_once: frozenset[str]
) -> tuple[Digest, ...]:
    """A digest for each supervisor in `covered`, quiet or not, of the nights that it has there; in the order of their names."""
    events, settled = _events(connection, night), settled_before(connection, night)
    latest = {row.fingerprint: row for row in events}
    evidence: Evidence = {
        (row.agency_id, row.year): row for row in connection.execute(select(report).where(report.c.is_current.is_(True)))
    }
    told = _told(events, covered)
    for superior, each in _escalated(connection, events, covered):
        told[superior].append(each)
    standing = defaultdict(list)
    for row in latest.values():
        if row.transition != "resolved" and row.fingerprint not in settled and row.rule not in said_once:
            standing[row.supervisor].append(row)
    happened = _changes(connection, covered, night, routing, said_once)
    coverage = _coverage(connection, night, routing)
    return tuple(
        _Builder(night, routing.of(name), evidence).build(
            name, tuple(sorted(covered[name])), told[name], standing[name], happened[name], coverage.get(name, ())
        )
        for name in sorted(covered)
    )


@dataclass(frozen=True, slots=True)
class _Builder:
    """One supervisor's digest of a night."""

    night: date
    route: Route
    evidence: Evidence

    def build(
        self,
        supervisor: str,
        nights: tuple[date, ...],
        told: Sequence[_Told],
        standing: Sequence[Row[Any]],
        happened: tuple[Change, ...],
        coverage: tuple[Coverage, ...],
    ) -> Digest:
        words = load_wording(self.route.language)
        named = {each.row.fingerprint for each in told}
        rest = [row for row in standing if row.fingerprint not in named]
        wanted = [each for each in told if self.route.wants(each.row.severity, each.row.rule)]
        remaining = [row for row in rest if self.route.wants(row.severity, row.rule)]
        mine = [each.row for each in wanted if not each.office and each.kind != "resolved"]
        count = Counter(row.severity for row in (*mine, *remaining))
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
            ages=self._ages(remaining),
            severities=tuple((severity, words.severities[severity], count[severity]) for severity in _ORDER),
            coverage=coverage,
            below=len(told) + len(rest) - len(wanted) - len(remaining),
            rules=tuple(rule for rule in rules_in(self.route.language) if rule.id in rules),
            steps=tuple((each.row.fingerprint, *step) for each in wanted for step in each.steps),
        )

    def _standing(self, rows: Sequence[Row[Any]]) -> tuple[Group, ...]:
        """One notice a group, gravest first, then the oldest."""
        order = sorted(
            rows, key=lambda row: (_ORDER.index(row.severity), row.since, row.agency_id, row.year or 0, row.rule, row.scope)
        )
        return tuple(group for row in order for group in self._groups([_Told(row, row.transition)]))

    def _ages(self, rows: Sequence[Row[Any]]) -> tuple[tuple[str, int], ...]:
        ages = load_wording(self.route.language).ages
        counted = Counter(
            next(age.label for age in ages if age.nights is None or (self.night - row.since).days <= age.nights) for row in rows
        )
        return tuple((age.label, counted[age.label]) for age in ages)

    def _groups(self, told: Iterable[_Told]) -> tuple[Group, ...]:
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

    def _item(self, each: _Told) -> Item:
        row, words = each.row, load_wording(self.route.language)
        language, sentence, reason = _said(row, self.route.language)
        whose, found, basis = split_sentence(sentence, language)
        titles = {rule.id: rule.title for rule in rules_in(self.route.language)}
        marks = load_wording(language).marks
        told = f"{whose}{marks.whose}{found}".rstrip(marks.end)
        return Item(
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
        )


def _said(row: Row[Any], language: str) -> tuple[str, str, str]:
    """In which language an event can be told, its sentence and its reason: in Chinese what was not said in another."""
    said = row.translations.get(language, {})
    reason = said.get("reason") or row.reason
    return (language, said["sentence"], reason) if said.get("sentence") else (CANONICAL, row.sentence, reason)


def _events(connection: Connection, night: date) -> list[Row[Any]]:
    """The events of all notices up to a night, in their order."""
    return list(
        connection.execute(
            select(
                notice_event.c.fingerprint,
                notice_event.c.night,
                notice_event.c.transition,
                notice_event.c.supervisor.label("told_supervisor"),
                notice_event.c.sentence,
                notice_event.c.reason,
                notice_event.c.translations,
                *(notice.c[name] for name in ("agency_id", "year", "rule", "scope", "severity", "since")),
                agency.c.name,
                agency.c.supervisor,
            )
            .join(notice, notice.c.fingerprint == notice_event.c.fingerprint)
            .join(agency, agency.c.id == notice.c.agency_id)
            .where(notice_event.c.night <= night)
            .order_by(notice_event.c.night, notice_event.c.fingerprint)
        )
    )


def _told(events: Sequence[Row[Any]], covered: Mapping[str, Collection[date]]) -> defaultdict[str, list[_Told]]:
    """By supervisor, the notices that moved in the covered nights, each once, as its last event left it."""
    moved: defaultdict[str, dict[str, _Told]] = defaultdict(dict)
    for row in events:
        if row.night in covered.get(row.told_supervisor, ()):
            before = moved[row.told_supervisor].get(row.fingerprint)
            kind = net(before.kind if before else None, row.transition)  # type: ignore[arg-type]
            steps = (*(before.steps if before else ()), (row.night, row.transition))
            moved[row.told_supervisor][row.fingerprint] = _Told(row, kind, steps)
    return defaultdict(list, {name: list(each.values()) for name, each in moved.items()})


def _escalated(
    connection: Connection, events: Sequence[Row[Any]], covered: Mapping[str, Collection[date]]
) -> Iterable[tuple[str, _Told]]:
    """For each superior, what has stood too long, and what of that was resolved, in the covered nights."""
    lives: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in events:
        lives[row.fingerprint].append(row)
    steps: defaultdict[tuple[str, str, str], set[tuple[date, str]]] = defaultdict(set)
    for step in connection.execute(select(escalation)):
        nights, life = covered.get(step.superior, ()), lives[step.fingerprint]
        ended = [(row.night, "resolved") for row in life if row.transition == "resolved" and row.night >= step.night]
        found = [(step.night, "escalated"), *ended[:1]]
        steps[step.superior, step.fingerprint, step.supervisor] |= {each for each in found if each[0] in nights}
    for (superior, fingerprint, office), moved in sorted(steps.items()):
        if moved:
            night, kind = max(moved)
            row = next(
                (row for row in lives[fingerprint] if (row.night, row.transition) == (night, kind)), lives[fingerprint][-1]
            )
            yield superior, _Told(row, kind, tuple(sorted(moved)), office)


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


def _coverage(connection: Connection, night: date, routing: Routing) -> dict[str, tuple[Coverage, ...]]:
    """By supervisor, who has published the reports that may be due, the latest year first."""
    later = board.alias("later")
    query = (
        select(board, agency.c.name, agency.c.supervisor)
        .join(agency, agency.c.id == board.c.agency_id)
        .outerjoin(
            later,
            and_(
                later.c.agency_id == board.c.agency_id,
                later.c.year == board.c.year,
                later.c.night > board.c.night,
                later.c.night <= night,
            ),
        )
        .where(board.c.night <= night, board.c.year.in_(may_be_due(night)), later.c.night.is_(None))
        .order_by(board.c.year.desc(), agency.c.id)
    )
    together: dict[str, dict[int, list[Row[Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in connection.execute(query):
        together[row.supervisor][row.year].append(row)
    found = {}
    for name, years in together.items():
        labels, language = load_wording(routing.of(name).language).board, routing.of(name).language
        found[name] = tuple(
            Coverage(
                year=year,
                counts=tuple((state, label, n) for state, label in labels.items() if (n := _count(rows, state))),
                owing=tuple(
                    Owing(row.name, row.state, labels[row.state], remark_in(language, row.reason), row.url, row.sha256 or "")
                    for row in sorted(rows, key=lambda row: list(labels).index(row.state))
                    if row.state not in _STATED
                ),
            )
            for year, rows in years.items()
            if any(row.state != "not_due" for row in rows)
        )
    return found


def _count(rows: Iterable[Row[Any]], state: str) -> int:
    return sum(row.state == state for row in rows)
