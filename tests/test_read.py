"""Reading reports: every figure as printed, in every format; what cannot be read is said, never guessed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.read import read_document
from tasks.extract.sniff import sniff
from tasks.normalise.values import parse
from tasks.records import Quarantine, Reading, Semantics
from tests.paper import Paper, change, html_table, to_docx, to_html, to_text, tying

FIXTURES = Path(__file__).parent / "fixtures"


def read(data: bytes, name: str = "report") -> Reading:
    (reading,) = read_document(data, name, "0" * 64)
    assert isinstance(reading, Reading), reading
    return reading


def printed(reading: Reading) -> dict[str, str]:
    return {cell.address: cell.raw for cell in reading.cells}


@pytest.mark.parametrize("edition", ["2019", "2021"])
@pytest.mark.parametrize("render", [to_html, to_docx, to_text])
def test_every_figure_is_read_as_printed_with_certainty(render, edition):
    paper = tying(edition, seed=7)
    reading = read(render(paper))
    assert printed(reading) == paper.raw
    assert all(cell.certain for cell in reading.cells)
    assert (reading.agency, reading.year, reading.problems) == (paper.agency, paper.year, ())
    assert dict(reading.editions) == {"disclosure": edition, "applications": edition, "disputes": ""}
    assert len(reading.sections) == 6


@pytest.mark.parametrize("render", [to_html, to_docx])
def test_blank_is_not_zero_and_words_are_no_number(render):
    paper = change(
        tying(),
        applications__granted__natural="",
        applications__granted__company="/",
        applications__granted__research="不涉及",
        applications__granted__charity="１，２０４",
        applications__granted__legal="0",
    )
    figures = read(render(paper)).figures()
    row = [figures[f"applications.granted.{c}"] for c in ("natural", "company", "research", "charity", "legal")]
    assert [cell.semantics for cell in row] == [
        Semantics.EMPTY,
        Semantics.NA,
        Semantics.TEXT,
        Semantics.NUMERIC,
        Semantics.ZERO,
    ]
    assert [cell.value for cell in row] == [None, None, None, 1204, 0]
    assert row[2].raw == "不涉及"


def test_shuffled_page_text_is_placed_by_label_and_order():
    """A page-text dump whose labels slid between columns and whose table 四 header is shredded."""
    reading = read((FIXTURES / "shuffled-2021.txt").read_bytes())
    assert len(reading.cells) == 200
    assert {cell.value for cell in reading.cells} == {0}
    assert (reading.year, reading.agency, len(reading.sections)) == (2021, "牡丹江市西安区牡丹街道", 6)


def test_locators_lead_back_to_the_cell():
    paper = tying(seed=3)
    source = to_html(paper)
    from tasks.extract.html import reread

    for cell in read(source).cells:
        assert reread(source, cell.locator) == cell.raw


def test_an_article_held_in_a_script_is_read():
    page = to_html(tying(seed=4)).decode()
    body = re.search(r"<body>(.*)</body>", page)[1]
    script = (
        f"<html><head><title>x</title></head><body><div id='app'></div><script>var c = {json.dumps(body)};</script></body></html>"
    )
    assert printed(read(script.encode())) == tying(seed=4).raw


def test_a_hidden_copy_is_not_read_twice():
    page = to_html(tying(seed=5)).decode()
    hidden = re.search(r"<body>(.*)</body>", to_html(tying(seed=6)).decode())[1]
    page = page.replace("<body>", f"<body><div style='display: none'>{hidden}</div>")
    assert printed(read(page.encode())) == tying(seed=5).raw


@pytest.mark.parametrize("declared", ["gb2312", "utf-8"])
def test_the_encoding_is_decided_by_the_bytes(declared):
    page = to_html(tying(seed=8)).decode().replace("charset='utf-8'", f"charset='{declared}'")
    assert printed(read(page.encode("gb18030"))) == tying(seed=8).raw


def test_misprinted_labels_are_placed_by_order():
    page = to_html(tying(seed=9)).decode()
    page = page.replace("2.其他法律行政法规禁止公开", "2.其他法律行政止公开").replace("四类过程性信息", "四类过程性性信息")
    assert printed(read(page.encode())) == tying(seed=9).raw


def test_a_row_of_no_form_is_reported_not_guessed():
    page = to_html(tying(seed=10)).decode()
    row = "".join(f"<td>{n}</td>" for n in range(7))
    page = page.replace(
        "<tr><td rowspan='1' colspan='2'>（七）总计", f"<tr><td colspan='2'>小计</td>{row}</tr><tr><td colspan='2'>（七）总计"
    )
    reading = read(page.encode())
    assert any("小计" in problem and "expectations/forms/2021.yml" in problem for problem in reading.problems)
    assert printed(reading) == tying(seed=10).raw


def turned(page: str, labels: list[str], order: list[int]) -> str:
    """The page with the columns under some labels of table 三 in another order (figures too)."""
    from lxml import html

    root = html.document_fromstring(page)
    table = root.xpath("//table[contains(., '自然人')]")[0]
    for row in table.iter("tr"):
        cells = [cell for cell in row if cell.text in labels] or ([] if len(row) < 7 else list(row)[-7:][1:6])
        if len(cells) == len(order):
            texts = [cell.text for cell in cells]
            for cell, position in zip(cells, order, strict=True):
                cell.text = texts[position]
    return html.tostring(root, encoding="unicode")


def test_columns_in_another_order_are_placed_by_their_header():
    paper = tying(seed=12)
    inner = ["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
    page = turned(to_html(paper).decode(), inner, [1, 0, 4, 3, 2])
    assert page != to_html(paper).decode()
    assert printed(read(page.encode())) == paper.raw


def test_columns_in_another_order_under_a_damaged_header_are_not_guessed():
    inner = ["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
    page = turned(to_html(tying(seed=12)).decode(), inner, [1, 0, 4, 3, 2]).replace(">自然人<", "><")
    reading = read(page.encode())
    assert reading.problems
    assert not [cell for cell in reading.cells if cell.address.startswith("applications.")]


def test_a_disputes_table_in_another_order_is_not_guessed():
    page = to_html(tying(seed=12)).decode().replace("结果维持", "§").replace("结果纠正", "结果维持").replace("§", "结果纠正")
    reading = read(page.encode())
    assert any("disputes" in problem for problem in reading.problems)
    assert not [cell for cell in reading.cells if cell.address.startswith("disputes.")]


def test_a_table_printed_twice_with_other_figures_is_certain_nowhere_it_differs():
    first, second = tying(seed=13), change(tying(seed=13), applications__granted__natural="777")
    page = to_html(first).decode().replace("</body>", html_table(second, "applications") + "</body>")
    figures = read(page.encode()).figures()
    assert not figures["applications.granted.natural"].certain
    assert figures["applications.granted.natural"].raw == first.raw["applications.granted.natural"]
    assert figures["applications.granted.company"].certain
    same = to_html(first).decode().replace("</body>", html_table(first, "applications") + "</body>")
    assert all(cell.certain for cell in read(same.encode()).cells)


def test_an_added_subtotal_column_is_not_guessed():
    from lxml import html

    root = html.document_fromstring(to_html(tying(seed=14)).decode())
    table = root.xpath("//table[contains(., '自然人')]")[0]
    for index, row in enumerate(table.iter("tr")):
        if index == 0:
            row[-1].addprevious(html.fragment_fromstring("<td rowspan='3'>小计</td>"))
        elif index > 2:
            row[-1].addprevious(html.fragment_fromstring("<td>9</td>"))
    reading = read(html.tostring(root))
    assert not [cell for cell in reading.cells if cell.address.startswith("applications.") and cell.certain]


def test_a_mixed_report_has_an_edition_a_table():
    """A 2021 form with the one-row （六） of 2019, as real reports print it."""
    new, old = tying("2021", seed=11), tying("2019", seed=11)
    page = to_html(new).decode()
    page = page.replace(html_table(new, "applications"), html_table(old, "applications"))
    assert dict(read(page.encode()).editions) == {"disclosure": "2021", "applications": "2019", "disputes": ""}


@pytest.mark.parametrize(
    ("data", "kind", "told"),
    [
        (b"", "UnknownFormat", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "DamagedDocument", "image"),
        (b"%PDF-1.4\nnothing", "DamagedDocument", "PDF"),
        (b"PK\x03\x04" + b"word/document.xml" + bytes(50), "DamagedDocument", "Word"),
        ("<html><body><p>通知</p></body></html>".encode(), "UnknownEdition", "none of the statutory tables"),
        (bytes(range(256)) * 4, "UnknownFormat", "no kind"),
    ],
)
def test_what_cannot_be_read_is_explained(data, kind, told):
    (outcome,) = read_document(data, "input", "0" * 64)
    assert isinstance(outcome, Quarantine)
    assert outcome.kind == kind
    assert told in outcome.reason and "input" in outcome.reason


@given(st.binary(max_size=400), st.sampled_from([to_html, to_docx, to_text]), st.integers(0, 10**6))
def test_damaged_files_end_as_a_reading_or_an_explained_quarantine(noise, render, where):
    data = CLEAN[render]
    at = where % len(data)
    (outcome,) = read_document(data[:at] + noise + data[at + len(noise) :], "input", "0" * 64)
    assert isinstance(outcome, Reading) or outcome.reason


@pytest.mark.parametrize("line", ["0 " * 50000 + "x", "1" * 100000, "收到申请" + "1" * 100000 + "件", " \u3000" * 50000 + "0"])
def test_a_line_without_end_neither_hangs_nor_hides_the_report(line):
    paper = tying(seed=15)
    paper.overview = line
    for render in (to_html, to_text):
        assert {cell.raw for cell in read(render(paper)).cells} >= {paper.raw["applications.new.total"]}


def test_a_figure_of_a_hundred_digits_is_text():
    figures = read(to_html(change(tying(), applications__granted__natural="9" * 100))).figures()
    assert figures["applications.granted.natural"].semantics is Semantics.TEXT


CLEAN = {render: render(tying(seed=1)) for render in (to_html, to_docx, to_text)}


@pytest.mark.parametrize(
    ("raw", "value", "semantics", "unit"),
    [
        ("12", 12, "NUMERIC", ""),
        ("＋１７", 17, "NUMERIC", ""),
        ("－３", -3, "NUMERIC", ""),
        ("26，140，100", 26140100, "NUMERIC", ""),
        ("1 5", 15, "NUMERIC", ""),
        ("６８１．９７４６万元", Decimal("681.9746"), "NUMERIC", "万元"),
        ("251000元", 251000, "NUMERIC", "元"),
        ("0", 0, "ZERO", ""),
        ("0.00", 0, "ZERO", ""),
        (" \n", None, "EMPTY", ""),
        ("——", None, "NA", ""),
        ("无", None, "NA", ""),
        ("O", None, "TEXT", ""),
        ("5①", None, "TEXT", ""),
        ("5²", None, "TEXT", ""),
        ("1,23", None, "TEXT", ""),
    ],
)
def test_values_keep_what_was_printed(raw, value, semantics, unit):
    assert parse(raw) == (value, semantics, unit)


@given(st.integers(-(10**12), 10**12))
def test_numbers_with_separators_are_read_exactly(value):
    assert parse(f"{value:,}")[0] == value


def gouji(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "flows", *arguments], capture_output=True, text=True, check=False)


def test_a_clerk_checks_a_draft(tmp_path: Path):
    good, bad, none = tmp_path / "good.html", tmp_path / "bad.html", tmp_path / "none.txt"
    paper = tying(seed=2)
    good.write_bytes(to_html(paper))
    bad.write_bytes(to_html(change(paper, applications__granted__total="9999")))
    none.write_text("今天没有报告", encoding="utf-8")
    assert gouji("read", str(good)).returncode == 0
    run = gouji("read", str(bad))
    assert run.returncode == 1
    assert "T3-ROW" in run.stdout and "9999" in run.stdout
    assert f"建议核为 {paper.raw['applications.granted.total']}" in re.sub(r"\s+", " ", run.stdout)
    run = gouji("read", str(none), str(tmp_path / "missing.pdf"))
    assert run.returncode == 2
    assert "Traceback" not in run.stdout + run.stderr
    assert "cannot be opened" in run.stdout


def test_a_report_without_one_of_its_tables_is_not_called_tying(tmp_path: Path):
    file = tmp_path / "draft.html"
    file.write_text(
        re.sub(r"(?s)<p>四、.*?</table>", "<p>四、政府信息公开行政复议、行政诉讼情况</p>", to_html(tying()).decode()), "utf-8"
    )
    run = gouji("read", str(file))
    assert run.returncode == 2
    assert "四、政府信息公开行政复议、行政诉讼情况" in run.stdout


def test_reports_of_one_batch_are_compared_across_years(tmp_path: Path):
    before = tying(seed=20, year=2022)
    after = tying(seed=21, year=2023)
    for paper in (before, after):
        (tmp_path / f"{paper.year}.html").write_bytes(to_html(paper))
    lines = gouji("read", "--jsonl", *(str(tmp_path / f"{year}.html") for year in (2022, 2023))).stdout.splitlines()
    findings = [f for f in json.loads(lines[1])["findings"] if f["rule"] == "X-CARRY" and f["outcome"] == "broken"]
    assert findings and findings[0]["cells"] == ["applications.carried_in.natural", "previous:applications.carried_out.natural"]


def test_kinds_are_told_by_the_bytes():
    assert sniff(to_docx(Paper(raw=tying().raw))) == "docx"
    assert sniff("年度报告".encode("gb18030")) == "text"
