"""What a walk over a page works with: open elements, runs of text, and all that it meets on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from tasks.extract.markup import step_name
from tasks.printed import Grid, Paragraph


@dataclass(slots=True)
class Picture:
    """An image of the page: where it is, its attributes, and whether it only decorates a link."""

    path: str
    attributes: dict[str, str | None]
    is_link: bool


class Frame:
    """An open element on the way from the root: its place among its siblings, and what it counts as ("" for inline)."""

    __slots__ = ("counts", "known_path", "node", "number", "parent", "role", "tag", "texts")

    def __init__(self, node: LexborNode, parent: Frame | None, tag: str, number: int, role: str) -> None:
        self.node, self.parent, self.tag, self.number, self.role = node, parent, tag, number, role
        self.counts: dict[str, int] | None = None  # child elements met so far, by tag
        self.texts = 0  # text nodes met so far
        self.known_path = ""

    @property
    def path(self) -> str:
        """The element's XPath."""
        if not self.known_path and self.parent is not None:
            self.known_path = f"{self.parent.path}/{step_name(self.tag)}[{self.number}]"
        return self.known_path

    def count(self, tag: str) -> int:
        """The number, from 1, that the next child of a tag has in an XPath."""
        counts = self.counts
        if counts is None:
            counts = self.counts = {}
        number = counts[tag] = counts.get(tag, 0) + 1
        return sum(counts.values()) if ":" in tag else number  # "*" counts every element


class Run:
    """A run of text, and the frame and last step of the text that begins it."""

    __slots__ = ("frame", "only_links", "step", "text")

    def __init__(self, text: str, frame: Frame, step: str, only_links: bool) -> None:
        self.text, self.frame, self.step, self.only_links = text, frame, step, only_links


@dataclass(slots=True)
class Walked:
    """The blocks in order, and what was met on the way: device copies, runs of links only, pictures, text left out."""

    blocks: list[Paragraph | Grid] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)
    links: set[str] = field(default_factory=set)
    pictures: list[Picture] = field(default_factory=list)
    struck: list[tuple[str, str]] = field(default_factory=list)  # (path, text)
    marks: list[tuple[str, str]] = field(default_factory=list)  # (path, text) of notes' marks beside figures and labels
