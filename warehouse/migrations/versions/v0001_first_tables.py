"""The first tables. There is no way back from here: restore a copy of the database instead."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table, a table after those that it points to."""
    _create_run_tables()
    _create_document_table()
    _create_crawl_tables()
    _create_reading_table()
    _create_figure_tables()
    _create_text_tables()
    _create_report_tables()
    _create_finding_table()
    _create_notice_tables()
    _create_outbox_table()


def _create_run_tables() -> None:
    op.create_table(
        "agency",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=False),
        sa.Column("supervisor", sa.Text(), nullable=False),
        sa.Column("start_urls", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("summary", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_table(
        "published_view",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_published_view")),
    )


def _create_document_table() -> None:
    op.create_table(
        "document",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_document")),
    )


def _create_crawl_tables() -> None:
    op.create_table(
        "column_outcome",
        sa.Column("start_url", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("start_url", "night", name=op.f("pk_column_outcome")),
    )
    op.create_table(
        "sighting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer()),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("published", sa.Date()),
        sa.Column("listing_url", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64)),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("state in ('new', 'changed', 'unchanged', 'missed', 'withdrawn')", name=op.f("ck_sighting_state")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_sighting_agency_id_agency")),
        sa.ForeignKeyConstraint(["sha256"], ["document.sha256"], name=op.f("fk_sighting_sha256_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sighting")),
        sa.UniqueConstraint("agency_id", "url", "night", name=op.f("uq_sighting_agency_id_url_night")),
    )
    op.create_index("ix_sighting_sha256", "sighting", ["sha256"])
    op.create_index("ix_sighting_url_night", "sighting", ["url", "night"])


def _create_reading_table() -> None:
    op.create_table(
        "reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("reader_version", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("agency_printed", sa.Text(), nullable=False),
        sa.Column("year_printed", sa.Integer()),
        sa.Column("period_from", sa.Date()),
        sa.Column("period_to", sa.Date()),
        sa.Column("editions", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("figures", sa.Integer(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.CheckConstraint("status in ('read', 'quarantined')", name=op.f("ck_reading_status")),
        sa.ForeignKeyConstraint(["sha256"], ["document.sha256"], name=op.f("fk_reading_sha256_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sa.UniqueConstraint("sha256", "reader_version", name=op.f("uq_reading_sha256_reader_version")),
    )


def _create_figure_tables() -> None:
    op.create_table(
        "figure",
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
        sa.Column("locator", sa.Text(), nullable=False),
        sa.CheckConstraint("(value is not null) = (semantics in ('NUMERIC', 'ZERO'))", name=op.f("ck_figure_value")),
        sa.CheckConstraint(
            "semantics in ('NUMERIC', 'ZERO', 'EMPTY', 'NA', 'TEXT', 'UNREADABLE')", name=op.f("ck_figure_semantics")
        ),
        sa.ForeignKeyConstraint(["reading_id"], ["reading.id"], name=op.f("fk_figure_reading_id_reading")),
        sa.PrimaryKeyConstraint("reading_id", "address", name=op.f("pk_figure")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_figure_address", "figure", ["address"])


def _create_text_tables() -> None:
    op.create_table(
        "section",
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["reading_id"], ["reading.id"], name=op.f("fk_section_reading_id_reading")),
        sa.PrimaryKeyConstraint("reading_id", "position", name=op.f("pk_section")),
    )
    op.create_table(
        "claim",
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("measure", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("year", sa.Integer()),
        sa.ForeignKeyConstraint(["reading_id"], ["reading.id"], name=op.f("fk_claim_reading_id_reading")),
        sa.PrimaryKeyConstraint("reading_id", "position", name=op.f("pk_claim")),
    )


def _create_report_tables() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("is_ambiguous", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_report_agency_id_agency")),
        sa.ForeignKeyConstraint(["sha256"], ["document.sha256"], name=op.f("fk_report_sha256_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("agency_id", "year", "revision", name=op.f("uq_report_agency_id_year_revision")),
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("previous_reading_id", sa.Integer()),
        sa.Column("previous_reason", sa.Text(), nullable=False),
        sa.Column("superseded_reading_id", sa.Integer()),
        sa.Column("rules_version", sa.String(length=64), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["previous_reading_id"], ["reading.id"], name=op.f("fk_assessment_previous_reading_id_reading")),
        sa.ForeignKeyConstraint(["reading_id"], ["reading.id"], name=op.f("fk_assessment_reading_id_reading")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_assessment_report_id_report")),
        sa.ForeignKeyConstraint(
            ["superseded_reading_id"], ["reading.id"], name=op.f("fk_assessment_superseded_reading_id_reading")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    op.create_index("ix_assessment_report", "assessment", ["report_id", "is_current"])


def _create_finding_table() -> None:
    op.create_table(
        "finding",
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=96), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("left_value", sa.Numeric()),
        sa.Column("right_value", sa.Numeric()),
        sa.Column("delta", sa.Numeric()),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("suspects", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.CheckConstraint("outcome in ('holds', 'broken', 'not_assessable')", name=op.f("ck_finding_outcome")),
        sa.CheckConstraint("severity in ('error', 'warning', 'info')", name=op.f("ck_finding_severity")),
        sa.CheckConstraint("verdict in ('agency', 'reading', 'undecided')", name=op.f("ck_finding_verdict")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_finding_assessment_id_assessment")),
        sa.PrimaryKeyConstraint("assessment_id", "rule", "scope", name=op.f("pk_finding")),
    )


def _create_notice_tables() -> None:
    op.create_table(
        "notice",
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
        sa.CheckConstraint(
            "state in ('open', 'acknowledged', 'explained', 'snoozed', 'resolved', 'reopened')", name=op.f("ck_notice_state")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_notice_agency_id_agency")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_notice")),
    )
    op.create_table(
        "notice_event",
        sa.Column("fingerprint", sa.String(length=256), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("transition", sa.String(length=16), nullable=False),
        sa.Column("supervisor", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("transition in ('new', 'changed', 'resolved', 'reopened')", name=op.f("ck_notice_event_transition")),
        sa.ForeignKeyConstraint(["fingerprint"], ["notice.fingerprint"], name=op.f("fk_notice_event_fingerprint_notice")),
        sa.PrimaryKeyConstraint("fingerprint", "night", "transition", name=op.f("pk_notice_event")),
    )


def _create_outbox_table() -> None:
    op.create_table(
        "outbox",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("supervisor", sa.Text(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outbox")),
    )
