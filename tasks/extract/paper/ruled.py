"""Read ruled tables: each cell's text is what stands between its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.extract.paper.band import Band
from tasks.extract.paper.ink import Char, Ink
from tasks.extract.paper.layout import layout
from tasks.extract.paper.ruling import Ruled, RuledCell
from tasks.extract.paper.words import TextLine, text_lines

_LINE = 0.5  # part of the type's size by which a character must stand lower to begin a new line


@dataclass(frozen=True, slots=True)
class Filled:
    """A ruled cell with its characters, in the order in which the file states them."""

    cell: RuledCell
    chars: tuple[Char, ...]

    @property
    def text(self) -> str:
        """The characters as text, a new line where the print begins one."""
        return in_order(self.chars)


def fill(ruled: Ruled, ink: Ink) -> tuple[Filled, ...]:
    """The cells of a ruled table with what stands in them."""
    owner = {
        (row, column): number
        for number, cell in enumerate(ruled.cells)
        for row in range(cell.row, cell.row + cell.rowspan)
        for column in range(cell.column, cell.column + cell.colspan)
    }
    held: list[list[Char]] = [[] for _ in ruled.cells]
    for char in ink.chars:
        unit = ruled.unit((char.x0 + char.x1) / 2, (char.top + char.bottom) / 2)
        if unit in owner:
            held[owner[unit]].append(char)
    return tuple(Filled(cell, tuple(chars)) for cell, chars in zip(ruled.cells, held, strict=True))


def is_undivided(cells: Sequence[Filled], lines: Sequence[TextLine], bands: Sequence[Band]) -> bool:
    """Whether lines are missing: a cell holds two figures that stand apart on one line, or the figures of several rows.

    The latter show by what else is joined: a header with figures below it, or the labels of two rows. Without, what looks
    like figures of two rows is figures wrapped inside narrow cells.
    """
    owner = {char.order: number for number, filled in enumerate(cells) for char in filled.chars}
    for line in lines:
        figures = Counter(owner.get(word.chars[0].order) for word in line.words if word.is_figure)
        if any(number is not None and count > 1 for number, count in figures.items()):
            return True
    slots = [words for band in bands for row in band.rows for words in row.slots.values() if words[0].is_figure]
    slot_of = {char.order: number for number, words in enumerate(slots) for word in words for char in word.chars}
    held = [{slot_of.get(char.order) for char in filled.chars} for filled in cells]
    filled_in = [own for own in held if own - {None}]
    with_header = sum(len(own) > 1 and None in own for own in filled_in)
    if with_header > 2 and with_header * 2 > len(filled_in):
        return True
    several = sum(len(own) > 1 for own in filled_in)
    return several > 2 and several * 2 > len(filled_in) and any(_labels(filled) > 1 for filled in cells)


def _labels(filled: Filled) -> int:
    """How many rows' labels a cell holds, by their numbers."""
    return sum(layout().begins_label(line) for line in filled.text.split("\n"))


def in_order(chars: Sequence[Char]) -> str:
    """Characters of one cell as text, from top to bottom and left to right, whatever the file's order."""
    parts: list[str] = []
    last: Char | None = None
    for char in chars:
        if last is not None:
            below = (char.top + char.bottom - last.top - last.bottom) / 2
            if below > _LINE * max(char.size, last.size):
                parts.append("\n")
            elif char.x0 < last.x0 or below < -_LINE * max(char.size, last.size):  # the file jumps back
                return "\n".join("".join(word.text for word in line.words) for line in text_lines(chars))
        parts.append(char.text)
        last = char
    return "".join(parts)
