"""Read the text outside tables: the detection network finds its lines, the recogniser reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from tasks.extract.picture import models
from tasks.extract.picture.glyphs import read_lines
from tasks.extract.picture.ink import Grey
from tasks.extract.picture.lattice import Box
from tasks.extract.picture.straight import Straight

_SCALE = 0.6  # the detection works on a page this much smaller
_TILE = 1600  # pixels of the page's height that are looked at together
_OVERLAP = 160
_TEXT = 0.3  # probability from which a pixel belongs to a line of text
_GROW = 0.35  # heights by which a found line is widened: the network marks the core of a line
_LEAST_SURE = 0.5  # confidence under which a line is taken for a stain
_FOOT = 0.07  # share of the page's height at its top and bottom where page numbers stand
_PAGE_NUMBER = re.compile(r"[\s\-—–－·.第页共/\d]*\d[\s\-—–－·.第页共/\d]*")


@dataclass(frozen=True, slots=True)
class Printed:
    """A line of text: its box on the straight page and what it says."""

    box: Box
    text: str


def read_prose(page: Straight, tables: Sequence[Box]) -> list[Printed]:
    """The lines of text outside the tables, top to bottom, page numbers left out."""
    grey = page.grey.copy()
    for x0, y0, x1, y1 in tables:
        grey[max(0, int(y0) - 4) : int(y1) + 5, max(0, int(x0) - 4) : int(x1) + 5] = 255
    boxes = _in_lines(_detect(grey, page.ink))
    texts = read_lines([grey[y0:y1, x0:x1] for x0, y0, x1, y1 in boxes])
    lines = []
    for box, text in zip(boxes, texts, strict=True):
        if text.free and text.mean_confidence >= _LEAST_SURE and not _is_page_number(text.free, box, grey.shape[0]):
            lines.append(Printed((float(box[0]), float(box[1]), float(box[2]), float(box[3])), text.free))
    return lines


def _is_page_number(text: str, box: tuple[int, int, int, int], height: int) -> bool:
    margin = _FOOT * height
    return (box[3] > height - 1.6 * margin or box[1] < margin) and bool(_PAGE_NUMBER.fullmatch(text))


def _detect(grey: Grey, level: int) -> list[tuple[int, int, int, int]]:
    """Boxes of lines of text, by tiles of the page's height that hold ink."""
    found: list[tuple[int, int, int, int]] = []
    inked = np.flatnonzero((grey < level).sum(axis=1) > 2)
    if not inked.size:
        return found
    top, end = max(0, int(inked[0]) - 20), int(inked[-1]) + 20
    while top < end:
        bottom = min(top + _TILE, end)
        tile = grey[top:bottom]
        start = _OVERLAP // 2 if found or top > inked[0] else 0
        end_here = bottom - top if bottom >= end else bottom - top - _OVERLAP // 2
        found += [(x0, y0 + top, x1, y1 + top) for x0, y0, x1, y1 in _tile(tile) if start <= (y0 + y1) / 2 < end_here]
        top = bottom if bottom >= end else bottom - _OVERLAP
    return found


def _tile(tile: Grey) -> list[tuple[int, int, int, int]]:
    height, width = tile.shape
    rows, columns = max(32, round(height * _SCALE / 32) * 32), max(32, round(width * _SCALE / 32) * 32)
    small = cv2.resize(tile, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32) / 127.5 - 1.0
    text = models.detect_text(np.repeat(small[None, None], 3, axis=1))
    _, _, stats, _ = cv2.connectedComponentsWithStats((text > _TEXT).astype(np.uint8), connectivity=8)
    boxes = []
    for x, y, wide, high, area in stats[1:].tolist():
        if high < 4 or area < 20:
            continue
        grow = _GROW * min(high, wide)
        across, down = width / columns, height / rows
        x0, x1 = (x - grow) * across, (x + wide + grow) * across
        y0, y1 = (y - grow) * down, (y + high + grow) * down
        boxes.append((max(0, int(x0)), max(0, int(y0)), min(width, round(x1)), min(height, round(y1))))
    return boxes


def _in_lines(boxes: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Boxes side by side made one, in reading order."""
    lines: list[tuple[int, int, int, int]] = []
    for box in sorted(boxes, key=lambda box: (box[0], box[1])):
        for number, line in enumerate(lines):
            shared = min(box[3], line[3]) - max(box[1], line[1])
            height = min(box[3] - box[1], line[3] - line[1])
            if shared > 0.6 * height and box[0] - line[2] < 1.5 * height:
                lines[number] = (min(line[0], box[0]), min(line[1], box[1]), max(line[2], box[2]), max(line[3], box[3]))
                break
        else:
            lines.append(box)
    return sorted(lines, key=lambda line: (line[1] + line[3], line[0]))
