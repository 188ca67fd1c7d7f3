"""The register as the warehouse keeps it, and what of it the rules are told beside a report."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, select

from tasks.records import Agency
from warehouse.schema import agency


def agencies_of(connection: Connection) -> dict[str, Agency]:
    """The agencies known to the warehouse, by id."""
    return {row.id: _agency(row) for row in connection.execute(select(agency).order_by(agency.c.id))}


def neighbours_of(agencies: Mapping[str, Agency]) -> dict[str, frozenset[str]]:
    """By supervisor, the names of all its agencies: whose text another of them is most likely to have copied."""
    names: dict[str, set[str]] = defaultdict(set)
    for each in agencies.values():
        names[each.supervisor].add(each.name)
    return {supervisor: frozenset(group) for supervisor, group in names.items()}


def context_of(each: Agency | None, neighbours: Set[str]) -> str:
    """A name for what the register says of an agency and its neighbours: when it changes, the reports are assessed anew."""
    line = asdict(each) if each is not None else {}
    of_rules = [line.get(name) for name in ("name", "aliases", "level", "valid_from", "valid_to")]
    return hashlib.sha256(repr((of_rules, sorted(neighbours))).encode()).hexdigest()[:16]


def _agency(row: Row[Any]) -> Agency:
    lists = {"aliases": tuple(row.aliases), "start_urls": tuple(row.start_urls)}
    return Agency(**{**row._mapping, **lists})
