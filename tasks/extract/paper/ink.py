"""A page as ink: characters with their boxes and the straight lines drawn, in points, origin at the page's top left.

What a PDF or an OFD page comes to before any table is seen. Text set sideways is turned upright first; `turn` says by how
much, so that a box can be given back as it stands on the page.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

Box = tuple[float, float, float, float]  # x0, top, x1, bottom


class Char(NamedTuple):
    """A printed character: its box, the size of its type, and its place in the order in which the file states text."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    order: int


class Line(NamedTuple):
    """A straight line, upright or level: `at` is its fixed coordinate, `start` to `end` its extent along the other."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Ink:
    """What is on one page, without watermarks. `unseen` are characters that the file states but the page does not show.

    `picture` is the share that pictures cover (0 to 1), `drawn` how many things of any kind the file draws.

    `turn`: quarter turns clockwise by which the page was turned to bring most of its text upright (0 to 3).
    """

    number: int
    width: float
    height: float
    chars: tuple[Char, ...]
    level: tuple[Line, ...]
    upright: tuple[Line, ...]
    unseen: tuple[Char, ...] = ()
    picture: float = 0.0
    drawn: int = 0
    turn: int = 0

    def parted(self, x: float) -> tuple[Ink, Ink]:
        """The page left and right of an upright line, each with all of its measures."""
        left = replace(
            self,
            chars=tuple(char for char in self.chars if char.x0 + char.x1 <= 2 * x),
            level=tuple(line for line in self.level if line.start + line.end <= 2 * x),
            upright=tuple(line for line in self.upright if line.at <= x),
        )
        right = replace(
            self,
            chars=tuple(char for char in self.chars if char.x0 + char.x1 > 2 * x),
            level=tuple(line for line in self.level if line.start + line.end > 2 * x),
            upright=tuple(line for line in self.upright if line.at > x),
        )
        return left, right

    def hides(self, box: Box) -> bool:
        """Whether the file states more in a box than the page shows there."""
        x0, top, x1, bottom = box
        return any(x0 < (c.x0 + c.x1) / 2 < x1 and top < (c.top + c.bottom) / 2 < bottom for c in self.unseen)

    def on_page(self, box: Box) -> Box:
        """A box of the turned page as it stands on the page itself, rounded to a tenth of a point."""
        x0, top, x1, bottom = turned(box, self.width, self.height, -self.turn % 4)
        return round(x0, 1), round(top, 1), round(x1, 1), round(bottom, 1)


def turned(box: Box, width: float, height: float, quarters: int) -> Box:
    """A box after its page (width × height) is turned clockwise by some quarters."""
    x0, top, x1, bottom = box
    if quarters == 1:
        return height - bottom, x0, height - top, x1
    if quarters == 2:
        return width - x1, height - bottom, width - x0, height - top
    if quarters == 3:
        return top, width - x1, bottom, width - x0
    return box
