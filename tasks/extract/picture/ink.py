"""Tell ink from paper: stamps taken away by their colour, shadows evened out, the threshold set by the page itself."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Colour = NDArray[np.uint8]  # height × width × 3, red first
Mask = NDArray[np.bool_]

_RED = 24  # how much red must exceed green and blue to be a stamp's
_UNDER_STAMP = 1.25  # a stamp's red is a little darker than paper: brightened by this it is as bright
_SHADOW = 8  # the paper's brightness is estimated on a picture this much smaller
_FAINTEST, _DARKEST = 205, 110  # bounds of the threshold between ink and paper


def without_stamps(picture: Colour) -> tuple[Grey, Mask]:
    """Colour → grey in which red is as bright as paper (black text under a red seal stays), and where red was."""
    red, green, blue = (picture[:, :, channel] for channel in range(3))
    stamped = (red.astype(np.int16) - np.maximum(green, blue)) > _RED
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if stamped.any():
        near = cv2.dilate(stamped.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        grey = np.where(near, np.minimum(red * _UNDER_STAMP, 255), grey)
    return grey.astype(np.uint8), stamped


def even(grey: Grey) -> Grey:
    """The picture with its paper evened to white: shadows, gradients and tinted paper are divided away."""
    height, width = grey.shape
    small = cv2.resize(grey, (max(1, width // _SHADOW), max(1, height // _SHADOW)), interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((7, 7), np.uint8)), 15)
    paper = cv2.GaussianBlur(paper, (0, 0), 3)
    wide = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(grey, np.maximum(wide, 1), scale=250).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Levels:
    """Where a page's ink begins: `ink` for certain, `faint` for what may be ink (grey values, lower is darker)."""

    ink: int
    faint: int


def levels(grey: Grey) -> Levels:
    """Thresholds of an evened page: Otsu's, within bounds; `faint` stays clear of the paper's own grain."""
    smooth = cv2.GaussianBlur(grey, (3, 3), 0)
    otsu, _ = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    ink = int(min(max(otsu, _DARKEST), _FAINTEST))
    paper = smooth[smooth > ink]
    if not paper.size:
        return Levels(ink, ink)
    grain = float(np.median(paper)) - 4.0 * float(np.median(np.abs(paper.astype(np.int16) - int(np.median(paper))))) * 1.5
    return Levels(ink, int(max(ink, min(grain, 225))))
