"""Measure how fast reports are read: our readers with placement, pdfplumber's extract_tables, and pdfium's own floor.

    python benchmarks/read_speed.py [--rounds N] [FILE|FOLDER ...]

All sides read the same PDFs in the same run, in turn, and CPU time is counted; figures are medians over files of the best of
N rounds, so that a noisy machine tells the same story. Web pages, Word files and the rest are timed with placement. Without
arguments the sample portal is read.
"""

from __future__ import annotations

import argparse
import io
import resource
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import pdfplumber  # noqa: E402
import pypdfium2  # noqa: E402

from flows.read import read_document  # noqa: E402
from tasks.extract.sniff import sniff  # noqa: E402


def main() -> None:
    """Read the files, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, default=[ROOT / "samples" / "portal"])
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    by_kind: dict[str, list[bytes]] = {}
    for path in _files(args.files):
        data = path.read_bytes()
        by_kind.setdefault(sniff(data), []).append(data)
    for kind in ("html", "docx", "text", "sheet", "ofd"):
        if by_kind.get(kind):
            times = [_cpu(ours, data, args.rounds) for data in by_kind[kind]]
            print(f"{kind:5} {len(times):4} files   ours, with placement: {1000 * median(times):6.1f} ms a report")
    if by_kind.get("pdf"):
        _compare(by_kind["pdf"], args.rounds)
    print(f"peak memory of this process, pdfplumber included: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _compare(files: list[bytes], rounds: int) -> None:
    sides: dict[str, Callable[[bytes], object]] = {"ours": ours, "floor": floor, "pdfplumber": plumber}
    times: dict[str, list[float]] = {name: [] for name in sides}
    pages = []
    for data in files:
        if not _has_text(data):
            continue
        pages.append(len(pypdfium2.PdfDocument(data)))
        best = {name: _cpu(read, data, rounds if name != "pdfplumber" else 1) for name, read in sides.items()}
        for name, seconds in best.items():
            times[name].append(seconds)
    print(f"pdf   {len(pages):4} files, {sum(pages)} pages with text; CPU time")
    for name, values in times.items():
        print(f"      {name:11} {1000 * median(values):7.1f} ms a report, {1000 * sum(values) / sum(pages):6.1f} ms a page")
    for other, says in (("pdfplumber", "times as fast as pdfplumber"), ("floor", "times the floor")):
        ratios = [a / b for a, b in zip(times["ours"], times[other], strict=True)]
        ratio = sum(times["ours"]) / sum(times[other])
        if other == "pdfplumber":
            ratios, ratio = [1 / each for each in ratios], 1 / ratio
        print(f"      ours is {ratio:.1f} {says} in all; median of files {median(ratios):.1f}")


def ours(data: bytes) -> object:
    """Both readings, placement, head, sections and claims."""
    return read_document(data, "benchmark", "0" * 64)


def floor(data: bytes) -> object:
    """pdfium reading all text."""
    with pypdfium2.PdfDocument(data) as document:
        return [page.get_textpage().get_text_range() for page in document]


def plumber(data: bytes) -> object:
    """pdfplumber's plain tables."""
    with pdfplumber.open(io.BytesIO(data)) as document:
        return [page.extract_tables() for page in document.pages]


def _cpu(read: Callable[[bytes], object], data: bytes, rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        read(data)
        best = min(best, time.process_time() - start)
    return best


def _has_text(data: bytes) -> bool:
    with pypdfium2.PdfDocument(data) as document:
        return sum(len(page.get_textpage().get_text_range()) for page in document) > 100


def _files(paths: Iterable[Path]) -> list[Path]:
    return sorted(file for path in paths for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())


if __name__ == "__main__":
    main()
