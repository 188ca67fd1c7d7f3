"""Processes with all that they started: how much memory they hold, and their end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def memory(process: int) -> int | None:
    """Bytes of memory that a process and its descendants hold; None where the system does not say (Windows)."""
    if sys.platform == "linux":
        return sum(_resident(each) for each in (process, *descendants(process)))
    table = _table()
    if not table:
        return None
    return sum(table[each][1] for each in (process, *_below(process, table)) if each in table)


def descendants(process: int) -> tuple[int, ...]:
    """The processes that a process started, and those that they started."""
    if sys.platform != "linux":
        return _below(process, _table())
    found: list[int] = []
    for parent in _children(process):
        found += [parent, *descendants(parent)]
    return tuple(found)


def end_tree(process: int) -> None:
    """End a process and its descendants at once. Those that are gone already are no matter."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process)], capture_output=True, check=False)  # noqa: S603, S607
        return
    for each in (process, *descendants(process)):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(each, signal.SIGKILL)


def _children(process: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            with suppress(OSError):
                found += map(int, (task / "children").read_text().split())
    return found


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _table() -> dict[int, tuple[int, int]]:
    """Every process's parent and bytes of memory, where there is a `ps` to ask."""
    if sys.platform == "win32":
        return {}
    said = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=False).stdout  # noqa: S607
    rows = (line.split() for line in said.splitlines())
    return {int(pid): (int(parent), int(kilobytes) * 1024) for pid, parent, kilobytes in rows}


def _below(process: int, table: dict[int, tuple[int, int]]) -> tuple[int, ...]:
    found: list[int] = []
    for child in (pid for pid, (parent, _) in table.items() if parent == process):
        found += [child, *_below(child, table)]
    return tuple(found)
