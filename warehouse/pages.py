"""An archived page as an image, with cells boxed: for letters and `gouji explain`.

Boxes are (x0, top, x1, bottom) from the page's top left as it is shown (its rotation and crop honoured): in points of a PDF
page, in pixels of a picture.
"""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw, ImageOps, ImageSequence, UnidentifiedImageError

from tasks.errors import DamagedDocument, DocumentTooLarge, UnknownFormat

Box = tuple[float, float, float, float]

_DPI = 150
_MOST_PIXELS = 40_000_000
_RED = (214, 30, 30)
_FILL = (*_RED, 36)
_AROUND = 3  # pixels between a cell's text and the line around it
_MARGIN = 110  # pixels above and below the cells of a strip
_SECONDS = 90
# Nothing that a document links to is fetched, and no macro of it runs.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item></oor:items>
"""


def draw_pdf_page(data: bytes, page: int, boxes: Sequence[Box], *, is_strip: bool = False) -> bytes:
    """A page of a PDF (from 1), or only the strip with the boxes, as a PNG, the boxes drawn. Raises DamagedDocument."""
    try:
        with pypdfium2.PdfDocument(data) as document:
            if not 1 <= page <= len(document):
                raise DamagedDocument(f"there is no page {page}", expected=f"a page from 1 to {len(document)}")
            shown = document[page - 1]
            width, height = shown.get_size()
            scale = min(_DPI / 72, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
            picture = shown.render(scale=scale).to_pil()
    except pypdfium2.PdfiumError as error:
        raise DamagedDocument(f"the PDF cannot be drawn ({error})", remedy="Fetch it again.") from error
    scaled = [(x0 * scale, top * scale, x1 * scale, bottom * scale) for x0, top, x1, bottom in boxes]
    return _boxed(*(_strip if is_strip and boxes else _near)(picture, scaled))


def _strip(picture: Image.Image, boxes: Sequence[Box]) -> tuple[Image.Image, Sequence[Box]]:
    """Of a page all that stands beside the boxes, so that their labels are seen, without the margins."""
    above = int(max(0.0, min(box[1] for box in boxes) - _MARGIN))
    below = int(min(float(picture.height), max(box[3] for box in boxes) + _MARGIN))
    ink = ImageOps.invert(picture.crop((0, above, picture.width, below)).convert("L")).getbbox()
    left, right = (max(0, ink[0] - _AROUND * 4), min(picture.width, ink[2] + _AROUND * 4)) if ink else (0, picture.width)
    shown = picture.crop((left, above, right, below))
    return shown, [(x0 - left, top - above, x1 - left, bottom - above) for x0, top, x1, bottom in boxes]


def _near(picture: Image.Image, boxes: Sequence[Box]) -> tuple[Image.Image, Sequence[Box]]:
    """Of a page that is an endless strip, as much around the boxes as a sheet would show."""
    sheet = int(1.4 * picture.width)
    if not boxes or picture.height <= 2 * sheet:
        return picture, boxes
    middle = (min(box[1] for box in boxes) + max(box[3] for box in boxes)) / 2
    above = int(max(0.0, min(middle - sheet / 2, picture.height - sheet)))
    shown = picture.crop((0, above, picture.width, above + sheet))
    return shown, [(x0, top - above, x1, bottom - above) for x0, top, x1, bottom in boxes]


def draw_picture(data: bytes, page: int, boxes: Sequence[Box], *, is_strip: bool = False) -> bytes:
    """A picture (its page from 1, where it has several), or the strip with the boxes, as a PNG, the boxes drawn.

    Raises DamagedDocument, DocumentTooLarge.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            for number, frame in enumerate(ImageSequence.Iterator(image), start=1):
                if number == page:
                    if frame.width * frame.height > _MOST_PIXELS * 2:
                        raise DocumentTooLarge(f"a picture of {frame.width:,} × {frame.height:,} pixels")
                    upright = ImageOps.exif_transpose(frame)
                    return _boxed(*(_strip(upright, boxes) if is_strip and boxes else (upright, boxes)))
    except Image.DecompressionBombError as error:
        raise DocumentTooLarge(f"the picture is too large to draw ({error})", remedy="Look at it by eye.") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise DamagedDocument(f"the picture cannot be drawn ({error})", remedy="Fetch it again.") from error
    raise DamagedDocument(f"there is no page {page} in the picture")


def to_pdf(data: bytes, suffix: str) -> bytes:
    """A web page, Word file or sheet as the PDF that LibreOffice makes of it. Raises UnknownFormat where it is not installed."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise UnknownFormat(
            f"a page of a .{suffix} file is drawn by LibreOffice, which is not installed here",
            expected="LibreOffice, or a PDF or a picture",
            remedy="Install LibreOffice (apt install libreoffice-writer libreoffice-calc); figures are explained without it.",
        )
    with tempfile.TemporaryDirectory(prefix="gouji-pages-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        settings = folder / "profile" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(_SETTINGS, encoding="utf-8")
        source = folder / f"page.{suffix}"
        source.write_bytes(data)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        _run([office, "--headless", "--norestore", profile, "--convert-to", "pdf", "--outdir", place, str(source)], place)
        made = folder / "page.pdf"
        if not made.is_file():
            raise DamagedDocument(f"LibreOffice cannot draw this .{suffix} file", remedy="Open it by hand.")
        return made.read_bytes()


def _run(command: list[str], place: str) -> None:
    process = subprocess.Popen(  # noqa: S603 (LibreOffice, on a file of our own naming)
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"HOME": place, "SAL_USE_VCLPLUGIN": "svp"},
        start_new_session=True,
    )
    try:
        process.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        raise DocumentTooLarge(f"LibreOffice was not done after {_SECONDS} seconds", remedy="Open it by hand.") from None
    finally:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                if os.name == "posix":
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.kill()
            process.wait()


def _boxed(picture: Image.Image, boxes: Sequence[Box]) -> bytes:
    """The picture as a PNG, each box outlined in red, over its text only the faintest red."""
    page = picture.convert("RGBA")
    veil = Image.new("RGBA", page.size, (0, 0, 0, 0))
    brush = ImageDraw.Draw(veil)
    for x0, top, x1, bottom in boxes:
        around = (x0 - _AROUND, top - _AROUND, x1 + _AROUND, bottom + _AROUND)
        brush.rectangle(around, fill=_FILL, outline=(*_RED, 255), width=3)
    made = io.BytesIO()
    Image.alpha_composite(page, veil).convert("RGB").save(made, "PNG")
    return made.getvalue()
