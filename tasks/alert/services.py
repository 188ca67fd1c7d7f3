"""What each service takes and how patient a night is with it (channels.yml), and what a channel may be called in public.

A channel's name never holds a secret: many services carry their token where others carry the host.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from expectations.form import load_yaml

CHANNELS = Path(__file__).parent / "channels.yml"
OTHER = "other"  # a service that only Apprise knows
SAID_LENGTH = 300
_HOSTED = {"json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"}  # schemes whose host is a host, never a token
_SECRET_NAMES = re.compile(r"token|secret|key|pass|pwd|sign|auth", re.IGNORECASE)
_SHORTEST_SECRET, _SHORTEST_IN_PATH = 4, 8


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Service(_Strict):
    """A service: the schemes of its URLs, what it takes (texts, files, messages a minute), and its passing error codes."""

    schemes: tuple[str, ...]
    limit: int = Field(ge=0)
    unit: Literal["bytes", "characters", "json"]
    takes: Literal["html", "markdown", "text"]
    titled: bool
    attachments: int = Field(ge=0)
    per_minute: int = Field(0, ge=0)
    passing: tuple[int, ...] = ()


class Patience(_Strict):
    """How often a message is tried in a night, how long the pauses are, and how long a channel may take in all (seconds)."""

    tries: int = Field(ge=1)
    first_seconds: float = Field(ge=0)
    longest_seconds: float = Field(ge=0)
    channel_seconds: float = Field(gt=0)


class DigestLimits(_Strict):
    """How much of a digest is shown, and how many letters go with it."""

    bytes: int = Field(ge=20_000)
    items: int = Field(ge=1)
    standing: int = Field(ge=1)
    changes: int = Field(ge=1)
    agencies: int = Field(ge=1)
    names: int = Field(ge=1)
    letters: int = Field(ge=0)
    characters: int = Field(ge=100)


class Channels(_Strict):
    """channels.yml."""

    services: dict[str, Service]
    other: Service
    patience: Patience
    digest: DigestLimits
    undelivered: dict[str, str]


@cache
def load_channels(path: Path = CHANNELS) -> Channels:
    """The services. Raises BadForm naming the key that is wrong."""
    return load_yaml(path, Channels)


def service_of(url: str) -> tuple[str, Service]:
    """The name and the limits of the service that a URL is of; `other` for those that only Apprise knows."""
    channels, scheme = load_channels(), urlsplit(url).scheme
    for name, service in channels.services.items():
        if scheme in service.schemes:
            return name, service
    return OTHER, channels.other


def channel_name(url: str) -> str:
    """What a channel is called in the outbox and in logs: `json://host#1a2b3c4d`, `dingtalk#1a2b3c4d`."""
    scheme = urlsplit(url).scheme or "unknown"
    mark = hashlib.sha256(url.encode()).hexdigest()[:8]
    host = _public_host(url)
    return f"{scheme}://{host}#{mark}" if host else f"{scheme}#{mark}"


def has_secret(url: str) -> bool:
    """Whether a URL holds what belongs in no file: a password, a token in place of a host, a query such as `?secret=`."""
    parts = urlsplit(url)
    return bool(parts.password or not _public_host(url) or any(_SECRET_NAMES.search(name) for name, _ in parse_qsl(parts.query)))


def without_secrets(said: str, url: str) -> str:
    """A service's own words without any part of the URL that could be a token or a password, at most SAID_LENGTH characters."""
    parts, host = urlsplit(url), _public_host(url)
    known = {parts.scheme, *parts.scheme.split("+"), host, *(name for name, _ in parse_qsl(parts.query))}
    if parts.scheme.startswith("mailto"):  # whom a mail is for is no secret, and must be told when an address is refused
        pieces = {parts.password or "", *(value for name, value in parse_qsl(parts.query) if _SECRET_NAMES.search(name))}
    else:
        pieces = set(re.split(r"[/:@?&=#]+", url))
    if host:  # short words of a path, as `robot` or `hook`, are no secrets
        pieces -= {piece for piece in parts.path.split("/") if len(piece) < _SHORTEST_IN_PATH}
    pieces |= {unquote(piece) for piece in pieces}
    for piece in sorted(pieces - known, key=len, reverse=True):
        if len(piece) >= _SHORTEST_SECRET:
            said = said.replace(piece, "***")
    return said[:SAID_LENGTH]


def _public_host(url: str) -> str:
    """The host, where the scheme says that it is one; blank where it may be a token."""
    parts = urlsplit(url)
    return (parts.hostname or "") if parts.scheme in _HOSTED or "+" in parts.scheme else ""
