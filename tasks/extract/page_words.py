"""The words, class names and ids by which web pages are read: expectations/pages.yml, checked and compiled."""

from __future__ import annotations

import re
from functools import cache

from pydantic import BaseModel, ConfigDict

from expectations import form
from expectations.form import load_yaml


class _Boxes(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    table: frozenset[str]
    row: frozenset[str]
    cell: frozenset[str]


class PageWords(BaseModel):
    """What pages.yml says; each field is explained there."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    statutory: dict[str, tuple[str, ...]]
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
    bare = _bare(text)
    found = 0
    for word in _all_words():
        if word in bare:
            found += 1
            if found > 1:
                return True
    return False


def tables_in(text: str) -> set[str]:
    """Which of the statutory tables a table's text is of."""
    bare = _bare(text)
    return {table for table, words in page_words().statutory.items() if sum(word in bare for word in words) > 1}


@cache
def _all_words() -> tuple[str, ...]:
    return tuple(word for words in page_words().statutory.values() for word in words)


def _bare(text: str) -> str:
    return "".join(text.split())


def is_report(text: str) -> bool:
    """Whether a text names an annual report on government-information disclosure."""
    return bool(page_words().report.search(_bare(text)))
