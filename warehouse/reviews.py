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
from warehouse.sightings import SEEN

AS_READ, CORRECTED, UNREADABLE, DISMISSED = "as_read", "corrected", "unreadable", "dismissed"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at: a document (no address), or a figure of it with the text that was read and why it matters."""

    sha256: str
    part: str
    address: str
    agency: str
    year: int | None
    raw: str
    why: str
    url: str

    @property
    def id(self) -> str:
        """What it is called on the command line: enough of the hash, the part, the address."""
        return ":".join(filter(None, (self.sha256[:12], self.part, self.address)))


def review_queue(connection: Connection) -> tuple[Item, ...]:
    """Everything that nobody has decided: documents first, then figures by agency and year."""
    decided = {(row.sha256, row.part, row.address): row.expected for row in connection.execute(_latest())}
    items = (*_documents(connection), *_figures(connection))
    return tuple(each for each in items if decided.get((each.sha256, each.part, each.address)) != each.raw)


def find_item(connection: Connection, name: str) -> Item:
    """The item of an id. Raises WarehouseError where it is none of the queue."""
    found = [each for each in review_queue(connection) if each.id == name]
    if len(found) != 1:
        remedy = "`gouji review list` shows what waits."
        raise WarehouseError("nothing of this id waits for review", where=name, expected="an id of the queue", remedy=remedy)
    return found[0]


def keep_decision(
    connection: Connection, item: Item, verdict: str, value: Number | None, *, by: str, at: datetime, reason: str
) -> None:
    """Keep what a person decided. It holds while the same text is read."""
    key = {"sha256": item.sha256, "part": item.part, "address": item.address, "expected": item.raw}
    connection.execute(insert(decision).values(**key, verdict=verdict, value=value, by=by, at=at, reason=reason))


def decisions_of(connection: Connection) -> dict[tuple[str, str], tuple[Row[Any], ...]]:
    """By document and part, the last decision about each of its figures."""
    found: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(_latest()):
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
        return replace(cell, value=None, semantics=Semantics.UNREADABLE, certain=False)
    if row.verdict == CORRECTED:
        semantics = Semantics.NUMERIC if row.value else Semantics.ZERO
        return replace(cell, value=row.value, semantics=semantics, certain=True)
    return replace(cell, certain=True)


def _latest() -> Any:
    """The last decision about each thing."""
    later = decision.alias("later")
    same = and_(later.c.sha256 == decision.c.sha256, later.c.part == decision.c.part, later.c.address == decision.c.address)
    is_last = ~select(later.c.id).where(same, later.c.id > decision.c.id).exists()
    return select(decision).where(is_last).order_by(decision.c.id)


def _documents(connection: Connection) -> list[Item]:
    query = (
        select(reading.c.sha256, reading.c.part, reading.c.kind, reading.c.reason, agency.c.name, sighting.c.year, sighting.c.url)
        .join(sighting, and_(sighting.c.sha256 == reading.c.sha256, sighting.c.state.in_(SEEN)))
        .join(agency, agency.c.id == sighting.c.agency_id)
        .where(reading.c.is_current.is_(True), reading.c.status == QUARANTINED)
        .order_by(agency.c.id, sighting.c.year, reading.c.sha256, reading.c.part, sighting.c.night)
    )
    found = {}
    for row in connection.execute(query):
        item = Item(row.sha256, row.part, "", row.name, row.year, row.kind, row.reason, row.url)
        found[row.sha256, row.part] = item
    return list(found.values())


def _figures(connection: Connection) -> list[Item]:
    """Figures that were not read with certainty, in reports where a broken rule hangs on them."""
    query = (
        select(finding.c.rule, finding.c.scope, finding.c.cells, assessment.c.reading_id)
        .add_columns(report.c.sha256, report.c.part, report.c.year, report.c.url, agency.c.name, agency.c.id)
        .join(assessment, assessment.c.id == finding.c.assessment_id)
        .join(report, report.c.id == assessment.c.report_id)
        .join(agency, agency.c.id == report.c.agency_id)
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
            why = f"{row.rule} {row.scope}"
            item = Item(row.sha256, row.part, cell.address, row.name, row.year, cell.raw, why, row.url)
            found.setdefault((row.sha256, row.part, cell.address), item)
    return list(found.values())
