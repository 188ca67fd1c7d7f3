"""Write a sample report as .docx, with merged cells as Word merges them and fixed dates, so the bytes are the same each time."""

from __future__ import annotations

import zipfile
from datetime import datetime
from io import BytesIO
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from samples.figures import SampleReport
from samples.prose import narrate
from samples.site import invented
from samples.tables import PrintedTable, printed_tables
from samples.typeset import full_title

_EPOCH = (1980, 1, 1, 0, 0, 0)


def word(report: SampleReport) -> bytes:
    """The report as a Word document."""
    document = docx.Document()
    document.sections[0].page_width, document.sections[0].page_height = Pt(595.3), Pt(841.9)
    document.sections[0].left_margin = document.sections[0].right_margin = Pt(70)
    narrative, tables = narrate(report), printed_tables(report)
    _write(document.add_paragraph(), full_title(report), "黑体", 18, centred=True)
    _write(document.add_paragraph(), narrative.opening, "仿宋", 14, indented=True)
    for part in narrative.parts:
        _write(document.add_paragraph(), part.heading, "黑体", 14, indented=True)
        for text in part.paragraphs:
            _write(document.add_paragraph(), text, "仿宋", 14, indented=True)
        if part.id in tables:
            _table(document, tables[part.id])
    _write(document.add_paragraph(), invented(report), "宋体", 8)
    properties = document.core_properties
    properties.author, properties.title = report.agency.name, full_title(report)
    properties.created = properties.modified = datetime(report.published.year, report.published.month, report.published.day, 9)  # noqa: DTZ001
    out = BytesIO()
    document.save(out)
    return _timeless(out.getvalue())


def _write(paragraph: Any, text: str, font: str, size: float, *, centred: bool = False, indented: bool = False) -> None:
    paragraph.paragraph_format.space_after = Pt(0)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if indented:
        paragraph.paragraph_format.first_line_indent = Pt(size * 2)
    run = paragraph.add_run(text)
    run.font.name, run.font.size = font, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)


def _table(document: Any, printed: PrintedTable) -> None:
    table = document.add_table(rows=printed.rows, cols=printed.columns, style="Table Grid")
    table.autofit = False
    for column, share in zip(table.columns, printed.widths, strict=True):
        column.width = Pt(455 * share)
    grid = [list(row.cells) for row in table.rows]
    for printed_cell in printed.cells:
        cell = grid[printed_cell.row][printed_cell.column]
        last = grid[printed_cell.row + printed_cell.rowspan - 1][printed_cell.column + printed_cell.colspan - 1]
        whole = cell.merge(last) if last is not cell else cell
        _write(whole.paragraphs[0], printed_cell.text.replace("\u00a0", " "), "宋体", 9, centred=True)


def _timeless(data: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in made.namelist():
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            fixed.writestr(entry, made.read(name))
    return out.getvalue()
