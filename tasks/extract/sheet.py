"""Read .xlsx, .xls and .et: what each sheet shows, numbers as displayed; titles and prose as paragraphs, the rest as Grids."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import combinations, groupby
from typing import NamedTuple

from tasks.errors import DocumentTooLarge, ReadError, UnknownFormat
from tasks.extract import sheet_xls, sheet_xlsx
from tasks.extract.package import Package
from tasks.extract.sheet_cells import MAX_CELLS, Sheet, Spot
from tasks.extract.version import READER_VERSION
from tasks.printed import Agreement, Grid, GridCell, Locator, Paragraph, Printed

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_XLS = "application/vnd.ms-excel"
_PROSE = 60  # characters from which a text alone in its row is prose
_WIDE = 0.7  # share of the columns from which a text alone in its row is a heading
_FEW = 3  # texts in a row without lines beside a table with lines: what stands above or below it
_SAME_FORM = 0.6  # share of labels that two sheets have in common when each is a report of its own
_LEAST_LABELS = 10
_LEAST_SIZE = 4  # characters of a label by which sheets are compared


class _Placed(NamedTuple):
    """A cell as shown: the sheet's row it begins in, its column among those that hold something, its size, where it is kept."""

    row: int
    column: int
    rowspan: int
    colspan: int
    spot: Spot
    home: tuple[int, int]


def read(data: bytes, name: str = "") -> tuple[Printed, ...]:
    """Workbook bytes → one Printed, or one a sheet where the sheets hold the same form (a report each; `part` is the sheet).

    Hidden sheets, rows and columns are left out, and said to be; a formula without a kept result reads as U+FFFD, unsure.
    """
    sheets, media_type, meta = _open(data)
    shown = [sheet for sheet in sheets if not sheet.hidden]
    problems = {sheet.name: tuple(_problems(sheet, name)) for sheet in sheets}
    blocks = {sheet.name: tuple(_blocks(sheet)) for sheet in shown}
    if not any(blocks.values()):
        raise UnknownFormat("a workbook that shows nothing", where=name, expected="a report", remedy="Open it and look.")
    hidden = tuple(problem for sheet in sheets if sheet.hidden for problem in problems[sheet.name])
    if _are_copies(blocks):
        return tuple(
            Printed(found, meta, "sheet", READER_VERSION, media_type, None, sheet, (*problems[sheet], *hidden))
            for sheet, found in blocks.items()
            if found
        )
    together = tuple(block for found in blocks.values() for block in found)
    said = tuple(problem for sheet in shown for problem in problems[sheet.name])
    return (Printed(together, meta, "sheet", READER_VERSION, media_type, problems=(*said, *hidden)),)


def reread(data: bytes, locator: Locator) -> str:
    """The text that a cell displays, from the bytes alone; blank for a cell that holds nothing."""
    if locator.row is None or locator.cell is None:
        return ""
    sheets, _, _ = _open(data)
    for sheet in sheets:
        if sheet.name == locator.path:
            spot = sheet.spots.get((locator.row, locator.cell))
            return spot.text.strip() if spot else ""
    return ""


def _open(data: bytes) -> tuple[list[Sheet], str, tuple[tuple[str, str], ...]]:
    if data.startswith(b"PK"):
        package = Package(data, "workbook")
        return sheet_xlsx.read_sheets(package), _XLSX, package.properties()
    return sheet_xls.read_sheets(data), _XLS, ()


def _problems(sheet: Sheet, name: str) -> Iterator[str]:
    where = f"{name}, sheet {sheet.name}" if name else f"sheet {sheet.name}"
    texts = [place for place, spot in sheet.spots.items() if spot.text.strip()]
    if sheet.hidden and texts:
        yield str(ReadError("a hidden sheet, not read", where=where, remedy="Show it if it belongs to the report."))
        return
    hidden = sum(row in sheet.hidden_rows or sheet.is_hidden_column(column) for row, column in texts)
    if hidden:
        found = f"{hidden} cells in hidden rows or columns, not read"
        yield str(ReadError(found, where=where, remedy="Show them if they belong to the report."))
    if sheet.uncounted:
        found = f"{sheet.uncounted} formulas without a kept result"
        yield str(ReadError(found, where=where, expected="values", remedy="Open it in Excel, save it, and read it again."))


def _blocks(sheet: Sheet) -> Iterator[Paragraph | Grid]:
    hidden = sorted(sheet.hidden_rows)
    run: list[list[_Placed]] = []
    last = -1
    for row in _rows(sheet):
        number = row[0].row
        between = number - last - 1 - (bisect_left(hidden, number) - bisect_right(hidden, last))
        if run and between > 0:
            yield from _run_blocks(sheet.name, run)
            run = []
        run.append(row)
        last = number
    yield from _run_blocks(sheet.name, run)


def _rows(sheet: Sheet) -> Iterator[list[_Placed]]:
    """The rows that show anything, each with the cells that begin in it; merged areas are cut to what is shown of them."""
    rows = sorted({row for row, _ in sheet.spots if row not in sheet.hidden_rows})
    columns = sorted({column for _, column in sheet.spots if not sheet.is_hidden_column(column)})
    if len(rows) * len(columns) > MAX_CELLS * 4:
        raise DocumentTooLarge(f"a sheet of {len(rows)} × {len(columns)} cells", where=sheet.name, remedy="Split the workbook.")
    under: set[tuple[int, int]] = set()
    sizes: dict[tuple[int, int], tuple[tuple[int, int], int, int]] = {}
    for area in sheet.merged:
        down = rows[bisect_left(rows, area.top) : bisect_right(rows, area.bottom)]
        across = columns[bisect_left(columns, area.left) : bisect_right(columns, area.right)]
        places = {(row, column) for row in down for column in across} if len(down) * len(across) <= MAX_CELLS else set()
        if places and not places & under:
            under |= places
            sizes[down[0], across[0]] = ((area.top, area.left), len(down), len(across))
    for row in rows:
        found = []
        for number, column in enumerate(columns):
            home, height, width = sizes.get((row, column), ((row, column), 1, 1))
            if (row, column) not in under or (row, column) in sizes:
                found.append(_Placed(row, number, height, width, sheet.spots.get(home, Spot("")), home))
        if found:
            yield found


def _run_blocks(name: str, rows: Sequence[list[_Placed]]) -> Iterator[Paragraph | Grid]:
    """Rows without a gap → headings and prose as paragraphs, what is between them as Grids."""
    has_lines = any(cell.spot.framed for row in rows for cell in row)
    used = {cell.column for row in rows for cell in row if cell.spot.text.strip() or cell.spot.framed}
    taken = {row.row for cells in rows for row in cells if row.rowspan > 1}  # where a merged label begins, it is a table's row
    for is_text, run in groupby(rows, key=lambda row: row[0].row not in taken and _is_text(row, len(used), has_lines=has_lines)):
        if is_text:
            for row in run:
                for cell in row:
                    if cell.spot.text.strip():
                        yield Paragraph(cell.spot.text.strip(), Locator(path=name, row=cell.home[0], cell=cell.home[1]))
        else:
            yield _grid(name, list(run))


def _is_text(row: Sequence[_Placed], columns: int, *, has_lines: bool) -> bool:
    """Whether a row is a title, a heading, a note or prose, and no row of a table."""
    filled = [cell for cell in row if cell.spot.text.strip()]
    if not filled or columns <= 1:
        return bool(filled)
    if has_lines and not any(cell.spot.framed for cell in row):
        return len(filled) <= _FEW
    if len(filled) > 1:
        return False
    return filled[0].colspan >= _WIDE * columns or len(filled[0].spot.text) > _PROSE


def _grid(name: str, rows: Sequence[list[_Placed]]) -> Grid:
    used = {
        column
        for row in rows
        for cell in row
        if cell.spot.text.strip() or cell.spot.framed
        for column in range(cell.column, cell.column + cell.colspan)
    }
    kept = sorted(used)
    cells = []
    for number, row in enumerate(rows):
        for cell in row:
            first = bisect_left(kept, cell.column)
            width = bisect_left(kept, cell.column + cell.colspan) - first
            if width:
                place = Locator(path=name, row=cell.home[0], cell=cell.home[1])
                agreement = Agreement.PLAIN if cell.spot.sure else Agreement.ALONE
                height = min(cell.rowspan, len(rows) - number)
                cells.append(GridCell(number, first, height, width, cell.spot.text.strip(), place, agreement))
    return Grid(tuple(cells), len(rows), len(kept))


def _are_copies(blocks: dict[str, tuple[Paragraph | Grid, ...]]) -> bool:
    """Whether every sheet holds the same form, filled in by another agency or for another year."""
    labels = [
        {cell.text for block in found if isinstance(block, Grid) for cell in block.cells if len(cell.text) >= _LEAST_SIZE}
        for found in blocks.values()
        if found
    ]
    return len(labels) > 1 and all(
        len(one & other) >= _SAME_FORM * max(len(one), len(other), _LEAST_LABELS) for one, other in combinations(labels[:50], 2)
    )
