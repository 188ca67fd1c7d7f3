"""Read paper.yml: how reports are laid out on paper, as patterns."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from pydantic import BaseModel, ConfigDict

from expectations import form
from expectations.form import load_yaml


class _Paper(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    page_numbers: tuple[str, ...]
    heading: str
    enumerator: str
    corner: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The patterns of paper.yml, compiled, and what they say of a text, its spaces and odd characters aside."""

    page_number: re.Pattern[str]
    heading: re.Pattern[str]
    enumerator: re.Pattern[str]
    corner: str

    def is_page_number(self, text: str) -> bool:
        """Whether a line only counts pages."""
        return bool(self.page_number.match(_plain(text)))

    def is_heading(self, text: str) -> bool:
        """Whether a line is the heading of a section."""
        return bool(self.heading.search(_plain(text)))

    def begins_label(self, text: str) -> bool:
        """Whether a text begins a row's label, by its number."""
        return bool(self.enumerator.match(_plain(text)))

    def is_corner(self, text: str) -> bool:
        """Whether the first header cell of table 二 is in a line."""
        return self.corner in _plain(text)


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


@cache
def layout() -> Layout:
    """The patterns. Raises BadForm when paper.yml is wrong."""
    paper = load_yaml(form.FORMS.parent / "paper.yml", _Paper)
    return Layout(
        re.compile("|".join(f"(?:{pattern})" for pattern in paper.page_numbers), re.IGNORECASE),
        re.compile(paper.heading),
        re.compile(paper.enumerator),
        paper.corner,
    )
