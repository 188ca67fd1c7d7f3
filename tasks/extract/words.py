"""Read a page's characters as lines of words by position alone: gaps part words, height on the page parts lines."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from tasks.extract.page import Box, Char

_FIGURE = re.compile(r"[-+－＋−±]?\d(?:[\d,，.．]*\d)?(?:万元|元|件|万)?|[-/—－／\\─―–−]{1,2}|无|[〇○]")
_DIGIT = re.compile(r"[\d.,，．+\-]")
_APART = 0.7  # gap, in sizes of the type, from which two characters are of two words
_FIGURES_APART = 0.35  # the same between two characters of figures
_NEXT = 3  # places by which text goes on: the file may state spaces between; a jump means another cell
_BESIDE = 0.45  # part of the type's size within which two characters stand on one line
_CHINESE = "\u2e80"  # where Chinese characters begin
_RAISED = 0.78  # of its neighbour's size: a smaller digit set higher is a note's mark
_MARKS = str.maketrans("0123456789０１２３４５６７８９", "⁰¹²³⁴⁵⁶⁷⁸⁹⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Word:
    """Characters that print as one piece."""

    text: str
    chars: tuple[Char, ...]
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def x(self) -> float:
        """The middle, across."""
        return (self.x0 + self.x1) / 2

    @property
    def y(self) -> float:
        """The middle, down."""
        return (self.top + self.bottom) / 2

    @property
    def size(self) -> float:
        """The size of its type: of the Chinese characters in it if there are any, whose boxes tell most."""
        chinese = [char.size for char in self.chars if char.text >= _CHINESE]
        return max(chinese or [char.size for char in self.chars])

    @property
    def has_digit(self) -> bool:
        """Whether a digit is in it."""
        return any(char.text.isdecimal() for char in self.chars)

    @property
    def is_chinese(self) -> bool:
        """Whether a Chinese character is in it."""
        return any(char.text >= _CHINESE for char in self.chars)

    @property
    def is_figure(self) -> bool:
        """Whether it can stand where a figure stands."""
        return is_figure_text(self.text)


@dataclass(frozen=True, slots=True)
class TextLine:
    """The words of one printed line, left to right."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words with a space between."""
        return " ".join(word.text for word in self.words)

    @property
    def y(self) -> float:
        """The middle of the line, down the page."""
        return median(word.y for word in self.words)

    @property
    def size(self) -> float:
        """The ordinary size of its type."""
        return median([word.size for word in self.words if word.is_chinese] or [word.size for word in self.words])


def is_figure_text(text: str) -> bool:
    """Whether a text, white space aside, can stand where a figure stands."""
    return bool(_FIGURE.fullmatch("".join(text.split())))


def text_lines(chars: Iterable[Char]) -> list[TextLine]:
    """The lines of a page from top to bottom."""
    rows: list[list[Char]] = []
    levels: list[float] = []
    for char in sorted(chars, key=_middle):
        y = _middle(char)
        if rows and y - levels[-1] < _BESIDE * min(char.size, rows[-1][-1].size):
            row = rows[-1]
            levels[-1] += (y - levels[-1]) / (len(row) + 1)
            row.append(char)
        else:
            rows.append([char])
            levels.append(y)
    return [TextLine(tuple(_words(sorted(row, key=lambda char: char.x0)))) for row in rows]


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
    if not chars or min(char.size for char in chars) >= _RAISED * max(char.size for char in chars):
        return chars
    ordered = sorted(chars, key=lambda char: char.x0)
    starts = [char.x0 for char in ordered]
    return [_as_mark(char, ordered, starts) for char in chars]


def _as_mark(char: Char, ordered: Sequence[Char], starts: Sequence[float]) -> Char:
    if not char.text.isdecimal():
        return char
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
    groups: list[list[Char]] = []
    for char in row:
        if groups and not _parts(groups[-1][-1], char):
            groups[-1].append(char)
        else:
            groups.append([char])
    return [Word("".join(char.text for char in group), tuple(group), *box_of(group)) for group in groups]


def _parts(last: Char, char: Char) -> bool:
    gap = char.x0 - last.x1
    size = min(last.size, char.size)
    if _DIGIT.match(last.text) and _DIGIT.match(char.text):
        return gap > _FIGURES_APART * size
    return gap > _APART * size or not 0 < char.order - last.order <= _NEXT
