"""A sheet as its program would show it, before tables are told from titles: texts, borders, merged areas, what is hidden."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

MAX_CELLS = 200_000  # cells of one workbook that hold or frame something
MAX_MERGED = 20_000
UNKNOWN = "\ufffd"  # stands for a value that the file does not hold: not readable, which is not blank
_RAISED = str.maketrans("0123456789+-=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_STROKE = "\u0336"


class Spot(NamedTuple):
    """One cell: its text as displayed, whether any line is drawn around it, whether we are sure of the text."""

    text: str
    framed: bool = False
    sure: bool = True


class Area(NamedTuple):
    """A merged area, first and last row and column included, from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    """One sheet: cells by (row, column) from 0, merged areas, hidden rows and columns."""

    name: str
    spots: dict[tuple[int, int], Spot] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)  # first, last
    hidden: bool = False
    uncounted: int = 0  # formulas whose result the file does not hold

    def is_hidden_column(self, column: int) -> bool:
        """Whether a column is not shown."""
        return any(first <= column <= last for first, last in self.hidden_columns)


def marked(text: str, *, raised: bool = False, lowered: bool = False, struck: bool = False) -> str:
    """A stretch of rich text: a note's mark stays raised, struck-through characters stay struck."""
    if raised:
        text = text.translate(_RAISED)
    if lowered:
        text = text.translate(_LOWERED)
    return "".join(char if char.isspace() else char + _STROKE for char in text) if struck else text
