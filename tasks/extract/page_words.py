"""The words, class names and ids by which web pages are read: expectations/pages.yml, checked and compiled."""

from __future__ import annotations

import re
from functools import cache

from pydantic import BaseModel, ConfigDict

from expectations import form
from expectations.form import load_yaml

_SPACE = re.compile(r"\s+")


class _Boxes(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    table: frozenset[str]
    row: frozenset[str]
    cell: frozenset[str]


class PageWords(BaseModel):
    """What pages.yml says; each field is explained there."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    statutory: tuple[str, ...]
    report: re.Pattern[str]
    containers: tuple[str, ...]
    heading: re.Pattern[str]
    furniture: frozenset[str]
    asides: frozenset[str]
    devices: frozenset[str]
    boxes: _Boxes
    note_mark: re.Pattern[str]
    attachment: re.Pattern[str]


@cache
def page_words() -> PageWords:
    """The words of pages.yml. Raises BadForm when the file is wrong."""
    return load_yaml(form.FORMS.parent / "pages.yml", PageWords)


def is_statutory(text: str) -> bool:
    """Whether a table's text is that of a statutory table (or of a part of one with its labels)."""
    bare = _SPACE.sub("", text)
    found = 0
    for word in page_words().statutory:
        found += word in bare
        if found > 1:
            return True
    return False


def is_report(text: str) -> bool:
    """Whether a text names an annual report on government-information disclosure."""
    return bool(page_words().report.search(_SPACE.sub("", text)))
