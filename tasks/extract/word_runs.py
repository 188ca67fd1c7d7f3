"""The text of a Word paragraph as finally shown: insertions in; deletions, hidden text and field codes out; notes kept apart."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from tasks.extract.word_styles import PLAIN, VAL, Lists, Look, Styles, W, list_of, look_of, number_of

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_IMAGE = "{urn:schemas-microsoft-com:vml}imagedata"
_LEFT_OUT = frozenset(
    f"{W}{name}"
    for name in ("pPr", "rPr", "del", "moveFrom", "rt", "rubyPr", "sdtPr", "sdtEndPr", "smartTagPr", "customXmlPr", "instrText")
) | {f"{_M}oMathParaPr"}
_TEXTS = {
    f"{W}tab": " ",
    f"{W}ptab": " ",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
}
_PARAGRAPH = f"{W}p"
_RUN, _RUN_LOOK, _LOOK, _TEXT, _FIELD = f"{W}r", f"{W}rPr", f"{W}rStyle", f"{W}t", f"{W}fldChar"
_SYMBOL, _RUBY, _P_PR, _NOTHING = f"{W}sym", f"{W}ruby", f"{W}pPr", frozenset((f"{W}rPr", f"{W}lastRenderedPageBreak"))
_MATH, _SUP, _SUB = f"{_M}t", f"{_M}sup", f"{_M}sub"
_SPECIAL = (
    *(f"{W}{name}" for name in ("tab", "ptab", "br", "cr", "noBreakHyphen", "fldChar", "sym", "ruby", "del", "moveFrom")),
    *(f"{W}{name}" for name in ("vanish", "strike", "dstrike", "vertAlign", "position", "drawing", "pict", "object")),
    *(f"{_M}{name}" for name in ("t", "sup", "sub")),
    f"{_MC}AlternateContent",
)
_DRAWN = frozenset((f"{W}drawing", f"{W}pict", f"{W}object"))
_HOLDERS = _DRAWN | {_RUBY, f"{_MC}AlternateContent"}
_RAISED = str.maketrans("0123456789+-=()（）－＋０１２３４５６７８９", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾⁽⁾⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789+-=()（）－＋０１２３４５６７８９", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎₍₎₋₊₀₁₂₃₄₅₆₇₈₉")
_STROKE = "\u0336"  # struck-through text is printed, but its digits are no part of the figure beside it
_UNKNOWN = "\ufffd"  # a symbol of a font whose code says nothing: not readable, which is not blank
_SYMBOLS = {0xFE: "☑", 0xFC: "✓", 0xFB: "✗", 0xFD: "☒", 0xA8: "□", 0x6F: "□", 0x6E: "■", 0x6C: "●", 0x52: "☑", 0xA3: "□"}
_WATCHED = (b"vanish", b"vertAlign", b"strike", b":position", b"<position")


@dataclass(slots=True)
class Line:
    """A paragraph: its text, the text boxes and pictures anchored in it, whether it runs on into the next one."""

    text: str = ""
    boxes: list[etree._Element] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)  # relationship ids
    runs_on: bool = False


def choose(alternatives: etree._Element) -> etree._Element | None:
    """The one branch of an mc:AlternateContent to read: the first choice that holds something, else the fallback."""
    choices = [child for child in alternatives if child.tag == f"{_MC}Choice" and len(child)]
    return choices[0] if choices else alternatives.find(f"{_MC}Fallback")


ALTERNATIVES = f"{_MC}AlternateContent"


class Runs:
    """Reads the paragraphs of one document in order. `source` is its XML, by which it knows what need not be looked for."""

    def __init__(self, source: bytes, root: etree._Element, styles: Styles, lists: Lists | None) -> None:
        self._styles, self._lists = styles, lists
        self._odd = {paragraph for mark in root.iter(*_SPECIAL) for paragraph in mark.iterancestors(_PARAGRAPH)}
        self._has_looks = bool(styles.looks) or any(mark in source for mark in _WATCHED)
        self._has_marks = self._has_looks or any(mark in source for mark in (b":del", b"<del", b"moveFrom"))
        self._look_at_paragraphs = self._has_marks or lists is not None

    def read(self, paragraph: etree._Element) -> Line:
        """The next paragraph of the document (each is to be read once: its list may count it)."""
        line = Line()
        label, base = "", PLAIN
        properties = paragraph.find(_P_PR) if self._look_at_paragraphs else None
        if properties is not None:
            line.runs_on = self._has_marks and _is_mark_gone(properties)
            base = self._look(properties.find(f"{W}pStyle")) if self._styles.looks else PLAIN
        parts: list[str] = []
        if self._styles.looks or paragraph in self._odd:
            self._inline(paragraph, base, parts, [], line)
            line.text = "".join(parts)
        else:
            line.text = "".join([text.text or "" for text in paragraph.iter(_TEXT)]).replace("\xad", "")
        if self._lists is not None and properties is not None and not (line.runs_on and not line.text):
            label = self._label(properties)
        line.text = label + line.text.lstrip() if label else line.text
        return line

    def _label(self, properties: etree._Element) -> str:
        style = properties.find(f"{W}pStyle")
        name = style.get(VAL, "") if style is not None else ""
        numbered = properties.find(f"{W}numPr")
        inherited = self._styles.lists.get(name, ("", None))
        if (numbered is None and not inherited[0]) or self._lists is None:
            return ""
        identity, level = list_of(numbered) if numbered is not None else inherited
        return self._lists.label(identity or inherited[0], inherited[1] if level is None else level, name)

    def _look(self, style: etree._Element | None) -> Look:
        return self._styles.looks.get(style.get(VAL, ""), PLAIN) if style is not None else PLAIN

    def _inline(self, parent: etree._Element, base: Look, parts: list[str], fields: list[bool], line: Line) -> None:
        """Gather what is printed below an element. `fields`: for each open field, whether its code is still running."""
        for child in parent:
            tag = child.tag
            if tag == _RUN:
                self._run(child, base, parts, fields, line)
            elif tag == ALTERNATIVES:
                chosen = choose(child)
                if chosen is not None:
                    self._inline(chosen, base, parts, fields, line)
            elif tag in _DRAWN:
                _drawn(child, line)
            elif tag == _MATH:
                parts.append(child.text or "")
            elif tag in (_SUP, _SUB):
                inner: list[str] = []
                self._inline(child, base, inner, fields, line)
                parts.append("".join(inner).translate(_RAISED if tag == _SUP else _LOWERED))
            elif tag not in _LEFT_OUT:
                self._inline(child, base, parts, fields, line)

    def _run(self, run: etree._Element, base: Look, parts: list[str], fields: list[bool], line: Line) -> None:
        texts: list[str] = []
        look = self._look_of(run, base) if self._has_looks else base
        for child in run:
            tag = child.tag
            if tag == _FIELD:
                _turn(fields, child.get(f"{W}fldCharType", ""))
            elif tag in _NOTHING or any(fields):
                continue
            elif tag == _TEXT:
                texts.append(child.text or "")
            elif tag in _TEXTS:
                texts.append(_TEXTS[tag])
            elif tag == _SYMBOL:
                texts.append(_symbol(child.get(f"{W}font", ""), child.get(f"{W}char", "")))
            elif tag in _HOLDERS:
                self._inline(child if tag == _RUBY else [child], look, texts, fields, line)
        if texts and not look.hidden:
            text = "".join(texts)
            parts.append(text if look is PLAIN and "\xad" not in text else _shown(text, look))

    def _look_of(self, run: etree._Element, base: Look) -> Look:
        properties = run.find(_RUN_LOOK)
        if properties is None:
            return base
        return look_of(properties).over(self._look(properties.find(_LOOK))).over(base)


def _shown(text: str, look: Look) -> str:
    if look.align == "superscript":
        text = text.translate(_RAISED)
    elif look.align == "subscript":
        text = text.translate(_LOWERED)
    if look.struck:
        text = "".join(char if char.isspace() else char + _STROKE for char in text)
    return text.replace("\xad", "")


def _turn(fields: list[bool], kind: str) -> None:
    if kind == "begin":
        fields.append(True)
    elif fields and kind == "separate":
        fields[-1] = False
    elif fields and kind == "end":
        fields.pop()


def _symbol(font: str, code: str) -> str:
    """A character set by its place in a symbol font."""
    try:
        place = int(code, 16)
    except ValueError:
        return _UNKNOWN
    if not 0xF000 <= place <= 0xF0FF:
        return chr(place) if 0x20 <= place < 0xD800 else _UNKNOWN
    place -= 0xF000
    if font.lower().startswith(("wingdings", "webdings")):
        return _SYMBOLS.get(place, _UNKNOWN)
    char = chr(place)
    return char if char.isdigit() or char in "+-=()[]{}.,:;/%<> " else _UNKNOWN


def _is_mark_gone(properties: etree._Element) -> bool:
    """Whether a paragraph's end was deleted, moved away or hidden, so that the next paragraph goes on in its line."""
    mark = properties.find(f"{W}rPr")
    if mark is None:
        return False
    return any(mark.find(f"{W}{name}") is not None for name in ("del", "moveFrom")) or bool(look_of(mark).hidden)


def _drawn(element: etree._Element, line: Line) -> None:
    """Note the text boxes and pictures in a drawing, each once."""
    for child in element:
        if child.tag == ALTERNATIVES:
            chosen = choose(child)
            if chosen is not None:
                _drawn(chosen, line)
        elif child.tag == f"{W}txbxContent":
            line.boxes.append(child)
        elif child.tag in (_BLIP, _IMAGE):
            identity = child.get(f"{_R}embed") or child.get(f"{_R}id")
            if identity:
                line.pictures.append(identity)
        else:
            _drawn(child, line)


def span_of(element: etree._Element | None) -> int:
    """A w:gridSpan, w:gridBefore or w:gridAfter as a count of columns, within reason."""
    return 0 if element is None else max(0, min(number_of(element.get(VAL), 0), 1000))
