"""Hold the two readings of a page against each other: what stands between lines, and what stands together by position."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from tasks.extract.paper.band import Band
from tasks.extract.paper.ink import Box, Char
from tasks.extract.paper.words import TextLine, Word
from tasks.printed import Agreement

_NEXT = 4  # places in the file within which text goes on; spaces and line ends between are counted


class Positions:
    """The reading by position: which characters make one text, and that text."""

    def __init__(self, lines: Sequence[TextLine], bands: Sequence[Band]) -> None:
        self._text: list[str] = []
        self._size: list[int] = []
        self._of: dict[int, int] = {}
        self._middles = [(word.x, word.y) for line in lines for word in line.words]
        for band in bands:
            for row in band.rows:
                for words in row.slots.values():
                    self._add(words)
        for line in lines:
            for word in line.words:
                if word.chars[0].order not in self._of:
                    self._add([word])

    def _add(self, words: Sequence[Word]) -> None:
        ordered = reading_order(words)
        self._of.update((char.order, len(self._text)) for word in ordered for char in word.chars)
        self._text.append("".join(word.text for word in ordered))
        self._size.append(sum(len(word.chars) for word in ordered))

    def confirm(self, chars: Sequence[Char], box: Box) -> Agreement:
        """Whether these characters, in the file's order, are just one text by position, too; nothing, if nothing stands there."""
        if not chars:
            x0, top, x1, bottom = box
            is_blank = not any(x0 < x < x1 and top < y < bottom for x, y in self._middles)
            return Agreement.AGREED if is_blank else Agreement.DISPUTED
        texts = {self._of.get(char.order) for char in chars}
        own = texts.pop()
        if any(_covers(a, b) for a, b in pairwise(chars)):
            return Agreement.ALONE  # figures printed over each other: no witness can tell which one shows
        if texts or own is None or self._size[own] != len(chars):
            return Agreement.DISPUTED
        return Agreement.AGREED if self._text[own] == "".join(char.text for char in chars) else Agreement.DISPUTED


def _covers(one: Char, other: Char) -> bool:
    """Whether two characters stand in the same place."""
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return across > 0.5 * min(one.x1 - one.x0, other.x1 - other.x0) and down > 0.5 * min(one.size, other.size)


def reading_order(words: Iterable[Word]) -> list[Word]:
    """Words of one cell from top to bottom, and left to right within a line."""
    found: list[Word] = []
    for word in sorted(words, key=lambda word: word.y):
        found.append(word)
        while len(found) > 1 and found[-1].x0 < found[-2].x0 and found[-1].top < found[-2].y:
            found[-1], found[-2] = found[-2], found[-1]
            break
    return found


def confirm_row(cells: Sequence[Sequence[Word]], last: int) -> tuple[Agreement, int]:
    """Whether the file states a row's cells in the same order, each in one piece, after place `last`; and the new last place.

    The second reading of a row that no lines part. A blank cell cannot be confirmed by it.
    """
    places = [[char.order for word in reading_order(words) for char in word.chars] for words in cells]
    if not all(places):
        return Agreement.ALONE, max((each[-1] for each in places if each), default=last)
    flat = [place for each in places for place in each]
    in_pieces = all(0 < b - a <= _NEXT for each in places for a, b in pairwise(each))
    rises = all(a < b for a, b in pairwise([last, *flat]))
    return (Agreement.AGREED if in_pieces and rises else Agreement.ALONE), flat[-1]
