"""Read pictures of pages: each straightened, its tables read cell by cell, the text around them line by line."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.extract.picture.cells import line_height, read_cells
from tasks.extract.picture.ink import Colour
from tasks.extract.picture.lattice import Box, Lattice, find_tables
from tasks.extract.picture.prose import read_prose
from tasks.extract.picture.straight import Straight, straighten
from tasks.printed import Grid, GridCell, Locator, Paragraph

_NEAR = 0.6  # share of a box that must be common for two boxes to mean the same cell


def read_pages(pictures: Sequence[Colour], scales: Sequence[float], first_page: int = 1) -> list[list[Paragraph | Grid]]:
    """The blocks of each page of one document, in reading order.

    A picture is height × width × 3, red first. `scales`: what one of its pixels measures in the caller's unit (72 / dpi
    for points). Locators hold the page's number and the box in that unit on the picture as given, origin top left.
    """
    return [
        read_page(picture, scale, number)
        for number, (picture, scale) in enumerate(zip(pictures, scales, strict=True), start=first_page)
    ]


def read_page(picture: Colour, scale: float, number: int) -> list[Paragraph | Grid]:
    """The blocks of one page, in reading order."""
    page = straighten(picture)
    tables = find_tables(page.grey)
    blocks: list[tuple[float, Paragraph | Grid]] = [(table.ys[0], _grid(page, table, scale, number)) for table in tables]
    lines = read_prose(page, [table.box for table in tables])
    blocks += [(line.box[1], Paragraph(line.text, _locate(page, line.box, scale, number))) for line in lines]
    return [block for _, block in sorted(blocks, key=lambda pair: pair[0])]


def reread_page(picture: Colour, scale: float, box: Box) -> str:
    """The text in a box that `read_page` gave, read again from the picture alone; blank when nothing is found there."""
    page = straighten(picture)
    tables = find_tables(page.grey)
    for table in tables:
        for slot in table.slots:
            if _same(_on_picture(page, slot.box, scale), box):
                return read_cells(page, [slot], line_height(page, table.slots))[0].text
    for line in read_prose(page, [table.box for table in tables]):
        if _same(_on_picture(page, line.box, scale), box):
            return line.text
    return ""


def _grid(page: Straight, table: Lattice, scale: float, number: int) -> Grid:
    filled = read_cells(page, table.slots, line_height(page, table.slots))
    cells = tuple(
        GridCell(
            slot.row,
            slot.column,
            slot.rowspan,
            slot.colspan,
            cell.text,
            _locate(page, slot.box, scale, number),
            cell.agreement,
            cell.confidence,
        )
        for slot, cell in zip(table.slots, filled, strict=True)
    )
    return Grid(cells, len(table.ys) - 1, len(table.xs) - 1, table.repaired)


def _locate(page: Straight, box: Box, scale: float, number: int) -> Locator:
    return Locator(page=number, box=_on_picture(page, box, scale))


def _on_picture(page: Straight, box: Box, scale: float) -> Box:
    x0, y0, x1, y1 = (round(edge * scale, 1) for edge in page.on_picture(box))
    return x0, y0, x1, y1


def _same(one: Box, other: Box) -> bool:
    return all(abs(a - b) < 0.15 for a, b in zip(one, other, strict=True))
