"""pdfium's functions that are called for each character or object of a page, bound so that a call costs least.

The same functions as in pypdfium2.raw, with handles as plain numbers and the interpreter's lock kept: half the time of a call.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pypdfium2.raw as pdfium

_HANDLE = ctypes.c_void_p
_INT = ctypes.c_int
_ANY = ctypes.c_void_p  # a pointer to what is filled in


def _bind(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None  # noqa: S101
    bound: Callable[..., Any] = ctypes.PYFUNCTYPE(result, *arguments)(address)
    return bound


def number_of(handle: Any) -> int:
    """A handle of pypdfium2 as the plain number that these functions take."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


count_chars = _bind(pdfium.FPDFText_CountChars, _INT, _HANDLE)
unicode_at = _bind(pdfium.FPDFText_GetUnicode, ctypes.c_uint, _HANDLE, _INT)
loose_box_at = _bind(pdfium.FPDFText_GetLooseCharBox, _INT, _HANDLE, _INT, _ANY)
box_at = _bind(pdfium.FPDFText_GetCharBox, _INT, _HANDLE, _INT, _ANY, _ANY, _ANY, _ANY)
angle_at = _bind(pdfium.FPDFText_GetCharAngle, ctypes.c_float, _HANDLE, _INT)
object_at = _bind(pdfium.FPDFText_GetTextObject, _HANDLE, _HANDLE, _INT)

count_objects = _bind(pdfium.FPDFPage_CountObjects, _INT, _HANDLE)
get_object = _bind(pdfium.FPDFPage_GetObject, _HANDLE, _HANDLE, _INT)
count_form_objects = _bind(pdfium.FPDFFormObj_CountObjects, _INT, _HANDLE)
get_form_object = _bind(pdfium.FPDFFormObj_GetObject, _HANDLE, _HANDLE, ctypes.c_ulong)
type_of = _bind(pdfium.FPDFPageObj_GetType, _INT, _HANDLE)
bounds_of = _bind(pdfium.FPDFPageObj_GetBounds, _INT, _HANDLE, _ANY, _ANY, _ANY, _ANY)
matrix_of = _bind(pdfium.FPDFPageObj_GetMatrix, _INT, _HANDLE, _ANY)
fill_of = _bind(pdfium.FPDFPageObj_GetFillColor, _INT, _HANDLE, _ANY, _ANY, _ANY, _ANY)
render_mode_of = _bind(pdfium.FPDFTextObj_GetTextRenderMode, _INT, _HANDLE)

count_marks = _bind(pdfium.FPDFPageObj_CountMarks, _INT, _HANDLE)
get_mark = _bind(pdfium.FPDFPageObj_GetMark, _HANDLE, _HANDLE, ctypes.c_ulong)
mark_name = _bind(pdfium.FPDFPageObjMark_GetName, _INT, _HANDLE, _ANY, ctypes.c_ulong, _ANY)
mark_value = _bind(pdfium.FPDFPageObjMark_GetParamBlobValue, _INT, _HANDLE, ctypes.c_char_p, _ANY, ctypes.c_ulong, _ANY)

draw_mode = _bind(pdfium.FPDFPath_GetDrawMode, _INT, _HANDLE, _ANY, _ANY)
count_segments = _bind(pdfium.FPDFPath_CountSegments, _INT, _HANDLE)
get_segment = _bind(pdfium.FPDFPath_GetPathSegment, _HANDLE, _HANDLE, _INT)
segment_point = _bind(pdfium.FPDFPathSegment_GetPoint, _INT, _HANDLE, _ANY, _ANY)
segment_type = _bind(pdfium.FPDFPathSegment_GetType, _INT, _HANDLE)
segment_closes = _bind(pdfium.FPDFPathSegment_GetClose, _INT, _HANDLE)
