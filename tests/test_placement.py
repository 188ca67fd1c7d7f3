"""Placement: the tables as agencies really print them, each figure at its address, or said to have none."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper import Paper, change, tying
from paper_grids import Rows, document, full, grid, read, read_report, readings, report, split_rows, table, without_label, wrong

from tasks.normalise import normalise
from tasks.printed import Agreement, Grid
from tasks.records import Reading

PAPERS = {edition: tying(edition, seed=7) for edition in ("2019", "2021")}
P = PAPERS["2021"]
FIRST = 3  # the first row with figures of table 三


def raw(reading: Reading) -> dict[str, str]:
    return {cell.address: cell.raw for cell in reading.cells}


def is_whole(reading: Reading, paper: Paper) -> bool:
    """Whether every figure is read as printed, for certain and without a word of doubt."""
    return raw(reading) == paper.raw and all(cell.certain for cell in reading.cells) and not reading.problems


def number_of(paper: Paper, label: str) -> int:
    return next(n for n, row in enumerate(table(paper, "applications")) if any(label in text for text, _, _ in row))


def relabelled(printed: Rows, **labels: str) -> Rows:
    """The rows with some texts printed otherwise."""
    return [[(labels.get(text, text), down, right) for text, down, right in row] for row in printed]


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
def test_undamaged_tables_are_complete_and_certain(paper):
    reading = read_report(paper)
    assert is_whole(reading, paper)
    assert dict(reading.editions) == {"disclosure": paper.edition, "applications": paper.edition, "disputes": ""}


@pytest.mark.parametrize("old", ["disclosure", "applications"])
def test_each_table_has_its_own_edition(old):
    new = PAPERS["2021"]
    reading = read_report(new, **{old: table(PAPERS["2019"], old)})
    assert dict(reading.editions)[old] == "2019"
    assert {edition for name, edition in reading.editions if name not in (old, "disputes")} == {"2021"}
    assert all(cell.certain for cell in reading.cells)


@pytest.mark.parametrize(("label", "edition"), [("规范性文件", "2021"), ("行政规范性文件", "2019")])
def test_either_name_of_the_documents_is_read_in_either_edition(label, edition):
    paper = PAPERS[edition]
    other = {"规范性文件": "行政规范性文件", "行政规范性文件": "规范性文件"}[label]
    printed = relabelled(table(paper, "disclosure"), **{other: label})
    assert is_whole(read_report(paper, disclosure=printed), paper)


LABELS = [
    ("2.其他法律行政法规禁止公开", "2.其他法律行政止公开"),
    ("6.属于四类过程性信息", "6.属于四类过程性性信息"),
    ("（三）不予公开", "㈢不予公开"),
    ("（一）予以公开", "⑴予以公开"),
    ("1.属于国家秘密", "①属于国家秘密"),
    ("1.属于国家秘密", "1、属于国家秘密"),
    ("1.属于国家秘密", "属于国家秘密"),
    ("（七）总计", "总计"),
    ("（七）总计", "（七）合 计"),
    ("（六）其他处理", "（六）其它處理"),
    ("5.要求行政机关确认或重新出具已获取信息", "5.要求行政機關確認或重新出具已獲取信息"),
    ("1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", "1.申请人无正当理由逾期不补正、行政机关不再"),
    ("2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请", "逾期不缴费"),
    ("一、本年新收政府信息公开申请数量", "一\n、本年新收政府\n信息公开申请数量"),
    ("一、本年新收政府信息公开申请数量", "一、本年新收政府信息公开申请数量（含当面、网络、信函等各种方式）"),
    ("（一）予以公开", "（一）予以公\u00ad开"),
    ("3.危及“三安全一稳定”", "3.危及｢三安全一稳定｣"),
    ("4.保护第三方合法权益", "4.保护第三方合法权\ue004益"),
    ("自然人", "⾃然⼈"),
    ("商业企业", "商业\n企业"),
    ("总计", "合计"),
]


@pytest.mark.parametrize(("official", "printed"), LABELS, ids=[f"{n}-{b}" for n, (_, b) in enumerate(LABELS)])
def test_a_label_worded_otherwise_is_the_same_row(official, printed):
    assert is_whole(read_report(P, applications=relabelled(table(P, "applications"), **{official: printed})), P)


def test_radicals_for_characters_are_read():
    texts = {
        "行政事业性收费": "⾏政事业性收费",
        "规章": "规 章",
        "3.危及“三安全一稳定”": "3.危及“三安全⼀稳定”",
    }
    paper = PAPERS["2021"]
    printed = [relabelled(table(paper, name), **texts) for name in ("disclosure", "applications")]
    assert is_whole(read_report(paper, disclosure=printed[0], applications=printed[1]), paper)


def with_first_cells(printed: Rows, label: str, cells: list[tuple[str, int, int]]) -> Rows:
    """The rows with the cell of one label printed as several."""
    return [[one for cell in row for one in (cells if cell[0] == label else [cell])] for row in printed]


@pytest.mark.parametrize("cells", [[("（七）", 1, 1), ("总计", 1, 1)], [("总计", 1, 1), ("(七)", 1, 1)]])
def test_a_label_in_two_cells_is_one(cells):
    assert is_whole(read_report(P, applications=with_first_cells(table(P, "applications"), "（七）总计", cells)), P)


def test_a_one_row_other_in_two_cells_is_one():
    paper = PAPERS["2019"]
    for cells in ([("（六）", 1, 1), ("其他处理", 1, 1)], [("其他处理", 1, 1), ("（六）", 1, 1)]):
        assert is_whole(
            read_report(paper, applications=with_first_cells(table(paper, "applications"), "（六）其他处理", cells)), paper
        )


def test_a_label_merged_with_its_group_is_its_row():
    printed = full(table(P, "applications"))
    n = number_of(P, "1.属于国家秘密")
    printed[n] = [("", 1, 1), ("", 1, 1), ("（三）不予公开\n1.属于国家秘密", 1, 1), *printed[n][3:]]
    assert is_whole(read_report(P, applications=printed), P)


def added_rows(paper: Paper, label: str, before: str) -> Rows:
    printed = table(paper, "applications")
    n = number_of(paper, before)
    printed.insert(n, [(label, 1, 1), *((str(900 + at), 1, 1) for at in range(7))])
    for row in printed[:n]:
        for at, (text, down, right) in enumerate(row):
            if down > 5:
                row[at] = (text, down + 1, right)
    return printed


@pytest.mark.parametrize("label", ["小计", "合计", "其中：涉企申请", "（三）不予公开小计"])
@pytest.mark.parametrize("before", ["（四）无法提供", "（七）总计"])
def test_an_added_row_is_said_and_shifts_nothing(label, before):
    reading = read_report(P, applications=added_rows(P, label, before))
    assert any("900" in problem and "table applications" in problem for problem in reading.problems)
    assert raw(reading).items() <= P.raw.items()
    kept = {address: value for address, value in P.raw.items() if "concluded" not in address}
    assert kept.items() <= raw(reading).items()


def test_two_rows_that_may_both_be_the_total_are_both_left_out():
    printed = relabelled(added_rows(P, "合计", "（七）总计"), **{"（七）总计": "合计"})
    reading = read_report(P, applications=printed)
    assert not [address for address in raw(reading) if ".concluded." in address]
    assert len(reading.problems) >= 2
    assert not wrong(reading, P)


def test_subtotals_in_rows_and_column_leave_the_official_figures():
    """The local variant of 29 rows and 8 columns."""
    printed = table(P, "applications")
    for n, row in enumerate(printed):
        if n == 0:
            printed[n] = [row[0], (row[1][0], 1, 7), *row[2:]]
        elif n == 1:
            printed[n] = [row[0], (row[1][0], 1, 6)]
        elif n == 2:
            printed[n] = [*row, ("小计", 1, 1)]
        else:
            printed[n] = [*row[:-1], (f"{700 + n}", 1, 1), row[-1]]
    reading = read_report(P, applications=printed)
    assert raw(reading) == P.raw
    assert sum("小计" in problem for problem in reading.problems) == 1
    assert not [cell for cell in reading.cells if cell.address.startswith("applications.") and cell.certain]


def test_columns_go_by_their_header_in_whatever_order():
    printed = full(table(P, "applications"))
    turned = [[*row[:3], *(row[at] for at in (9, 3, 5, 4, 6, 7, 8))] for row in printed]
    assert is_whole(read_report(P, applications=turned), P)
    turned[1] = [("" if text == "自然人" else text, *rest) for text, *rest in turned[1]]
    reading = read_report(P, applications=turned)
    assert reading.problems
    assert not [address for address in raw(reading) if address.startswith("applications.")]


def test_a_header_split_over_rows_is_read():
    printed = full(table(P, "applications"))
    printed[2] = [(text[: len(text) // 2], *rest) for text, *rest in printed[2]]
    printed.insert(3, [(text[len(text) // 2 :], *rest) for text, *rest in full(table(P, "applications"))[2]])
    assert is_whole(read_report(P, applications=printed), P)


def test_blank_and_numbered_columns_around_the_table_do_no_harm():
    printed = full(table(P, "applications"))
    numbered = [
        [(str(n) if n > FIRST else "序号" if n == 0 else "", 1, 1), *row, ("", 1, 1), ("", 1, 1)] for n, row in enumerate(printed)
    ]
    assert is_whole(read_report(P, applications=numbered), P)


@pytest.mark.parametrize("count", [5, 6])
def test_a_row_of_too_few_figures_is_not_guessed(count):
    printed = table(P, "applications")
    n = number_of(P, "4.保护第三方合法权益")
    del printed[n][-7:-count]
    reading = read_report(P, applications=printed)
    assert any("third_party" in address for address in raw(reading)) is False
    assert any("4.保护第三方合法权益" in problem for problem in reading.problems)
    assert {a: v for a, v in P.raw.items() if "third_party" not in a} == raw(reading)


def test_a_cell_absent_from_a_page_is_absent_from_its_column():
    """Where cells have places on paper, an absent one does not draw the next nearer."""
    whole = grid(table(P, "applications"))
    n = number_of(P, "4.保护第三方合法权益")
    cells = [
        replace(
            cell, locator=replace(cell.locator, table=None, row=None, cell=None, page=1, box=(cell.column, cell.row, 9.0, 9.0))
        )
        for cell in whole.cells
        if (cell.row, cell.column) != (n, 5)
    ]
    blocks = [block if block != table(P, "applications") else replace(whole, cells=tuple(cells)) for block in report(P)]
    reading = read(*blocks)
    assert raw(reading) == {a: v for a, v in P.raw.items() if a != "applications.denied.third_party.research"}
    assert any("4.保护第三方合法权益" in problem for problem in reading.problems)
    assert not [cell for cell in reading.cells if "third_party" in cell.address and cell.certain]


@pytest.mark.parametrize("wide", [6, 7])
def test_a_figure_over_several_columns_is_not_a_figure_of_each(wide):
    printed = table(P, "applications")
    n = number_of(P, "2.重复申请")
    printed[n] = [printed[n][0], ("0", 1, wide), *printed[n][-(7 - wide) :]] if wide < 7 else [printed[n][0], ("0", 1, 7)]
    reading = read_report(P, applications=printed)
    assert not [cell for cell in reading.cells if ".repeat." in cell.address and (cell.certain or cell.raw == "0")]
    assert any("2.重复申请" in problem for problem in reading.problems)
    assert not wrong(reading, P)


def test_a_row_with_a_total_only_is_blank_elsewhere():
    printed = table(P, "applications")
    n = number_of(P, "2.重复申请")
    printed[n] = [printed[n][0], ("", 1, 6), printed[n][-1]]
    figures = read_report(P, applications=printed).figures()
    assert figures["applications.rejected.repeat.total"].raw == P.raw["applications.rejected.repeat.total"]
    assert {figures[f"applications.rejected.repeat.{c}"].value for c in ("natural", "company", "other")} == {None}


def test_a_figure_over_several_rows_is_certain_in_none():
    printed = table(P, "applications")
    n = number_of(P, "2.重复申请")
    printed[n][1] = ("5", 2, 1)
    del printed[n + 1][1]
    reading = read_report(P, applications=printed)
    assert not reading.figures()["applications.rejected.repeat.natural"].certain
    assert "applications.rejected.publication.natural" not in raw(reading)
    assert not wrong(reading, P)


def test_a_figure_spoilt_by_a_watermark_is_text_and_not_certain():
    paper = change(
        P, applications__granted__natural="内0部", applications__granted__company="12①", applications__granted__legal="O"
    )
    figures = read_report(paper).figures()
    for column in ("natural", "company", "legal"):
        cell = figures[f"applications.granted.{column}"]
        assert (cell.value, cell.semantics.value, cell.certain) == (None, "TEXT", False)
    assert figures["applications.granted.other"].certain


@pytest.mark.parametrize("column", ["natural", "company", "total"])
def test_words_among_the_figures_move_none(column):
    paper = Paper(raw=P.raw | {f"applications.granted.{column}": "不涉及"})
    assert is_whole(read_report(paper), paper)
    loose = [replace(block, loose=True) if isinstance(block, Grid) else block for block in document(*report(paper)).blocks]
    (reading,) = normalise(replace(document(), blocks=tuple(loose)), "0" * 64)
    assert raw(reading) == paper.raw


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
@pytest.mark.parametrize("repeated", [False, True])
def test_a_table_may_be_cut_before_any_row(paper, repeated):
    printed = table(paper, "applications")
    for at in range(1, len(printed)):
        first, rest = split_rows(printed, at)
        head = full(printed)[:FIRST] if repeated and at > FIRST else []
        assert is_whole(read_report(paper, applications=[first, head + rest]), paper), at


def test_a_table_in_three_grids_is_one():
    first, rest = split_rows(table(P, "applications"), 9)
    assert is_whole(read_report(P, applications=[first, rest[:8], rest[8:]]), P)


def test_all_tables_in_one_grid():
    rows: Rows = []
    for name, wide in (("disclosure", 15), ("applications", 6), ("disputes", 4)):
        rows.append([(name, 1, 60)])
        rows += [[(text, down, right * wide) for text, down, right in row] for row in table(P, name)]
    assert is_whole(read(P.title, rows), P)


def cut_row(paper: Paper, label: str) -> tuple[Rows, Rows]:
    printed = full(table(paper, "applications"))
    n = number_of(paper, label)
    above = [*printed[:n], [*printed[n][:3], *[("", 1, 1)] * 7]]
    return above, [[*[("", 1, 1)] * 3, *printed[n][3:]], *printed[n + 1 :]]


@pytest.mark.parametrize("label", ["（二）部分公开", "3.危及", "四、结转"])
@pytest.mark.parametrize("repeated", [False, True])
def test_a_row_cut_between_label_and_figures_is_one_but_not_certain(label, repeated):
    above, below = cut_row(P, label)
    head = full(table(P, "applications"))[:FIRST] if repeated else []
    reading = read_report(P, applications=[above, head + below])
    assert raw(reading) == P.raw
    assert sum(not cell.certain for cell in reading.cells) == 7


def test_a_label_cut_by_the_page_is_one():
    printed = full(table(P, "applications"))
    n = number_of(P, "2.申请人逾期未按")
    label = printed[n][2][0]
    first = [*printed[:n], [*printed[n][:2], (label[:4], 1, 1), *printed[n][3:]]]
    rest = [[("", 1, 1), ("", 1, 1), (label[4:], 1, 1), *[("", 1, 1)] * 7], *printed[n + 1 :]]
    assert raw(read_report(P, applications=[first, rest])) == P.raw


def test_figures_cut_by_the_page_are_not_put_together_for_certain():
    printed = full(table(P, "applications"))
    n = number_of(P, "一、本年新收")
    rest = [[*[("", 1, 1)] * 9, ("1", 1, 1)], *printed[n + 1 :]]
    reading = read_report(P, applications=[printed[: n + 1], rest])
    assert any("'1'" in problem or "1" in problem for problem in reading.problems)
    assert raw(reading) == P.raw


@pytest.mark.parametrize("at", [2, 3, 5, 6, 9])
def test_blocks_go_on_over_pages(at):
    first, rest = split_rows(table(P, "disclosure"), at)
    assert is_whole(read_report(P, disclosure=[first, rest]), P)


def test_a_block_header_without_its_corner_is_one():
    printed = table(P, "disclosure")
    at = next(n for n, row in enumerate(printed) if row[0][0] == "第二十条第（六）项")
    rest = [[("", 1, 1), *row[1:]] if n == 1 else row for n, row in enumerate(printed[at:])]
    assert is_whole(read_report(P, disclosure=[printed[:at], rest]), P)


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
def test_blocks_in_another_order_and_one_more_row(paper):
    printed = table(paper, "disclosure")
    starts = [n for n, row in enumerate(printed) if len(row) == 1] + [len(printed)]
    blocks = [printed[a:b] for a, b in pairwise(starts)]
    assert is_whole(read_report(paper, disclosure=[row for block in reversed(blocks) for row in block]), paper)
    more = [
        *blocks[0],
        [("其他文件", 1, 1), ("91", 1, 1), ("92", 1, 1), ("93", 1, 1)],
        *(row for block in blocks[1:] for row in block),
    ]
    reading = read_report(paper, disclosure=more)
    assert raw(reading) == paper.raw
    assert any("其他文件" in problem for problem in reading.problems)


def test_blocks_side_by_side():
    printed = table(P, "disclosure")
    left, right = printed[1:4], printed[8:11]
    wide = [[*a, *((text, 1, 1) for text, _, _ in b)] for a, b in zip(left, right, strict=True)]
    reading = read_report(P, disclosure=[*wide, *printed[4:7], *printed[11:]])
    assert is_whole(reading, P)


def test_one_header_over_all_rows():
    names = list(P.form.tables["disclosure"].columns)
    head = [("信息内容", 1, 1), *((P.form.tables["disclosure"].columns[name].label, 1, 1) for name in names)]
    body = [
        [(row.label, 1, 1), *((P.raw.get(f"disclosure.{key}.{name}", ""), 1, 1) for name in names)]
        for key, row in P.form.tables["disclosure"].rows.items()
    ]
    assert is_whole(read_report(P, disclosure=[head, *body]), P)


def test_a_truncated_header_names_its_columns_by_their_places():
    paper = PAPERS["2019"]
    printed = relabelled(table(paper, "disclosure"), **{"本年新制作数量": "本年新", "本年新公开数量": "本年新"})
    reading = read_report(paper, disclosure=printed)
    assert is_whole(reading, paper)
    assert dict(reading.editions)["disclosure"] == "2019"


def test_a_block_that_lacks_a_column_is_not_guessed():
    printed = [row[:-1] if len(row) == 4 and row[0][0] == "行政规范性文件" else row for row in table(P, "disclosure")]
    reading = read_report(P, disclosure=printed)
    assert not [address for address in raw(reading) if ".normative." in address]
    assert any("行政规范性文件" in problem for problem in reading.problems)


def disputes(paper: Paper) -> list[tuple[str, list[str]]]:
    form = paper.form.tables["disputes"]
    return [(row.label, [paper.raw[f"disputes.{key}.{column}"] for column in form.columns]) for key, row in form.rows.items()]


COLUMNS = [column.label for column in P.form.tables["disputes"].columns.values()]


def cells(*texts: str) -> list[tuple[str, int, int]]:
    return [(text, 1, 1) for text in texts]


def test_disputes_in_two_rows():
    (_, review), (_, direct), (_, after) = disputes(P)
    printed: Rows = [
        [("行政复议", 1, 10)],
        [(label, 1, 2) for label in COLUMNS],
        [(text, 1, 2) for text in review],
        [("行政诉讼", 1, 10)],
        [("未经复议直接起诉", 1, 5), ("复议后起诉", 1, 5)],
        cells(*COLUMNS, *COLUMNS),
        cells(*direct, *after),
    ]
    assert is_whole(read_report(P, disputes=printed), P)


def test_disputes_with_a_row_for_each_kind():
    printed: Rows = [cells("", *COLUMNS), *(cells(label, *texts) for label, texts in disputes(P))]
    assert is_whole(read_report(P, disputes=printed), P)


def test_disputes_down_the_page():
    printed: Rows = []
    for label, texts in disputes(P):
        group = (
            [(label, 5, 1)]
            if label == "行政复议"
            else [("行政诉讼", 10, 1), (label, 5, 1)]
            if "直接" in label
            else [(label, 5, 1)]
        )
        for n, (column, text) in enumerate(zip(COLUMNS, texts, strict=True)):
            wide = 2 if label == "行政复议" else 1
            printed.append([*([(t, d, wide) for t, d, _ in group] if n == 0 else []), (column, 1, 1), (text, 1, 1)])
    assert is_whole(read_report(P, disputes=printed), P)


def test_disputes_without_group_labels_are_read_but_not_certain():
    figures = [text for _, texts in disputes(P) for text in texts]
    reading = read_report(P, disputes=[cells(*COLUMNS * 3), cells(*figures)])
    assert raw(reading) == P.raw
    assert not [cell for cell in reading.cells if cell.address.startswith("disputes.") and cell.certain]


def test_disputes_of_ten_columns_are_not_guessed():
    (_, review), (_, direct), _ = disputes(P)
    reading = read_report(P, disputes=[[("行政复议", 1, 5), ("行政诉讼", 1, 5)], cells(*COLUMNS * 2), cells(*review, *direct)])
    assert any("disputes" in problem for problem in reading.problems)
    assert not [address for address in raw(reading) if address.startswith("disputes.") and "review." not in address]
    assert not wrong(reading, P)


def test_a_second_row_of_disputes_is_held_against_the_first():
    printed = table(P, "disputes")
    assert is_whole(read_report(P, disputes=[*printed, printed[-1]]), P)
    other = [*printed, [("77", 1, 1), *printed[-1][1:]]]
    reading = read_report(P, disputes=other)
    assert [cell.address for cell in reading.cells if not cell.certain] == ["disputes.review.upheld"]
    assert any("77" in problem for problem in reading.problems)


def test_a_grid_that_was_mended_is_not_certain():
    mended = replace(grid(table(P, "applications")), repaired="a cell spans into another")
    reading = read(*[mended if block == table(P, "applications") else block for block in report(P)])
    assert raw(reading) == P.raw
    assert {cell.address.split(".")[0] for cell in reading.cells if cell.certain} == {"disclosure", "disputes"}


@pytest.mark.parametrize(
    ("agreement", "confidence"), [(Agreement.ALONE, 1.0), (Agreement.DISPUTED, 1.0), (Agreement.AGREED, 0.5)]
)
def test_a_figure_whose_reading_is_in_doubt_is_not_certain(agreement, confidence):
    whole = grid(table(P, "disputes"))
    doubted = replace(whole, cells=(*whole.cells[:-1], replace(whole.cells[-1], agreement=agreement, confidence=confidence)))
    reading = read(*[doubted if block == table(P, "disputes") else block for block in report(P)])
    assert [cell.address for cell in reading.cells if not cell.certain] == ["disputes.suit_after_review.total"]


def test_problems_say_page_row_nearest_label_and_remedy():
    (problem,) = read_report(P, applications=added_rows(P, "（三）不予以公开", "（四）无法提供")).problems
    assert "2021 form, table applications" in problem
    assert "row 16" in problem
    assert "（三）不予公开" in problem or "（一）予以公开" in problem
    assert "expectations/forms/2021.yml" in problem


def test_reports_one_after_the_other_are_told_apart():
    first, second = tying("2021", seed=1, agency="云澜市水务局"), tying("2019", seed=2, agency="云澜市教育局", year=2020)
    third = tying("2021", seed=3, agency="云澜市水务局", year=2024)
    found = readings("目录", "一、云澜市水务局", *report(first), *report(second), *report(third))
    assert [(one.part, one.agency, one.year) for one in found] == [
        ("1", "云澜市水务局", 2023),
        ("2", "云澜市教育局", 2020),
        ("3", "云澜市水务局", 2024),
    ]
    assert [raw(one) for one in found] == [first.raw, second.raw, third.raw]
    assert all(cell.certain for one in found for cell in one.cells)
    assert all(len(one.sections) == 6 for one in found)
    inside = replace(document(*report(first), *report(second)), part="a/b.pdf")
    assert [one.part for one in normalise(inside, "0" * 64)] == ["a/b.pdf/1", "a/b.pdf/2"]


def test_a_copy_under_the_same_title_is_no_second_report():
    again = change(P, applications__granted__natural="777")
    reading = read(*report(P), *report(again))
    assert raw(reading) == P.raw
    assert [cell.address for cell in reading.cells if not cell.certain] == ["applications.granted.natural"]


def test_tables_that_follow_without_a_title_are_never_mixed():
    other = tying("2021", seed=9)
    reading = read(*report(P), *(table(other, name) for name in ("disclosure", "applications", "disputes")))
    assert raw(reading) == P.raw
    differing = {address for address in P.raw if P.raw[address] != other.raw[address]}
    assert {cell.address for cell in reading.cells if not cell.certain} == differing


DAMAGE = st.lists(
    st.tuples(
        st.sampled_from(["drop label", "typo", "cut", "subtotal", "blank", "less", "repeat", "swap"]), st.integers(0, 10**6)
    ),
    min_size=1,
    max_size=4,
)


def damaged(printed: Rows, kind: str, seed: int) -> Rows:
    """Table 三 with one thing wrong. Rows have a cell in every column."""
    body = [n for n, row in enumerate(printed) if len(row) == 10 and row[-1][0] and any(text for text, _, _ in row[:3])]
    n = body[FIRST + seed % (len(body) - FIRST - 1)]
    row = printed[n]
    if kind == "drop label":
        row = without_label(row)
    elif kind == "typo":
        at = max(at for at, (text, _, _) in enumerate(row[:3]) if text)
        text = row[at][0]
        place = seed // 31 % len(text)
        row = [*row[:at], (text[:place] + "新" * (seed % 3) + text[place + 1 :], 1, 1), *row[at + 1 :]]
    elif kind == "cut":
        row = [*row[:2], (row[2][0][: 1 + seed % 6], 1, 1), *row[3:]]
    elif kind == "subtotal":
        return [
            *printed[:n],
            [("", 1, 1), ("", 1, 1), (["小计", "合计", "总计", "其他", ""][seed % 5], 1, 1), *cells(*"9876543")],
            *printed[n:],
        ]
    elif kind == "blank":
        row = [*row[: 3 + seed % 7], ("", 1, 1), *row[4 + seed % 7 :]]
    elif kind == "less":
        row = [*row[: 3 + seed % 7], *row[4 + seed % 7 :]]
    elif kind == "repeat":
        return [*printed[:n], *printed[:FIRST], *printed[n:]]
    elif kind == "swap":
        return [*printed[:n], printed[n + 1], row, *printed[n + 2 :]] if n + 1 < len(printed) else printed
    return [*printed[:n], row, *printed[n + 1 :]]


@given(st.sampled_from(["2019", "2021"]), st.integers(0, 5), DAMAGE, st.integers(0, 40))
def test_no_damage_makes_a_wrong_figure_certain(edition, seed, damage, cut):
    paper = tying(edition, seed=seed)
    printed = full(table(paper, "applications"))
    for kind, where in damage:
        printed = damaged(printed, kind, where)
    pieces = [printed[:cut], printed[cut:]] if FIRST < cut < len(printed) else printed
    reading = read_report(paper, applications=pieces)
    assert not [address for address in wrong(reading, paper) if reading.figures()[address].raw]


@given(st.sampled_from(["2019", "2021"]), st.integers(0, 10**6), st.integers(0, 30), st.integers(0, 30), st.booleans())
def test_undamaged_tables_are_whole_wherever_they_are_cut(edition, seed, first, second, repeated):
    paper = tying(edition, seed=seed)
    pieces = {}
    for name, at in (("disclosure", first), ("applications", second)):
        printed = full(table(paper, name)) if name == "applications" else table(paper, name)
        head = printed[:FIRST] if repeated and name == "applications" and at > FIRST else []
        pieces[name] = [printed[:at], [*head, *printed[at:]]] if 0 < at < len(printed) else printed
    assert is_whole(read_report(paper, **pieces), paper)
