"""A font for machines that have no Chinese one: every sign is the same cross, as high as the type.

PDFs often leave 宋体 and its like to the reader's machine. Where pdfium finds no font for them, their signs have no size, and it
drops those that stand alone; what a page says must not depend on the fonts of the machine that reads it. pdfium's own choice of
font goes first. Only the place of the signs comes from here, never what they are.
"""

from __future__ import annotations

import ctypes
import struct
from functools import cache
from itertools import accumulate
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

_EM = 1000
_CHINESE = frozenset(
    (
        pdfium.FXFONT_GB2312_CHARSET,
        pdfium.FXFONT_CHINESEBIG5_CHARSET,
        pdfium.FXFONT_SHIFTJIS_CHARSET,
        pdfium.FXFONT_HANGEUL_CHARSET,
    )
)
_HANDLE = 0x60_75_6A_69  # no pointer of pdfium's
_CROSS = (  # as high as a sign, as wide as a digit, so that neither hides what stands beside or below it
    *((210, -60), (210, 330), (60, 330), (60, 410), (210, 410), (210, 800)),
    *((290, 800), (290, 410), (440, 410), (440, 330), (290, 330), (290, -60)),
)


class _Fonts(pypdfium2.PdfSysfontBase):  # type: ignore[misc]
    """pdfium's choice of fonts, and the crosses where it finds none for Chinese, Japanese or Korean signs."""

    def MapFont(self, _: Any, weight: int, italic: int, charset: int, pitch: int, face: Any, exact: Any) -> Any:  # noqa: N802
        found = self.default.MapFont(self.default, weight, italic, charset, pitch, face, exact)
        return _HANDLE if not found and charset in _CHINESE else found

    def GetFontData(self, _: Any, font: Any, table: int, buffer: Any, size: int) -> int:  # noqa: N802
        if font != _HANDLE:
            return int(self.default.GetFontData(self.default, font, table, buffer, size))
        data = _tables().get(struct.pack(">I", table), b"") if table else stand_in_font()
        if buffer and size >= len(data):
            ctypes.memmove(buffer, data, len(data))
        return len(data)

    def GetFaceName(self, _: Any, font: Any, buffer: Any, size: int) -> int:  # noqa: N802
        return 0 if font == _HANDLE else int(self.default.GetFaceName(self.default, font, buffer, size))

    def GetFontCharset(self, _: Any, font: Any) -> int:  # noqa: N802
        if font == _HANDLE:
            return int(pdfium.FXFONT_GB2312_CHARSET)
        return int(self.default.GetFontCharset(self.default, font))

    def DeleteFont(self, _: Any, font: Any) -> None:  # noqa: N802
        if font != _HANDLE:
            self.default.DeleteFont(self.default, font)


@cache
def use_stand_in() -> None:
    """Have pdfium use the crosses, in this process, from now on."""
    _Fonts().setup()


@cache
def stand_in_font() -> bytes:
    """The font, as TrueType."""
    tables = sorted(_tables().items())
    starts = accumulate((len(data) + -len(data) % 4 for _, data in tables), initial=12 + 16 * len(tables))
    head = struct.pack(">IHHHH", 0x00010000, len(tables), 64, 2, 16 * len(tables) - 64)  # four tables are the largest power of 2
    directory = b"".join(
        struct.pack(">4sIII", tag, _sum(data), start, len(data)) for (tag, data), start in zip(tables, starts, strict=False)
    )
    return head + directory + b"".join(data + bytes(-len(data) % 4) for _, data in tables)


@cache
def _tables() -> dict[bytes, bytes]:
    glyph = _glyph()
    cmap = struct.pack(">HHHHI", 0, 1, 3, 10, 12) + struct.pack(">HHIIIIII", 13, 0, 28, 0, 1, 0x21, 0x10FFFF, 1)
    sizes = (60, -60, 440, 800)
    return {
        b"cmap": cmap,
        b"glyf": glyph * 2,
        b"head": struct.pack(">IIIIHHQQhhhhHHhhh", 0x00010000, 0x00010000, 0, 0x5F0F3CF5, 0, _EM, 0, 0, *sizes, 0, 8, 2, 1, 0),
        b"hhea": struct.pack(">IhhhHhhh8hH", 0x00010000, 880, -120, 0, _EM, 60, 60, 440, *(0,) * 8, 2),
        b"hmtx": struct.pack(">HhHh", _EM, 60, _EM, 60),
        b"loca": struct.pack(">III", 0, len(glyph), 2 * len(glyph)),
        b"maxp": struct.pack(">IH13H", 0x00010000, 2, 12, 1, *(0,) * 2, 2, *(0,) * 8),
    }


def _glyph() -> bytes:
    xs, ys = ([point[axis] for point in _CROSS] for axis in (0, 1))
    head = struct.pack(">hhhhhHH", 1, min(xs), min(ys), max(xs), max(ys), len(_CROSS) - 1, 0)
    body = bytes([1] * len(_CROSS)) + b"".join(struct.pack(">h", step) for axis in (xs, ys) for step in _steps(axis))
    return head + body + bytes(-len(head + body) % 4)


def _steps(values: list[int]) -> list[int]:
    return [value - before for before, value in zip([0, *values], values, strict=False)]


def _sum(data: bytes) -> int:
    padded = data + bytes(-len(data) % 4)
    return sum(int.from_bytes(padded[at : at + 4]) for at in range(0, len(padded), 4)) & 0xFFFFFFFF
