"""Place table 三 (rows × columns): rows by aligned labels, columns by the printed header or by order after the label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tasks.normalise.align import Pair, align
from tasks.normalise.columns import behind_label, by_place, take_columns
from tasks.normalise.header import Header, carried_on, read_header
from tasks.normalise.official import Official, find
from tasks.normalise.placed import Placed, take
from tasks.normalise.rows import PrintedRow

_LEAST = 0.5  # share of the form's rows that must be found for the table to be there at all
_EARLY = 3  # form rows behind which the first row, printed again, begins another copy of the table


def place_matrix(officials: Sequence[Official], rows: Sequence[PrintedRow]) -> list[Placed]:
    """Each printed copy of the table in the edition that fits it best, in printed order; none when the table is not printed.

    Where two editions fit alike, the edition is blank.
    """
    placed = []
    for first, last in _copies(officials[0], rows):
        fits: list[tuple[float, Official, tuple[Pair, ...]]] = []
        for official in sorted(officials, key=lambda one: -len(one.rows)):
            pairs, score = align(official, rows[first:last])
            if len(pairs) >= _LEAST * len(official.rows):
                fits.append((score - len(official.rows), official, pairs))
                if score == len(official.rows):
                    break
        if fits:
            short, official, pairs = max(fits, key=lambda fit: fit[0])
            alike = sum(fit[0] == short for fit in fits) > 1
            edition = "" if alike else official.edition
            placed.append(_place(official, edition, rows, [_moved(pair, first) for pair in pairs], short))
    return placed


def find_copies(official: Official, rows: Sequence[PrintedRow]) -> list[tuple[int, int]]:
    """For each printed copy of the table, the first and the last grid (numbers) it stands in, by labels in a known wording."""
    found = []
    for first, last in _copies(official, rows):
        known = {}
        for row in rows[first:last]:
            one = find(official, row.words)
            if one.is_exact and row.start < len(row.fields):
                known[one.matches[0][0]] = row.grid
        if len(known) >= _LEAST * len(official.rows):
            found.append((min(known.values()), max(known.values())))
    return found


def _copies(official: Official, rows: Sequence[PrintedRow]) -> Iterator[tuple[int, int]]:
    """Stretches of rows that hold one copy each: the form's first row, met again after others, begins the next."""
    start, highest = 0, 0
    for n, row in enumerate(rows):
        matches = find(official, row.words).matches
        if not matches or matches[0][1] < 1.0:
            continue
        leaf = matches[0][0]
        if leaf == 0 and highest >= _EARLY:
            yield start, n
            start, highest = n, 0
        highest = max(highest, leaf)
    yield start, len(rows)


def _moved(pair: Pair, by: int) -> Pair:
    return Pair(pair.row + by, pair.leaf, pair.likeness, pair.words, pair.sure)


def _place(official: Official, edition: str, rows: Sequence[PrintedRow], pairs: Sequence[Pair], score: float) -> Placed:
    placed = Placed(official.name, edition, score)
    taken = {pair.row: pair for pair in pairs}
    header, heads = Header(), _heads(rows, pairs[0].row)
    places = _places(official, rows, pairs)
    strange: set[str] = set()
    for n in range(pairs[0].row - len(heads), pairs[-1].row + 1):
        row = rows[n]
        placed.rows.add(n)
        if n in taken:
            header = _header_of(official, heads, row) or header
            if header.grid != row.grid:
                header = carried_on(header, row.grid, places.get(row.grid, Counter()))
            heads = []
            _place_row(placed, official, row, taken[n], header, strange)
        elif row.has_figures:
            heads = []
            placed.unplaced(row, "a row of the form, in its order", official.labels)
        else:
            heads = [*(head for head in heads if head.grid >= row.grid - 1), row]
    absent = [row for row in official.rows if not any((row, column) in placed.cells for column in official.table.columns)]
    if absent:
        placed.missing(official.table, absent)
    return placed


def _header_of(official: Official, heads: Sequence[PrintedRow], row: PrintedRow) -> Header | None:
    """The header above a row. What another grid prints of it counts only if that grid is as wide: else its places mean others."""
    width = max((_width(head) for head in heads if head.grid == row.grid), default=_width(row))
    alike = {grid for grid in {head.grid for head in heads} if max(_width(h) for h in heads if h.grid == grid) == width}
    own = [head for head in heads if head.grid == row.grid or head.grid in alike]
    found = read_header(official, own) if own else None
    if found is not None or not heads:
        return found
    return read_header(official, heads) if len({head.grid for head in heads}) == 1 else None


def _width(row: PrintedRow) -> int:
    return max((cell.column + cell.colspan for cell in row.fields), default=0)


def _places(official: Official, rows: Sequence[PrintedRow], pairs: Sequence[Pair]) -> dict[int, Counter[tuple[int, ...]]]:
    """For each grid, where its rows' figures begin, with the weight of these rows: the columns of a page without a header.

    A row of as many figures as columns counts for two with blanks among them.
    """
    found: dict[int, Counter[tuple[int, ...]]] = {}
    if rows[pairs[0].row].grid == rows[pairs[-1].row].grid:
        return found
    for pair in pairs:
        row = rows[pair.row]
        taken = take(row, len(official.table.columns), behind_label(row, pair.words)) if not row.loose else None
        if taken is not None:
            cells, _ = taken
            is_full = all(cell.text.strip() for cell in cells)
            found.setdefault(row.grid, Counter())[tuple([cell.column for cell in cells])] += 2 if is_full else 1
    return found


def _heads(rows: Sequence[PrintedRow], first: int) -> list[PrintedRow]:
    """The rows right above the first row that may be its header: without figures, in its grid or at the end of the one before."""
    heads: list[PrintedRow] = []
    for n in range(first - 1, -1, -1):
        if rows[n].has_figures or rows[n].grid < rows[first].grid - 1:
            break
        heads.insert(0, rows[n])
    return heads


def _place_row(placed: Placed, official: Official, row: PrintedRow, pair: Pair, header: Header, strange: set[str]) -> None:
    columns = tuple(official.table.columns)
    start = behind_label(row, pair.words)
    taken = take_columns(row, start, header, columns)
    sure = pair.sure
    if taken is None and (start := by_place(row, header)):
        taken, sure = take_columns(row, start, header, columns), False
    if (taken is None or taken.partial) and row.has_figures:
        placed.unplaced(row, f"{len(columns)} figures after the label, in the order of the header", official.labels)
    if taken is None:
        return
    for cell in taken.strange:
        heading = dict(header.others).get(cell.column, "")
        if heading not in strange:
            strange.add(heading)
            placed.unplaced_column(row, heading)
    placed.put(official.rows[pair.leaf], taken.columns, taken.cells, sure=sure and taken.clear and not row.cut)
