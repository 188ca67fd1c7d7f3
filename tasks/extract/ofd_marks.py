"""What an OFD page's objects put on paper: characters with their boxes, straight lines, pictures; in millimetres, as stated."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from lxml import etree

from tasks.errors import DocumentTooLarge

MAX_CHARS = 60_000  # of one page
MAX_LINES = 40_000
_THIN = 1.0  # millimetres: a filled shape no thicker is a line
_ASCENT, _DESCENT = 0.88, 0.12  # of the type's size, above and below the line on which characters stand
_CHINESE = 0x2E80  # from here on characters are as wide as their type is large
_SLANT = 0.06  # radians off a right angle from which text lies at a slant, as watermarks do
_WORDS = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_ARGUMENTS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
_SPACES = frozenset("\xa0\u3000\ufffe\ufeff\xad\u200b\u2002\u2003\u2009")

Point = tuple[float, float]


class Matrix(NamedTuple):
    """An affine map: (x, y) → (a x + c y + e, b x + d y + f)."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def put(self, x: float, y: float) -> Point:
        """Where a point comes to lie."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def after(self, inner: Matrix) -> Matrix:
        """The map that applies `inner` first."""
        e, f = self.put(inner.e, inner.f)
        return Matrix(
            self.a * inner.a + self.c * inner.b,
            self.b * inner.a + self.d * inner.b,
            self.a * inner.c + self.c * inner.d,
            self.b * inner.c + self.d * inner.d,
            e,
            f,
        )


class Mark(NamedTuple):
    """A character: its box (x0, top, x1, bottom), the size of its type, the quarter turns clockwise that bring it upright."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    turn: int


@dataclass(slots=True)
class Marks:
    """All that one page shows, in the order in which its objects stand."""

    chars: list[Mark] = field(default_factory=list)
    lines: list[tuple[float, float, float, float]] = field(default_factory=list)  # x0, top, x1, bottom: thin boxes
    pictures: list[tuple[str, float]] = field(default_factory=list)  # resource id, area in mm²

    def limit(self) -> None:
        """Raise DocumentTooLarge for a page of more than anyone prints."""
        if len(self.chars) > MAX_CHARS or len(self.lines) > MAX_LINES:
            raise DocumentTooLarge("a page of endless objects", expected=f"at most {MAX_CHARS:,}", remedy="Look at it by eye.")


def numbers(text: str | None) -> list[float]:
    """The numbers of an attribute; what is no number, or no finite one, is left out."""
    found = []
    for word in (text or "").split()[:100_000]:
        try:
            value = float(word)
        except ValueError:
            continue
        if math.isfinite(value) and abs(value) < 1e7:
            found.append(value)
    return found


def number(text: str | None, otherwise: float) -> float:
    """The first number of an attribute, or something else without one."""
    return (numbers(text) or [otherwise])[0]


def frame_of(element: etree._Element, outer: Matrix) -> Matrix:
    """The map from an object's own space to the page: its CTM, then its Boundary, then what it stands in."""
    corner, own = numbers(element.get("Boundary")), numbers(element.get("CTM"))
    placed = Matrix(e=corner[0], f=corner[1]) if len(corner) >= 2 else Matrix()
    return outer.after(placed.after(Matrix(*own[:6]) if len(own) >= 6 else Matrix()))


def is_shown(element: etree._Element) -> bool:
    """Whether an object is visible at all."""
    return element.get("Visible", "true") not in ("false", "0") and number(element.get("Alpha"), 255) > 0


def add_text(element: etree._Element, outer: Matrix, marks: Marks) -> None:
    """The characters of a TextObject. Text at a slant is a watermark, white text is not seen: both are left out."""
    frame = frame_of(element, outer)
    size, across = number(element.get("Size") or element.get("size"), 0.0), number(element.get("HScale"), 1.0)
    filled, stroked = element.get("Fill", "true"), element.get("Stroke", "false")
    turn = _turn(frame, number(element.get("CharDirection"), 0.0))
    if size <= 0 or turn is None or (filled in ("false", "0") and stroked in ("false", "0")) or _is_white(element):
        return
    x = y = 0.0
    for code in element.iterchildren("{*}TextCode"):
        x, y = number(code.get("X"), x), number(code.get("Y"), y)
        text = (code.text or "").replace("\r", "").replace("\n", "").replace("\t", "")
        for char, (at_x, at_y), advance in _set(text, (x, y), code, size * across):
            if not char.isspace() and char not in _SPACES:
                marks.chars.append(_mark(char, frame, at_x, at_y, size, min(advance, size * across), turn))
        marks.limit()


def _set(text: str, start: Point, code: etree._Element, size: float) -> Iterator[tuple[str, Point, float]]:
    """(character, where it stands, how wide it may be). Without any deltas, characters follow one another."""
    across, down = deltas(code.get("DeltaX"), len(text)), deltas(code.get("DeltaY"), len(text))
    x, y = start
    for index, char in enumerate(text):
        width = size if ord(char) >= _CHINESE else size / 2
        step_x = across[index] if index < len(across) else 0.0
        step_y = down[index] if index < len(down) else 0.0
        if not across and not down:
            step_x = width
        yield char, (x, y), min(width, abs(step_x)) if step_x and ord(char) < _CHINESE else width
        x, y = x + step_x, y + step_y


def deltas(text: str | None, most: int) -> list[float]:
    """The steps of a DeltaX or DeltaY, at most `most`; "g 3 4.5" stands for 4.5 three times."""
    words = (text or "").split()[: 4 * most + 4]
    steps: list[float] = []
    at = 0
    while at < len(words) and len(steps) < most:
        if words[at] == "g":
            count = words[at + 1] if at + 1 < len(words) else ""
            times = min(int(count[:9]), most - len(steps)) if count.isascii() and count.isdigit() else 0
            steps += [number(" ".join(words[at + 2 : at + 3]), 0.0)] * times
            at += 3
        else:
            steps.append(number(words[at], 0.0))
            at += 1
    return steps


def _mark(char: str, frame: Matrix, x: float, y: float, size: float, width: float, turn: int) -> Mark:
    corners = [frame.put(x + dx, y + dy) for dx in (0.0, width) for dy in (-_ASCENT * size, _DESCENT * size)]
    xs, ys = [corner[0] for corner in corners], [corner[1] for corner in corners]
    shown = size * math.hypot(frame.c, frame.d)
    return Mark(char, min(xs), min(ys), max(xs), max(ys), shown, turn)


def _turn(frame: Matrix, direction: float) -> int | None:
    """Quarter turns clockwise that bring the text upright; None for text at a slant."""
    angle = math.atan2(frame.b, frame.a) + math.radians(direction)
    quarters = round(angle / (math.pi / 2))
    return None if abs(angle - quarters * math.pi / 2) > _SLANT else -quarters % 4


def _is_white(element: etree._Element) -> bool:
    colour = element.find("{*}FillColor")
    if colour is None:
        return False
    values = numbers(colour.get("Value"))
    return number(colour.get("Alpha"), 255) <= 0 or (len(values) == 3 and min(values) >= 250)


def add_path(element: etree._Element, outer: Matrix, marks: Marks) -> None:
    """The straight level and upright lines of a PathObject; a thin filled shape is a line as well."""
    data = element.find("{*}AbbreviatedData")
    if data is None or not data.text:
        return
    frame = frame_of(element, outer)
    is_stroked = element.get("Stroke", "true") not in ("false", "0")
    is_filled = element.get("Fill", "false") not in ("false", "0")
    for points, is_straight in _outlines(data.text):
        placed = [frame.put(*point) for point in points]
        xs, ys = [x for x, _ in placed], [y for _, y in placed]
        box = (min(xs), min(ys), max(xs), max(ys))
        if min(box[2] - box[0], box[3] - box[1]) <= _THIN and (is_filled or is_stroked):
            marks.lines.append(box)
        elif is_stroked and is_straight:
            for (x0, y0), (x1, y1) in pairwise(placed):
                if min(abs(x1 - x0), abs(y1 - y0)) <= _THIN / 4:
                    marks.lines.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
        marks.limit()


def _outlines(data: str) -> Iterator[tuple[list[Point], bool]]:
    """The strokes of an AbbreviatedData: their corners, and whether all of their pieces are straight."""
    words = _WORDS.findall(data)
    points: list[Point] = []
    is_straight = True
    at = 0
    while at < len(words):
        command = words[at].upper()
        count = _ARGUMENTS.get(command)
        if count is None:
            at += 1
            continue
        values = numbers(" ".join(words[at + 1 : at + 1 + count]))
        at += 1 + count
        if len(values) < count:
            continue
        if command in "SM":
            if len(points) > 1:
                yield points, is_straight
            points, is_straight = [(values[0], values[1])], True
        elif command == "C":
            points.append(points[0] if points else (0.0, 0.0))
        else:
            is_straight = is_straight and command == "L"
            points.append((values[-2], values[-1]))
    if len(points) > 1:
        yield points, is_straight
