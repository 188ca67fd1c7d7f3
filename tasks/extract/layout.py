"""Read paper.yml: how reports are laid out on paper, as patterns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

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
    """The patterns of paper.yml, compiled; each is matched against text without spaces."""

    page_number: re.Pattern[str]
    heading: re.Pattern[str]
    enumerator: re.Pattern[str]
    corner: str


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
