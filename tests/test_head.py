"""The head of a report, in the ways that portals, offices and recognisers print it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.normalise.head import Head, read_head
from tasks.normalise.labels import squeeze
from tasks.printed import Locator, Paragraph, Printed

TITLE = "云澜市水务局2023年政府信息公开工作年度报告"
BODY = ("一、总体情况", "2023年，我局认真贯彻落实条例。", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况")


def head_of(*lines: str, after: tuple[str, ...] = (), **meta: str) -> Head:
    """The head of a report with these lines before its first section, and `after` at its end."""
    blocks = tuple(Paragraph(line, Locator(line=number)) for number, line in enumerate((*lines, *BODY, *after), 1))
    return read_head(Printed(blocks, tuple(meta.items()), "text", "1", "text/plain"))


TITLES = [
    (("云澜市水务局2023年政府信息公开工作年度报告",), "云澜市水务局"),
    (("2023年云澜市水务局政府信息公开工作年度报告",), "云澜市水务局"),
    (("云澜市水务局2023年度政府信息公开工作年度报告（图片版）",), "云澜市水务局"),
    (("云澜市水务局2023年政府信息公开工作年报",), "云澜市水务局"),
    (("云澜市水务局2023年度政务信息公开年度报告",), "云澜市水务局"),
    (("云澜市水务局关于2023年政府信息公开工作情况的报告",), "云澜市水务局"),
    (("关于云澜市水务局2023年度政府信息公开工作的报告",), "云澜市水务局"),
    (("云澜市水务局政府信息公开工作年度报告（2023年度）",), "云澜市水务局"),
    (("云澜市水务局政府信息公开2023年度报告",), "云澜市水务局"),
    (("云澜市水务局二〇二三年政府信息公开工作年度报告",), "云澜市水务局"),
    (("云澜市 水务局 2 0 2 3 年 政府信息公开工作年度报告",), "云澜市水务局"),
    (("云澜市人民政府办公室（云澜市外事办公室）2023年政府信息公开工作年度报告",), "云澜市人民政府办公室(云澜市外事办公室)"),
    (("云澜市水务局", "2023年政府信息公开工作年度报告"), "云澜市水务局"),
    (("云澜市水务局", "2023年政府信息公开", "工作年度报告"), "云澜市水务局"),
    (("2023年政府信息公开工作年度报告", "云澜市水务局"), "云澜市水务局"),
    (("云澜市水务局2023年政府信息公开工作年度报", "告"), "云澜市水务局"),
    (("云澜市水务局", "政府信息公开工作年度报告", "（2023年）"), "云澜市水务局"),
    (("云澜市水务局2023年政府信息公升工作年庋报告",), "云澜市水务局"),
]


@pytest.mark.parametrize(("lines", "agency"), TITLES, ids=["/".join(lines) for lines, _ in TITLES])
def test_titles_in_all_their_wordings(lines, agency):
    head = head_of(*lines)
    assert (head.agency, head.year) == (agency, 2023)
    assert head.title in squeeze("".join(lines))


def test_a_report_without_known_headings_has_its_title_at_the_beginning():
    lines = [TITLE, *["本年度各项工作有序推进。"] * 200]
    head = read_head(Printed(tuple(Paragraph(line, Locator(line=1)) for line in lines), (), "text", "1", "text/plain"))
    assert (head.agency, head.year) == ("云澜市水务局", 2023)


NAVIGATION = ("首页", "政务公开", "政务服务", "数据开放")


def test_a_portals_menu_is_no_agency():
    head = head_of(*NAVIGATION, "2023年政府信息公开工作年度报告", "发布日期：2024-01-18 来源：云澜市水务局 浏览次数：3")
    assert (head.agency, head.year, head.published) == ("云澜市水务局", 2023, date(2024, 1, 18))


def test_a_list_of_other_years_beside_the_article_is_no_title():
    others = [f"云澜市水务局{year}年政府信息公开工作年度报告" for year in (2025, 2024, 2022, 2021)]
    own = "云澜市水务局2023年政府信息公开工作年度报告"
    assert head_of(*NAVIGATION, *others, "", "", "", own, "来源：云澜市水务局", "字体：大 中 小").year == 2023
    dated = [line for title in others for line in (title, "2024-01-18")]
    assert head_of(*dated, "", "", "", own).year == 2023
    assert head_of(own, "", "", "", *dated).year == 2023
    assert head_of(*others).year is None
    assert head_of(*others, ArticleTitle=own).year == 2023


def test_the_pages_own_title_goes_before_the_text():
    listed = "云澜市财政局2021年政府信息公开工作年度报告"
    head = head_of(listed, ArticleTitle="云澜市水务局2023年政府信息公开工作年度报告")
    assert (head.agency, head.year) == ("云澜市水务局", 2023)
    head = head_of("当前位置：首页 > 公开年报 > 云澜市水务局2023年政府信息公开工作年度报告", title="年报 - 云澜市人民政府")
    assert (head.agency, head.year) == ("云澜市水务局", 2023)
    head = head_of("欢迎", title="云澜市水务局 云澜市水务局2023年政府信息公开工作年度报告_公开年报_云澜市人民政府")
    assert (head.agency, head.year) == ("云澜市水务局", 2023)
    head = head_of("云澜市水务局2023年政府信息公开工作年度报告", ArticleTitle="2023年政府信息公开工作年度报告")
    assert (head.agency, head.year) == ("云澜市水务局", 2023)


def test_a_stale_title_stays_as_printed():
    head = head_of("云澜市水务局2022年政府信息公开工作年度报告", "本报告所列数据的统计期限自2023年1月1日起至2023年12月31日止。")
    assert (head.title, head.year) == ("云澜市水务局2022年政府信息公开工作年度报告", 2022)
    assert head.period == (date(2023, 1, 1), date(2023, 12, 31))


def test_without_a_title_period_and_drafting_line_tell_year_and_agency():
    head = head_of("根据条例规定，由云澜市水务局编制本报告。", "统计期限为2023年1月1日至2023年", "12月31日。")
    assert (head.agency, head.year) == ("云澜市水务局", 2023)
    assert head_of("我局编制工作扎实推进。", ContentSource="云澜市水务局").agency == "云澜市水务局"
    assert not head_of("欢迎", ContentSource="本站").agency


OTHERS = ["政府信息公开工作年度报告解读2023年", "关于做好2023年政府信息公开工作年度报告编制的通知", "2023年12月31日"]


@pytest.mark.parametrize("line", OTHERS)
def test_other_papers_are_no_reports(line):
    assert head_of(line).title == ""


def test_a_period_that_no_calendar_has_is_not_read():
    assert head_of("统计期限为2023年1月1日至202023年12月31日。").period is None
    assert head_of("统计期限为2023年1月1日至2023年13月31日。").period is None


@pytest.mark.parametrize(
    ("front", "after", "meta"),
    [
        ((), (), {"PubDate": "2024-01-18 10:21"}),
        (("发布时间：2024-01-18来源：云澜市水务局",), (), {}),
        (("公开日期：2024年1月18日",), ("云澜市水务局", "2024年1月20日"), {}),
        (("成文日期 2024/01/18",), (), {}),
        ((), ("云澜市水务局", "2024年1月18日"), {}),
        ((), ("云澜市水务局", "二〇二四年一月十八日", "- 5 -"), {}),
        ((), ("云澜市水务局 2024年1月18日",), {}),
    ],
)
def test_the_day_of_publication(front, after, meta):
    assert head_of(TITLE, *front, after=after, **meta).published == date(2024, 1, 18)


@pytest.mark.parametrize("after", ["条例自2019年5月15日起施行。", "2019年5月15日", "2024年2月30日", "请于2024年3月1日前联系。"])
def test_other_dates_are_no_day_of_publication(after):
    assert head_of(TITLE, after=(after,)).published is None


@given(st.lists(st.text(alphabet="云澜市水务局2023年度政府信息公开工作报告关于的（）:：>-_ \n二〇", max_size=40), max_size=8))
def test_no_lines_break_the_head(lines):
    head = head_of(*lines, title="".join(lines)[:60])
    assert head.year is None or 1900 <= head.year < 2100


def test_a_sentence_that_names_the_report_is_no_title_however_its_line_breaks():
    lines = [
        "仁化县信访局2022年政府信息公开年度报告",
        "根据《中华人民共和国政府信息公开条例》，现公布仁化",
        "县信访局2022年政府信息公开工作年度报告。本报告由六个部分组成。",
        "一、总体情况",
    ]
    blocks = tuple(Paragraph(line, Locator(line=number)) for number, line in enumerate(lines, 1))
    head = read_head(Printed(blocks, (), "text", "1", "text/plain"))
    assert (head.agency, head.year) == ("仁化县信访局", 2022)
