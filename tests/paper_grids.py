"""Printed documents built in code, to be placed: the official tables as rows of cells, and ways to print them otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from paper import Paper, Row, rows

from tasks.extract.grid import Piece, lay_out
from tasks.normalise import normalise
from tasks.printed import Grid, Locator, Paragraph, Printed
from tasks.records import Reading

Rows = list[Row]
TABLES = ("disclosure", "applications", "disputes")


def table(paper: Paper, name: str) -> Rows:
    """A table's rows as the form prints them: (text, rowspan, colspan) each."""
    return [list(row) for row in rows(paper, name)]


def grid(printed: Rows, number: int = 0) -> Grid:
    """Rows as one grid, as a web page or a Word file states it."""
    pieces = [
        [Piece(text, Locator(table=number, row=at, cell=n), down, right) for n, (text, down, right) in enumerate(row)]
        for at, row in enumerate(printed)
    ]
    return lay_out(pieces)


def document(*blocks: str | Rows | Grid) -> Printed:
    """Paragraphs and tables in this order."""
    made: list[Paragraph | Grid] = []
    for number, block in enumerate(blocks):
        if isinstance(block, str):
            made.append(Paragraph(block, Locator(line=number + 1)))
        else:
            made.append(block if isinstance(block, Grid) else grid(block, number))
    return Printed(tuple(made), (), "test", "0", "text/plain")


def report(paper: Paper, **printed_otherwise: Rows | Sequence[Rows]) -> list[str | Rows]:
    """A whole report's blocks; a table may be printed otherwise, in one piece or several."""
    blocks: list[str | Rows] = [paper.title]
    for section in paper.form.sections:
        blocks.append(f"{section.number}、{section.title}")
        if section.id not in TABLES:
            blocks.append(paper.overview)
            continue
        own = printed_otherwise.get(section.id, table(paper, section.id))
        is_one = all(isinstance(cell, tuple) for row in own for cell in row)
        blocks += [piece for piece in ([own] if is_one else own) if piece]  # type: ignore[misc]
    return blocks


def readings(*blocks: str | Rows | Grid) -> tuple[Reading, ...]:
    """What is made of a document of these blocks."""
    return normalise(document(*blocks), "0" * 64)


def read(*blocks: str | Rows | Grid) -> Reading:
    """The only report of a document of these blocks."""
    (only,) = readings(*blocks)
    return only


def read_report(paper: Paper, **printed_otherwise: Rows | Sequence[Rows]) -> Reading:
    """The reading of a report with some tables printed otherwise."""
    return read(*report(paper, **printed_otherwise))


def full(printed: Rows) -> Rows:
    """The rows with a cell in every column: what spans is printed in the first place it covers, the rest is blank."""
    width = sum(right for _, _, right in printed[0])
    covered: list[list[str | None]] = [[None] * width for _ in printed]
    for at, row in enumerate(printed):
        for text, down, right in row:
            column = covered[at].index(None)
            for y in range(at, min(at + down, len(printed))):
                for x in range(column, column + right):
                    covered[y][x] = ""
            covered[at][column] = text
    return [[(text or "", 1, 1) for text in row] for row in covered]


def split_rows(printed: Rows, at: int) -> tuple[Rows, Rows]:
    """The table's rows on two pages, as merged cells come out there: cut, and blank where they go on."""
    whole = full(printed)
    return whole[:at], whole[at:]


def without_label(row: Row, label: str = "") -> Row:
    """The row with another last label (blank: none)."""
    at = max(n for n, (text, _, _) in enumerate(row[:-7]) if text)
    return [*row[:at], (label, *row[at][1:]), *row[at + 1 :]]


def wrong(reading: Reading, paper: Paper) -> list[str]:
    """Addresses of cells called certain that print another figure than the report has there."""
    return [cell.address for cell in reading.cells if cell.certain and paper.raw.get(cell.address) != cell.raw]
