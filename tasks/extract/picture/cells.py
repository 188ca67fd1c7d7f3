"""Read the cells of a table: the ink inside each, line by line, figures twice and by different means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from expectations.reading import reading
from tasks.extract.picture.glyphs import Text, read_lines
from tasks.extract.picture.ink import Grey, Mask
from tasks.extract.picture.inside import Line, lines_of
from tasks.extract.picture.lattice import Slot
from tasks.extract.picture.straight import Straight
from tasks.printed import Agreement

UNREADABLE = "\ufffd"  # stands where ink is and no character could be recognised

_INSET = 2  # pixels between a dividing line's middle and the cell's inside
_RED = 12  # pixels of red from which a blank cell may hold a red figure
_WORDS = re.compile(r"[\u3400-\u9fff]")
_MOST_SURE = 0.9999  # no recogniser is wholly sure: 1 is for text that a file states
_PLAIN_DIGIT = 0.9  # confidence from which a leaning digit is a digit and no slash
_LONG_LABEL = 4  # characters: longer words are a label, which its place and order will prove


@dataclass(frozen=True, slots=True)
class Filled:
    """A cell as read: its text (lines apart), how many readings stand behind it, and the least sure character's probability."""

    text: str
    agreement: Agreement
    confidence: float


@dataclass(slots=True)
class _Cell:
    slot: Slot
    lines: list[Line]
    is_doubtful: bool  # something is there that was not read: faint, red, dust or a rule


def read_cells(page: Straight, slots: Sequence[Slot], height: float) -> list[Filled]:
    """The texts of cells of a straight page. `height`: the usual height of a line of text, in pixels."""
    cells = [_look(page, slot, height) for slot in slots]
    lines = [line for cell in cells for line in cell.lines]
    first = read_lines([line.plain for line in lines])
    again = [number for number, text in enumerate(first) if not _is_label(text.free)]
    second = dict(zip(again, read_lines([lines[number].sharp for number in again]), strict=True))
    filled: list[Filled] = []
    number = 0
    for cell in cells:
        ends = number + len(cell.lines)
        read = [_settle(lines[i], first[i], second.get(i)) for i in range(number, ends)]
        filled.append(_join(cell, read))
        number = ends
    return filled


def line_height(page: Straight, slots: Sequence[Slot]) -> float:
    """The usual height of a line of text in these cells, in pixels."""
    heights = [bottom - top for slot in slots for top, bottom in lines_of(_inside(page, slot)[0], page.ink, 0.0).bands]
    tall = [height for height in heights if height >= 10]
    return float(median(tall)) if tall else 24.0


def _inside(page: Straight, slot: Slot) -> tuple[Grey, Mask]:
    x0, y0, x1, y1 = (round(edge) for edge in slot.box)
    window = (slice(max(0, y0 + _INSET), max(0, y1 - _INSET + 1)), slice(max(0, x0 + _INSET), max(0, x1 - _INSET + 1)))
    return page.grey[window], page.stamped[window]


def _look(page: Straight, slot: Slot, height: float) -> _Cell:
    grey, stamped = _inside(page, slot)
    found = lines_of(grey, page.ink, height)
    unseen = not found.lines and (int(stamped.sum()) >= _RED or found.has_faint(page.faint))
    doubtful = found.is_doubtful or unseen
    return _Cell(slot, found.lines, doubtful)


def _is_label(text: str) -> bool:
    return len(_WORDS.findall(text)) > _LONG_LABEL


def _settle(line: Line, first: Text, second: Text | None) -> Filled:
    """One line's text from its readings. A long label is read once: its place and order prove it."""
    if second is None:
        return Filled(first.free, Agreement.ALONE, first.free_confidence)
    if line.dash:
        return _dash(line, first, second)
    if (
        line.runs == 1
        and line.slant >= reading().slash_slant
        and min(first.figure_confidence, second.figure_confidence) < _PLAIN_DIGIT
    ):
        seen = "/" in (first.figure, second.figure)
        return Filled("/", Agreement.AGREED if seen else Agreement.DISPUTED, 0.95 if seen else 0.5)
    if _looks_like_figure(first.free) and _looks_like_figure(second.free):
        same = first.figure == second.figure and line.may_have(first.figure)
        better = first if first.figure_confidence >= second.figure_confidence else second
        sure = min(first.figure_confidence, second.figure_confidence)
        return Filled(better.figure or UNREADABLE, Agreement.AGREED if same and first.figure else Agreement.DISPUTED, sure)
    same = _plain(first.free) == _plain(second.free) != ""
    better = first if first.free_confidence >= second.free_confidence else second
    sure = min(first.free_confidence, second.free_confidence)
    return Filled(better.free or UNREADABLE, Agreement.AGREED if same else Agreement.DISPUTED, sure)


def _dash(line: Line, first: Text, second: Text) -> Filled:
    """A lone level stroke: the shape tells which sign it is, the recogniser that it is no character."""
    sign = next((sign for sign, least in reading().dashes.items() if line.dash >= least), UNREADABLE)
    strokes = set("".join(reading().lookalikes["-"])) | set(reading().dashes) | {"–", "―"}
    seen = all(text.free and set(text.free) <= strokes for text in (first, second))
    return Filled(sign, Agreement.AGREED if seen and sign != UNREADABLE else Agreement.DISPUTED, 0.95 if seen else 0.5)


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def _looks_like_figure(text: str) -> bool:
    """Whether every character is one of a figure's or is often taken for one."""
    allowed = reading().figure_characters + "".join(reading().lookalikes.values()) + " ,'\"“”‘’`:;："
    return all(character in allowed for character in unicodedata.normalize("NFKC", text) + text)


def _join(cell: _Cell, read: Sequence[Filled]) -> Filled:
    if not read:
        sure = not cell.is_doubtful and cell.slot.is_clear
        return Filled("", Agreement.AGREED if sure else Agreement.DISPUTED, 1.0 if sure else 0.0)
    kinds = {line.agreement for line in read}
    worst = next(kind for kind in (Agreement.DISPUTED, Agreement.ALONE, Agreement.AGREED) if kind in kinds)
    if worst is Agreement.AGREED and (cell.is_doubtful or not cell.slot.is_clear):
        worst = Agreement.ALONE
    return Filled("\n".join(line.text for line in read), worst, round(min(_MOST_SURE, *(line.confidence for line in read)), 4))
