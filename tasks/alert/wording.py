"""Every phrase that a supervisor reads: wording.yml in Chinese, wording.<language>.yml in another language."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from expectations.form import load_yaml
from tasks.errors import BadForm

CANONICAL = "zh-CN"  # the language in which a notice is recognised from night to night
FOLDER = Path(__file__).parent


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sides(_Strict):
    """What the left and right side of a rule's equation are called."""

    left: str
    right: str


class Place(_Strict):
    """How a table, row, column or cell is named; joint: what parts a row of its table from the table, a cell from its row."""

    table: str
    column: str
    row: str
    cell: str
    in_group: str
    previous: str
    joint: str


class Remedial(_Strict):
    """The 整改清单: its name, its columns, and by rule (in wording.yml alone) which side is what the figure should be."""

    title: str
    rule: str
    until: str
    columns: dict[str, str]
    expected: dict[str, Literal["left", "right", "neither"]] = Field(default_factory=dict)


class Age(_Strict):
    """How long a notice has stood, in words; nights: at most so many, or None for all that is older."""

    nights: int | None
    label: str


class Marks(_Strict):
    """What stands between the parts of a sentence, and around what is quoted.

    whose: after the report; where: after the place; between: two facts; end: of a sentence; gap: before the next. listing: names;
    series: longer parts, which may hold a comma; counting: the counts of a subject. quoted: what is told in Chinese.
    """

    whose: str
    where: str
    between: str
    end: str
    gap: str
    listing: str
    series: str
    counting: str
    quoted: str


class Wording(_Strict):
    """One language's phrases. engineering: what maintainers are told, which is in wording.yml alone."""

    marks: Marks
    head: str
    unknown_year: str
    nobody: str
    basis: str
    severities: dict[str, str]
    place: Place
    sides: dict[str, Sides]
    both: str
    only: str
    cells: str
    blank: str
    and_more: str
    diagnosis: str
    suggestion: str
    suggestion_open: str
    cause: str
    causes: dict[str, str]
    alternative: str = Field(alias="or")
    more_causes: str
    resolution: str
    resolved: dict[str, str]
    told_again: dict[str, str]
    states: dict[str, str]
    steps: dict[str, str]
    remedial: Remedial
    changes: dict[str, str]
    kinds: dict[str, str]
    subject: str
    counts: dict[str, str]
    reports: str
    open: str
    quiet: str
    ages: tuple[Age, ...]
    board: dict[str, str]
    channels: dict[str, str]
    engineering: dict[str, str] = Field(default_factory=dict)


def load_wording(language: str = CANONICAL) -> Wording:
    """A language's phrases. Raises BadForm naming the key that is wrong, or the language that no file has."""
    return _load(language)


@cache
def _load(language: str) -> Wording:
    if language != CANONICAL and language not in other_languages():
        remedy = f"Write wording.{language}.yml and rules.{language}.yml beside wording.en.yml and rules.en.yml."
        raise BadForm(f"there is no wording in {language!r}", where=str(FOLDER), remedy=remedy)
    return load_yaml(FOLDER / ("wording.yml" if language == CANONICAL else f"wording.{language}.yml"), Wording)


@cache
def other_languages() -> tuple[str, ...]:
    """The languages beside Chinese that there is a wording in."""
    return tuple(sorted(path.name.split(".")[1] for path in FOLDER.glob("wording.*.yml")))
