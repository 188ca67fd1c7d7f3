"""Files that go with a message, and whether maintainers know that it could not be delivered. Existing rows are kept.

There is no way back from here: restore a copy of the database instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from warehouse.migrations.anew import add_columns, make_anew

revision = "0008"
down_revision = "0007"

_NEW = {"attachments": "'[]'", "reported": "null"}


def upgrade() -> None:
    """Add the two columns."""
    if op.get_bind().dialect.name == "sqlite":
        make_anew("outbox", _outbox(), _NEW)
    else:
        add_columns("outbox", _outbox(), _NEW)


def _outbox() -> list[SchemaItem]:
    return [
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("supervisor", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("reported", sa.Date()),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outbox")),
    ]
