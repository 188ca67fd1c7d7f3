"""The warehouse's tables, continued: what people did with notices, who was told of each step, and what went to superiors.

`metadata` here has all tables, those of the other schema modules too.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from warehouse.schema_crawl import metadata
from warehouse.types import Moment

__all__ = ["PEOPLES_STEPS", "escalation", "metadata", "night_told", "notice_step", "told"]

PEOPLES_STEPS = ("acknowledged", "explained", "snoozed", "reopened", "replied")

notice_step = Table(
    "notice_step",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", ForeignKey("notice.fingerprint"), nullable=False),
    Column("step", String(16), nullable=False),
    Column("night", Date, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", Date),
    Column("reply", Text, nullable=False),
    Column("replied_by", Text, nullable=False),
    Column("replied_on", Date),
    Column("sentence", Text, nullable=False),
    CheckConstraint(f"step in ({', '.join(map(repr, PEOPLES_STEPS))})", name="step"),
    CheckConstraint("(until is not null) = (step = 'snoozed')", name="until"),
    CheckConstraint("(replied_on is not null) = (step = 'replied')", name="replied_on"),
    Index("ix_notice_step_fingerprint", "fingerprint", "night"),
)

told = Table(
    "told",
    metadata,
    Column("fingerprint", ForeignKey("notice.fingerprint"), primary_key=True),
    Column("night", Date, primary_key=True),
    Column("transition", String(16), primary_key=True),
    Column("supervisor", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("outbox_key", ForeignKey("outbox.key"), nullable=False),
    CheckConstraint("transition in ('new', 'changed', 'resolved', 'reopened', 'escalated')", name="transition"),
    Index("ix_told_outbox_key", "outbox_key"),
)

night_told = Table(
    "night_told",
    metadata,
    Column("supervisor", Text, primary_key=True),
    Column("night", Date, primary_key=True),
    Column("told_on", Date),
)

escalation = Table(
    "escalation",
    metadata,
    Column("fingerprint", ForeignKey("notice.fingerprint"), primary_key=True),
    Column("since", Date, primary_key=True),
    Column("superior", Text, primary_key=True),
    Column("supervisor", Text, nullable=False),
    Column("night", Date, nullable=False),
)
