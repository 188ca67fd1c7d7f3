"""Recognise the walls of walls.yml: pages that a site shows instead of the one asked for."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from re import Pattern

from pydantic import BaseModel, ConfigDict

from expectations.form import load_yaml
from tasks.crawl.page import decode, squeeze

WALLS = Path(__file__).parent / "walls.yml"
_BYTES = 1_000_000  # challenges carry much script, yet never more
_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")


class Wall(BaseModel):
    """One kind of wall, and what is found in its source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    signs: tuple[Pattern[str], ...]


class Walls(BaseModel):
    """All of walls.yml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: int
    walls: tuple[Wall, ...]


@cache
def load_walls(path: Path = WALLS) -> Walls:
    """Read the file. Raises BadForm, naming the key that is wrong."""
    return load_yaml(path, Walls)


def wall_in(body: bytes, content_type: str, walls: Walls) -> str:
    """The name of the wall that an answer's body is; blank where it is none."""
    if len(body) > _BYTES or body.lstrip()[:1] != b"<":
        return ""
    source = decode(body, content_type)
    if len(squeeze(_TAG.sub("", _UNSEEN.sub("", source)))) >= walls.text:
        return ""
    return next((wall.name for wall in walls.walls if any(sign.search(source) for sign in wall.signs)), "")
