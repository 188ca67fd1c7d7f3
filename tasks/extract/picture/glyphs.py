"""Recognise lines of text: crops → texts with confidence, freely or with the alphabet held to a figure's characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from expectations.reading import reading
from tasks.extract.picture import models

Grey = NDArray[np.uint8]

_HEIGHT = 48  # pixels: what the network was trained on
_STEP = 16  # widths are padded to multiples, so that a crop's reading does not depend on its neighbours in a batch
_WIDEST = 1600
_LONG, _SQUEEZE = 500, 0.8  # lines of prose wider than this are narrowed: time goes with the width, and they stay legible
_BATCH = 16


@dataclass(frozen=True, slots=True)
class Text:
    """A line as read freely, and as read with a figure's characters only; each with its least sure character's probability."""

    free: str
    free_confidence: float
    mean_confidence: float
    figure: str
    figure_confidence: float


def read_lines(crops: Sequence[Grey]) -> list[Text]:
    """Crops of one line each (grey, dark on light, any size) → their texts, in the same order."""
    shaped = [_shape(crop) for crop in crops]
    texts: dict[int, Text] = {}
    by_width: dict[int, list[int]] = {}
    for number, picture in enumerate(shaped):
        by_width.setdefault(picture.shape[1], []).append(number)
    for numbers in by_width.values():
        for start in range(0, len(numbers), _BATCH):
            chosen = numbers[start : start + _BATCH]
            probabilities = models.recognise(np.stack([_tensor(shaped[number]) for number in chosen]))
            texts |= {number: _decode(steps) for number, steps in zip(chosen, probabilities, strict=True)}
    return [texts[number] for number in range(len(crops))]


def _shape(crop: Grey) -> Grey:
    """The crop at the network's height, padded on the right with the paper's grey to the next width."""
    height, width = crop.shape[:2]
    wide = round(width * _HEIGHT / height)
    wide = min(round(wide * _SQUEEZE) if wide > _LONG else max(wide, 8), _WIDEST)
    resized = cv2.resize(crop, (wide, _HEIGHT), interpolation=cv2.INTER_AREA if height > _HEIGHT else cv2.INTER_CUBIC)
    padded = np.full((_HEIGHT, -(-wide // _STEP) * _STEP), 255, np.uint8)
    padded[:, :wide] = resized
    return padded


def _tensor(picture: Grey) -> NDArray[np.float32]:
    return np.repeat((picture.astype(np.float32) / 127.5 - 1.0)[None], 3, axis=0)


def _decode(steps: NDArray[np.float32]) -> Text:
    free, sure, mean = _collapse(steps.argmax(axis=1), steps.max(axis=1), models.characters())
    columns, names = _figure_columns()
    folded = np.stack([steps[:, group].sum(axis=1) for group in columns], axis=1)
    figure, figure_sure, _ = _collapse(folded.argmax(axis=1), folded.max(axis=1), names)
    return Text(free.strip(), sure, mean, figure, figure_sure)


def _collapse(best: NDArray[np.intp], probability: NDArray[np.float32], names: Sequence[str]) -> tuple[str, float, float]:
    """CTC: repeated characters are one unless a blank stands between. With the least character's probability, and the mean."""
    text: list[str] = []
    peaks: list[float] = []
    last = 0
    for index, sure in zip(best.tolist(), probability.tolist(), strict=True):
        if index and index != last:
            text.append(names[index])
            peaks.append(sure)
        elif index:
            peaks[-1] = max(peaks[-1], sure)
        last = index
    return "".join(text), min(peaks, default=1.0), sum(peaks) / max(len(peaks), 1)


@cache
def _figure_columns() -> tuple[tuple[list[int], ...], tuple[str, ...]]:
    """For the blank and each character of a figure: the network's columns that count for it."""
    index = {name: number for number, name in enumerate(models.characters())}
    names = ["", *reading().figure_characters]
    alike = reading().lookalikes
    groups = [[0], *([index[other] for other in name + alike.get(name, "") if other in index] for name in names[1:])]
    kept = [(group, name) for group, name in zip(groups, names, strict=True) if group]
    return tuple(group for group, _ in kept), tuple(name for _, name in kept)
