"""Read documents in worker processes with limits of time and memory: a document over a limit is quarantined, the next one read.

A worker is started when it is first needed, reads many documents, and is replaced when it has read enough, has grown, or
is gone. Whatever a document does to it (a crash inside a library, an endless loop, memory without end) stays its own.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from flows.frames import receive, send
from flows.processes import end_tree, memory
from flows.version import reading_version
from flows.worker import DONE, NO_MEMORY, RAISED
from tasks.errors import ArchiveDamaged, DamagedDocument, DocumentTooLarge, GoujiError, ReaderCrashed
from tasks.printed import Locator
from tasks.records import Quarantine, Reading

Outcomes = tuple[Reading | Quarantine, ...]

_HOME = Path(__file__).resolve().parents[1]  # where the packages lie: a checkout, or gouji/ in site-packages
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from flows.worker import main; main()"
_DOCUMENTS = 500  # that one worker reads before another takes its place
_POLL = 0.05 if sys.platform == "linux" else 0.5  # seconds between two looks at a worker; elsewhere `ps` does the looking


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take."""

    seconds: float = 300
    megabytes: int = 1500


@dataclass(frozen=True, slots=True)
class Job:
    """A document to read: how to get its bytes, its name for messages, and its SHA-256."""

    data: Callable[[], bytes]
    name: str
    sha256: str


class Readers:
    """Reading workers, at most `count` at once. To be closed; workers also end by themselves when this process does."""

    def __init__(self, limits: Limits, count: int = 1) -> None:
        self._limits, self._count = limits, count
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._lock, self._is_closed = threading.Lock(), False

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start a worker ahead of need, without waiting for it."""
        self._give_back(self._take())

    def read(self, data: bytes, name: str, sha256: str) -> Outcomes:
        """Read one document in a worker. BadForm and bugs of ours come through; nothing that a document does."""
        worker = self._take()
        try:
            outcomes: Outcomes = worker.ask("read", data, name, sha256)
        except GoujiError as error:
            if not isinstance(error, DocumentTooLarge | DamagedDocument):
                raise
            return (Quarantine(sha256, "", reading_version(), type(error).__name__, f"{name}: {error}"),)
        finally:
            self._give_back(worker)
        return outcomes

    def reread(self, data: bytes, locator: Locator, part: str) -> str:
        """The text at a locator, read again in a worker. Raises ReadError."""
        worker = self._take()
        try:
            return str(worker.ask("reread", data, locator, part))
        finally:
            self._give_back(worker)

    def read_all(self, jobs: Iterable[Job]) -> Iterator[Outcomes | ArchiveDamaged]:
        """Read documents side by side; their outcomes in the order of the jobs, or why there are no bytes to read."""
        executor = ThreadPoolExecutor(self._count, thread_name_prefix="reading")
        try:
            yield from executor.map(self._do, jobs)
        except BaseException:
            self.close()
            raise
        finally:
            executor.shutdown(wait=True, cancel_futures=True)

    def _do(self, job: Job) -> Outcomes | ArchiveDamaged:
        try:
            data = job.data()
        except ArchiveDamaged as error:
            return error
        return self.read(data, job.name, job.sha256)

    def check_data(self) -> None:
        """Have a worker read all our data files. Raises BadForm for one that is wrong."""
        worker = self._take()
        try:
            worker.ask("check")
        finally:
            worker.is_fit = False  # it has imported every reader: too much to carry on with
            self._give_back(worker)

    def close(self) -> None:
        """End all workers, also one in the middle of a document."""
        with self._lock:
            self._is_closed = True
            workers, self._all, self._idle = self._all, set(), []
        for worker in workers:
            worker.end()

    def _take(self) -> _Worker:
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the readers are closed")
            if self._idle:
                return self._idle.pop()
            worker = _Worker(self._limits)
            self._all.add(worker)
            return worker

    def _give_back(self, worker: _Worker) -> None:
        with self._lock:
            if worker.is_fit and not self._is_closed:
                self._idle.append(worker)
                return
            self._all.discard(worker)
        worker.end()


class _Worker:
    """One worker process, its pipes, and a folder for its temporary files."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._documents, self._is_waited_for = limits, 0, True
        self._folder = Path(tempfile.mkdtemp(prefix="gouji-worker-"))
        places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._folder))
        words = (str(_HOME), str(limits.seconds), str(limits.megabytes), str(self._folder))
        self._process = subprocess.Popen(  # noqa: S603 (our own code)
            [sys.executable, "-P", "-X", "utf8", "-c", _START, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | places,
            start_new_session=True,  # Ctrl-C is for us, and we end it then
        )
        self.is_fit = True

    def ask(self, *request: Any) -> Any:
        """What the worker answers. Raises DocumentTooLarge or DamagedDocument for its end, and what it raised itself."""
        try:
            if self._is_waited_for:
                receive(self._output)
                self._is_waited_for = False
        except EOFError:
            self.is_fit = False
            raise RuntimeError(f"the reading worker does not start (exit code {self._process.wait()})") from None
        over: list[GoujiError] = []
        done = threading.Event()
        watch = threading.Thread(target=self._watch, args=(done, over), daemon=True)
        watch.start()
        try:
            send(self._input, request)
            kind, answer, *held = receive(self._output)
        except (EOFError, OSError):
            self.is_fit = False
            done.set()
            watch.join()
            raise (over[0] if over else self._crash()) from None
        finally:
            done.set()
        return self._judge(kind, answer, *held)

    def _judge(self, kind: str, answer: Any, held: int | None = None) -> Any:
        self._documents += 1
        if kind == DONE:
            self.is_fit = self._documents < _DOCUMENTS and (held or 0) < self._limits.megabytes * 1024 * 1024 / 2
            return answer
        self.is_fit = False
        if kind == NO_MEMORY:
            raise self._no_memory()
        assert kind == RAISED, kind  # noqa: S101 (there are no others)
        raise answer

    def end(self) -> None:
        """End the process and all that it started: politely where it is idle, at once where not."""
        if self.is_fit:
            with suppress(OSError):
                self._input.close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.5)
        if self._process.poll() is None:
            end_tree(self._process.pid)
        self._process.wait()
        for pipe in (self._input, self._output):
            with suppress(OSError):
                pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _input(self) -> BinaryIO:
        assert self._process.stdin is not None  # noqa: S101 (asked for above)
        return self._process.stdin  # type: ignore[return-value]

    @property
    def _output(self) -> BinaryIO:
        assert self._process.stdout is not None  # noqa: S101
        return self._process.stdout  # type: ignore[return-value]

    def _watch(self, done: threading.Event, over: list[GoujiError]) -> None:
        """End the worker when the document takes too much, and say of what."""
        waited = 0.0
        while not done.wait(_POLL):
            waited += _POLL
            if waited > self._limits.seconds:
                over.append(self._no_time())
            elif (memory(self._process.pid) or 0) > self._limits.megabytes * 1024 * 1024:
                over.append(self._no_memory())
            if over:
                end_tree(self._process.pid)
                return

    def _no_time(self) -> DocumentTooLarge:
        return DocumentTooLarge(
            f"reading it was not done after {self._limits.seconds:g} seconds, and was ended",
            expected="a report that is read in seconds",
            remedy="Look at it by eye; if it should be read, raise GOUJI_READ_TIMEOUT_SECONDS.",
        )

    def _no_memory(self) -> DocumentTooLarge:
        return DocumentTooLarge(
            f"reading it took more than {self._limits.megabytes:,} MB of memory, and was ended",
            expected="a report that is read in less",
            remedy="Look at it by eye; if it should be read, raise GOUJI_READ_MEMORY_MB.",
        )

    def _crash(self) -> ReaderCrashed:
        code = self._process.wait()
        how = f"exit code {code}"
        if code < 0:
            with suppress(ValueError):
                how = signal.Signals(-code).name
        why = "; the system ends processes so when memory is short" if how == "SIGKILL" else ""
        return ReaderCrashed(
            f"the reader crashed on it ({how}{why})",
            remedy="Open it and save it anew; if it reads well elsewhere, send it to gouji's makers.",
        )
