"""The sheets of an .xls (and of WPS Office's .et, which holds the same), through xlrd."""

from __future__ import annotations

import io

import xlrd

from tasks.errors import DamagedDocument, DocumentTooLarge
from tasks.extract.sheet_cells import MAX_CELLS, MAX_MERGED, Area, Sheet, Spot, marked
from tasks.extract.sheet_formats import GENERAL, show


def read_sheets(data: bytes) -> list[Sheet]:
    """All sheets of a workbook, in its order. Raises DamagedDocument, DocumentTooLarge."""
    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), formatting_info=True, ragged_rows=True)
    except xlrd.XLRDError as error:
        raise DamagedDocument(f"the sheet cannot be opened ({error})", remedy="Open it in Excel and save it as .xlsx.") from error
    sheets = [_sheet(book, source) for source in book.sheets()]
    if sum(len(sheet.spots) for sheet in sheets) > MAX_CELLS:
        raise DocumentTooLarge(f"more than {MAX_CELLS:,} cells", expected=f"at most {MAX_CELLS:,}", remedy="Split the workbook.")
    return sheets


def _sheet(book: xlrd.Book, source: xlrd.sheet.Sheet) -> Sheet:
    sheet = Sheet(source.name, hidden=source.visibility != 0)
    sheet.hidden_rows = {row for row, info in source.rowinfo_map.items() if info.hidden or info.height == 0}
    sheet.hidden_columns = [(column, column) for column, info in source.colinfo_map.items() if info.hidden or info.width == 0]
    sheet.merged = [Area(top, left, bottom - 1, right - 1) for top, bottom, left, right in source.merged_cells[:MAX_MERGED]]
    for row in range(source.nrows):
        for column in range(source.row_len(row)):
            spot = _spot(book, source, row, column)
            if spot.text or spot.framed:
                sheet.spots[row, column] = spot
    return sheet


def _spot(book: xlrd.Book, source: xlrd.sheet.Sheet, row: int, column: int) -> Spot:
    cell = source.cell(row, column)
    code, framed = GENERAL, False
    if cell.xf_index is not None and cell.xf_index < len(book.xf_list):
        look = book.xf_list[cell.xf_index]
        border = look.border
        framed = any((border.top_line_style, border.bottom_line_style, border.left_line_style, border.right_line_style))
        code = book.format_map[look.format_key].format_str if look.format_key in book.format_map else GENERAL
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return Spot(_rich(book, source, row, column, cell.value), framed)
    if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        if not cell.value and not source.show_zero_values:
            return Spot("", framed)
        text, sure = show(repr(cell.value), code, from_1904=book.datemode == 1)
        return Spot(text, framed, sure)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return Spot("TRUE" if cell.value else "FALSE", framed)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return Spot(xlrd.error_text_from_code.get(cell.value, "#ERROR!"), framed)
    return Spot("", framed)


def _rich(book: xlrd.Book, source: xlrd.sheet.Sheet, row: int, column: int, text: str) -> str:
    """A cell's text; stretches set raised, lowered or struck through keep that."""
    runs = source.rich_text_runlist_map.get((row, column), ())
    parts, start, look = [], 0, None
    for offset, font in (*runs, (len(text), -1)):
        stretch = text[start:offset]
        parts.append(
            stretch
            if look is None
            else marked(stretch, raised=look.escapement == 1, lowered=look.escapement == 2, struck=bool(look.struck_out))
        )
        start, look = offset, book.font_list[font] if 0 <= font < len(book.font_list) else None
    return "".join(parts).replace("\r\n", "\n").replace("\r", "\n")
