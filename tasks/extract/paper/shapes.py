"""Walk over the objects of a PDF page: the lines it draws (also inside form XObjects), its pictures, oddly set text."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from tasks.extract.paper import calls
from tasks.extract.paper.ink import Box
from tasks.extract.paper.layers import layer_name

THIN = 3.0  # points: a shape no thicker is a line
SLANT = 0.06  # radians off a right angle from which text lies at a slant
_MAX_OBJECTS = 60_000
_MAX_FORMS = 8  # levels of forms inside forms
_INVISIBLE = 3  # text render mode
_PALE = 140  # of 255: what is lighter than this in all colours is pale

# Filled anew for each object: a process reads one page at a time.
_COLOUR, _BOUNDS, _FORM = (ctypes.c_uint * 4)(), (ctypes.c_float * 4)(), (ctypes.c_float * 6)()
_COLOUR_AT = tuple(ctypes.addressof(_COLOUR) + 4 * k for k in range(4))
_BOUNDS_AT = tuple(ctypes.addressof(_BOUNDS) + 4 * k for k in range(4))
_FORM_AT = ctypes.addressof(_FORM)
_OC = "OC\0".encode("utf-16-le")

Matrix = tuple[float, float, float, float, float, float]


@dataclass(slots=True)
class Marks:
    """What a page draws and how its text is set, in user space."""

    lines: list[Box] = field(default_factory=list)  # thin boxes (left, bottom, right, top)
    pictures: list[Box] = field(default_factory=list)
    unseen: set[int] = field(default_factory=set)  # addresses of text objects that are invisible
    pale: dict[int, int] = field(default_factory=dict)  # and of those whose type is pale: how light it is (0 to 255)
    has_sideways: bool = False
    has_text: bool = False
    is_veiled: bool = False  # something may hide text: a white patch or a picture drawn after it
    off: frozenset[str] = frozenset()  # names of the layers that are switched off
    count: int = 0


def find_marks(page: pypdfium2.PdfPage, off: frozenset[str]) -> Marks:
    """The marks of a page, in user space; text on a layer that is off counts as invisible."""
    marks = Marks(off=off)
    _walk(calls.number_of(page.raw), calls.count_objects, calls.get_object, None, marks, 0)
    return marks


def _walk(holder: int, count: Any, get: Any, outer: Matrix | None, marks: Marks, depth: int) -> None:
    """Collect lines, pictures and odd text of a page or form; `outer` is the form's own place on the page."""
    for i in range(count(holder)):
        marks.count += 1
        if marks.count > _MAX_OBJECTS:
            return
        item = get(holder, i)
        kind = calls.type_of(item)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            _note_text(item, outer, marks)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM:
            if depth < _MAX_FORMS:
                matrix = _times(_matrix(item), outer)
                _walk(item, calls.count_form_objects, calls.get_form_object, matrix, marks, depth + 1)
        elif kind in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE) and calls.bounds_of(item, *_BOUNDS_AT):
            left, bottom, right, top = _BOUNDS
            box = _through(outer, (left, bottom, right, top))
            if box[2] - box[0] <= THIN or box[3] - box[1] <= THIN:
                marks.lines.append(box)
                continue
            if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                marks.pictures.append(box)
            else:
                marks.lines += _sides(item, outer)
            marks.is_veiled |= marks.has_text and (kind == pdfium.FPDF_PAGEOBJ_IMAGE or _lightness(item) > _PALE)


def _note_text(item: int, outer: Matrix | None, marks: Marks) -> None:
    marks.has_text = True
    a, b, c, d, *_ = _matrix(item) if outer is None else _times(_matrix(item), outer)
    if abs(b) > SLANT * abs(a) or abs(c) > SLANT * abs(d):
        marks.has_sideways = True
    mode = calls.render_mode_of(item)
    if mode == _INVISIBLE or (marks.off and _layer(item) in marks.off):
        marks.unseen.add(item)
    elif (lightness := _lightness(item)) > _PALE:
        marks.pale[item] = lightness


def _layer(item: int) -> str:
    """The name of the layer an object is on (its mark OC); blank for none."""
    size = ctypes.c_ulong()
    for i in range(calls.count_marks(item)):
        mark = calls.get_mark(item, i)
        kind, name = (ctypes.c_uint16 * 64)(), (ctypes.c_ubyte * 512)()
        calls.mark_name(mark, ctypes.addressof(kind), ctypes.sizeof(kind), ctypes.addressof(size))
        if bytes(kind)[:6] != _OC:
            continue
        if calls.mark_value(mark, b"Name", ctypes.addressof(name), ctypes.sizeof(name), ctypes.addressof(size)):
            return layer_name(bytes(name)[: size.value])
    return ""


def _lightness(item: int) -> int:
    """How light an object's fill shows on white: 0 black to 255 white, or wholly transparent."""
    if not calls.fill_of(item, *_COLOUR_AT):
        return 0
    red, green, blue, alpha = _COLOUR
    return int(255 - (255 - min(red, green, blue)) * alpha / 255)


def _matrix(item: int) -> Matrix:
    if not calls.matrix_of(item, _FORM_AT):
        return 1.0, 0.0, 0.0, 1.0, 0.0, 0.0
    a, b, c, d, e, f = _FORM
    return a, b, c, d, e, f


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


def _sides(item: int, outer: Matrix | None) -> Iterator[Box]:
    """The straight sides of a larger path: each drawn side of a stroked one; of a filled one, its thin parts and frames."""
    mode, is_stroked = ctypes.c_int(), ctypes.c_int()
    calls.draw_mode(item, ctypes.addressof(mode), ctypes.addressof(is_stroked))
    parts = _parts(item, _times(_matrix(item), outer))
    if is_stroked.value:
        for points in parts:
            for (x0, y0), (x1, y1) in pairwise(points):
                yield min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    elif mode.value:
        boxes = [_bounds(points) for points in parts if len(points) > 2]
        for box in boxes:
            if box[2] - box[0] <= THIN or box[3] - box[1] <= THIN:
                yield box
            elif any(_frames(box, other) for other in boxes):
                left, bottom, right, top = box
                yield from ((left, bottom, left, top), (right, bottom, right, top))
                yield from ((left, bottom, right, bottom), (left, top, right, top))


def _frames(outer: Box, inner: Box) -> bool:
    """Whether two filled outlines leave a thin frame between them."""
    gaps = (inner[0] - outer[0], inner[1] - outer[1], outer[2] - inner[2], outer[3] - inner[3])
    return outer is not inner and all(0 < gap <= THIN for gap in gaps)


def _parts(item: int, matrix: Matrix) -> list[list[tuple[float, float]]]:
    """The path's outlines as points on the page; curves count as the straight line between their ends."""
    parts: list[list[tuple[float, float]]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for i in range(min(calls.count_segments(item), _MAX_OBJECTS)):
        segment = calls.get_segment(item, i)
        calls.segment_point(segment, ctypes.addressof(x), ctypes.addressof(y))
        point = _point(matrix, x.value, y.value)
        if calls.segment_type(segment) == pdfium.FPDF_SEGMENT_MOVETO or not parts:
            parts.append([point])
        else:
            parts[-1].append(point)
        if calls.segment_closes(segment):
            parts[-1].append(parts[-1][0])
    return parts


def _bounds(points: list[tuple[float, float]]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
