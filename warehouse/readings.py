"""Readings and their rows: what one version of our readers made of each report in a document, kept and rebuilt exactly."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, select, tuple_, update

from tasks.printed import Agreement, Locator
from tasks.records import Cell, Claim, Quarantine, Reading, Section, Semantics
from warehouse.bulk import insert_many
from warehouse.schema import claim, figure, reading, section
from warehouse.upsert import chunks, insert_missing

READ, QUARANTINED = "read", "quarantined"
_PREAMBLE = "preamble"  # the id of the row that keeps it among the sections
Key = tuple[str, str, str]  # SHA-256, reader version, part


def keep_readings(connection: Connection, results: Sequence[Reading | Quarantine], night: date) -> int:
    """Keep what is not kept yet of these results, all figures with it, and mark them current. Returns how many figures it added.

    Other versions' readings of the same documents stay, no longer current: also where an earlier version is back in force.
    """
    kept = reading_ids(connection, map(reading_key, results))
    new = {reading_key(each): each for each in results if reading_key(each) not in kept}
    insert_missing(connection, reading, [_reading_row(each, night) for each in new.values()])
    ids = reading_ids(connection, map(reading_key, results))
    read = [(ids[key], each) for key, each in new.items() if isinstance(each, Reading)]
    figures = [row for number, each in read for row in _figure_rows(number, each)]
    insert_many(connection, figure, figures)
    insert_many(connection, section, [row for number, each in read for row in _section_rows(number, each)])
    insert_many(connection, claim, [row for number, each in read for row in _claim_rows(number, each)])
    _mark_current(connection, {each.sha256 for each in results}, set(ids.values()))
    return len(figures)


def _mark_current(connection: Connection, hashes: set[str], current: set[int]) -> None:
    marked: set[int] = set()
    for chunk in chunks(sorted(hashes)):
        of_these = and_(reading.c.sha256.in_(chunk), reading.c.is_current.is_(True))
        marked |= set(connection.execute(select(reading.c.id).where(of_these)).scalars())
    for ids, is_current in ((marked - current, False), (current - marked, True)):
        for numbers in chunks(sorted(ids)):
            connection.execute(update(reading).where(reading.c.id.in_(numbers)).values(is_current=is_current))


def reading_key(result: Reading | Quarantine) -> Key:
    """What there is only one reading of: a document, a version of the readers, a part of the document."""
    return result.sha256, result.reader_version, result.part


def reading_ids(connection: Connection, keys: Iterable[Key]) -> dict[Key, int]:
    """The ids of readings by (SHA-256, reader version, part); those that are not kept are left out."""
    query = select(reading.c.sha256, reading.c.reader_version, reading.c.part, reading.c.id)
    found: dict[Key, int] = {}
    for chunk in chunks(sorted(set(keys))):
        rows = connection.execute(query.where(tuple_(reading.c.sha256, reading.c.reader_version, reading.c.part).in_(chunk)))
        found |= {(row.sha256, row.reader_version, row.part): row.id for row in rows}
    return found


def rebuild(connection: Connection, ids: Iterable[int]) -> dict[int, Reading]:
    """Readings by their ids, equal to those that were kept. Quarantined ones are left out."""
    wanted = sorted(set(ids))
    figures, sections, claims = (_children(connection, table, wanted) for table in (figure, section, claim))
    rows = chain.from_iterable(
        connection.execute(select(reading).where(reading.c.id.in_(chunk), reading.c.status == READ)) for chunk in chunks(wanted)
    )
    return {row.id: _reading(row, figures[row.id], sections[row.id], claims[row.id]) for row in rows}


def _children(connection: Connection, table: Table, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for chunk in chunks(ids):
        query = select(table).where(table.c.reading_id.in_(chunk)).order_by(table.c.reading_id, table.c.position)
        for row in connection.execute(query):
            found[row.reading_id].append(row)
    return found


def _reading(row: Row[Any], figures: Sequence[Row[Any]], sections: Sequence[Row[Any]], claims: Sequence[Row[Any]]) -> Reading:
    return Reading(
        sha256=row.sha256,
        reader=row.reader,
        reader_version=row.reader_version,
        title=row.title,
        agency=row.agency_printed,
        year=row.year_printed,
        period=(row.period_from, row.period_to) if row.period_from and row.period_to else None,
        editions=tuple((table, edition) for table, edition in row.editions),
        sections=tuple(Section(each.id, each.heading, each.text) for each in sections if each.id != _PREAMBLE),
        preamble=next((each.text for each in sections if each.id == _PREAMBLE), ""),
        cells=tuple(_cell(each) for each in figures),
        claims=tuple(Claim(**{name: getattr(each, name) for name in Claim.__slots__}) for each in claims),
        problems=tuple(row.problems),
        part=row.part,
        published=row.published,
    )


def _cell(row: Row[Any]) -> Cell:
    return Cell(
        address=row.address,
        raw=row.raw,
        value=row.value,
        semantics=Semantics(row.semantics),
        locator=_locator(row.locator),
        certain=row.certain,
        unit=row.unit,
        agreement=Agreement(row.agreement),
        confidence=row.confidence,
    )


def _locator(stored: str) -> Locator:
    parts = json.loads(stored)
    if "box" in parts:
        parts["box"] = tuple(parts["box"])
    return Locator(**parts)


def _reading_row(result: Reading | Quarantine, night: date) -> dict[str, Any]:
    head: dict[str, Any] = {
        "sha256": result.sha256,
        "reader": result.reader,
        "reader_version": result.reader_version,
        "part": result.part,
        "is_current": False,
        "night": night,
    }
    if isinstance(result, Quarantine):
        blank = {"title": "", "agency_printed": ""} | dict.fromkeys(("year_printed", "period_from", "period_to", "published"))
        refused = {"status": QUARANTINED, "kind": result.kind, "reason": result.reason, "content": None}
        return head | refused | blank | {"editions": [], "problems": [], "figures": 0}
    begin, end = result.period or (None, None)
    return head | {
        "status": READ,
        "kind": "",
        "reason": "",
        "title": result.title,
        "agency_printed": result.agency,
        "year_printed": result.year,
        "period_from": begin,
        "period_to": end,
        "published": result.published,
        "editions": [list(pair) for pair in result.editions],
        "problems": list(result.problems),
        "figures": sum(cell.value is not None for cell in result.figures().values()),
        "content": result.content,
    }


def _figure_rows(reading_id: int, read: Reading) -> list[dict[str, Any]]:
    return [_figure_row(reading_id, position, cell) for position, cell in enumerate(read.figures().values())]


def _figure_row(reading_id: int, position: int, cell: Cell) -> dict[str, Any]:
    table, _, rest = cell.address.partition(".")
    row, _, column = rest.rpartition(".")
    places = {name: place for name in Locator.__slots__ if (place := getattr(cell.locator, name)) is not None}
    return {
        "reading_id": reading_id,
        "address": cell.address,
        "position": position,
        "table_name": table,
        "row_key": row,
        "column_key": column,
        "raw": cell.raw,
        "value": cell.value,
        "semantics": cell.semantics.value,
        "unit": cell.unit,
        "certain": cell.certain,
        "agreement": cell.agreement.value,
        "confidence": cell.confidence,
        "locator": json.dumps(places, ensure_ascii=False),
    }


def _section_rows(reading_id: int, read: Reading) -> list[dict[str, Any]]:
    """The sections, and the preamble as one more."""
    preamble = (Section(_PREAMBLE, "", read.preamble),) if read.preamble else ()
    return [
        {"reading_id": reading_id, "position": position, "id": each.id, "heading": each.heading, "text": each.text}
        for position, each in enumerate((*read.sections, *preamble))
    ]


def _claim_rows(reading_id: int, read: Reading) -> list[dict[str, Any]]:
    return [{"reading_id": reading_id, "position": position} | asdict(each) for position, each in enumerate(read.claims)]
