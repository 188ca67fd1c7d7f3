"""`gouji board`: where every agency's report of every year stands 应公开情况."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.settings import Settings
from tasks.alert.wording import load_wording
from tasks.errors import SettingsError
from warehouse.readonly import query_read_only
from warehouse.schema_crawl import BOARD_STATES

_STYLES = {"published": "green", "late": "yellow", "missing": "bold red", "not_due": "dim"}
_QUERY = "select agency_id, agency, supervisor, year, state, reason, url from v_board order by supervisor, agency_id, year"


def show_board(settings: Settings, console: Console, year: int | None, supervisor: str, state: str) -> None:
    """A table of agencies and years; then, of those that are not simply published, why and where to look."""
    if state and state not in BOARD_STATES:
        raise SettingsError(f"--state {state!r} is no state", expected=", ".join(BOARD_STATES), remedy="Give one of these.")
    columns, rows = query_read_only(settings.warehouse_url(), _QUERY)
    places = [dict(zip(columns, row, strict=True)) for row in rows]
    places = [each for each in places if supervisor in each["supervisor"] and year in (None, each["year"])]
    chosen = [each for each in places if not state or each["state"] == state]
    console.print(_matrix(chosen))
    console.print(_reasons([each for each in chosen if each["reason"] and (state or each["state"] != "not_due")]))
    counts = Counter(each["state"] for each in chosen)
    console.print(
        "，".join(f"{load_wording().board[name]} {name} {counts[name]}" for name in BOARD_STATES if counts[name]) or "没有 none"
    )


def _matrix(places: Sequence[dict[str, Any]]) -> Table:
    years = sorted({each["year"] for each in places}, reverse=True)
    table = Table(title="应公开情况 board", title_justify="left")
    for heading in ("主管部门 supervisor", "机关 agency"):
        table.add_column(heading, overflow="fold")
    for each in years:
        table.add_column(str(each), no_wrap=True)
    by_agency: dict[tuple[str, str, str], dict[int, str]] = {}
    for place in places:
        by_agency.setdefault((place["supervisor"], place["agency_id"], place["agency"]), {})[place["year"]] = place["state"]
    for (supervisor, _, agency), states in by_agency.items():
        table.add_row(supervisor, agency, *(_cell(states.get(each, "")) for each in years))
    return table


def _cell(state: str) -> Text:
    return Text(load_wording().board.get(state, ""), style=_STYLES.get(state, "magenta"))


def _reasons(places: Sequence[dict[str, Any]]) -> Table:
    """Why, of the years that stand alike in one line: what is said is said of the latest of them."""
    table = Table(title="说明 why", title_justify="left")
    for heading in ("机关 agency", "年度 year", "状态 state", "说明 why", "依据 where"):
        table.add_column(heading, overflow="fold")
    alike: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for each in places:
        alike.setdefault((each["agency_id"], each["state"], each["url"]), []).append(each)
    for group in alike.values():
        latest = max(group, key=lambda each: each["year"])
        years = "、".join(str(each["year"]) for each in sorted(group, key=lambda each: each["year"], reverse=True))
        table.add_row(latest["agency"], years, _cell(latest["state"]), latest["reason"], latest["url"])
    return table
