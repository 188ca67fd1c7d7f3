"""Decide what kind of file some bytes are, by the bytes alone: extensions and servers' headers lie."""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import suppress

import olefile

from tasks.extract.encodings import is_text, narrow
from tasks.extract.mhtml import is_archive

_HTML = re.compile(rb"<\s*(!doctype\s+html|html|head|body|table|tr|td|div|p|span|font|meta|h[1-6])\b", re.IGNORECASE)
_PAGE = re.compile(rb"<\s*(!doctype\s+html|html|head|body|table|meta)\b", re.IGNORECASE)  # after a long comment, say
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_PACKED = {b"Rar!\x1a\x07": "rar", b"7z\xbc\xaf\x27\x1c": "7z", b"\x1f\x8b\x08": "gzip"}
_IMAGES = (
    b"\x89PNG\r\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"II*\x00",
    b"MM\x00*",
    b"\x00\x00\x00\x0cjP  ",
    b"\xff\x4f\xff\x51",
)
_STREAMS = {  # stream at the top of an OLE file → kind; WPS Office's .wps and .et hold the same as Word's and Excel's
    "WordDocument": "doc",
    "Workbook": "xls",
    "Book": "xls",
    "PowerPoint Document": "ppt",
    "EncryptedPackage": "locked",
}
_TYPES = {  # words in a package's content types → kind
    b"wordprocessingml": "docx",
    b"spreadsheetml": "xlsx",
    b"ms-excel": "xlsx",
    b"presentationml": "ppt",
}
_OPEN = {b"opendocument.text": "odt", b"opendocument.spreadsheet": "ods", b"opendocument.presentation": "ppt"}
_HEAD = 64 * 1024  # bytes in which a page's first tag stands
_XML = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<\?mso-application|<w:wordDocument|<\w+:package|<Workbook\b|<office:document\b|<uof:UOF)"
)


def sniff(data: bytes) -> str:
    """pdf, docx, xlsx, ofd, odt, ods, doc, xls, ppt, rtf, flat (Office's XML in one file), locked, zip, gzip, rar, 7z, image,
    mht, html, text, empty or unknown.
    """
    if not data.strip():
        return "empty"
    head = data[:_HEAD]
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(_ZIPS):
        return _sniff_zip(data)
    if head.startswith(_OLE):
        return _sniff_ole(data)
    for magic, kind in _PACKED.items():
        if head.startswith(magic):
            return kind
    if _is_image(head):
        return "image"
    return _sniff_text(data, narrow(head))


def _sniff_text(data: bytes, head: bytes) -> str:
    """Kinds that begin in readable characters, perhaps after something that a server put before them."""
    page, pdf = _HTML.search(head[:4096]) or _PAGE.search(head), head.find(b"%PDF-", 0, 4096)
    if pdf >= 0 and not (page and page.start() < pdf):
        return "pdf"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if start.startswith(b"{\\rtf"):
        return "rtf"
    if _XML.match(start):
        return "flat"
    if is_archive(data):
        return "mht"
    if page:
        return "html"
    return "text" if is_text(data) else "unknown"


def _is_image(head: bytes) -> bool:
    if head.startswith(b"BM"):
        return (
            len(head) > 30
            and head[6:10] == bytes(4)
            and head[14:18] in (b"\x28\0\0\0", b"\x0c\0\0\0", b"\x6c\0\0\0", b"\x7c\0\0\0")
        )
    return head.startswith(_IMAGES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP")


def _sniff_zip(data: bytes) -> str:
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        names = {name.replace("\\", "/").lstrip("/").lower(): name for name in package.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return "docx" if b"word/document.xml" in data else "zip"
    if "ofd.xml" in names:
        return "ofd"
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    for file, kinds in (("[content_types].xml", _TYPES), ("mimetype", _OPEN)):
        if file in names:
            said = _beginning(package, names[file])
            found = next((kind for word, kind in kinds.items() if word in said), "")
            if found:
                return found
    return "zip"


def _beginning(package: zipfile.ZipFile, name: str) -> bytes:
    try:
        with package.open(name) as stream:
            return stream.read(_HEAD)
    except Exception:  # zipfile raises many kinds for damaged members; the reader will say what is wrong
        return b""


def _sniff_ole(data: bytes) -> str:
    """By the streams at the top: a Word file may hold a sheet inside, and then names of both are in its bytes."""
    named: set[str] = set()
    with suppress(Exception), olefile.OleFileIO(io.BytesIO(data)) as file:  # it raises many kinds for damaged files
        named = {path[0].lower() for path in file.listdir() if len(path) == 1}
    kinds = [kind for name, kind in _STREAMS.items() if name.lower() in named]
    kinds += [kind for name, kind in _STREAMS.items() if name.encode("utf-16-le") in data]
    return kinds[0] if kinds else "unknown"
