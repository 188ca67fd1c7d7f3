"""How a report says that its agency was reorganised (机构改革): the phrases of reorganisation.yml."""

from __future__ import annotations

import re
from functools import cache, cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator

from expectations.form import load_yaml

REORGANISATION = Path(__file__).parent / "reorganisation.yml"


class Reorganisation(BaseModel):
    """The phrases, explained in reorganisation.yml."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    certain: tuple[str, ...]
    stated: tuple[str, ...]
    writer: str
    denied: str
    denied_after: str
    foreign: str
    planned: str
    heading: str

    @field_validator("*")
    @classmethod
    def _compiles(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for pattern in (value,) if isinstance(value, str) else value:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression ({error})") from error
        return value

    @cached_property
    def always(self) -> re.Pattern[str]:
        """What states a reorganisation, whoever the subject is."""
        return re.compile("|".join(f"(?:{pattern})" for pattern in self.certain))

    @cached_property
    def by_writer(self) -> re.Pattern[str]:
        """What states one where the sentence names the writer."""
        return re.compile("|".join(f"(?:{pattern})" for pattern in (*self.certain, *self.stated)))


@cache
def reorganisation() -> Reorganisation:
    """The phrases. Raises BadForm where the file is wrong."""
    return load_yaml(REORGANISATION, Reorganisation)
