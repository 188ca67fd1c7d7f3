"""Tell which way up a page is: lines of text are recognised well in only one of the four orientations."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from tasks.extract.picture.glyphs import read_lines
from tasks.extract.picture.ink import Grey

_TRIED = 4  # lines of text read in each orientation
_GOOD = 0.85  # legibility at which no other orientation is tried
_INK = 150  # grey values below are text
_LOW, _HIGH = 12, 64  # pixels: heights of a line of text


def quarter_turns(grey: Grey) -> int:
    """How many quarter turns anticlockwise bring the page upright: 0 to 3; 0 when nothing tells."""
    scores: list[float] = []
    for turns in (0, 2, 1, 3):
        scores.append(_legibility(np.ascontiguousarray(np.rot90(grey, turns))))
        if scores[-1] > _GOOD:
            return turns
    best = int(np.argmax(scores))
    return (0, 2, 1, 3)[best] if scores[best] > 0.3 else 0


def _legibility(grey: Grey) -> float:
    """Over a few likely lines of text: how sure the characters are, and whether they are as many as the line is long."""
    crops = _likely_lines(grey)
    texts = read_lines(crops)
    expected = [crop.shape[1] / crop.shape[0] for crop in crops]
    scores = [text.mean_confidence * min(1.0, len(text.free) / most) for text, most in zip(texts, expected, strict=True)]
    return float(np.mean(scores)) if scores else 0.0


def _likely_lines(grey: Grey) -> Sequence[Grey]:
    """Crops of the widest runs of characters: ink smeared sideways, rules left out."""
    dark = (grey < _INK).astype(np.uint8)
    rules = cv2.max(
        cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, 90), np.uint8)),
        cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((90, 1), np.uint8)),
    )
    text = cv2.subtract(dark, cv2.dilate(rules, np.ones((3, 3), np.uint8)))
    text = cv2.morphologyEx(text, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    smeared = cv2.morphologyEx(text, cv2.MORPH_CLOSE, np.ones((3, 24), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(smeared, connectivity=8)
    boxes = [tuple(box) for box in stats[1:, :4].tolist() if _LOW < box[3] < _HIGH and box[2] > 3 * box[3]]
    boxes.sort(key=lambda box: -min(box[2], 6 * box[3]))
    return [
        grey[max(0, y - 4) : y + height + 4, max(0, x - 4) : x + min(width, 6 * height)] for x, y, width, height in boxes[:_TRIED]
    ]
