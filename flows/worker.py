"""The reading worker: a process of its own that reads documents handed to it, so that none can hurt the night.

flows/contain.py starts it, gives it a document at a time, and ends it when it takes too much. It ends itself when whoever
started it is gone. It knows neither Prefect nor the warehouse, and starts in well under a second.
"""

from __future__ import annotations

import faulthandler
import os
import queue
import shutil
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, BinaryIO

from flows.frames import receive, send
from flows.processes import descendants, end_tree, memory

_GRACE = 10.0  # seconds past the limit after which a worker that nobody ended, and that is stuck, ends itself
_OVERSHOOT = 2  # a single allocation may ask for this many times the memory limit before the system refuses it

READY, DONE, RAISED, NO_MEMORY = "ready", "done", "raised", "no memory"


def main() -> None:
    """Serve until the pipe closes. Arguments: seconds and megabytes for a document, and a folder for temporary files."""
    seconds, megabytes, folder = float(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    try:
        _serve(seconds, megabytes, folder)
    except BrokenPipeError:
        pass  # whoever started it is gone before it could say anything
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve(seconds: float, megabytes: int, folder: Path) -> None:
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the messages
    _limit(megabytes)
    from flows.read import read_document
    from flows.version import check_data, reading_version
    from tasks.extract import reread

    tasks = {"read": read_document, "reread": reread, "check": check_data}
    reading_version()
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
    busy = threading.Event()
    threading.Thread(target=_listen, args=(requests, busy, folder), daemon=True).start()
    send(pipe, (READY, None))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    nowhere = Path(os.devnull).open("w")  # noqa: SIM115 (kept open as long as the process lives)
    while (request := requests.get()) is not None:
        busy.set()
        faulthandler.dump_traceback_later(seconds + _GRACE, exit=True, file=nowhere)
        _answer(pipe, tasks[request[0]], request[1:])
        faulthandler.cancel_dump_traceback_later()
        busy.clear()


def _answer(pipe: BinaryIO, task: Any, arguments: tuple[Any, ...]) -> None:
    try:
        send(pipe, (DONE, task(*arguments), memory(os.getpid())))
    except MemoryError:
        send(pipe, (NO_MEMORY, None))
    except Exception as error:
        error.add_note(traceback.format_exc())
        try:
            send(pipe, (RAISED, error))
        except Exception:  # it cannot be pickled
            send(pipe, (RAISED, RuntimeError(traceback.format_exc())))


def _listen(requests: queue.SimpleQueue[Any], busy: threading.Event, folder: Path) -> None:
    """Take requests; when the other end is gone, stop: at once in the middle of a document, with all that it started."""
    try:
        while True:
            requests.put(receive(sys.stdin.buffer))
    except (EOFError, OSError):
        if busy.is_set():
            for child in descendants(os.getpid()):
                end_tree(child)
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(1)
        requests.put(None)


def _limit(megabytes: int) -> None:
    """Refuse allocations far beyond the limit where the system can (Linux); contain.py watches what is really held."""
    if sys.platform == "linux":
        import resource

        most = _OVERSHOOT * megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
