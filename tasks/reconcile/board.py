"""Where each agency's report of a year stands: published, late, missing, or why that cannot be told. Pure.

The denominator of everything else: "not found" counts as missing only where the calendar's rules say so, and they say so only
where every list of the agency was read to its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from expectations.agency_type import agency_type
from expectations.rule import load_rules
from expectations.survey_rule import CalendarRule
from tasks.records import Finding, Outcome, Verdict
from tasks.roster import Place, Roster, Standing


def board(roster: Roster, findings: Iterable[Finding]) -> tuple[Place, ...]:
    """The place of every agency that owes a report of the year, by what `survey` found of the same roster."""
    checks = {rule.id: rule.check for rule in load_rules() if isinstance(rule, CalendarRule)}
    found: dict[str, dict[str, Finding]] = {}
    for finding in findings:
        if finding.rule in checks:
            found.setdefault(finding.agency_id, {})[checks[finding.rule]] = finding
    return tuple(_place(each, found[each.agency_id]) for each in roster.standings if "missing" in found.get(each.agency_id, {}))


def _place(standing: Standing, found: Mapping[str, Finding]) -> Place:
    """Late and missing are only what the rules hold against the agency; what they leave undecided is said beside the state."""
    missing, late = found["missing"], found.get("late")
    page = next(iter(standing.lists), ("", ""))
    if standing.is_withdrawn:
        return _at(standing, "moved", "报告已从栏目撤下", standing.report)
    if missing.outcome is Outcome.HOLDS:
        told = late is not None and late.outcome is Outcome.BROKEN
        is_late = late is not None and told and late.verdict is Verdict.AGENCY
        return _at(standing, "late" if is_late else "published", late.reason if late and told else "", standing.report)
    if missing.outcome is Outcome.BROKEN:
        return _at(standing, "missing" if missing.verdict is Verdict.AGENCY else "unclear", missing.reason, page)
    for obstacle in (standing.gap, standing.unreached):
        if obstacle is not None and missing.reason == obstacle.says:
            return _at(standing, obstacle.state, obstacle.told(), (obstacle.url, obstacle.sha256))
    has_deadline = agency_type(standing.agency.name, standing.agency.level) is not None
    return _at(standing, "not_due" if has_deadline else "unclear", missing.reason, page)


def _at(standing: Standing, state: str, reason: str, evidence: tuple[str, str]) -> Place:
    url, sha256 = evidence
    return Place(standing.agency_id, standing.year, state, reason, url, sha256)
