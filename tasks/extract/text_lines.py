"""Lines of plain text as rows of fields: by drawn lines, tabs, commas or spaces; with what each kind tells of columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache

from pydantic import BaseModel, ConfigDict

from expectations import form
from expectations.form import load_yaml
from tasks.printed import Locator

_WIDE = re.compile(r"[ \xa0]{2,}|[\u3000\t]+(?:\s*)")
_LONGEST = 60  # characters of a label's field
_LEAST = 3  # figures at a line's end from which it is a row, whatever stands around
_COMMAS = 8  # lines of commas from which a text is CSV


class Kind(IntEnum):
    """What a line is. From ROW on, it is part of a table by itself; WEAK and HEAD ones only beside others."""

    BLANK = 0
    PAGE = 1  # a page number
    PROSE = 2
    SINGLE = 3  # one short field: a heading, or a label whose figures stand elsewhere
    WEAK = 4  # a label and one or two figures
    HEAD = 5  # short fields without figures
    RULE = 6  # a drawn line
    ROW = 7


class TextWords(BaseModel):
    """What texts.yml says; each field is explained there."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    value: re.Pattern[str]
    enumerator: re.Pattern[str]
    corners: tuple[str, ...]
    page: re.Pattern[str]
    sentence: re.Pattern[str]
    uprights: str
    across: str


@dataclass(slots=True)
class Field:
    """A field and where it stands."""

    text: str
    locator: Locator

    @property
    def is_value(self) -> bool:
        """Whether it can be a figure."""
        return bool(self.text) and text_words().value.fullmatch(self.text) is not None


@dataclass(slots=True)
class Line:
    """A line: its text, where it stands, its fields. `is_drawn`: the fields are parted by drawn lines or commas."""

    text: str
    locator: Locator
    kind: Kind
    fields: list[Field]
    is_drawn: bool = False
    is_indented: bool = False


@cache
def text_words() -> TextWords:
    """The words of texts.yml. Raises BadForm when the file is wrong."""
    return load_yaml(form.FORMS.parent / "texts.yml", TextWords)


@cache
def _upright() -> re.Pattern[str]:
    return re.compile(rf"(?<!\\)[{re.escape(text_words().uprights)}]")


@cache
def _rule() -> re.Pattern[str]:
    return re.compile(rf"[\s{re.escape(text_words().uprights)}{re.escape(text_words().across)}]{{3,}}")


@cache
def _corner() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{'|'.join(map(re.escape, text_words().corners))})\s+\S")


def split_lines(lines: Sequence[tuple[str, Locator]]) -> list[Line]:
    """Each line with its kind and fields; a text of commas is taken as CSV throughout."""
    if _is_csv([text for text, _ in lines]):
        return list(_comma_rows(lines))
    return [_line(text, locator) for text, locator in lines]


def _line(text: str, locator: Locator) -> Line:
    words = text_words()
    bare = text.strip()
    if not bare:
        return Line("", locator, Kind.BLANK, [])
    if words.page.match(text):
        return Line(bare, locator, Kind.PAGE, [])
    if "\t" not in text and _rule().fullmatch(text):
        return Line(bare, locator, Kind.RULE, [])
    uprights = len(_upright().findall(bare))
    if uprights > 1:
        return Line(bare, locator, Kind.ROW, _drawn(bare, locator), is_drawn=True)
    indented = text[:2].isspace() or text[0] == "\u3000"
    if "\t" in text.strip("\n"):
        fields = _numbered([field.strip() for field in text.split("\t")], locator)
        return Line(bare, locator, _tab_kind(fields), fields, is_indented=indented)
    kind, fields = _spaced(bare, locator)
    return Line(bare, locator, kind, fields, is_indented=indented)


def _drawn(text: str, locator: Locator) -> list[Field]:
    parts = _upright().split(text)
    if not parts[0].strip():
        parts = parts[1:]
    if parts and not parts[-1].strip():
        parts = parts[:-1]
    across = text_words().across
    texts = [part.strip().replace("\\|", "|") for part in parts]
    return _numbered(["" if len(one) > 2 and not one.strip(across) else one for one in texts], locator)


def _numbered(texts: Sequence[str], locator: Locator) -> list[Field]:
    return [Field(text, replace(locator, column=column)) for column, text in enumerate(texts)]


def _tab_kind(fields: Sequence[Field]) -> Kind:
    filled = [field for field in fields if field.text]
    if any(field.is_value for field in filled) or len(filled) > 1:
        return Kind.ROW
    return Kind.SINGLE if is_short(filled[0].text) else Kind.ROW


def is_short(text: str) -> bool:
    """Whether a text can be a label or a heading."""
    return len(text) <= _LONGEST and not text_words().sentence.search(text)


def _spaced(text: str, locator: Locator) -> tuple[Kind, list[Field]]:
    """A line without tabs or drawn lines: figures at its end, or short fields set wide apart, or prose."""
    words = text.split()
    value = text_words().value
    count = next((n for n, word in enumerate(reversed(words)) if not value.fullmatch(word)), len(words))
    label = words[: len(words) - count]
    labels = [part for one in _WIDE.split(_before(text, count)) for part in _enumerated(one)] if label else []
    if any(char.isdigit() for word in words[len(label) :] for char in word):
        fields = _numbered([*(one.strip() for one in labels if one.strip()), *words[len(label) :]], locator)
        if count >= _LEAST:
            return Kind.ROW, fields
        if count and label and all(is_short(one) for one in labels):
            return Kind.WEAK, fields
    if _corner().match(text):
        return Kind.HEAD, _numbered(words, locator)
    fields = _numbered([one.strip() for one in _WIDE.split(text) if one.strip()], locator)
    if len(fields) > 1 and all(is_short(field.text) for field in fields):
        return Kind.HEAD, fields
    return (Kind.SINGLE if is_short(text) else Kind.PROSE), _numbered([text], replace(locator, column=None))


def _enumerated(label: str) -> Iterator[str]:
    """A label's parts, each from its enumerator on: a group and its row may stand in one line."""
    part: list[str] = []
    for word in label.split():
        if part and text_words().enumerator.match(word):
            yield " ".join(part)
            part = []
        part.append(word)
    yield " ".join(part)


def _before(text: str, count: int) -> str:
    """The text without its last `count` words."""
    for _ in range(count):
        text = text.rstrip()
        text = text[: max(text.rfind(char) for char in (" ", "\u3000", "\xa0")) + 1]
    return text.rstrip()


def _is_csv(lines: Sequence[str]) -> bool:
    rows = 0
    for line in lines:
        if line.count(",") > 1 and "\t" not in line:
            fields = line.split(",")
            rows += sum(bool(text_words().value.fullmatch(field.strip(' "'))) or not field.strip(' "') for field in fields) > 1
    return rows >= _COMMAS


def _comma_rows(lines: Sequence[tuple[str, Locator]]) -> Iterator[Line]:
    """CSV rows; a quoted field may run over lines. The locator is that of the row's first line."""
    texts = [text + "\n" for text, _ in lines]
    reader = csv.reader(iter(texts))
    start = 0
    try:
        for row in reader:
            locator = lines[start][1]
            start = reader.line_num
            filled = [field.strip() for field in row]
            if sum(map(bool, filled)) > 1:
                yield Line(" ".join(filled), locator, Kind.ROW, _numbered(filled, locator), is_drawn=True)
            else:
                yield replace(_line(next((field for field in filled if field), ""), locator), fields=[])
    except csv.Error:  # a field beyond any length: no CSV after all
        yield from (_line(text, locator) for text, locator in lines[start:])
