"""Set a digest as Markdown and HTML."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from tasks.alert.digest import Digest
from tasks.alert.wording import load_wording

TEMPLATES = Path(__file__).parent / "templates"
WORST = 10
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~])")


def set_digest(digest: Digest) -> tuple[str, str]:
    """The digest as (Markdown, HTML)."""
    shown = {"digest": digest, "words": load_wording(digest.language), "worst": digest.standing[:WORST]}
    markdown, html = (templates().get_template(f"digest.{kind}.j2").render(shown) for kind in ("md", "html"))
    return markdown, html


@cache
def templates() -> Environment:
    """What digests and letters are set with: nothing of a report is ever markup."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["plain"] = _escape_markdown
    environment.filters["link"] = _safe_link
    environment.filters["base64"] = lambda data: b64encode(data).decode()
    return environment


def _escape_markdown(text: object) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))


def _safe_link(url: str) -> str:
    """A web address as it may stand in a link; blank for anything else (a report's address comes from a web page)."""
    if not url.lower().startswith(("http://", "https://")):
        return ""
    return re.sub(r"[\s<>\"'()]", lambda match: f"%{ord(match[0]):02X}", url)
