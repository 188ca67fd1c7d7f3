"""How a notice lives: from last night's notices and tonight's broken rules to new, changed, resolved, reopened. Pure.

A notice that people have explained never moves; one that they have snoozed only closes. What cannot be checked tonight
(no current reading of the report) stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tasks.alert.sentences import load_wording, split_sentence
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
    """The documents that one assessment compared: the report's SHA-256 and last year's (None when it was not there)."""

    report: str
    previous: str | None


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
) -> tuple[Transition, ...]:
    """Tonight's steps. `said_once` are the rules that tell of an event (D-CHANGE), which nothing can undo."""
    steps = [step for each in broken if (step := _of_broken(each, notices.get(each.fingerprint), night))]
    still = {each.fingerprint for each in broken}
    for fingerprint, (notice, severity) in notices.items():
        if fingerprint not in still and fingerprint in rechecks and is_closable(notice, said_once):
            reason = _why_resolved(rechecks[fingerprint])
            steps.append(Transition("resolved", _move(notice, NoticeState.RESOLVED, night, notice.sentence, reason), severity))
    return tuple(steps)


def is_closable(notice: Notice, said_once: frozenset[str]) -> bool:
    """Whether a night may close a notice: not twice, not what people explained, not what tells of an event."""
    return notice.state not in (NoticeState.RESOLVED, NoticeState.EXPLAINED) and notice.rule not in said_once


def net(earlier: Kind | None, step: Kind) -> Kind:
    """What two steps of the same night come to: a finding that is new and changes before morning is still new."""
    return earlier if earlier in ("new", "reopened") and step == "changed" else step


def _of_broken(broken: Broken, known: tuple[Notice, Severity] | None, night: date) -> Transition | None:
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
    if notice.state in (NoticeState.EXPLAINED, NoticeState.SNOOZED) or _facts(notice.sentence) == _facts(broken.sentence):
        return None
    return Transition("changed", _move(notice, notice.state, notice.since, broken.sentence, "", broken), broken.severity)


def _facts(sentence: str) -> str:
    """What a sentence says of the figures: an agency's new name or a rule's new wording is no change of theirs."""
    return split_sentence(sentence)[1]


def _why_resolved(recheck: Recheck) -> str:
    words = load_wording().resolved
    if recheck.reason:
        return words[recheck.reason].format(night=recheck.revised)
    if recheck.outcome is Outcome.NOT_ASSESSABLE:
        return words["not_assessable"]
    if recheck.then is not None and recheck.then.report != recheck.now.report:
        return words["corrected"].format(night=recheck.revised)
    if recheck.then is not None and recheck.then.previous != recheck.now.previous:
        return words["previous_corrected"]
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
