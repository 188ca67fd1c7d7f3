"""Start the crawl's process for the job in a folder, wait for it, and say how it ended."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tasks.crawl.spool import log_file

_ROOT = Path(__file__).parents[2]  # where the package `tasks` lies: the checkout, or the wheel's folder
_LOOPBACK = "127.0.0.1,localhost"
_TICK = 1.0  # seconds


def run_job(folder: Path, seconds: float, on_tick: Callable[[], None] = lambda: None) -> str:
    """Run the job, and say how that ended. `on_tick` is called about every second until then."""
    path = os.pathsep.join([str(_ROOT), *(entry for entry in sys.path if entry)])
    bypass = ",".join(filter(None, [os.environ.get("no_proxy") or os.environ.get("NO_PROXY"), _LOOPBACK]))
    environment = {**os.environ, "PYTHONPATH": path, "no_proxy": bypass, "NO_PROXY": bypass}
    command = [sys.executable, "-P", "-m", "tasks.crawl.process", str(folder)]
    with log_file(folder).open("ab") as log:
        running = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603
        try:
            code = _wait(running, time.monotonic() + seconds, on_tick)
        finally:
            running.kill()
            running.wait()
    if code is None:
        return f"the crawl was ended after its limit of {seconds:g} seconds"
    said = log_file(folder).read_text(encoding="utf-8", errors="replace").strip()
    last = said.splitlines()[-1].strip() if said else "nothing"
    return f"the crawl's process ended with code {code}; the last it said: {last}"


def _wait(running: subprocess.Popen[bytes], until: float, on_tick: Callable[[], None]) -> int | None:
    """The process's exit code, or None where it has not ended in time."""
    while (left := until - time.monotonic()) > 0:
        try:
            return running.wait(min(left, _TICK))
        except subprocess.TimeoutExpired:
            on_tick()
    return None
