"""Who has published the reports that may be due, as a digest tells it: from the board, as it stood on the night."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from expectations.deadline import may_be_due
from tasks.alert.digest import MISSING, STATED, Coverage, Standing
from tasks.alert.routing import Routing
from tasks.alert.rule_words import remark_in
from tasks.alert.wording import load_wording
from warehouse.schema import agency
from warehouse.schema_crawl import board

_DETAIL = "："  # before what the site or the reader said, which is the maintainers' (gouji board has it)


def coverage_of(connection: Connection, night: date, routing: Routing) -> dict[str, tuple[Coverage, ...]]:
    """By supervisor, each year of which something is due by now, the latest first."""
    together: dict[str, dict[int, list[Row[Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in _board(connection, night):
        together[row.supervisor][row.year].append(row)
    return {
        name: tuple(
            _year(year, rows, routing.of(name).language)
            for year, rows in years.items()
            if any(row.state != "not_due" for row in rows)
        )
        for name, years in together.items()
    }


def _board(connection: Connection, night: date) -> Sequence[Row[Any]]:
    later = board.alias("later")
    is_later = and_(
        later.c.agency_id == board.c.agency_id,
        later.c.year == board.c.year,
        later.c.night > board.c.night,
        later.c.night <= night,
    )
    return connection.execute(
        select(board, agency.c.name, agency.c.supervisor)
        .join(agency, agency.c.id == board.c.agency_id)
        .outerjoin(later, is_later)
        .where(board.c.night <= night, board.c.year.in_(may_be_due(night)), later.c.night.is_(None))
        .order_by(board.c.year.desc(), agency.c.id)
    ).all()


def _year(year: int, rows: Sequence[Row[Any]], language: str) -> Coverage:
    labels = load_wording(language).board
    count, order = Counter(row.state for row in rows), list(labels)
    return Coverage(
        year=year,
        counts=tuple((state, label, count[state]) for state, label in labels.items() if count[state]),
        agencies=tuple(
            Standing(
                agency_id=row.agency_id,
                agency=row.name,
                state=row.state,
                label=labels[row.state],
                reason=remark_in(
                    language, row.reason.partition(_DETAIL)[0] if row.state not in (*STATED, MISSING) else row.reason
                ),
                url=row.url,
                sha256=row.sha256 or "",
            )
            for row in sorted(rows, key=lambda row: order.index(row.state))
        ),
    )
