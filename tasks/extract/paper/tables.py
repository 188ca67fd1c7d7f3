"""Turn a page's ink into blocks: its tables read twice, between lines and by position, and the text around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from tasks.extract.paper.agree import Positions
from tasks.extract.paper.band import Band
from tasks.extract.paper.bands import find_bands
from tasks.extract.paper.columns import find_gutter, unfold
from tasks.extract.paper.ink import Ink
from tasks.extract.paper.ruled import Filled, fill, is_undivided
from tasks.extract.paper.ruling import Ruled, find_ruled
from tasks.extract.paper.unruled import Placed, band_grid, read_rest
from tasks.extract.paper.words import TextLine, mark_notes, text_lines
from tasks.printed import Agreement, Grid, GridCell, Locator, Paragraph


def read_ink(ink: Ink) -> list[Paragraph | Grid]:
    """The blocks of a page in reading order, column after column. A cell on which the two readings differ is DISPUTED."""
    ink = replace(ink, chars=tuple(mark_notes(ink.chars)))
    lines = text_lines(ink.chars)
    gutter = find_gutter(lines, ink)
    if gutter is not None:
        return [block for half in ink.parted(gutter) for block in _read(half, text_lines(half.chars))]
    return _read(ink, lines)


def _read(ink: Ink, lines: list[TextLine]) -> list[Paragraph | Grid]:
    bands = find_bands(lines)
    positions = Positions(lines, bands)
    blocks: list[Placed] = []
    tops: list[float] = []
    held: set[int] = set()
    size = median(char.size for char in ink.chars) if ink.chars else 0.0
    for ruled in find_ruled(ink.level, ink.upright, size):
        cells = fill(ruled, ink)
        if is_undivided(cells, lines, bands):
            continue
        blocks += _ruled_blocks(ruled, cells, positions, ink)
        tops.append(ruled.box[1])
        held |= {char.order for filled in cells for char in filled.chars}
    for band in bands:
        if not _is_held(band, held):
            blocks.append(band_grid(band, ink))
            held |= {char.order for number in band.used for word in lines[number].words for char in word.chars}
    blocks += read_rest(unfold(_outside(lines, held), ink), ink, tops)
    return [block for _, block in sorted(blocks, key=lambda placed: placed[0])]


def _ruled_blocks(ruled: Ruled, cells: Sequence[Filled], positions: Positions, ink: Ink) -> list[Placed]:
    """A ruled table as a Grid; one of a single column (a frame around text) as paragraphs."""
    if len(ruled.xs) == 2:
        return [
            (filled.cell.box[1], Paragraph(filled.text, Locator(page=ink.number, box=ink.on_page(filled.cell.box))))
            for filled in cells
            if filled.chars
        ]
    found = tuple(
        GridCell(
            filled.cell.row,
            filled.cell.column,
            filled.cell.rowspan,
            filled.cell.colspan,
            filled.text,
            Locator(page=ink.number, box=ink.on_page(filled.cell.box)),
            Agreement.ALONE if ink.hides(filled.cell.box) else positions.confirm(filled.chars, filled.cell.box),
        )
        for filled in cells
    )
    repaired = "the lines of a cell do not close" if ruled.torn else ""
    return [(ruled.box[1], Grid(found, len(ruled.ys) - 1, len(ruled.xs) - 1, repaired))]


def _is_held(band: Band, held: set[int]) -> bool:
    """Whether a table seen by position is the one that was read between lines."""
    figures = [word.chars[0].order for row in band.rows for words in row.slots.values() for word in words]
    return sum(index in held for index in figures) * 2 > len(figures)


def _outside(lines: Sequence[TextLine], held: set[int]) -> list[TextLine]:
    left = (tuple(word for word in line.words if word.chars[0].order not in held) for line in lines)
    return [TextLine(words) for words in left if words]
