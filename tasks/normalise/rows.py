"""Printed grids as one stream of rows, over all pages and fragments: what each row prints itself, and what spans into it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tasks.normalise.labels import key
from tasks.normalise.values import is_value
from tasks.printed import Grid, GridCell

_WORDS = re.compile(r"[\u4e00-\u9fff\u2e80-\u2fdf]")  # a label is in words; a text without any stands in a figure's place


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One printed row. `fields` begin in it, left to right; `groups` are the texts of cells that span into it from above."""

    fields: tuple[GridCell, ...]
    groups: tuple[str, ...]
    grid: int
    grid_columns: int
    loose: bool
    sound: bool  # the grid needed no mending

    @property
    def labels(self) -> tuple[GridCell, ...]:
        """The fields before the first figure; in loose text, before the last run of figures (a label may hold a lone 无)."""
        printed = [field for field in self.fields if field.text.strip()]
        figures = [is_value(field.text) or not _WORDS.search(field.text) for field in printed]
        if self.loose:
            start = len(figures) - figures[::-1].index(False) if False in figures else 0
        else:
            # a group's cell cut by a page break may hold a lone bracket: what stands before words is no figure
            start = next(
                (n for n, figure in enumerate(figures) if figure and (n + 1 == len(figures) or figures[n + 1])), len(figures)
            )
        return tuple(printed[:start])

    @property
    def label(self) -> str:
        """All label fields as one text."""
        return "".join(field.text for field in self.labels)

    @property
    def values(self) -> tuple[GridCell, ...]:
        """The fields after the last label field, blanks included."""
        labels = self.labels
        start = self.fields.index(labels[-1]) + 1 if labels else 0
        return self.fields[start:]

    @property
    def has_figures(self) -> bool:
        """Whether any field right of the label prints something."""
        return any(field.text.strip() for field in self.values)


def stream(grids: Sequence[Grid]) -> tuple[PrintedRow, ...]:
    """The rows of all grids in reading order."""
    return tuple(row for number, grid in enumerate(grids) for row in _rows(grid, number))


def _rows(grid: Grid, number: int) -> Iterator[PrintedRow]:
    begins: dict[int, list[GridCell]] = {row: [] for row in range(grid.rows)}
    spans: dict[int, list[GridCell]] = {row: [] for row in range(grid.rows)}
    for cell in grid.cells:
        begins[cell.row].append(cell)
        for row in range(cell.row + 1, cell.row + cell.rowspan):
            spans[row].append(cell)
    for row in range(grid.rows):
        groups = tuple(cell.text for cell in sorted(spans[row], key=lambda cell: cell.column) if key(cell.text))
        yield PrintedRow(tuple(begins[row]), groups, number, grid.columns, grid.loose, not grid.repaired)
