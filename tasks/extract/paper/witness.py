"""Ask a third, independent witness about a disputed page: pdfplumber, which decodes characters and finds tables by itself."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tasks.extract.paper.ink import Box
from tasks.extract.paper.words import is_figure_text
from tasks.printed import Agreement, Grid, GridCell, Paragraph

_NEAR = 4.0  # points within which the witness's cell is the one in question

Blocks = Sequence[Paragraph | Grid]

logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns for each odd font, to the user's screen


class Witness:
    """pdfplumber over a document, opened only when a page is disputed."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._pdf: Any = None

    def hear(self, blocks: Blocks, page: int) -> Blocks:
        """The blocks of a page, its disputed figures settled where the witness sees just what one reading saw."""
        if not any(_is_disputed(cell) for block in blocks if isinstance(block, Grid) for cell in block.cells):
            return blocks
        seen = self._seen(page)
        return [_settled(block, seen) if isinstance(block, Grid) else block for block in blocks]

    def close(self) -> None:
        """Let go of the document."""
        if self._pdf is not None:
            self._pdf.close()

    def _seen(self, number: int) -> _Seen:
        """What pdfplumber finds on a page; nothing where it cannot read it."""
        import pdfplumber

        try:
            if self._pdf is None:
                self._pdf = pdfplumber.open(io.BytesIO(self._data))
            page = self._pdf.pages[number - 1]
            seen = _Seen(_cells(page), page)
        except Exception:  # a witness that fails says nothing: pdfminer raises whatever a broken file makes it
            return _Seen([], None)
        return seen


@dataclass(frozen=True, slots=True)
class _Seen:
    """A page as pdfplumber sees it: the cells of its tables with their texts, and the page for a closer look."""

    cells: list[tuple[Box, str]]
    page: Any

    def texts(self, box: Box) -> list[str]:
        """The texts of its cells at a box; where its tables have none there, what stands in the box if no line crosses it."""
        found = [text for own, text in self.cells if all(abs(a - b) < _NEAR for a, b in zip(box, own, strict=True))]
        if found or self.page is None or any(_crosses(edge, box, self.page) for edge in self.page.edges):
            return found
        left, top = self.page.bbox[:2]
        inside = self.page.crop((left + box[0], top + box[1], left + box[2], top + box[3]), strict=False)
        return [inside.extract_text()]


def _cells(page: Any) -> list[tuple[Box, str]]:
    left, top = page.bbox[:2]
    found = []
    for table in page.find_tables():
        for row, texts in zip(table.rows, table.extract(), strict=True):
            for box, text in zip(row.cells, texts, strict=True):
                if box is not None:
                    found.append(((box[0] - left, box[1] - top, box[2] - left, box[3] - top), text or ""))
    return found


def _crosses(edge: dict[str, Any], box: Box, page: Any) -> bool:
    """Whether a line runs through a box, not along its sides."""
    left, top = page.bbox[:2]
    x0, x1, upper, lower = edge["x0"] - left, edge["x1"] - left, edge["top"] - top, edge["bottom"] - top
    inner = (box[0] + _NEAR, box[1] + _NEAR, box[2] - _NEAR, box[3] - _NEAR)
    return bool(x1 > inner[0] and x0 < inner[2] and lower > inner[1] and upper < inner[3])


def _is_disputed(cell: GridCell) -> bool:
    return cell.agreement is Agreement.DISPUTED and is_figure_text(cell.text)


def _settled(grid: Grid, seen: _Seen) -> Grid:
    return replace(grid, cells=tuple(_heard(cell, seen) if _is_disputed(cell) else cell for cell in grid.cells))


def _heard(cell: GridCell, seen: _Seen) -> GridCell:
    texts = seen.texts(cell.locator.box) if cell.locator.box else []
    if len(texts) == 1 and "".join(texts[0].split()) == "".join(cell.text.split()):
        return replace(cell, agreement=Agreement.WITNESSED)
    return cell
