"""Reading PDFs: every way of ruling a table, cells cut and wrapped, pages turned, what is stated but does not show."""

from __future__ import annotations

import io
import json
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from flows.read import read_document
from tasks.errors import DamagedDocument, DocumentTooLarge, NoTextLayer
from tasks.extract import extract, pdf
from tasks.extract.paper.ink import turned
from tasks.extract.paper.stand_in import stand_in_font
from tasks.printed import Agreement, Grid, Printed
from tasks.records import Reading
from tests.paper import Paper, change, tying
from tests.paper_pdf import Canvas, Style, to_pdf

GOLDEN = Path(__file__).parent / "fixtures" / "pdf"


def read(data: bytes) -> Reading:
    (reading,) = read_document(data, "report.pdf", "0" * 64)
    assert isinstance(reading, Reading), reading
    return reading


def printed(data: bytes) -> Printed:
    (found,) = extract(data, "report.pdf")
    assert isinstance(found, Printed)
    return found


def raw(reading: Reading) -> dict[str, str]:
    return {cell.address: "".join(cell.raw.split()) for cell in reading.cells}


def large(seed: int = 5) -> Paper:
    """Figures of four to six digits that tie, wider than narrow columns hold in one line."""
    paper = tying(seed=seed)
    return Paper(raw={address: str(int(value) * 12_347) for address, value in paper.raw.items()})


@pytest.mark.parametrize("edition", ["2019", "2021"])
@pytest.mark.parametrize("rules", ["full", "open", "across", "down", "none"])
def test_every_way_of_ruling_reads_every_figure_with_certainty(rules: str, edition: str) -> None:
    paper = tying(edition, seed=7)
    reading = read(to_pdf(paper, Style(rules=rules)))
    assert raw(reading) == paper.raw
    assert all(cell.certain for cell in reading.cells)
    assert (reading.agency, reading.year, reading.problems) == (paper.agency, paper.year, ())


@pytest.mark.parametrize("lines", ["fill", "dots"])
def test_lines_made_of_boxes_and_dots_are_lines(lines: str) -> None:
    paper = tying(seed=8)
    found = printed(to_pdf(paper, Style(lines=lines)))
    assert raw(read(to_pdf(paper, Style(lines=lines)))) == paper.raw
    assert max(grid.columns for grid in found.blocks if isinstance(grid, Grid)) == 15


@pytest.mark.parametrize("height", range(430, 900, 47))
def test_a_table_cut_anywhere_is_joined(height: int) -> None:
    paper = tying(seed=height)
    assert raw(read(to_pdf(paper, Style(page=(595, height))))) == paper.raw


def test_digits_wrapped_inside_a_narrow_cell_are_one_figure() -> None:
    paper = large()
    reading = read(to_pdf(paper, Style(size=10)))
    assert any("\n" in cell.raw for cell in reading.cells)
    assert raw(reading) == paper.raw
    assert all(cell.value == int(paper.raw[cell.address]) for cell in reading.cells if cell.certain)
    assert {cell.agreement for cell in reading.cells} <= {Agreement.AGREED, Agreement.WITNESSED}


def test_blank_cells_stay_blank_and_signs_stay_signs() -> None:
    paper = change(
        tying(), applications__granted__natural="", applications__granted__company="/", applications__granted__legal="无"
    )
    figures = read(to_pdf(paper)).figures()
    values = [figures[f"applications.granted.{column}"] for column in ("natural", "company", "legal")]
    assert [(cell.raw, cell.value) for cell in values] == [("", None), ("/", None), ("无", None)]


def slanted(canvas: Canvas) -> None:
    canvas.saveState()
    canvas.translate(200, 250)
    canvas.rotate(45)
    canvas.setFont("STSong-Light", 48)
    for row in range(3):
        canvas.drawString(0, 120 * row, "内部资料 2023")
    canvas.restoreState()


def pale(canvas: Canvas) -> None:
    canvas.setFillGray(0.8)
    canvas.setFont("STSong-Light", 30)
    for y in range(60, 800, 40):
        canvas.drawString(60, y, "88888888888888888888888888888888")
    canvas.setFillGray(0)


@pytest.mark.parametrize("mark", [slanted, pale])
def test_a_watermark_falls_into_no_cell(mark: object) -> None:
    paper = tying(seed=9)
    reading = read(to_pdf(paper, Style(over=mark)))  # type: ignore[arg-type]
    assert raw(reading) == paper.raw
    assert all(cell.certain for cell in reading.cells)


def unseen(canvas: Canvas) -> None:
    """White figures beside the printed ones, invisible ones over them, and a note outside the page."""
    canvas.setFont("STSong-Light", 8)
    canvas.setFillGray(1)
    for y in range(60, 800, 7):
        canvas.drawString(292, y, "7")
    canvas.setFillGray(0)
    hidden = canvas.beginText(400, 400)
    hidden.setTextRenderMode(3)
    hidden.textOut("999")
    canvas.drawText(hidden)
    canvas.drawString(700, 300, "5")


def test_what_does_not_show_is_not_read() -> None:
    paper = tying(seed=10)
    assert raw(read(to_pdf(paper, Style(over=unseen)))) == paper.raw


def painted_over(canvas: Canvas) -> None:
    """A white patch over part of a page, and another figure on it: a correction by hand."""
    canvas.setFillGray(1)
    canvas.rect(285, 60, 20, 700, stroke=0, fill=1)
    canvas.setFillGray(0)


def test_a_figure_painted_over_is_never_told_for_certain() -> None:
    paper = tying(seed=11)
    reading = read(to_pdf(paper, Style(over=painted_over)))
    assert raw(reading) != paper.raw
    assert all(cell.raw == paper.raw[cell.address] for cell in reading.cells if cell.certain)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_page_is_read_as_it_shows(quarters: int) -> None:
    paper = tying(seed=12)
    data = to_pdf(paper)
    document = pypdfium2.PdfDocument(data)
    for page in document:
        page.set_rotation(90 * quarters)
    buffer = io.BytesIO()
    document.save(buffer)
    reading = read(buffer.getvalue())
    assert raw(reading) == paper.raw
    for cell in reading.cells:
        assert "".join(pdf.reread(buffer.getvalue(), cell.locator).split()) == "".join(cell.raw.split())


@given(st.tuples(*[st.floats(0, 500)] * 4), st.integers(0, 3))
def test_turning_a_box_and_back_gives_the_box(edges: tuple[float, float, float, float], quarters: int) -> None:
    box = (min(edges[0], edges[2]), min(edges[1], edges[3]), max(edges[0], edges[2]), max(edges[1], edges[3]))
    size = (600.0, 800.0)
    there = turned(box, *size, quarters)
    back = turned(there, *(size if quarters % 2 == 0 else size[::-1]), -quarters % 4)
    assert back == pytest.approx(box, abs=1e-6)


def test_every_locator_leads_back_to_its_text() -> None:
    for style in (Style(), Style(rules="none"), Style(rules="across", size=7), Style(size=10)):
        data = to_pdf(large(), style)
        for block in printed(data).blocks:
            for part in block.cells if isinstance(block, Grid) else [block]:
                assert "".join(pdf.reread(data, part.locator).split()) == "".join(part.text.split())


def test_form_fields_filled_in_are_read() -> None:
    paper = tying(seed=13)
    blank = change(paper, applications__granted__natural="")

    def field(canvas: Canvas) -> None:
        if canvas.getPageNumber() == 1:
            canvas.acroForm.textfield(name="granted", value="4711", x=60, y=20, width=60, height=18, fontSize=9)

    found = printed(to_pdf(blank, Style(over=field)))
    assert any("4711" in getattr(block, "text", "") for block in found.blocks)


def test_numbers_of_pages_are_no_text() -> None:
    def number(canvas: Canvas) -> None:
        canvas.setFont("STSong-Light", 9)
        canvas.drawCentredString(297, 30, f"- {canvas.getPageNumber()} -")

    texts = [getattr(block, "text", "") for block in printed(to_pdf(tying(), Style(over=number))).blocks]
    assert "- 1 -" not in texts
    assert any("总体情况" in text for text in texts)


@settings(max_examples=12)
@given(
    st.integers(0, 10_000),
    st.sampled_from(["full", "open", "across", "down", "none"]),
    st.sampled_from(["left", "right", "centre"]),
)
def test_no_figure_is_ever_told_wrong(seed: int, rules: str, align: str) -> None:
    paper = large(seed)
    for cell in read(to_pdf(paper, Style(rules=rules, align=align, size=6))).cells:
        assert not cell.certain or "".join(cell.raw.split()) == paper.raw[cell.address]


def test_an_empty_page_and_a_broken_file_are_explained() -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842)
    buffer = io.BytesIO()
    document.save(buffer)
    with pytest.raises(NoTextLayer):
        pdf.read(buffer.getvalue(), "blank.pdf")
    with pytest.raises(DamagedDocument):
        pdf.read(b"%PDF-1.7\nnothing more", "broken.pdf")
    for _ in range(pdf.MAX_PAGES + 1):
        document.new_page(10, 10)
    buffer = io.BytesIO()
    document.save(buffer)
    with pytest.raises(DocumentTooLarge):
        pdf.read(buffer.getvalue(), "long.pdf")


def test_a_witness_is_asked_only_where_readings_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("asked")

    monkeypatch.setattr("pdfplumber.open", refuse)
    read(to_pdf(tying()))


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.pdf")), ids=lambda path: path.stem)
def test_files_of_many_producers_are_read_as_they_were_set(path: Path) -> None:
    """Reports set by programs unlike ours, with the figures they were set from: invented ones, under names of real places."""
    truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    reading = read(path.read_bytes())
    assert raw(reading) == {address: "".join(text.split()) for address, text in truth["figures"].items()}
    assert (reading.agency, reading.year) == (truth["agency"], truth["year"])


def test_the_stand_in_for_missing_fonts_has_every_sign_and_none_without_size() -> None:
    """A machine without Chinese fonts reads what one with them does: signs that stand alone need some size."""
    font = ImageFont.truetype(BytesIO(stand_in_font()), 100)
    for sign in "无一0/，龘":
        left, top, right, bottom = font.getbbox(sign)
        assert (right - left, bottom - top) > (30, 70), sign
