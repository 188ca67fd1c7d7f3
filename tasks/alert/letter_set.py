"""Set a correction letter as HTML and as .docx, as an office sends it (GB/T 9704: A4, 仿宋, red heading, reply slip)."""

from __future__ import annotations

import io
import re
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from tasks.alert.digest_set import templates
from tasks.alert.letter import Letter, Problem
from tasks.alert.letter_words import load_letter_words
from tasks.alert.zipped import fixed

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # which XML cannot hold
_RED = RGBColor(0xC8, 0x10, 0x2E)
_TITLE, _BODY, _BLACK, _SMALL = "方正小标宋简体", "仿宋", "黑体", "宋体"
_WIDTH = 150  # millimetres of a picture, a little less than of text
_LEFT, _CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def set_html(letter: Letter) -> str:
    """The letter as one HTML page, its pictures inside, that loads nothing and prints on A4."""
    template = templates().get_template("letter.html.j2")
    return template.render(letter=letter, words=load_letter_words(), day=_day(letter), head_size=_head_size(letter))


def set_docx(letter: Letter) -> bytes:
    """The letter as a Word document: the same bytes for the same letter."""
    words, document = load_letter_words(), docx.Document()
    _page(document)
    _line(document, letter.supervisor, _TITLE, _head_size(letter), _CENTRE, colour=_RED, after=4)
    _line(document, words.number.format(year=letter.night.year), _BODY, 16, _CENTRE, after=2)
    _rule(document)
    _line(document, letter.title, _TITLE, 22, _CENTRE, before=18, after=18)
    _line(document, words.to.format(agency=letter.agency), _BODY, 16)
    _text(document, letter.opening)
    for source in letter.sources:
        _line(document, source, _SMALL, 10.5)
    for problem in letter.problems:
        _problem(document, problem)
    _text(document, letter.request)
    _line(document, words.law_heading, _BLACK, 16, indent=True, keeps=True)
    for law in words.law:
        _text(document, law)
    _text(document, letter.nature)
    _line(document, letter.supervisor, _BODY, 16, _RIGHT, before=24, keeps=True)
    _line(document, _day(letter), _BODY, 16, _RIGHT, keeps=True)
    _line(document, words.attached, _BODY, 16, indent=True, before=12)
    document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)
    _slip(document, letter)
    properties = document.core_properties
    properties.author, properties.title = letter.supervisor, letter.title.replace("\n", "")
    saved = io.BytesIO()
    document.save(saved)
    return fixed(saved.getvalue(), letter.night)


def _head_size(letter: Letter) -> float:
    """Points in which the sender's name fits on one line."""
    return min(30.0, round(430 / max(1, len(letter.supervisor)), 1))


def _day(letter: Letter) -> str:
    return load_letter_words().day.format(year=letter.night.year, month=letter.night.month, day=letter.night.day)


def _problem(document: Any, problem: Problem) -> None:
    words = load_letter_words()
    _line(document, problem.heading, _BLACK, 16, indent=True, before=6, keeps=True)
    for text in (problem.found, problem.says, problem.authority):
        _text(document, text)
    for strip in problem.strips:
        _line(document, strip.caption, _SMALL, 10.5, _CENTRE, before=6, keeps=True)
        document.add_picture(io.BytesIO(strip.png), width=Mm(_WIDTH))
        document.paragraphs[-1].alignment = _CENTRE
    if problem.lacks_picture:
        _line(document, words.no_picture, _SMALL, 10.5, _CENTRE, before=6)
    if problem.lines:
        heads = [words.columns.place, words.columns.printed, words.columns.note]
        _table(document, [heads, *([line.place, line.printed, line.note] for line in problem.lines)], (86, 26, 44))


def _slip(document: Any, letter: Letter) -> None:
    words, slip = load_letter_words(), load_letter_words().slip
    _line(document, words.slip_title, _TITLE, 22, _CENTRE, after=14)
    _line(document, f"{slip.agency}：{letter.agency}　　{slip.year}：{letter.year}", _BODY, 14, after=6)
    rows = [[slip.number, slip.problem, slip.checked]]
    for place, problem in enumerate(letter.problems, 1):
        rows.append([str(place), problem.heading.partition("、")[2], "\n".join(problem.choices)])
    _table(document, rows, (16, 84, 56), 12)
    blanks = [[slip.url, ""], [slip.by, ""], [slip.reviewed, ""], [slip.day, ""]]
    document.add_paragraph()
    _table(document, blanks, (44, 112), 14, has_head=False)
    _line(document, slip.seal, _BODY, 14, _RIGHT, before=18)


def _page(document: Any) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)


def _text(document: Any, text: str) -> None:
    _line(document, text, _BODY, 16, WD_ALIGN_PARAGRAPH.JUSTIFY, indent=True)


def _line(
    document: Any,
    text: str,
    font: str,
    size: float,
    alignment: Any = _LEFT,
    *,
    colour: Any = None,
    indent: bool = False,
    before: float = 0,
    after: float = 0,
    keeps: bool = False,
) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = alignment
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after, shape.keep_with_next = Pt(before), Pt(after), keeps
    shape.first_line_indent = Pt(2 * size) if indent else None
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(max(size * 1.8, 18) if size < 20 else size * 1.5)
    _run(paragraph, text, font, size, colour)


def _run(paragraph: Any, text: str, font: str, size: float, colour: Any = None) -> None:
    run = paragraph.add_run(_CONTROL.sub("", text))
    run.font.size, run.font.name = Pt(size), "Times New Roman"
    run.font.color.rgb = colour
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _rule(document: Any) -> None:
    """The red line under the heading."""
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "1"), ("color", "C8102E")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    document.paragraphs[-1]._p.get_or_add_pPr().append(borders)


def _table(document: Any, rows: list[list[str]], widths: tuple[float, ...], size: float = 10.5, *, has_head: bool = True) -> None:
    table = document.add_table(rows=0, cols=len(widths))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for place, row in enumerate(rows):
        cells = table.add_row().cells
        for cell, text, width in zip(cells, row, widths, strict=True):
            cell.width = Mm(width)
            is_head = has_head and place == 0
            cell.paragraphs[0].alignment = _CENTRE if is_head else _LEFT
            shape = cell.paragraphs[0].paragraph_format
            shape.space_before = shape.space_after = Pt(size / 4)
            _run(cell.paragraphs[0], text, _BLACK if is_head else _SMALL, size)
