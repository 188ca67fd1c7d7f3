"""Ask a third, independent witness about a disputed page: pdfplumber, which decodes characters and finds tables by itself."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pypdfium2

from tasks.extract.page import Box
from tasks.extract.words import is_figure_text
from tasks.printed import Agreement, Grid, GridCell, Paragraph

_NEAR = 4.0  # points within which the witness's cell is the one in question
_CLOSE = 1.0  # points of play around a box

Blocks = Sequence[Paragraph | Grid]

logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns for each odd font, to the user's screen


class Witness:
    """pdfplumber over a document, opened only when a page is disputed."""

    def __init__(self, data: bytes, document: pypdfium2.PdfDocument) -> None:
        self._data, self._document = data, document
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

    def _seen(self, number: int) -> list[tuple[Box, str]]:
        """The cells that pdfplumber finds on a page, with their texts; none where it cannot read the page."""
        import pdfplumber

        try:
            if self._pdf is None:
                self._pdf = pdfplumber.open(io.BytesIO(self._data))
            page = self._pdf.pages[number - 1]
            left, top = page.bbox[:2]
            found = []
            for table in page.find_tables():
                for row, texts in zip(table.rows, table.extract(), strict=True):
                    for box, text in zip(row.cells, texts, strict=True):
                        if box is not None:
                            found.append(((box[0] - left, box[1] - top, box[2] - left, box[3] - top), text or ""))
            page.close()
        except Exception:  # a witness that fails says nothing: pdfminer raises whatever a broken file makes it
            return []
        return found


def _is_disputed(cell: GridCell) -> bool:
    return cell.agreement is Agreement.DISPUTED and is_figure_text(cell.text)


def _settled(grid: Grid, seen: Sequence[tuple[Box, str]]) -> Grid:
    return replace(grid, cells=tuple(_heard(cell, seen) if _is_disputed(cell) else cell for cell in grid.cells))


def _heard(cell: GridCell, seen: Sequence[tuple[Box, str]]) -> GridCell:
    own = cell.locator.box
    texts = [text for box, text in seen if own and all(abs(a - b) < _NEAR for a, b in zip(box, own, strict=True))]
    if len(texts) == 1 and "".join(texts[0].split()) == "".join(cell.text.split()):
        return replace(cell, agreement=Agreement.WITNESSED)
    return cell
