"""What the crawl and its process tell each other through a folder: a job, then events line by line, and bodies as files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TextIO

from pydantic import TypeAdapter, ValidationError

from tasks.fetched import Before, ColumnBefore, ColumnOutcome
from tasks.records import Agency


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """How politely and how patiently to crawl. Hosts are read side by side, each host by one request at a time.

    `delay_seconds` lies between two requests to a host; `contact` (an address or URL) is told to every site;
    `retry_seconds` is the first pause before asking again, doubled each time. A site may be silent for `timeout_seconds`, one
    answer may take `answer_seconds` as a whole, one page `page_seconds` of our processor to read; `total_seconds` ends the crawl.
    `allow_private` lets it read private, loopback and reserved network addresses.
    """

    delay_seconds: float = 1.5
    timeout_seconds: float = 30.0
    answer_seconds: float = 300.0
    page_seconds: float = 20.0
    max_bytes: int = 100_000_000
    user_agent: str = "gouji"
    contact: str = ""
    max_pages: int = 200
    retries: int = 2
    retry_seconds: float = 2.0
    hosts_at_once: int = 32
    total_seconds: float = 6 * 3600.0
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A start URL and the agencies that share it; `before`: how earlier nights found it, if any read it to its end."""

    start_url: str
    agencies: tuple[Agency, ...]
    before: ColumnBefore | None = None


@dataclass(frozen=True, slots=True)
class Scouting:
    """A search for columns instead of a night's crawl: from this page on, at most so many pages and so many clicks away."""

    url: str
    pages: int
    depth: int


@dataclass(frozen=True, slots=True)
class Job:
    """All that the crawl's process has to know. `hosts`: those of the register; `archive`: where known pages of lists lie.

    scouting: what to do instead of reading the columns.
    """

    night: date
    columns: tuple[Column, ...]
    before: Before
    hosts: frozenset[str]
    archive: str
    options: CrawlOptions
    scouting: Scouting | None = None


@dataclass(frozen=True, slots=True)
class Sighted:
    """An agency's report was listed. `order` is its place: page of the list, entry, attachment."""

    agency_id: str
    year: int | None
    url: str
    title: str
    published: date | None
    listing_url: str
    start_url: str
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking for one document: a body or "unchanged" (`sha256` says which), or a failure's kind and reason.

    `published` is the date that an article's own page gives.
    """

    url: str
    sha256: str = ""
    status: int = 0
    media_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    has_body: bool = False
    published: date | None = None
    kind: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of a list that lists something else than when it was last kept (see ListPage). `order`: list, page."""

    start_url: str
    address: str
    url: str
    sha256: str
    fingerprint: str
    status: int
    media_type: str
    headers: tuple[tuple[str, str], ...]
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page says of itself and its site, each as printed, blank where it does not.

    site, column: its metas. crumbs: its breadcrumb (当前位置), from the home page on. title: its <title>. host: who runs the
    site (主办). code: 政府网站标识码. usccs: the valid 统一社会信用代码 with which 索引号 on it
    begin.
    """

    site: str = ""
    column: str = ""
    crumbs: tuple[str, ...] = ()
    title: str = ""
    host: str = ""
    code: str = ""
    usccs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """The scout looked at a page, or could not (a failure's kind and reason), or had no more pages left (`is_over`).

    foreign: addresses on other sites' hosts that look like a unit's page or a column, and were not followed.
    """

    url: str
    facts: PageFacts = field(default_factory=PageFacts)
    kind: str = ""
    reason: str = ""
    is_over: bool = False
    foreign: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelf:
    """The scout found a column. `unit`: the unit whose page led to it. `is_called`: a link calls it a column of reports."""

    start_url: str
    facts: PageFacts
    unit: str = ""
    is_called: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """A column lists an annual report. `year` is None where neither title nor address tells it."""

    start_url: str
    url: str
    title: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the ledger: exactly one of these."""

    sighted: Sighted | None = None
    answer: Answer | None = None
    outcome: ColumnOutcome | None = None
    shown: Shown | None = None
    looked: Looked | None = None
    shelf: Shelf | None = None
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that the ledger holds."""

    sighted: tuple[Sighted, ...] = field(default=())
    answers: tuple[Answer, ...] = field(default=())
    outcomes: tuple[ColumnOutcome, ...] = field(default=())
    shown: tuple[Shown, ...] = field(default=())
    looked: tuple[Looked, ...] = field(default=())
    shelves: tuple[Shelf, ...] = field(default=())
    entries: tuple[Entry, ...] = field(default=())


_JOB = TypeAdapter(Job)
_EVENT = TypeAdapter(Event)


def write_job(folder: Path, job: Job) -> None:
    """Put the job into the folder."""
    _job_file(folder).write_bytes(_JOB.dump_json(job))


def read_job(folder: Path) -> Job:
    """Take the job from the folder."""
    return _JOB.validate_json(_job_file(folder).read_bytes())


def body_file(folder: Path, sha256: str) -> Path:
    """Where a body lies."""
    return folder / "bodies" / sha256


def log_file(folder: Path) -> Path:
    """Where the crawl's process writes what went wrong inside it."""
    return folder / "crawl.log"


class Ledger:
    """The writing end, inside the crawl's process. Each event is on disk before the next begins."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: TextIO = _ledger_file(folder).open("a", encoding="utf-8")
        body_file(folder, "").mkdir(exist_ok=True)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def tell(self, event: Event) -> None:
        """Write an event."""
        self._file.write(_EVENT.dump_json(event).decode() + "\n")
        self._file.flush()

    def keep(self, body: bytes) -> str:
        """Write a body and give its SHA-256."""
        sha256 = hashlib.sha256(body).hexdigest()
        body_file(self._folder, sha256).write_bytes(body)
        return sha256


def read_ledger(folder: Path) -> Told:
    """The reading end: all events; a last line that a killed process left unfinished is no event."""
    events = tuple(_events(folder))
    return Told(
        sighted=tuple(event.sighted for event in events if event.sighted),
        answers=tuple(event.answer for event in events if event.answer),
        outcomes=tuple(event.outcome for event in events if event.outcome),
        shown=tuple(event.shown for event in events if event.shown),
        looked=tuple(event.looked for event in events if event.looked),
        shelves=tuple(event.shelf for event in events if event.shelf),
        entries=tuple(event.entry for event in events if event.entry),
    )


def _events(folder: Path) -> Iterator[Event]:
    if not _ledger_file(folder).exists():
        return
    with _ledger_file(folder).open(encoding="utf-8") as lines:
        for line in lines:
            try:
                yield _EVENT.validate_json(line)
            except ValidationError:
                return


def _job_file(folder: Path) -> Path:
    return folder / "job.json"


def _ledger_file(folder: Path) -> Path:
    return folder / "ledger.jsonl"
