"""Bytes → text in the encodings that agencies use, whatever is declared: declarations lie more often than bytes do."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MARK = "\ufeff"
_CJK = re.compile("[\u4e00-\u9fff]")
_LATIN = re.compile("[\u0080-\u00ff\u0152-\u2122]")
_SAMPLE = 65536  # bytes or characters that decide which encoding it is
_STRAY = 0.02  # share of broken places up to which a text is UTF-8 with strays
_SPOILT = 0.01  # share of unreadable characters up to which a text is one at all
_CP1252 = {
    ord(char): byte
    for byte in range(0x80, 0xA0)
    for char in [bytes([byte]).decode("cp1252", errors="ignore")]
    if char  # five bytes of this range are no character in cp1252; browsers keep them as they are
}


def decode(data: bytes) -> str | None:
    """Text in UTF-8, UTF-16 (with or without BOM), UTF-32 with BOM or GB18030, its BOMs taken out; None when it is none.

    UTF-8 with a few bytes of GBK (an included fragment) is read as what each part is; UTF-8 encoded twice is undone where
    that leaves no doubt.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _tidy(_strict(data, encoding) or _spoilt(data, encoding))
    if b"\x00" in data[:_SAMPLE]:
        wide = _wide(data)
        if wide is not None:
            return _tidy(wide)
    text = _strict(data, "utf-8")
    if text is None:
        text = _mixed(data) or _strict(data, "gb18030") or _tolerant(data)
    return _tidy(_once(text) if text is not None else None)


def _tidy(text: str | None) -> str | None:
    return text.replace(_MARK, "") if text is not None and _MARK in text else text


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _spoilt(data: bytes, encoding: str) -> str | None:
    text = data.decode(encoding, errors="replace")
    return text if text.count("\ufffd") <= len(text) * _SPOILT else None


def _wide(data: bytes) -> str | None:
    """UTF-16 without BOM: half of a page's bytes are then zeros, all at even or all at odd places."""
    sample = data[:_SAMPLE]
    high, low = sample[0::2].count(0), sample[1::2].count(0)
    if max(high, low) < 10 * min(high, low) or max(high, low) * 50 < len(sample):
        return None
    even = data[: len(data) & ~1]
    text = _strict(even, "utf-16-le" if low > high else "utf-16-be")
    return text if text is not None and "\x00" not in text else None


def _mixed(data: bytes) -> str | None:
    """UTF-8 in which a few places are GBK (or broken); None when it is not mostly UTF-8.

    Text in GBK practically never forms valid UTF-8 by chance, so a page with few broken places is UTF-8.
    """
    plain = data.decode("utf-8", errors="replace")
    broken = len(re.findall("\ufffd+", plain))
    wide = len(_CJK.findall(plain))
    if not wide or broken > max(3, wide * _STRAY):
        return None
    return data.decode("utf-8", errors="gouji-gbk")


def _as_gbk(error: UnicodeError) -> tuple[str, int]:
    """The bytes at which UTF-8 breaks, up to the next ASCII character or valid UTF-8, read as GBK (else as U+FFFD)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    data, start = error.object, error.start
    end = start
    while end < len(data) and data[end] >= 0x80 and end - start < 64 and not _begins_utf8(data, end):
        end += 1 if end + 1 >= len(data) or data[end + 1] < 0x40 else 2
    end = max(end, start + 1)
    try:
        return data[start:end].decode("gb18030"), end
    except UnicodeDecodeError:
        return "\ufffd", error.end


codecs.register_error("gouji-gbk", _as_gbk)


def _begins_utf8(data: bytes, at: int) -> bool:
    """Whether two valid three-byte characters of UTF-8 stand here: too much to be chance."""
    try:
        return len(data[at : at + 6].decode("utf-8")) == 2 and data[at] >= 0xE0
    except UnicodeDecodeError:
        return False


def _tolerant(data: bytes) -> str | None:
    """Text with a few broken bytes (a cut-off page, a stray byte): the encoding that spoils least, if it spoils under 1 %."""
    texts = (data.decode(encoding, errors="replace") for encoding in ("utf-8", "gb18030"))
    best = min(texts, key=lambda text: text.count("\ufffd"))
    return best if best.count("\ufffd") < len(best) * _SPOILT else None


def _once(text: str) -> str:
    """Text whose UTF-8 was taken for Latin-1 and encoded again, put right; any other text as it is."""
    sample = text[:_SAMPLE]
    if _CJK.search(sample) or len(_LATIN.findall(sample)) < 12:
        return text
    try:
        undone = text.translate(_CP1252).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
    return undone if _CJK.search(undone) else text
