"""Tell tables of figures from tables that lay out a page, and make Grids of the first.

A table of figures may hold prose rows (a section's heading, the narrative, all in one table): the Grid is parted there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from tasks.extract.grid import lay_out
from tasks.extract.page_words import is_statutory
from tasks.printed import Grid, Locator

_LONG = 120  # characters: a cell longer than this holds prose
_FIGURE = re.compile(r"[+\-−－＋]?[\d０-９][\d０-９,，.．\s]*(?:\D{1,2})?|[/\-—–－／]{1,2}")
_SPAN = re.compile(r"\s*\+?(\d{1,6})")
REST = 100  # a colspan from which it means "all the rest of the row"


class Run(Protocol):
    """A run of text."""

    @property
    def text(self) -> str:
        """What it prints."""


@dataclass(slots=True)
class HtmlCell:
    """A cell as the markup states it; `blocks` are the runs of text and the tables in it.

    `text` is the cell's own, set when the cell ends; what begins a line of its own begins one there.
    """

    path: str
    rowspan: int = 1
    colspan: int = 1
    blocks: list[Run | Grid] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)  # notes' marks, left out of the text
    text: str = ""
    grids: list[Grid] = field(default_factory=list)
    is_doubtful: bool = False
    is_struck: bool = False

    @property
    def locator(self) -> Locator:
        """Where the cell stands."""
        return Locator(path=self.path)


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
    if value is None or value == "1":
        return 1
    digits = _SPAN.match(value)
    return int(digits[1]) if digits else 1


def read_table(table: HtmlTable) -> list[Run | Grid]:
    """The table's blocks: one Grid, or more with prose between; for a layout table, what stands in its cells."""
    rows = _shown_order(table)
    is_simple = not any(cell.grids or len(cell.text) > _LONG for row in rows for cell in row.cells)
    if max((len(row.cells) for row in rows), default=0) < 2 or not (is_simple or _holds_figures(rows)):
        return [block for row in rows for cell in row.cells for block in cell.blocks]
    if is_simple:
        return _grid(rows)
    blocks: list[Run | Grid] = []
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
    """Whether a table with prose or tables inside is one of figures all the same: it has rows of figures of its own."""
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


def _grid(rows: list[HtmlRow]) -> list[Run | Grid]:
    if not any(row.cells for row in rows):
        return []
    grid = lay_out([row.cells for row in rows], [row.group for row in rows])
    return [grid, *(inner for row in rows for cell in row.cells for inner in cell.grids)]
