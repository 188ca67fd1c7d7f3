"""What people must look at (documents that cannot be read, doubtful figures that a finding hangs on), and what they decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select

from tasks.errors import WarehouseError
from tasks.records import Cell, Number, Outcome, Reading, Semantics, Verdict
from warehouse.readings import QUARANTINED
from warehouse.schema import agency, assessment, figure, finding, reading, report, sighting
from warehouse.schema_beside import decision
from warehouse.sightings import SEEN, covers_of

AS_READ, CORRECTED, UNREADABLE, DISMISSED = "as_read", "corrected", "unreadable", "dismissed"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at: a document (no address), or a figure of it with the text that was read and why it matters.

    why: what the reader said, or the rule that hangs on the figure, `scope` its row or column. editions: (table, edition) pairs.
    """

    sha256: str
    part: str
    address: str
    agency: str
    year: int | None
    raw: str
    why: str
    url: str
    scope: str = ""
    editions: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """What it is called on the command line: enough of the hash, the part, the address."""
        return ":".join(filter(None, (self.sha256[:12], self.part, self.address)))


@dataclass(frozen=True, slots=True)
class Decided:
    """An item that was decided, and all that was said of it, the newest last."""

    item: Item
    decisions: tuple[Row[Any], ...]

    @property
    def holds(self) -> bool:
        """Whether the newest decision was made on the text that is read now."""
        return bool(self.decisions[-1].expected == self.item.raw)


def review_queue(connection: Connection) -> tuple[Item, ...]:
    """Everything that nobody has decided: documents first, then figures by agency and year."""
    decided = {(row.sha256, row.part, row.address): row.expected for row in connection.execute(_latest())}
    items = (*_documents(connection), *_figures(connection))
    return tuple(each for each in items if decided.get((each.sha256, each.part, each.address)) != each.raw)


def decided_items(connection: Connection) -> tuple[Decided, ...]:
    """Everything that somebody has decided, whether or not anything hangs on it now, in the order of the first decisions."""
    said: dict[tuple[str, str, str], list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(select(decision).order_by(decision.c.id)):
        said[row.sha256, row.part, row.address].append(row)
    return tuple(Decided(_decided_item(connection, rows[-1]), tuple(rows)) for rows in said.values())


def find_item(connection: Connection, name: str) -> Decided:
    """The item of an id, with what was decided of it. Raises WarehouseError where it waits for nobody and nobody decided it."""
    found = {each.item.id: each for each in decided_items(connection)}
    waiting = {each.id: each for each in review_queue(connection)}
    if name in waiting:
        return Decided(waiting[name], found[name].decisions if name in found else ())
    if name not in found:
        remedy = "`gouji review list` shows what waits, with --decided what was decided."
        raise WarehouseError("nothing of this id waits for review", where=name, expected="an id of the list", remedy=remedy)
    return found[name]


def keep_decision(
    connection: Connection, item: Item, verdict: str, value: Number | None, *, by: str, at: datetime, reason: str
) -> None:
    """Keep what a person decided. It holds while the same text is read."""
    key = {"sha256": item.sha256, "part": item.part, "address": item.address, "expected": item.raw}
    connection.execute(insert(decision).values(**key, verdict=verdict, value=value, by=by, at=at, reason=reason))


def decisions_of(connection: Connection, sha256: str | None = None) -> dict[tuple[str, str], tuple[Row[Any], ...]]:
    """By document (all, or just one) and part, the last decision about each of its figures."""
    found: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    query = _latest() if sha256 is None else _latest().where(decision.c.sha256 == sha256)
    for row in connection.execute(query):
        if row.address:
            found[row.sha256, row.part].append(row)
    return {key: tuple(rows) for key, rows in found.items()}


def as_decided(read: Reading, decisions: Iterable[Row[Any]]) -> Reading:
    """The reading with what people decided beside what was read; a decision about another text than that is left aside."""
    by_address: Mapping[str, Row[Any]] = {row.address: row for row in decisions}
    if not by_address:
        return read
    cells = tuple(_decided(cell, by_address.get(cell.address)) for cell in read.cells)
    return replace(read, cells=cells)


def _decided(cell: Cell, row: Row[Any] | None) -> Cell:
    if row is None or row.expected != cell.raw:
        return cell
    if row.verdict == UNREADABLE:
        return replace(cell, value=None, semantics=Semantics.UNREADABLE, certain=False, decided=UNREADABLE)
    if row.verdict == CORRECTED:
        semantics = Semantics.NUMERIC if row.value else Semantics.ZERO
        return replace(cell, value=row.value, semantics=semantics, certain=True, decided=CORRECTED)
    return replace(cell, certain=True, decided=AS_READ)


def _latest() -> Any:
    """The last decision about each thing."""
    later = decision.alias("later")
    same = and_(later.c.sha256 == decision.c.sha256, later.c.part == decision.c.part, later.c.address == decision.c.address)
    is_last = ~select(later.c.id).where(same, later.c.id > decision.c.id).exists()
    return select(decision).where(is_last).order_by(decision.c.id)


def _decided_item(connection: Connection, row: Row[Any]) -> Item:
    """The item that a decision is about, as it is read now."""
    of_part = and_(reading.c.sha256 == row.sha256, reading.c.part == row.part, reading.c.is_current.is_(True))
    read = connection.execute(select(reading).where(of_part)).first()
    query = select(agency.c.name, sighting.c.year, sighting.c.url).join(agency, agency.c.id == sighting.c.agency_id)
    seen = connection.execute(query.where(sighting.c.sha256 == row.sha256).order_by(sighting.c.night.desc())).first()
    who, year, url = tuple(seen) if seen is not None else ("", None, "")
    raw = "" if read is None else read.kind
    if read is not None and row.address:
        of_cell = and_(figure.c.reading_id == read.id, figure.c.address == row.address)
        raw = connection.execute(select(figure.c.raw).where(of_cell)).scalar() or ""
    editions = tuple((table, edition) for table, edition in read.editions) if read is not None else ()
    return Item(row.sha256, row.part, row.address, who, year, raw, "", url, editions=editions)


def _documents(connection: Connection) -> list[Item]:
    """Documents that could not be read, without pages that only lead to an attachment which was."""
    covers = covers_of(connection)
    query = (
        select(reading.c.sha256, reading.c.part, reading.c.kind, reading.c.reason, agency.c.name, sighting.c.year, sighting.c.url)
        .join(sighting, and_(sighting.c.sha256 == reading.c.sha256, sighting.c.state.in_(SEEN)))
        .join(agency, agency.c.id == sighting.c.agency_id)
        .where(reading.c.is_current.is_(True), reading.c.status == QUARANTINED)
        .order_by(agency.c.id, sighting.c.year, reading.c.sha256, reading.c.part, sighting.c.night)
    )
    found = {}
    for row in connection.execute(query):
        if row.sha256 not in covers:
            item = Item(row.sha256, row.part, "", row.name, row.year, row.kind, row.reason, row.url)
            found[row.sha256, row.part] = item
    return list(found.values())


def _figures(connection: Connection) -> list[Item]:
    """Figures that were not read with certainty, in reports where a broken rule hangs on them."""
    query = (
        select(finding.c.rule, finding.c.scope, finding.c.cells, assessment.c.reading_id)
        .add_columns(report.c.sha256, report.c.part, report.c.year, report.c.url, agency.c.name, agency.c.id, reading.c.editions)
        .join(assessment, assessment.c.id == finding.c.assessment_id)
        .join(report, report.c.id == assessment.c.report_id)
        .join(agency, agency.c.id == report.c.agency_id)
        .join(reading, reading.c.id == assessment.c.reading_id)
        .where(assessment.c.is_current.is_(True), report.c.is_current.is_(True))
        .where(finding.c.outcome == Outcome.BROKEN.value, finding.c.verdict != Verdict.AGENCY.value)
        .order_by(agency.c.id, report.c.year, finding.c.rule, finding.c.scope)
    )
    found: dict[tuple[str, str, str], Item] = {}
    for row in connection.execute(query).all():
        doubtful = select(figure.c.address, figure.c.raw).where(
            figure.c.reading_id == row.reading_id, figure.c.certain.is_(False)
        )
        for cell in connection.execute(doubtful.where(figure.c.address.in_(row.cells)).order_by(figure.c.position)):
            key, editions = (row.sha256, row.part, cell.address), tuple((table, edition) for table, edition in row.editions)
            found.setdefault(key, Item(*key, row.name, row.year, cell.raw, row.rule, row.url, row.scope, editions))
    return list(found.values())
