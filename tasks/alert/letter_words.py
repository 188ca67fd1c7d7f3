"""Read the words of the correction letter (letter.yml), or say what is wrong with them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from expectations.form import load_yaml

LETTER = Path(__file__).parent / "letter.yml"


class Slip(BaseModel):
    """The words of the reply slip."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    agency: str
    year: str
    number: str
    problem: str
    checked: str
    url: str
    by: str
    reviewed: str
    day: str
    seal: str


class Columns(BaseModel):
    """The heads of the table of figures."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    place: str
    printed: str
    note: str


class LetterWords(BaseModel):
    """letter.yml: every phrase of the letter."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: str
    number: str
    to: str
    opening: str
    opening_missing: str
    untitled: str
    sources: tuple[str, ...]
    heading: str
    found: str
    says: str
    authority: str
    picture: str
    picture_previous: str
    no_picture: str
    columns: Columns
    blank: str
    unread: str
    seen: str
    corrected: str
    zeros: str
    side: str
    minus: str
    suggestion: str
    column: str
    request: str
    request_time: str
    law_heading: str
    law: tuple[str, ...]
    nature: str
    nature_missing: str
    day: str
    attached: str
    slip_title: str
    slip: Slip
    choices: tuple[str, ...]
    choices_time: tuple[str, ...]


@cache
def load_letter_words() -> LetterWords:
    """The phrases. Raises BadForm naming the key that is wrong."""
    return load_yaml(LETTER, LetterWords)
