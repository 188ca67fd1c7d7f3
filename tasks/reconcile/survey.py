"""survey: a year's Roster × the rules about all reports together → Findings. Pure, and in the order of rules and agencies."""

from __future__ import annotations

from expectations.rule import load_rules
from expectations.survey_rule import CalendarRule, HierarchyRule, LikenessRule, ScopeRule
from tasks.reconcile.calendar import check_calendar
from tasks.reconcile.likeness import check_likeness
from tasks.reconcile.rollup import check_rollup, check_scope
from tasks.records import Finding
from tasks.roster import Roster


def calendar_rules() -> tuple[str, ...]:
    """The ids of the rules that `survey` puts."""
    return tuple(rule.id for rule in load_rules() if isinstance(rule, CalendarRule))


def comparison_rules() -> tuple[str, ...]:
    """The ids of the rules that `compare` puts."""
    return tuple(rule.id for rule in load_rules() if isinstance(rule, LikenessRule | HierarchyRule | ScopeRule))


def survey(roster: Roster) -> tuple[Finding, ...]:
    """Which reports are late or missing: what follows from the calendar, so that every night may change it."""
    return tuple(found for rule in load_rules() if isinstance(rule, CalendarRule) for found in check_calendar(rule, roster))


def compare(roster: Roster) -> tuple[Finding, ...]:
    """Which reports repeat each other or do not add up: what only other readings can change."""
    findings: list[Finding] = []
    for rule in load_rules():
        match rule:
            case LikenessRule():
                findings += check_likeness(rule, roster)
            case HierarchyRule():
                findings += check_rollup(rule, roster)
            case ScopeRule():
                findings += check_scope(rule, roster)
            case _:
                pass
    return tuple(findings)
