"""Tell what a page shows from what its file states: white on white, or text painted over."""

from __future__ import annotations

import pypdfium2
from PIL.Image import Image
from PIL.ImageStat import Stat

from tasks.extract.paper.ink import Box

_SCALE = 2.0  # pixels a point
_CONTRAST = 40  # of 255: a smaller difference is not seen
_INNER = 0.15  # part of a character's box cut off on each side, where neighbours and lines may reach in


class Sight:
    """A page as it shows, drawn once."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self._picture: Image = page.render(scale=_SCALE, grayscale=True).to_pil()

    def shows(self, box: Box) -> bool:
        """Whether any ink is to be seen in the box of a character set in dark type."""
        (darkest, lightest) = self._inside(box).getextrema()
        return bool(lightest - darkest >= _CONTRAST)  # type: ignore[operator]

    def sets_off(self, box: Box, lightness: int) -> bool:
        """Whether the ground in a character's box sets off pale type of some lightness (0 to 255)."""
        return bool(abs(Stat(self._inside(box)).median[0] - lightness) >= _CONTRAST)

    def _inside(self, box: Box) -> Image:
        x0, top, x1, bottom = box
        across, down = _INNER * (x1 - x0), _INNER * (bottom - top)
        left, upper = round((x0 + across) * _SCALE), round((top + down) * _SCALE)
        right, lower = round((x1 - across) * _SCALE), round((bottom - down) * _SCALE)
        return self._picture.crop((left, upper, max(right, left + 1), max(lower, upper + 1)))
