"""Which figure of a printed row of table 三 stands in which column: by the header's places, else by order after the label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.normalise.header import Header
from tasks.normalise.placed import take
from tasks.normalise.rows import PrintedRow
from tasks.printed import GridCell

_NAMED = 4  # columns that a header must name for their order to be certain


@dataclass(frozen=True, slots=True)
class Taken:
    """Cells for columns, and whether they leave no doubt. `partial`: some columns have no figure of their own.

    `strange`: figures under a heading that is none of the form's.
    """

    columns: tuple[str, ...]
    cells: tuple[GridCell, ...]
    clear: bool
    partial: bool = False
    strange: tuple[GridCell, ...] = ()


def take_columns(row: PrintedRow, start: int, header: Header, official: Sequence[str]) -> Taken | None:
    """The row's cells from field `start` on, by column; None where their places are not known."""
    columns = header.order or tuple(official)
    if header.contradicts:
        return None
    if header.order and not row.loose:
        by_header = _by_header(row, start, header)
        if by_header is not None:
            return by_header
    taken = take(row, len(columns), start)
    if taken is None:
        return None
    cells, clear = taken
    if header.grid == row.grid and not row.loose:
        places = [(header.places[name], cell.column) for name, cell in zip(columns, cells, strict=True) if name in header.places]
        within = all(first <= place < last for (first, last), place in places)
        shifts = {place - first for (first, _), place in places}
        if not within and (len(shifts) > 1 or not header.order or not _is_full(row, start)):
            return None  # all places off by as much, and no figure blank: spans stated wrongly moved the whole row
    return Taken(columns, cells, clear and (row.loose or len(header.places) >= _NAMED))


def _is_full(row: PrintedRow, start: int) -> bool:
    return all(row.kinds[start:])


def _by_header(row: PrintedRow, start: int, header: Header) -> Taken | None:
    """The cells that begin in the header's columns; None when the row does not follow its header."""
    fields = row.fields[start:]
    if start and row.fields[start - 1].column >= header.starts[0]:
        return None
    begins = {cell.column: cell for cell in fields}
    extra: tuple[GridCell, ...] = ()
    if tuple(begins) != header.starts:
        kinds = row.kinds[start:]
        extra = tuple([cell for cell, kind in zip(fields, kinds, strict=True) if kind and cell.column not in header.starts])
    if extra:
        named = dict(header.others)
        if any(cell.column not in named for cell in extra):
            return None
    picked = [begins.get(place) for place in header.starts]
    cells = tuple([cell for cell in picked if cell is not None])
    if len(cells) == len(picked):
        merged = any(_covers_another(cell, header.starts) for cell in cells)
        return None if merged else Taken(header.order, cells, row.sound and not extra, strange=extra)
    return _part(row, fields, picked, header, extra) if row.grid == header.grid else None


def _part(
    row: PrintedRow, fields: Sequence[GridCell], picked: Sequence[GridCell | None], header: Header, extra: tuple[GridCell, ...]
) -> Taken | None:
    """A row with cells merged or absent: a merged blank is blank in each column, a merged figure belongs to none for certain."""
    found: dict[str, GridCell] = {}
    partial = False
    for name, place, cell in zip(header.order, header.starts, picked, strict=True):
        over = cell or next((wide for wide in fields if wide.column <= place < wide.column + wide.colspan), None)
        if over is None and not _has_places(row):
            return None
        if over is None or over.column < header.starts[0] or (over.text.strip() and _covers_another(over, header.starts)):
            partial = True
        else:
            found[name] = over
    return Taken(tuple(found), tuple(found.values()), clear=False, partial=partial, strange=extra)


def _covers_another(cell: GridCell, starts: Sequence[int]) -> bool:
    return cell.colspan > 1 and any(cell.column < place < cell.column + cell.colspan for place in starts)


def _has_places(row: PrintedRow) -> bool:
    """Whether an absent cell leaves its column empty (PDF, picture, sheet) and does not draw the next ones nearer."""
    locator = row.fields[0].locator
    return locator.box is not None or (locator.row is not None and locator.table is None)


def behind_label(row: PrintedRow, words: int) -> int:
    """The field behind the first `words` words of a row: where its figures begin."""
    if words == len(row.words):
        return row.start
    at = 0
    for n, text in enumerate(row.keys[: row.start]):
        at += bool(text)
        if at == words:
            return n + 1
    return row.start


def by_place(row: PrintedRow, header: Header) -> int:
    """The first field in the header's columns: where the figures begin if a text among them was taken for the label's end."""
    if row.grid != header.grid or not header.starts or row.loose:
        return 0
    return next((n for n, cell in enumerate(row.fields[: row.start]) if cell.column >= header.starts[0]), 0)
