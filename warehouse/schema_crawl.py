"""The warehouse's tables, continued: what the crawl keeps beside documents: pages of lists, and where each report stands.

`metadata` here has all tables, those of the other schema modules too.
"""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from warehouse.schema_beside import metadata

__all__ = ["BOARD_STATES", "board", "list_page", "metadata"]

BOARD_STATES = (
    "published",
    "late",
    "missing",
    "not_due",
    "blocked",
    "excluded",
    "not_reached",
    "moved",
    "unreadable",
    "unclear",
)

list_page = Table(
    "list_page",
    metadata,
    Column("start_url", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("night", Date, primary_key=True),
    Column("url", Text, nullable=False),
    Column("sha256", ForeignKey("document.sha256"), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
)

board = Table(
    "board",
    metadata,
    Column("agency_id", ForeignKey("agency.id"), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("night", Date, primary_key=True),
    Column("is_current", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("sha256", ForeignKey("document.sha256")),
    CheckConstraint(f"state in ({', '.join(map(repr, BOARD_STATES))})", name="state"),
    Index("ix_board_year", "year", "is_current"),
)
