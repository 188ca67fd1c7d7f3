"""Read an OFD (GB/T 33190): zipped XML that states where each character and line stands; pages become ink, and ink blocks."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from lxml import etree

from tasks.errors import DamagedDocument, DocumentTooLarge
from tasks.extract.enclosed import read_pictures, reread_picture
from tasks.extract.ofd_marks import Marks, Matrix, add_path, add_text, frame_of, is_shown, numbers
from tasks.extract.package import Package
from tasks.extract.paper.ink import Char, Ink, Line, turned
from tasks.extract.paper.ruled import in_order
from tasks.extract.paper.tables import read_ink
from tasks.extract.paper.words import mark_notes, text_lines
from tasks.extract.version import READER_VERSION
from tasks.extract.word_tables import Block, Picture
from tasks.printed import Locator, Printed

MAX_PAGES = 300
_TYPE = "application/ofd"
_POINT = 72 / 25.4  # points in a millimetre
_DEPTH = 8  # composite objects inside one another
_LEAST_TEXT = 30  # characters of a page under which its pictures may be its text
_COVERED = 0.4  # share of the page that such pictures cover
_BEYOND = 0.2  # share of a page's text from which a box that leaves it out is not believed
_PLAY = 0.06  # points: boxes are rounded to a tenth


def read(data: bytes, name: str) -> Printed:
    """OFD bytes → Printed; pages count through all documents in the file. Annotations and seals are left out.

    Raises DamagedDocument, DocumentTooLarge, NoTextLayer for a scan that cannot be read here.
    """
    package = Package(data, "OFD")
    blocks: list[Block] = []
    count = 0
    for page in _pages(package):
        count += 1
        if count > MAX_PAGES:
            raise DocumentTooLarge(
                f"more than {MAX_PAGES} pages", where=name, expected=f"at most {MAX_PAGES}", remedy="Split it."
            )
        ink = page.ink(count)
        blocks += read_ink(ink)
        if len(ink.chars) < _LEAST_TEXT and ink.picture > _COVERED:
            blocks += [Picture(part) for part in page.pictures()]
    if not count:
        raise DamagedDocument("the OFD has no page", where=name, remedy="Fetch it again.")
    meta = tuple(_meta(package))
    return read_pictures(blocks, package.read, name, Printed((), meta, "ofd", READER_VERSION, _TYPE, count))


def reread(data: bytes, locator: Locator) -> str:
    """The text that stands in a locator's box, from the bytes alone; blank for a locator of another kind."""
    package = Package(data, "OFD")
    if locator.path is not None:
        return reread_picture(package.read, locator)
    if locator.page is None or locator.box is None:
        return ""
    page = next((page for number, page in enumerate(_pages(package), start=1) if number == locator.page), None)
    if page is None:
        return ""
    ink = page.ink(locator.page)
    x0, top, x1, bottom = locator.box
    inside = []
    for char in mark_notes(ink.chars):
        left, upper, right, lower = ink.on_page((char.x0, char.top, char.x1, char.bottom))
        if x0 - _PLAY <= (left + right) / 2 <= x1 + _PLAY and top - _PLAY <= (upper + lower) / 2 <= bottom + _PLAY:
            inside.append(char)
    lines = text_lines(inside)
    return lines[0].text if len(lines) == 1 else in_order(inside)


def _meta(package: Package) -> Iterator[tuple[str, str]]:
    for info in package.xml("OFD.xml").iterfind("{*}DocBody/{*}DocInfo"):
        for child in info:
            if child.text and child.text.strip():
                yield f"ofd:{etree.QName(child).localname}", child.text.strip()


def _pages(package: Package) -> Iterator[_Page]:
    for root in package.xml("OFD.xml").iterfind("{*}DocBody/{*}DocRoot"):
        document = _Document(package, (root.text or "").strip())
        for page in document.root.iterfind("{*}Pages/{*}Page"):
            yield _Page(document, document.resolve("", page.get("BaseLoc")))


class _Document:
    """One document of the file: its pages' templates and resources."""

    def __init__(self, package: Package, part: str) -> None:
        self.package = package
        self.part = part.lstrip("/")
        self.root = package.xml(self.part)
        common = self.root.find("{*}CommonData")
        self.common = etree.Element("CommonData") if common is None else common
        self.templates = {
            entry.get("ID", ""): self.resolve("", entry.get("BaseLoc")) for entry in self.common.iterfind("{*}TemplatePage")
        }

    def resolve(self, folder: str, path: str | None) -> str:
        """A path in the package: from its root, else from the folder of the file that names it, else from the document's."""
        home, path = posixpath.dirname(self.part), (path or "").strip().replace("\\", "/")
        candidates = [posixpath.join(home, folder, path), posixpath.join(home, path), path]
        found = [posixpath.normpath(candidate).lstrip("/") for candidate in candidates]
        return next((candidate for candidate in found if self.package.has(candidate)), found[0])

    @cached_property
    def resources(self) -> dict[str, tuple[etree._Element, str]]:
        """(resource, folder of its files) by id, from the document's and the public resource files."""
        found: dict[str, tuple[etree._Element, str]] = {}
        for entry in (*self.common.iterfind("{*}PublicRes"), *self.common.iterfind("{*}DocumentRes")):
            part = self.resolve("", entry.text)
            if self.package.has(part):
                root = self.package.xml(part)
                folder = posixpath.join("/", posixpath.dirname(part), root.get("BaseLoc", ""))
                found |= {item.get("ID", ""): (item, folder) for group in root for item in group if item.get("ID")}
        return found


class _Page:
    """One page: its own content and that of the templates it names."""

    def __init__(self, document: _Document, part: str) -> None:
        self._document = document
        self._root = document.package.xml(part)
        self._marks = Marks()
        for template in self._root.iterfind("{*}Template"):
            background = document.templates.get(template.get("TemplateID", ""), "")
            if document.package.has(background):
                self._add_content(document.package.xml(background))
        self._add_content(self._root)

    def pictures(self) -> list[str]:
        """The files of the page's pictures, in the order in which they stand."""
        found = []
        for identity, _ in self._marks.pictures:
            resource, folder = self._document.resources.get(identity, (None, ""))
            file = resource.find("{*}MediaFile") if resource is not None else None
            if file is not None and file.text:
                found.append(self._document.resolve(folder, file.text))
        return [part for part in found if self._document.package.has(part)]

    def ink(self, page: int) -> Ink:
        """The page as ink, in points, turned so that most of its text is upright."""
        left, top, width, height = self._box()
        turns = Counter(char.turn for char in self._marks.chars)
        turn = turns.most_common(1)[0][0] if turns else 0

        def place(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
            x0, y0, x1, y1 = ((value - start) * _POINT for value, start in zip(box, (left, top, left, top), strict=True))
            return turned((x0, y0, x1, y1), width * _POINT, height * _POINT, turn)

        chars = tuple(
            Char(mark.text, *place(mark[1:5]), mark.size * _POINT, order)
            for order, mark in enumerate(self._marks.chars)
            if left <= (mark.x0 + mark.x1) / 2 <= left + width and top <= (mark.top + mark.bottom) / 2 <= top + height
        )
        boxes = [place(box) for box in self._marks.lines]
        covered = sum(area for _, area in self._marks.pictures) / max(1.0, width * height)
        return Ink(
            number=page,
            width=(height if turn % 2 else width) * _POINT,
            height=(width if turn % 2 else height) * _POINT,
            chars=chars,
            level=tuple(Line((y0 + y1) / 2, x0, x1) for x0, y0, x1, y1 in boxes if x1 - x0 >= y1 - y0),
            upright=tuple(Line((x0 + x1) / 2, y0, y1) for x0, y0, x1, y1 in boxes if x1 - x0 < y1 - y0),
            picture=min(1.0, covered),
            turn=turn,
        )

    def _box(self) -> tuple[float, float, float, float]:
        """The page's left, top, width and height in millimetres: as stated, but large enough where much text lies beyond."""
        left, top, width, height = self._stated_box()
        chars = self._marks.chars
        beyond = sum(not (left <= char.x0 <= left + width and top <= char.top <= top + height) for char in chars)
        if beyond > _BEYOND * len(chars):
            width = max(width, max(char.x1 for char in chars) - left)
            height = max(height, max(char.bottom for char in chars) - top)
        return left, top, width, height

    def _stated_box(self) -> tuple[float, float, float, float]:
        """The page's own box, else the document's, else A4."""
        areas = (self._root.find("{*}Area"), self._document.common.find("{*}PageArea"))
        for area in areas:
            for kind in ("PhysicalBox", "ApplicationBox", "ContentBox") if area is not None else ():
                box = numbers(area.findtext(f"{{*}}{kind}"))
                if len(box) >= 4 and box[2] > 0 and box[3] > 0:
                    return box[0], box[1], box[2], box[3]
        return 0.0, 0.0, 210.0, 297.0

    def _add_content(self, root: etree._Element) -> None:
        for content in root.iterfind("{*}Content"):
            self._add(content, Matrix(), 0)

    def _add(self, parent: etree._Element, outer: Matrix, depth: int) -> None:
        for element in parent:
            if not is_shown(element):
                continue
            kind = etree.QName(element).localname
            if kind == "TextObject":
                add_text(element, outer, self._marks)
            elif kind == "PathObject":
                add_path(element, outer, self._marks)
            elif kind == "ImageObject":
                size = numbers(element.get("Boundary"))
                area = size[2] * size[3] if len(size) >= 4 else 0.0
                self._marks.pictures.append((element.get("ResourceID", ""), abs(area)))
            elif kind == "CompositeObject" and depth < _DEPTH:
                unit, _ = self._document.resources.get(element.get("ResourceID", ""), (None, ""))
                for content in unit.iterfind("{*}Content") if unit is not None else ():
                    self._add(content, frame_of(element, outer), depth + 1)
            elif kind in ("Layer", "PageBlock"):
                self._add(element, outer, depth)
