"""Show a sheet's number as its format prints it: decimals, separators, percent, literals, dates, the sections for < 0 and 0."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

GENERAL = "General"
BUILT_IN = {
    0: GENERAL,
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm",
    19: "h:mm:ss",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    37: "#,##0;-#,##0",
    38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00",
    41: '#,##0;-#,##0;"-"',
    42: '"¥"#,##0;-"¥"#,##0;"-"',
    43: '#,##0.00;-#,##0.00;"-"',
    44: '"¥"#,##0.00;-"¥"#,##0.00;"-"',
    45: "mm:ss",
    49: "@",
}
_DATES = frozenset((*range(27, 37), *range(50, 59)))  # built-in dates of the Chinese edition
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|_(?P<gap>.)|\*.|\[(?P<bracket>[^\]]*)\]|(?P<general>General|G/通用格式)|'
    r"(?P<date>y+|m+|d+|h+|s+|AM/PM|A/P|上午/下午)|(?P<power>E[+-])|(?P<mark>[0#?.,%/@])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CURRENCY = re.compile(r"\$([^-\]]*)(?:-[0-9A-Fa-f]+)?")
_COLOUR = re.compile(
    r"(?:black|blue|cyan|green|magenta|red|white|yellow|color ?\d+|黑色|蓝色|青色|绿色|洋红|红色|白色|黄色|颜色 ?\d+)",
    re.IGNORECASE,
)
_MOST = Decimal(10) ** 11  # from here on General turns to powers of ten
_WIDTH = 10  # digits that General shows at most

Token = tuple[str, str]


def built_in(number: int) -> str:
    """The format code of a built-in number format."""
    return "yyyy/m/d" if number in _DATES else BUILT_IN.get(number, GENERAL)


def show(raw: str, code: str, *, from_1904: bool = False) -> tuple[str, bool]:
    """(text as displayed, whether we are sure of it) of a stored number. Unknown formats show the number as it is, unsure."""
    try:
        value = Decimal(repr(float(raw)))
    except (ValueError, InvalidOperation, OverflowError):
        return raw, False
    if not value.is_finite():
        return raw, False
    sections = [_tokens(section) for section in _sections(code[:500])]
    if any(kind == "unknown" for tokens in sections for kind, _ in tokens):
        return general(value), False
    tokens, value, sign = _choose(sections, value)
    kinds = {kind for kind, _ in tokens}
    if "date" in kinds:
        shown = _date(tokens, value, from_1904=from_1904)
        return (shown, True) if shown is not None else (general(value), False)
    if kinds & {"power", "slash"}:
        return sign + general(value), False
    if "general" in kinds or "text" in kinds:
        return sign + "".join(general(value) if kind in ("general", "text") else text for kind, text in tokens), True
    text = _number(tokens, value)
    return (sign if re.search(r"[1-9]", text) else "") + text, True


def general(value: Decimal) -> str:
    """A number without a format: as many digits as fit eleven places."""
    if abs(value) >= _MOST:
        return f"{float(value):.5E}"
    places = max(0, _WIDTH - len(str(int(abs(value)))))
    text = f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _sections(code: str) -> list[str]:
    parts, start, quoted, escaped = [], 0, False, False
    for at, char in enumerate(code):
        if escaped:
            escaped = False
        elif char == '"':
            quoted = not quoted
        elif char in "\\!" and not quoted:
            escaped = True
        elif char == ";" and not quoted:
            parts.append(code[start:at])
            start = at + 1
    return [*parts, code[start:]]


def _tokens(section: str) -> list[Token]:
    tokens: list[Token] = []
    for match in _TOKEN.finditer(section):
        kind, text = match.lastgroup or "", match[0]
        if kind in ("quoted", "escaped", "other"):
            tokens.append(("literal", match[kind]))
        elif kind == "gap":
            tokens.append(("literal", " "))
        elif kind == "bracket":
            tokens += _bracket(match["bracket"])
        elif kind in ("general", "date", "power"):
            tokens.append((kind, text.lower()))
        elif kind == "mark":
            tokens.append(({".": "point", ",": "comma", "%": "percent", "/": "slash", "@": "text"}.get(text, "digit"), text))
    if any(kind == "date" for kind, _ in tokens):
        return [("literal", text) if kind in ("slash", "comma", "point", "percent") else (kind, text) for kind, text in tokens]
    return tokens


def _bracket(inside: str) -> list[Token]:
    currency = _CURRENCY.fullmatch(inside)
    if currency:
        return [("literal", currency[1])] if currency[1] else []
    return [] if _COLOUR.fullmatch(inside) else [("unknown", inside)]


def _choose(sections: list[list[Token]], value: Decimal) -> tuple[list[Token], Decimal, str]:
    """The section for a value, the value to print by it, and a sign to put before it."""
    if len(sections) > 2 and value == 0:
        return sections[2], value, ""
    if len(sections) > 1 and value < 0:
        return sections[1], -value, ""
    return sections[0], abs(value), "-" if value < 0 else ""


def _number(tokens: Sequence[Token], value: Decimal) -> str:
    point = next((at for at, (kind, _) in enumerate(tokens) if kind == "point"), len(tokens))
    before, after = tokens[:point], tokens[point:]
    slots = [at for at, (kind, _) in enumerate(before) if kind == "digit"]
    last = slots[-1] if slots else -1
    scale = sum(kind == "comma" for kind, _ in before[last + 1 :])
    grouped = any(kind == "comma" for kind, _ in before[slots[0] : last]) if slots else False
    value = value.scaleb(2 * sum(kind == "percent" for kind, _ in tokens) - 3 * scale)
    decimals = [text for kind, text in after if kind == "digit"]
    exact = value.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    whole, _, fraction = f"{exact:f}".partition(".")
    if not slots and not decimals:
        return "".join(text for kind, text in tokens if kind in ("literal", "percent"))
    return _whole(before, whole.lstrip("0"), grouped=grouped) + _fraction(after, fraction)


def _whole(tokens: Sequence[Token], digits: str, *, grouped: bool) -> str:
    """The integer part, filled into its places from the right; the leftmost place takes all that is left."""
    first = next((at for at, (kind, _) in enumerate(tokens) if kind == "digit"), -1)
    out: list[str] = []
    count = 0

    def put(digit: str) -> None:
        nonlocal count
        if grouped and count and count % 3 == 0:
            out.append(",")
        out.append(digit)
        count += 1

    for at in range(len(tokens) - 1, -1, -1):
        kind, text = tokens[at]
        if kind in ("literal", "percent"):
            out.append(text[::-1])
        elif kind == "digit":
            if digits or text == "0":
                put(digits[-1] if digits else "0")
            digits = digits[:-1]
            while at == first and digits:
                put(digits[-1])
                digits = digits[:-1]
    return "".join(out)[::-1]


def _fraction(tokens: Sequence[Token], digits: str) -> str:
    out, at = "", 0
    for kind, text in tokens:
        if kind == "point":
            out += "."
        elif kind in ("literal", "percent"):
            out += text
        elif kind == "digit":
            out += digits[at] if text == "0" or digits[at:].strip("0") else ""
            at += 1
    return out


def _date(tokens: Sequence[Token], value: Decimal, *, from_1904: bool) -> str | None:
    """A day number as a date; None for what no calendar has."""
    if not 0 <= value < 2_958_466:
        return None
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 (a sheet knows no time zone)
    moment = start + timedelta(seconds=round(float(value) * 86400))
    out, clock = "", False
    for at, (kind, text) in enumerate(tokens):
        if kind != "date":
            out += text if kind == "literal" else ""
            continue
        following = next((other for other_kind, other in tokens[at + 1 :] if other_kind == "date"), "")
        letter = text[0]
        minutes = letter == "m" and (clock or following.startswith("s"))
        number = {"y": moment.year, "m": moment.minute if minutes else moment.month, "d": moment.day}.get(letter)
        number = {"h": moment.hour, "s": moment.second}.get(letter) if number is None else number
        if number is None or (len(text) > 2 and letter != "y"):
            return None
        out += f"{number % 100:02}" if text in ("y", "yy") else f"{number:0{len(text)}}"
        clock = letter == "h"
    return out
