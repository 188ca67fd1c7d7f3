"""Read a .docx from its XML: paragraphs and tables in document order, as finally shown, with the numbers that lists print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from tasks.errors import DamagedDocument, DocumentTooLarge, ReadError
from tasks.extract.enclosed import read_pictures, reread_picture
from tasks.extract.package import Package
from tasks.extract.version import READER_VERSION
from tasks.extract.word_runs import ALTERNATIVES, Line, Runs, choose, span_of
from tasks.extract.word_styles import VAL, Lists, Styles, W, number_of, read_styles
from tasks.extract.word_tables import Block, Picture, WordCell, table_blocks
from tasks.printed import Grid, Locator, Paragraph, Printed

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAX_NESTING = 20  # tables inside tables
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", b"http://schemas.openxmlformats.org/officeDocument/2006/math"),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
)
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")
_OPENED = frozenset(f"{W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"))
_P, _TBL, _TR, _TC = f"{W}p", f"{W}tbl", f"{W}tr", f"{W}tc"
_TR_PR, _TC_PR, _BEFORE = f"{W}trPr", f"{W}tcPr", f"{W}gridBefore"
_SPAN, _V_MERGE, _H_MERGE, _TRACKED_MERGE = f"{W}gridSpan", f"{W}vMerge", f"{W}hMerge", f"{W}cellMerge"
_BLOCKS = frozenset((_P, _TBL, _TR, _TC, f"{W}altChunk"))
_DELETED, _CONTINUES = "deleted", "continues"
_DROPPED_ROW = (f"{W}del", f"{W}hidden")
_CELL_DELETED = f"{W}cellDel"


def read(data: bytes, name: str = "") -> Printed:
    """.docx bytes → Printed. Table locators are (table, row, cell) from 0; paragraphs are numbered by `line` from 1.

    Without any table of its own, the pictures pasted into it are read. A note's mark set as superscript stays one (12¹).
    Raises DamagedDocument, DocumentTooLarge, NoTextLayer.
    """
    package = Package(data, "Word file")
    document = _Document(package)
    blocks = document.read()
    return read_pictures(
        blocks, package.read, name, Printed((), package.properties(), "docx", READER_VERSION, TYPE, problems=document.problems)
    )


def reread(data: bytes, locator: Locator) -> str:
    """The text that stands at a locator, from the bytes alone; blank for a place that prints nothing."""
    package = Package(data, "Word file")
    if locator.box is not None:
        return reread_picture(package.read, locator)
    found: dict[Locator, str] = {}
    for block in _Document(package).read():
        if isinstance(block, Grid):
            found |= {cell.locator: cell.text for cell in block.cells}
        elif isinstance(block, Paragraph):
            found[block.locator] = block.text
    return found.get(locator, "")


class _Document:
    """The main part of a package, read once from beginning to end."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._part = package.main("word/document.xml")
        self._targets = {identity: (kind, target) for identity, kind, target in package.relationships(self._part)}
        source = _transitional(package.read(self._part))
        self._root = package.parse(source)
        styles = self._styles() if b"Style " in source else Styles()
        self._runs = Runs(source, self._root, styles, self._lists() if b"numPr" in source or styles.lists else None)
        self._lines = self._tables = self._depth = 0
        self._problems: list[str] = []

    @property
    def problems(self) -> tuple[str, ...]:
        """What could not be read, as four-part messages; to be asked after `read`."""
        return tuple(self._problems)

    def read(self) -> list[Block]:
        """The blocks of the body."""
        body = self._root.find(f"{W}body")
        if body is None:
            raise self._package.damaged("no body in its main part")
        return self._blocks(body)

    def _related(self, kind: str) -> etree._Element | None:
        part = next((target for word, target in self._targets.values() if word == kind and self._package.has(target)), "")
        return self._package.parse(_transitional(self._package.read(part))) if part else None

    def _styles(self) -> Styles:
        root = self._related("styles")
        return Styles() if root is None else read_styles(root)

    def _lists(self) -> Lists | None:
        root = self._related("numbering")
        return None if root is None else Lists(root)

    def _blocks(self, parent: etree._Element) -> list[Block]:
        blocks: list[Block] = []
        begun = ""  # text of paragraphs whose end was deleted
        for element in _shown(parent):
            if element.tag == _P:
                self._lines += 1
                line = self._runs.read(element)
                begun += line.text
                if not line.runs_on:
                    _add(blocks, begun, self._lines)
                    begun = ""
                if line.pictures or line.boxes:
                    self._anchored(line, blocks)
            else:
                _add(blocks, begun, self._lines)
                begun = ""
                blocks += self._table(element) if element.tag == _TBL else self._embedded(element)
        if begun:
            _add(blocks, begun, self._lines)
        return blocks

    def _anchored(self, line: Line, blocks: list[Block]) -> None:
        blocks += [Picture(self._targets[identity][1]) for identity in line.pictures if identity in self._targets]
        for box in line.boxes:
            blocks += self._blocks(box)

    def _table(self, table: etree._Element) -> list[Block]:
        number = self._tables
        self._tables += 1
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise DocumentTooLarge(
                "tables nested too deep", expected=f"at most {MAX_NESTING} levels", remedy="Look at it by eye."
            )
        kept = [row for row in _shown(table) if row.tag == _TR and not _is_dropped(row.find(_TR_PR))]
        rows = [self._row(row, number, index) for index, row in enumerate(kept)]
        self._depth -= 1
        return list(table_blocks(rows))

    def _row(self, row: etree._Element, table: int, number: int) -> list[WordCell]:
        cells: list[WordCell] = []
        properties = row.find(_TR_PR)
        column = span_of(properties.find(_BEFORE)) if properties is not None else 0
        if column:
            cells.append(WordCell(table, number, -1, 0, column))
        for index, element in enumerate(_shown(row)):
            cell = WordCell(table, number, index, column, 1)
            fate = _describe(cell, next((child for child in element if child.tag == _TC_PR), None))
            if fate == _DELETED or element.tag != _TC:
                continue
            if fate and cells:  # merged into its left neighbour, as old writers state it
                cells[-1].colspan += cell.colspan
            else:
                cell.blocks = self._blocks(element)
                cells.append(cell)
            column += cell.colspan
        return cells

    def _embedded(self, chunk: etree._Element) -> list[Block]:
        """A w:altChunk: a page or document put into this one whole."""
        from tasks.extract import html

        identity = next((value for name, value in chunk.attrib.items() if name.endswith("}id")), "")
        _, part = self._targets.get(identity, ("", ""))
        try:
            source = self._package.read(part)
            if source.startswith(b"PK"):
                raise DamagedDocument("a document inside the document", remedy="Open it in Word and save it anew.")
            found = html.read(source).blocks
        except ReadError as error:
            self._problems.append(str(type(error)(error.found, where=part or "altChunk", remedy=error.remedy)))
            return []
        return [_moved(block, part) for block in found]


def _transitional(source: bytes) -> bytes:
    """The XML in UTF-8, with the names of the strict standard turned into the usual ones."""
    if source.startswith((b"\xff\xfe", b"\xfe\xff")):
        source = _DECLARED.sub("", source.decode("utf-16", errors="replace")).encode()
    if b"http://purl.oclc.org/ooxml/" in source:
        for strict, usual in _STRICT:
            source = source.replace(strict, usual)
    return source


def _shown(parent: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs, tables, rows, cells and chunks below a parent, looking through wrappers; what was deleted is left out."""
    for child in parent:
        tag = child.tag
        if tag in _BLOCKS:
            yield child
        elif tag in _OPENED:
            yield from _shown(child)
        elif tag == ALTERNATIVES and (chosen := choose(child)) is not None:
            yield from _shown(chosen)


def _is_dropped(properties: etree._Element | None) -> bool:
    """Whether a row was deleted or is hidden."""
    if properties is None:
        return False
    return any(mark.get(VAL) not in ("0", "false") for mark in properties if mark.tag in _DROPPED_ROW)


def _describe(cell: WordCell, properties: etree._Element | None) -> str:
    """Set a cell's span and vertical merge; say whether it was deleted or continues a horizontal merge."""
    fate = ""
    for child in properties if properties is not None else ():
        tag = child.tag
        if tag == _SPAN:
            cell.colspan = max(1, min(number_of(child.get(VAL), 1), 1000))
        elif tag == _V_MERGE:
            cell.merge = "restart" if child.get(VAL) == "restart" else "continue"
        elif tag == _TRACKED_MERGE:  # as finally shown
            cell.merge = {"cont": "continue", "rest": "restart"}.get(child.get(_V_MERGE, ""), cell.merge)
        elif tag == _H_MERGE:
            fate = fate or ("" if child.get(VAL) == "restart" else _CONTINUES)
        elif tag == _CELL_DELETED:
            fate = _DELETED
    return fate


def _add(blocks: list[Block], text: str, line: int) -> None:
    text = text.strip()
    if text:
        blocks.append(Paragraph(text, Locator(line=line)))


def _moved(block: Paragraph | Grid, part: str) -> Paragraph | Grid:
    """A block of an embedded page, its locators led through the part that holds it."""
    if isinstance(block, Paragraph):
        return replace(block, locator=replace(block.locator, path=f"{part}!{block.locator.path}"))
    return replace(
        block,
        cells=tuple(replace(cell, locator=replace(cell.locator, path=f"{part}!{cell.locator.path}")) for cell in block.cells),
    )
