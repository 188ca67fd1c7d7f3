"""What a document prints, before any form is known: paragraphs and Grids, each with a locator that leads back to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Agreement(StrEnum):
    """How many readings stand behind a printed text. The first three leave no doubt of what was printed."""

    PLAIN = "plain"  # the format states cell and text (HTML, Word, sheet, text): one reading suffices
    AGREED = "agreed"  # two independent readings saw the same
    WITNESSED = "witnessed"  # two readings differed, and the third witness saw what one of them saw
    ALONE = "alone"  # only one reading saw it
    DISPUTED = "disputed"  # the readings saw different texts


@dataclass(frozen=True, slots=True)
class Locator:
    """Where something is printed. PDF: page (from 1) and box (x0, top, x1, bottom in points, origin top left).

    Image: page and box in pixels of the picture. HTML: `path`, an XPath. Word: table, row, cell (from 0, in document
    order, nested tables counted where they begin). Sheet: `path`, the sheet's name, with row and cell from 0. Text: line
    (from 1) and column (tab or pipe field, from 0).
    """

    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    path: str | None = None
    table: int | None = None
    row: int | None = None
    cell: int | None = None
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of text between tables, as printed."""

    text: str
    locator: Locator


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of a printed table: where it begins, how far it spans, and its text with line breaks kept."""

    row: int
    column: int
    rowspan: int
    colspan: int
    text: str
    locator: Locator
    agreement: Agreement = Agreement.PLAIN
    confidence: float = 1.0  # the recogniser's, for text read from a picture

    @property
    def is_sure(self) -> bool:
        """Whether the readings leave no doubt of the text (a picture's confidence is judged by normalise)."""
        return self.agreement in (Agreement.PLAIN, Agreement.AGREED, Agreement.WITNESSED)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as printed: `rows` × `columns` positions; `cells` in reading order. `repaired` says what was mended."""

    cells: tuple[GridCell, ...]
    rows: int
    columns: int
    repaired: str = ""
    loose: bool = False  # plain text: fields may have slipped sideways, so columns carry no meaning of their own


@dataclass(frozen=True, slots=True)
class Printed:
    """A document as printed: paragraphs and grids in reading order, and the page's own metadata (title, meta tags).

    `part` names the file inside a container ("a.zip" holding "b/report.pdf": "b/report.pdf"), blank for a plain file.
    `problems` are four-part messages on what of it could not be read.
    """

    blocks: tuple[Paragraph | Grid, ...]
    meta: tuple[tuple[str, str], ...]
    reader: str
    reader_version: str
    media_type: str
    pages: int | None = None
    part: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """A file inside a container that could not be read: its name there, the error's class name, its four-part message."""

    part: str
    kind: str
    reason: str
