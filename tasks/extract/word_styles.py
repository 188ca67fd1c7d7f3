"""What a .docx states apart from the text itself: what styles hide or raise, and the numbers that lists put before it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
VAL = f"{W}val"
_OFF = frozenset(("0", "false", "off", "none"))
_RAISED = 8  # half points above the line from which text is a note's mark
_LEVELS = 9
_DIGITS = "〇一二三四五六七八九"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"))
_ROMAN_ENDS = ((5, "v"), (4, "iv"), (1, "i"))
_RUNNING = {  # number format → the character for 1, and how many follow it in Unicode
    "decimalEnclosedCircle": ("①", 20),
    "decimalEnclosedCircleChinese": ("①", 20),
    "decimalEnclosedParen": ("⑴", 20),
    "decimalEnclosedFullstop": ("⒈", 20),
    "ideographEnclosedCircle": ("㊀", 10),
}
_LISTED = {"ideographTraditional": "甲乙丙丁戊己庚辛壬癸", "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥"}


@dataclass(frozen=True, slots=True)
class Look:
    """How a run is shown, as far as reading must know; None where nothing is said."""

    hidden: bool | None = None
    struck: bool | None = None
    align: str | None = None  # superscript, subscript, baseline

    def over(self, other: Look) -> Look:
        """This look where it says something, else the other."""
        return Look(
            other.hidden if self.hidden is None else self.hidden,
            other.struck if self.struck is None else self.struck,
            self.align or other.align,
        )


PLAIN = Look()


def look_of(properties: etree._Element | None) -> Look:
    """The look that a w:rPr states itself."""
    if properties is None:
        return PLAIN
    hidden = struck = align = None
    for child in properties:
        if child.tag == f"{W}vanish":
            hidden = child.get(VAL, "1") not in _OFF
        elif child.tag in (f"{W}strike", f"{W}dstrike"):
            struck = child.get(VAL, "1") not in _OFF or struck
        elif child.tag == f"{W}vertAlign":
            align = child.get(VAL)
        elif child.tag == f"{W}position" and align is None:
            align = "superscript" if number_of(child.get(VAL), 0) >= _RAISED else None
    return Look(hidden, struck, align)


def number_of(text: str | None, otherwise: int) -> int:
    """A whole number of an attribute, or something else when it is none or absurd."""
    try:
        value = int(text or "")
    except ValueError:
        return otherwise
    return value if -(10**6) < value < 10**6 else otherwise


@dataclass(slots=True)
class Styles:
    """Looks and list numbers (numId, level) by style id, inherited ones included."""

    looks: dict[str, Look] = field(default_factory=dict)
    lists: dict[str, tuple[str, int | None]] = field(default_factory=dict)


def read_styles(root: etree._Element) -> Styles:
    """styles.xml → Styles."""
    found = Styles()
    own = {style.get(f"{W}styleId", ""): style for style in root.iter(f"{W}style")}
    for name in own:
        seen: set[str] = set()
        look, step = PLAIN, name
        while step in own and step not in seen and len(seen) < 50:
            seen.add(step)
            style = own[step]
            look = look.over(look_of(style.find(f"{W}rPr")))
            numbered = style.find(f"{W}pPr/{W}numPr")
            if numbered is not None and name not in found.lists:
                found.lists[name] = list_of(numbered)
            based = style.find(f"{W}basedOn")
            step = based.get(VAL, "") if based is not None else ""
        if look != PLAIN:
            found.looks[name] = look
    return found


def list_of(numbered: etree._Element) -> tuple[str, int | None]:
    """(numId, level or None) of a w:numPr."""
    identity, level = numbered.find(f"{W}numId"), numbered.find(f"{W}ilvl")
    return (
        identity.get(VAL, "") if identity is not None else "",
        min(max(number_of(level.get(VAL), 0), 0), _LEVELS - 1) if level is not None else None,
    )


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    style: str = ""
    legal: bool = False
    restarts: bool = True
    gap: str = " "


class Lists:
    """The numbers that Word puts before the paragraphs of its lists; asked in document order, it counts along."""

    def __init__(self, root: etree._Element) -> None:
        self._levels = {
            abstract.get(f"{W}abstractNumId", ""): {
                number_of(level.get(f"{W}ilvl"), 0): _level(level) for level in abstract.iter(f"{W}lvl")
            }
            for abstract in root.iter(f"{W}abstractNum")
        }
        self._lists: dict[str, tuple[str, dict[int, _Level], dict[int, int]]] = {}
        for entry in root.iter(f"{W}num"):
            abstract = entry.find(f"{W}abstractNumId")
            identity = abstract.get(VAL, "") if abstract is not None else ""
            own: dict[int, _Level] = {}
            starts: dict[int, int] = {}
            for override in entry.iter(f"{W}lvlOverride"):
                number = number_of(override.get(f"{W}ilvl"), 0)
                level, start = override.find(f"{W}lvl"), override.find(f"{W}startOverride")
                if level is not None:
                    own[number] = _level(level)
                if start is not None:
                    starts[number] = number_of(start.get(VAL), 1)
            self._lists[entry.get(f"{W}numId", "")] = (identity, self._levels.get(identity, {}) | own, starts)
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()

    def label(self, identity: str, level: int | None, style: str) -> str:
        """The number before the next paragraph of a list, with the gap after it; blank for bullets and unknown lists."""
        if identity not in self._lists:
            return ""
        abstract, levels, starts = self._lists[identity]
        if level is None:
            level = next((number for number, candidate in levels.items() if candidate.style and candidate.style == style), 0)
        if level not in levels or not 0 <= level < _LEVELS:
            return ""
        counts = self._counts.setdefault(abstract, [None] * _LEVELS)
        count = counts[level]
        counts[level] = levels[level].start if count is None else count + 1
        if level in starts and (identity, level) not in self._begun:
            counts[level] = starts[level]
        self._begun.add((identity, level))
        for deeper in range(level + 1, _LEVELS):
            if levels.get(deeper, _Level()).restarts:
                counts[deeper] = None
        return _rendered(levels, level, counts)


def _level(element: etree._Element) -> _Level:
    level = _Level()
    for child in element:
        value = child.get(VAL, "")
        if child.tag == f"{W}start":
            level = replace(level, start=number_of(value, 1))
        elif child.tag == f"{W}numFmt":
            level = replace(level, form=value)
        elif child.tag == f"{W}lvlText":
            level = replace(level, text=value)
        elif child.tag == f"{W}pStyle":
            level = replace(level, style=value)
        elif child.tag == f"{W}isLgl":
            level = replace(level, legal=value not in _OFF)
        elif child.tag == f"{W}lvlRestart":
            level = replace(level, restarts=value != "0")
        elif child.tag == f"{W}suff":
            level = replace(level, gap="" if value == "nothing" else " ")
    return level


def _rendered(levels: dict[int, _Level], level: int, counts: list[int | None]) -> str:
    own = levels[level]
    if own.form in ("bullet", "none"):
        return ""
    text = own.text
    for number in range(_LEVELS):
        mark = f"%{number + 1}"
        if mark in text:
            other = levels.get(number, _Level())
            count = counts[number]
            form = "decimal" if own.legal else other.form
            text = text.replace(mark, numeral(other.start if count is None else count, form))
    return text + own.gap if text else ""


def numeral(value: int, form: str) -> str:
    """A number as one of Word's number formats writes it; in Arabic digits where the format is unknown."""
    if form in ("bullet", "none"):
        return ""
    if form in _RUNNING and 1 <= value <= _RUNNING[form][1]:
        return chr(ord(_RUNNING[form][0]) + value - 1)
    if form in _LISTED and 1 <= value <= len(_LISTED[form]):
        return _LISTED[form][value - 1]
    if form.startswith(("chineseCounting", "japaneseCounting", "taiwaneseCounting")) and 0 < value < 10_000:
        return _counted(value)
    if form in ("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"):
        return "".join(_DIGITS[int(digit)] for digit in str(abs(value)))
    if form in ("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal") and 0 < value < 10:
        return _FORMAL[value]
    if form in ("upperLetter", "lowerLetter") and 1 <= value <= 780:
        letter = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("upperRoman", "lowerRoman") and 1 <= value < 4000:
        return _roman(value).upper() if form == "upperRoman" else _roman(value)
    return f"0{value}" if form == "decimalZero" and 0 <= value < 10 else str(value)


def _counted(value: int) -> str:
    parts: list[str] = []
    zero = False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            parts.append(("零" if zero and parts else "") + _DIGITS[digit] + name)
        zero = not digit
    text = "".join(parts)
    return text.removeprefix("一") if text.startswith("一十") else text


def _roman(value: int) -> str:
    text = ""
    for worth, letters in (*_ROMAN, *_ROMAN_ENDS):
        count, value = divmod(value, worth)
        text += letters * count
    return text
