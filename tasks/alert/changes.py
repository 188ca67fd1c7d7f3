"""What happened to reports and columns on a night: new, revised, withdrawn, not fetched; columns not reached or reached again.

Each is told once, on the night it begins; what still lasts is repeated only inside a digest that goes out anyway.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, Row, exists, or_, select

from tasks.alert.sentences import year_name
from tasks.alert.wording import CANONICAL, load_wording
from tasks.records import Outcome
from warehouse.schema import agency, assessment, column_outcome, finding, report, sighting

NAMED_AGENCIES = 5


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to tell a supervisor about reports or columns. `is_news` is False for what was told on an earlier night."""

    supervisor: str
    sentence: str
    url: str = ""
    is_news: bool = True


def changes(connection: Connection, night: date, said_once: frozenset[str], language: str = CANONICAL) -> tuple[Change, ...]:
    """The night's changes: reports first, then what could not be fetched, then columns. `said_once`: the rules of revisions."""
    reports = _reports(connection, night, said_once, language)
    unread = (*_withdrawn(connection, night, language), *_missed(connection, night, language))
    return (*reports, *unread, *_columns(connection, night, language))


def _reports(connection: Connection, night: date, said_once: frozenset[str], language: str) -> list[Change]:
    later = report.alias("later")
    is_replaced = exists().where(
        later.c.agency_id == report.c.agency_id, later.c.year == report.c.year, later.c.revision > report.c.revision
    )
    rows: Iterable[Row[Any]] = connection.execute(
        select(
            report.c.id, report.c.agency_id, report.c.year, report.c.revision, report.c.url, agency.c.name, agency.c.supervisor
        )
        .join(agency, agency.c.id == report.c.agency_id)
        .where(report.c.night == night, report.c.doubt == "", or_(report.c.is_current.is_(True), is_replaced))
        .order_by(report.c.agency_id, report.c.year, report.c.revision)
    )
    added: dict[str, list[Row[Any]]] = defaultdict(list)
    told = []
    for row in rows:
        if row.revision == 1:
            added[row.agency_id].append(row)
        else:
            told.append(_revised(connection, row, said_once, language))
    return told + [_added(group, language) for group in added.values()]


def _revised(connection: Connection, row: Row[Any], said_once: frozenset[str], language: str) -> Change:
    """A new revision is news unless the rules saw that its figures are those of the one before: pages change for no reason."""
    compared = select(finding.c.outcome).join(assessment, assessment.c.id == finding.c.assessment_id)
    compared = compared.where(assessment.c.report_id == row.id, finding.c.rule.in_(said_once)).order_by(assessment.c.id.desc())
    is_same = connection.execute(compared.limit(1)).scalar() == Outcome.HOLDS.value
    pattern = load_wording(language).changes["revised_same" if is_same else "revised"]
    return Change(row.supervisor, pattern.format(agency=row.name, year=row.year, revision=row.revision), row.url, not is_same)


def _added(rows: list[Row[Any]], language: str) -> Change:
    words, first = load_wording(language).changes, rows[0]
    if len(rows) == 1:
        return Change(first.supervisor, words["new_one"].format(agency=first.name, year=first.year), first.url)
    years = load_wording(language).marks.listing.join(str(row.year) for row in rows)
    return Change(first.supervisor, words["new_many"].format(agency=first.name, years=years, count=len(rows)))


def _withdrawn(connection: Connection, night: date, language: str) -> list[Change]:
    """One line for each agency-year, though its page and its attachment each had an address."""
    words = load_wording(language).changes
    told: dict[str, Change] = {}
    rows = connection.execute(_seen(night, "withdrawn")).all()
    gone = {(row.agency_id, row.url) for row in rows}
    for row in rows:
        year = row.year if row.year is not None else _year_of(connection, row)
        standing = connection.execute(
            select(report.c.url).where(report.c.agency_id == row.agency_id, report.c.year == year, report.c.is_current.is_(True))
        ).scalar()
        is_elsewhere = standing is not None and (row.agency_id, standing) not in gone
        sentence = words["moved" if is_elsewhere else "withdrawn"].format(agency=row.name, year=year_name(year, language))
        told.setdefault(sentence, Change(row.supervisor, sentence, row.url))
    return list(told.values())


def _year_of(connection: Connection, seen: Row[Any]) -> int | None:
    return connection.execute(
        select(report.c.year).where(report.c.agency_id == seen.agency_id, report.c.url == seen.url)
    ).scalar()


def _missed(connection: Connection, night: date, language: str) -> list[Change]:
    words = load_wording(language)
    told: dict[str, Change] = {}
    for row in connection.execute(_seen(night, "missed")):
        before = select(sighting.c.state).where(
            sighting.c.agency_id == row.agency_id, sighting.c.url == row.url, sighting.c.night < night
        )
        is_news = connection.execute(before.order_by(sighting.c.night.desc()).limit(1)).scalar() != "missed"
        why = _why(row.reason, language)
        sentence = words.changes["missed"].format(agency=row.name, year=year_name(row.year, language), why=why)
        told.setdefault(sentence, Change(row.supervisor, sentence, row.url, is_news))
    return list(told.values())


def _seen(night: date, state: str) -> Any:
    return (
        select(sighting, agency.c.name, agency.c.supervisor)
        .join(agency, agency.c.id == sighting.c.agency_id)
        .where(sighting.c.night == night, sighting.c.state == state)
        .order_by(sighting.c.agency_id, sighting.c.year, sighting.c.url)
    )


def _why(kind: str, language: str) -> str:
    """An error's class in a supervisor's words; its full message is the maintainers'."""
    kinds = load_wording(language).kinds
    return next((phrase for name, phrase in kinds.items() if kind.startswith(name)), kinds["default"])


def _columns(connection: Connection, night: date, language: str) -> list[Change]:
    """Columns that failed alike since the same night make one line for each supervisor, however many agencies they are."""
    owners, together = _owners(connection), defaultdict(list)
    for row in connection.execute(
        select(column_outcome).where(column_outcome.c.night == night).order_by(column_outcome.c.start_url)
    ):
        before = _earlier(connection, row.start_url, night)
        if row.complete and (not before or before[0].complete):
            continue
        since = night if row.complete else _failing_since(before, night)
        for name, supervisor in owners[row.start_url]:
            together[supervisor, "" if row.complete else _why(row.kind, language), since].append((name, row.start_url))
    return [_column_change(*key, night, dict(reached), language) for key, reached in together.items()]


def _column_change(supervisor: str, why: str, since: date, night: date, columns: dict[str, str], language: str) -> Change:
    words = load_wording(language).changes
    names = list(columns)
    agencies = load_wording(language).marks.listing.join(names[:NAMED_AGENCIES])
    if len(names) > NAMED_AGENCIES:
        agencies = words["many_agencies"].format(agencies=agencies, count=len(names))
    sentence = words["unreached" if why else "reached"].format(agencies=agencies, why=why)
    if since != night:
        sentence = words["standing"].format(change=sentence, night=since)
    return Change(supervisor, sentence, next(iter(columns.values())) if len(columns) == 1 else "", since == night)


def _earlier(connection: Connection, start_url: str, night: date) -> Sequence[Row[Any]]:
    """The column's earlier nights, latest first."""
    nights = select(column_outcome.c.night, column_outcome.c.complete).where(column_outcome.c.start_url == start_url)
    return list(connection.execute(nights.where(column_outcome.c.night < night).order_by(column_outcome.c.night.desc())))


def _failing_since(before: Sequence[Row[Any]], night: date) -> date:
    failing = [row.night for row in takewhile(lambda row: not row.complete, before)]
    return failing[-1] if failing else night


def _owners(connection: Connection) -> dict[str, list[tuple[str, str]]]:
    """Which agencies (name, supervisor) publish in a column; several may share one."""
    owners = defaultdict(list)
    for row in connection.execute(select(agency).order_by(agency.c.id)):
        for start_url in row.start_urls:
            owners[start_url].append((row.name, row.supervisor))
    return owners
