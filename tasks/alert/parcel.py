"""A message on its way: what every service is handed, whatever it makes of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message as one service gets it. `text` is the Markdown cut to what it takes; `key` is the same in every sending.

    links: name → address of the whole digest and of its files.
    """

    key: str
    subject: str
    text: str
    html: str
    files: tuple[Path, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


class Carrier(Protocol):
    """A service that can be reached."""

    def carry(self, parcel: Parcel) -> None:
        """Hand the parcel over. Raises Refusal when it is not taken."""


def stable_key(outbox_key: str, markdown: str) -> str:
    """32 hexadecimal digits: the same in every sending of a row, another when the row says something else by now."""
    return hashlib.sha256(f"{outbox_key}\n{markdown}".encode()).hexdigest()[:32]
