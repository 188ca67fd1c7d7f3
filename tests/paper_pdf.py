"""The tests' reports as PDF, drawn line by line: which rules are drawn, where pages break, what is printed over them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from tests.paper import Paper, Row, rows

FONT = "STSong-Light"
WIDTHS = {"disclosure": [115.0] * 4, "applications": [24.0, 50.0, 150.0] + [34.0] * 7, "disputes": [31.0] * 15}

pdfmetrics.registerFont(UnicodeCIDFont(FONT))

Decorate = Callable[[Canvas], None]


@dataclass
class Style:
    """How a report is drawn. rules: full, across (no upright ones), down (no level ones), open (no outer sides), none."""

    rules: str = "full"
    size: float = 8.0
    pad: float = 3.0
    page: tuple[float, float] = (595.0, 842.0)
    lines: str = "stroke"  # stroke, fill (thin filled boxes), dots
    align: str = "centre"
    latin: str = FONT  # the font of figures
    over: Decorate | None = None  # drawn on each page, over everything


@dataclass
class Drawn:
    """A cell as it is drawn: its place in the table, its lines of text."""

    row: int
    column: int
    rowspan: int
    colspan: int
    lines: list[str]


class Printer:
    """Draws a report from top to bottom, over as many pages as it needs."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.buffer = io.BytesIO()
        self.canvas = Canvas(self.buffer, pagesize=style.page, invariant=True)
        self.y = style.page[1] - 60

    def text(self, text: str, size: float = 12) -> None:
        self.need(size * 2)
        self.canvas.setFont(FONT, size)
        self.canvas.drawString(60, self.y, text)
        self.y -= size * 1.8

    def need(self, height: float) -> None:
        if self.y - height < 50:
            self.turn()

    def turn(self) -> None:
        if self.style.over:
            self.style.over(self.canvas)
        self.canvas.showPage()
        self.y = self.style.page[1] - 60

    def table(self, printed: list[Row], widths: list[float]) -> None:
        cells = self._laid(printed, widths)
        heights = [
            max([len(c.lines) for c in cells if c.row == row and c.rowspan == 1] or [1]) * self.style.size * 1.25
            + 2 * self.style.pad
            for row in range(len(printed))
        ]
        first = 0
        while first < len(heights):
            last, room = first, self.y - 50
            while last < len(heights) and sum(heights[first : last + 1]) <= room:
                last += 1
            if last == first:
                self.turn()
                continue
            self._part(cells, heights, widths, first, last)
            self.y -= sum(heights[first:last]) + 12
            first = last
            if first < len(heights):
                self.turn()

    def _laid(self, printed: list[Row], widths: list[float]) -> list[Drawn]:
        taken: set[tuple[int, int]] = set()
        cells = []
        for number, row in enumerate(printed):
            column = 0
            for text, rowspan, colspan in row:
                while (number, column) in taken:
                    column += 1
                room = sum(widths[column : column + colspan]) - 2 * self.style.pad
                cells.append(Drawn(number, column, rowspan, colspan, self._wrapped(text, room)))
                taken |= {(number + i, column + j) for i in range(rowspan) for j in range(colspan)}
                column += colspan
        return cells

    def _wrapped(self, text: str, room: float) -> list[str]:
        lines = [""]
        for char in text:
            if lines[-1] and self._width(lines[-1] + char) > room:
                lines.append("")
            lines[-1] += char
        return lines

    def _width(self, text: str) -> float:
        return float(pdfmetrics.stringWidth(text, self._font(text), self.style.size))

    def _font(self, text: str) -> str:
        return self.style.latin if text.isascii() else FONT

    def _part(self, cells: list[Drawn], heights: list[float], widths: list[float], first: int, last: int) -> None:
        for cell in cells:
            begin, end = max(cell.row, first), min(cell.row + cell.rowspan, last)
            if begin >= end:
                continue
            x0, x1 = 60 + sum(widths[: cell.column]), 60 + sum(widths[: cell.column + cell.colspan])
            top = self.y - sum(heights[first:begin])
            bottom = self.y - sum(heights[first:end])
            self._sides(x0, top, x1, bottom, 60, 60 + sum(widths))
            if cell.row >= first:
                self._fill(cell, x0, top, x1, bottom)

    def _sides(self, x0: float, top: float, x1: float, bottom: float, left: float, right: float) -> None:
        rules = self.style.rules
        if rules in ("full", "across", "open"):
            self._line(x0, top, x1, top)
            self._line(x0, bottom, x1, bottom)
        if rules in ("full", "down", "open"):
            for x in (x0, x1):
                if rules != "open" or left < x < right:
                    self._line(x, top, x, bottom)

    def _line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        if self.style.lines == "fill":
            self.canvas.rect(x0 - 0.3, y1 - 0.3, x1 - x0 + 0.6, y0 - y1 + 0.6, stroke=0, fill=1)
            return
        self.canvas.setDash(*(([1, 2],) if self.style.lines == "dots" else ([],)))
        self.canvas.setLineWidth(0.5)
        self.canvas.line(x0, y0, x1, y1)

    def _fill(self, cell: Drawn, x0: float, top: float, x1: float, bottom: float) -> None:
        leading = self.style.size * 1.25
        y = (top + bottom) / 2 + leading * len(cell.lines) / 2 - self.style.size
        for line in cell.lines:
            width = self._width(line)
            x = {"left": x0 + self.style.pad, "right": x1 - self.style.pad - width}.get(self.style.align, (x0 + x1 - width) / 2)
            self.canvas.setFont(self._font(line), self.style.size)
            self.canvas.drawString(x, y, line)
            y -= leading

    def done(self) -> bytes:
        self.turn()
        self.canvas.save()
        return self.buffer.getvalue()


def to_pdf(paper: Paper, style: Style | None = None, *more: Paper) -> bytes:
    """The report, and others behind it, as one PDF."""
    printer = Printer(style or Style())
    for each in (paper, *more):
        printer.text(each.title, 16)
        for section in each.form.sections:
            printer.text(f"{section.number}、{section.title}")
            if section.id == "overview":
                printer.text(each.overview, 10)
            if section.id in each.form.tables:
                printer.table(rows(each, section.id), WIDTHS[section.id])
    return printer.done()
