"""Regions, earlier names of agencies, the crosswalk between forms, people's decisions. Existing rows are kept.

There is no way back from here: restore a copy of the database instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from warehouse.migrations.anew import add_columns, drop_views, make_anew, points_to
from warehouse.types import Exact

revision = "0004"
down_revision = "0003"

_NEW = {"region": "''"}


def upgrade() -> None:
    """Add the column and the tables. The agencies' present lines become their first versions."""
    items = [*_line("id", "pk_agency")]
    if op.get_bind().dialect.name == "sqlite":
        drop_views()
        make_anew("agency", items, _NEW)
    else:
        add_columns("agency", items, _NEW)
    op.create_table("region", *_region())
    op.create_table("agency_version", *_agency_version())
    op.create_table("crosswalk", *_crosswalk())
    op.create_table("decision", *_decision())
    op.create_index("ix_decision_sha256", "decision", ["sha256", "part", "address"])
    for name, table, columns, rows in (
        ("ix_figure_total", "figure", ["reading_id", "table_name", "row_key", "value", "column_key"], "column_key = 'total'"),
        ("ix_finding_open", "finding", ["assessment_id", "rule", "outcome", "verdict", "severity"], "outcome <> 'holds'"),
    ):
        op.create_index(name, table, columns, sqlite_where=sa.text(rows), postgresql_where=sa.text(rows))


def _text(*names: str) -> list[SchemaItem]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _known() -> list[SchemaItem]:
    return [
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=False),
        sa.Column("supervisor", sa.Text(), nullable=False),
        sa.Column("start_urls", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.Column("region", sa.String(length=6), nullable=False),
    ]


def _line(key: str, name: str) -> list[SchemaItem]:
    return [sa.Column(key, sa.String(length=64), nullable=False), *_known(), sa.PrimaryKeyConstraint(key, name=op.f(name))]


def _region() -> list[SchemaItem]:
    return [
        sa.Column("code", sa.String(length=6), nullable=False),
        *_text("name", "type"),
        sa.Column("parent", sa.String(length=6), nullable=False),
        *_text("province", "prefecture"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    ]


def _agency_version() -> list[SchemaItem]:
    return [
        sa.Column("agency_id", sa.String(length=64), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        *_known(),
        points_to("agency_version", "agency_id", "agency.id"),
        sa.PrimaryKeyConstraint("agency_id", "night", name=op.f("pk_agency_version")),
    ]


def _crosswalk() -> list[SchemaItem]:
    return [
        sa.Column("indicator", sa.String(length=64), nullable=False),
        sa.Column("edition", sa.String(length=8), nullable=False),
        sa.Column("address", sa.String(length=96), nullable=False),
        *_text("label"),
        sa.PrimaryKeyConstraint("indicator", "edition", "address", name=op.f("pk_crosswalk")),
    ]


def _decision() -> list[SchemaItem]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        *_text("part"),
        sa.Column("address", sa.String(length=96), nullable=False),
        *_text("expected"),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("value", Exact()),
        *_text("by"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *_text("reason"),
        sa.CheckConstraint("verdict in ('as_read', 'corrected', 'unreadable', 'dismissed')", name=op.f("ck_decision_verdict")),
        points_to("decision", "sha256", "document.sha256"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    ]
