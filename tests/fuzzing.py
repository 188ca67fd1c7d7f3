"""Files with their bytes spoilt: how they are made from sound ones, and what may become of them.

Each must end as a Reading, flagged or not, or an explained Quarantine; no reader may crash or hang on it; and a figure that
is called certain must be printed in the spoilt file, where it is printed. `python -m tests.fuzzing` runs many (make fuzz).
"""

from __future__ import annotations

import argparse
import html
import io
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random, SystemRandom

import pypdfium2
from reportlab import rl_config

from expectations.form import Form
from flows.contain import Job, Limits, Outcomes, Readers
from flows.read import read_document
from tasks.extract.encodings import decode
from tasks.extract.sniff import sniff
from tasks.records import Cell, Quarantine, Reading
from tests.paper import Paper, to_docx, to_html, to_text, tying
from tests.paper_pdf import Style
from tests.paper_pdf import to_pdf as draw_pdf
from tests.papers_office import ofd_report, packed, sheet_report, workbook

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "fuzz"
SECONDS = 60  # a small file that takes longer hangs


@dataclass(frozen=True)
class Seed:
    """A sound file, and what is read in it."""

    name: str
    data: bytes
    figures: dict[str, Cell]


@dataclass(frozen=True)
class Spoilt:
    """A file made from a seed."""

    seed: Seed
    data: bytes
    how: str


def distinct(edition: str = "2021") -> Paper:
    """A report in which no figure is printed twice: one that turns up elsewhere was misplaced."""
    paper = tying(edition)
    paper.raw = {address: str(10_007 + 97 * number) for number, address in enumerate(paper.raw)}
    return paper


class Short(Paper):
    """A report without table 三, which is most of a report and of the time to read one."""

    @property
    def form(self) -> Form:
        form = super().form
        return form.model_copy(update={"tables": {name: form.tables[name] for name in ("disclosure", "disputes")}})


def plain_pdf(paper: Paper, style: Style | None = None) -> bytes:
    """A PDF whose streams are not compressed, so that spoilt bytes reach its operators."""
    kept = rl_config.pageCompression, rl_config.useA85
    rl_config.pageCompression, rl_config.useA85 = 0, 0
    try:
        return draw_pdf(paper, style)
    finally:
        rl_config.pageCompression, rl_config.useA85 = kept


def seeds() -> tuple[Seed, ...]:
    """Small sound files of every kind that is read without another program: whole reports, and three times as many short ones."""
    paper, older = distinct(), distinct("2019")
    short = Short(raw=distinct().raw)
    whole = [
        ("html", to_html(paper)),
        ("text", to_text(older)),
        ("docx", to_docx(paper)),
        ("xlsx", _sheet(paper)),
        ("ofd", ofd_report(paper)),
        ("pdf", plain_pdf(paper)),
        ("pdf-packed", draw_pdf(older)),
    ]
    parts = [
        ("html-short", to_html(short)),
        ("text-short", to_text(short)),
        ("docx-short", to_docx(short)),
        ("xlsx-short", _sheet(short)),
        ("ofd-short", ofd_report(short)),
        ("pdf-short", plain_pdf(short)),
        ("pdf-lines-short", plain_pdf(short, Style(rules="none"))),
        ("zip-short", packed({"报告.html": to_html(short), "a/报告.txt": to_text(short)})),
    ]
    return tuple(Seed(name, data, figures(read_document(data, name, name))) for name, data in [*whole, *parts * 3])


def _sheet(paper: Paper) -> bytes:
    spots, merged = sheet_report(paper)
    return workbook({"Sheet1": spots}, {"Sheet1": merged})


def figures(outcomes: Outcomes) -> dict[str, Cell]:
    """The figures of all reports in a file, by part and address."""
    read = (each for each in outcomes if isinstance(each, Reading))
    return {f"{each.part} {address}": cell for each in read for address, cell in each.figures().items()}


# Spoiling


def spoil(seed: Seed, random: Random) -> Spoilt:
    """A file with one to three things done to its bytes, or to the bytes of a file inside it."""
    data, done = seed.data, []
    if seed.data.startswith(b"PK") and random.random() < 0.7:
        data, what = _spoil_inside(data, random)
        return Spoilt(seed, data, what)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        name = random.choice(sorted(_WAYS))
        data = _WAYS[name](data, random)
        done.append(name)
    return Spoilt(seed, data, " ".join(done))


def _spoil_inside(data: bytes, random: Random) -> tuple[bytes, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    weights = [len(body) for body in parts.values()]
    name = random.choices(list(parts), weights)[0]
    way = random.choice(sorted(_WAYS))
    parts[name] = _WAYS[way](parts[name], random)
    return packed(parts), way


def _block(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.choice((1, 2, 7, 40, 300, 2000)))


def _flip(data: bytes, random: Random) -> bytes:
    spoilt = bytearray(data)
    for _ in range(random.choice((1, 1, 3, 20))):
        if spoilt:
            spoilt[random.randrange(len(spoilt))] ^= 1 << random.randrange(8)
    return bytes(spoilt)


def _cut(data: bytes, random: Random) -> bytes:
    start, end = _block(data, random)
    return data[:start] + data[end:]


def _duplicate(data: bytes, random: Random) -> bytes:
    start, end = _block(data, random)
    return data[:end] + data[start:end] + data[end:]


def _splice(data: bytes, random: Random) -> bytes:
    start, end = _block(data, random)
    to = random.randrange(len(data) + 1)
    return data[:to] + data[start:end] + data[to + end - start :]


def _insert(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    noise = random.choice((random.randbytes(9), b"<", b"</td>", b"0", b"\x00", b"&#48;", b"\xff\xff\xff\xff", b"\n", b"\t"))
    return data[:at] + noise + data[at:]


def _zero(data: bytes, random: Random) -> bytes:
    start, end = _block(data, random)
    return data[:start] + bytes(end - start) + data[end:]


def _truncate(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


_WAYS: dict[str, Callable[[bytes, Random], bytes]] = {
    "flip": _flip,
    "cut": _cut,
    "duplicate": _duplicate,
    "splice": _splice,
    "insert": _insert,
    "zero": _zero,
    "truncate": _truncate,
}


# Judging

_ORDERLY = {"flip", "insert", "zero", "truncate"}  # no way to move a label or a figure to another place


def faults(spoilt: Spoilt, outcomes: Outcomes) -> Iterator[str]:
    """What may not be of a spoilt file's reading."""
    if not outcomes:
        yield "no outcome at all"
    for each in outcomes:
        if isinstance(each, Quarantine) and (not each.reason or "GOUJI_READ" in each.reason or "crashed" in each.reason):
            yield f"hangs or crashes: {each.reason or 'no reason'}"
    sound = spoilt.seed.figures
    found = {place: cell for place, cell in figures(outcomes).items() if cell.certain and cell.value is not None}
    changed = {place: cell for place, cell in found.items() if place in sound and cell.raw != sound[place].raw}
    text = printed(spoilt.data) if changed else ""
    elsewhere = {cell.raw: place for place, cell in sound.items()}
    for place, cell in changed.items():
        if _bare(cell.raw) not in text:
            yield f"{place}: {cell.raw!r} is certain and not printed"
        elif cell.raw in elsewhere and set(spoilt.how.split()) <= _ORDERLY:
            yield f"{place}: {cell.raw!r} is certain and the figure of {elsewhere[cell.raw]}"


def printed(data: bytes) -> str:
    """All text that a file prints, without white space, whatever its place."""
    kind = sniff(data)
    if kind == "pdf":
        with pypdfium2.PdfDocument(data) as document:
            return _bare("".join(page.get_textpage().get_text_range() for page in document))
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return " ".join(printed(package.read(info)) for info in package.infolist())
    text = decode(data) or data.decode("utf-8", errors="replace")
    return _bare(text) if kind == "text" else _bare(html.unescape(re.sub(r"<[^>]*>", "", text)))


def _bare(text: str) -> str:
    """Without white space, and without what prints as nothing."""
    return re.sub(r"[\s\x00-\x1f\u200b\ufeff]+", "", text)


def run(count: int, seed: int, workers: int = 1) -> Iterator[tuple[Spoilt, Outcomes, list[str]]]:
    """Spoil, read and judge `count` files; the same for the same seed."""
    random = Random(seed)
    sound = seeds()
    with Readers(Limits(seconds=SECONDS), workers) as readers:
        left = count
        while left > 0:
            batch = [spoil(sound[number % len(sound)], random) for number in range(min(left, 500))]
            jobs = [Job(lambda each=each: each.data, each.seed.name, sha256(each.data).hexdigest()) for each in batch]  # type: ignore[misc]
            for spoilt, outcomes in zip(batch, readers.read_all(jobs), strict=True):
                yield spoilt, outcomes, list(faults(spoilt, outcomes))
            left -= len(batch)


def kind_of(outcomes: Outcomes) -> str:
    """In a word, what became of a file."""
    read = [each for each in outcomes if isinstance(each, Reading)]
    if not read:
        return "quarantined"
    flagged = any(each.problems or not all(cell.certain for cell in each.cells) for each in read) or len(read) < len(outcomes)
    return "flagged" if flagged else "read"


def main() -> int:
    """Run many, say what became of them, and keep those that failed."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--count", type=int, default=50_000)
    words.add_argument("--seed", type=int, default=SystemRandom().randrange(10**9))
    given = words.parse_args()
    print(f"seed {given.seed}: {given.count:,} files", flush=True)  # noqa: T201
    became: Counter[str] = Counter()
    failed = 0
    for number, (spoilt, outcomes, wrong) in enumerate(run(given.count, given.seed, workers=2), 1):
        became[f"{spoilt.seed.name} {kind_of(outcomes)}"] += 1
        if wrong:
            failed += 1
            KEPT.mkdir(parents=True, exist_ok=True)
            path = KEPT / f"{given.seed}-{number}-{spoilt.seed.name}"
            path.write_bytes(spoilt.data)
            print(f"{path}: {spoilt.how}: {wrong[0]} ({len(wrong)} in all)", flush=True)  # noqa: T201
        if number % 5000 == 0:
            print(f"{number:,} files, {failed} failed", flush=True)  # noqa: T201
    print(*(f"{name}: {number:,}" for name, number in sorted(became.items())), f"failed: {failed}", sep="\n")  # noqa: T201
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
