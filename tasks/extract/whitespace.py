"""White space as a page shows it: runs of it are one space, characters without width are none."""

from __future__ import annotations

import re

LINE = "\u2028"  # stands for a line that the page breaks (br, pre) until `clean` makes it "\n"

_ODD = re.compile("[\\s\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad\u034f\u180e&]")
_WIDTHLESS = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad\u034f\u180e]+")
_TWICE = re.compile(r"&(?:amp;)*(?:nbsp|ensp|emsp|thinsp|#160|#xa0)\b;?", re.IGNORECASE)  # a space that was escaped twice
_SPACES = re.compile("[ \\t\\r\\n\\f\\v\xa0\u2000-\u200a\u202f\u205f\x1c-\x1f\x85]+")


def clean(text: str) -> str:
    """Text as shown: lines parted by "\\n", blank ones left out, no spaces at their ends."""
    if not _ODD.search(text):
        return text
    text = _SPACES.sub(" ", _TWICE.sub(" ", _WIDTHLESS.sub("", text)))
    if LINE not in text:
        return text.strip()
    return "\n".join(line for part in text.split(LINE) if (line := part.strip()))
