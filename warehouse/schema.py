"""The warehouse's tables (SQLAlchemy Core): what was seen, what was kept, what was read, what the rules say, who was told.

Everything is append-only except the register, the end of a run, the marks of the current reading, report and assessment, a
notice's state, an outbox row's delivery, and the rows of a night that is run again. dictionary.yml explains every column. Dates
are nights in Asia/Shanghai; times are UTC.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from warehouse.columns import finding_checks, finding_columns, register_checks, register_columns
from warehouse.types import Exact, Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _only(rows: str) -> dict[str, Any]:
    """An index of some rows only, on either engine."""
    return {"sqlite_where": text(rows), "postgresql_where": text(rows)}


agency = Table(
    "agency",
    metadata,
    Column("id", String(64), primary_key=True),
    *register_columns(),
    *register_checks(),
)

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("night", Date, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("summary", JSON),
)

column_outcome = Table(
    "column_outcome",
    metadata,
    Column("start_url", Text, primary_key=True),
    Column("night", Date, primary_key=True),
    Column("complete", Boolean, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("links", Integer, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("cms", String(32)),
)

document = Table(
    "document",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("fetched_at", Moment, nullable=False),
    Column("headers", JSON, nullable=False),
)

sighting = Table(
    "sighting",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("agency_id", ForeignKey("agency.id"), nullable=False),
    Column("year", Integer),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("published", Date),
    Column("listing_url", Text, nullable=False),
    Column("night", Date, nullable=False),
    Column("state", String(16), nullable=False),
    Column("sha256", ForeignKey("document.sha256")),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("agency_id", "url", "night"),
    CheckConstraint("state in ('new', 'changed', 'unchanged', 'missed', 'withdrawn')", name="state"),
    Index("ix_sighting_url_night", "url", "night"),
    Index("ix_sighting_sha256", "sha256"),
)

reading = Table(
    "reading",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", ForeignKey("document.sha256"), nullable=False),
    Column("reader", String(64), nullable=False),
    Column("reader_version", String(64), nullable=False),
    Column("part", Text, nullable=False),
    Column("is_current", Boolean, nullable=False),
    Column("status", String(16), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("agency_printed", Text, nullable=False),
    Column("year_printed", Integer),
    Column("period_from", Date),
    Column("period_to", Date),
    Column("published", Date),
    Column("editions", JSON, nullable=False),
    Column("problems", JSON, nullable=False),
    Column("figures", Integer, nullable=False),
    Column("night", Date, nullable=False),
    Column("content", String(64)),
    UniqueConstraint("sha256", "reader_version", "part"),
    CheckConstraint("status in ('read', 'quarantined')", name="status"),
)

figure = Table(
    "figure",
    metadata,
    Column("reading_id", ForeignKey("reading.id"), primary_key=True),
    Column("address", String(96), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("table_name", String(32), nullable=False),
    Column("row_key", String(64), nullable=False),
    Column("column_key", String(32), nullable=False),
    Column("raw", Text, nullable=False),
    Column("value", Exact),
    Column("semantics", String(16), nullable=False),
    Column("unit", String(16), nullable=False),
    Column("certain", Boolean, nullable=False),
    Column("agreement", String(16), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("locator", Text, nullable=False),
    CheckConstraint("semantics in ('NUMERIC', 'ZERO', 'EMPTY', 'NA', 'TEXT', 'UNREADABLE')", name="semantics"),
    CheckConstraint("(value is not null) = (semantics in ('NUMERIC', 'ZERO'))", name="value"),
    CheckConstraint("agreement in ('plain', 'agreed', 'witnessed', 'alone', 'disputed')", name="agreement"),
    Index("ix_figure_address", "address"),
    Index("ix_figure_total", "reading_id", "table_name", "row_key", "value", "column_key", **_only("column_key = 'total'")),
    sqlite_with_rowid=False,  # the key is most of the row: half the file
)

section = Table(
    "section",
    metadata,
    Column("reading_id", ForeignKey("reading.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("id", String(32), nullable=False),
    Column("heading", Text, nullable=False),
    Column("text", Text, nullable=False),
)

claim = Table(
    "claim",
    metadata,
    Column("reading_id", ForeignKey("reading.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("sentence", Text, nullable=False),
    Column("measure", String(32), nullable=False),
    Column("value", Exact, nullable=False),
    Column("year", Integer),
    Column("scope", String(16), nullable=False),
    Column("period", Text, nullable=False),
)

report = Table(
    "report",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("agency_id", ForeignKey("agency.id"), nullable=False),
    Column("year", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("sha256", ForeignKey("document.sha256"), nullable=False),
    Column("url", Text, nullable=False),
    Column("night", Date, nullable=False),
    Column("is_current", Boolean, nullable=False),
    Column("is_ambiguous", Boolean, nullable=False),
    Column("part", Text, nullable=False),
    Column("doubt", Text, nullable=False),
    UniqueConstraint("agency_id", "year", "revision"),
)

assessment = Table(
    "assessment",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("report_id", ForeignKey("report.id"), nullable=False),
    Column("reading_id", ForeignKey("reading.id"), nullable=False),
    Column("previous_reading_id", ForeignKey("reading.id")),
    Column("previous_reason", Text, nullable=False),
    Column("superseded_reading_id", ForeignKey("reading.id")),
    Column("rules_version", String(64), nullable=False),
    Column("night", Date, nullable=False),
    Column("is_current", Boolean, nullable=False),
    Column("context", String(16)),
    Index("ix_assessment_report", "report_id", "is_current"),
)

finding = Table(
    "finding",
    metadata,
    Column("assessment_id", ForeignKey("assessment.id"), primary_key=True),
    Column("rule", String(32), primary_key=True),
    Column("scope", String(96), primary_key=True),
    *finding_columns(),
    Column("suspects", JSON, nullable=False),
    Column("verdict", String(16), nullable=False),
    *finding_checks(),
    Index("ix_finding_open", "assessment_id", "rule", "outcome", "verdict", "severity", **_only("outcome <> 'holds'")),
)

notice = Table(
    "notice",
    metadata,
    Column("fingerprint", String(256), primary_key=True),
    Column("supervisor", Text, nullable=False),
    Column("agency_id", ForeignKey("agency.id"), nullable=False),
    Column("year", Integer),
    Column("rule", String(32), nullable=False),
    Column("scope", String(96), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("since", Date, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("translations", JSON, nullable=False, default=dict),
    CheckConstraint("state in ('open', 'acknowledged', 'explained', 'snoozed', 'resolved', 'reopened')", name="state"),
)

notice_event = Table(
    "notice_event",
    metadata,
    Column("fingerprint", ForeignKey("notice.fingerprint"), primary_key=True),
    Column("night", Date, primary_key=True),
    Column("transition", String(16), primary_key=True),
    Column("supervisor", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("translations", JSON, nullable=False, default=dict),
    CheckConstraint("transition in ('new', 'changed', 'resolved', 'reopened')", name="transition"),
    CheckConstraint("state in ('open', 'acknowledged', 'explained', 'snoozed', 'resolved', 'reopened')", name="state"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("key", String(128), primary_key=True),
    Column("supervisor", Text, nullable=False),
    Column("night", Date, nullable=False),
    Column("channel", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("markdown", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("attachments", JSON, nullable=False),
    Column("not_before", Moment),
    Column("sent_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("reported", Date),
)

published_view = Table(
    "published_view",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("sha256", String(64), nullable=False),
)
