"""The frame of the rules that are decided report by report (structure, plausibility, comparison): a column a rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from expectations.rule import ChangeRule, EditionRule, EquationRule, NarrativeRule, Rule, ValueRule
from expectations.suite_checks import Check

_OF_OTHER_FRAMES = EquationRule | ValueRule | EditionRule | NarrativeRule | ChangeRule
_REPORT = ["agency_id", "agency", "year"]
_PLACE = ("table", "row", "column", "table_label", "row_label", "column_label")


def told_rules(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that no other frame asks about."""
    return tuple(rule for rule in rules if not isinstance(rule, _OF_OTHER_FRAMES))


def told_frame(told: pd.DataFrame, rules: Sequence[Rule]) -> tuple[pd.DataFrame, tuple[Check, ...]]:
    """A row a report, and for each rule whether it holds (missing where it was not assessed) and what was found.

    told: agency_id, agency, year, rule, is_held, reason: one row a finding; a rule of several findings holds where all do.
    """
    of_rules = told[told["rule"].isin([rule.id for rule in told_rules(rules)])]
    worst = of_rules.sort_values([*_REPORT, "rule", "is_held"], kind="stable").drop_duplicates([*_REPORT, "rule"])
    wide = worst.pivot(index=_REPORT, columns="rule", values=["is_held", "reason"])
    wide.columns = wide.columns.map(lambda pair: f"{pair[1]}.{pair[0]}")
    frame = wide.reset_index().assign(**dict.fromkeys(_PLACE, ""))
    known = set(of_rules["rule"])
    checks = tuple(
        Check(rule, "told", (f"{rule.id}.is_held", f"{rule.id}.reason")) for rule in told_rules(rules) if rule.id in known
    )
    return frame, checks
