"""Read a page's characters as lines of words by position alone: gaps part words, height on the page parts lines."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import attrgetter, itemgetter
from statistics import median

from tasks.extract.paper.ink import Box, Char

_FIGURE = re.compile(r"[-+－＋−±]?\d(?:[\d,，.．]*\d)?(?:万元|元|件|万)?|[-/—－／\\─―–−]{1,2}|无|[〇○]")
_FIGURE_PARTS = frozenset("0123456789０１２３４５６７８９.,，．+-")
_APART = 0.7  # gap, in sizes of the type, from which two characters are of two words
_FIGURES_APART = 0.35  # the same between two characters of figures
_BRACKET_APART = 0.25  # the same before a bracket: a label's number often stands close behind the label of its group
_NEXT = 3  # places by which text goes on: the file may state spaces between; a jump means another cell
_BESIDE = 0.45  # part of the type's size within which two characters stand on one line
_CHINESE = "\u2e80"  # where Chinese characters begin
_LONGEST = 24  # characters of a figure with its unit
_RAISED = 0.78  # of its neighbour's size: a smaller digit set higher is a note's mark
_MARKS = str.maketrans("0123456789０１２３４５６７８９", "⁰¹²³⁴⁵⁶⁷⁸⁹⁰¹²³⁴⁵⁶⁷⁸⁹")


class Word:
    """Characters that print as one piece: text, box and middle (x, y), size of type, and what kind of text it is.

    The size is that of the Chinese characters in it if there are any, whose boxes tell most.
    """

    __slots__ = ("bottom", "chars", "is_chinese", "is_figure", "size", "text", "top", "x", "x0", "x1", "y")

    def __init__(self, chars: Sequence[Char]) -> None:
        self.chars = tuple(chars)
        self.text = "".join([char.text for char in chars])
        self.x0, self.x1 = chars[0].x0, max([char.x1 for char in chars])
        self.top, self.bottom = min([char.top for char in chars]), max([char.bottom for char in chars])
        self.x, self.y = (self.x0 + self.x1) / 2, (self.top + self.bottom) / 2
        chinese = [char.size for char in chars if char.text >= _CHINESE]
        self.is_chinese = bool(chinese)
        self.size = max(chinese or [char.size for char in chars])
        self.is_figure = len(chars) <= _LONGEST and is_figure_text(self.text)

    @property
    def is_part(self) -> bool:
        """Whether it may be a part of a figure that is wrapped: digits and separators only."""
        return all(char.text in _FIGURE_PARTS for char in self.chars)

    @property
    def has_digit(self) -> bool:
        """Whether a digit is in it."""
        return any(char.text.isdecimal() for char in self.chars)


class TextLine:
    """The words of one printed line, left to right; `y` is its middle, `size` the ordinary size of its type.

    `place` is where it comes in the order of reading: its top, unless columns of text say otherwise.
    """

    __slots__ = ("figures", "place", "size", "words", "y")

    def __init__(self, words: Sequence[Word], place: float | None = None) -> None:
        self.words = tuple(words)
        self.place = words[0].top if place is None else place
        self.y = median([word.y for word in words])
        self.size = median([word.size for word in words if word.is_chinese] or [word.size for word in words])
        self.figures = next((n for n, word in enumerate(reversed(words)) if not word.is_figure), len(words))

    @property
    def text(self) -> str:
        """The words with a space between."""
        return " ".join(word.text for word in self.words)


def is_figure_text(text: str) -> bool:
    """Whether a text, white space aside, can stand where a figure stands."""
    return bool(_FIGURE.fullmatch("".join(text.split())))


def text_lines(chars: Iterable[Char]) -> list[TextLine]:
    """The lines of a page from top to bottom."""
    rows: list[list[Char]] = []
    level = 0.0
    for y, char in sorted([((char.top + char.bottom) / 2, char) for char in chars], key=_first):
        size = rows[-1][-1].size if rows else 0.0
        if y - level < _BESIDE * (char.size if char.size < size else size):
            rows[-1].append(char)
            level += (y - level) / len(rows[-1])
        else:
            rows.append([char])
            level = y
    return [TextLine(_words(sorted(row, key=_left))) for row in rows]


_first = itemgetter(0)
_left = attrgetter("x0")


def box_of(words: Sequence[Word] | Sequence[Char]) -> Box:
    """The box around some words or characters."""
    return (
        min(word.x0 for word in words),
        min(word.top for word in words),
        max(word.x1 for word in words),
        max(word.bottom for word in words),
    )


def mark_notes(chars: Sequence[Char]) -> Sequence[Char]:
    """Small raised digits behind a larger one become superscripts, so that a note's mark is no digit of a figure."""
    sizes = [char.size for char in chars if char.text.isdecimal()]
    if not sizes or min(sizes) >= _RAISED * max(sizes):
        return chars
    ordered = sorted(chars, key=lambda char: char.x0)
    starts = [char.x0 for char in ordered]
    small = _RAISED * max(sizes)
    return [_as_mark(char, ordered, starts) if char.size < small and char.text.isdecimal() else char for char in chars]


def _as_mark(char: Char, ordered: Sequence[Char], starts: Sequence[float]) -> Char:
    for other in ordered[bisect_left(starts, char.x0 - 30) : bisect_left(starts, char.x0)]:
        if not other.text.isdecimal():
            continue
        is_beside = abs(other.x1 - char.x0) < 0.3 * other.size and other.top - 0.3 * other.size < _middle(char) < other.bottom
        if is_beside and char.size < _RAISED * other.size and char.bottom < other.bottom - 0.12 * other.size:
            return char._replace(text=char.text.translate(_MARKS))
    return char


def _middle(char: Char) -> float:
    return (char.top + char.bottom) / 2


def _words(row: Sequence[Char]) -> list[Word]:
    groups = [[row[0]]]
    for last, char in pairwise(row):
        if _parts(last, char):
            groups.append([char])
        else:
            groups[-1].append(char)
    return [Word(group) for group in groups]


def _parts(last: Char, char: Char) -> bool:
    gap = char.x0 - last.x1
    size = char.size if char.size < last.size else last.size
    if last.text in _FIGURE_PARTS and char.text in _FIGURE_PARTS:
        return gap > _FIGURES_APART * size
    if char.text in "（(" and gap > _BRACKET_APART * size:
        return True
    return gap > _APART * size or not 0 < char.order - last.order <= _NEXT
