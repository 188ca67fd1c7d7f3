"""Find the report's six sections: headings by number and title, and the text below each."""

from __future__ import annotations

from collections.abc import Iterable

from expectations.form import Section as Official
from expectations.form import load_forms
from tasks.normalise.labels import bare, key, likeness, plain
from tasks.printed import Grid, Paragraph, Printed
from tasks.records import Section

_LONGEST = 45  # characters of a heading
_ALIKE = 0.72


def find_sections(printed: Printed) -> tuple[Section, ...]:
    """The sections in printed order. A title printed twice (a table of contents) keeps the one with the longer text."""
    found: list[tuple[Official, str, list[str]]] = []
    for line in _lines(printed.blocks):
        official = _heading(line)
        if official is not None:
            found.append((official, line.strip(), []))
        elif found:
            found[-1][2].append(line)
    longest: dict[str, Section] = {}
    for official, heading, lines in found:
        section = Section(official.id, plain(heading), "\n".join(lines))
        if official.id not in longest or len(section.text) > len(longest[official.id].text):
            longest[official.id] = section
    return tuple(longest.values())


def _lines(blocks: Iterable[Paragraph | Grid]) -> Iterable[str]:
    """Lines of text; a table's own lines only where a heading is set inside it."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from block.text.split("\n")
        else:
            yield from (cell.text.replace("\n", "") for cell in block.cells if _heading(cell.text.replace("\n", "")))


def _heading(line: str) -> Official | None:
    label = key(line)
    if not label or len(label) > _LONGEST:
        return None
    for official in load_forms()[-1].sections:
        if not label.startswith(official.number):
            continue
        titles = [official.title, *official.aliases, *_other_titles(official.id)]
        if any(likeness(bare(line), title) >= _ALIKE for title in titles):
            return official
    return None


def _other_titles(section: str) -> list[str]:
    return [other.title for form in load_forms() for other in form.sections if other.id == section]
