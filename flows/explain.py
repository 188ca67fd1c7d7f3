"""Explain a figure: where it stands in a file, what it says, how sure that is and why, with the page to look at."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from expectations.form import form_for, load_forms, split_address
from flows.contain import Readers
from tasks.errors import DamagedDocument, ReadError, SettingsError, WarehouseError
from tasks.printed import Agreement
from tasks.records import Cell, Quarantine, Reading, Semantics
from warehouse.files import Archive

_HASH = "sha256:"
_WHY = {
    Agreement.ALONE: "只有一种读法读到 only one of two independent readings saw it",
    Agreement.DISPUTED: "两种读法不一致 two independent readings saw different texts",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A document to explain: its bytes, what to call it, its SHA-256."""

    data: bytes
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A figure (None where the file does not have it) in its reading, its official labels, and what stands there read again."""

    source: Source
    reading: Reading
    address: str
    labels: tuple[str, str, str]  # heading, row, column
    cell: Cell | None
    again: str = ""
    why: tuple[str, ...] = ()  # why the figure is not certain, or is not there

    @property
    def is_same(self) -> bool:
        """Whether what stands at the locator is what was read, white space aside."""
        return self.cell is not None and bare(self.again) == bare(self.cell.raw)

    @property
    def in_pixels(self) -> bool:
        """Whether boxes are in pixels of a picture, not in points of a page."""
        return self.reading.reader == "ocr" and not self.source.data[:1024].count(b"%PDF-")


def open_source(name: str, archive: str) -> Source:
    """A file, or `sha256:…` for a document of the archive. Raises SettingsError or WarehouseError."""
    if name.startswith(_HASH):
        return _archived(name, name.removeprefix(_HASH).strip().lower(), Archive(archive))
    try:
        data = Path(name).read_bytes()
    except OSError as error:
        raise SettingsError(
            f"cannot be opened ({error.strerror})", where=name, remedy="Check the path, or give sha256:… of an archived document."
        ) from None
    return Source(data, name, sha256(data).hexdigest())


def _archived(name: str, digest: str, files: Archive) -> Source:
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise SettingsError(f"{name!r} is no SHA-256", expected="sha256: and 64 hexadecimal digits, as in column sha256")
    if not files.has(digest):
        raise WarehouseError(
            "no such document in the archive", where=f"{files.url}, {name}", remedy="Name its folder with --data."
        )
    return Source(files.read(digest), name, digest)


def explain(source: Source, address: str, part: str | None, readers: Readers) -> Explanation:
    """What is known of the figure at an address. SettingsError for no address of a form or no such part; else ReadError."""
    _check_address(address)
    reading = _reading(readers.read(source.data, source.name, source.sha256), source.name, part)
    labels = _labels(reading, address)
    cell = reading.figures().get(address)
    if cell is None:
        return Explanation(source, reading, address, labels, None, why=_missing(reading, address, labels))
    again = readers.reread(source.data, cell.locator, reading.part)
    return Explanation(source, reading, address, labels, cell, again, () if cell.certain else _doubts(reading, cell, labels))


def _check_address(address: str) -> None:
    known = list(dict.fromkeys(each for form in load_forms() for each in form.addresses()))
    if address in known:
        return
    nearest = difflib.get_close_matches(address, known, n=5, cutoff=0.3) or known[:5]
    raise SettingsError(
        f"{address!r} is no address of a form",
        where="--cell",
        expected="table.row.column",
        remedy=f"Nearest: {', '.join(nearest)}.",
    )


def _reading(outcomes: Sequence[Reading | Quarantine], name: str, part: str | None) -> Reading:
    if part is not None:
        outcomes = [each for each in outcomes if each.part == part] or _no_such_part(outcomes, name, part)
    readings = [each for each in outcomes if isinstance(each, Reading)]
    if len(readings) == 1:
        return readings[0]
    if readings:
        parts = "; ".join(f"{each.part} ({each.agency} {each.year or ''})" for each in readings)
        raise SettingsError(f"there are {len(readings)} reports in it", where=name, remedy=f"Name one with --part: {parts}.")
    refused = "; ".join(each.reason for each in outcomes if isinstance(each, Quarantine))
    raise ReadError(f"could not be read. {refused}")


def _no_such_part(outcomes: Sequence[Reading | Quarantine], name: str, part: str) -> list[Reading | Quarantine]:
    parts = ", ".join(repr(each.part) for each in outcomes)
    raise SettingsError(
        f"there is no part {part!r}", where=name, expected=f"one of {parts}", remedy="Correct --part or leave it out."
    )


def _labels(reading: Reading, address: str) -> tuple[str, str, str]:
    """The official labels, in the words of the edition that the table follows."""
    table = split_address(address)[0]
    editions = [dict(reading.editions).get(table), *(form.edition for form in reversed(load_forms()))]
    for edition in filter(None, editions):
        form = form_for(edition)
        if address in form.addresses():
            return form.labels(address)
    raise KeyError(address)


def _missing(reading: Reading, address: str, labels: tuple[str, str, str]) -> tuple[str, ...]:
    table = split_address(address)[0]
    edition = dict(reading.editions).get(table)
    if edition is None:
        return (f"文件中未见此表 the table {table} was not found in the file", *reading.problems)
    if edition and address not in form_for(edition).addresses():
        return (f"此表用{edition}年格式，其中没有这一项 the table follows the {edition} form, which has no such figure",)
    return _related(reading, table, labels) or ("此项没有读出 it was not read, and no message says why",)


def _doubts(reading: Reading, cell: Cell, labels: tuple[str, str, str]) -> tuple[str, ...]:
    found = [_WHY[cell.agreement]] if cell.agreement in _WHY else []
    if cell.confidence < 1:
        found.append(f"图像识别的把握为 the recogniser of the picture is sure to {cell.confidence:.0%}")
    if cell.semantics is Semantics.UNREADABLE:
        found.append("有印迹而不能辨认 something is printed that cannot be made out")
    found += _related(reading, split_address(cell.address)[0], labels)
    return tuple(found) or ("行或列的归位并非毫无疑问 its row or column was placed with a repair, or by likeness",)


def _related(reading: Reading, table: str, labels: tuple[str, str, str]) -> tuple[str, ...]:
    """The problems that speak of the row, else of the table, else all that speak of no table."""
    names = [name for form in load_forms() for name in form.tables]
    by_row = tuple(each for each in reading.problems if bare(labels[1]) in bare(each))
    by_table = tuple(each for each in reading.problems if table in each)
    return by_row or by_table or tuple(each for each in reading.problems if not any(name in each for name in names))


def draw(explained: Explanation, readers: Readers) -> bytes:
    """The page with the figure boxed, as a PNG. Raises ReadError where it cannot be drawn."""
    from flows.drawing import open_drawing

    name = explained.source.name
    if explained.cell is None:
        raise DamagedDocument("there is nothing to box: the figure was not read", where=name)
    drawing = open_drawing(explained.source.data, name, explained.reading, readers)
    if explained.address not in drawing.places:
        raise DamagedDocument(
            "LibreOffice draws the page otherwise, so that the figure was not found in its drawing",
            where=name,
            remedy="The place above says where to look in the file.",
        )
    return drawing.page(explained.address)


def bare(text: str) -> str:
    """A text without white space, which two readings of the same may differ in."""
    return "".join(text.split())
