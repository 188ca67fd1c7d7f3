"""How often what is known is asked for again: every night in season, in turn outside it, and never later than promised."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.cycle import Cycle, is_due, load_cycle
from expectations.form import load_yaml
from tasks.errors import BadForm

FIRST = date(2026, 1, 1)


@given(st.text(max_size=30), st.integers(1, 40), st.lists(st.booleans(), min_size=60, max_size=120))
def test_nothing_waits_longer_than_its_cycle(name: str, every: int, runs: list[bool]) -> None:
    """On whichever nights the job runs: asked at least once in `every` days, or on the first run after them."""
    last, asked = FIRST, FIRST
    for step, is_run in enumerate(runs, 1):
        night = FIRST + timedelta(days=step)
        if not is_run:
            continue
        if is_due(name, every, night, last):
            asked = night
        last = night
        assert (night - asked).days < every


def test_turns_spread_over_the_cycle() -> None:
    names = [f"http://a.gov.cn/{number}.html" for number in range(3000)]
    for step in range(1, 31):
        night = FIRST + timedelta(days=step)
        assert 60 <= sum(is_due(name, 30, night, night - timedelta(days=1)) for name in names) <= 140


def test_in_season_what_is_current_is_asked_for_every_night() -> None:
    cycle, last = load_cycle(), timedelta(days=1)
    for night in (date(2026, 1, 1), date(2026, 4, 15)):
        assert cycle.column_is_due("http://a/", night, night - last)
        for is_cheap in (True, False):
            assert cycle.report_is_due("http://a/1", 2025, night, night - last, is_cheap=is_cheap)
            assert cycle.report_is_due("http://a/1", None, night, night - last, is_cheap=is_cheap)
    nights = [date(2026, 4, 16) + timedelta(days=step) for step in range(7)]
    assert sum(cycle.column_is_due("http://a/", night, night - last) for night in nights) == 1
    assert sum(cycle.report_is_due("http://a/1", 2025, night, night - last, is_cheap=True) for night in nights) == 1
    month = [date(2026, 2, 1) + timedelta(days=step) for step in range(30)]
    for year, is_cheap, times in ((2023, True, 30), (2022, True, 1), (2024, False, 1)):
        assert sum(cycle.report_is_due("http://a/1", year, night, night - last, is_cheap=is_cheap) for night in month) == times
    assert cycle.column_is_due("http://a/", nights[0], None)
    assert cycle.longest() == timedelta(days=7)


def test_a_wrong_file_names_the_key(tmp_path: Path) -> None:
    wrong = tmp_path / "cycle.yml"
    wrong.write_text(Path("expectations/cycle.yml").read_text("utf-8").replace("day: 15", "day: 31"), encoding="utf-8")
    with pytest.raises(BadForm, match=r"season\.until"):
        load_yaml(wrong, Cycle)
