"""Tell tables of figures from tables that lay out a page, and make Grids of the first.

A table of figures may hold prose rows (a section's heading, the narrative, all in one table): the Grid is parted there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tasks.extract.grid import Piece, lay_out
from tasks.extract.page_words import is_statutory
from tasks.printed import Grid, Locator, Paragraph

_LONG = 120  # characters: a cell longer than this holds prose
_FIGURE = re.compile(r"[+\-−－＋]?[\d０-９][\d０-９,，.．\s]*(?:\D{1,2})?|[/\-—–－／]{1,2}")
_SPAN = re.compile(r"\s*\+?(\d{1,6})")
REST = 100  # a colspan from which it means "all the rest of the row"


@dataclass(slots=True)
class HtmlCell:
    """A cell as the markup states it; `blocks` are the runs of text and the tables in it."""

    path: str
    rowspan: int = 1
    colspan: int = 1
    blocks: list[Paragraph | Grid] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)  # notes' marks, left out of the text
    is_doubtful: bool = False
    is_struck: bool = False

    @property
    def text(self) -> str:
        """The cell's own text; what begins a line of its own begins one here."""
        return "\n".join(block.text for block in self.blocks if isinstance(block, Paragraph))

    @property
    def grids(self) -> list[Grid]:
        """The tables of figures in the cell."""
        return [block for block in self.blocks if isinstance(block, Grid)]


@dataclass(slots=True)
class HtmlRow:
    """A row, and the number of the group (thead, tbody, tfoot) it stands in."""

    group: int
    cells: list[HtmlCell] = field(default_factory=list)


@dataclass(slots=True)
class HtmlTable:
    """A table as the markup states it. `groups` holds, by number, what each group is."""

    rows: list[HtmlRow] = field(default_factory=list)
    groups: list[str] = field(default_factory=lambda: ["tbody"])


def span(value: str | None) -> int:
    """A stated span: its leading digits, as browsers read it ("100%" is 100); 1 for what has none."""
    digits = _SPAN.match(value) if value else None
    return int(digits[1]) if digits else 1


def read_table(table: HtmlTable) -> list[Paragraph | Grid]:
    """The table's blocks: one Grid, or more with prose between; for a layout table, what stands in its cells."""
    rows = _shown_order(table)
    if not rows or not _holds_figures(rows):
        return [block for row in rows for cell in row.cells for block in cell.blocks]
    blocks: list[Paragraph | Grid] = []
    part: list[HtmlRow] = []
    for row in _with_breaks(rows):
        if row is not None:
            part.append(row)
            continue
        prose = part.pop()
        blocks += _grid(part)
        blocks += [block for cell in prose.cells for block in cell.blocks]
        part = []
    return blocks + _grid(part)


def _shown_order(table: HtmlTable) -> list[HtmlRow]:
    """The head's rows first and the foot's last, wherever the markup has them."""
    rank = {"thead": 0, "tfoot": 2}
    if len(table.groups) < 3:
        return table.rows
    return sorted(table.rows, key=lambda row: rank.get(table.groups[row.group], 1))


def _holds_figures(rows: list[HtmlRow]) -> bool:
    """Whether it is a table of figures: two columns or more, no prose, no table inside, except beside rows of figures."""
    if max(len(row.cells) for row in rows) < 2:
        return False
    is_simple = not any(len(cell.text) > _LONG or cell.grids for row in rows for cell in row.cells)
    if is_simple:
        return True
    figures = sum(_is_figured(row) for row in rows)
    own = "".join(cell.text for row in rows for cell in row.cells if len(cell.text) <= _LONG)
    return figures > 0 and (figures > 2 or is_statutory(own))


def _is_figured(row: HtmlRow) -> bool:
    """Whether a row prints a label and a figure, in cells that hold nothing else."""
    own = [cell for cell in row.cells if not cell.grids]
    figures = sum(bool(_FIGURE.fullmatch(cell.text)) for cell in own)
    return figures > 0 and (len(own) > figures or figures > 6)


def _with_breaks(rows: list[HtmlRow]) -> Iterator[HtmlRow | None]:
    """The rows, and None after each row of prose that no cell spans into or out of."""
    reach = 0  # the first row that no cell above spans into
    for number, row in enumerate(rows):
        yield row
        is_free = reach <= number
        reach = max([reach, *(number + (cell.rowspan or len(rows)) for cell in row.cells)])
        if is_free and reach <= number + 1 and _is_prose(row):
            yield None


def _is_prose(row: HtmlRow) -> bool:
    filled = [cell for cell in row.cells if cell.blocks]
    if not filled or _is_figured(row):
        return False
    return any(len(cell.text) > _LONG or cell.grids for cell in filled)


def _grid(rows: list[HtmlRow]) -> list[Paragraph | Grid]:
    if not any(row.cells for row in rows):
        return []
    pieces = [
        [
            Piece(
                cell.text,
                Locator(path=cell.path),
                cell.rowspan,
                cell.colspan if cell.colspan < REST else 0,
                cell.is_doubtful or "\ufffd" in cell.text,
            )
            for cell in row.cells
        ]
        for row in rows
    ]
    grid = lay_out(pieces, [row.group for row in rows])
    inner = [block for row in rows for cell in row.cells for block in cell.grids]
    return [grid, *inner]
