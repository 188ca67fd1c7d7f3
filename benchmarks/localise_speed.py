"""Measure how fast a broken report is diagnosed: reconcile as a whole, and localise alone.

    python benchmarks/localise_speed.py [--reports N]

The reports are random tables that tie, then spoilt: 80 % in one figure, 15 % in two, 5 % with a figure in the next column.
Medians and 95th percentiles of CPU time a broken report.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from expectations.form import form_for  # noqa: E402
from tasks.printed import Locator  # noqa: E402
from tasks.reconcile import reconcile  # noqa: E402
from tasks.reconcile.localise import localise  # noqa: E402
from tasks.records import Cell, Number, Outcome, Reading, Report, Semantics  # noqa: E402
from tests.paper import tying  # noqa: E402


def main() -> None:
    """Spoil, diagnose, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=500)
    args = parser.parse_args()
    random, named = Random(1), 0
    whole: list[float] = []
    alone: list[float] = []
    while len(whole) < args.reports:
        report = Report("A1", 2023, spoilt(random))
        start = time.process_time()
        findings = reconcile(report)
        whole.append(time.process_time() - start)
        if not any(finding.outcome is Outcome.BROKEN for finding in findings):
            whole.pop()
            continue
        named += any(finding.suspects for finding in findings)
        bare = tuple(replace(finding, suspects=()) for finding in findings)
        start = time.process_time()
        localise(report, bare)
        alone.append(time.process_time() - start)
    print(f"{args.reports} broken reports, {named} with suspects")
    for name, times in (("localise", alone), ("reconcile", whole)):
        print(f"{name:10} median {1000 * median(times):6.1f} ms   p95 {1000 * quantiles(times, n=20)[-1]:6.1f} ms")


def spoilt(random: Random) -> Reading:
    """A report whose figures tied before one, two or a neighbouring pair of table 三 were changed."""
    figures: dict[str, Number] = {address: int(raw) for address, raw in tying(seed=random.randrange(10**6)).raw.items()}
    table = [address for address in figures if address.startswith("applications.")]
    kind = random.random()
    if kind < 0.95:
        for address in random.sample(table, 1 if kind < 0.8 else 2):
            figures[address] += random.choice([-1, 1, 9, 10, 27])
    else:
        at = random.choice([n for n in range(len(table) - 1) if (n + 1) % 7])
        figures[table[at]], figures[table[at + 1]] = 0, figures[table[at]] + figures[table[at + 1]]
    return reading(figures)


def reading(figures: dict[str, Number]) -> Reading:
    """What a perfect reader makes of the figures."""
    editions = tuple((name, "2021") for name in form_for("2021").tables)
    kinds = {True: Semantics.ZERO, False: Semantics.NUMERIC}
    cells = tuple(Cell(a, str(value), value, kinds[value == 0], Locator(), True) for a, value in figures.items())
    return Reading("0" * 64, "bench", "1", "", "", 2023, None, editions, (), cells, ())


if __name__ == "__main__":
    main()
