"""extract: a file's bytes → what is printed in them (paragraphs and Grids), each with a locator. One module a format."""

from __future__ import annotations

import importlib
from dataclasses import replace

from tasks.errors import DamagedDocument, DocumentTooLarge, GoujiError, ReadError, UnknownFormat
from tasks.extract.sniff import sniff
from tasks.printed import Locator, Printed, Unread

MAX_BYTES = 64 * 1024 * 1024
_READERS = {
    "pdf": "pdf",
    "docx": "word",
    "doc": "office",
    "rtf": "office",
    "odt": "office",
    "flat": "office",
    "ods": "office",
    "xlsx": "sheet",
    "xls": "sheet",
    "ofd": "ofd",
    "image": "image",
    "html": "html",
    "mht": "html",
    "text": "text",
}
_CONTAINERS = frozenset(("zip", "gzip"))
_REFUSED = {
    "empty": ("an empty file", "Fetch it again, or ask the agency for the report."),
    "unknown": ("bytes of no kind we know", "Check that the file is the report and that it opens."),
    "ppt": ("slides", "Ask the agency for the report as a text document or a web page."),
    "locked": ("a document locked with a password", "Open it in Word or Excel, take the password off, and read it again."),
    "rar": ("a RAR archive", "Unpack it (unar, 7-Zip) and read the files in it, or pack them as .zip."),
    "7z": ("a 7z archive", "Unpack it (7-Zip) and read the files in it, or pack them as .zip."),
}
_READ = "HTML, PDF, .docx, .doc, .wps, .xlsx, .xls, .ofd, plain text, or a .zip of these"


def extract(data: bytes, name: str) -> tuple[Printed | Unread, ...]:
    """Read a file: one Printed, or one for each file in a container. The kind is decided by the bytes; `name` serves messages.

    Raises UnknownFormat, NoTextLayer (a picture, without the extra `ocr`), DamagedDocument or DocumentTooLarge; nothing else
    escapes, whatever the bytes.
    """
    if len(data) > MAX_BYTES:
        raise DocumentTooLarge(f"{len(data):,} bytes", where=name, expected=f"at most {MAX_BYTES:,}", remedy="Split the file.")
    kind = sniff(data)
    if kind in _REFUSED:
        found, remedy = _REFUSED[kind]
        raise UnknownFormat(found, where=name, expected=_READ, remedy=remedy)
    try:
        return _read(kind, data, name)
    except MemoryError:  # whoever contains us knows the limit
        raise
    except GoujiError as error:
        if error.where:
            raise
        raise type(error)(error.found, where=name, expected=error.expected, remedy=error.remedy) from error
    except Exception as error:
        problem = f"the {kind} file is broken inside ({type(error).__name__}: {error})"
        raise DamagedDocument(problem, where=name, remedy="Open it and save it anew, or fetch it again.") from error


def reread(data: bytes, locator: Locator, part: str = "") -> str:
    """The text that stands at a locator, from the bytes alone; `part` as the Printed that holds it says. Blank for no place."""
    kind = sniff(data)
    if kind in _CONTAINERS:
        from tasks.extract import container

        return container.reread(data, locator, part, reread)
    if kind not in _READERS:
        return ""
    return str(importlib.import_module(f"tasks.extract.{_READERS[kind]}").reread(data, locator))


def _read(kind: str, data: bytes, name: str) -> tuple[Printed | Unread, ...]:
    if kind in _CONTAINERS:
        from tasks.extract import container

        return container.read(data, name, _read_member)
    if kind == "text":
        from tasks.extract import text

        return (text.read(data),)
    printed = importlib.import_module(f"tasks.extract.{_READERS[kind]}").read(data, name)
    return printed if isinstance(printed, tuple) else (printed,)


def _read_member(data: bytes, part: str, where: str) -> tuple[Printed | Unread, ...]:
    """A file inside a container: what it prints, named by its part, or why it could not be read."""
    try:
        read = extract(data, f"{where}, {part}" if part else where)
    except ReadError as error:
        if not part:
            raise
        return (Unread(part, type(error).__name__, str(error)),)
    return tuple(replace(one, part=f"{part}/{one.part}" if part and one.part else part or one.part) for one in read)
