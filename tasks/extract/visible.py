"""Tell what a page shows from what its file states: white on white, a layer switched off, text painted over."""

from __future__ import annotations

import pypdfium2

from tasks.extract.page import Box

_SCALE = 2.0  # pixels a point
_CONTRAST = 40  # of 255: less between the lightest and the darkest pixel of its place, and nothing is seen there


class Sight:
    """A page as it shows, drawn once."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self._picture = page.render(scale=_SCALE, grayscale=True).to_pil()

    def shows(self, box: Box) -> bool:
        """Whether anything is to be seen in a box of the page as shown."""
        x0, top, x1, bottom = (round(edge * _SCALE) for edge in box)
        darkest, lightest = self._picture.crop((x0, top, max(x1, x0 + 1), max(bottom, top + 1))).getextrema()
        return bool(lightest - darkest >= _CONTRAST)
