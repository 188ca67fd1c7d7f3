"""One night at a time on a data folder, and one delivery: an operating system's locks, which no killed process leaves behind."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from filelock import FileLock, Timeout

from flows.settings import Clock, Settings
from tasks.errors import SettingsError

_LOCK, _HOLDER = "night.lock", "night.json"
_DELIVERY, _PATIENCE = "delivery.lock", 3600.0  # seconds that one delivery waits for another


@contextmanager
def only_night(settings: Settings, now: Clock) -> Iterator[None]:
    """Hold the data folder for one night; within one process it may be held again. Raises SettingsError where another has it."""
    folder = settings.data_dir.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK, timeout=0, thread_local=False, is_singleton=True)
        lock.acquire()
    except Timeout:
        raise SettingsError(
            f"another night is running{_since(folder)}",
            where=str(folder),
            expected="one night at a time on a data folder",
            remedy="Wait until it is done, or give another folder with --data.",
        ) from None
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        if lock.lock_counter == 1:
            since = now().astimezone(ZoneInfo(settings.timezone))
            (folder / _HOLDER).write_text(json.dumps({"pid": os.getpid(), "since": f"{since:%Y-%m-%d %H:%M}"}), encoding="utf-8")
        yield
    finally:
        if lock.lock_counter == 1:
            (folder / _HOLDER).unlink(missing_ok=True)
        lock.release()


@contextmanager
def only_delivery(settings: Settings) -> Iterator[None]:
    """Send from a data folder's outbox as the only one, after whoever does so now. Raises SettingsError when that takes long."""
    folder = settings.data_dir.resolve()
    lock = FileLock(folder / _DELIVERY, timeout=_PATIENCE, thread_local=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise SettingsError("another delivery does not end", where=str(folder), remedy="Look for a `gouji` that hangs.") from None
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        yield
    finally:
        lock.release()


def _since(folder: Path) -> str:
    """Since when, and in which process; blank where that is not told (it has only just begun)."""
    try:
        holder = json.loads((folder / _HOLDER).read_text(encoding="utf-8"))
        return f" since {holder['since']}, pid {holder['pid']}"
    except (OSError, ValueError, KeyError):
        return ""


def _unwritable(folder: Path, error: OSError) -> SettingsError:
    return SettingsError(f"cannot be written ({error.strerror})", where=str(folder), remedy="Choose another folder.")
