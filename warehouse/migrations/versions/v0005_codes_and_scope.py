"""The register's unified social credit code and expected scope. Existing rows are kept; nothing is known of either for them.

There is no way back from here: restore a copy of the database instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from warehouse.migrations.anew import add_columns, drop_views, make_anew, points_to

revision = "0005"
down_revision = "0004"

_NEW = {"uscc": "''", "scope": "''"}
_SCOPE = "scope in ('', 'own', 'aggregate')"


def upgrade() -> None:
    """Add the columns to the register and to its earlier versions."""
    tables = {"agency": _agency(), "agency_version": _agency_version()}
    if op.get_bind().dialect.name == "sqlite":
        drop_views()
        for name, items in tables.items():
            make_anew(name, items, _NEW)
        return
    for name, items in tables.items():
        add_columns(name, items, _NEW)
        op.create_check_constraint(op.f(f"ck_{name}_scope"), name, _SCOPE)


def _agency() -> list[SchemaItem]:
    return [
        sa.Column("id", sa.String(length=64), nullable=False),
        *_known("agency"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
    ]


def _agency_version() -> list[SchemaItem]:
    return [
        sa.Column("agency_id", sa.String(length=64), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        *_known("agency_version"),
        points_to("agency_version", "agency_id", "agency.id"),
        sa.PrimaryKeyConstraint("agency_id", "night", name=op.f("pk_agency_version")),
    ]


def _known(table: str) -> list[SchemaItem]:
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
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.CheckConstraint(_SCOPE, name=op.f(f"ck_{table}_scope")),
    ]
