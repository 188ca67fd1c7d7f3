"""Give out to a person: the terminal that is there, and files they name."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from tasks.errors import SettingsError


def terminal() -> Console:
    """A terminal's own width; a pipe gets 120 columns, so that tables stay whole."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=120)


def write(path: Path, content: bytes) -> None:
    """Write a file that a person has named. Raises SettingsError where that cannot be."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise SettingsError(f"cannot be written ({error.strerror})", where=str(path), remedy="Choose another place.") from None
