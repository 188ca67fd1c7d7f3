"""From the rows of a Word table to blocks: statutory tables as Grids, tables that only lay out the page as what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from tasks.printed import Grid, GridCell, Locator, Paragraph

_LONG = 120  # characters: a cell longer than this holds prose
_FIGURE = re.compile(r"[\d０-９.．,，+\-－\s]*[\d０-９][\d０-９.．,，\s]*")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture where it stands among the blocks: its path in the package."""

    part: str


Block = Paragraph | Grid | Picture


@dataclass(slots=True)
class WordCell:
    """A w:tc: its place and width in grid columns, whether it begins or continues a vertical merge, and what it holds."""

    table: int
    row: int
    cell: int
    column: int
    colspan: int
    merge: str = ""  # "", "restart" or "continue"
    blocks: list[Block] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The paragraphs of the cell, a line each."""
        texts = [block.text for block in self.blocks if isinstance(block, Paragraph)]
        return texts[0] if len(texts) == 1 else "\n".join(texts)

    @property
    def locator(self) -> Locator:
        """Table, row and cell."""
        return Locator(table=self.table, row=self.row, cell=self.cell)


def table_blocks(rows: Sequence[Sequence[WordCell]]) -> Iterator[Block]:
    """Rows → blocks: runs of rows that hold figures and labels are Grids; a row of layout is opened in reading order."""
    alone = all(sum(cell.merge != "continue" for cell in row) <= 1 for row in rows)
    for is_layout, run in groupby(rows, key=lambda row: alone or _is_layout(row)):
        if is_layout:
            yield from (block for row in run for cell in row if cell.merge != "continue" for block in cell.blocks)
        else:
            yield _grid(list(run))


def _is_layout(row: Sequence[WordCell]) -> bool:
    """Whether a row only places things: a table or picture inside it, or prose and no figure beside it."""
    for cell in row:
        for block in cell.blocks:
            if not isinstance(block, Paragraph):
                return True
    texts = [cell.text for cell in row if cell.merge != "continue"]
    printed = [text for text in texts if text]
    if len(row) == 1 and len(printed) == 1 and len(row[0].blocks) > 1:
        return True
    return any(len(text) > _LONG for text in printed) and not any(_FIGURE.fullmatch(text) for text in printed)


def _grid(rows: Sequence[Sequence[WordCell]]) -> Grid:
    """The cells at the columns that the document states; a cell that continues a merge makes the one above taller."""
    cells: list[WordCell] = []
    tops: list[int] = []
    heights: list[int] = []
    above: dict[int, int] = {}  # column → index of the cell whose merge runs there
    repaired = ""
    for number, row in enumerate(rows):
        running: dict[int, int] = {}
        for cell in row:
            index = above.get(cell.column) if cell.merge == "continue" else None
            if index is None:
                index = len(cells)
                cells.append(cell)
                tops.append(number)
                heights.append(1)
            else:
                heights[index] += 1
                repaired = repaired or _doubt(cells[index], cell)
            if cell.merge:
                running[cell.column] = index
        above = running
    found = tuple(
        GridCell(top, cell.column, height, cell.colspan, cell.text, cell.locator)
        for cell, top, height in zip(cells, tops, heights, strict=True)
    )
    return Grid(found, len(rows), max((cell.column + cell.colspan for cell in cells), default=0), repaired)


def _doubt(start: WordCell, cell: WordCell) -> str:
    if cell.colspan != start.colspan:
        return f"row {cell.row + 1}: a merged cell is wider or narrower than the one above"
    if cell.text not in ("", start.text):
        return f"row {cell.row + 1}: a merged cell holds text that Word does not show"
    return ""
