"""What people did with notices, what each night made of them, and by which message it was told. Existing rows are kept.

There is no way back from here: restore a copy of the database instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from warehouse.migrations.anew import add_columns, drop_views, make_anew, points_to

revision = "0007"
down_revision = "0006"

_TRANSITIONS = "transition in ('new', 'changed', 'resolved', 'reopened')"
_STATES = "state in ('open', 'acknowledged', 'explained', 'snoozed', 'resolved', 'reopened')"
_STATE = "case transition when 'resolved' then 'resolved' when 'reopened' then 'reopened' else 'open' end"


def upgrade() -> None:
    """Add the two tables and the column."""
    if op.get_bind().dialect.name == "sqlite":
        drop_views()
        make_anew("notice_event", _notice_event(), {"state": _STATE})
    else:
        add_columns("notice_event", _notice_event(), {"state": _STATE})
        op.create_check_constraint(op.f("ck_notice_event_state"), "notice_event", _STATES)
    _create_notice_step()
    op.create_table(
        "told",
        sa.Column("fingerprint", sa.String(length=256), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("transition", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("outbox_key", sa.String(length=128), nullable=False),
        sa.CheckConstraint(_TRANSITIONS, name=op.f("ck_told_transition")),
        points_to("told", "fingerprint", "notice.fingerprint"),
        points_to("told", "outbox_key", "outbox.key"),
        sa.PrimaryKeyConstraint("fingerprint", "night", "transition", "channel", name=op.f("pk_told")),
    )
    op.create_index("ix_told_outbox_key", "told", ["outbox_key"])


def _create_notice_step() -> None:
    op.create_table(
        "notice_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=256), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("replied_by", sa.Text(), nullable=False),
        sa.Column("replied_on", sa.Date()),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "step in ('acknowledged', 'explained', 'snoozed', 'reopened', 'replied')", name=op.f("ck_notice_step_step")
        ),
        sa.CheckConstraint("(until is not null) = (step = 'snoozed')", name=op.f("ck_notice_step_until")),
        sa.CheckConstraint("(replied_on is not null) = (step = 'replied')", name=op.f("ck_notice_step_replied_on")),
        points_to("notice_step", "fingerprint", "notice.fingerprint"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_step")),
    )
    op.create_index("ix_notice_step_fingerprint", "notice_step", ["fingerprint", "night"])


def _notice_event() -> list[SchemaItem]:
    return [
        sa.Column("fingerprint", sa.String(length=256), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("transition", sa.String(length=16), nullable=False),
        sa.Column("supervisor", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.CheckConstraint(_TRANSITIONS, name=op.f("ck_notice_event_transition")),
        sa.CheckConstraint(_STATES, name=op.f("ck_notice_event_state")),
        points_to("notice_event", "fingerprint", "notice.fingerprint"),
        sa.PrimaryKeyConstraint("fingerprint", "night", "transition", name=op.f("pk_notice_event")),
    ]
