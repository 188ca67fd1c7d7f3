"""Read an image file: a scan or photograph of a report, one page or (tiff, gif) several. Needs the extra `ocr`."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tasks.errors import DamagedDocument, DocumentTooLarge
from tasks.extract.picture.models import require
from tasks.extract.version import READER_VERSION
from tasks.printed import Grid, Locator, Paragraph, Printed

if TYPE_CHECKING:
    from PIL import Image

    from tasks.extract.picture.ink import Colour

MAX_FRAMES = 100
MAX_PIXELS = 60_000_000  # of one page: A3 at 400 dpi has 31 million
_LEAST_SIDE = 200  # pixels: smaller pictures are icons


def read(data: bytes, name: str) -> Printed:
    """Image bytes → Printed; boxes are in pixels of the picture as shown (its EXIF orientation honoured).

    Raises NoTextLayer without the extra, DamagedDocument, DocumentTooLarge.
    """
    require(name)
    from PIL import Image

    from tasks.extract.picture.pages import read_page

    blocks: list[Paragraph | Grid] = []
    pages = 0
    with _open(data, name) as image:
        media_type = Image.MIME.get(image.format or "", "image/*")
        for number, picture in _frames(image, name):
            pages += 1
            blocks += read_page(picture, 1.0, number)
    return Printed(tuple(blocks), (), "ocr", READER_VERSION, media_type, pages)


def reread(data: bytes, locator: Locator) -> str:
    """The text that stands in a locator's box, recognised again from the bytes; blank for a locator of another kind."""
    if locator.page is None or locator.box is None:
        return ""
    require("")
    from tasks.extract.picture.pages import reread_page

    with _open(data, "") as image:
        for number, picture in _frames(image, ""):
            if number == locator.page:
                return reread_page(picture, 1.0, locator.box)
    return ""


def _open(data: bytes, name: str) -> Image.Image:
    """The image, nothing of it decoded yet."""
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit is MAX_PIXELS, checked on each page
            image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "MPO"))
    except Image.DecompressionBombError as error:
        raise _too_large(str(error), name) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, TypeError) as error:
        raise DamagedDocument(f"the image cannot be opened ({error})", where=name, remedy="Fetch it again.") from error
    return image


def _too_large(found: str, name: str) -> DocumentTooLarge:
    return DocumentTooLarge(found, where=name, expected=f"at most {MAX_PIXELS:,} pixels", remedy="Scan it at 300 dpi.")


def _frames(image: Image.Image, name: str) -> Iterator[tuple[int, Colour]]:
    """Each page of an image with its number from 1, red first; icons are left out."""
    import numpy as np
    from PIL import Image, ImageOps

    frames = getattr(image, "n_frames", 1)
    if frames > MAX_FRAMES:
        raise DocumentTooLarge(f"{frames} pages", where=name, expected=f"at most {MAX_FRAMES}", remedy="Split the file.")
    for number in range(frames):
        try:
            image.seek(number)
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise _too_large(f"a picture of {width} × {height} pixels", name)
            if min(width, height) < _LEAST_SIDE:
                continue
            upright = ImageOps.exif_transpose(image)
            shown = upright.convert("RGBA") if "transparency" in upright.info or upright.mode in ("LA", "PA", "RGBA") else upright
            if shown.mode == "RGBA":
                paper = Image.new("RGBA", shown.size, "white")
                shown = Image.alpha_composite(paper, shown)
            yield number + 1, np.asarray(shown.convert("RGB"), np.uint8)
        except (OSError, EOFError, ValueError, SyntaxError, TypeError) as error:
            raise DamagedDocument(f"the image is broken inside ({error})", where=name, remedy="Fetch it again.") from error
