"""Find markup in JavaScript: string literals of any quotes, put together over + and +=, escapes and encodings undone."""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import unquote

UNKNOWN = "\ufffd"  # stands where a script puts in something that only running it would tell
_TOKEN = re.compile(
    r"""
      (?P<comment>//[^\n]*|/\*.*?\*/|<!--)
    | (?P<regex>(?<=[=(,:;!&|?{}\[\n+])[^\S\n]*/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*(?=\s*[.,;)\]}\n]))
    | "(?P<double>(?:\\(?:\r\n|.)|[^"\\\r\n])*)"
    | '(?P<single>(?:\\(?:\r\n|.)|[^'\\\r\n])*)'
    | `(?P<back>(?:\\.|[^`\\])*)`
    """,
    re.DOTALL | re.VERBOSE,
)
_REMARK = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_BROKEN = re.compile(r"""(["'])(?P<body><(?:\\.|(?!\1).)*)\1""", re.DOTALL)  # a string over lines, as no browser allows
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "", "f": "\f", "v": "\v", "0": "", "\n": "", "\r\n": "", "\r": ""}
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_ADDS = r"(?:[\w$.\[\]]+\s*\+=|(?:[\w$]+\.)*(?:write|writeln|push|append)\s*\()"  # s += "…", document.write("…")
_PLUS = re.compile(r"\s*\)?\s*\+\s*\(?\s*")  # "…" + "…"
_AGAIN = re.compile(rf"\s*\)?\s*;?\s*{_ADDS}\s*")
_VALUE = re.compile(rf"\s*\)?\s*\+[^{{}};=]{{1,200}}(?:\+\s*\(?|\)?\s*;?\s*{_ADDS})\s*")  # "…" + x + "…"
_VALUE_FIRST = re.compile(rf"\s*\)?\s*;?\s*{_ADDS}[^{{}};=]{{1,200}}\+\s*")  # s += x + "…"
_LISTED = re.compile(r"\s*,\s*")
_JOINED = re.compile(r"\]\s*\.\s*join\s*\(")
_PLACED = re.compile(r"\$\{[^}]*\}")
_MARKUP = re.compile(r"<(?:table|tr|td|th|p|div)\b[^<>]*>", re.IGNORECASE)
_CODED = re.compile(r"%(?:u00)?3c", re.IGNORECASE)
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4}){25,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_DATA = re.compile(r"data:text/html[^,]{0,60};base64,")
_MOST = 20_000  # literals of a script that are looked at
_NESTED = 3  # levels of JSON in strings in JSON


def held_markup(script: str) -> list[str]:
    """The pieces of markup that a script holds, in order, escapes undone. Values that only running it tells are U+FFFD."""
    found = [markup for literal in _literals(script) for markup in _markup(literal, _NESTED)]
    if not found and _MARKUP.search(script):
        bodies = [_unescape(match["body"]) for match in _BROKEN.finditer(script)]
        found = [markup for body in bodies for markup in _markup(body, _NESTED)]
    return list(dict.fromkeys(found))


def _literals(script: str) -> Iterator[str]:
    """The script's strings, each put together from the literals that it joins."""
    parts: list[str] = []
    end = 0
    is_list = bool(_JOINED.search(script))
    for number, token in enumerate(_TOKEN.finditer(script)):
        if number > _MOST:
            break
        if token["comment"] is not None or token["regex"] is not None:
            continue
        gap = script[end : token.start()]
        joint = _joint(gap, is_list=is_list) if parts and len(gap) < 400 else None
        if joint is None and parts:
            yield "".join(parts)
            parts = []
        parts += [joint or "", _body(token)]
        end = token.end()
    if parts:
        yield "".join(parts)


def _joint(gap: str, *, is_list: bool) -> str | None:
    """What stands for the code between two literals of one string; None when they are two strings."""
    code = _REMARK.sub("", gap)
    if _PLUS.fullmatch(code) or _AGAIN.fullmatch(code) or (is_list and _LISTED.fullmatch(code)):
        return ""
    return UNKNOWN if _VALUE.fullmatch(code) or _VALUE_FIRST.fullmatch(code) else None


def _body(token: re.Match[str]) -> str:
    if token["back"] is not None:
        return _unescape(_PLACED.sub(UNKNOWN, token["back"]))
    return _unescape(token["double"] if token["double"] is not None else token["single"])


def _unescape(body: str) -> str:
    if "\\" not in body:
        return body
    text = _ESCAPE.sub(_escaped, body)
    return _SURROGATES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


def _escaped(match: re.Match[str]) -> str:
    braced, four, two, plain = match.groups()
    code = braced or four or two
    if code:
        return chr(min(int(code, 16), 0x10FFFF))
    return _CONTROLS.get(plain, plain)


def _markup(text: str, levels: int) -> Iterator[str]:
    """The markup in one string: itself, or what it encodes (%3C, &lt;, JSON, base64)."""
    if len(text) < 20:
        return
    if text.lstrip()[:1] in ("{", "[") and levels:
        yield from _in_json(text, levels)
        return
    if _MARKUP.search(text):
        yield text
    elif _CODED.search(text):
        yield from _markup(unquote(re.sub(r"%u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), text)), levels)
    elif "&lt;" in text and _MARKUP.search(plain := html.unescape(text)):
        yield plain
    elif _BASE64.fullmatch(coded := _DATA.sub("", re.sub(r"\s+", "", text))):
        yield from _in_base64(coded)


def _in_json(text: str, levels: int) -> Iterator[str]:
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        if _MARKUP.search(text):
            yield text
        return
    waiting = [data]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield from _markup(item, levels - 1)
        elif isinstance(item, list | dict):
            waiting += reversed(list(item.values()) if isinstance(item, dict) else item)


def _in_base64(text: str) -> Iterator[str]:
    """Only where what comes out is text with a table in it, so that it is no chance."""
    try:
        data = base64.b64decode(text, validate=True)
        plain = data.decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return
    if "%" in plain and _CODED.search(plain):
        plain = unquote(plain)
    if _MARKUP.search(plain):
        yield plain
