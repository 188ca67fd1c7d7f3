"""When an agency existed; what is said of a year's reports together; failures that are more likely ours. Existing rows are kept.

There is no way back from here: restore a copy of the database instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from warehouse.migrations.anew import add_columns, drop_views, make_anew, points_to
from warehouse.types import Exact

revision = "0003"
down_revision = "0002"

_VALUES = {
    "agency": {"valid_from": "null", "valid_to": "null"},
    "column_outcome": {"cms": "null"},
    "assessment": {"context": "null"},
}


def upgrade() -> None:
    """Add the columns and the tables."""
    tables = {"agency": _agency(), "column_outcome": _column_outcome(), "assessment": _assessment()}
    if op.get_bind().dialect.name == "sqlite":
        drop_views()
        for name, items in tables.items():
            make_anew(name, items, _VALUES[name])
        op.create_index("ix_assessment_report", "assessment", ["report_id", "is_current"])
    else:
        for name, items in tables.items():
            add_columns(name, items, _VALUES[name])
    op.create_table("survey", *_survey())
    op.create_table("survey_finding", *_survey_finding())
    op.create_index("ix_survey_finding_year", "survey_finding", ["year", "is_current"])
    op.create_table("cluster", *_cluster())
    op.create_table("cluster_finding", *_cluster_finding())
    op.create_index("ix_cluster_finding_assessment_id", "cluster_finding", ["assessment_id"])


def _text(*names: str) -> list[SchemaItem]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _agency() -> list[SchemaItem]:
    return [
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=False),
        sa.Column("supervisor", sa.Text(), nullable=False),
        sa.Column("start_urls", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
    ]


def _column_outcome() -> list[SchemaItem]:
    return [
        sa.Column("start_url", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cms", sa.String(length=32)),
        sa.PrimaryKeyConstraint("start_url", "night", name=op.f("pk_column_outcome")),
    ]


def _assessment() -> list[SchemaItem]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("previous_reading_id", sa.Integer()),
        sa.Column("previous_reason", sa.Text(), nullable=False),
        sa.Column("superseded_reading_id", sa.Integer()),
        sa.Column("rules_version", sa.String(length=64), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("context", sa.String(length=16)),
        points_to("assessment", "previous_reading_id", "reading.id"),
        points_to("assessment", "reading_id", "reading.id"),
        points_to("assessment", "report_id", "report.id"),
        points_to("assessment", "superseded_reading_id", "reading.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    ]


def _survey() -> list[SchemaItem]:
    return [
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("inputs", sa.String(length=64), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_survey")),
    ]


def _survey_finding() -> list[SchemaItem]:
    checks = {
        "outcome": "outcome in ('holds', 'broken', 'not_assessable')",
        "severity": "severity in ('error', 'warning', 'info')",
        "verdict": "verdict in ('agency', 'reading', 'undecided')",
    }
    return [
        sa.Column("agency_id", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=96), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        *_text("says", "reason"),
        *(sa.Column(name, Exact()) for name in ("left_value", "right_value", "delta")),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        *(sa.CheckConstraint(check, name=op.f(f"ck_survey_finding_{name}")) for name, check in checks.items()),
        points_to("survey_finding", "agency_id", "agency.id"),
        sa.PrimaryKeyConstraint("agency_id", "year", "rule", "scope", "night", name=op.f("pk_survey_finding")),
    ]


def _cluster() -> list[SchemaItem]:
    return [
        sa.Column("fingerprint", sa.String(length=256), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("reader_version", sa.String(length=64), nullable=False),
        sa.Column("cms", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=96), nullable=False),
        sa.Column("failing", sa.Integer(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        *_text("reason"),
        sa.CheckConstraint("state in ('held', 'released', 'gone')", name=op.f("ck_cluster_state")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_cluster")),
    ]


def _cluster_finding() -> list[SchemaItem]:
    return [
        sa.Column("fingerprint", sa.String(length=256), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=96), nullable=False),
        points_to("cluster_finding", "assessment_id", "assessment.id"),
        points_to("cluster_finding", "fingerprint", "cluster.fingerprint"),
        sa.PrimaryKeyConstraint("fingerprint", "assessment_id", "scope", name=op.f("pk_cluster_finding")),
    ]
