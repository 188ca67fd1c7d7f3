"""Shows a night's progress on a terminal: a line for each finished step, and a moving line for the one at work."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status
from rich.text import Text


class _Lines(logging.Handler):
    """INFO: a finished step, with the seconds since the one before. DEBUG: how far the present one has come."""

    def __init__(self, console: Console, status: Status) -> None:
        super().__init__(logging.DEBUG)
        self._console, self._status, self._since = console, status, time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        """Show one message."""
        message = record.getMessage()
        if record.levelno < logging.INFO:
            self._status.update(Text(message))
            return
        seconds, self._since = time.monotonic() - self._since, time.monotonic()
        mark = ("✓", "green") if record.levelno == logging.INFO else ("!", "yellow")
        self._console.print(Text.assemble("  ", mark, f" {message}  ", (f"{seconds:.1f} s", "dim")))


@contextmanager
def show_progress(console: Console, begins_with: str) -> Iterator[None]:
    """Show what is logged to "gouji" as long as the context lasts."""
    logger = logging.getLogger("gouji")
    level = logger.level
    with console.status(Text(begins_with)) as status:
        handler = _Lines(console, status)
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        try:
            yield
        finally:
            logger.removeHandler(handler)
            logger.setLevel(level)
