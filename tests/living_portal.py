"""A part of the sample portal that lives: pages whose figures change, lists that grow, outages; and readers that are upgraded.

The crawl's process is forked from one that has imported everything, and readers come from a copy of our packages, so that a night
takes a second and a half; what runs in both is our code, as it is.
"""

from __future__ import annotations

import multiprocessing
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from unittest.mock import patch
from urllib.parse import urlsplit

from flows import contain, version
from flows.demo import SAMPLES
from flows.portal import _Answer
from tasks.crawl import process

CITY_LIST, COUNTY_LIST = "/yunlan/zfxxgk/zfxxgknb/", "/lanxi/gknb/"
WATCH_LIST, POLICE_LIST = "/yunlan/sthjj/zfxxgk/xxgknb/", "/lanxi/gaj/gknb/"
FIRST_PAGES = {CITY_LIST: "index.html", COUNTY_LIST: "list.shtml", WATCH_LIST: "index.html", POLICE_LIST: "list.shtml"}

Key = tuple[str, int]  # agency, year
Cell = tuple[int, int]  # row and column of table 三; row 25 is the strip of table 四

REPORTS: dict[Key, str] = {
    ("yl-fgw", 2023): CITY_LIST + "202401/t20240118_24155.html",
    ("yl-zrzyj", 2023): CITY_LIST + "202401/t20240119_87393.html",
    ("yl-sthjj", 2024): WATCH_LIST + "202501/t20250114_18154.html",
    ("yl-sthjj", 2025): WATCH_LIST + "202601/t20260115_80781.html",
    ("lx-nyj", 2023): COUNTY_LIST + "202401/83f0b2c73242ec6692540f41462ef5f1.shtml",
    ("lx-wjj", 2023): COUNTY_LIST + "202401/3e3f62f96f6618519344801965dd708d.shtml",
    ("lx-wjj", 2024): COUNTY_LIST + "202501/df342edcf34be5968eaeca51863801d9.shtml",
    ("lx-ym", 2024): COUNTY_LIST + "202501/25d53cd05bc250fff23367331a0aa348.shtml",
    ("lx-gaj", 2024): POLICE_LIST + "202501/f5ccb7c7b414f9a82a1f3f5d96745511.shtml",
}
STRIP = 25
_ROW, _FIELD = re.compile(r"<tr.*?</tr>", re.DOTALL | re.IGNORECASE), re.compile(r"<td.*?</td>", re.DOTALL | re.IGNORECASE)
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.warm_crawl"])
# What the readers' mistake is: one agency's first figure of table 三 is read as a thousand too many.
_MISTAKE = """
_rightly = read_document


def read_document(data, name, sha256):
    return tuple(_wrongly(each) for each in _rightly(data, name, sha256))


def _wrongly(read):
    if not isinstance(read, Reading) or (read.agency, read.year) != {whose!r}:
        return read
    cells = (replace(c, value=c.value + 1000) if c.address == "applications.new.natural" else c for c in read.cells)
    return replace(read, cells=tuple(cells))
"""


class Portal:
    """The pages, as they are now."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.unlisted = folder, {REPORTS["yl-sthjj", 2025]}
        self.outages: dict[str, int] = {}  # the beginning of a path → the status that it is answered with
        shutil.copytree(SAMPLES / "portal" / "night1", folder)
        self._printed = {key: self._file(path).read_text(encoding="utf-8") for key, path in REPORTS.items()}
        self._lists = {place: self._file(place + name).read_text(encoding="utf-8") for place, name in FIRST_PAGES.items()}
        self._rewrite_lists()

    def publish(self, key: Key) -> None:
        """A report appears in its list."""
        self.unlisted.discard(REPORTS[key])
        self._rewrite_lists()

    def figures(self, key: Key) -> list[list[int]]:
        """Table 三, 25 rows of 7 figures, and the strip of table 四 as one more row of 15: as the sample prints them."""
        return [[int(re.sub(r"<[^>]*>|&nbsp;|\s", "", field)) for field in row] for _, row in _rows(self._printed[key])]

    def show(self, key: Key, changed: dict[Cell, int], counter: int) -> None:
        """The report as the sample prints it, but for these cells; and how often somebody looked at the page."""
        page = self._printed[key]
        for (row, column), value in changed.items():
            whole, fields = _rows(page)[row]
            field = re.sub(r">\s*\d+\s*<", f">{value}<", fields[column])
            page = page.replace(whole, _spliced(whole, fields, column, field), 1)
        shown = page.replace("</body>", f"<!-- visits: {counter} -->\n</body>")
        self._file(REPORTS[key]).write_text(shown, encoding="utf-8")

    def _file(self, path: str) -> Path:
        return self._folder / path.lstrip("/")

    def _rewrite_lists(self) -> None:
        """Each list on one page, without the reports that are not played here."""
        for place, name in FIRST_PAGES.items():
            kept = [line for line in self._lists[place].split("\n") if self._is_kept(line, place)]
            count = sum(line.startswith('<li><span class="date">') for line in kept)
            text = re.sub(r"\('page_div',2, 1,'list','shtml',\d+\)", f"('page_div',1, 1,'list','shtml',{count})", "\n".join(kept))
            self._file(place + name).write_text(text.replace("createPageHTML(2,", "createPageHTML(1,"), encoding="utf-8")

    def _is_kept(self, line: str, place: str) -> bool:
        played = {path.removeprefix(place) for path in REPORTS.values()} - {path.removeprefix(place) for path in self.unlisted}
        is_report = line.startswith("<li>") and re.search("信息公开工作年度报告|信息公开工作年报", line) is not None
        return not is_report or any(path in line for path in played)


def _rows(page: str) -> list[tuple[str, list[str]]]:
    """Each row of tables 三 and 四 as it is written, and its fields of figures."""
    found = []
    for row in _ROW.findall(page):
        fields = _FIELD.findall(row)
        texts = [re.sub(r"<[^>]*>|&nbsp;|\s", "", field) for field in fields]
        count = 15 if len(fields) == 15 else 7
        if len(fields) >= 8 and all(text.isdigit() for text in texts[-count:]):
            found.append((row, fields[-count:]))
    return found


def _spliced(row: str, fields: list[str], column: int, field: str) -> str:
    """The row with another field in a column; fields that are written alike are told apart by their order."""
    at = len(row)
    for each in reversed(fields[column:]):
        at = row.rindex(each, 0, at)
    return row[:at] + field + row[at + len(fields[column]) :]


@contextmanager
def open_portal(portal: Portal) -> Iterator[int]:
    """Serve the portal with its outages. Yields the port."""

    class Answer(_Answer):
        disable_nagle_algorithm, wbufsize = True, -1

        def do_GET(self) -> None:  # noqa: N802
            path = urlsplit(self.path).path
            status = next((status for start, status in portal.outages.items() if path.startswith(start)), None)
            if status is None:
                super().do_GET()
            else:
                self._answer(HTTPStatus(status), b"<h1>no</h1>", "text/html", "")

    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *request: Answer((portal._folder,), *request))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def fork_crawl(folder: Path, seconds: float, on_tick: Callable[[], None] = lambda: None) -> str:
    """Run a crawl's job as launch.py does, in a process that need not import everything first."""
    running = _FORKS.Process(target=process.main, args=(folder,))
    running.start()
    running.join(seconds)
    return f"the crawl's process ended with code {running.exitcode}"


@dataclass
class Upgrades:
    """Readers of other versions: workers start from a copy of our packages, in which a version or a mistake is written."""

    folder: Path
    count: int = 0

    def __post_init__(self) -> None:
        root = Path(contain.__file__).resolve().parents[1]
        for name in ("flows", "tasks"):
            shutil.copytree(root / name, self.folder / name)
        for name in ("expectations", "warehouse"):
            (self.folder / name).symlink_to(root / name)
        self._rightly = (self.folder / "flows/read.py").read_text(encoding="utf-8")
        self._own = version.READER_VERSION

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Whoever starts a worker starts one of these."""
        with patch.object(contain, "_HOME", self.folder), patch.object(version, "READER_VERSION", self._own):
            self.install(0)
            try:
                yield
            finally:
                version.reading_version.cache_clear()

    def install(self, number: int, mistaken: tuple[str, int] | None = None) -> None:
        """Version `number` of the readers; `mistaken`: the agency and year whose figures it misreads."""
        version.READER_VERSION = f"{self._own}.{number}"
        version.reading_version.cache_clear()
        self._write("tasks/extract/version.py", f'"""Played."""\n\nREADER_VERSION = "{version.READER_VERSION}"\n')
        self._write("flows/read.py", self._rightly + (_MISTAKE.replace("{whose!r}", repr(mistaken)) if mistaken else ""))

    def _write(self, name: str, text: str) -> None:
        """A file anew, with nothing of it compiled before."""
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
            compiled.unlink()
