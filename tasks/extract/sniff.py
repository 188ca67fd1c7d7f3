"""Decide what kind of file some bytes are, by the bytes alone: extensions and servers' headers lie."""

from __future__ import annotations

import io
import re
import zipfile

from tasks.extract.encodings import decode

_HTML = re.compile(rb"<\s*(!doctype\s+html|html|head|body|table|div|p|meta)\b", re.IGNORECASE)
_IMAGES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sniff(data: bytes) -> str:
    """One of pdf, docx, doc, sheet, ofd, zip, image, html, text, unknown."""
    head = data[:4096]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return _sniff_zip(data)
    if head.startswith(_OLE):
        return "sheet" if "Workbook".encode("utf-16-le") in data else "doc"
    if head.startswith(_IMAGES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return "image"
    if _HTML.search(head):
        return "html"
    return "text" if decodes(data) else "unknown"


def _sniff_zip(data: bytes) -> str:
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return "docx" if b"word/document.xml" in data else "zip"
    if "word/document.xml" in names:
        return "docx"
    if "OFD.xml" in names:
        return "ofd"
    return "sheet" if any(name.startswith("xl/") for name in names) else "zip"


def decodes(data: bytes) -> bool:
    """Whether the bytes are text in one of the encodings that agencies use."""
    return (
        bool(data.strip())
        and b"\x00" not in data.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")[:4096:2]
        and decode(data) is not None
    )
