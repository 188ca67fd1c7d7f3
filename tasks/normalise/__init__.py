"""normalise: Printed × Form → Reading. Recognises each table's edition, places every printed figure, reads head and text."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.normalise.claims import find_claims
from tasks.normalise.head import read_head
from tasks.normalise.parts import split
from tasks.normalise.place import find_sets, place, read_rows
from tasks.normalise.rows import PrintedRow
from tasks.normalise.sections import find_preamble, find_sections
from tasks.printed import Grid, Printed
from tasks.records import Reading


def normalise(printed: Printed, sha256: str) -> tuple[Reading, ...]:
    """The reports a document prints (nearly always one), at the form's addresses. UnknownEdition when it prints none of them.

    Rows and columns without a certain place are no guess: they become `problems`, and their figures are not read.
    """
    rows = read_rows(_grids(printed))
    sets = find_sets(rows)
    if len(sets) > 1:
        reports = split(printed, sets)
        if len(reports) > 1:
            return tuple(_reading(report, read_rows(_grids(report)), sha256) for report in reports)
    return (_reading(printed, rows, sha256),)


def _grids(printed: Printed) -> list[Grid]:
    return [block for block in printed.blocks if isinstance(block, Grid)]


def _reading(printed: Printed, rows: Sequence[PrintedRow], sha256: str) -> Reading:
    placed = place(rows)
    head = read_head(printed)
    sections = find_sections(printed)
    return Reading(
        sha256=sha256,
        reader=printed.reader,
        reader_version=printed.reader_version,
        title=head.title,
        agency=head.agency,
        year=head.year,
        period=head.period,
        editions=tuple((table.table, table.edition) for table in placed),
        sections=sections,
        cells=tuple(cell for table in placed for cell in table.figures()),
        claims=find_claims(sections, head.year, head.agency),
        problems=(*printed.problems, *(problem for table in placed for problem in table.problems)),
        part=printed.part,
        published=head.published,
        preamble=find_preamble(printed),
    )
