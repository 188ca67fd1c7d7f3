"""The warehouse as it stood after a past night: its tables and views once more as temporary ones, which a query finds first.

What a mark said follows from the rows themselves: of readings, reports and assessments the last one up to that night counts, and
of people's decisions those that were made before its run ended. Not kept by night, and shown as they are now: the doubt about a
report, whether two articles contradict, which clusters of failures are held, and when a digest was delivered.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tasks.errors import WarehouseError
from warehouse.schema_notice import metadata
from warehouse.views import view_texts

_NIGHTS = " union all ".join(f"select night from {name}" for name in ("run", "column_outcome", "agency_version"))  # noqa: S608
NIGHTS = f"select min(night), max(night) from ({_NIGHTS}) as nights"  # noqa: S608
_TABLES = {
    "agency": """
        from {of}agency_version as {t}
        where {t}.night = (
            select max(other.night) from {of}agency_version as other
            where other.agency_id = {t}.agency_id and other.night <= {night}
        )""",
    "run": "from {of}run as {t} where {t}.night <= {night}",
    "column_outcome": "from {of}column_outcome as {t} where {t}.night <= {night}",
    "sighting": "from {of}sighting as {t} where {t}.night <= {night}",
    "reading": "from {of}reading as {t} where {t}.night <= {night}",
    "report": "from {of}report as {t} where {t}.night <= {night}",
    "assessment": "from {of}assessment as {t} join {of}report as own on own.id = {t}.report_id where {t}.night <= {night}",
    "survey_finding": "from {of}survey_finding as {t} where {t}.night <= {night}",
    "list_page": "from {of}list_page as {t} where {t}.night <= {night}",
    "board": "from {of}board as {t} where {t}.night <= {night}",
    "decision": """
        from {of}decision as {t}
        where {t}.at <= (
            select coalesce(other.finished_at, other.started_at) from {of}run as other
            where other.night <= {night} and not exists (
                select 1 from {of}run as later where later.night > other.night and later.id < other.id
            ) order by other.night desc, other.id desc limit 1
        )""",
    "outbox": "from {of}outbox as {t} where {t}.night <= {night}",
    "notice_event": "from {of}notice_event as {t} where {t}.night <= {night}",
    "notice_step": "from {of}notice_step as {t} where {t}.night <= {night}",
    "night_told": "from {of}night_told as {t} where {t}.night <= {night}",
    "escalation": "from {of}escalation as {t} where {t}.night <= {night}",
    "told": "from {of}told as {t} where {t}.night <= {night}",
    "notice": """
        from {of}notice as {t}
        join {of}notice_event as event on event.fingerprint = {t}.fingerprint
        where event.night = (
            select max(other.night) from {of}notice_event as other
            where other.fingerprint = {t}.fingerprint and other.night <= {night}
        )""",
}
# Columns whose past follows from other rows; the rest is as it is.
_COLUMNS = {
    ("agency", "id"): "{t}.agency_id",
    ("reading", "is_current"): """{t}.reader_version = (
            select other.reader_version from {of}reading as other
            where other.sha256 = {t}.sha256 and other.night <= {night} order by other.night desc, other.id desc limit 1
        )""",
    ("report", "is_current"): """{t}.revision = (
            select max(other.revision) from {of}report as other
            where other.agency_id = {t}.agency_id and other.year = {t}.year and other.night <= {night}
        )""",
    ("assessment", "is_current"): """{t}.id = (
            select max(other.id) from {of}assessment as other join {of}report as theirs on theirs.id = other.report_id
            where theirs.agency_id = own.agency_id and theirs.year = own.year and other.night <= {night}
        )""",
    ("survey_finding", "is_current"): """{t}.night = (
            select max(other.night) from {of}survey_finding as other
            where other.agency_id = {t}.agency_id and other.year = {t}.year and other.rule = {t}.rule
            and other.scope = {t}.scope and other.night <= {night}
        )""",
    ("board", "is_current"): """{t}.night = (
            select max(other.night) from {of}board as other
            where other.agency_id = {t}.agency_id and other.year = {t}.year and other.night <= {night}
        )""",
    # A person's word counts until a night moves the notice: then the event says another sentence, or comes later.
    ("notice", "state"): """case event.transition when 'resolved' then event.state else coalesce((
            select step.step from {of}notice_step as step where step.id = (
                select max(other.id) from {of}notice_step as other
                where other.fingerprint = {t}.fingerprint and other.step <> 'replied' and other.night <= {night}
            ) and step.night >= event.night and step.sentence = event.sentence
        ), event.state) end""",
    ("notice", "since"): "event.night",
    ("notice", "sentence"): "event.sentence",
    ("notice", "translations"): "event.translations",
    ("night_told", "told_on"): "case when {t}.told_on <= {night} then {t}.told_on end",
}


def check_night(night: date, first: date | str | None, last: date | str | None) -> None:
    """Raise WarehouseError for a night before the first or after the last (as NIGHTS has them): nothing is known of it."""
    if first is None or last is None:
        raise WarehouseError("no night has been run yet", where=f"--as-of {night}", remedy="Run `gouji nightly` first.")
    name, known = ("first", first) if night.isoformat() < str(first) else ("last", last)
    if night.isoformat() < str(first) or night.isoformat() > str(last):
        raise WarehouseError(
            f"the {name} night was {known}", where=f"--as-of {night}", expected=f"a night from {first} to {last}"
        )


def statements(night: date, of: str) -> Iterator[str]:
    """What to say to a connection first. `of` names the schema of the real tables (main, public)."""
    words = {"of": f"{of}.", "night": f"'{night.isoformat()}'"}
    for name, source in _TABLES.items():
        table = metadata.tables[name]
        columns = [
            f"{_COLUMNS.get((name, column.name), '{t}.' + column.name).format(t=f'the_{name}', **words)} as {column.name}"
            for column in table.columns
        ]
        yield f"create temporary view {name} as select {', '.join(columns)} {source.format(t=f'the_{name}', **words)}"
    for name, text in view_texts().items():
        yield f"create temporary view {name} as\n{text}"
