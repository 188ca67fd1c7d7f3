"""The ink inside a cell: specks and bits of border taken away, lines of text told apart and cut out for the recogniser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from tasks.extract.picture.ink import Grey

_SPECK = 8  # pixels: smaller blots are dust
_MOTE = 0.22  # line heights: a lone blot no larger is dust or a bit of a rule, hardly a sign
_RIM = 5  # pixels at a cell's top and bottom
_BIT = 0.5  # line heights under which what touches a cell's top or bottom is a bit of its border
_RULE = 0.6  # share of the cell's width from which a flat stroke is a rule that went unseen
_FAINT_BLOT = 14  # pixels from which something faint may be a character
_BORDER = 9  # pixels from a cell's side in which bits of its border may lie
_BORDER_SHARE = 0.8  # share of the side that they cover
_SLIVER = 9  # pixels: what is no thicker and touches a cell's side is a bit of its border
_DEEPER = 0.2  # share of its length over which it may go deeper: where another border crosses it
_STACKED = 3  # lines from which a cell one character wide is set from top to bottom
_ONE_WIDE = 1.7  # line heights
_TALL = 1.75  # line heights from which a band holds several lines
_PAD = 0.3  # line heights of paper left around the ink
_STRAIGHT = 0.9  # correlation from which ink is a straight stroke
_FLAT, _LEVEL = 0.3, 2.0  # a dash: at most so high (in line heights), at least so many times as wide as high
_NARROW, _WIDE = 0.55, 1.0  # bounds of a digit's advance, as shares of its height


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text cut out twice: plain, and sharpened at another size. `runs`: groups of ink as tall as digits."""

    plain: Grey
    sharp: Grey
    runs: int
    width: float  # of the ink, in heights of it
    slant: float  # how far the ink leans to the left, going down, in heights of it: large for a slash
    dash: float  # the width, in heights of a line of text, of a lone level stroke; 0 for anything else

    def may_have(self, figure: str) -> bool:
        """Whether as many characters can stand in this ink: none is swallowed, none is made up."""
        digits = sum(character.isdigit() for character in figure)
        if not digits or self.runs == digits:
            return True
        if self.runs > digits:
            return False
        return digits * _NARROW - 0.3 <= self.width <= digits * _WIDE + 0.3


@dataclass(slots=True)
class Inside:
    """What is inside a cell: the cleaned grey, the bands (top, bottom) of its lines, and the lines cut out."""

    grey: Grey
    bands: list[tuple[int, int]]
    lines: list[Line]
    is_doubtful: bool = False  # something is there that may be dust, a sign, or a rule that went unseen

    def has_faint(self, level: int) -> bool:
        """Whether something fainter than ink, yet larger than dust, is left."""
        if min(self.grey.shape) < 3:
            return False
        smooth = cv2.GaussianBlur(self.grey, (3, 3), 0)
        _, _, stats, _ = cv2.connectedComponentsWithStats((smooth < level).astype(np.uint8), connectivity=8)
        return bool((stats[1:, cv2.CC_STAT_AREA] >= _FAINT_BLOT).any())


def lines_of(grey: Grey, level: int, height: float) -> Inside:
    """The lines of text in a cell's inside. `level`: grey values below are ink; `height`: a line's usual height, 0 if unknown."""
    if min(grey.shape, default=0) < 4:
        return Inside(grey, [], [])
    clean = _without_border(grey, level)
    mask = (clean < level).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    dust = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] < _SPECK)
    if dust.size:
        kept = (mask > 0) & ~np.isin(labels, dust)
        specks = cv2.dilate(np.isin(labels, dust).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        near = cv2.dilate(kept.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        clean = np.where(specks & ~near, 255, clean).astype(np.uint8)
        mask = kept.astype(np.uint8)
    bands = _bands(mask, height)
    sizes = [_size(mask, band) for band in bands]
    motes = [
        max(size) <= _MOTE * height
        or (len(bands) > 1 and size[1] < _BIT * height and (band[0] <= _RIM or band[1] >= len(mask) - _RIM))
        for size, band in zip(sizes, bands, strict=True)
    ]
    rule = any(high <= _FLAT * height and wide >= _RULE * mask.shape[1] for wide, high in sizes)
    bands = [band for band, mote in zip(bands, motes, strict=True) if not mote]
    if height and len(bands) >= _STACKED and np.ptp(np.flatnonzero(mask.any(axis=0))) < _ONE_WIDE * height:
        clean, mask = _laid_flat(clean, bands), _laid_flat(mask, bands, 0)
        bands = [(0, mask.shape[0])]
    lines = [_cut(clean, mask, band, height or 24.0) for band in bands]
    return Inside(clean, bands, lines, any(motes) or rule)


def _whiten_slivers(side: Grey, level: int) -> None:
    """Whiten, in place, ink along the first rows that touches them and goes no deeper into the cell."""
    if side.shape[0] < 3 * _SLIVER:
        return
    _, labels, stats, _ = cv2.connectedComponentsWithStats((side[:_SLIVER] < level).astype(np.uint8), connectivity=8)
    deeper = (side[_SLIVER : _SLIVER + 2] < level).min(axis=0)
    for number, (x, y, wide, _, _) in enumerate(stats[1:].tolist(), start=1):
        if y <= 1 and deeper[x : x + wide].mean() < _DEEPER:
            near = cv2.dilate((labels == number).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
            side[:_SLIVER][near] = 255


def _size(mask: Grey, band: tuple[int, int]) -> tuple[int, int]:
    columns = np.flatnonzero(mask[band[0] : band[1]].any(axis=0))
    return int(columns[-1] - columns[0] + 1), band[1] - band[0]


def _laid_flat(picture: Grey, bands: Sequence[tuple[int, int]], paper: int = 255) -> Grey:
    """Characters that stand one below the other, set side by side."""
    tallest = max(bottom - top for top, bottom in bands)
    flat = []
    for top, bottom in bands:
        above = (tallest - bottom + top) // 2
        below = tallest - (bottom - top) - above
        flat.append(cv2.copyMakeBorder(picture[top:bottom], above, below, 0, 0, cv2.BORDER_CONSTANT, value=paper))
    return np.asarray(np.hstack(flat), np.uint8)


def _without_border(grey: Grey, level: int) -> Grey:
    """Whiten what reaches in of the dividing lines (bent or thick ones): rows that a line fills, slivers at a side."""
    clean = grey.copy()
    for turns in range(4):
        side = np.rot90(clean, turns)
        reach = min(_BORDER, side.shape[0] // 4)
        covered = np.flatnonzero((side[:reach] < level + 20).mean(axis=1) > _BORDER_SHARE)
        if covered.size:
            side[: covered[-1] + 1] = 255
        _whiten_slivers(side, level)
    return clean


def _bands(mask: Grey, height: float) -> list[tuple[int, int]]:
    """Runs of rows with ink; slivers joined to the nearest, tall runs cut at their thinnest rows."""
    profile = mask.sum(axis=1)
    inked = np.flatnonzero(np.diff(np.concatenate([[0], (profile > 0).astype(np.int8), [0]])))
    bands = [(int(a), int(b)) for a, b in zip(inked[::2], inked[1::2], strict=True)]
    if not height:
        return bands
    joined: list[tuple[int, int]] = []
    for top, bottom in bands:
        if joined and (bottom - joined[-1][0] <= 1.25 * height or top - joined[-1][1] <= 1):
            joined[-1] = (joined[-1][0], bottom)
        else:
            joined.append((top, bottom))
    cut: list[tuple[int, int]] = []
    for top, bottom in joined:
        cut += _split(profile, top, bottom, height)
    return cut


def _split(profile: np.ndarray, top: int, bottom: int, height: float) -> list[tuple[int, int]]:
    if bottom - top < _TALL * height:
        return [(top, bottom)]
    low, high = top + round(0.75 * height), min(bottom - round(0.5 * height), top + round(1.5 * height))
    if high <= low:
        return [(top, bottom)]
    at = low + int(np.argmin(profile[low:high]))
    return [(top, at), *_split(profile, at, bottom, height)]


def _cut(grey: Grey, mask: Grey, band: tuple[int, int], height: float) -> Line:
    top, bottom = band
    columns = np.flatnonzero(mask[top:bottom].any(axis=0))
    left, right = int(columns[0]), int(columns[-1]) + 1
    inner = grey[top:bottom, left:right]
    tall = max(0.0, height - (bottom - top)) / 2  # a lone dash keeps its size beside a digit
    plain = _framed(inner, tall + _PAD * height * 0.6, _PAD * height)
    doubled = cv2.resize(
        _framed(inner, tall + _PAD * height, _PAD * height * 1.5), None, fx=2.0, fy=2.0, interpolation=cv2.INTER_CUBIC
    )
    dark = float(np.percentile(inner, 5))
    middle, spread = (dark + 255) / 2, max(20.0, (255 - dark) / 3)
    sharp = 255.0 / (1.0 + np.exp(-(doubled.astype(np.float32) - middle) / (spread / 4)))
    runs, width = _runs(mask[top:bottom, left:right])
    is_dash = runs == 1 and bottom - top <= _FLAT * height and right - left >= _LEVEL * (bottom - top)
    return Line(
        plain,
        sharp.astype(np.uint8),
        runs,
        width,
        _slant(mask[top:bottom, left:right]),
        (right - left) / height if is_dash else 0.0,
    )


def _slant(mask: Grey) -> float:
    """How far a straight stroke leans to the left going down, in heights of it; 0 where the ink is no straight stroke."""
    rows, places = np.nonzero(mask)
    if rows.size < 2 or not rows.std() or not places.std():
        return 0.0
    straightness = float(np.corrcoef(places, rows)[0, 1])
    return -straightness * float(places.std() / rows.std()) if straightness < -_STRAIGHT else 0.0


def _framed(inner: Grey, up: float, aside: float) -> Grey:
    rows, columns = max(2, round(up)), max(2, round(aside))
    return np.asarray(cv2.copyMakeBorder(inner, rows, rows, columns, columns, cv2.BORDER_CONSTANT, value=255), np.uint8)


def _runs(mask: Grey) -> tuple[int, float]:
    """Groups of ink side by side that are as tall as digits, and the width of them all in heights."""
    inked = np.flatnonzero(np.diff(np.concatenate([[0], mask.any(axis=0).astype(np.int8), [0]])))
    tall = 0
    for start, end in zip(inked[::2], inked[1::2], strict=True):
        rows = np.flatnonzero(mask[:, start:end].any(axis=1))
        tall += int(rows[-1] - rows[0] + 1 >= 0.6 * mask.shape[0])
    return tall, mask.shape[1] / mask.shape[0]
