"""How a notice lives: from last night's notices and tonight's broken rules to new, changed, resolved, reopened. Pure.

What people explained or snoozed is quiet while the figures are those that they saw: other figures are told as changed, and open
again. A snoozed notice comes back on its day, and may close before; an explained one does not close. What cannot be checked
tonight (no current reading of the report) stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tasks.alert.sentences import facts_of, figures_of, load_wording
from tasks.records import Notice, NoticeState, Outcome, Severity

Kind = Literal["new", "changed", "resolved", "reopened"]


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that an agency's own figures break tonight, with its sentence."""

    fingerprint: str
    supervisor: str
    agency_id: str
    year: int | None
    rule: str
    scope: str
    severity: Severity
    sentence: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """The documents that one assessment compared: the report's SHA-256 and last year's (None when it was not there).

    `read` names what was read of the two, and `rules` the version of the rules, so that it can be said whose mistake it was.
    """

    report: str
    previous: str | None
    read: tuple[str, ...] = ()
    rules: str = ""


@dataclass(frozen=True, slots=True)
class Recheck:
    """Why a rule that was broken is not tonight: its outcome now, what is compared now, and what was when it was broken."""

    outcome: Outcome | None
    now: Evidence
    then: Evidence | None
    revised: date  # the night on which the current revision was first seen
    reason: str = ""  # the phrase of wording.yml that says why, where that is known


@dataclass(frozen=True, slots=True)
class Transition:
    """One step in a notice's life: what the notice becomes, and what is told of it."""

    kind: Kind
    notice: Notice
    severity: Severity


def transitions(
    notices: Mapping[str, tuple[Notice, Severity]],
    broken: Sequence[Broken],
    rechecks: Mapping[str, Recheck],
    night: date,
    said_once: frozenset[str],
    due: Mapping[str, date] | None = None,
) -> tuple[Transition, ...]:
    """Tonight's steps. `said_once` are the rules that tell of an event (D-CHANGE), which nothing can undo.

    due: by fingerprint, the day until which a notice was snoozed, where that day has come.
    """
    ended = {fingerprint: _told_again("snooze_ended", day) for fingerprint, day in (due or {}).items()}
    steps = [
        step
        for each in broken
        if (step := _of_broken(each, notices.get(each.fingerprint), night, ended.get(each.fingerprint, "")))
    ]
    still = {each.fingerprint for each in broken}
    for fingerprint, (notice, severity) in notices.items():
        if fingerprint in still:
            continue
        if fingerprint in rechecks and is_closable(notice, said_once):
            reason = _why_resolved(rechecks[fingerprint])
            steps.append(Transition("resolved", _move(notice, NoticeState.RESOLVED, night, notice.sentence, reason), severity))
        elif fingerprint in ended:
            back = _move(notice, NoticeState.REOPENED, night, notice.sentence, ended[fingerprint])
            steps.append(Transition("reopened", back, severity))
    return tuple(steps)


def is_closable(notice: Notice, said_once: frozenset[str]) -> bool:
    """Whether a night may close a notice: not twice, not what people explained, not what tells of an event."""
    return notice.state not in (NoticeState.RESOLVED, NoticeState.EXPLAINED) and notice.rule not in said_once


def net(earlier: Kind | None, step: Kind) -> Kind:
    """What two steps of the same night come to: a finding that is new and changes before morning is still new."""
    return earlier if earlier in ("new", "reopened") and step == "changed" else step


def _of_broken(broken: Broken, known: tuple[Notice, Severity] | None, night: date, ended: str) -> Transition | None:
    if known is None:
        opened = Notice(
            fingerprint=broken.fingerprint,
            supervisor=broken.supervisor,
            agency_id=broken.agency_id,
            year=broken.year,
            rule=broken.rule,
            scope=broken.scope,
            state=NoticeState.OPEN,
            since=night,
            sentence=broken.sentence,
        )
        return Transition("new", opened, broken.severity)
    notice = known[0]
    if notice.state is NoticeState.RESOLVED:
        return Transition("reopened", _move(notice, NoticeState.REOPENED, night, broken.sentence, "", broken), broken.severity)
    if notice.state in (NoticeState.EXPLAINED, NoticeState.SNOOZED):
        return _of_settled(broken, notice, night, ended)
    if facts_of(notice.sentence) == facts_of(broken.sentence):
        return None
    return Transition("changed", _move(notice, notice.state, notice.since, broken.sentence, "", broken), broken.severity)


def _of_settled(broken: Broken, notice: Notice, night: date, ended: str) -> Transition | None:
    """What people settled is told again when its figures are others, or when its day has come."""
    if figures_of(notice.sentence) != figures_of(broken.sentence):
        again = _told_again(f"{notice.state.value}_otherwise")
        moved = _move(notice, NoticeState.OPEN, notice.since, broken.sentence, again, broken)
        return Transition("changed", moved, broken.severity)
    if not ended:
        return None
    return Transition("reopened", _move(notice, NoticeState.REOPENED, night, broken.sentence, ended, broken), broken.severity)


def _told_again(why: str, day: date | None = None) -> str:
    return load_wording().told_again[why].format(night=day)


def _why_resolved(recheck: Recheck) -> str:
    """Whose mistake it was: the agency's, which corrected it; ours, where the same documents are read otherwise now."""
    words, then, now = load_wording().resolved, recheck.then, recheck.now
    if recheck.reason:
        return words[recheck.reason].format(night=recheck.revised)
    if recheck.outcome in (Outcome.NOT_ASSESSABLE, Outcome.BROKEN):
        return words["not_assessable" if recheck.outcome is Outcome.NOT_ASSESSABLE else "doubted"]
    if then is not None and then.report != now.report:
        return words["corrected"].format(night=recheck.revised)
    if then is not None and then.previous != now.previous:
        return words["previous_corrected"]
    if then is not None and then.read == now.read and then.rules != now.rules:
        return words["rules_changed"]
    if then is not None and then.rules == now.rules:
        return words["misread"]
    return words["reassessed"]


def _move(notice: Notice, state: NoticeState, since: date, sentence: str, reason: str, broken: Broken | None = None) -> Notice:
    return Notice(
        fingerprint=notice.fingerprint,
        supervisor=broken.supervisor if broken else notice.supervisor,
        agency_id=notice.agency_id,
        year=notice.year,
        rule=notice.rule,
        scope=notice.scope,
        state=state,
        since=since,
        sentence=sentence,
        reason=reason,
    )
