"""Typeset a sample report as PDF: reportlab (ruled, header repeated or not, rules across only) or chromium printing HTML.

Needs tools that gouji itself does not use: see README.md. Dates and identifiers are fixed, so the bytes are the same each time.
"""

from __future__ import annotations

import html
import re
import subprocess
import tempfile
from functools import cache
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from samples.figures import HERE, SampleReport
from samples.markup import body
from samples.prose import narrate
from samples.site import invented
from samples.tables import PrintedTable, printed_tables

_SONG = "/usr/share/fonts/truetype/arphic/uming.ttc"
_HEI = "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"
_NOT_FIRST = "，；：、。）》”〕"  # marks that begin no line; reportlab knows the Japanese ones only
_ROOM = 110  # points a heading and the first rows of its table need; with less they go to the next page together
_WIDTH = 470.0  # points between the margins of an A4 page
_CHROMIUM = [
    "chromium",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]
_QUIET = ["--disable-sync", "--no-first-run", "--no-pdf-header-footer"]


def pdf(report: SampleReport, kind: str) -> bytes:
    """The report as PDF: pdf-ruled, pdf-ruled-repeat, pdf-open (rules across only) or pdf-print (chromium)."""
    return _printed(report) if kind == "pdf-print" else _set(report, kind)


def full_title(report: SampleReport) -> str:
    """A file's own title always names the agency, whatever the list says."""
    return report.title if report.agency.name in report.title else f"{report.agency.name}{report.title}"


def _printed(report: SampleReport) -> bytes:
    templates = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)
    context = {"title": full_title(report), "content": body(report, "plain"), "invented": invented(report)}
    with tempfile.TemporaryDirectory() as folder:
        page, made = Path(folder, "page.html"), Path(folder, "page.pdf")
        page.write_text(templates.get_template("print.html").render(context), encoding="utf-8")
        command = [*_CHROMIUM, *_QUIET, f"--user-data-dir={folder}/profile", f"--print-to-pdf={made}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603
        return _dated(made.read_bytes(), report)


def _dated(data: bytes, report: SampleReport) -> bytes:
    stamp = f"D:{report.published:%Y%m%d}090000+00'00'".encode()
    return re.sub(rb"D:\d{14}\+00'00'", stamp, data)


@cache
def _reportlab() -> Any:
    fonts, metrics = import_module("reportlab.pdfbase.ttfonts"), import_module("reportlab.pdfbase.pdfmetrics")
    metrics.registerFont(fonts.TTFont("song", _SONG, subfontIndex=0))
    metrics.registerFont(fonts.TTFont("hei", _HEI, subfontIndex=0))
    for module in ("reportlab.platypus.paragraph", "reportlab.lib.textsplit"):
        splitter: Any = import_module(module)
        splitter.ALL_CANNOT_START += _NOT_FIRST
    return import_module("reportlab.platypus")


def _style(font: str, size: float, **options: Any) -> Any:
    styles = import_module("reportlab.lib.styles")
    return styles.ParagraphStyle(
        font, fontName=font, fontSize=size, leading=size * options.pop("lead", 1.6), wordWrap="CJK", **options
    )


def _set(report: SampleReport, kind: str) -> bytes:
    platypus, out = _reportlab(), BytesIO()
    heading = _style("hei", 12.5, spaceBefore=6, spaceAfter=4, firstLineIndent=25)
    text = _style("song", 11.5, firstLineIndent=23, spaceAfter=3)
    tables, narrative = printed_tables(report), narrate(report)
    story = [platypus.Paragraph(full_title(report), _style("hei", 17, alignment=1, spaceAfter=14))]
    story.append(platypus.Paragraph(html.escape(narrative.opening), text))
    for part in narrative.parts:
        story.append(platypus.CondPageBreak(_ROOM if part.id in tables else 60))
        story.append(platypus.Paragraph(part.heading, heading))
        story += [platypus.Paragraph(html.escape(paragraph), text) for paragraph in part.paragraphs]
        if part.id in tables:
            story += [_table(tables[part.id], kind), platypus.Spacer(1, 8)]
    story.append(platypus.Paragraph(invented(report), _style("song", 8, textColor="#666666", spaceBefore=10)))
    document = platypus.SimpleDocTemplate(
        out,
        pagesize=(595.28, 841.89),
        leftMargin=62,
        rightMargin=62,
        topMargin=68,
        bottomMargin=64,
        title=full_title(report),
        invariant=1,
    )
    document.build(story, onFirstPage=_page_number, onLaterPages=_page_number)
    return out.getvalue()


def _page_number(canvas: Any, document: Any) -> None:
    canvas.setFont("song", 9)
    canvas.drawCentredString(297.6, 36, f"— {document.page} —")


def _table(printed: PrintedTable, kind: str) -> Any:
    """A table that breaks between any two rows, as Word breaks it: merged cells are cut, their text stays above."""
    table = _ruled(printed, kind)
    repeated = printed.header if kind == "pdf-ruled-repeat" else 0

    def split(width: float, height: float) -> list[Any]:
        table.wrap(width, height)
        fits, used = 0, 0.0
        while fits < printed.rows and used + table._rowHeights[fits] <= height:
            used += table._rowHeights[fits]
            fits += 1
        if fits <= printed.header + 1:
            return []
        return [_ruled(printed.cut(0, fits, 0), kind), _table(printed.cut(fits, printed.rows, repeated), kind)]

    table.split = split
    return table


def _ruled(printed: PrintedTable, kind: str) -> Any:
    small = _style("song", 10, lead=1.3, alignment=1)
    content: list[list[Any]] = [[""] * printed.columns for _ in range(printed.rows)]
    spans = []
    for cell in printed.cells:
        inner = html.escape(cell.text).replace("\n", "<br/>").replace("\u00a0", " ")
        content[cell.row][cell.column] = _reportlab().Paragraph(inner, small)
        end = (cell.column + cell.colspan - 1, cell.row + cell.rowspan - 1)
        if end != (cell.column, cell.row):
            spans.append(("SPAN", (cell.column, cell.row), end))
    rules = [("LINEABOVE", (0, 0), (-1, -1), 0.5, "black"), ("LINEBELOW", (0, -1), (-1, -1), 0.5, "black")]
    if kind != "pdf-open":
        rules = [("GRID", (0, 0), (-1, -1), 0.6, "black")]
    padding = [(side, (0, 0), (-1, -1), 3) for side in ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")]
    return _reportlab().Table(
        content,
        colWidths=[share * _WIDTH for share in printed.widths],
        style=[*rules, *padding, *spans, ("VALIGN", (0, 0), (-1, -1), "MIDDLE")],
    )
