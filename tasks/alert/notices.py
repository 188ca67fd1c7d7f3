"""How a notice lives: from last night's notices and tonight's broken rules to new, changed, resolved, reopened. Pure.

What people explained or snoozed is quiet while the figures are those that they saw: other figures are told as changed, and open
again. A snoozed notice comes back on its day, and may close before; an explained one does not close. What cannot be checked
tonight (no current reading of the report) stays as it is. What stands when an agency comes under another supervisor is told to
that one as changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from tasks.alert.sentences import facts_of, figures_of
from tasks.alert.wording import CANONICAL, load_wording, other_languages
from tasks.records import Notice, NoticeState, Outcome, Severity, Translation

Kind = Literal["new", "changed", "resolved", "reopened"]
STANDS = (NoticeState.OPEN, NoticeState.ACKNOWLEDGED, NoticeState.REOPENED)


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that an agency's own figures break tonight, with its sentence, also in the languages beside Chinese."""

    fingerprint: str
    supervisor: str
    agency_id: str
    year: int | None
    rule: str
    scope: str
    severity: Severity
    sentence: str
    translations: tuple[Translation, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a notice is closed or told again: a phrase of the wording's `resolved` or `told_again`, its night, and an office."""

    phrases: Literal["resolved", "told_again"]
    phrase: str
    night: date | None = None
    office: str = ""

    def said(self, language: str = CANONICAL) -> str:
        """The reason in a language."""
        phrases: dict[str, str] = getattr(load_wording(language), self.phrases)
        return phrases[self.phrase].format(night=self.night, office=self.office)


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
    offices: Mapping[str, str] | None = None,
) -> tuple[Transition, ...]:
    """Tonight's steps. `said_once` are the rules that tell of an event (D-CHANGE), which nothing can undo.

    due: by fingerprint, the day until which a notice was snoozed, where that day has come. offices: the supervisor of now, where
    another one was told.
    """
    now_with = {name: office for name, office in (offices or {}).items() if notices[name][0].rule not in said_once}
    ended = {fingerprint: Reason("told_again", "snooze_ended", day) for fingerprint, day in (due or {}).items()}
    steps = [
        step
        for each in broken
        if (
            step := _of_broken(
                each, notices.get(each.fingerprint), night, ended.get(each.fingerprint), each.fingerprint in now_with
            )
        )
    ]
    still = {each.fingerprint for each in broken}
    for fingerprint, (notice, severity) in notices.items():
        if fingerprint in still:
            continue
        if fingerprint in rechecks and is_closable(notice, said_once):
            reason = _why_resolved(rechecks[fingerprint])
            steps.append(Transition("resolved", _move(notice, NoticeState.RESOLVED, night, reason), severity))
        elif fingerprint in ended:
            back = _move(notice, NoticeState.REOPENED, night, ended[fingerprint])
            steps.append(Transition("reopened", back, severity))
        elif fingerprint in now_with and notice.state in STANDS:
            handed_over = _move(notice, notice.state, notice.since, _from(notice))
            steps.append(Transition("changed", replace(handed_over, supervisor=now_with[fingerprint]), severity))
    return tuple(steps)


def is_closable(notice: Notice, said_once: frozenset[str]) -> bool:
    """Whether a night may close a notice: not twice, not what people explained, not what tells of an event."""
    return notice.state not in (NoticeState.RESOLVED, NoticeState.EXPLAINED) and notice.rule not in said_once


def net(earlier: Kind | None, step: Kind) -> Kind:
    """What two steps of the same night come to: a finding that is new and changes before morning is still new."""
    return earlier if earlier in ("new", "reopened") and step == "changed" else step


def _of_broken(
    broken: Broken, known: tuple[Notice, Severity] | None, night: date, ended: Reason | None, is_handed_over: bool
) -> Transition | None:
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
            translations=_translated(broken, None),
        )
        return Transition("new", opened, broken.severity)
    notice = known[0]
    if notice.state is NoticeState.RESOLVED:
        return Transition("reopened", _move(notice, NoticeState.REOPENED, night, None, broken), broken.severity)
    if notice.state in (NoticeState.EXPLAINED, NoticeState.SNOOZED):
        return _of_settled(broken, notice, night, ended)
    if facts_of(notice.sentence) == facts_of(broken.sentence) and not is_handed_over:
        return None
    reason = _from(notice) if is_handed_over else None
    return Transition("changed", _move(notice, notice.state, notice.since, reason, broken), broken.severity)


def _from(notice: Notice) -> Reason:
    """That another supervisor was told so far."""
    return Reason("told_again", "handed_over", office=notice.supervisor)


def _of_settled(broken: Broken, notice: Notice, night: date, ended: Reason | None) -> Transition | None:
    """What people settled is told again when its figures are others, or when its day has come."""
    if figures_of(notice.sentence) != figures_of(broken.sentence):
        again = Reason("told_again", f"{notice.state.value}_otherwise")
        moved = _move(notice, NoticeState.OPEN, notice.since, again, broken)
        return Transition("changed", moved, broken.severity)
    if not ended:
        return None
    return Transition("reopened", _move(notice, NoticeState.REOPENED, night, ended, broken), broken.severity)


def _why_resolved(recheck: Recheck) -> Reason:
    """Whose mistake it was: the agency's, which corrected it; ours, where the same documents are read otherwise now."""
    return Reason("resolved", recheck.reason or _resolved(recheck), recheck.revised)


def _resolved(recheck: Recheck) -> str:
    then, now = recheck.then, recheck.now
    if recheck.outcome in (Outcome.NOT_ASSESSABLE, Outcome.BROKEN):
        return "not_assessable" if recheck.outcome is Outcome.NOT_ASSESSABLE else "doubted"
    if then is not None and then.report != now.report:
        return "corrected"
    if then is not None and then.previous != now.previous:
        return "previous_corrected"
    if then is not None and then.read == now.read and then.rules != now.rules:
        return "rules_changed"
    if then is not None and then.rules == now.rules:
        return "misread"
    return "reassessed"


def _move(notice: Notice, state: NoticeState, since: date, reason: Reason | None, broken: Broken | None = None) -> Notice:
    return replace(
        notice,
        supervisor=broken.supervisor if broken else notice.supervisor,
        state=state,
        since=since,
        sentence=broken.sentence if broken else notice.sentence,
        reason=reason.said() if reason else "",
        translations=_translated(broken or notice, reason),
    )


def _translated(told: Broken | Notice, reason: Reason | None) -> tuple[Translation, ...]:
    """Its sentence, where it has one, and the reason in every language; the reason of an earlier step is none of this one's."""
    said = {each.language: each.sentence for each in told.translations}
    return tuple(
        Translation(language, said.get(language, ""), reason.said(language) if reason else "")
        for language in other_languages()
        if reason or said.get(language)
    )
