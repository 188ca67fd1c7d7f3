"""extract: a file's bytes → what is printed in them (paragraphs and Grids), each with a locator. One module a format."""

from __future__ import annotations

from tasks.errors import DamagedDocument, DocumentTooLarge, GoujiError, UnknownFormat
from tasks.extract.sniff import sniff
from tasks.printed import Printed, Unread

MAX_BYTES = 64 * 1024 * 1024
_REMEDY = {
    "doc": "Save it as .docx or PDF and read it again.",
    "sheet": "Save it as .docx, PDF or HTML and read it again.",
    "ofd": "Save it as PDF and read it again.",
    "zip": "Unpack it and read the files in it.",
}


def extract(data: bytes, name: str) -> tuple[Printed | Unread, ...]:
    """Read a file: one Printed, or one for each file in a container. The kind is decided by the bytes; `name` serves messages.

    Raises UnknownFormat, NoTextLayer (a picture, without the extra `ocr`), DamagedDocument or DocumentTooLarge; nothing else
    escapes, whatever the bytes.
    """
    if len(data) > MAX_BYTES:
        raise DocumentTooLarge(f"{len(data):,} bytes", where=name, expected=f"at most {MAX_BYTES:,}", remedy="Split the file.")
    kind = sniff(data)
    if kind in _REMEDY or kind == "unknown":
        raise UnknownFormat(
            f"a file of kind {kind}" if kind != "unknown" else "bytes of no kind we know" if data else "an empty file",
            where=name,
            expected="HTML, PDF, .docx, an image or plain text",
            remedy=_REMEDY.get(kind, "Check that the file is the report and that it opens."),
        )
    try:
        return (_read(kind, data, name),)
    except GoujiError:
        raise
    except Exception as error:
        problem = f"the {kind} file is broken inside ({type(error).__name__}: {error})"
        raise DamagedDocument(problem, where=name, remedy="Open it and save it anew, or fetch it again.") from error


def _read(kind: str, data: bytes, name: str) -> Printed:
    if kind == "pdf":
        from tasks.extract import pdf

        return pdf.read(data, name)
    if kind == "image":
        from tasks.extract import image

        return image.read(data, name)
    if kind == "docx":
        from tasks.extract import word

        return word.read(data)
    if kind == "html":
        from tasks.extract import html

        return html.read(data)
    from tasks.extract import text

    return text.read(data)
