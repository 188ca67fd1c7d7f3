"""Tables in plain text are read by their structure, whatever left them: dumps, converters, browsers, spreadsheets."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper import Paper, change, rows, to_text, tying

from tasks.errors import DocumentTooLarge, ReadError
from tasks.extract import text
from tasks.normalise import normalise
from tasks.printed import Grid, Paragraph, Printed
from tasks.records import Reading

PAPER = tying(seed=7)
FIXTURES = Path(__file__).parent / "fixtures"


def printed(data: str | bytes) -> Printed:
    data = data if isinstance(data, bytes) else data.encode()
    read = text.read(data)
    items = [item for block in read.blocks for item in ([block] if isinstance(block, Paragraph) else block.cells)]
    for item in items if len(items) < 60 else items[3::29]:
        assert "".join(text.reread(data, item.locator).split()) == "".join(item.text.split()), item
    return read


def reading(data: str | bytes) -> Reading:
    (only,) = normalise(printed(data), "0" * 64)
    return only


def grids(data: str | bytes) -> list[Grid]:
    return [block for block in printed(data).blocks if isinstance(block, Grid)]


def texts(grid: Grid) -> list[list[str]]:
    return [[cell.text for cell in grid.cells if cell.row == row] for row in range(grid.rows)]


def full(paper: Paper, name: str) -> list[list[str]]:
    """A table's rows with a field for each column, blank where a cell spans."""
    printed_rows = rows(paper, name)
    width = sum(colspan for _, _, colspan in printed_rows[0])
    grid: list[list[str | None]] = [[None] * width for _ in printed_rows]
    for number, row in enumerate(printed_rows):
        for cell, rowspan, colspan in row:
            column = grid[number].index(None)
            for down in range(rowspan):
                for right in range(colspan):
                    grid[number + down][column + right] = "" if down or right else cell
    return [[cell or "" for cell in row] for row in grid]


def report(table: Callable[[str], str]) -> str:
    """The report with its tables set in some way."""
    lines = [PAPER.title, ""]
    for section in PAPER.form.sections:
        lines += [f"{section.number}、{section.title}", ""]
        lines += [table(section.id) if section.id in PAPER.form.tables else "内容平实，渠道畅通。", ""]
    return "\n".join(lines)


def wide(value: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in value)


def padded(value: str, width: int) -> str:
    return value + " " * (width - wide(value))


def widths(table: list[list[str]]) -> list[int]:
    return [max(wide(row[column]) for row in table) + 1 for column in range(len(table[0]))]


def boxed(name: str) -> str:
    table = full(PAPER, name)
    each = widths(table)
    rule = "├" + "┼".join("─" * (width // 2 + 1) for width in each) + "┤"
    lines = ["│" + "│".join(padded(cell, width) for cell, width in zip(row, each, strict=True)) + "│" for row in table]
    return "\n".join([rule, *(line for row in lines for line in (row, rule))])


def spaced(name: str) -> str:
    table = full(PAPER, name)
    each = widths(table)
    return "\n".join("  ".join(padded(cell, width) for cell, width in zip(row, each, strict=True)).rstrip() for row in table)


def pipes(name: str) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in full(PAPER, name)]
    return "\n".join([lines[0], "|" + "---|" * len(full(PAPER, name)[0]), *lines[1:]])


def bare_pipes(name: str) -> str:
    return "\n".join(" | ".join(row) for row in full(PAPER, name))


def commas(name: str) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(full(PAPER, name))
    return out.getvalue()


def stacked(name: str) -> str:
    return "\n".join(cell for row in rows(PAPER, name) for cell, *_ in row)


def inner_text(name: str) -> str:
    """As a browser prints cells that hold paragraphs: a tab on a line of its own between them."""
    return "\n\n".join("\n\t\n".join(cell for cell, *_ in row) for row in rows(PAPER, name))


def tabs(name: str) -> str:
    return "\n".join("\t".join(cell for cell, *_ in row) for row in rows(PAPER, name))


def single_spaces(name: str) -> str:
    return "\n".join(" ".join(cell for cell, *_ in row) for row in rows(PAPER, name))


def ideographic(name: str) -> str:
    return "\n".join("\u3000\u3000".join(cell for cell, *_ in row) for row in rows(PAPER, name))


@pytest.mark.parametrize(
    "way",
    [boxed, spaced, pipes, bare_pipes, commas, stacked, inner_text, tabs, single_spaces, ideographic],
    ids=lambda way: way.__name__,
)
def test_a_report_is_read_however_its_tables_are_set(way):
    outcome = reading(report(way))
    assert {cell.address: cell.raw for cell in outcome.cells} == PAPER.raw
    assert all(cell.certain for cell in outcome.cells)
    assert len(outcome.sections) == 6


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_any_encoding_will_do(encoding):
    assert {cell.address: cell.raw for cell in reading(report(tabs).encode(encoding)).cells} == PAPER.raw


def test_labels_that_slid_between_columns_are_read():
    outcome = reading((FIXTURES / "shuffled-2021.txt").read_bytes())
    assert len(outcome.cells) == 200
    assert {cell.value for cell in outcome.cells} == {0}


def test_labels_wrapped_over_lines_find_their_figures():
    lines = tabs("applications").split("\n")
    wrapped = []
    for line in lines:
        label, _, figures = line.partition("\t")
        if len(label) > 18 and label[0] in "125":
            wrapped += [label[:8], label[8:14] + "\t" + figures, label[14:]]
        elif label.startswith("4."):
            wrapped += [label, "\t" + figures]
        else:
            wrapped.append(line)
    assert len(wrapped) > len(lines) + 5
    data = report(lambda name: "\n".join(wrapped) if name == "applications" else tabs(name))
    assert {cell.address: cell.raw for cell in reading(data).cells} == PAPER.raw


def test_pages_may_break_anywhere_between_rows():
    def paged(name: str) -> str:
        lines = spaced(name).split("\n")
        return "\n".join(part for number, line in enumerate(lines) for part in ([line] if number % 9 else ["— 3 —", "\f" + line]))

    outcome = reading(report(paged))
    assert {cell.address: cell.raw for cell in outcome.cells} == PAPER.raw
    assert all(cell.certain for cell in outcome.cells)


@pytest.mark.parametrize("way", [spaced, stacked, single_spaces, tabs, pipes], ids=lambda way: way.__name__)
def test_a_blank_that_leaves_no_trace_is_never_filled(way):
    """Where a figure is missing, the others of its row must not slide into its place."""
    global PAPER
    before, PAPER = PAPER, change(PAPER, applications__denied__law__company="")
    try:
        outcome = reading(report(way))
    finally:
        PAPER = before
    figures = outcome.figures()
    for column in ("natural", "company", "research", "charity", "legal", "other", "total"):
        cell = figures.get(f"applications.denied.law.{column}")
        wanted = "" if column == "company" else PAPER.raw[f"applications.denied.law.{column}"]
        assert cell is None or cell.raw == wanted or not cell.certain
    others = [cell for cell in outcome.cells if not cell.address.startswith("applications.denied.law.")]
    assert {cell.address: cell.raw for cell in others}.items() <= PAPER.raw.items()


@pytest.mark.parametrize("way", [stacked, spaced, tabs, boxed, commas], ids=lambda way: way.__name__)
def test_columns_in_another_order_are_seen(way):
    def turned(name: str) -> str:
        return way(name).replace("商业企业", "§§§§").replace("科研机构", "商业企业").replace("§§§§", "科研机构")

    outcome = reading(report(turned))
    for cell in outcome.cells:
        if cell.address.startswith("applications.") and cell.certain:
            swapped = {"company": "research", "research": "company"}
            row, column = cell.address.rsplit(".", 1)
            assert cell.raw == PAPER.raw[f"{row}.{swapped.get(column, column)}"], cell


def test_a_form_feed_or_page_number_is_no_figure():
    (grid,) = grids("信息内容\t本年制发件数\n规章\t1\n- 12 -\n许可\t2\n第 3 页 共 9 页\n")
    assert texts(grid) == [["信息内容", "本年制发件数"], ["规章", "1"], ["许可", "2"]]


def test_prose_stays_prose():
    lines = [
        "2023年，本局收到申请 12 件。",
        "联系电话：0713-8310723",
        "（一）主动公开。",
        "2024年1月20日",
        "附件：1",
        "一、总体情况",
    ]
    read = printed("\n".join(lines))
    assert [block.text for block in read.blocks if isinstance(block, Paragraph)] == lines


def test_drawn_cells_of_several_lines_are_one():
    (grid,) = grids("┌──┬──┐\n│行政│ 1│\n│许可│  │\n├──┼──┤\n│规章│ 2│\n├──┼──┤\n│处罚│ 3│\n└──┴──┘")
    assert texts(grid) == [["行政\n许可", "1"], ["规章", "2"], ["处罚", "3"]]
    assert not grid.loose


def test_quoted_csv_fields_may_run_over_lines():
    body = '信息内容,"本年制发\n件数",现行有效件数\n' + "".join(f"规章{n},{n},\n" for n in range(9))
    (grid,) = grids(body)
    assert texts(grid)[0] == ["信息内容", "本年制发\n件数", "现行有效件数"]
    assert texts(grid)[4] == ["规章3", "3", ""]
    assert not grid.loose


@pytest.mark.parametrize(
    "line", ["0 " * 50_000 + "x", "1" * 100_000, "|" * 100_000, "\t" * 100_000, ",1" * 50_000, "　" * 50_000 + "0", '"' * 99_999]
)
def test_a_line_without_end_ends(line):
    text.read(((line + "\n") * 3 + report(tabs)).encode())


def test_a_text_of_lines_without_end_is_refused():
    with pytest.raises(DocumentTooLarge):
        text.read(b"0\n" * 60_000)


@given(st.binary(max_size=200), st.integers(0, 10**6))
def test_damaged_text_ends_as_print_or_an_explanation(noise, where):
    data = CLEAN
    at = where % len(data)
    try:
        text.read(data[:at] + noise + data[at + len(noise) :])
    except ReadError as error:
        assert str(error)


CLEAN = to_text(PAPER) + report(commas).encode()
