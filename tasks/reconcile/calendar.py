"""Hold the day of publication against the deadline (D-LATE), and say whose report is missing when it has passed (D-MISSING)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from expectations.agency_type import agency_type
from expectations.deadline import deadline
from expectations.survey_rule import CalendarRule
from tasks.reconcile.outcome import broken, holds, not_assessable
from tasks.records import Finding, Verdict
from tasks.roster import Roster, Standing

_SOURCES = {"list": "栏目所列日期", "document": "文件所载日期"}


def check_calendar(rule: CalendarRule, roster: Roster) -> list[Finding]:
    """One finding for each agency that existed on the day of its deadline."""
    check = _late if rule.check == "late" else _missing
    return [found for each in roster.standings if (found := check(rule, each, roster)) is not None]


def _late(rule: CalendarRule, standing: Standing, roster: Roster) -> Finding | None:
    """The earliest day counts. It accuses where nothing suggests that it is the day of a later re-publication."""
    if standing.contents is None:
        return None
    due = _due(standing)
    if due is None:
        return not_assessable(rule, standing, "report", "机关类型不明，不知期限")
    days = sorted((day, source) for source, day in standing.dates)
    if not days and standing.absent is not None and standing.absent > due and standing.since is not None:
        reason = f"期限为{due}，{standing.absent}栏目中尚无，{standing.since}始见"
        return broken(rule, standing, "report", (), Verdict.AGENCY, reason=reason)
    if not days:
        return not_assessable(rule, standing, "report", "未见发布日期")
    first, source = days[0]
    if first <= due:
        return holds(rule, standing, "report")
    reason = f"{_SOURCES[source]}为{first}，期限为{due}，逾期{(first - due).days}天"
    if first > due + timedelta(days=rule.doubtful_days):
        return broken(rule, standing, "report", (), Verdict.UNDECIDED, reason=f"{reason}；可能为重新发布")
    if _is_moved(standing, first, roster):
        return broken(rule, standing, "report", (), Verdict.UNDECIDED, reason=f"{reason}；同日发布的报告很多，可能为网站迁移")
    return broken(rule, standing, "report", (), Verdict.AGENCY, reason=reason)


def _missing(rule: CalendarRule, standing: Standing, roster: Roster) -> Finding | None:
    if standing.contents is not None:
        return holds(rule, standing, "report")
    due, agency = _due(standing), standing.agency
    if due is None:
        return not_assessable(rule, standing, "report", "机关类型不明，不知期限")
    if (agency.valid_from is not None and agency.valid_from.year > standing.year) or (agency.valid_to or date.max) <= due:
        return None
    if roster.night <= due:
        return not_assessable(rule, standing, "report", f"期限未到（{due}）")
    if obstacle := standing.gap or standing.unreached:
        return not_assessable(rule, standing, "report", obstacle.says)
    reason = f"期限为{due}，栏目中未见"
    next_due = _due(replace(standing, year=standing.year + 1))
    witnessed = standing.missing_since is not None and standing.missing_since <= due + timedelta(days=rule.witnessed_days)
    if next_due is not None and roster.night > next_due and not witnessed:  # an old report may have been taken down
        return broken(rule, standing, "report", (), Verdict.UNDECIDED, reason=f"{reason}；往年报告可能已移走")
    return broken(rule, standing, "report", (), Verdict.AGENCY, reason=reason)


def _due(standing: Standing) -> date | None:
    """By the register's type; a report in the name of another type (县政府, not its 办公室) has until its day, if later."""
    listed = agency_type(standing.agency.name, standing.agency.level)
    printed = agency_type(standing.contents.printed) if standing.contents and standing.contents.printed else None
    days = [deadline(each, standing.year) for each in (listed, printed) if each is not None]
    return max(days) if listed is not None else None


def _is_moved(standing: Standing, day: date, roster: Roster) -> bool:
    """Whether the day is one on which most of those that are dated at all were put up, so that a site's move is as likely."""
    others = [min(found for _, found in each.dates) for each in roster.standings if each.dates and each.agency != standing.agency]
    return len(others) > 3 and 2 * others.count(day) > len(others)
