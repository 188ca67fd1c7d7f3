"""The warehouse's tables, continued: what is said of a year's reports together, and failures that are more likely ours.

`metadata` here has all tables, those of schema.py too.
"""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from warehouse.columns import finding_checks, finding_columns
from warehouse.schema import metadata

__all__ = ["cluster", "cluster_finding", "metadata", "survey", "survey_finding"]

survey = Table(
    "survey",
    metadata,
    Column("year", Integer, primary_key=True),
    Column("inputs", String(64), nullable=False),
    Column("night", Date, nullable=False),
)

survey_finding = Table(
    "survey_finding",
    metadata,
    Column("agency_id", ForeignKey("agency.id"), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("rule", String(32), primary_key=True),
    Column("scope", String(96), primary_key=True),
    Column("night", Date, primary_key=True),
    Column("is_current", Boolean, nullable=False),
    *finding_columns(),
    Column("verdict", String(16), nullable=False),
    *finding_checks(),
    Index("ix_survey_finding_year", "year", "is_current"),
)

cluster = Table(
    "cluster",
    metadata,
    Column("fingerprint", String(256), primary_key=True),
    Column("reader", String(64), nullable=False),
    Column("reader_version", String(64), nullable=False),
    Column("cms", String(32), nullable=False),
    Column("rule", String(32), nullable=False),
    Column("place", String(96), nullable=False),
    Column("failing", Integer, nullable=False),
    Column("reports", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("since", Date, nullable=False),
    Column("night", Date, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("state in ('held', 'released', 'gone')", name="state"),
)

cluster_finding = Table(
    "cluster_finding",
    metadata,
    Column("fingerprint", ForeignKey("cluster.fingerprint"), primary_key=True),
    Column("assessment_id", ForeignKey("assessment.id"), primary_key=True),
    Column("scope", String(96), primary_key=True),
    Index("ix_cluster_finding_assessment_id", "assessment_id"),
)
