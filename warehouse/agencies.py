"""The register as the warehouse keeps it, and what of it the rules are told beside a report."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from tasks.errors import SettingsError
from tasks.records import Agency
from warehouse.regions import region_of
from warehouse.schema import agency
from warehouse.schema_beside import agency_version, crosswalk, region
from warehouse.upsert import insert_or_replace


def agencies_of(connection: Connection) -> dict[str, Agency]:
    """The agencies known to the warehouse, by id."""
    return {row.id: _agency(row) for row in connection.execute(select(agency).order_by(agency.c.id))}


def check_agencies(connection: Connection, ids: Iterable[str]) -> None:
    """Raise SettingsError for ids that no agency has."""
    known = set(connection.execute(select(agency.c.id)).scalars())
    if unknown := set(ids) - known:
        raise SettingsError(
            f"no agency {', '.join(sorted(unknown))}",
            where="the warehouse",
            expected="ids of the register",
            remedy='`gouji sql "select id, name from agency"` lists them.',
        )


def keep_agencies(connection: Connection, rows: Sequence[dict[str, Any]], night: date) -> None:
    """Keep the register's lines, each with its region; a line that differs from the last known one is one more version."""
    rows = [row | {"region": row["region"] or region_of(row["name"])} for row in rows]
    insert_or_replace(connection, agency, ("id",), rows)
    latest = select(agency_version).order_by(agency_version.c.night)
    known = {row.agency_id: row for row in connection.execute(latest.where(agency_version.c.night <= night))}
    new = []
    for row in rows:
        before = known.get(row["id"])
        line = {name: value for name, value in row.items() if name != "id"}
        if before is None or any(getattr(before, name) != value for name, value in line.items()):
            new.append(line | {"agency_id": row["id"], "night": night})
    insert_or_replace(connection, agency_version, ("agency_id", "night"), new)


def keep_reference(connection: Connection, areas: Sequence[dict[str, Any]], figures: Sequence[dict[str, Any]]) -> None:
    """Make these the regions and the crosswalk, where they are not already."""
    for table, rows in ((region, areas), (crosswalk, figures)):
        columns = [column.name for column in table.columns]
        kept = {tuple(row) for row in connection.execute(select(table))}
        if kept != {tuple(row[name] for name in columns) for row in rows}:
            connection.execute(delete(table))
            connection.execute(insert(table), list(rows))


def neighbours_of(agencies: Mapping[str, Agency]) -> dict[str, frozenset[str]]:
    """By supervisor, the names of all its agencies: whose text another of them is most likely to have copied."""
    names: dict[str, set[str]] = defaultdict(set)
    for each in agencies.values():
        names[each.supervisor].add(each.name)
    return {supervisor: frozenset(group) for supervisor, group in names.items()}


def context_of(each: Agency | None, neighbours: Set[str], decided: Iterable[object] = ()) -> str:
    """A name for what the register says of an agency and its neighbours, and what people decided of a report's figures.

    When it changes, the report is assessed anew.
    """
    line = asdict(each) if each is not None else {}
    of_rules = [line.get(name) for name in ("name", "aliases", "level", "valid_from", "valid_to")]
    told = (of_rules, sorted(neighbours), *([sorted(map(str, decided))] if decided else []))
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _agency(row: Row[Any]) -> Agency:
    lists = {"aliases": tuple(row.aliases), "start_urls": tuple(row.start_urls)}
    return Agency(**{**row._mapping, **lists})
