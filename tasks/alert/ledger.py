"""Read tonight's broken rules and the notices known so far from the warehouse, and record the steps between them.

Callers hold the transaction, so that notices, their events and the outbox change together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, exists, func, insert, or_, select, update

from expectations.rule import EquationRule, SurveyRule, rules_by_id
from expectations.survey_rule import CalendarRule
from tasks.alert.channels import outbox_key
from tasks.alert.digest import Digest
from tasks.alert.grounds import Ground, grounds, is_current
from tasks.alert.notices import Broken, Evidence, Kind, Recheck, Transition, net
from tasks.alert.sentences import say
from tasks.alert.wording import other_languages
from tasks.records import Notice, NoticeState, Outcome, Severity, Translation, Verdict
from warehouse.clusters import is_held
from warehouse.schema import agency, assessment, figure, finding, notice, notice_event, reading, report, sighting
from warehouse.schema_notice import told
from warehouse.schema_survey import survey_finding
from warehouse.upsert import chunks


def is_history(connection: Connection, night: date) -> bool:
    """Whether a later night was already crawled or told: then the past is only looked up, never decided again."""
    later = select(or_(exists().where(sighting.c.night > night), exists().where(notice_event.c.night > night)))
    return bool(connection.execute(later).scalar())


def broken_tonight(connection: Connection) -> tuple[Broken, ...]:
    """What is held against agencies now, with the sentences that say so."""
    return tuple(_broken(each) for each in grounds(connection))


def known_notices(connection: Connection) -> dict[str, tuple[Notice, Severity]]:
    """Every notice by its fingerprint, with its severity."""
    return {row.fingerprint: (_notice(row), Severity(row.severity)) for row in connection.execute(select(notice))}


def handed_over(connection: Connection) -> dict[str, str]:
    """By fingerprint, the supervisor of now of what stands and another one was told of."""
    query = select(notice.c.fingerprint, agency.c.supervisor).join(agency, agency.c.id == notice.c.agency_id)
    query = query.where(notice.c.supervisor != agency.c.supervisor, notice.c.state != NoticeState.RESOLVED.value)
    return {row.fingerprint: row.supervisor for row in connection.execute(query)}


def follow(connection: Connection) -> None:
    """Give what people explained or put off to the supervisor of now, who is told of it when it is told again."""
    now = select(agency.c.supervisor).where(agency.c.id == notice.c.agency_id).scalar_subquery()
    quiet = (NoticeState.EXPLAINED.value, NoticeState.SNOOZED.value)
    connection.execute(update(notice).where(notice.c.state.in_(quiet), notice.c.supervisor != now).values(supervisor=now))


def recheck(connection: Connection, vanished: Iterable[Notice]) -> dict[str, Recheck]:
    """How the reports of notices that are not broken tonight stand now; a report without a current assessment is left out."""
    checks = {each.fingerprint: _recheck(connection, each) for each in vanished}
    return {fingerprint: check for fingerprint, check in checks.items() if check is not None}


def keep_told(connection: Connection, digest: Digest, channels: Sequence[str]) -> None:
    """Which message of the outbox tells each step of a digest, one row for each channel; run again, it comes to the same."""
    keys = {channel: outbox_key(digest.supervisor, digest.night, channel) for channel in channels}
    connection.execute(delete(told).where(told.c.outbox_key.in_(keys.values())))
    rows = [
        {"fingerprint": fingerprint, "night": night, "transition": kind, "supervisor": digest.supervisor}
        | {"channel": channel, "outbox_key": key}
        for fingerprint, night, kind in digest.steps
        for channel, key in keys.items()
    ]
    if rows:
        connection.execute(insert(told), rows)


def record(connection: Connection, steps: Sequence[Transition], night: date) -> None:
    """Write the notices as they now are, and one event for each that moved tonight."""
    known = set(connection.execute(select(notice.c.fingerprint)).scalars())
    rows = [_notice_row(step) for step in steps]
    new = [row for row in rows if row["fingerprint"] not in known]
    moved = [{"of": row["fingerprint"], **row} for row in rows if row["fingerprint"] in known]
    if new:
        connection.execute(insert(notice), new)
    if moved:
        connection.execute(update(notice).where(notice.c.fingerprint == bindparam("of")), moved)
    _record_events(connection, steps, night)


def _record_events(connection: Connection, steps: Sequence[Transition], night: date) -> None:
    tonight = select(notice_event.c.fingerprint, notice_event.c.transition).where(notice_event.c.night == night)
    earlier = {row.fingerprint: row.transition for row in connection.execute(tonight)}
    for portion in chunks([step.notice.fingerprint for step in steps if step.notice.fingerprint in earlier]):
        key = and_(notice_event.c.fingerprint.in_(portion), notice_event.c.night == night)
        connection.execute(delete(notice_event).where(key))
    rows = [_event_row(step, night, earlier.get(step.notice.fingerprint)) for step in steps]
    if rows:
        connection.execute(insert(notice_event), rows)


def _event_row(step: Transition, night: date, earlier: Kind | None) -> dict[str, Any]:
    moved = step.notice
    return {
        "fingerprint": moved.fingerprint,
        "night": night,
        "transition": net(earlier, step.kind),
        "supervisor": moved.supervisor,
        "sentence": moved.sentence,
        "reason": moved.reason,
        "state": moved.state.value,
        "translations": _stored(moved.translations),
    }


def _recheck(connection: Connection, vanished: Notice) -> Recheck | None:
    rule = rules_by_id().get(vanished.rule)
    if isinstance(rule, SurveyRule):
        return _recheck_survey(connection, vanished, "published" if isinstance(rule, CalendarRule) else "compared")
    previous = reading.alias("previous_reading")
    compared = (
        select(assessment.c.id, reading.c.sha256, previous.c.sha256.label("previous_sha256"), report.c.night)
        .add_columns(reading.c.part, assessment.c.rules_version, *_read(reading, "read"), *_read(previous, "previous_read"))
        .join(report, report.c.id == assessment.c.report_id)
        .join(reading, reading.c.id == assessment.c.reading_id)
        .outerjoin(previous, previous.c.id == assessment.c.previous_reading_id)
        .where(report.c.agency_id == vanished.agency_id, report.c.year == vanished.year)
    )
    now = connection.execute(compared.where(is_current())).first()
    if now is None:
        return None
    same = and_(finding.c.rule == vanished.rule, finding.c.scope == vanished.scope)
    of_now = and_(same, finding.c.assessment_id == now.id)
    if connection.execute(select(finding.c.rule).where(of_now, is_held())).scalar() is not None:
        return None
    outcome = connection.execute(select(finding.c.outcome).where(of_now)).scalar()
    was_broken = and_(same, finding.c.outcome == Outcome.BROKEN.value, finding.c.verdict == Verdict.AGENCY.value)
    broken = compared.add_columns(finding.c.cells).join(finding, finding.c.assessment_id == assessment.c.id).where(was_broken)
    then = connection.execute(broken.order_by(assessment.c.id.desc())).first()
    looks_back = not isinstance(rule, EquationRule) or rule.parsed().looks_back
    is_other = outcome in (None, Outcome.HOLDS.value) and then is not None and then.sha256 != now.sha256
    return Recheck(
        outcome=Outcome(outcome) if outcome else None,
        now=_evidence(now, looks_back),
        then=_evidence(then, looks_back) if then else None,
        revised=now.night,
        reason="reassessed" if is_other and _is_read_otherwise(connection, then) else "",
    )


def _is_read_otherwise(connection: Connection, then: Any) -> bool:
    """Whether we read other figures by now in the document that was broken: then nobody can say who mended what."""
    of_part = and_(reading.c.sha256 == then.sha256, reading.c.part == then.part, reading.c.is_current.is_(True))
    now = connection.execute(select(reading.c.id).where(of_part)).scalar()
    if now in (None, then.read_id):
        return False
    query = select(figure.c.reading_id, figure.c.address, figure.c.value).where(figure.c.reading_id.in_((now, then.read_id)))
    values = {(row.reading_id, row.address): row.value for row in connection.execute(query)}
    return any(values.get((now, address)) != values.get((then.read_id, address)) for address in then.cells)


def _read(read: Any, name: str) -> tuple[ColumnElement[Any], ...]:
    """What names a reading: what it says, or for one of before that was kept, the reading itself."""
    return read.c.content.label(f"{name}_content"), read.c.id.label(f"{name}_id")


def _evidence(row: Row[Any], looks_back: bool) -> Evidence:
    """What was compared: last year's report only where the rule looks back to it."""
    read = (str(row.read_content or row.read_id),)
    if not looks_back:
        return Evidence(row.sha256, None, read, row.rules_version)
    return Evidence(
        row.sha256, row.previous_sha256, (*read, str(row.previous_read_content or row.previous_read_id)), row.rules_version
    )


def _recheck_survey(connection: Connection, vanished: Notice, reason: str) -> Recheck | None:
    """What is said of all reports together is withdrawn where it is now known not to be so, or not known to be so any more."""
    same = and_(survey_finding.c.agency_id == vanished.agency_id, survey_finding.c.year == vanished.year)
    same = and_(same, survey_finding.c.rule == vanished.rule, survey_finding.c.scope == vanished.scope)
    found = select(survey_finding.c.outcome, survey_finding.c.verdict).where(same, survey_finding.c.is_current.is_(True))
    outcome, verdict = connection.execute(found).tuples().first() or ("", "")
    if outcome == Outcome.BROKEN.value and verdict == Verdict.UNDECIDED.value:
        return Recheck(Outcome.BROKEN, Evidence("", None), None, vanished.since, "undecided")
    if outcome != Outcome.HOLDS.value:
        return None
    of_year = and_(report.c.agency_id == vanished.agency_id, report.c.year == vanished.year)
    first = connection.execute(select(func.min(report.c.night)).where(of_year)).scalar()
    return Recheck(Outcome.HOLDS, Evidence("", None), None, first or vanished.since, reason)


def _broken(ground: Ground) -> Broken:
    found = ground.finding
    return Broken(
        fingerprint=found.fingerprint,
        supervisor=ground.supervisor,
        agency_id=found.agency_id,
        year=found.year,
        rule=found.rule,
        scope=found.scope,
        severity=found.severity,
        sentence=say(found, ground.agency, ground.editions),
        translations=tuple(
            Translation(language, say(found, ground.agency, ground.editions, language)) for language in other_languages()
        ),
    )


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        fingerprint=row.fingerprint,
        supervisor=row.supervisor,
        agency_id=row.agency_id,
        year=row.year,
        rule=row.rule,
        scope=row.scope,
        state=NoticeState(row.state),
        since=row.since,
        sentence=row.sentence,
        translations=tuple(Translation(language, **told) for language, told in sorted(row.translations.items())),
    )


def _notice_row(step: Transition) -> dict[str, Any]:
    moved = step.notice
    return {
        "fingerprint": moved.fingerprint,
        "supervisor": moved.supervisor,
        "agency_id": moved.agency_id,
        "year": moved.year,
        "rule": moved.rule,
        "scope": moved.scope,
        "severity": step.severity.value,
        "state": moved.state.value,
        "since": moved.since,
        "sentence": moved.sentence,
        "translations": _stored(moved.translations),
    }


def _stored(translations: Iterable[Translation]) -> dict[str, dict[str, str]]:
    return {each.language: {"sentence": each.sentence, "reason": each.reason} for each in translations}
