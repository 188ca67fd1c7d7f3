"""Tell the reports apart that one file prints one after the other: each has a title of its own and a set of tables of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from tasks.normalise.head import Head, read_head
from tasks.normalise.labels import squeeze
from tasks.printed import Grid, Paragraph, Printed

_LEAST = 4  # characters that a line of a title has
_LONGEST = 120
_MOST = 300  # lines between two sets of tables that are looked at


def split(printed: Printed, sets: Sequence[tuple[int, int]]) -> tuple[Printed, ...]:
    """The reports of a document, each as a document; only one where no second title is found.

    `sets`: the first and the last of the grids (numbers) that each printed copy of the main table takes. A copy under the
    same title is no report of its own; it stays where it is and is held against the first.
    """
    places = [n for n, block in enumerate(printed.blocks) if isinstance(block, Grid)]
    starts = [0]
    for (_, before), (first, _) in pairwise(sets):
        begin = max(places[before] + 1, starts[-1] + 1)
        if begin <= places[first]:
            previous = read_head(_cut(printed, starts[-1], begin))
            start = _title(printed, begin, places[first], previous)
            if start is not None:
                starts.append(start)
    if len(starts) == 1:
        return (printed,)
    return tuple(
        replace(_cut(printed, start, end), part=f"{printed.part}/{n}" if printed.part else str(n))
        for n, (start, end) in enumerate(zip(starts, [*starts[1:], len(printed.blocks)], strict=True), 1)
    )


def _cut(printed: Printed, start: int, end: int) -> Printed:
    """Some blocks of the document, without the page's metadata, which tell of the whole."""
    return replace(printed, blocks=printed.blocks[start:end], meta=())


def _title(printed: Printed, begin: int, table: int, previous: Head) -> int | None:
    """The block from `begin` to the table where another report's title stands first."""
    found = [(n, head) for n in _may_be_titles(printed, begin, table) if (head := _head_at(printed, n, table)) is not None]
    others = [(n, head) for n, head in found if _differs(head, previous)]
    if not others:
        return None
    _, last = others[-1]  # the one next to the table is certainly its own; running titles before it say the same
    return next(n for n, head in others if (head.year, head.agency) == (last.year, last.agency))


def _may_be_titles(printed: Printed, begin: int, table: int) -> Iterator[int]:
    for n in range(max(begin, table - _MOST), table + 1):
        if any(any(char.isdigit() for char in line) and len(line) <= _LONGEST for line in _lines(printed.blocks[n])):
            yield n


def _head_at(printed: Printed, start: int, table: int) -> Head | None:
    """The head of what begins at a block, if its title begins there."""
    head = read_head(_cut(printed, start, table + 1))
    lines = (squeeze(line) for line in _lines(printed.blocks[start]))
    begins = any(len(line) >= _LEAST and (head.title.startswith(line) or head.title in line) for line in lines)
    return head if head.title and begins else None


def _lines(block: Paragraph | Grid) -> list[str]:
    if isinstance(block, Paragraph):
        return block.text.split("\n")
    return [cell.text.replace("\n", "") for cell in block.cells if cell.row < 2]


def _differs(head: Head, previous: Head) -> bool:
    """Whether a title is another report's: another year, or another agency."""
    if head.year != previous.year:
        return True
    return bool(head.agency and previous.agency) and head.agency != previous.agency
