"""normalise: Printed × Form → Reading. Recognises each table's edition, places every printed figure, reads head and text."""

from __future__ import annotations

from tasks.normalise.claims import find_claims
from tasks.normalise.head import read_head
from tasks.normalise.place import place
from tasks.normalise.sections import find_sections
from tasks.printed import Grid, Printed
from tasks.records import Reading


def normalise(printed: Printed, sha256: str) -> tuple[Reading, ...]:
    """The reports a document prints (nearly always one), at the form's addresses. UnknownEdition when it prints none of them.

    Rows and columns without a certain place are no guess: they become `problems`, and their figures are not read.
    """
    placed = place([block for block in printed.blocks if isinstance(block, Grid)])
    head = read_head(printed)
    sections = find_sections(printed)
    reading = Reading(
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
    )
    return (reading,)
