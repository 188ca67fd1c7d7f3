"""Read text by position: characters to lines, lines to paragraphs or, where figures stand apart, to rows of a loose grid.

Nothing rules such a grid, so no second reading confirms it: its cells are never sure, and accuse nobody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from tasks.printed import Agreement, Grid, GridCell, Locator, Paragraph

_FIGURE = re.compile(r"[-+－−]?[\d０-９][\d０-９,，.．]*(?:万元|元|件)?|[-/—－／无]")
_APART = 0.7  # gap, in sizes of the type, from which two runs of text are two fields
_BESIDE = 1.6  # distance, in sizes of the type, within which a loose line of label belongs to a line of figures
_CORNER = re.compile(r"信\s*息\s*内\s*容")


@dataclass(slots=True)
class _Run:
    """Characters that print as one piece."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float

    @property
    def is_figure(self) -> bool:
        return bool(_FIGURE.fullmatch(self.text.replace(" ", "")))


@dataclass(slots=True)
class _Line:
    runs: list[_Run]
    size: float
    labels: list[tuple[float, str]] = field(default_factory=list)  # label pieces of neighbouring lines: (y, text)

    @property
    def y(self) -> float:
        return median((run.top + run.bottom) / 2 for run in self.runs)

    @property
    def figures(self) -> list[_Run]:
        """The figures at the line's end; one inside the label (an enumerator, a lone 无 of 无法提供) is none."""
        count = len(self.runs)
        while count and self.runs[count - 1].is_figure:
            count -= 1
        return self.runs[count:]

    @property
    def text(self) -> str:
        return " ".join(run.text for run in self.runs)

    @property
    def is_row(self) -> bool:
        return bool(self.figures) and len(self.runs) > 1


def read_lines(chars: Sequence[dict[str, Any]], page: int, breaks: Sequence[float]) -> list[tuple[float, Paragraph | Grid]]:
    """Blocks with their top edge. `breaks` are tops of ruled tables: a loose grid does not run across one."""
    lines = _lines(chars)
    _join_labels(lines)
    blocks: list[tuple[float, Paragraph | Grid]] = []
    rows: list[_Line] = []
    for line in (line for line in lines if line.runs):
        crosses = rows and any(rows[-1].y < edge < line.y for edge in breaks)
        if line.is_row or _CORNER.match(line.text):
            if crosses:
                _flush(rows, blocks, page)
            rows.append(line)
        else:
            _flush(rows, blocks, page)
            blocks.append((line.runs[0].top, Paragraph(line.text, Locator(page=page, box=_box(line.runs)))))
    _flush(rows, blocks, page)
    return blocks


def _lines(chars: Sequence[dict[str, Any]]) -> list[_Line]:
    ordered = sorted((char for char in chars if char["text"].strip()), key=lambda char: (char["top"] + char["bottom"]) / 2)
    groups: list[list[dict[str, Any]]] = []
    for char in ordered:
        y = (char["top"] + char["bottom"]) / 2
        last = groups[-1][0] if groups else None
        if last is not None and y - (last["top"] + last["bottom"]) / 2 < 0.5 * char["size"]:
            groups[-1].append(char)
        else:
            groups.append([char])
    return [_Line(_runs(sorted(group, key=lambda char: char["x0"])), median(char["size"] for char in group)) for group in groups]


def _runs(chars: Sequence[dict[str, Any]]) -> list[_Run]:
    runs: list[_Run] = []
    for char in chars:
        if runs and char["x0"] - runs[-1].x1 < _APART * char["size"]:
            last = runs[-1]
            space = " " if char["x0"] - last.x1 > 0.25 * char["size"] else ""
            runs[-1] = _Run(
                last.text + space + char["text"],
                last.x0,
                char["x1"],
                min(last.top, char["top"]),
                max(last.bottom, char["bottom"]),
            )
        else:
            runs.append(_Run(char["text"], char["x0"], char["x1"], char["top"], char["bottom"]))
    return runs


def _join_labels(lines: list[_Line]) -> None:
    """Give the wrapped lines of a label to the line of figures beside which they stand."""
    rows = [line for line in lines if line.is_row]
    for line in lines:
        if line in rows or not line.runs or _CORNER.match(line.text):
            continue
        near = min(rows, key=lambda row: abs(row.y - line.y), default=None)
        if near is None or abs(near.y - line.y) > _BESIDE * near.size or line.runs[-1].x1 > near.figures[0].x0:
            continue
        near.labels.append((line.y, line.text))
        line.runs = []


def _flush(rows: list[_Line], blocks: list[tuple[float, Paragraph | Grid]], page: int) -> None:
    if not rows:
        return
    cells: list[GridCell] = []
    for number, line in enumerate(rows):
        first = len(line.runs) - len(line.figures)
        if _CORNER.match(line.text):
            first = 0
        label = "".join(text for _, text in sorted([*line.labels, (line.y, "".join(run.text for run in line.runs[:first]))]))
        label_box = _box(line.runs[:first] or line.runs[:1])
        fields = [(label, label_box)] if label else []
        fields += [(run.text, _box([run])) for run in line.runs[first:]]
        cells += [
            GridCell(number, column, 1, 1, text, Locator(page=page, box=box), agreement=Agreement.ALONE)
            for column, (text, box) in enumerate(fields)
        ]
    blocks.append((rows[0].runs[0].top, Grid(tuple(cells), len(rows), max(cell.column for cell in cells) + 1, loose=True)))
    rows.clear()


def _box(runs: Sequence[_Run]) -> tuple[float, float, float, float]:
    return (
        round(min(run.x0 for run in runs), 1),
        round(min(run.top for run in runs), 1),
        round(max(run.x1 for run in runs), 1),
        round(max(run.bottom for run in runs), 1),
    )
