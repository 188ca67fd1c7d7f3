"""Read a .docx: paragraphs and tables in document order, merged cells, text as finally shown (tracked deletions left out)."""

from __future__ import annotations

import io
import zipfile

import docx
from docx.document import Document as Docx
from docx.opc.exceptions import PackageNotFoundError
from lxml import etree

from tasks.errors import DamagedDocument, DocumentTooLarge
from tasks.extract.grid import Piece, lay_out
from tasks.extract.version import READER_VERSION
from tasks.printed import Grid, Locator, Paragraph, Printed

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAX_UNPACKED = 256 * 1024 * 1024


def read(data: bytes) -> Printed:
    """.docx bytes → Printed. Table locators are (table, row, cell) from 0; paragraphs are numbered by `line` from 1."""
    body = _open(data).element.body
    blocks: list[Paragraph | Grid] = []
    tables = paragraphs = 0
    for element in body.iter(f"{_W}p", f"{_W}tbl"):
        if next(element.iterancestors(f"{_W}tbl"), None) is not None:
            continue
        if element.tag == f"{_W}tbl":
            blocks.append(_grid(element, tables))
            tables += 1
            continue
        paragraphs += 1
        text = _text(element)
        if text:
            blocks.append(Paragraph(text, Locator(line=paragraphs)))
    return Printed(tuple(blocks), (), "docx", READER_VERSION, _TYPE)


def _open(data: bytes) -> Docx:
    try:
        unpacked = sum(info.file_size for info in zipfile.ZipFile(io.BytesIO(data)).infolist())
        if unpacked > MAX_UNPACKED:
            raise DocumentTooLarge(
                f"{unpacked:,} bytes when unpacked", expected=f"at most {MAX_UNPACKED:,}", remedy="Look at it by eye."
            )
        return docx.Document(io.BytesIO(data))
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise DamagedDocument(f"the Word file is broken inside ({error})", remedy="Open it in Word and save it anew.") from error


def _grid(table: etree._Element, number: int) -> Grid:
    """A w:tbl. Vertical merges are chains of w:vMerge; only the cell that starts one carries text."""
    rows: list[list[Piece]] = []
    starts: dict[int, tuple[int, int]] = {}  # column → (row, position) of the cell whose merge is running there
    for row_number, row in enumerate(_children(table, "tr")):
        pieces: list[Piece] = []
        column = int(_value(row, "trPr/gridBefore") or 0)
        if column:
            pieces.append(Piece("", Locator(table=number, row=row_number, cell=-1), 1, column))
        for cell_number, cell in enumerate(_children(row, "tc")):
            colspan = int(_value(cell, "tcPr/gridSpan") or 1)
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merge is not None and merge.get(f"{_W}val") != "restart" and column in starts:
                up_row, up_position = starts[column]
                piece = rows[up_row][up_position]
                rows[up_row][up_position] = Piece(piece.text, piece.locator, piece.rowspan + 1, piece.colspan)
            else:
                starts.pop(column, None)
                if merge is not None:
                    starts[column] = (row_number, len(pieces))
                pieces.append(Piece(_cell_text(cell), Locator(table=number, row=row_number, cell=cell_number), 1, colspan))
            column += colspan
        rows.append(pieces)
    return lay_out(rows)


def _children(element: etree._Element, name: str) -> list[etree._Element]:
    """Direct children of a name, looking through w:sdt and w:ins wrappers; rows and cells marked deleted are left out."""
    found = []
    for child in element:
        if child.tag == f"{_W}{name}":
            if child.find(f"{_W}{name}Pr/{_W}del") is None:
                found.append(child)
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            found += _children(child, name)
    return found


def _value(element: etree._Element, path: str) -> str | None:
    found = element.find("/".join(_W + part for part in path.split("/")))
    return None if found is None else found.get(f"{_W}val")


def _cell_text(cell: etree._Element) -> str:
    return "\n".join(text for paragraph in cell.iter(f"{_W}p") if (text := _text(paragraph)))


def _text(paragraph: etree._Element) -> str:
    """The text as finally shown: tracked insertions in, deletions and moved-away runs and field codes out."""
    parts: list[str] = []
    for node in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr"):
        if next(node.iterancestors(f"{_W}del", f"{_W}moveFrom"), None) is not None:
            continue
        if next(node.iterancestors(f"{_W}p"), None) is not paragraph:
            continue
        parts.append(node.text or "" if node.tag == f"{_W}t" else "\n" if node.tag in (f"{_W}br", f"{_W}cr") else " ")
    return "".join(parts).strip()
