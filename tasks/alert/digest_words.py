"""The words that a digest is set with, beside what its rows say: wording.yml's `digest`, {names} filled in by the templates."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TaskWords(_Strict):
    """What there is to do, a line each, where there is any of it."""

    missing: str
    news: str
    escalated: str
    standing: str
    unsure: str
    none: str


class FileWords(_Strict):
    """The attachments: how their files are called and what is said of them."""

    remedial: str
    letter: str
    heading: str
    is_remedial: str
    is_letters: str
    no_remedial: str
    no_letter: str
    letters_left: str


class BoardWords(_Strict):
    """The sheets beside the list, and their columns."""

    title: str
    columns: dict[str, str]
    changes: str
    change: str
    url: str


class DigestWords(_Strict):
    """The digest's headings, marks and remarks."""

    lang: str
    title: tuple[str, ...]
    to: str
    day: str
    date: str
    night: str
    nights: str
    between: str
    comma: str
    colon: str
    heading: str
    count: str
    year: str
    severities: str
    ages: str
    below: str
    tasks_heading: str
    tasks: TaskWords
    coverage: str
    state: str
    missing: str
    unsure: str
    nothing_owing: str
    before: str
    reason: str
    office: str
    acknowledged: str
    replied: str
    id: str
    since: str
    source: str
    page: str
    sha256: str
    standing: str
    left: str
    left_by: str
    left_in: str
    by_agency: str
    and_more: str
    quiet: str
    rules: str
    rule: str
    handling: str
    nature: str
    told: str
    files: FileWords
    board: BoardWords
