"""Read Chinese and Arabic numerals: 1,204 · 1.2万 · 三万二千 · 一百零五 · 廿三 · 二〇二三."""

from __future__ import annotations

import re
from decimal import Decimal

from tasks.records import Number

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2, "俩": 2}
_TENS = {"廿": 20, "卅": 30}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?[万亿]?"
CHINESE = "[零〇○一二两俩三四五六七八九十百千万亿廿卅]+"
YEAR = r"(?:(?:19|20)\d{2}|二[零〇○0][零〇○一二三四五六七八九]{2})"
_ARABIC = re.compile(ARABIC)
_LONGEST = 24  # characters: beyond any count


def number(text: str) -> Number | None:
    """A numeral's value (Decimal where it has a fraction); None for what is no numeral or can be read in two ways (二百五)."""
    plain = text.replace("，", ",")
    if not plain or len(plain) > _LONGEST:
        return None
    if not _ARABIC.fullmatch(plain):
        return _chinese(plain)
    factor = _MYRIADS.get(plain[-1], 1)
    value = Decimal(plain.rstrip("万亿").replace(",", "")) * factor
    return int(value) if value == value.to_integral_value() else value


def year(text: str) -> int | None:
    """The first year named in a text, in Arabic or Chinese digits (2023年, 二〇二三年)."""
    match = re.search(YEAR, text)
    return None if match is None else int("".join(str(_DIGITS.get(char, char)) for char in match[0]))


def _chinese(text: str) -> int | None:
    if len(text) > 1 and all(char in _DIGITS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total = section = 0
    digit: int | None = None
    last = 0  # the unit read last: a digit after it needs 零 between unless the unit is ten
    for place, char in enumerate(text):
        if char in _DIGITS:
            if digit not in (None, 0) or (place and text[place - 1] in "百千万亿" and place == len(text) - 1 and _DIGITS[char]):
                return None
            digit = _DIGITS[char]
        elif char in _TENS:
            section, digit, last = section + _TENS[char], None, 10
        elif char in _UNITS:
            if last and _UNITS[char] >= last:
                return None
            section, digit, last = section + (1 if digit in (None, 0) else digit or 1) * _UNITS[char], None, _UNITS[char]
        elif char in _MYRIADS:
            total, section, digit, last = (total + section + (digit or 0)) * _MYRIADS[char], 0, None, 0
        else:
            return None
    return total + section + (digit or 0)
