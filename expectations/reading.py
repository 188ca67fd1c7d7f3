"""How sure the reading of a picture must be, and what a figure's cell may print: expectations/reading.yml."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from expectations import form
from expectations.form import load_yaml


class Reading(BaseModel):
    """The settings of reading.yml, explained there."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    certain_confidence: float
    figure_characters: str
    lookalikes: dict[str, str]
    dashes: dict[str, float]
    slash_slant: float


@cache
def reading() -> Reading:
    """Raises BadForm where the file is wrong."""
    return load_yaml(form.FORMS.parent / "reading.yml", Reading)
