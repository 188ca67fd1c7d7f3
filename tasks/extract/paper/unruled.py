"""Lay tables that were seen by position alone onto Grids, and the rest of a page into paragraphs and rows of loose figures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from tasks.extract.paper.agree import confirm_row, reading_order
from tasks.extract.paper.band import Band
from tasks.extract.paper.bands import nearest
from tasks.extract.paper.ink import Ink
from tasks.extract.paper.layout import layout
from tasks.extract.paper.words import TextLine, Word, box_of
from tasks.printed import Agreement, Grid, GridCell, Locator, Paragraph

_LABELS = 3  # label columns: two of groups, then the row's own
_WIDE = 1.15  # column pitches from which a header word stands over several columns
_NEAR = 1.6  # sizes of the type within which a loose line of label belongs to a line of figures

Placed = tuple[float, Paragraph | Grid]  # with its top edge, for the order on the page


def band_grid(band: Band, ink: Ink) -> Placed:
    """A table seen by position as a Grid: header rows, then rows of figures. A row is sure where the file states it alike."""
    cells = _header(band, ink)
    first = 1 + max((cell.row for cell in cells), default=-1)
    last = -1
    for number, row in enumerate(band.rows, start=first):
        slots = [row.slots.get(column, []) for column in range(len(band.columns))]
        agreement, last = confirm_row(slots, last)
        for column, group in enumerate(row.groups[:2]):
            cells.append(_cell(number, column, group, ink, Agreement.AGREED))
        if row.label:
            cells.append(_cell(number, 2, row.label, ink, Agreement.AGREED))
        for column, words in enumerate(slots):
            if words:
                cells.append(_cell(number, _LABELS + column, words, ink, agreement))
            else:
                cells.append(_blank(number, column, band, row.y, row.size, ink))
    rows, columns = first + len(band.rows), _LABELS + len(band.columns)
    top = min((word.top for word in band.header), default=band.rows[0].y)
    is_loose = not band.header and not any(row.label for row in band.rows)
    return top, Grid(tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))), rows, columns, loose=is_loose)


def _cell(row: int, column: int, words: Sequence[Word], ink: Ink, agreement: Agreement, colspan: int = 1) -> GridCell:
    ordered = reading_order(words)
    parts = [ordered[0].text]
    for before, word in pairwise(ordered):
        parts += ["\n" if word.top > before.y else "", word.text]
    box = box_of(ordered)
    if ink.hides(box):
        agreement = Agreement.ALONE
    locator = Locator(page=ink.number, box=ink.on_page(box))
    return GridCell(row, column, 1, colspan, "".join(parts), locator, agreement)


def _blank(row: int, column: int, band: Band, y: float, size: float, ink: Ink) -> GridCell:
    x0, x1 = band.columns[column]
    box = (x0, y - size / 2, x1, y + size / 2)
    return GridCell(row, _LABELS + column, 1, 1, "", Locator(page=ink.number, box=ink.on_page(box)), Agreement.ALONE)


def _header(band: Band, ink: Ink) -> list[GridCell]:
    """The header: words over several columns each in a row of their own, then the columns' names, the corner beside them."""
    left = band.columns[0][0]
    centres = [(x0 + x1) / 2 for x0, x1 in band.columns]
    pitch = median(b - a for a, b in pairwise(centres)) if len(centres) > 1 else left
    corner = [word for word in band.header if word.x < left - pitch / 2]
    above = [word for word in band.header if word not in corner]
    lines: list[list[Word]] = []
    for word in sorted(above, key=lambda word: word.y):
        if lines and word.y - lines[-1][0].y < 0.5 * word.size:
            lines[-1].append(word)
        else:
            lines.append([word])
    wide = [[w for w in line if w.x1 - w.x0 > _WIDE * pitch or len(line) <= max(2, len(centres) // 5)] for line in lines]
    cells: list[GridCell] = []
    row = 0
    for line in filter(None, wide):
        for word in sorted(line, key=lambda word: word.x0):
            under = [k for k, centre in enumerate(centres) if word.x0 <= centre <= word.x1] or [
                nearest(band.columns, word.x0, word.x1)
            ]
            cells.append(_cell(row, _LABELS + under[0], [word], ink, Agreement.AGREED, len(under)))
        row += 1
    names: dict[int, list[Word]] = {}
    for line, apart in zip(lines, wide, strict=True):
        for word in line:
            if word not in apart:
                names.setdefault(nearest(band.columns, word.x0, word.x1), []).append(word)
    cells += [_cell(row, _LABELS + column, words, ink, Agreement.AGREED) for column, words in names.items()]
    if corner:
        cells.append(_cell(row, 0, corner, ink, Agreement.AGREED, _LABELS))
    return cells


def read_rest(lines: Sequence[TextLine], ink: Ink, breaks: Sequence[float]) -> list[Placed]:
    """Lines outside tables: paragraphs, and rows of a label and figures (then a loose Grid, broken at `breaks`)."""
    rows = {i for i, line in enumerate(lines) if _is_row(line)}
    joined = _labels_beside(lines, rows)
    taken = {i for pieces in joined.values() for i in pieces}
    blocks: list[Placed] = []
    table: list[tuple[TextLine, list[TextLine]]] = []
    for i, line in enumerate(lines):
        if i in taken:
            continue
        if i in rows or layout().is_corner(line.text):
            if table and any(table[-1][0].y < edge < line.y for edge in breaks):
                _flush(table, blocks, ink)
            table.append((line, [lines[k] for k in joined.get(i, [])]))
            continue
        _flush(table, blocks, ink)
        if not _is_page_number(line, ink):
            locator = Locator(page=ink.number, box=ink.on_page(box_of(line.words)))
            blocks.append((line.place, Paragraph(line.text, locator)))
    _flush(table, blocks, ink)
    return blocks


def _is_row(line: TextLine) -> bool:
    return len(line.words) > 1 and line.words[-1].is_figure


def _is_page_number(line: TextLine, ink: Ink) -> bool:
    is_outer = line.y < 0.12 * ink.height or line.y > 0.88 * ink.height
    return is_outer and layout().is_page_number(line.text)


def _labels_beside(lines: Sequence[TextLine], rows: set[int]) -> dict[int, list[int]]:
    """By line of figures, the lines that hold pieces of its label: short, near, and left of the figures."""
    found: dict[int, list[int]] = {}
    for i, line in enumerate(lines):
        if i in rows or len(line.words) != 1 or layout().is_corner(line.text):
            continue
        near = min(rows, key=lambda row: abs(lines[row].y - line.y), default=None)
        if near is None or abs(lines[near].y - line.y) > _NEAR * lines[near].size:
            continue
        figures = [word for word in lines[near].words if word.is_figure]
        label = lines[near].words[0]
        if line.words[0].x1 < figures[-1].x0 and abs(line.words[0].x - label.x) < 2 * line.size and not label.is_figure:
            found.setdefault(near, []).append(i)
    return found


def _flush(table: list[tuple[TextLine, list[TextLine]]], blocks: list[Placed], ink: Ink) -> None:
    if not table:
        return
    cells: list[GridCell] = []
    last = -1
    for number, (line, pieces) in enumerate(table):
        count = next((n for n, word in enumerate(reversed(line.words)) if not word.is_figure), len(line.words))
        labels, figures = list(line.words[: len(line.words) - count]), line.words[len(line.words) - count :]
        agreement, last = confirm_row([[word] for word in figures], -1) if figures else (Agreement.AGREED, last)
        if figures and labels:
            cells.append(_cell(number, 0, [*labels, *(word for piece in pieces for word in piece.words)], ink, Agreement.AGREED))
            fields = [[word] for word in figures]
        else:
            fields = [[word] for word in line.words]
        begin = int(bool(figures and labels))
        cells += [_cell(number, begin + k, words, ink, agreement) for k, words in enumerate(fields)]
    grid = Grid(tuple(cells), len(table), 1 + max(cell.column for cell in cells), loose=True)
    blocks.append((table[0][0].place, grid))
    table.clear()
