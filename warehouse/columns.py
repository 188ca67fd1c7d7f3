"""Columns and checks that several tables have alike, said once; each call makes them anew, as a table needs its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Date, String, Text

from warehouse.types import Exact


def register_columns() -> list[Column[Any]]:
    """What the register says of an agency, beside its id."""
    return [
        Column("name", Text, nullable=False),
        Column("aliases", JSON, nullable=False),
        Column("level", String(32), nullable=False),
        Column("parent", String(64), nullable=False),
        Column("supervisor", Text, nullable=False),
        Column("start_urls", JSON, nullable=False),
        Column("valid_from", Date),
        Column("valid_to", Date),
        Column("region", String(6), nullable=False, default=""),
        Column("uscc", String(18), nullable=False, default=""),
        Column("scope", String(16), nullable=False, default=""),
    ]


def register_checks() -> list[CheckConstraint]:
    """The words that the register may use."""
    return [CheckConstraint("scope in ('', 'own', 'aggregate')", name="scope")]


def finding_columns() -> list[Column[Any]]:
    """What a rule says: how grave it is, whether it holds, with which figures."""
    return [
        Column("severity", String(16), nullable=False),
        Column("outcome", String(16), nullable=False),
        Column("says", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("left_value", Exact),
        Column("right_value", Exact),
        Column("delta", Exact),
        Column("cells", JSON, nullable=False),
    ]


def finding_checks() -> list[CheckConstraint]:
    """The words that a finding may use."""
    return [
        CheckConstraint("outcome in ('holds', 'broken', 'not_assessable')", name="outcome"),
        CheckConstraint("severity in ('error', 'warning', 'info')", name="severity"),
        CheckConstraint("verdict in ('agency', 'reading', 'undecided')", name="verdict"),
    ]
