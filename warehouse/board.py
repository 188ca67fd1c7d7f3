"""The board as the warehouse keeps it: a row for each agency and year, and one more whenever its place changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy import Connection, and_, select, update

from tasks.roster import Place
from warehouse.schema_crawl import board
from warehouse.upsert import insert_or_replace

_SAID = ("state", "reason", "url", "sha256")


def keep_board(connection: Connection, places: Sequence[Place], year: int, night: date) -> None:
    """Make these the current places of a year. One that stays the same is not kept again."""
    current = and_(board.c.year == year, board.c.is_current.is_(True))
    known = {row.agency_id: row for row in connection.execute(select(board).where(current))}
    new = []
    for place in places:
        row = asdict(place) | {"sha256": place.sha256 or None}
        before = known.get(place.agency_id)
        if before is not None and all(getattr(before, name) == row[name] for name in _SAID):
            del known[place.agency_id]
        else:
            new.append(row | {"night": night, "is_current": True})
    for agency_id in known:
        connection.execute(update(board).where(current, board.c.agency_id == agency_id).values(is_current=False))
    insert_or_replace(connection, board, ("agency_id", "year", "night"), new)
