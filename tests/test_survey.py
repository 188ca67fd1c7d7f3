"""What all reports of a year show together: late, missing, alike, not adding up. Pure, on rosters made for the case."""

from __future__ import annotations

from datetime import date

import pytest

from expectations.agency_type import agency_type
from expectations.deadline import deadline, may_be_due
from tasks.reconcile.survey import compare, survey
from tasks.records import Agency, Finding, Outcome, Verdict
from tasks.roster import Contents, Obstacle, Roster, Standing

NIGHT = date(2026, 2, 20)
URL = ("http://a.cn/",)
TOPICS = [
    "扩大公开渠道",
    "规范申请答复",
    "编制公开目录",
    "清理失效文件",
    "培训工作人员",
    "完善公开指南",
    "开展考核评议",
    "回应社会关切",
    "管理政务新媒体",
]


def agency(id_: str, name: str, level: str = "县级部门", parent: str = "", **known: date) -> Agency:
    return Agency(id_, name, (), level, "县政务公开办", URL, parent, **known)


def prose(seed: int, length: int = 900) -> str:
    """Text of its own for each seed, in the words that all such reports use."""
    state, parts = seed * 7919 + 13, []
    while sum(map(len, parts)) < length:
        state = (state * 1103515245 + 12345) % 2**31
        parts.append(f"{TOPICS[state % 9]}{chr(0x5000 + state % 3000)}{chr(0x5000 + state // 7 % 3000)}，")
    return "".join(parts)


def contents(text: str = "", numbers: dict[str, int] | None = None, **more: object) -> Contents:
    given = {"sha256": text[:40] + str(numbers), "printed": "", "text": text, "numbers": numbers or {}, "is_text": True}
    return Contents(**given | more)  # type: ignore[arg-type]


def roster(*standings: Standing, night: date = NIGHT, year: int = 2025) -> Roster:
    return Roster(year, night, standings)


def standing(who: Agency, has: Contents | None = None, **more: object) -> Standing:
    return Standing(who, 2025, has, **more)  # type: ignore[arg-type]


def only(findings: tuple[Finding, ...], rule: str, who: str = "", scope: str = "") -> Finding:
    (found,) = (each for each in findings if each.rule == rule and who in ("", each.agency_id) and scope in ("", each.scope))
    return found


# Calendar


def test_deadlines_are_those_of_the_law_and_move_to_the_next_working_day() -> None:
    department, county = agency_type("", "县级部门"), agency_type("", "县级政府")
    assert department is not None
    assert county is not None
    assert [deadline(department, year) for year in (2021, 2022, 2024)] == [
        date(2022, 2, 7),  # 31 January 2022 began the Spring Festival
        date(2023, 1, 31),
        date(2025, 2, 5),
    ]
    assert deadline(county, 2023) == date(2024, 4, 1)  # 31 March 2024 was a Sunday
    assert deadline(department, 2060) == date(2061, 1, 31)  # no notice on holidays yet: a Monday


@pytest.mark.parametrize(
    ("night", "years"), [(date(2026, 1, 31), (2023, 2024)), (date(2026, 2, 1), (2024, 2025)), (date(2026, 12, 31), (2024, 2025))]
)
def test_a_round_of_reports_begins_when_the_first_deadline_has_passed(night: date, years: tuple[int, int]) -> None:
    assert may_be_due(night) == years


@pytest.mark.parametrize(
    ("dates", "outcome", "verdict"),
    [
        ([("list", date(2026, 2, 2))], Outcome.HOLDS, Verdict.AGENCY),  # 31 January 2026 was a Saturday
        ([("list", date(2026, 2, 3))], Outcome.BROKEN, Verdict.AGENCY),
        ([("list", date(2026, 2, 3)), ("document", date(2026, 1, 20))], Outcome.HOLDS, Verdict.AGENCY),  # published anew
        ([("list", date(2027, 6, 3))], Outcome.BROKEN, Verdict.UNDECIDED),  # a site's move, years later
        ([], Outcome.NOT_ASSESSABLE, Verdict.AGENCY),
    ],
)
def test_late_is_told_by_the_earliest_day(dates: list[tuple[str, date]], outcome: Outcome, verdict: Verdict) -> None:
    found = only(survey(roster(standing(agency("a", "甲县水利局"), contents(), dates=tuple(dates)))), "D-LATE")
    assert (found.outcome, found.verdict) == (outcome, verdict)


def test_a_report_that_was_seen_to_be_missing_is_late_even_without_a_date() -> None:
    late = standing(agency("a", "甲县水利局"), contents(), absent=date(2026, 2, 4), since=date(2026, 2, 9))
    found = only(survey(roster(late)), "D-LATE")
    assert (found.outcome, found.verdict) == (Outcome.BROKEN, Verdict.AGENCY)
    assert "2026-02-04" in found.reason


def test_the_day_of_a_move_of_the_whole_site_accuses_nobody() -> None:
    moved = [
        standing(agency(str(number), f"甲县第{number}局"), contents(), dates=(("list", date(2026, 5, 6)),)) for number in range(6)
    ]
    assert {found.verdict for found in survey(roster(*moved)) if found.rule == "D-LATE"} == {Verdict.UNDECIDED}


def test_a_governments_report_has_until_march_even_where_its_office_is_listed() -> None:
    listed = agency("a", "甲县教育局")
    printed = contents(printed="甲县人民政府")
    found = only(survey(roster(standing(listed, printed, dates=(("list", date(2026, 3, 20)),)))), "D-LATE")
    assert found.outcome is Outcome.HOLDS


@pytest.mark.parametrize(
    ("more", "outcome", "verdict"),
    [
        ({}, Outcome.BROKEN, Verdict.AGENCY),
        ({"unreached": Obstacle("blocked", "栏目未能读完")}, Outcome.NOT_ASSESSABLE, Verdict.AGENCY),
        ({"gap": Obstacle("unreadable", "已有文件，但未能读取")}, Outcome.NOT_ASSESSABLE, Verdict.AGENCY),
    ],
)
def test_missing_only_where_the_whole_column_was_read(more: dict[str, str], outcome: Outcome, verdict: Verdict) -> None:
    found = only(survey(roster(standing(agency("a", "甲县水利局"), **more))), "D-MISSING")
    assert (found.outcome, found.verdict) == (outcome, verdict)


def test_missing_waits_for_the_deadline_of_the_type() -> None:
    department, town = standing(agency("a", "甲县水利局")), standing(agency("b", "甲县东镇人民政府", "乡镇"))
    found = survey(roster(department, town))
    assert only(found, "D-MISSING", "a").outcome is Outcome.BROKEN
    assert only(found, "D-MISSING", "b").outcome is Outcome.NOT_ASSESSABLE
    later = survey(roster(department, town, night=date(2026, 4, 1)))
    assert only(later, "D-MISSING", "b").outcome is Outcome.BROKEN
    nobody = survey(roster(standing(agency("c", "某某", "不详"))))
    assert only(nobody, "D-MISSING").outcome is Outcome.NOT_ASSESSABLE


def test_a_report_of_long_ago_may_have_been_taken_down() -> None:
    old = Roster(2020, NIGHT, (Standing(agency("a", "甲县水利局"), 2020),))
    assert only(survey(old), "D-MISSING").verdict is Verdict.UNDECIDED
    for first_seen, verdict in ((date(2021, 2, 1), Verdict.AGENCY), (date(2021, 12, 1), Verdict.UNDECIDED)):
        watched = Roster(2020, NIGHT, (Standing(agency("a", "甲县水利局"), 2020, missing_since=first_seen),))
        assert only(survey(watched), "D-MISSING").verdict is verdict, "who saw it missing in its own season knows"


def test_an_agency_that_was_not_there_owes_nothing() -> None:
    founded = agency("a", "甲县大数据局", valid_from=date(2026, 1, 5))
    abolished = agency("b", "甲县知识产权局", valid_to=date(2025, 11, 30))
    young = agency("c", "甲县数据局", valid_from=date(2025, 3, 1))
    found = survey(roster(*map(standing, (founded, abolished, young))))
    assert [each.agency_id for each in found if each.rule == "D-MISSING"] == ["c"]


# Likeness


def test_the_same_text_with_other_numbers_and_names_is_told_of_both() -> None:
    text = prose(1)
    first, second = agency("a", "甲县水利局"), agency("b", "甲县林业局")
    mine = contents("甲县水利局2025年受理申请12件。" + text)
    theirs = contents("甲县林业局2025年受理申请7件。" + text)
    found = compare(
        roster(standing(first, mine), standing(second, theirs), standing(agency("c", "甲县民政局"), contents(prose(2))))
    )
    for who, other in (("a", "甲县林业局"), ("b", "甲县水利局")):
        told = only(found, "Q-DUP", who, "others")
        assert (told.outcome, told.verdict) == (Outcome.BROKEN, Verdict.AGENCY)
        assert other in told.reason
        assert "重复9" in told.reason or "重复100%" in told.reason
    assert only(found, "Q-DUP", "c", "others").outcome is Outcome.HOLDS


@pytest.mark.parametrize(("changed", "outcome"), [(0.05, Outcome.BROKEN), (0.4, Outcome.HOLDS)])
def test_how_much_of_last_years_text_is_kept_decides(changed: float, outcome: Outcome) -> None:
    before = prose(3, 1000)
    cut = int(len(before) * (1 - changed))
    now = before[:cut] + prose(4, len(before) - cut)
    found = compare(roster(standing(agency("a", "甲县水利局"), contents(now), previous=contents(before))))
    assert only(found, "Q-DUP", scope="previous").outcome is outcome


def test_short_texts_and_few_figures_are_alike_by_nature() -> None:
    zero = {f"applications.row{number}.total": 0 for number in range(175)}
    towns = [standing(agency(str(number), f"甲县第{number}镇", "乡镇"), contents("无。" * 20, zero)) for number in range(3)]
    assert {found.outcome for found in compare(roster(*towns)) if found.rule == "Q-DUP"} == {Outcome.NOT_ASSESSABLE}


def test_the_same_figures_are_told_and_one_document_listed_twice_is_not_held_against_anybody() -> None:
    numbers = {f"applications.row{number}.total": number + 1 for number in range(20)}
    two = [agency("a", "甲县水利局"), agency("b", "甲县林业局")]
    found = compare(roster(*(standing(each, contents(prose(place), numbers)) for place, each in enumerate(two))))
    assert {each.verdict for each in found if each.scope == "others" and each.outcome is Outcome.BROKEN} == {Verdict.AGENCY}
    assert "各项数据与甲县林业局同年报告完全相同" in only(found, "Q-DUP", "a", "others").reason
    shared = contents(prose(5), numbers)
    found = compare(roster(*(standing(each, shared) for each in two)))
    assert {each.verdict for each in found if each.outcome is Outcome.BROKEN} == {Verdict.UNDECIDED}


def test_a_pictures_text_accuses_nobody_of_copying() -> None:
    scanned = contents(prose(1), is_text=False)
    found = compare(roster(standing(agency("a", "甲县水利局"), scanned, previous=contents(prose(1), sha256="other"))))
    assert only(found, "Q-DUP", scope="previous").verdict is Verdict.UNDECIDED


# Hierarchy

NEW = "applications.new.total"
COUNTY = agency("z", "甲县人民政府", "县级政府")


def family(whole: int, *parts: int | None, text: str = "全县各级行政机关共收到申请。") -> Finding:
    below = [
        standing(agency(str(place), f"甲县第{place}局", parent="z"), None if part is None else contents("", {NEW: part}))
        for place, part in enumerate(parts, 1)
    ]
    above = standing(COUNTY, contents(text, {NEW: whole}))
    return only(compare(roster(*below, above)), "H-ROLL", "z", NEW)


def test_the_sum_of_the_parts_cannot_exceed_the_whole() -> None:
    assert family(60, 20, 30, 10).outcome is Outcome.HOLDS
    more = family(50, 20, 30, 12)
    assert (more.outcome, more.verdict, more.left, more.right) == (Outcome.BROKEN, Verdict.AGENCY, 50, 62)
    assert "恰为甲县第3局（12），可能未汇总" in more.reason
    assert "恰为" not in family(50, 12, 12, 38).reason  # either of two would explain it


def test_what_was_not_collected_explains_a_difference() -> None:
    found = family(60, 20, 28, None)
    assert found.outcome is Outcome.NOT_ASSESSABLE
    assert "已收2个、应收3个；差额 12 = 甲县第3局" in found.reason


@pytest.mark.parametrize("text", ["本机关收到申请。", "全县各级行政机关……本报告不含下级。", "全县各级行政机关（本级）"])
def test_a_report_of_the_office_itself_sums_up_nothing(text: str) -> None:
    assert family(5, 20, text=text).outcome is Outcome.NOT_ASSESSABLE


def test_vertical_agencies_report_elsewhere() -> None:
    tax = standing(agency("1", "国家税务总局甲县税务局", "垂直管理部门", parent="z"), contents("", {NEW: 90}))
    above = standing(COUNTY, contents("全县各级行政机关", {NEW: 5}))
    assert [found for found in compare(roster(tax, above)) if found.rule == "H-ROLL"] == []


def test_a_department_that_states_the_countys_documents_as_its_own_is_told() -> None:
    address = "disclosure.normative.in_force"
    above = standing(COUNTY, contents("", {address: 101}))

    def told(number: int) -> Finding:
        below = standing(agency("1", "甲县司法局", parent="z"), contents("", {address: number}))
        return only(compare(roster(below, above)), "T-NORM-SCOPE", "1")

    assert told(101).outcome is Outcome.BROKEN
    assert told(7).outcome is Outcome.HOLDS


def test_the_order_of_the_register_changes_nothing() -> None:
    text = prose(6)
    several = [standing(agency(str(number), f"甲县第{number}局"), contents(f"第{number}局。{text}")) for number in range(6)]
    forward, backward = compare(roster(*several)), compare(roster(*reversed(several)))
    assert sorted(forward, key=lambda found: (found.rule, found.agency_id, found.scope)) == sorted(
        backward, key=lambda found: (found.rule, found.agency_id, found.scope)
    )
