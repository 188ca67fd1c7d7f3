"""Tell maintainers which messages could not be delivered: each of them once, however many nights it stays due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markdown import markdown as to_html
from sqlalchemy import Connection, or_, select, update

from tasks.alert.channels import Message, put
from tasks.alert.services import load_channels
from tasks.alert.wording import load_wording
from warehouse.schema import outbox


def tell_maintainers(connection: Connection, night: date, channels: Sequence[str]) -> str | None:
    """Put the night's message on these channels, if there is anything new to tell; gives whom it is addressed to."""
    words = load_channels().undelivered
    failed = select(outbox).where(
        outbox.c.sent_at.is_(None),
        outbox.c.error != "",
        outbox.c.night <= night,
        outbox.c.supervisor != words["to"],
        or_(outbox.c.reported.is_(None), outbox.c.reported == night),
    )
    rows = connection.execute(failed.order_by(outbox.c.night, outbox.c.key)).all()
    if all(row.reported is not None for row in rows):
        return None
    nobody = load_wording().nobody
    told = [words["row"].format(to=row.supervisor or nobody, night=row.night, error=row.error) for row in rows]
    text = "\n".join([words["head"], "", *told, ""])
    subject = words["subject"].format(night=night, count=len(rows))
    put(connection, Message(words["to"], night, subject, text, to_html(text)), channels)
    connection.execute(update(outbox).where(outbox.c.key.in_([row.key for row in rows])).values(reported=night))
    return words["to"]
