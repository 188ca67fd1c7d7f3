"""Walk a page once, in order: runs of text, and tables as rows of cells, each with the XPath that leads back to it."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from tasks.extract.looks import Looks
from tasks.extract.markup import MAX_DEPTH, TEXT, too_deep
from tasks.extract.page_words import page_words
from tasks.extract.walked import Frame, Picture, Run, Walked
from tasks.extract.webtable import REST, HtmlCell, HtmlRow, HtmlTable, read_table, span
from tasks.extract.whitespace import LINE, clean
from tasks.printed import Grid, Locator, Paragraph

_BLOCKS = """address article aside blockquote body caption center dd div dl dt fieldset figcaption figure footer form h1 h2 h3
    h4 h5 h6 header html li main nav ol p section summary ucapcontent ucaptitle ul"""
_SKIPPED = """script style noscript template head select datalist button iframe xml svg math rt rp audio video canvas object
    applet map noframes frameset"""
_ROLES = {
    **dict.fromkeys(_BLOCKS.split(), "block"),
    **dict.fromkeys(_SKIPPED.split(), "skipped"),
    **dict.fromkeys(("thead", "tbody", "tfoot"), "group"),
    **dict.fromkeys(("td", "th"), "cell"),
    **dict.fromkeys(("s", "del", "strike"), "struck"),
    **dict.fromkeys(("sup", "sub"), "raised"),
    **dict.fromkeys(("br", "hr", "input", "textarea", "img"), "void"),
    **{"table": "table", "tr": "row", "a": "link", "pre": "pre"},
}
_IN_RUNS = frozenset(("struck", "raised", "void", "link"))
_TYPED = frozenset(("text", "number", "tel", "search"))  # inputs that show their value as text
_AFTER = re.compile(r"[\d０-９\u4e00-\u9fff）)】〕\]%％”\"]\s*$")  # what a note's mark follows


def is_inline(node: LexborNode) -> bool:
    """Whether an element stands inside a run of text."""
    return _ROLES.get(node.tag or "", "") in ("", *_IN_RUNS)


def walk(top: LexborNode, path: str, looks: Looks, prefix: str = "", *, is_cell: bool = False) -> tuple[Walked, str]:
    """Walk what is inside an element whose XPath is `path`; `prefix` goes before paths. Also gives its text as a cell's."""
    walker = _Walk(looks, prefix)
    walker.is_cell = is_cell
    walker.pres = int(top.tag == "pre")
    frame = Frame(top, None, "", 0, "block")
    frame.known_path = path
    stack: list[tuple[Frame, LexborNode | None]] = []
    node = top.first_child
    while True:
        if node is None:
            if frame.role:
                walker.leave(frame)
            if not stack:
                break
            frame, node = stack.pop()
            continue
        tag = node.tag
        if tag == TEXT:
            walker.text(node, frame)
            node = node.next
            continue
        opened = walker.enter(node, tag or "-", frame)
        if opened is None:
            node = node.next
            continue
        stack.append((frame, node.next))
        frame, node = opened, node.first_child
        if len(stack) > MAX_DEPTH:
            raise too_deep()
    walker.end()
    return walker.result, walker.boxes[0].text


class _Walk:
    """The state of one walk: the box that runs go to (the page, or the innermost cell), open tables, the run being gathered."""

    def __init__(self, looks: Looks, prefix: str) -> None:
        self.looks, self.prefix = looks, prefix
        self.special = looks.all()
        self.result = Walked()
        self.boxes = [HtmlCell("")]
        self.tables: list[HtmlTable] = []
        self.parts: list[str] = []
        self.start: tuple[Frame, str] | None = None
        self.only_links = True
        self.links = self.pres = 0
        self.is_cell = False  # whether the whole walk is inside a cell

    def text(self, node: LexborNode, frame: Frame) -> None:
        """A text node."""
        frame.texts += 1
        text = node.text_content or ""
        if text.isspace():
            if self.start is not None:
                self.parts.append(_preformatted(text) if self.pres else " ")
            return
        if self.start is None:
            self.start = (frame, f"/text()[{frame.texts}]")
        if not self.links:
            self.only_links = False
        self.parts.append(_preformatted(text) if self.pres else text)

    def enter(self, node: LexborNode, tag: str, parent: Frame) -> Frame | None:
        """An element begins; its frame, or None when it is not looked into."""
        if tag[0] == "-":
            return None
        number = parent.count(tag)
        role = _ROLES.get(tag, "")
        if not self.special or (known := node.mem_id) not in self.special:
            if not role:
                return Frame(node, parent, tag, number, role) if node.first_child is not None else None
            if role == "skipped":
                return None
            return self._open(Frame(node, parent, tag, number, role))
        looks = self.looks
        frame = Frame(node, parent, tag, number, looks.roles.get(known, role))
        if role == "skipped" or known in looks.hidden:
            return None
        if known in looks.struck:
            frame.role = "cell" if frame.role == "cell" else "struck"
            self._strike(frame)
            return None
        if known in looks.unseen:
            self._blank(frame)
            return None
        if known in looks.raised and self._is_mark(frame):
            return None
        if known in looks.devices:
            self.result.devices.append(self.prefix + frame.path)
        return self._open(frame)

    def _open(self, frame: Frame) -> Frame | None:
        role = frame.role
        if role in _IN_RUNS:
            return self._open_inline(frame)
        if self.start is not None:
            self.flush()
        if role in ("row", "cell", "group") and not self.tables:
            frame.role = role = "block"
        if role == "cell":
            self.boxes.append(self._cell(frame))
        elif role == "row":
            self.tables[-1].rows.append(HtmlRow(len(self.tables[-1].groups) - 1))
        elif role == "pre":
            self.pres += 1
        elif role == "table":
            self.tables.append(HtmlTable())
        elif role == "group":
            self.tables[-1].groups.append(frame.tag)
        return frame

    def _open_inline(self, frame: Frame) -> Frame | None:
        role = frame.role
        if role == "struck":
            self._strike(frame)
        elif role == "void":
            self._void(frame)
        elif role == "link":
            self.links += 1
            return frame
        elif not self._is_mark(frame):
            return frame
        return None

    def leave(self, frame: Frame) -> None:
        """An element ends."""
        role = frame.role
        if role == "link":
            self.links -= 1
            return
        if role == "raised":
            return
        if self.start is not None:
            self.flush()
        if role == "cell":
            self.close_cell(self.boxes.pop())
        elif role == "pre":
            self.pres -= 1
        elif role == "group":
            self.tables[-1].groups.append("tbody")  # rows behind a group without one of their own are a group too
        elif role == "table":
            self.boxes[-1].blocks += read_table(self.tables.pop())

    def _cell(self, frame: Frame) -> HtmlCell:
        attributes = frame.node.attributes
        colspan = span(attributes.get("colspan"))
        cell = HtmlCell(self.prefix + frame.path, span(attributes.get("rowspan")), colspan if colspan < REST else 0)
        table = self.tables[-1]
        if not table.rows:
            table.rows.append(HtmlRow(len(table.groups) - 1))
        table.rows[-1].cells.append(cell)
        return cell

    def flush(self) -> None:
        """The run of text ends here."""
        if self.start is None:
            return
        frame, step = self.start
        text = clean("".join(self.parts) if len(self.parts) > 1 else self.parts[0])
        if text:
            self.boxes[-1].blocks.append(Run(text, frame, step, self.only_links))
        self.start = None
        self.parts.clear()
        self.only_links = True

    def close_cell(self, cell: HtmlCell) -> None:
        """What is left to say of a cell: a raised mark alone is its text, and in doubt; so is what is struck out whole."""
        self.flush()
        blocks = cell.blocks
        if len(blocks) == 1 and isinstance(blocks[0], Run):
            cell.text = blocks[0].text
        elif blocks:
            cell.text = "\n".join(block.text for block in blocks if isinstance(block, Run))
            cell.grids = [block for block in blocks if isinstance(block, Grid)]
        if cell.marks and not blocks:
            cell.text = clean(" ".join(cell.marks))
            cell.is_doubtful = True
        elif cell.marks:
            self.result.marks.append((cell.path, " ".join(cell.marks)))
        if (cell.is_struck and not blocks) or "\ufffd" in cell.text:
            cell.is_doubtful = True

    def end(self) -> None:
        """The walk ends: runs become paragraphs."""
        box = self.boxes[0]
        self.close_cell(box)
        for block in box.blocks:
            if isinstance(block, Grid):
                self.result.blocks.append(block)
            elif isinstance(block, Run):
                path = f"{self.prefix}{block.frame.path}{block.step}"
                self.result.blocks.append(Paragraph(block.text, Locator(path=path)))
                if block.only_links:
                    self.result.links.add(path)

    def _strike(self, frame: Frame) -> None:
        """Text that is struck out is no longer valid: it is left out and noted."""
        text = clean(frame.node.text())
        if text:
            self.result.struck.append((self.prefix + frame.path, text))
        self._blank(frame)
        self.boxes[-1].is_struck |= bool(text)

    def _blank(self, frame: Frame) -> None:
        """A cell that keeps its room and shows nothing of what it holds."""
        if frame.role == "cell" and self.tables and self.tables[-1].rows:
            self._cell(frame).is_doubtful = bool(frame.node.text(strip=True))

    def _is_mark(self, frame: Frame) -> bool:
        """Whether raised text is a note's mark, to be left out: in a cell always, in prose behind a figure or a word."""
        text = clean(frame.node.text())
        if not page_words().note_mark.fullmatch(text):
            return False
        if self.is_cell or len(self.boxes) > 1:
            self.boxes[-1].marks.append(text)
            return True
        return bool(_AFTER.search("".join(self.parts)))

    def _void(self, frame: Frame) -> None:
        tag = frame.tag
        if tag == "br":
            if self.start is not None:
                self.parts.append(LINE)
            return
        attributes = frame.node.attributes
        if tag == "hr":
            self.flush()
        elif tag == "img":
            self.result.pictures.append(Picture(self.prefix + frame.path, attributes, self.links > 0))
        elif tag == "input":
            if (attributes.get("type") or "text").lower() in _TYPED:
                self._value(frame, attributes.get("value") or "")
        elif self.is_cell or len(self.boxes) > 1:  # a textarea: a form for comments, unless it stands in a table's cell
            self._value(frame, frame.node.text())

    def _value(self, frame: Frame, value: str) -> None:
        if value.strip():
            self.start = self.start or (frame, "")
            self.only_links = False
            self.parts.append(value)


def _preformatted(text: str) -> str:
    """Text of a <pre>: lines are kept, and so are the wide spaces that part its columns."""
    return text.replace("\r", "").replace("\n", LINE).replace("\t", "\u3000\u3000").replace("  ", "\u3000")
