"""Find columns of running text: whole pages of two columns, and stretches of a page set in two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.extract.paper.ink import Ink
from tasks.extract.paper.words import TextLine, Word

_GUTTER = 8.0  # points between two columns
_PROSE, _PROSE_LINES = 12, 3  # characters that make a line of prose, and how many such lines make a column


def find_gutter(lines: Sequence[TextLine], ink: Ink) -> float | None:
    """Where a page parts into two columns from top to bottom; None on any other page.

    Both sides hold prose: a table's columns part a page, too, but figures are no prose.
    """
    gap = _gap(lines, ink)
    if gap is None or any(_crosses(word, gap) for line in lines for word in line.words):
        return None
    return None if any(line.start < gap - _GUTTER and line.end > gap + _GUTTER for line in ink.level) else gap


def unfold(lines: Sequence[TextLine], ink: Ink) -> list[TextLine]:
    """Lines in the order of reading: where a stretch of them is set in two columns, first the left one, then the right."""
    gap = _gap(lines, ink)
    if gap is None:
        return list(lines)
    found: list[TextLine] = []
    for stretch in _stretches(lines, gap):
        left = [TextLine(words) for line in stretch if (words := [word for word in line.words if word.x < gap])]
        right = [TextLine(words) for line in stretch if (words := [word for word in line.words if word.x >= gap])]
        if min(_prose(left), _prose(right)) < _PROSE_LINES:
            found += stretch
            continue
        top, height = stretch[0].y, (stretch[-1].y - stretch[0].y) / 2
        found += [TextLine(line.words, top + (line.y - top) / 2) for line in left]
        found += [TextLine(line.words, top + height + (line.y - top) / 2) for line in right]
    return found


def _gap(lines: Sequence[TextLine], ink: Ink) -> float | None:
    starts = [
        word.x0
        for line in lines
        for word in line.words
        if len(word.text) >= _PROSE and 0.4 * ink.width < word.x0 < 0.65 * ink.width
    ]
    return min(starts) - _GUTTER / 2 if len(starts) >= _PROSE_LINES else None


def _stretches(lines: Sequence[TextLine], gap: float) -> Iterator[list[TextLine]]:
    """Runs of lines that no word crosses the gap in, and the lines between them one by one."""
    run: list[TextLine] = []
    for line in lines:
        if any(_crosses(word, gap) for word in line.words):
            if run:
                yield run
            yield [line]
            run = []
        else:
            run.append(line)
    if run:
        yield run


def _crosses(word: Word, gap: float) -> bool:
    return word.x0 < gap - word.size and word.x1 > gap + 2 * word.size


def _prose(lines: Sequence[TextLine]) -> int:
    return sum(len(word.text) >= _PROSE for line in lines for word in line.words)
