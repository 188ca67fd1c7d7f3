"""Killed at any moment while it loads or publishes, a night that is run again ends as one that was never disturbed."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks import load
from tasks.publish.products import publish_products
from tests.small_world import BLANK, BROKEN, GOOD, NIGHTS, Page, run_night
from tests.test_together import look
from warehouse.dump import canonical_dump
from warehouse.engine import open_warehouse

KILLS = 25  # on each engine
FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be forked")


PAGES = ((GOOD, BROKEN, BLANK), (GOOD, Page("2022 new=7 concluded=7", 2022), BLANK))


def a_night(url: str, folder: Path, number: int) -> None:
    """Load, survey and publish one night; run again, it adds nothing."""
    engine = open_warehouse(url)
    load.load_reference(engine)
    run_night(engine, NIGHTS[number], *PAGES[number])
    look(engine, NIGHTS[number])
    publish_products(engine, folder, NIGHTS[number], {"rules": "r1"})
    engine.dispose()


def in_a_child(work: Callable[[], None], seconds: float | None) -> bool:
    """Do it in a process of its own, killed after so many seconds. Returns whether it came to its end."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            sys.stdout.flush()
            os._exit(code)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return status == 0


def parquet(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.parquet"))}


@FORKS
def test_a_night_killed_at_any_moment_is_mended_by_running_it_again(
    database: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    calm, chance, cut = tmp_path_factory.mktemp("calm"), random.Random(7), 0
    for number in range(len(PAGES)):
        start = time.monotonic()
        assert in_a_child(lambda at=number: a_night(f"sqlite:///{calm / 'gouji.db'}", calm / "products", at), None)
        lasts = time.monotonic() - start
        for _ in range(KILLS // len(PAGES) + 1):
            seconds = chance.uniform(0.02, lasts)
            cut += not in_a_child(lambda at=number: a_night(database, tmp_path / "products", at), seconds)
        assert in_a_child(lambda at=number: a_night(database, tmp_path / "products", at), None)
    assert cut > KILLS / 2
    undisturbed, mended = open_warehouse(f"sqlite:///{calm / 'gouji.db'}"), open_warehouse(database)
    assert canonical_dump(mended) == canonical_dump(undisturbed)
    assert parquet(tmp_path / "products") == parquet(calm / "products")
    assert not list(tmp_path.glob(".products*"))
    undisturbed.dispose()
    mended.dispose()
