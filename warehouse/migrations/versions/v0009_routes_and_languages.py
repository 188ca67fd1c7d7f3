"""Which digest tells a supervisor of each night, when it may be sent, who is told of what stands too long, and other languages.

Existing rows are kept. There is no way back from here: restore a copy of the database instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from warehouse.migrations.anew import add_columns, drop_views, make_anew, points_to

revision = "0009"
down_revision = "0008"

_STATES = "state in ('open', 'acknowledged', 'explained', 'snoozed', 'resolved', 'reopened')"
_TRANSITIONS = "transition in ('new', 'changed', 'resolved', 'reopened')"
_TOLD = "transition in ('new', 'changed', 'resolved', 'reopened', 'escalated')"
_SPOKEN = {"translations": "'{{}}'"}
_DUE = {"not_before": "null"}
_TOLD_TO = {"supervisor": "(select outbox.supervisor from outbox where outbox.key = {table}.outbox_key)"}


def upgrade() -> None:
    """Add two tables and the columns; `told` is told to somebody from here on."""
    if op.get_bind().dialect.name == "sqlite":
        drop_views()
        make_anew("outbox", _outbox(), _DUE)
        make_anew("notice", _notice(), _SPOKEN)
        make_anew("notice_event", _notice_event(), _SPOKEN)
        make_anew("told", _told(), _TOLD_TO)
        op.create_index("ix_told_outbox_key", "told", ["outbox_key"])
    else:
        add_columns("outbox", _outbox(), _DUE)
        add_columns("notice", _notice(), _SPOKEN)
        add_columns("notice_event", _notice_event(), _SPOKEN)
        add_columns("told", _told(), _TOLD_TO)
        op.drop_constraint(op.f("pk_told"), "told")
        op.create_primary_key(op.f("pk_told"), "told", ["fingerprint", "night", "transition", "supervisor", "channel"])
        op.drop_constraint(op.f("ck_told_transition"), "told")
        op.create_check_constraint(op.f("ck_told_transition"), "told", _TOLD)
    op.create_table(
        "night_told",
        sa.Column("supervisor", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("told_on", sa.Date()),
        sa.PrimaryKeyConstraint("supervisor", "night", name=op.f("pk_night_told")),
    )
    op.create_table(
        "escalation",
        sa.Column("fingerprint", sa.String(length=256), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("superior", sa.Text(), nullable=False),
        sa.Column("supervisor", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        points_to("escalation", "fingerprint", "notice.fingerprint"),
        sa.PrimaryKeyConstraint("fingerprint", "since", "superior", name=op.f("pk_escalation")),
    )


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
        sa.Column("not_before", sa.DateTime(timezone=True)),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("reported", sa.Date()),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outbox")),
    ]


def _notice() -> list[SchemaItem]:
    return [
        sa.Column("fingerprint", sa.String(length=256), nullable=False),
        sa.Column("supervisor", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer()),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=96), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("translations", sa.JSON(), nullable=False),
        sa.CheckConstraint(_STATES, name=op.f("ck_notice_state")),
        points_to("notice", "agency_id", "agency.id"),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_notice")),
    ]


def _notice_event() -> list[SchemaItem]:
    return [
        sa.Column("fingerprint", sa.String(length=256), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("transition", sa.String(length=16), nullable=False),
        sa.Column("supervisor", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("translations", sa.JSON(), nullable=False),
        sa.CheckConstraint(_TRANSITIONS, name=op.f("ck_notice_event_transition")),
        sa.CheckConstraint(_STATES, name=op.f("ck_notice_event_state")),
        points_to("notice_event", "fingerprint", "notice.fingerprint"),
        sa.PrimaryKeyConstraint("fingerprint", "night", "transition", name=op.f("pk_notice_event")),
    ]


def _told() -> list[SchemaItem]:
    return [
        sa.Column("fingerprint", sa.String(length=256), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("transition", sa.String(length=16), nullable=False),
        sa.Column("supervisor", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("outbox_key", sa.String(length=128), nullable=False),
        sa.CheckConstraint(_TOLD, name=op.f("ck_told_transition")),
        points_to("told", "fingerprint", "notice.fingerprint"),
        points_to("told", "outbox_key", "outbox.key"),
        sa.PrimaryKeyConstraint("fingerprint", "night", "transition", "supervisor", "channel", name=op.f("pk_told")),
    ]
