"""Straighten a picture of a page: turn it upright, take out the skew and a mild perspective, at a known working size."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tasks.extract.picture.ink import Colour, Grey, Mask, even, levels, without_stamps
from tasks.extract.picture.rules import Stroke, strokes
from tasks.extract.picture.upright import quarter_turns

Transform = NDArray[np.float64]  # 3 × 3

_SHORT_SIDE = 1654  # pixels: A4 at 200 dpi
_SKEWS = 6.0  # degrees either way
_LONG = 0.08  # share of the page's side from which a line may tell of perspective
_LEAST_LINES = 4
_BENT = 0.004  # a slope that a rotation leaves and that is worth a second warp


@dataclass(frozen=True, slots=True)
class Straight:
    """A page made straight: evened grey, where red was, the ink's levels, and the way back to the picture's own pixels."""

    grey: Grey
    stamped: Mask
    ink: int
    faint: int
    back: Transform

    def on_picture(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """The upright box, in the original picture's pixels, around a box of the straight page."""
        x0, y0, x1, y1 = box
        corners = np.array([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]], np.float64)
        points = cv2.perspectiveTransform(corners, self.back)[0]
        return (float(points[:, 0].min()), float(points[:, 1].min()), float(points[:, 0].max()), float(points[:, 1].max()))


def straighten(picture: Colour) -> Straight:
    """A picture of a page, any orientation, red first → the page upright and straight."""
    height, width = picture.shape[:2]
    scale = _SHORT_SIDE / min(height, width)
    to_work = np.diag([scale, scale, 1.0])
    work = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    grey, _ = without_stamps(np.asarray(work, np.uint8))
    grey = even(grey)
    forward, size = _turn(_skew(grey), grey.shape[1], grey.shape[0])
    grey = _warp(grey, forward, size)
    quarter = quarter_turns(grey)
    if quarter:
        turned, size = _turn(90.0 * quarter, *size)
        forward = turned @ forward
    forward, size = _unbend(np.asarray(work, np.uint8), forward, size)
    return _finish(picture, forward @ to_work, size)


def _finish(picture: Colour, forward: Transform, size: tuple[int, int]) -> Straight:
    """One warp from the original pixels, so that they are interpolated only once."""
    flags = cv2.INTER_AREA if abs(np.linalg.det(forward[:2, :2])) < 0.5 else cv2.INTER_CUBIC
    if flags == cv2.INTER_AREA:  # warping does not average: shrink first
        shrink = float(np.sqrt(abs(np.linalg.det(forward[:2, :2]))))
        picture = np.asarray(cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
        near = forward @ np.diag([1 / shrink, 1 / shrink, 1.0])
    else:
        near = forward
    warped = cv2.warpPerspective(
        picture, near, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(255, 255, 255)
    )
    grey, stamped = without_stamps(np.asarray(warped, np.uint8))
    grey = even(grey)
    found = levels(grey)
    return Straight(grey, stamped, found.ink, found.faint, np.asarray(np.linalg.inv(forward), np.float64))


def _warp(grey: Grey, forward: Transform, size: tuple[int, int]) -> Grey:
    return np.asarray(cv2.warpPerspective(grey, forward, size, flags=cv2.INTER_LINEAR, borderValue=255), np.uint8)


def _skew(grey: Grey) -> float:
    """Degrees by which to turn the page so that its lines of text and rules lie level."""
    shrink = 800 / max(grey.shape)
    small = cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    dark = np.clip(235 - small.astype(np.float32), 0, 120)
    dark[:8], dark[-8:], dark[:, :8], dark[:, -8:] = 0, 0, 0, 0
    coarse = max(np.arange(-_SKEWS, _SKEWS + 0.01, 0.5), key=lambda angle: _sharpness(dark, float(angle)))
    fine = max(np.arange(coarse - 0.5, coarse + 0.51, 0.05), key=lambda angle: _sharpness(dark, float(angle)))
    return float(fine)


def _sharpness(dark: NDArray[np.float32], angle: float) -> float:
    """How clearly rows and columns of a turned page alternate between ink and paper."""
    height, width = dark.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turned = cv2.warpAffine(dark, turn, (width, height), flags=cv2.INTER_LINEAR)
    return sum(float((np.diff(turned.sum(axis=axis, dtype=np.float64)) ** 2).sum()) for axis in (0, 1))


def _turn(angle: float, width: int, height: int) -> tuple[Transform, tuple[int, int]]:
    """The turn by an angle (degrees, anticlockwise) that keeps the whole page in the picture, and its new size."""
    radians = np.deg2rad(angle)
    cos, sin = abs(np.cos(radians)), abs(np.sin(radians))
    size = (round(width * cos + height * sin), round(width * sin + height * cos))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turn[:, 2] += (size[0] / 2 - width / 2, size[1] / 2 - height / 2)
    return np.vstack([turn, [0, 0, 1]]), size


def _unbend(work: Colour, forward: Transform, size: tuple[int, int]) -> tuple[Transform, tuple[int, int]]:
    """Take out what perspective (or a slip of the skew) leaves: the long rules' slopes, linear across the page, become 0."""
    for _ in range(2):
        warped = cv2.warpPerspective(work, forward, size, flags=cv2.INTER_LINEAR, borderValue=(255, 255, 255))
        grey = even(without_stamps(np.asarray(warped, np.uint8))[0])
        level, upright = strokes(grey)
        width, height = size
        h0, h1 = _slopes([stroke for stroke in level if stroke.length > _LONG * width], height)
        v0, v1 = _slopes([stroke for stroke in upright if stroke.length > _LONG * width], width)
        if max(abs(h0), abs(h1), abs(v0), abs(v1)) < 0.0008:
            break
        forward = _straightening(width, height, (h0, h1), (v0, v1)) @ forward
        if max(abs(h0), abs(h1), abs(v0), abs(v1)) < _BENT:
            break
    return forward, size


def _slopes(found: list[Stroke], extent: int) -> tuple[float, float]:
    """The slope of lines at both edges of the page, fitted over where they lie; (0, 0) when too few tell."""
    if len(found) < _LEAST_LINES:
        return 0.0, 0.0
    places = np.array([stroke.at for stroke in found])
    slopes = np.array([stroke.slope for stroke in found])
    weights = np.array([stroke.length for stroke in found])
    keep = np.abs(slopes - np.median(slopes)) < 0.05
    if np.ptp(places[keep]) < 0.3 * extent:
        middle = float(np.average(slopes[keep], weights=weights[keep]))
        return middle, middle
    tilt, start = np.polyfit(places[keep], slopes[keep], 1, w=weights[keep])
    residual = np.abs(slopes - (start + tilt * places))
    keep &= residual <= max(0.002, 2.0 * float(np.median(residual[keep])))
    tilt, start = np.polyfit(places[keep], slopes[keep], 1, w=weights[keep])
    return float(start), float(start + tilt * extent)


def _straightening(width: int, height: int, level: tuple[float, float], upright: tuple[float, float]) -> Transform:
    """The homography that levels lines of slope `level` (at top, bottom) and rights those of `upright` (left, right)."""

    def corner(x: float, y: float, slope: float, lean: float) -> tuple[float, float]:
        # the line through (width/2, y) with the slope meets the line through (x, height/2) with the lean
        px = (x + lean * (y - height / 2 - slope * width / 2)) / (1 - lean * slope)
        return px, y + slope * (px - width / 2)

    source = np.array(
        [
            corner(0, 0, level[0], upright[0]),
            corner(width, 0, level[0], upright[1]),
            corner(width, height, level[1], upright[1]),
            corner(0, height, level[1], upright[0]),
        ],
        np.float32,
    )
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(source, target), np.float64)
