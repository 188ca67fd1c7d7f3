"""A table seen by position alone: its columns' extents, its rows of figures with their labels, and its header."""

from __future__ import annotations

from dataclasses import dataclass, field

from tasks.extract.paper.words import Word

SAME_ROW = 0.95  # sizes of the type within which something beside a row of figures belongs to it

Slots = dict[int, list[Word]]  # column → its words


@dataclass(slots=True)
class BandRow:
    """A row of figures: its height on the page, the words in each column, its label, and the group labels beside it."""

    y: float
    size: float
    slots: Slots
    label: list[Word] = field(default_factory=list)
    groups: list[list[Word]] = field(default_factory=list)


@dataclass(slots=True)
class Band:
    """A table seen by position: column extents, rows, and the words of its header."""

    columns: tuple[tuple[float, float], ...]
    rows: list[BandRow]
    header: list[Word] = field(default_factory=list)
    used: set[int] = field(default_factory=set)  # numbers of the lines it is made of
