"""Take a PDF page's ink from pdfium: characters, lines (also inside form XObjects), and how much of it is pictures."""

from __future__ import annotations

import ctypes
from collections import defaultdict
from collections.abc import Iterator
from math import pi
from statistics import median

import pypdfium2

from tasks.extract.paper import calls
from tasks.extract.paper.ink import Box, Char, Ink, Line, turned
from tasks.extract.paper.shapes import SLANT, THIN, Marks, find_marks
from tasks.extract.paper.visible import Sight

_MAX_CHARS = 60_000
_CHINESE = 0x2E80  # from here on characters are as wide as their type is large
_SPACES = frozenset((0xA0, 0x3000, 0xFFFE, 0xFEFF, 0xAD, 0x200B, 0x2002, 0x2003, 0x2009))
_BLANKS = frozenset((2, 9, 10, 13, 32))  # a soft hyphen and white space, as pdfium gives them
_UNKNOWN = 0xFFFD
_LARGE = 1.4  # sizes of the page's ordinary type from which pale type is a watermark's
_HUGE = 2.2  # sizes from which any type that lies over other type is


def take_ink(page: pypdfium2.PdfPage, number: int, off: frozenset[str] = frozenset()) -> Ink:
    """The ink of a page, as it is shown: /Rotate and the crop box honoured, text that no one sees left out.

    `off`: the names of the layers that are switched off.
    """
    frame = _Frame(page)
    marks = find_marks(page, off)
    text_page = page.get_textpage()
    try:
        chars, pale, unseen, angles = _chars(calls.number_of(text_page.raw), frame, marks)
    finally:
        text_page.close()
    if marks.is_veiled or pale:
        sight = Sight(page)
        unseen += [char for char in chars if marks.is_veiled and not sight.shows(char[1:5])]
        unseen += [char for owner, run in pale.items() for char in run if not sight.sets_off(char[1:5], marks.pale[owner])]
        lost = {char.order for char in unseen}
        chars = [char for char in chars if char.order not in lost]
        pale = {owner: [char for char in run if char.order not in lost] for owner, run in pale.items()}
    chars = _without_watermarks(chars, {owner: run for owner, run in pale.items() if run})
    turn = _turn(angles)
    level, upright = _lines(marks.lines, frame, turn)
    covered = sum(max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1]) for box in map(frame.clip, marks.pictures))
    return Ink(
        number=number,
        width=frame.height if turn % 2 else frame.width,
        height=frame.width if turn % 2 else frame.height,
        chars=_turn_chars(chars, frame, turn),
        level=level,
        upright=upright,
        unseen=_turn_chars(unseen, frame, turn),
        picture=min(1.0, covered / max(1.0, frame.width * frame.height)),
        drawn=marks.count,
        turn=turn,
    )


class _Frame:
    """The shown part of a page: brings boxes of user space (origin bottom left) to the page's own (origin top left)."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        left, bottom, right, top = page.get_bbox()  # inherited boxes too, unlike get_mediabox
        self.left, self.bottom, self.right, self.top = left, bottom, right, top
        self.quarters = (page.get_rotation() // 90) % 4
        self.flat = (right - left, top - bottom)
        self.width, self.height = self.flat[:: -1 if self.quarters % 2 else 1]

    def place(self, left: float, bottom: float, right: float, top: float) -> Box:
        """User space → page."""
        box = (left - self.left, self.top - top, right - self.left, self.top - bottom)
        return turned(box, *self.flat, self.quarters) if self.quarters else box

    def clip(self, box: Box) -> Box:
        """The part of a user-space box that is shown."""
        return max(box[0], self.left), max(box[1], self.bottom), min(box[2], self.right), min(box[3], self.top)


def _chars(page: int, frame: _Frame, marks: Marks) -> tuple[list[Char], dict[int, list[Char]], list[Char], list[int]]:
    """The text; pale type by the text object it is of; invisible type; and how many characters stand at each quarter turn."""
    chars: list[Char] = []
    unseen: list[Char] = []
    pale: dict[int, list[Char]] = defaultdict(list)
    angles = [0, 0, 0, 0]
    is_plain = not (marks.has_sideways or marks.unseen or marks.pale or frame.quarters)
    last = None
    for char in _stated(page, frame):
        if last is not None and char.text == last.text and _is_doubled(last, char):
            continue
        owner = 0
        if not is_plain:
            quarter = _quarter(calls.angle_at(page, char.order), frame) if marks.has_sideways else frame.quarters
            owner = calls.object_at(page, char.order) if marks.unseen or marks.pale else 0
            if quarter is None:
                continue
            if owner in marks.unseen:
                unseen.append(char)
                continue
            angles[quarter] += 1
            if quarter % 2:
                char = char._replace(size=_size(char.text, char.bottom - char.top, char.x1 - char.x0))
        last = char
        if owner and owner in marks.pale:
            pale[owner].append(char)
        else:
            chars.append(char)
    return _once(chars), pale, unseen, angles


def _stated(page: int, frame: _Frame) -> Iterator[Char]:
    """What the file states on the shown part of the page, white space left out. (Called for each character: kept flat.)"""
    rect = (ctypes.c_float * 4)()  # left, top, right, bottom
    at = ctypes.addressof(rect)
    get_code, get_box, new = calls.unicode_at, calls.loose_box_at, tuple.__new__
    x, y, width, height = frame.left, frame.top, 2 * frame.width, 2 * frame.height
    is_turned = frame.quarters != 0
    for i in range(min(calls.count_chars(page), _MAX_CHARS)):
        code = get_code(page, i)
        if code <= 32:
            if code in _BLANKS or not _has_ink(page, i):
                continue
            code = _UNKNOWN
        if code in _SPACES or not get_box(page, i, at):
            continue
        left, upper, right, lower = rect
        x0, top, x1, bottom = left - x, y - upper, right - x, y - lower
        if is_turned:
            x0, top, x1, bottom = turned((x0, top, x1, bottom), *frame.flat, frame.quarters)
        if 0 <= x0 + x1 <= width and 0 <= top + bottom <= height:
            size = x1 - x0 if code >= _CHINESE else bottom - top
            yield new(Char, (chr(code), x0, top, x1, bottom, size, i))


def _has_ink(page: int, i: int) -> bool:
    """Whether a character that the font's tables do not name is a drawn sign: one we cannot read, but not nothing."""
    sides = (ctypes.c_double * 4)()  # left, right, bottom, top
    at = ctypes.addressof(sides)
    if not calls.box_at(page, i, at, at + 8, at + 16, at + 24):
        return False
    left, right, bottom, top = sides
    return bool(right - left > 0.1 and top - bottom > 0.1)


def _once(chars: list[Char]) -> list[Char]:
    """The text without what was printed again over itself, at the same place or a hair aside."""
    if len({(char.text, round(char.x0), round(char.top)) for char in chars}) == len(chars):
        return chars
    kept: list[Char] = []
    places: dict[tuple[str, int, int], list[Char]] = defaultdict(list)
    for char in chars:
        x, y = round(char.x0), round(char.top)
        near = (other for i in (x - 1, x, x + 1) for j in (y - 1, y, y + 1) for other in places.get((char.text, i, j), ()))
        if not any(_is_doubled(other, char) for other in near):
            kept.append(char)
            places[char.text, x, y].append(char)
    return kept


def _without_watermarks(chars: list[Char], pale: dict[int, list[Char]]) -> list[Char]:
    """The text without pale type that is large or lies over other text, and without huge type that does."""
    if not chars:
        return sorted((char for run in pale.values() for char in run), key=_place)
    ordinary = median(char.size for char in chars)
    shown = list(chars)
    for run in pale.values():
        if run[0].size <= _LARGE * ordinary and not any(_lies_over(char, other) for char in run for other in chars):
            shown += run
    plain = [char for char in shown if char.size <= _HUGE * ordinary]
    huge = [char for char in shown if char.size > _HUGE * ordinary]
    return sorted([*plain, *(char for char in huge if not any(_lies_over(char, other) for other in plain))], key=_place)


def _place(char: Char) -> int:
    return char.order


def _lies_over(char: Char, other: Char) -> bool:
    x, y = (other.x0 + other.x1) / 2, (other.top + other.bottom) / 2
    return bool(char.x0 < x < char.x1 and char.top < y < char.bottom)


def _quarter(angle: float, frame: _Frame) -> int | None:
    """Quarter turns clockwise of a character as shown; None at a slant."""
    quarters = round(angle / (pi / 2))
    if abs(angle - quarters * pi / 2) > SLANT:
        return None
    return int((quarters + frame.quarters) % 4)


def _is_doubled(last: Char, char: Char) -> bool:
    """Whether a character is the one before once more, a hair aside: bold made by printing twice."""
    near = 0.12 * char.size
    return abs(char.x0 - last.x0) < near and abs(char.top - last.top) < near


def _size(text: str, width: float, height: float) -> float:
    """The size of the type: a Chinese character's width, for its box may be flat (一); another's height."""
    return width if ord(text) >= _CHINESE else height


def _turn(angles: list[int]) -> int:
    """The quarter turns clockwise that bring most of the text upright."""
    most = max(range(4), key=lambda quarter: angles[quarter])
    return (-most) % 4 if angles[most] > 0.6 * sum(angles) else 0


def _turn_chars(chars: list[Char], frame: _Frame, turn: int) -> tuple[Char, ...]:
    if not turn:
        return tuple(chars)
    return tuple(Char(c.text, *turned(c[1:5], frame.width, frame.height, turn), c.size, c.order) for c in chars)


def _lines(boxes: list[Box], frame: _Frame, turn: int) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Thin boxes as level and upright lines on the turned page; slanted ones are none."""
    level, upright = [], []
    for box in boxes:
        x0, top, x1, bottom = turned(frame.place(*box), frame.width, frame.height, turn)
        across, down = x1 - x0, bottom - top
        if down <= THIN and across >= down:
            level.append(Line((top + bottom) / 2, x0, x1))
        elif across <= THIN:
            upright.append(Line((x0 + x1) / 2, top, bottom))
    return tuple(level), tuple(upright)
