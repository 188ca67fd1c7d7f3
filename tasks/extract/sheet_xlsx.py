"""The sheets of an .xlsx, straight from its XML: what it declares of its size is not believed, only the cells it holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from tasks.errors import DocumentTooLarge
from tasks.extract.package import Package
from tasks.extract.sheet_cells import MAX_CELLS, MAX_MERGED, UNKNOWN, Area, Sheet, Spot, marked
from tasks.extract.sheet_formats import GENERAL, built_in, show

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", _S[1:-1].encode()),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_ROW, _CELL, _VALUE, _FORMULA, _INLINE = f"{_S}row", f"{_S}c", f"{_S}v", f"{_S}f", f"{_S}is"
_ON = frozenset(("1", "true"))
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class _Style:
    code: str = GENERAL
    framed: bool = False


@dataclass(slots=True)
class _Book:
    strings: list[str] = field(default_factory=list)
    styles: list[_Style] = field(default_factory=list)
    from_1904: bool = False
    cells: int = 0


def read_sheets(package: Package) -> list[Sheet]:
    """All sheets of a workbook, in its order. Raises DamagedDocument, DocumentTooLarge."""
    main = package.main("xl/workbook.xml")
    root = _parsed(package, main)
    relations = {identity: (kind, target) for identity, kind, target in package.relationships(main)}
    parts = {kind: target for kind, target in relations.values() if package.has(target)}
    book = _Book()
    if "sharedStrings" in parts:
        book.strings = [_rich(item) for item in _parsed(package, parts["sharedStrings"]).iterchildren(f"{_S}si")]
    if "styles" in parts:
        book.styles = _styles(_parsed(package, parts["styles"]))
    properties = root.find(f"{_S}workbookPr")
    book.from_1904 = properties is not None and properties.get("date1904", "0") in _ON
    sheets = []
    for entry in root.iterfind(f"{_S}sheets/{_S}sheet"):
        kind, target = relations.get(entry.get(_ID, ""), ("", ""))
        if kind == "worksheet" and package.has(target):
            sheet = Sheet(entry.get("name", ""), hidden=entry.get("state", "visible") != "visible")
            _fill(sheet, _parsed(package, target), book)
            sheets.append(sheet)
    return sheets


def _parsed(package: Package, part: str) -> etree._Element:
    source = package.read(part)
    for strict, usual in _STRICT if b"http://purl.oclc.org/ooxml/" in source else ():
        source = source.replace(strict, usual)
    return package.parse(source)


def _rich(item: etree._Element) -> str:
    """A shared or inline string; phonetic guides are left out."""
    parts = []
    for child in item:
        if child.tag == f"{_S}t":
            parts.append(child.text or "")
        elif child.tag == f"{_S}r":
            align, strike = child.find(f"{_S}rPr/{_S}vertAlign"), child.find(f"{_S}rPr/{_S}strike")
            where = align.get("val") if align is not None else ""
            struck = strike is not None and strike.get("val", "1") in _ON
            text = "".join(text.text or "" for text in child.iterchildren(f"{_S}t"))
            parts.append(marked(text, raised=where == "superscript", lowered=where == "subscript", struck=struck))
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), "".join(parts)).replace("\r\n", "\n").replace("\r", "\n")


def _styles(root: etree._Element) -> list[_Style]:
    codes = {entry.get("numFmtId", ""): entry.get("formatCode", GENERAL) for entry in root.iterfind(f"{_S}numFmts/{_S}numFmt")}
    frames = [
        any(side.get("style", "none") != "none" for side in border if not side.tag.endswith("}diagonal"))
        for border in root.iterfind(f"{_S}borders/{_S}border")
    ]
    styles = []
    for entry in root.iterfind(f"{_S}cellXfs/{_S}xf"):
        number, border = entry.get("numFmtId", "0"), _whole(entry.get("borderId"), 0)
        code = codes[number] if number in codes else built_in(_whole(number, 0))
        styles.append(_Style(code, 0 <= border < len(frames) and frames[border]))
    return styles


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else otherwise


def _fill(sheet: Sheet, root: etree._Element, book: _Book) -> None:
    view = root.find(f"{_S}sheetViews/{_S}sheetView")
    blank_zero = view is not None and view.get("showZeros", "1") not in _ON
    for column in root.iterfind(f"{_S}cols/{_S}col"):
        if column.get("hidden", "0") in _ON or column.get("width") == "0":
            sheet.hidden_columns.append((_whole(column.get("min"), 1) - 1, _whole(column.get("max"), 1) - 1))
    number = -1
    for row in root.iterfind(f"{_S}sheetData/{_ROW}"):
        number = _whole(row.get("r"), number + 2) - 1
        if row.get("hidden", "0") in _ON or row.get("ht") == "0":
            sheet.hidden_rows.add(number)
        column_number = -1
        for cell in row.iterchildren(_CELL):
            place = _place(cell.get("r", ""))
            column_number = place[1] if place else column_number + 1
            spot = _spot(cell, sheet, book, blank_zero=blank_zero)
            if spot.text or spot.framed:
                book.cells += 1
                if book.cells > MAX_CELLS:
                    raise DocumentTooLarge(
                        f"more than {MAX_CELLS:,} cells", expected=f"at most {MAX_CELLS:,}", remedy="Split the workbook."
                    )
                sheet.spots[number, column_number] = spot
    for entry in root.iterfind(f"{_S}mergeCells/{_S}mergeCell"):
        first, _, last = entry.get("ref", "").partition(":")
        start, end = _place(first), _place(last or first)
        if start and end and len(sheet.merged) < MAX_MERGED:
            sheet.merged.append(Area(min(start[0], end[0]), min(start[1], end[1]), max(start[0], end[0]), max(start[1], end[1])))


def _place(reference: str) -> tuple[int, int] | None:
    """(row, column) from 0 of a reference such as C12."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


def _spot(cell: etree._Element, sheet: Sheet, book: _Book, *, blank_zero: bool) -> Spot:
    style = _Style()
    index = _whole(cell.get("s"), 0)
    if index < len(book.styles):
        style = book.styles[index]
    value = formula = inline = None
    for child in cell:
        if child.tag == _VALUE:
            value = child.text
        elif child.tag == _FORMULA:
            formula = child
        elif child.tag == _INLINE:
            inline = child
    kind = cell.get("t", "n")
    if formula is not None and not value and kind != "str":
        sheet.uncounted += 1
        return Spot(UNKNOWN, style.framed, sure=False)
    if kind == "inlineStr" and inline is not None:
        return Spot(_rich(inline), style.framed)
    if value is None:
        return Spot("", style.framed)
    if kind == "n":
        text, sure = show(value, style.code, from_1904=book.from_1904)
        return Spot("" if blank_zero and not float(value or 0) else text, style.framed, sure)
    return Spot(_SHOWN.get(kind, str)(value) if kind != "s" else _shared(book, value), style.framed)


def _shared(book: _Book, value: str) -> str:
    number = _whole(value, -1)
    return book.strings[number] if 0 <= number < len(book.strings) else UNKNOWN


_SHOWN: dict[str, Callable[[str], str]] = {"b": lambda value: "TRUE" if value == "1" else "FALSE"}
