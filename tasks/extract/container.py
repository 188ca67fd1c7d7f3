"""Open what holds other files: a zip of reports (or of a report's scanned pages), a page that a server left gzipped."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass

from tasks.errors import DamagedDocument, DocumentTooLarge, ReadError, UnknownFormat
from tasks.extract.enclosed import read_picture, reread_picture
from tasks.extract.package import MAX_UNPACKED, Package
from tasks.extract.sniff import sniff
from tasks.extract.version import READER_VERSION
from tasks.printed import Locator, Printed, Unread

MAX_DEPTH = 2  # a zip inside a zip
MAX_DOCUMENTS = 500
_UTF8 = 0x800  # flag of a member whose name is UTF-8
_LOCKED = 0x1  # flag of a member that a password protects
_UNICODE_PATH = 0x7075  # extra field with the name in UTF-8
_JUNK = re.compile(r"(^|/)(__MACOSX/|\._|~\$|\.DS_Store$|thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_NUMBER = re.compile(r"(\d+)")

Member = Callable[[bytes, str, str], tuple[Printed | Unread, ...]]


@dataclass(slots=True)
class _Budget:
    """What is left of the limits, over all containers inside one file."""

    depth: int = 0
    size: int = MAX_UNPACKED
    documents: int = MAX_DOCUMENTS


_budget: ContextVar[_Budget | None] = ContextVar("budget", default=None)


def read(data: bytes, name: str, member: Member) -> tuple[Printed | Unread, ...]:
    """A container's files, each read by `member` (bytes, its name inside, the container's name) → Printed or Unread.

    Pictures alone in a folder are the pages of one report. Raises DocumentTooLarge for bombs, DamagedDocument, UnknownFormat.
    """
    outer = _budget.get()
    budget = outer or _Budget()
    token = _budget.set(budget)
    budget.depth += 1
    try:
        if budget.depth > MAX_DEPTH:
            raise DocumentTooLarge(
                "a container inside a container inside a container",
                where=name,
                expected=f"at most {MAX_DEPTH} levels",
                remedy="Unpack it by hand.",
            )
        if sniff(data) == "gzip":
            return member(_gunzip(data, budget, name), "", name)
        return tuple(_members(data, name, member, budget))
    finally:
        budget.depth -= 1
        _budget.reset(token)


def reread(data: bytes, locator: Locator, part: str, member: Callable[[bytes, Locator, str], str]) -> str:
    """The text at a locator of the file called `part`, which may itself be inside a zip in the zip."""
    if sniff(data) == "gzip":
        return member(_gunzip(data, _Budget(), ""), locator, part)
    package = Package(data, "zip")
    names = {shown: raw for raw, shown in _names(package)}
    if locator.path in names and locator.box is not None:
        return reread_picture(lambda path: package.read(names[path]), locator)
    for shown, raw in names.items():
        if part == shown or part.startswith(f"{shown}/"):
            return member(package.read(raw), locator, part[len(shown) + 1 :])
    return ""


def _members(data: bytes, name: str, member: Member, budget: _Budget) -> Iterator[Printed | Unread]:
    package = Package(data, "zip")
    names = [(raw, shown) for raw, shown in _names(package) if not _JUNK.search(shown) and not shown.endswith("/")]
    if not names:
        raise UnknownFormat("a zip without any file", where=name, expected="reports in it", remedy="Fetch it again.")
    folders: dict[str, list[tuple[str, bytes]]] = {}
    found: dict[str, tuple[Printed | Unread, ...]] = {}
    for raw, shown in sorted(names, key=lambda pair: _natural(pair[1])):
        budget.documents -= 1
        if budget.documents < 0:
            raise DocumentTooLarge(
                f"more than {MAX_DOCUMENTS} files", where=name, expected=f"at most {MAX_DOCUMENTS}", remedy="Split the zip."
            )
        content = _content(package, raw, shown, name, budget)
        if isinstance(content, Unread):
            found[shown] = (content,)
        else:
            folders.setdefault(shown.rpartition("/")[0], []).append((shown, content))
    for folder, files in folders.items():
        if all(sniff(content) == "image" for _, content in files):
            yield _pages(folder, files, name)
            continue
        for shown, content in files:
            found[shown] = member(content, shown, name)
    for shown in sorted(found, key=_natural):
        yield from found[shown]


def _content(package: Package, raw: str, shown: str, name: str, budget: _Budget) -> bytes | Unread:
    info = package.members[raw]
    if info.flag_bits & _LOCKED:
        locked = UnknownFormat("a file locked with a password", where=f"{name}, {shown}", remedy="Unpack it with the password.")
        return Unread(shown, "UnknownFormat", str(locked))
    budget.size -= info.file_size
    if budget.size < 0:
        raise DocumentTooLarge(
            f"more than {MAX_UNPACKED:,} bytes when unpacked",
            where=name,
            expected=f"at most {MAX_UNPACKED:,}",
            remedy="Split it.",
        )
    try:
        return package.read(raw)
    except DamagedDocument as error:
        return Unread(shown, "DamagedDocument", str(DamagedDocument(error.found, where=f"{name}, {shown}", remedy=error.remedy)))


def _pages(folder: str, files: list[tuple[str, bytes]], name: str) -> Printed | Unread:
    """The pictures of a folder, in the order of their names, as one report."""
    part = folder or files[0][0] if len(files) == 1 else folder
    try:
        blocks = tuple(block for shown, content in files for block in read_picture(content, shown))
    except ReadError as error:
        reason = type(error)(error.found, where=error.where or name, expected=error.expected, remedy=error.remedy)
        return Unread(part or name, type(error).__name__, str(reason))
    return Printed(blocks, (), "ocr", READER_VERSION, "application/zip", len(files), part)


def _names(package: Package) -> Iterator[tuple[str, str]]:
    """(name as zipfile keeps it, name as it was meant) of each member."""
    for raw, info in package.members.items():
        yield raw, _name(info).replace("\\", "/")


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name: by its Unicode field, else UTF-8 or GB18030, which zipfile took for code page 437."""
    stated = _unicode_path(info.extra)
    if stated:
        return stated
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        source = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return source.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _unicode_path(extra: bytes) -> str:
    while len(extra) >= 4:
        kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        if kind == _UNICODE_PATH and size > 5:
            return extra[9 : 4 + size].decode("utf-8", errors="ignore")
        extra = extra[4 + size :]
    return ""


def _natural(name: str) -> list[tuple[int, int, str]]:
    """A key under which page 2 comes before page 10."""
    return [(1, int(word[:18]), word) if word.isdecimal() else (0, 0, word) for word in _NUMBER.split(name)]


def _gunzip(data: bytes, budget: _Budget, name: str) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(data, budget.size + 1)
    except zlib.error as error:
        raise DamagedDocument(f"the gzip is broken ({error})", where=name, remedy="Fetch it again.") from error
    budget.size -= len(unpacked)
    if budget.size < 0:
        raise DocumentTooLarge(
            "it unpacks without end", where=name, expected=f"at most {MAX_UNPACKED:,}", remedy="Fetch it again."
        )
    if not unpacker.eof:
        raise DamagedDocument("the gzip breaks off before its end", where=name, remedy="Fetch it again.")
    return unpacked
