"""The six sections of a report, however their headings are numbered, worded or set."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.form import load_forms
from tasks.normalise.sections import find_sections
from tasks.printed import Grid, GridCell, Locator, Paragraph, Printed
from tasks.records import Section

OFFICIAL = load_forms()[-1].sections
IDS = [section.id for section in OFFICIAL]
NUMBERS = "一二三四五六"
TEXT = "本年度各项工作有序推进。"


def sections_of(*lines: str | Grid, pages: list[int] | None = None) -> tuple[Section, ...]:
    places = [Locator(page=page) for page in pages] if pages else [Locator(line=number) for number in range(len(lines))]
    blocks = tuple(line if isinstance(line, Grid) else Paragraph(line, place) for line, place in zip(lines, places, strict=True))
    return find_sections(Printed(blocks, (), "text", "1", "text/plain"))


def report(numbering: str, titles: list[str] | None = None) -> list[str]:
    """Six headings and a line of text below each."""
    titles = titles or [section.title for section in OFFICIAL]
    headings = [
        numbering.format(number, title, digit) for digit, (number, title) in enumerate(zip(NUMBERS, titles, strict=True), 1)
    ]
    return [line for heading in headings for line in (heading, heading[::-1] + TEXT)]


NUMBERINGS = ["{0}、{1}", "{0}.{1}", "{0} {1}", "{1}", "第{0}部分 {1}", "第{0}部分：{1}"]
NUMBERINGS += ["（{0}）{1}", "{2}.{1}", "{2}、{1}", "{0}、 {1}："]


@pytest.mark.parametrize("numbering", NUMBERINGS)
def test_every_usual_numbering(numbering):
    lines = report(numbering)
    assert [(section.id, section.text) for section in sections_of(*lines)] == list(zip(IDS, lines[1::2], strict=True))


WORDINGS = [
    "工作基本情况/主动公开情况/依申请公开情况/因政府信息公开工作被申请行政复议、提起行政诉讼情况/存在的主要问题及整改措施/其他报告的事项",
    "2023年政务公开总体情况/主动公开政府信息的情况/收到和处理政府信息公开申请的情况/行政复议和行政诉讼情况/存在问题及改进情况/其他事项",
    "总体 情况/主动公开府信息情况/收到和处理政府信息公开申清情况/政府信息公开行政复议行政诉讼情况/主要问题和改进措施/其他事项",
    "总体情况/主动公开政府信息情况/收到和处理政府信息公开申请情况/政府信息公开⾏政复议、⾏政诉讼情况/存在问题及改进措施/其它需要报告的事项",
]


@pytest.mark.parametrize("titles", WORDINGS)
def test_every_usual_wording(titles):
    assert [section.id for section in sections_of(*report("{0}、{1}", titles.split("/")))] == IDS


def test_headings_within_a_section_are_its_text():
    inner = [
        "（一）主动公开。",
        "全年公开30条。",
        "（二）主动公开政府信息情况",
        "（三）依申请公开情况",
        "收到3件。",
        "1.总体情况",
    ]
    lines = report("{0}、{1}")
    found = sections_of(lines[0], *inner, *lines[2:])
    assert [section.id for section in found] == IDS
    assert found[0].text == "\n".join(inner)


def test_text_on_the_headings_line_is_kept():
    found = sections_of("一、总体情况。2023年，我局工作有序。", "二、主动公开政府信息情况", "六、其他需要报告的事项：无。")
    assert [(section.id, section.heading, section.text) for section in found] == [
        ("overview", "一、总体情况", "2023年，我局工作有序。"),
        ("disclosure", "二、主动公开政府信息情况", ""),
        ("other", "六、其他需要报告的事项", "无。"),
    ]


@pytest.mark.parametrize("cut", range(6, 25, 3))
def test_a_heading_over_two_lines_is_one(cut):
    heading = "四、因政府信息公开工作被申请行政复议、提起行政诉讼情况"
    found = sections_of("一、总体情况", TEXT, heading[:cut], heading[cut:], "未发生。", "五、存在的主要问题及改进情况", TEXT)
    assert [(section.id, section.text) for section in found] == [("overview", TEXT), ("disputes", "未发生。"), ("problems", TEXT)]


def test_a_table_of_contents_is_not_the_report():
    lines = report("{0}、{1}")
    contents = [f"{heading}……{page}" for page, heading in enumerate(lines[::2], 1)]
    found = sections_of("目 录", *contents, "根据条例规定，编制本报告。" * 9, *lines)
    assert [(section.id, section.text) for section in found] == list(zip(IDS, lines[1::2], strict=True))


def test_a_heading_and_prose_in_table_cells():
    cells = [GridCell(row, 0, 1, 1, text, Locator(table=0, row=row, cell=0)) for row, text in enumerate(report("{0}、{1}"))]
    found = sections_of(Grid(tuple(cells), len(cells), 1))
    assert [section.id for section in found] == IDS
    assert all(TEXT in section.text for section in found)
    figures = [GridCell(0, column, 1, 1, text, Locator()) for column, text in enumerate(["（一）予以公开", "0", "总计"])]
    assert sections_of("一、总体情况", Grid(tuple(figures), 1, 3))[0].text == ""


def test_page_numbers_and_running_heads_are_no_text():
    head = "云澜市水务局政府信息公开年报"
    lines = [head, "一、总体情况", "结转下年度继续办", "— 1 —", head, "理3件。", "第2页", head, "二、主动公开政府信息情况", "3/3"]
    found = sections_of(*lines, pages=[1, 1, 1, 1, 2, 2, 2, 3, 3, 3])
    assert [(section.id, section.text) for section in found] == [("overview", "结转下年度继续办\n理3件。"), ("disclosure", "")]


def test_sections_stay_in_printed_order_and_a_missing_one_is_missing():
    lines = report("{0}、{1}")
    moved = [*lines[:4], *lines[8:10], *lines[4:6], *lines[10:]]
    assert [section.id for section in sections_of(*moved)] == [IDS[place] for place in (0, 1, 4, 2, 5)]


def test_a_misnumbered_section_is_still_that_section():
    lines = ["一、总体情况", TEXT, "二、主动公开政府信息情况", TEXT, "三、存在的主要问题及改进情况", TEXT]
    assert [section.id for section in sections_of(*lines)] == ["overview", "disclosure", "problems"]


LETTERS = "一二三四五六、.（）第部分总体情况主动公开政府信息其他需要报告的事项。\n"


@given(st.lists(st.text(alphabet=LETTERS, max_size=60), max_size=12))
def test_no_lines_break_the_sections_and_none_is_told_twice(lines):
    found = sections_of(*lines)
    assert len({section.id for section in found}) == len(found)
    assert sum(len(section.text) for section in found) <= sum(len(line) + 1 for line in lines)
