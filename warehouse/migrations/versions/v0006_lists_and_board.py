"""Pages of lists as they were kept, where each report stands, and names for what readings say. Existing rows are kept.

There is no way back from here: restore a copy of the database instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from warehouse.migrations.anew import drop_views, make_anew, points_to

revision = "0006"
down_revision = "0005"

_STATES = (
    "state in ('published', 'late', 'missing', 'not_due', 'blocked', 'excluded', 'not_reached', 'moved', 'unreadable', 'unclear')"
)


def upgrade() -> None:
    """Add the two tables and the column."""
    op.create_table(
        "list_page",
        sa.Column("start_url", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["document.sha256"], name=op.f("fk_list_page_sha256_document")),
        sa.PrimaryKeyConstraint("start_url", "address", "night", name=op.f("pk_list_page")),
    )
    op.create_table(
        "board",
        sa.Column("agency_id", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64)),
        sa.CheckConstraint(_STATES, name=op.f("ck_board_state")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_board_agency_id_agency")),
        sa.ForeignKeyConstraint(["sha256"], ["document.sha256"], name=op.f("fk_board_sha256_document")),
        sa.PrimaryKeyConstraint("agency_id", "year", "night", name=op.f("pk_board")),
    )
    if op.get_bind().dialect.name == "sqlite":
        drop_views()
        make_anew("reading", _reading(), {"content": "null"})
    else:
        op.add_column("reading", sa.Column("content", sa.String(length=64)))
    op.create_index("ix_board_year", "board", ["year", "is_current"])


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
        sa.Column("content", sa.String(length=64)),
        sa.CheckConstraint("status in ('read', 'quarantined')", name=op.f("ck_reading_status")),
        points_to("reading", "sha256", "document.sha256"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sa.UniqueConstraint("sha256", "reader_version", "part", name=op.f("uq_reading_sha256_reader_version_part")),
    ]
