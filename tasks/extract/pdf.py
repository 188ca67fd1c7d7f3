"""Read a PDF: pages with text through pdfium, twice; disputed pages also by pdfplumber; pages that are pictures by OCR."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pypdfium2
import pypdfium2.raw as pdfium

from tasks.errors import DamagedDocument, DocumentTooLarge, NoTextLayer
from tasks.extract import scan
from tasks.extract.paper.ink import Ink
from tasks.extract.paper.layers import hidden_layers
from tasks.extract.paper.pdfium import take_ink
from tasks.extract.paper.ruled import in_order
from tasks.extract.paper.stand_in import use_stand_in
from tasks.extract.paper.tables import read_ink
from tasks.extract.paper.witness import Witness
from tasks.extract.paper.words import mark_notes, text_lines
from tasks.extract.version import READER_VERSION
from tasks.printed import Grid, Locator, Paragraph, Printed

MAX_PAGES = 300
_LEAST_TEXT = 30  # characters under which a page of pictures counts as a scan
_PICTURE = 0.4  # share of a page under pictures from which it may be a scan
_SHOWN_NOTES = (pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP)
_MAX_NOTES = 5000
_ODD_LETTERS = re.compile("[\x7f-\u1fff\ue000-\uf8ff]")
_ODD = 0.03  # share of characters of no Chinese or plain Latin kind from which a text layer is not believed
_PLAY = 0.06  # points: boxes are rounded to a tenth


def read(data: bytes, name: str) -> Printed:
    """PDF bytes → Printed. Raises NoTextLayer for a scan without the extra `ocr`, DamagedDocument, DocumentTooLarge."""
    use_stand_in()
    try:
        with pypdfium2.PdfDocument(data) as document:
            pages = len(document)
            if pages > MAX_PAGES:
                raise DocumentTooLarge(f"{pages} pages", where=name, expected=f"at most {MAX_PAGES}", remedy="Split the file.")
            inks = _inks(document, data)
            scans = tuple(number for number, ink in enumerate(inks, start=1) if is_scan(ink))
            if not any(ink.chars or ink.drawn for ink in inks):
                raise NoTextLayer(f"{pages} empty pages", where=name, expected="a report", remedy="Fetch it again.")
            problems = _missing_reader(scans, pages, name)
            blocks = _blocks(document, data, inks, () if problems else scans)
    except pypdfium2.PdfiumError as error:
        raise DamagedDocument(
            f"the PDF cannot be opened ({error})", where=name, remedy="Fetch it again, or remove its password."
        ) from error
    reader = "ocr" if scans and not problems else "pdf"
    return Printed(tuple(blocks), (), reader, READER_VERSION, "application/pdf", pages, problems=problems)


def _inks(document: pypdfium2.PdfDocument, data: bytes) -> list[Ink]:
    off = hidden_layers(data)
    return [_ink(document, number, off) for number in range(1, len(document) + 1)]


def _missing_reader(scans: Sequence[int], pages: int, name: str) -> tuple[str, ...]:
    """What is lost without the extra `ocr`, where only some pages are pictures; raises NoTextLayer where all are."""
    if not scans:
        return ()
    from tasks.extract.picture.models import require

    try:
        require(f"{name}, page {', '.join(map(str, scans))}")
    except NoTextLayer as error:
        if len(scans) == pages:
            raise
        return (str(error),)
    return ()


def _blocks(document: pypdfium2.PdfDocument, data: bytes, inks: Sequence[Ink], scans: Sequence[int]) -> list[Paragraph | Grid]:
    """The blocks of all pages; of those that are pictures, as recognised."""
    blocks: list[Paragraph | Grid] = []
    witness = Witness(data)
    try:
        for ink in inks:
            if ink.number in scans:
                blocks += scan.read_page(document, ink.number)
            elif not is_garbled(ink):
                blocks += witness.hear(read_ink(ink), ink.number)
    finally:
        witness.close()
    return blocks


def _ink(document: pypdfium2.PdfDocument, number: int, off: frozenset[str]) -> Ink:
    page = document[number - 1]
    try:
        if _has_forms(page):  # what is filled into a form field or stamped on shows, but is no text of the page yet
            pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY)
            page.close()
            page = document[number - 1]
        return take_ink(page, number, off)
    finally:
        page.close()


def _has_forms(page: pypdfium2.PdfPage) -> bool:
    for i in range(min(pdfium.FPDFPage_GetAnnotCount(page.raw), _MAX_NOTES)):
        note = pdfium.FPDFPage_GetAnnot(page.raw, i)
        kind = pdfium.FPDFAnnot_GetSubtype(note)
        pdfium.FPDFPage_CloseAnnot(note)
        if kind in _SHOWN_NOTES:
            return True
    return False


def is_scan(ink: Ink) -> bool:
    """Whether a page is a picture of a page: little text and large pictures, nothing at all, or text in no sane letters."""
    is_bare = len(ink.chars) < _LEAST_TEXT
    return (is_bare and (ink.picture > _PICTURE or (ink.drawn > 0 and not ink.chars))) or is_garbled(ink)


def is_garbled(ink: Ink) -> bool:
    """Whether the text layer lies: the file's table of characters is broken, so that Chinese comes out as odd letters."""
    return len(_ODD_LETTERS.findall("".join([char.text for char in ink.chars]))) > _ODD * len(ink.chars)


def reread(data: bytes, locator: Locator) -> str:
    """The text that stands in a locator's box, from the bytes alone; blank for a locator of another kind."""
    if locator.page is None or locator.box is None:
        return ""
    use_stand_in()
    with pypdfium2.PdfDocument(data) as document:
        ink = _ink(document, locator.page, hidden_layers(data))
    if is_scan(ink):
        return scan.reread(data, locator)
    x0, top, x1, bottom = locator.box
    inside = []
    for char in mark_notes(ink.chars):
        left, upper, right, lower = ink.on_page((char.x0, char.top, char.x1, char.bottom))
        if x0 - _PLAY <= (left + right) / 2 <= x1 + _PLAY and top - _PLAY <= (upper + lower) / 2 <= bottom + _PLAY:
            inside.append(char)
    lines = text_lines(inside)
    return lines[0].text if len(lines) == 1 else in_order(inside)
