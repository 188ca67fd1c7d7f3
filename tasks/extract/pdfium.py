"""Take a PDF page's ink from pdfium: characters, lines (also inside form XObjects), and how much of it is pictures."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import pi
from statistics import median
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from tasks.extract.page import Box, Char, Ink, Line, turned

_THIN = 3.0  # points: a shape no thicker is a line
_MAX_OBJECTS = 60_000
_MAX_CHARS = 60_000
_MAX_FORMS = 8  # levels of forms inside forms
_INVISIBLE = 3  # text render mode
_CHINESE = 0x2E80  # from here on characters are as wide as their type is large
_SLANT = 0.06  # radians off a right angle from which text lies at a slant
_SPACES = frozenset((0xA0, 0x3000, 0xFFFE, 0xFEFF, 0xAD, 0x200B, 0x2002, 0x2003, 0x2009))
_PALE = 190  # of 255: type lighter than this in all colours, or as see-through, is a watermark's
_LARGE = 1.4  # sizes of the page's ordinary type from which pale type is a watermark's
_HUGE = 2.2  # sizes from which any type that lies over other type is

Matrix = tuple[float, float, float, float, float, float]


@dataclass(slots=True)
class _Marks:
    """What the walk over the page's objects finds, in user space."""

    lines: list[Box] = field(default_factory=list)  # thin boxes (left, bottom, right, top)
    pictures: list[Box] = field(default_factory=list)
    unseen: set[int] = field(default_factory=set)  # addresses of text objects that are invisible
    pale: set[int] = field(default_factory=set)  # and of those whose type is pale or see-through
    has_oblique: bool = False
    has_sideways: bool = False
    hidden: int = 0
    count: int = 0


def take_ink(page: pypdfium2.PdfPage, number: int) -> Ink:
    """The ink of a page, as it is shown (/Rotate and the crop box honoured)."""
    frame = _Frame(page)
    marks = _Marks()
    _walk(page.raw, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject, None, marks, 0)
    text_page = page.get_textpage()
    try:
        chars, stray, angles = _chars(text_page.raw, frame, marks)
    finally:
        text_page.close()
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
        stray=_turn_chars(stray, frame, turn),
        picture=min(1.0, covered / max(1.0, frame.width * frame.height)),
        hidden=marks.hidden,
        turn=turn,
    )


class _Frame:
    """The shown part of a page: brings boxes of user space (origin bottom left) to the page's own (origin top left)."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        media, crop = page.get_mediabox(), page.get_cropbox()
        left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
        right, top = min(media[2], crop[2]), min(media[3], crop[3])
        if right <= left or top <= bottom:
            left, bottom, right, top = media
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


def _walk(holder: Any, count: Any, get: Any, outer: Matrix | None, marks: _Marks, depth: int) -> None:
    """Collect lines, pictures and odd text of a page or form; `outer` is the form's own place on the page."""
    bounds = [ctypes.c_float() for _ in range(4)]
    left, bottom, right, top = bounds
    refs = [ctypes.byref(each) for each in bounds]
    for i in range(count(holder)):
        marks.count += 1
        if marks.count > _MAX_OBJECTS:
            return
        item = get(holder, i)
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            _note_text(item, outer, marks)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM:
            if depth < _MAX_FORMS:
                matrix = _times(_matrix(item), outer)
                _walk(item, pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject, matrix, marks, depth + 1)
        elif kind in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE) and pdfium.FPDFPageObj_GetBounds(item, *refs):
            box = _through(outer, (left.value, bottom.value, right.value, top.value))
            if box[2] - box[0] <= _THIN or box[3] - box[1] <= _THIN:
                marks.lines.append(box)
            elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                marks.pictures.append(box)
            else:
                marks.lines += _sides(item, outer)


def _note_text(item: Any, outer: Matrix | None, marks: _Marks) -> None:
    a, b, c, d, *_ = _times(_matrix(item), outer)
    if abs(b) > _SLANT * abs(a) or abs(c) > _SLANT * abs(d):
        marks.has_sideways = True
    mode = pdfium.FPDFTextObj_GetTextRenderMode(item)
    if mode == _INVISIBLE:
        marks.hidden += 1
        marks.unseen.add(_address(item))
    elif _is_pale(item):
        marks.pale.add(_address(item))


def _is_pale(item: Any) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(item, *(ctypes.byref(each) for each in (red, green, blue, alpha))):
        return False
    return min(red.value, green.value, blue.value) > _PALE or alpha.value < 255 - _PALE


def _address(item: Any) -> int:
    return ctypes.cast(item, ctypes.c_void_p).value or 0


def _matrix(item: Any) -> Matrix:
    found = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, ctypes.byref(found)):
        return 1.0, 0.0, 0.0, 1.0, 0.0, 0.0
    return found.a, found.b, found.c, found.d, found.e, found.f


def _times(inner: Matrix, outer: Matrix | None) -> Matrix:
    if outer is None:
        return inner
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _through(matrix: Matrix | None, box: Box) -> Box:
    if matrix is None:
        return box
    corners = [_point(matrix, x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _point(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _sides(item: Any, outer: Matrix | None) -> Iterator[Box]:
    """The straight sides of a larger path: each drawn side of a stroked one; of a filled one, its thin parts and frames."""
    mode, is_stroked = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item, ctypes.byref(mode), ctypes.byref(is_stroked))
    parts = _parts(item, _times(_matrix(item), outer))
    if is_stroked.value:
        for points in parts:
            for (x0, y0), (x1, y1) in pairwise(points):
                yield min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    elif mode.value:
        boxes = [_bounds(points) for points in parts if len(points) > 2]
        for box in boxes:
            if box[2] - box[0] <= _THIN or box[3] - box[1] <= _THIN:
                yield box
            elif any(_frames(box, other) for other in boxes):
                left, bottom, right, top = box
                yield from ((left, bottom, left, top), (right, bottom, right, top))
                yield from ((left, bottom, right, bottom), (left, top, right, top))


def _frames(outer: Box, inner: Box) -> bool:
    """Whether two filled outlines leave a thin frame between them."""
    gaps = (inner[0] - outer[0], inner[1] - outer[1], outer[2] - inner[2], outer[3] - inner[3])
    return outer is not inner and all(0 < gap <= _THIN for gap in gaps)


def _parts(item: Any, matrix: Matrix) -> list[list[tuple[float, float]]]:
    """The path's outlines as points on the page; curves count as the straight line between their ends."""
    parts: list[list[tuple[float, float]]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for i in range(min(pdfium.FPDFPath_CountSegments(item), _MAX_OBJECTS)):
        segment = pdfium.FPDFPath_GetPathSegment(item, i)
        pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = _point(matrix, x.value, y.value)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO or not parts:
            parts.append([point])
        else:
            parts[-1].append(point)
        if pdfium.FPDFPathSegment_GetClose(segment):
            parts[-1].append(parts[-1][0])
    return parts


def _bounds(points: list[tuple[float, float]]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _chars(page: Any, frame: _Frame, marks: _Marks) -> tuple[list[Char], list[Char], list[int]]:
    """Characters of the text, characters astray, and how many of the first stand at each quarter turn."""
    chars: list[Char] = []
    stray: list[Char] = []
    pale: list[Char] = []
    angles = [0, 0, 0, 0]
    rect = pdfium.FS_RECTF()
    ref = ctypes.byref(rect)
    last = None
    for i in range(min(pdfium.FPDFText_CountChars(page), _MAX_CHARS)):
        code = pdfium.FPDFText_GetUnicode(page, i)
        if code <= 32 or code in _SPACES or not pdfium.FPDFText_GetLooseCharBox(page, i, ref):
            continue
        box = frame.place(rect.left, rect.bottom, rect.right, rect.top)
        char = Char(chr(code), *box, _size(code, box), i)
        quarter: int | None = 0
        if marks.has_sideways:
            quarter = _quarter(pdfium.FPDFText_GetCharAngle(page, i), frame)
        owner = _address(pdfium.FPDFText_GetTextObject(page, i)) if marks.unseen or marks.pale else 0
        if quarter is None or owner in marks.unseen or not _is_shown(box, frame):
            stray.append(char)
            continue
        if quarter % 2:
            char = char._replace(size=_size(code, (box[1], box[0], box[3], box[2])))
        if last is not None and _is_doubled(last, char):
            continue
        last = char
        angles[quarter] += 1
        (pale if owner in marks.pale else chars).append(char)
    shown, marked = _watermarks(chars, pale)
    return shown, stray + marked, angles


def _watermarks(chars: list[Char], pale: list[Char]) -> tuple[list[Char], list[Char]]:
    """Tell text from watermarks: pale type that is larger than the rest, and huge type that lies over other text."""
    if not chars:
        return pale, []
    ordinary = median(char.size for char in chars)
    shown = chars + [char for char in pale if char.size <= _LARGE * ordinary]
    marked = [char for char in pale if char.size > _LARGE * ordinary]
    huge = [char for char in shown if char.size > _HUGE * ordinary]
    over = {char.order for char in huge if any(_lies_over(char, other) for other in shown if other.size <= _HUGE * ordinary)}
    marked += [char for char in shown if char.order in over]
    return sorted((char for char in shown if char.order not in over), key=lambda char: char.order), marked


def _lies_over(char: Char, other: Char) -> bool:
    x, y = (other.x0 + other.x1) / 2, (other.top + other.bottom) / 2
    return char.x0 < x < char.x1 and char.top < y < char.bottom


def _is_shown(box: Box, frame: _Frame) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return 0 <= x <= frame.width and 0 <= y <= frame.height


def _quarter(angle: float, frame: _Frame) -> int | None:
    """Quarter turns clockwise of a character as shown; None at a slant."""
    quarters = round(angle / (pi / 2))
    if abs(angle - quarters * pi / 2) > _SLANT:
        return None
    return (quarters + frame.quarters) % 4


def _is_doubled(last: Char, char: Char) -> bool:
    """Whether a character is the one before once more, a hair aside: bold made by printing twice."""
    near = 0.12 * char.size
    return char.text == last.text and abs(char.x0 - last.x0) < near and abs(char.top - last.top) < near


def _size(code: int, box: Box) -> float:
    """The size of the type: a Chinese character's width, for its box may be flat (一); another's height."""
    return box[2] - box[0] if code >= _CHINESE else box[3] - box[1]


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
        if down <= _THIN and across >= down:
            level.append(Line((top + bottom) / 2, x0, x1))
        elif across <= _THIN:
            upright.append(Line((x0 + x1) / 2, top, bottom))
    return tuple(level), tuple(upright)
