"""Measure the crawl: many sites on loopback, a first night and an unchanged second one, from the servers' own log.

    python benchmarks/crawl_speed.py [--sites N] [--reports N] [--delay SECONDS]

Each site has an address of its own (127.x.y.z: Linux), a list of one page and its reports; one in five gives nothing to ask
"changed since?" with. Both nights are in season. Printed: wall time, requests and bytes by kind, memory of the crawl's process.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, date, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tasks import load  # noqa: E402
from tasks.archive import archive  # noqa: E402
from tasks.crawl import CrawlOptions, crawl  # noqa: E402
from tasks.fetched import Crawl  # noqa: E402
from tasks.records import Agency  # noqa: E402
from warehouse.engine import open_warehouse  # noqa: E402
from warehouse.files import Archive  # noqa: E402

NIGHTS = (date(2026, 2, 3), date(2026, 2, 4))
NOW = datetime(2026, 2, 2, 18, tzinfo=UTC)
WITHOUT = 5  # one site in so many has no validators
REPORT_BYTES = 40_000


class Sites(ThreadingHTTPServer):
    """All sites in one server, told apart by the address that is asked, and the log of what was asked."""

    daemon_threads = True
    request_queue_size = 1024
    log: list[tuple[str, str, int, int, float]]


class Answer(BaseHTTPRequestHandler):
    """A list, a report, or robots.txt."""

    protocol_version = "HTTP/1.1"
    reports = 12

    def do_GET(self) -> None:
        """Answer, and log it."""
        host = self.headers["Host"].partition(":")[0]
        number = number_of(host)
        status, body, kind = 200, b"", "text/html; charset=utf-8"
        if self.path == "/robots.txt":
            body, kind = b"User-agent: *\nDisallow: /private/\n", "text/plain"
        elif self.path == "/nb/":
            body = listing(number, self.reports)
        elif self.path.startswith("/nb/"):
            body = report(number, int(self.path.rpartition("_")[2].partition(".")[0]))
        else:
            status = 404
        etag = f'"{sha256(body).hexdigest()[:20]}"' if number % WITHOUT and kind.startswith("text/html") else ""
        if etag and self.headers["If-None-Match"] == etag:
            status, body = 304, b""
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
        if status != 304:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.server.log.append((host, self.path, status, len(body), time.monotonic()))  # type: ignore[attr-defined]

    def log_message(self, *words: object) -> None:
        """Say nothing."""


def number_of(host: str) -> int:
    """Which site an address is of."""
    third, fourth = host.split(".")[2:]
    return int(third) * 250 + int(fourth)


def listing(number: int, reports: int) -> bytes:
    """A site's list."""
    entries = "".join(
        f'<li><a href="./{2026 - place}01/t{2026 - place}0120_{place}.html">{name(number)}{2025 - place}'
        f"年政府信息公开工作年度报告</a>"
        f"<span>{2026 - place}-01-20</span></li>"
        for place in range(reports)
    )
    page = f'<ul>{entries}</ul><script>createPageHTML(1, 0, "index", "html");</script>'
    return f"<html><body><h1>政府信息公开年报</h1>{page}{'<p>栏目导航</p>' * 400}</body></html>".encode()


def report(number: int, place: int) -> bytes:
    """A site's report."""
    title = f"{name(number)}{2025 - place}年政府信息公开工作年度报告"
    head = f'<html><head><meta name="ArticleTitle" content="{title}"></head><body><h1>{title}</h1><div class="TRS_Editor">'
    return f"{head}{'<p>一、总体情况</p>' * (REPORT_BYTES // 24)}</div></body></html>".encode()


def name(number: int) -> str:
    """A site's agency."""
    return f"第{number}县人民政府办公室"


def main() -> None:
    """Crawl two nights and print what each came to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=500)
    parser.add_argument("--reports", type=int, default=12)
    parser.add_argument("--delay", type=float, default=0.0)
    args = parser.parse_args()
    Answer.reports = args.reports
    server = Sites(("", 0), Answer)
    server.log = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    agencies = tuple(
        Agency(f"a{n}", name(n), (), "县级政府", "办公室", (f"http://127.1.{n // 250}.{n % 250}:{server.server_port}/nb/",))
        for n in range(args.sites)
    )
    with tempfile.TemporaryDirectory() as folder:
        engine = open_warehouse(f"sqlite:///{folder}/gouji.db")
        files = Archive(f"{folder}/archive")
        first: Counter[str] = Counter()
        for night in NIGHTS:
            load.load_register(engine, agencies, night)
            before = load.known_before(engine, night, {url for each in agencies for url in each.start_urls})
            options = CrawlOptions(
                delay_seconds=args.delay, contact="https://example.org", allow_private=True, total_seconds=3600
            )
            server.log.clear()
            begin = time.perf_counter()
            found = crawl(
                agencies,
                night=night,
                before=before,
                spool=Path(folder) / "spool",
                archive=files.url,
                now=lambda: NOW,
                options=options,
            )
            seconds = time.perf_counter() - begin
            counts = kept(engine, found, files)
            first = told(night, seconds, server, found, counts, first)
    server.shutdown()


def kept(engine: object, found: Crawl, files: Archive) -> load.CrawlCounts:
    """Archive and load a night."""
    documents = [archive(each, files) for each in found.fetched if each.body is not None]
    documents += [archive(each, files) for each in found.pages]
    return load.load_crawl(engine, found, documents)  # type: ignore[arg-type]


def told(night: date, seconds: float, server: Sites, found: Crawl, counts: load.CrawlCounts, first: Counter[str]) -> Counter[str]:
    """Print a night; returns its requests and bytes by kind, to hold the next against."""
    complete = sum(column.complete for column in found.columns)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    sites = len({host for host, *_ in server.log})
    print(f"{night}: {seconds:.1f} s, {complete} of {len(found.columns)} lists read to their end, {counts}")
    print(f"  {len(server.log)} requests, {len(server.log) / max(sites, 1):.1f} a site; {peak:.0f} MB at most")
    sums: Counter[str] = Counter()
    for host, path, status, size, _ in server.log:
        has = "with" if number_of(host) % WITHOUT else "without"
        kind = "robots.txt" if path == "/robots.txt" else ("lists " if path == "/nb/" else "reports ") + has + " validators"
        sums[f"{kind}: requests"] += 1
        sums[f"{kind}: answered unchanged"] += status == 304
        sums[f"{kind}: bytes"] += size
        sums["all: requests"] += 1
        sums["all: bytes"] += size
    for key in sorted(sums):
        share = f", {100 * sums[key] / first[key]:.1f} % of the first night" if first[key] else ""
        print(f"  {key:45} {sums[key]:>12,}{share}")
    return sums


if __name__ == "__main__":
    main()
