"""Find the drawn lines of a page: thin dark ridges, level or upright, bridged where print or scan broke them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tasks.extract.picture.ink import Grey, Mask

_WINDOW = 15  # pixels along a line over which its darkness is averaged
_BESIDE = 5  # pixels beside a line where there must be less ink
_RIDGE = 30  # how much darker a line is than what lies beside it, on average
_SHORTEST_LEVEL = 70  # pixels: shorter level ridges are strokes of characters
_SHORTEST_UPRIGHT = 30  # a row's height
_GAP = 9  # pixels that a line may be broken for
_PAPER = 190  # grey values above are paper
_FREE, _HALF_FREE = 0.8, 0.45  # shares of a line with paper beside it: on its better side, on the other
_STRETCH = 80  # pixels along which a line does not wander
_DRIFT = 3  # pixels by which a line may wander sideways and still be one


@dataclass(frozen=True, slots=True)
class Stroke:
    """A drawn line: from `start` to `end` along its direction, at `at` across it (in its middle), leaning by `slope`."""

    start: float
    end: float
    at: float
    slope: float

    @property
    def length(self) -> float:
        """Pixels along its direction."""
        return self.end - self.start


def ridges(grey: Grey, window: int = _WINDOW, *, one_sided: bool = False) -> Mask:
    """Where level lines run, averaged along them over `window` pixels. For upright ones, give the picture transposed.

    `one_sided`: paper on one side suffices, for a line that print touches on the other.
    """
    dark = 255.0 - grey.astype(np.float32)
    along = cv2.blur(dark, (window, 1), borderType=cv2.BORDER_REPLICATE)
    above = np.vstack([np.zeros((_BESIDE, grey.shape[1]), np.float32), along[:-_BESIDE]])
    below = np.vstack([along[_BESIDE:], np.zeros((_BESIDE, grey.shape[1]), np.float32)])
    beside = np.minimum(above, below) if one_sided else np.maximum(above, below)
    return np.asarray((along - beside > _RIDGE) & (along > 1.5 * _RIDGE))


def strokes(grey: Grey) -> tuple[list[Stroke], list[Stroke]]:
    """The level and the upright lines of a page."""
    turned = np.ascontiguousarray(grey.T)
    return _strokes(grey, _SHORTEST_LEVEL), _strokes(turned, _SHORTEST_UPRIGHT)


def _strokes(grey: Grey, shortest: int) -> list[Stroke]:
    mask = ridges(grey)
    wandering = cv2.dilate(mask.astype(np.uint8), np.ones((_DRIFT, 1), np.uint8))
    bridged = cv2.morphologyEx(wandering, cv2.MORPH_CLOSE, np.ones((1, _GAP), np.uint8))
    kept = cv2.morphologyEx(bridged, cv2.MORPH_OPEN, np.ones((1, shortest), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(kept, connectivity=8)
    found: list[Stroke] = []
    for number in range(1, count):
        x, y, width, height, _ = stats[number].tolist()
        if height > 0.35 * width:
            continue
        ys, xs = np.nonzero(labels[y : y + height, x : x + width] == number)
        slope, start = np.polyfit(xs, ys, 1) if width > _SHORTEST_LEVEL else (0.0, float(ys.mean()))
        stroke = Stroke(x + _WINDOW / 3, x + width - _WINDOW / 3, y + float(start + slope * width / 2), float(slope))
        if _stands_free(grey, stroke):
            found.append(stroke)
    return found


def _stands_free(grey: Grey, stroke: Stroke) -> bool:
    """Whether a stroke has paper beside it, as a rule has and a chain of characters' strokes has not."""
    free = paper_beside(grey, stroke)
    return max(free) >= _FREE and min(free) >= _HALF_FREE


def paper_beside(grey: Grey, stroke: Stroke) -> tuple[float, float]:
    """The shares of a level line that have paper above them and below."""
    xs = np.arange(max(0, int(stroke.start)), min(grey.shape[1], int(stroke.end)))
    if not xs.size:
        return 0.0, 0.0
    ys = stroke.at + stroke.slope * (xs - (stroke.start + stroke.end) / 2)
    free = []
    for side in (-1, 1):
        beside = np.clip(np.rint(ys + side * _BESIDE).astype(int), 0, grey.shape[0] - 1)
        further = np.clip(np.rint(ys + side * (_BESIDE + 1)).astype(int), 0, grey.shape[0] - 1)
        free.append(float(((grey[beside, xs] > _PAPER) & (grey[further, xs] > _PAPER)).mean()))
    return free[0], free[1]


def coverage(mask: Mask, at: float, start: float, end: float, play: int) -> NDArray[np.bool_]:
    """For each pixel from start to end along a level line at `at`: whether the mask has it.

    The line may lie up to `play` pixels aside and wander, but within a short stretch it keeps to one place, which a chain
    of characters' strokes does not.
    """
    left, right = max(0, round(start)), max(0, round(end))
    low, high = max(1, round(at) - play), min(mask.shape[0] - 1, round(at) + play + 1)
    if right <= left or high <= low:
        return np.zeros(0, np.bool_)
    pieces = []
    for piece in np.array_split(np.arange(left, min(right, mask.shape[1])), max(1, (right - left) // _STRETCH)):
        bands = [mask[y - 1 : y + 2, piece].any(axis=0) for y in range(low, high)]
        pieces.append(max(bands, key=lambda band: int(band.sum())))
    return np.concatenate(pieces)
