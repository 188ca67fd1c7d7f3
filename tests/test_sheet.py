"""Sheets as they are shown: merged areas, hidden parts, numbers as their format displays them."""

from __future__ import annotations

import io
import zipfile

import pytest

from flows.read import read_document
from tasks.errors import DocumentTooLarge, UnknownFormat
from tasks.extract import extract, reread, sheet_xlsx
from tasks.extract.sheet_formats import show
from tasks.printed import Grid, Paragraph
from tasks.records import Reading, Semantics
from tests.paper import tying
from tests.papers_office import packed, sheet_report, styles, workbook


def readings(data: bytes) -> list[Reading]:
    found = read_document(data, "report.xlsx", "0" * 64)
    assert all(isinstance(one, Reading) for one in found), found
    return list(found)


def grid(data: bytes) -> list[list[str]]:
    (printed,) = extract(data, "x.xlsx")
    (found,) = [block for block in printed.blocks if isinstance(block, Grid)]
    return [[cell.text for cell in found.cells if cell.row == row] for row in range(found.rows)]


@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_a_report_on_one_sheet_is_read_with_certainty_and_rereads(edition):
    paper = tying(edition, seed=41)
    spots, merged = sheet_report(paper)
    data = workbook({"年报": spots}, {"年报": merged})
    (reading,) = readings(data)
    assert {cell.address: cell.raw for cell in reading.cells} == paper.raw
    assert all(cell.certain for cell in reading.cells)
    assert (reading.agency, reading.year, len(reading.sections)) == (paper.agency, 2023, 3)
    for cell in reading.cells[::17]:
        assert reread(data, cell.locator) == cell.raw


def test_sheets_of_the_same_form_are_a_report_each():
    papers = {"水务局": tying(seed=42), "教育局": tying(seed=43, agency="云澜市教育局")}
    printed = {name: sheet_report(paper) for name, paper in papers.items()}
    found = readings(
        workbook({name: spots for name, (spots, _) in printed.items()}, {name: areas for name, (_, areas) in printed.items()})
    )
    assert [reading.part for reading in found] == ["水务局", "教育局"]
    assert [{cell.address: cell.raw for cell in reading.cells} for reading in found] == [paper.raw for paper in papers.values()]


def test_what_is_hidden_is_left_out_and_said():
    spots = {"A1": "甲", "B1": 1, "C1": 2, "A2": "乙", "B2": 3, "C2": 4, "A3": "丙", "B3": 5, "C3": 6}
    data = workbook(
        {"S": spots, "hidden": {"A1": 99}}, sheet_S='<cols><col min="2" max="2" hidden="1"/></cols>'
    )  # fmt: skip
    rows = b'<row r="2" hidden="1">'
    data = _with(data, "xl/worksheets/sheet1.xml", lambda part: part.replace(b'<row r="2">', rows))
    assert grid(data) == [["甲", "2"], ["丙", "6"]]
    (printed,) = extract(data, "x.xlsx")
    assert any("5 cells in hidden rows or columns" in problem for problem in printed.problems)
    assert any("hidden sheet" in problem for problem in printed.problems)


def test_a_merged_area_whose_first_row_is_hidden_still_shows_its_text():
    data = workbook({"S": {"A1": "组", "B1": 1, "A2": "", "B2": 2, "A3": "尾", "B3": 3}}, {"S": ["A1:A2"]})
    data = _with(data, "xl/worksheets/sheet1.xml", lambda part: part.replace(b'<row r="1">', b'<row r="1" hidden="1">'))
    assert grid(data) == [["组", "2"], ["尾", "3"]]


def test_a_formula_without_its_result_is_no_figure():
    spots, merged = sheet_report(tying(seed=44))
    total = next(name for name, value in reversed(spots.items()) if isinstance(value, int))
    spots[total] = b"<c ><f>SUM(A1:A2)</f></c>"
    (reading,) = readings(workbook({"S": spots}, {"S": merged}))
    (unread,) = [cell for cell in reading.cells if cell.raw == "\ufffd"]
    assert not unread.certain and unread.value is None and unread.semantics is not Semantics.ZERO
    assert any("formulas without a kept result" in problem for problem in reading.problems)


def test_titles_and_prose_are_paragraphs_and_blank_rows_of_a_table_stay():
    spots = {
        "A1": b'<c s="1" t="inlineStr"><is><t>\xe6\xa0\x87\xe9\xa2\x98</t></is></c>',
        "A2": "项", "B2": "数", "A3": "甲", "B3": 1, "A4": "", "B4": "", "A5": "乙", "B5": 2, "A7": "说明" * 40,
    }  # fmt: skip
    (printed,) = extract(workbook({"S": spots}), "x.xlsx")
    kinds = [block.text[:4] if isinstance(block, Paragraph) else block.rows for block in printed.blocks]
    assert kinds == ["标题", 4, "说明说明"]


def test_text_stored_numbers_rich_text_and_formats():
    raised = b'<r><rPr><vertAlign val="superscript"/></rPr><t>1</t></r>'
    inner = b'<c t="inlineStr"><is><r><t>12</t></r>' + raised + b"<rPh><t>x</t></rPh></is></c>"
    spots = {
        "A1": "１２",
        "B1": inner,
        "A2": b'<c s="1"><v>1234.5</v></c>',
        "B2": b'<c s="2"><v>0</v></c>',
        "A3": 12.0,
        "B3": b"<c/>",
    }
    data = workbook({"S": spots}, styles=styles("#,##0.00", '0;-0;"-"'))
    assert grid(data)[:2] == [["１２", "12¹"], ["1,234.50", "-"]]
    assert grid(data)[2][0] == "12"


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("12", "General", "12"),
        ("12.30000000000001", "General", "12.3"),
        ("0.333333333333", "General", "0.333333333"),
        ("123456789012", "General", "1.23457E+11"),
        ("12.4", "0", "12"),
        ("2.5", "0", "3"),
        ("-3", r"#,##0;[Red]\-#,##0", "-3"),
        ("-0.001", "0.00", "0.00"),
        ("0", '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', "-"),
        ("1234567.5", "#,##0.00", "1,234,567.50"),
        ("0.125", "0.0%", "12.5%"),
        ("12345678", '0!.0,"万"', "1234.6万"),
        ("5", '0"件"', "5件"),
        ("3", 'G/通用格式"件"', "3件"),
        ("7", "00", "07"),
        ("0", "#", ""),
        ("3", ";;;", ""),
        ("45292", 'yyyy"年"m"月"d"日"', "2024年1月1日"),
    ],
)
def test_numbers_are_shown_by_their_format(value, code, shown):
    text, sure = show(value, code)
    assert (text.strip(), sure) == (shown, True)


@pytest.mark.parametrize("code", ["[DBNum2]0", "# ?/?", "[>3]0", "0.00E+00"])
def test_a_format_that_is_not_known_leaves_the_number_unsure(code):
    assert show("5", code) == ("5", False)


def test_hostile_workbooks_cost_nothing(monkeypatch):
    spots = {"A1": "甲", "B1": 1, "XFD1048576": "远"}
    data = workbook({"S": spots}, {"S": ["A1:XFD1048576", "A1:XFD1048576", "ZZZZ1:A1"]})
    (printed,) = extract(data, "x.xlsx")
    assert sum(len(block.cells) if isinstance(block, Grid) else 1 for block in printed.blocks) < 20
    monkeypatch.setattr(sheet_xlsx, "MAX_CELLS", 100)
    with pytest.raises(DocumentTooLarge):
        extract(workbook({"S": {f"A{row}": row for row in range(1, 102)}}), "x.xlsx")
    with pytest.raises(UnknownFormat, match="shows nothing"):
        extract(workbook({"S": {}}), "x.xlsx")


def _with(data: bytes, part: str, change) -> bytes:

    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return packed({name: change(file.read(name)) if name == part else file.read(name) for name in file.namelist()})
