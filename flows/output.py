"""Give out to a person: the terminal that is there, and files they name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

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
        raise _cannot(path, error) from None


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV, a line each. The writer quotes a field that breaks a line only where it ends its own lines so."""
    lines = []
    for row in rows:
        made = io.StringIO()
        csv.writer(made, lineterminator="\r\n").writerow(row)
        lines.append(made.getvalue().removesuffix("\r\n"))
    return "\n".join([*lines, ""])


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write a large answer into: it takes the name that a person gave when it is done, and is gone if it never is."""
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        with part.open("xb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise _cannot(path, error) from None
    finally:
        part.unlink(missing_ok=True)


def _cannot(path: Path, error: OSError) -> SettingsError:
    return SettingsError(f"cannot be written ({error.strerror})", where=str(path), remedy="Choose another place.")
