"""Measure the rules over a whole batch: the arrays, every equation on its own, and the same as Great Expectations suites.

    python benchmarks/suite_speed.py [--reports N]

The reports are random tables that tie, one in a hundred spoilt. All equations (within the report and with last year's) are put to
every report. One core: run with OMP_NUM_THREADS=1 where that matters; nothing here asks for more.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from expectations.form import form_for, split_address  # noqa: E402
from expectations.rule import EquationRule, load_rules  # noqa: E402
from expectations.suite_checks import SCALE, holds  # noqa: E402
from expectations.suite_frames import Batch, Frame, build_frames  # noqa: E402
from tests.paper import tying  # noqa: E402

EDITION = "2021"
Amounts = np.ndarray[Any, np.dtype[np.int64]]
Names = np.ndarray[Any, np.dtype[np.str_]]
DIFFERENT = 50  # tables that tie; the reports take them in turn


def main() -> None:
    """Make a batch, time each part, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=100_000)
    count = parser.parse_args().reports
    batch = made(count)
    rules = [rule for rule in load_rules() if isinstance(rule, EquationRule)]
    start = time.perf_counter()
    frames = build_frames(batch, rules)
    framed = time.perf_counter()
    failing = sum(evaluated(frame) for frame in frames)
    own = time.perf_counter()
    print(f"{count:,} reports, {len(batch.figures):,} figures, {len(rules)} rules of equations, {failing:,} rows fail")
    print(f"frames     {framed - start:7.1f} s")
    print(f"equations  {own - framed:7.1f} s   (with the frames {own - start:.1f} s)")
    from expectations.suite import run_suites

    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        results = run_suites(frames, date(2026, 1, 27), Path(folder) / "docs")
    suites = time.perf_counter() - start
    told = sum(len(rule.failing) for suite in results for rule in suite.results)
    if told != failing:
        raise SystemExit(f"the suites name {told} failing rows, the equations {failing}")
    share = 1 - (own - framed) / suites
    print(f"suites     {suites:7.1f} s   {share:.0%} of it Great Expectations' own, its Data Docs included")


def evaluated(frame: Frame) -> int:
    """How many rows of a frame fail its checks, those with a missing figure left out, as the suites leave them out."""
    failing = 0
    for check in frame.checks:
        asked = frame.rows[list(check.columns)]
        whole = asked[asked.notna().all(axis=1)]
        failing += int((~holds(check.test, whole, check.left, check.right)).sum())
    return failing


def made(count: int) -> Batch:
    """A batch of reports with last year's, as tidy frames."""
    form = form_for(EDITION)
    addresses = form.addresses()
    tables = np.array([[int(tying(seed=seed).raw[address]) for address in addresses] for seed in range(DIFFERENT)])
    amounts = tables[np.arange(count) % DIFFERENT] * SCALE
    spoilt = np.arange(0, count, 100)
    amounts[spoilt, spoilt % len(addresses)] += SCALE
    agencies = np.array([f"agency-{number:06}" for number in range(count)])
    reports = pd.DataFrame({"agency_id": agencies, "agency": agencies, "year": 2024})
    parts = [reports.assign(table=name, edition=EDITION) for name in form.tables]
    figures, before = tidy(agencies, amounts), tidy(agencies, last_year(amounts))
    claims = pd.DataFrame({"agency_id": [], "year": [], "measure": [], "stated": []})
    return Batch(pd.concat(parts, ignore_index=True), figures, before, claims)


def last_year(amounts: Amounts) -> Amounts:
    """The figures of a year before which these go on from."""
    at = {address: place for place, address in enumerate(form_for(EDITION).addresses())}
    before = amounts.copy()
    for column in form_for(EDITION).tables["applications"].columns:
        before[:, at[f"applications.carried_out.{column}"]] = amounts[:, at[f"applications.carried_in.{column}"]]
    for row in ("rules", "normative"):
        in_force, issued, repealed = (at[f"disclosure.{row}.{column}"] for column in ("in_force", "issued", "repealed"))
        before[:, in_force] = amounts[:, in_force] - amounts[:, issued] + amounts[:, repealed]
    return before


def tidy(agencies: Names, amounts: Amounts) -> pd.DataFrame:
    """A row a figure, its names as categories."""
    addresses = [split_address(address) for address in form_for(EDITION).addresses()]
    names = {
        name: pd.Categorical(np.tile(np.array(values), len(agencies)))
        for name, values in zip(("table", "row", "column"), zip(*addresses, strict=True), strict=True)
    }
    owners = pd.Categorical.from_codes(np.repeat(np.arange(len(agencies)), len(addresses)), categories=pd.Index(agencies))
    rest = {"year": 2024, "raw": "", "semantics": "NUMERIC", "amount": amounts.ravel()}
    return pd.DataFrame({"agency_id": owners, **names, **rest})


if __name__ == "__main__":
    main()
