"""`gouji read --xlsx`: the check of many drafts as one workbook, opened again."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from flows.cli import app
from tests.paper import change, to_html, tying


def run(*args: object):
    return CliRunner().invoke(app, [str(arg) for arg in args])


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("drafts")
    wronged = change(tying(seed=4), applications__granted__total="9999", disputes__review__upheld="=1+1")
    (folder / "乙.html").write_bytes(to_html(wronged))
    (folder / "甲.html").write_bytes(to_html(tying(seed=3)))
    (folder / "丙.html").write_bytes(b"")
    out = folder / "自查.xlsx"
    result = run("read", "--xlsx", out, *(folder / f"{name}.html" for name in "甲乙丙"))
    assert result.exit_code == 2, result.output  # one file could not be read
    return openpyxl.load_workbook(out)


def rows(book, name: str) -> list[dict[str, object]]:
    head, *lines = book[name].iter_rows(values_only=True)
    return [dict(zip(head, line, strict=True)) for line in lines]


def test_a_line_for_each_file(book):
    told = {Path(str(row["文件"])).name: (row["数据"], row["结论"]) for row in rows(book, "汇总")}
    assert told == {"甲.html": (200, "相符"), "乙.html": (200, "需核改"), "丙.html": (0, "未能读取")}


def test_the_problems_with_both_sides_as_numbers(book):
    (row,) = (row for row in rows(book, "问题清单") if row["规则"] == "T3-ROW")
    assert (row["级别"], row["右边"], row["判定"]) == ("错误", 9999, "填报")
    assert row["左边"] - row["右边"] == row["差"] and "建议核为" in str(row["问题"])


def test_every_figure_as_printed_and_never_a_formula(book):
    printed = {row["地址"]: (row["原文"], row["数值"]) for row in rows(book, "数据") if "乙" in str(row["文件"])}
    assert printed["applications.granted.total"] == ("9999", 9999)
    assert printed["disputes.review.upheld"] == ("=1+1", None)
    assert all(cell.data_type != "f" for sheet in book for line in sheet.iter_rows() for cell in line)


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "甲.html").write_bytes(to_html(tying()))
    result = run("read", "--xlsx", tmp_path / "none" / "out.xlsx", tmp_path / "甲.html")
    assert result.exit_code != 0 and "cannot be written" in str(result.exception)
