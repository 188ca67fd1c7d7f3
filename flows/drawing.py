"""Draw figures where they stand: on the page of a PDF, in a picture, or on the page that LibreOffice makes of another file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flows.contain import Readers
from flows.explain import bare
from tasks.errors import DamagedDocument
from tasks.records import Reading
from warehouse.pages import Box, draw_pdf_page, draw_picture, to_pdf

_ONE_SHEET = "<style>@page{size:420mm 2400mm;margin:10mm}</style>"
_PAPER = ("pdf", "image")  # have pages of their own


@dataclass(frozen=True, slots=True)
class Drawing:
    """A document that can be drawn (kind pdf or image), and where on its pages the figures of a report stand."""

    data: bytes
    kind: str
    places: Mapping[str, tuple[int, Box]]

    def page(self, address: str) -> bytes:
        """The page with a figure boxed, as a PNG. Raises DamagedDocument where it cannot be drawn."""
        number, box = self.places[address]
        return self._draw(number, [box])

    def strips(self, addresses: Iterable[str]) -> tuple[bytes, ...]:
        """Of each page on which any of the figures stands, the strip with them, boxed, as PNGs."""
        by_page: dict[int, list[Box]] = defaultdict(list)
        for address in addresses:
            if address in self.places:
                number, box = self.places[address]
                by_page[number].append(box)
        return tuple(self._draw(number, boxes, is_strip=True) for number, boxes in sorted(by_page.items()))

    def _draw(self, number: int, boxes: list[Box], *, is_strip: bool = False) -> bytes:
        draw = draw_pdf_page if self.kind == "pdf" else draw_picture
        return draw(self.data, number, boxes, is_strip=is_strip)


def open_drawing(data: bytes, name: str, reading: Reading, readers: Readers) -> Drawing:
    """A document as it can be drawn. Raises DamagedDocument, or UnknownFormat where LibreOffice is needed and is not there."""
    from tasks.extract.sniff import sniff

    kind = sniff(data)
    if kind in ("zip", "gzip"):
        remedy = "Unpack it and explain the file itself."
        raise DamagedDocument(f"{reading.part} lies inside an archive", where=name, remedy=remedy)
    if kind in _PAPER:
        return Drawing(data, kind, _places(reading))
    suffix, body = _for_office(data, kind, name)
    drawn = to_pdf(body, suffix)
    return Drawing(drawn, "pdf", _in_drawing(drawn, reading, readers))


def _places(reading: Reading) -> dict[str, tuple[int, Box]]:
    located = ((cell.address, cell.locator.page, cell.locator.box) for cell in reading.cells)
    return {address: (page, box) for address, page, box in located if page is not None and box is not None}


def _for_office(data: bytes, kind: str, name: str) -> tuple[str, bytes]:
    """What LibreOffice is given. A web page goes on one long sheet, for it cuts off tables inside tables at a page's end."""
    if kind in ("ofd", "text", "unknown"):
        raise DamagedDocument(
            f"a file of kind {kind} has no page that could be drawn", where=name, remedy="The place above says where to look."
        )
    if kind != "html":
        return {"sheet": Path(name).suffix.lstrip(".") or "xlsx", "mht": "html"}.get(kind, kind), data
    from tasks.extract.encodings import decode

    return "html", (_ONE_SHEET + (decode(data) or "")).encode("utf-8-sig")


def _in_drawing(drawn: bytes, reading: Reading, readers: Readers) -> dict[str, tuple[int, Box]]:
    """The places of the figures in the PDF that LibreOffice made: at the same address, with the same text."""
    printed = {cell.address: bare(cell.raw) for cell in reading.cells}
    found: dict[str, tuple[int, Box]] = {}
    for each in readers.read(drawn, "the page as drawn", sha256(drawn).hexdigest()):
        if isinstance(each, Reading):
            same = {cell.address for cell in each.cells if printed.get(cell.address) == bare(cell.raw)}
            places = {address: place for address, place in _places(each).items() if address in same}
            found = max(found, places, key=len)
    return found
