"""Read a PDF with a text layer: ruled tables by their lines (pdfplumber), each cell read again by pdfium as a witness.

What stands outside ruled tables is read by position (positions.py).
"""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import pdfplumber
import pypdfium2
from pdfplumber.page import Page
from pdfplumber.utils.exceptions import PdfminerException
from pdfplumber.utils.text import extract_text

from tasks.errors import DamagedDocument, DocumentTooLarge
from tasks.extract import scan
from tasks.extract.positions import read_lines
from tasks.extract.version import READER_VERSION
from tasks.printed import Agreement, Grid, GridCell, Locator, Paragraph, Printed

MAX_PAGES = 300
_NEAR = 3.0  # points within which two edges are one
_LEAST_TEXT = 30  # characters under which a whole document counts as a scan

Box = tuple[float, float, float, float]
Char = dict[str, Any]

logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns for each odd font, to the user's screen


def read(data: bytes, name: str) -> Printed:
    """PDF bytes → Printed. A cell whose two readings differ is marked DISPUTED. Raises NoTextLayer for a scan."""
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf, pypdfium2.PdfDocument(data) as witness:
            if len(pdf.pages) > MAX_PAGES:
                raise DocumentTooLarge(
                    f"{len(pdf.pages)} pages", where=name, expected=f"at most {MAX_PAGES}", remedy="Split the file."
                )
            blocks: list[Paragraph | Grid] = []
            characters = 0
            for page in pdf.pages:
                characters += len(page.chars)
                blocks += _read_page(page, witness[page.page_number - 1].get_textpage())
                page.close()
            pages = len(pdf.pages)
    except (PdfminerException, pypdfium2.PdfiumError) as error:
        raise DamagedDocument(
            f"the PDF cannot be opened ({error})", where=name, remedy="Fetch it again, or remove its password."
        ) from error
    if characters < _LEAST_TEXT:
        return scan.read(data, name)
    return Printed(tuple(blocks), (), "pdf", READER_VERSION, "application/pdf", pages)


def _read_page(page: Page, witness: Any) -> list[Paragraph | Grid]:
    chars = [char for char in page.chars if not _is_oblique(char)]
    oblique = [char for char in page.chars if _is_oblique(char)]
    tables = [table for table in page.find_tables() if len(table.cells) > 1]
    inside: list[tuple[float, Grid | Paragraph]] = []
    for table in tables:
        grid = _grid(table.cells, chars, oblique, page, witness)
        if grid.columns > 1:
            inside.append((table.bbox[1], grid))
        else:
            inside += [
                (cell.locator.box[1], Paragraph(cell.text, cell.locator)) for cell in grid.cells if cell.text and cell.locator.box
            ]
    boxes = [table.bbox for table in tables]
    outside = [char for char in chars if not any(_holds(box, char) for box in boxes)]
    blocks = inside + read_lines(outside, page.page_number, [box[1] for box in boxes])
    return [block for _, block in sorted(blocks, key=lambda pair: pair[0])]


def _is_oblique(char: Char) -> bool:
    """Whether a character is set at a slant over the page: a watermark, which belongs to no cell."""
    across, up = abs(char["matrix"][0]), abs(char["matrix"][1])
    return bool(min(across, up) > 0.05 * max(across, up))


def _grid(boxes: Sequence[Box], chars: Sequence[Char], oblique: Sequence[Char], page: Page, witness: Any) -> Grid:
    xs = _edges(x for box in boxes for x in (box[0], box[2]))
    ys = _edges(y for box in boxes for y in (box[1], box[3]))
    held = _by_box(boxes, chars)
    marks = _by_box(boxes, oblique)
    cells = []
    for box in sorted(set(boxes), key=lambda box: (_index(ys, box[1]), box[0])):
        row, column = _index(ys, box[1]), _index(xs, box[0])
        text = _text(held[box])
        agreed = _squeeze(text) == _without(_squeeze(_bounded(witness, page, box)), marks[box])
        locator = Locator(page=page.page_number, box=(round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1)))
        cells.append(
            GridCell(
                row,
                column,
                _index(ys, box[3]) - row,
                _index(xs, box[2]) - column,
                text,
                locator,
                Agreement.AGREED if agreed else Agreement.DISPUTED,
            )
        )
    return Grid(tuple(cells), len(ys) - 1, len(xs) - 1)


def _by_box(boxes: Sequence[Box], chars: Sequence[Char]) -> dict[Box, list[Char]]:
    held: dict[Box, list[Char]] = {box: [] for box in boxes}
    for char in chars:
        for box in boxes:
            if _holds(box, char):
                held[box].append(char)
                break
    return held


def _without(text: str, marks: Sequence[Char]) -> str:
    for mark in marks:
        text = text.replace(_squeeze(mark["text"]), "", 1)
    return text


def _holds(box: Box, char: Char) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _text(chars: list[Char]) -> str:
    return extract_text(chars).strip() if chars else ""


def _bounded(witness: Any, page: Page, box: Box) -> str:
    """The same box as pdfium reads it; pdfium's origin is the bottom left of the page."""
    left, bottom = page.mediabox[0], page.mediabox[1]
    height = float(page.height)
    text: str = witness.get_text_bounded(left + box[0], bottom + height - box[3], left + box[2], bottom + height - box[1])
    return text


def _squeeze(text: str) -> str:
    return re.sub(r"[\s\ufffe\u0002]+", "", unicodedata.normalize("NFKC", text))


def _edges(values: Iterator[float]) -> list[float]:
    ordered = sorted(values)
    return [ordered[0]] + [b for a, b in pairwise(ordered) if b - a > _NEAR]


def _index(edges: Sequence[float], value: float) -> int:
    return min(range(len(edges)), key=lambda i: abs(edges[i] - value))
