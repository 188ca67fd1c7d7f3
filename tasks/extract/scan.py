"""Read the pages of a PDF that are pictures: each rendered and recognised. Needs the extra `ocr`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pypdfium2

from tasks.extract.picture.models import require
from tasks.extract.version import READER_VERSION
from tasks.printed import Grid, Locator, Paragraph, Printed

if TYPE_CHECKING:
    from tasks.extract.picture.ink import Colour

_DPI = 200
_MOST_PIXELS = 40_000_000


def read(data: bytes, name: str) -> Printed:
    """PDF bytes → Printed, every page taken for a picture; boxes in points. Raises NoTextLayer without the extra."""
    require(name)
    blocks: list[Paragraph | Grid] = []
    with pypdfium2.PdfDocument(data) as document:
        for number in range(1, len(document) + 1):
            blocks += read_page(document, number)
        return Printed(tuple(blocks), (), "ocr", READER_VERSION, "application/pdf", len(document))


def read_page(document: pypdfium2.PdfDocument, number: int) -> list[Paragraph | Grid]:
    """The blocks of one page (from 1), recognised; boxes in points, origin top left."""
    from tasks.extract.picture import pages

    picture, scale = _render(document, number)
    return pages.read_page(picture, scale, number)


def reread(data: bytes, locator: Locator) -> str:
    """The text in a locator's box, recognised again from the bytes; blank for a locator of another kind."""
    if locator.page is None or locator.box is None:
        return ""
    from tasks.extract.picture import pages

    with pypdfium2.PdfDocument(data) as document:
        picture, scale = _render(document, locator.page)
    return pages.reread_page(picture, scale, locator.box)


def _render(document: pypdfium2.PdfDocument, number: int) -> tuple[Colour, float]:
    """The page's picture, red first, and what one of its pixels measures in points."""
    import numpy as np

    page = document[number - 1]
    width, height = page.get_size()
    zoom = min(_DPI / 72, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    bitmap = page.render(scale=zoom, rev_byteorder=True)
    picture = np.array(bitmap.to_numpy()[:, :, :3], np.uint8)
    bitmap.close()
    page.close()
    return picture, width / picture.shape[1]
