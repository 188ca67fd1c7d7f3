"""Readings and their rows: what one version of our readers made of one document, kept and rebuilt exactly."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select, tuple_

from tasks.printed import Locator
from tasks.records import Cell, Claim, Quarantine, Reading, Section, Semantics
from warehouse.schema import claim, figure, reading, section
from warehouse.upsert import chunks, insert_missing

READ, QUARANTINED = "read", "quarantined"


def keep_readings(connection: Connection, results: Sequence[Reading | Quarantine], night: date) -> int:
    """Keep what is not kept yet of these results, all figures with it. Returns how many figures were added."""
    kept = reading_ids(connection, ((each.sha256, each.reader_version) for each in results))
    new = {(each.sha256, each.reader_version): each for each in results if (each.sha256, each.reader_version) not in kept}
    insert_missing(connection, reading, [_reading_row(each, night) for each in new.values()])
    ids = reading_ids(connection, new)
    read = [(ids[key], each) for key, each in new.items() if isinstance(each, Reading)]
    figures = [row for number, each in read for row in _figure_rows(number, each)]
    insert_missing(connection, figure, figures)
    insert_missing(connection, section, [row for number, each in read for row in _section_rows(number, each)])
    insert_missing(connection, claim, [row for number, each in read for row in _claim_rows(number, each)])
    return len(figures)


def reading_ids(connection: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The ids of readings by (SHA-256, reader version); those that are not kept are left out."""
    query = select(reading.c.sha256, reading.c.reader_version, reading.c.id)
    found: dict[tuple[str, str], int] = {}
    for chunk in chunks(sorted(set(keys))):
        rows = connection.execute(query.where(tuple_(reading.c.sha256, reading.c.reader_version).in_(chunk)))
        found |= {(row.sha256, row.reader_version): row.id for row in rows}
    return found


def newest() -> Any:
    """The id of the newest reading of each document: a subquery of (sha256, id)."""
    return select(reading.c.sha256, func.max(reading.c.id).label("id")).group_by(reading.c.sha256).subquery("newest")


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
        sections=tuple(Section(id=each.id, heading=each.heading, text=each.text) for each in sections),
        cells=tuple(_cell(each) for each in figures),
        claims=tuple(Claim(sentence=each.sentence, measure=each.measure, value=each.value, year=each.year) for each in claims),
        problems=tuple(row.problems),
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
        "night": night,
    }
    if isinstance(result, Quarantine):
        blank = {"title": "", "agency_printed": "", "year_printed": None, "period_from": None, "period_to": None}
        refused = {"status": QUARANTINED, "kind": result.kind, "reason": result.reason}
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
        "editions": [list(pair) for pair in result.editions],
        "problems": list(result.problems),
        "figures": sum(cell.value is not None for cell in result.figures().values()),
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
        "locator": json.dumps(places, ensure_ascii=False),
    }


def _section_rows(reading_id: int, read: Reading) -> list[dict[str, Any]]:
    return [
        {"reading_id": reading_id, "position": position, "id": each.id, "heading": each.heading, "text": each.text}
        for position, each in enumerate(read.sections)
    ]


def _claim_rows(reading_id: int, read: Reading) -> list[dict[str, Any]]:
    return [
        {"reading_id": reading_id, "position": position, "sentence": each.sentence, "measure": each.measure}
        | {"value": each.value, "year": each.year}
        for position, each in enumerate(read.claims)
    ]
