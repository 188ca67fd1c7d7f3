"""Hold a government's report against those of the agencies below it (H-ROLL), and an agency's figure against its government's."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

from expectations.agency_type import agency_type
from expectations.survey_rule import HierarchyRule, ScopeRule
from tasks.reconcile.outcome import broken, holds, not_assessable
from tasks.records import Finding, Number, Verdict
from tasks.roster import Contents, Roster, Standing

_MANY = 60  # agencies below: with more, some combination of them explains any difference
_NAMED = 5


def check_rollup(rule: HierarchyRule, roster: Roster) -> list[Finding]:
    """One finding for each address of each report that has agencies below it."""
    below: dict[str, list[Standing]] = defaultdict(list)
    for each in roster.standings:
        kind = agency_type(each.agency.name, each.agency.level)
        if kind is None or kind.type not in rule.without:
            below[each.agency.parent].append(each)
    return [
        _rollup(rule, each, each.contents, below[each.agency_id], address)
        for each in roster.standings
        if each.contents is not None and below.get(each.agency_id)
        for address in rule.addresses
    ]


def _rollup(rule: HierarchyRule, parent: Standing, contents: Contents, below: Sequence[Standing], address: str) -> Finding:
    if not _sums_up(rule, parent, contents):
        return not_assessable(rule, parent, address, "报告未说明汇总了所属机关的情况")
    whole = contents.numbers.get(address)
    if whole is None:
        return not_assessable(rule, parent, address, "汇总数空白或读取不确凿")
    parts = [(each, each.contents.numbers[address]) for each in below if each.contents and address in each.contents.numbers]
    absent = [each for each in below if each.contents is None or address not in each.contents.numbers]
    total = sum((number for _, number in parts), start=0)
    if total <= whole:
        if absent:
            return not_assessable(rule, parent, address, _coverage(whole - total, len(parts), below, absent))
        return holds(rule, parent, address, value=whole)
    verdict = Verdict.AGENCY if contents.is_text else Verdict.UNDECIDED
    reason = _excess(total - whole, parts, rule.together)
    return broken(rule, parent, address, (address,), verdict, reason=reason, left=whole, right=total)


def _sums_up(rule: HierarchyRule, standing: Standing, contents: Contents) -> bool:
    """Whether a report covers the agencies below: it says so, or is a government's that does not say otherwise."""
    if any(re.search(pattern, contents.text) for pattern in rule.own):
        return False
    says_so = any(re.search(pattern, contents.text) for pattern in rule.aggregate)
    kind = agency_type(contents.printed) if contents.printed else None
    listed = agency_type(standing.agency.name, standing.agency.level)
    return says_so and any(each is not None and each.type in rule.agencies for each in (kind, listed))


def _coverage(missing: Number, count: int, below: Sequence[Standing], absent: Sequence[Standing]) -> str:
    names = "、".join(each.agency.name for each in absent[:_NAMED]) + (f"等{len(absent)}个" if len(absent) > _NAMED else "")
    return f"所属机关已收{count}个、应收{len(below)}个；差额 {missing} = {names}（未收录或读取不确凿）"


def _excess(difference: Number, parts: Sequence[tuple[Standing, Number]], together: int) -> str:
    """The agencies whose figures make up the difference, where only one combination of few does."""
    told = f"所属{len(parts)}个机关合计超出 {difference}"
    counted = [(each.agency.name, number) for each, number in parts if number]
    if len(counted) > _MANY:
        return told
    for size in range(1, together + 1):
        found = [group for group in combinations(counted, size) if sum(number for _, number in group) == difference]
        if len(found) == 1:
            return f"{told}，恰为{'、'.join(f'{name}（{number}）' for name, number in found[0])}，可能未汇总"
        if found:
            return told
    return told


def check_scope(rule: ScopeRule, roster: Roster) -> list[Finding]:
    """One finding for each report of the types that the rule concerns."""
    by_id = {each.agency_id: each for each in roster.standings}
    return [
        _scope(rule, each, each.contents, by_id.get(each.agency.parent))
        for each in roster.standings
        if each.contents is not None and rule.concerns(agency_type(each.agency.name, each.agency.level))
    ]


def _scope(rule: ScopeRule, standing: Standing, contents: Contents, above: Standing | None) -> Finding:
    own = contents.numbers.get(rule.address)
    whole = above.contents.numbers.get(rule.address) if above is not None and above.contents is not None else None
    if own is None or whole is None or above is None:
        return not_assessable(rule, standing, rule.address, "上级政府的报告没有收录，或数据空白、读取不确凿")
    if own != whole or own < rule.least:
        return holds(rule, standing, rule.address, (rule.address,), own)
    reason = f"与{above.agency.name}的报告所填相同"
    verdict = Verdict.AGENCY if contents.is_text else Verdict.UNDECIDED
    return broken(rule, standing, rule.address, (rule.address,), verdict, reason=reason, left=own, right=whole)
