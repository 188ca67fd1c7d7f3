"""Several reports in one document; how a figure was read; whose number a claim is. Existing rows are kept.

There is no way back from here: restore a copy of the database instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from warehouse.migrations.anew import add_columns, drop_views, make_anew, points_to

revision = "0002"
down_revision = "0001"

# What the new columns hold in the rows that are there: one report a document, read once, speaking of itself.
_NEWEST = "id in (select max(id) from {table} group by sha256)"
_VALUES = {
    "reading": {"part": "''", "is_current": _NEWEST, "published": "null"},
    "figure": {"agreement": "'plain'", "confidence": "1.0"},
    "claim": {"scope": "'own'", "period": "''"},
    "report": {"part": "''", "doubt": "''"},
}


def upgrade() -> None:
    """Add the columns, in the places where the schema has them."""
    tables = {"reading": _reading(), "figure": _figure(), "claim": _claim(), "report": _report()}
    if op.get_bind().dialect.name == "sqlite":
        drop_views()
        for name, items in tables.items():
            make_anew(name, items, _VALUES[name])
        op.create_index("ix_figure_address", "figure", ["address"])
        return
    for name, items in tables.items():
        add_columns(name, items, _VALUES[name])
    op.drop_constraint(op.f("uq_reading_sha256_reader_version"), "reading", type_="unique")
    op.create_unique_constraint(op.f("uq_reading_sha256_reader_version_part"), "reading", ["sha256", "reader_version", "part"])
    op.create_check_constraint(op.f("ck_figure_agreement"), "figure", _AGREEMENT)


_AGREEMENT = "agreement in ('plain', 'agreed', 'witnessed', 'alone', 'disputed')"


def _reading() -> list[SchemaItem]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("reader_version", sa.String(length=64), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("agency_printed", sa.Text(), nullable=False),
        sa.Column("year_printed", sa.Integer()),
        sa.Column("period_from", sa.Date()),
        sa.Column("period_to", sa.Date()),
        sa.Column("published", sa.Date()),
        sa.Column("editions", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("figures", sa.Integer(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.CheckConstraint("status in ('read', 'quarantined')", name=op.f("ck_reading_status")),
        points_to("reading", "sha256", "document.sha256"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sa.UniqueConstraint("sha256", "reader_version", "part", name=op.f("uq_reading_sha256_reader_version_part")),
    ]


def _figure() -> list[SchemaItem]:
    return [
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=96), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=32), nullable=False),
        sa.Column("row_key", sa.String(length=64), nullable=False),
        sa.Column("column_key", sa.String(length=32), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric()),
        sa.Column("semantics", sa.String(length=16), nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.Column("agreement", sa.String(length=16), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("locator", sa.Text(), nullable=False),
        sa.CheckConstraint("(value is not null) = (semantics in ('NUMERIC', 'ZERO'))", name=op.f("ck_figure_value")),
        sa.CheckConstraint(
            "semantics in ('NUMERIC', 'ZERO', 'EMPTY', 'NA', 'TEXT', 'UNREADABLE')", name=op.f("ck_figure_semantics")
        ),
        sa.CheckConstraint(_AGREEMENT, name=op.f("ck_figure_agreement")),
        points_to("figure", "reading_id", "reading.id"),
        sa.PrimaryKeyConstraint("reading_id", "address", name=op.f("pk_figure")),
    ]


def _claim() -> list[SchemaItem]:
    return [
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("measure", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("year", sa.Integer()),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        points_to("claim", "reading_id", "reading.id"),
        sa.PrimaryKeyConstraint("reading_id", "position", name=op.f("pk_claim")),
    ]


def _report() -> list[SchemaItem]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("is_ambiguous", sa.Boolean(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("doubt", sa.Text(), nullable=False),
        points_to("report", "agency_id", "agency.id"),
        points_to("report", "sha256", "document.sha256"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("agency_id", "year", "revision", name=op.f("uq_report_agency_id_year_revision")),
    ]
