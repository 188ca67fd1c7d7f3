"""The whole warehouse as text, the same for the same state however and how often it was filled: to compare two of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, select

from warehouse.schema import assessment, document, outbox, reading, report, run, sighting
from warehouse.schema_beside import decision
from warehouse.schema_notice import metadata, notice_step

# What a run leaves of itself rather than of the world: its clock, the server's (Date, ETag and the like), its attempts.
_OF_THE_RUN = {
    document.c.fetched_at,
    document.c.headers,
    sighting.c.etag,
    sighting.c.last_modified,
    run.c.started_at,
    run.c.finished_at,
    run.c.summary,
    outbox.c.sent_at,
    outbox.c.attempts,
    decision.c.at,
    notice_step.c.at,
}
_Names = Mapping[int, str]


def canonical_dump(engine: Engine) -> str:
    """Every table and row in one order, natural keys in place of ids, without the traces of single runs."""
    with engine.connect() as connection:
        names = _natural_keys(connection)
        lines = [line for table in metadata.sorted_tables for line in _table(connection, table, names)]
    return "\n".join([*lines, ""])


def _table(connection: Connection, table: Table, names: Mapping[str, _Names]) -> Iterator[str]:
    is_surrogate = table.name in names or table in (sighting, run, decision, notice_step)
    columns = [column for column in table.c if column not in _OF_THE_RUN and not (is_surrogate and column.name == "id")]
    yield f"# {table.name}: {', '.join(column.name for column in columns)}"
    targets = [
        next((key.column.table.name for key in column.foreign_keys if key.column.table.name in names), "") for column in columns
    ]
    query = select(*columns).where(run.c.finished_at.is_not(None)).distinct() if table is run else select(*columns)
    rows = (
        [_natural(value, names.get(target, {})) for value, target in zip(row, targets, strict=True)]
        for row in connection.execute(query)
    )
    yield from sorted(json.dumps(row, ensure_ascii=False, sort_keys=True, default=_plain) for row in rows)


def _natural(value: Any, names: _Names) -> Any:
    return names.get(value, value) if names else value


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no canonical text")


def _natural_keys(connection: Connection) -> dict[str, _Names]:
    """By table, what each id stands for."""
    readings = _keys(connection, reading, lambda row: f"{row.sha256} {row.reader_version} {row.part}")
    reports = _keys(connection, report, lambda row: f"{row.agency_id} {row.year} revision {row.revision}")

    def assessed(row: Row[Any]) -> str:
        beside = [readings.get(number, "-") for number in (row.reading_id, row.previous_reading_id, row.superseded_reading_id)]
        return " | ".join([reports[row.report_id], *beside, row.previous_reason, row.rules_version, row.night.isoformat()])

    return {"reading": readings, "report": reports, "assessment": _keys(connection, assessment, assessed)}


def _keys(connection: Connection, table: Table, name: Callable[[Row[Any]], str]) -> _Names:
    return {row.id: name(row) for row in connection.execute(select(table))}
