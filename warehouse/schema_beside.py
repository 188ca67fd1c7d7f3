"""The warehouse's tables, continued: what stands beside a night's rows: regions, earlier names, crosswalk, people's decisions.

`metadata` here has all tables, those of schema.py and schema_survey.py too.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from warehouse.columns import register_checks, register_columns
from warehouse.schema_survey import metadata
from warehouse.types import Exact, Moment

__all__ = ["agency_version", "crosswalk", "decision", "metadata", "region"]

region = Table(
    "region",
    metadata,
    Column("code", String(6), primary_key=True),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("parent", String(6), nullable=False),
    Column("province", Text, nullable=False),
    Column("prefecture", Text, nullable=False),
)

agency_version = Table(
    "agency_version",
    metadata,
    Column("agency_id", ForeignKey("agency.id"), primary_key=True),
    Column("night", Date, primary_key=True),
    *register_columns(),
    *register_checks(),
)

crosswalk = Table(
    "crosswalk",
    metadata,
    Column("indicator", String(64), primary_key=True),
    Column("edition", String(8), primary_key=True),
    Column("address", String(96), primary_key=True),
    Column("label", Text, nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", ForeignKey("document.sha256"), nullable=False),
    Column("part", Text, nullable=False),
    Column("address", String(96), nullable=False),
    Column("expected", Text, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("value", Exact),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("verdict in ('as_read', 'corrected', 'unreadable', 'dismissed')", name="verdict"),
    Index("ix_decision_sha256", "sha256", "part", "address"),
)
