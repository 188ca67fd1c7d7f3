"""Containment: whatever a document does to its reader, it is quarantined with the reason, and the next one is read."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from flows.contain import Job, Limits, Readers
from flows.processes import descendants, end_tree, memory
from flows.read import read_document
from flows.version import data_files, reading_version
from tasks.extract.version import READER_VERSION
from tasks.records import Quarantine, Reading
from tests.paper import to_html, to_text, tying

ROOT = Path(__file__).resolve().parent.parent
PAGE = to_html(tying())
HASH = sha256(PAGE).hexdigest()

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")


@pytest.fixture
def readers() -> Iterator[Readers]:
    with Readers(Limits()) as found:
        yield found


def workers() -> set[int]:
    return set(descendants(os.getpid()))


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 180
    while not is_so():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


def refused(outcomes: tuple[Reading | Quarantine, ...]) -> Quarantine:
    [outcome] = outcomes
    assert isinstance(outcome, Quarantine)
    return outcome


def test_a_worker_reads_exactly_what_we_would_have_read(readers: Readers) -> None:
    assert readers.read(PAGE, "a.html", HASH) == read_document(PAGE, "a.html", HASH)
    assert readers.read(b"", "empty", "0" * 64) == read_document(b"", "empty", "0" * 64)


def test_one_worker_reads_many_documents_and_several_keep_the_order() -> None:
    pages = [to_text(tying(seed=seed)) for seed in range(6)]
    jobs = [Job(lambda page=page: page, str(number), str(number)) for number, page in enumerate(pages)]  # type: ignore[misc]
    before = workers()
    with Readers(Limits(), 2) as readers:
        found = [outcome.sha256 for outcomes in readers.read_all(jobs) for outcome in outcomes]
        assert 1 <= len(workers() - before) <= 2
    assert found == ["0", "1", "2", "3", "4", "5"]
    assert workers() <= before


def test_a_document_over_the_time_limit_is_ended_and_the_next_one_is_read() -> None:
    with Readers(Limits(seconds=1.5)) as readers:
        before = workers()
        readers.start()
        [worker] = workers() - before
        wait_until(lambda: (memory(worker) or 0) > 0)
        readers.read(PAGE, "first", HASH)
        os.kill(worker, signal.SIGSTOP)  # as stuck as can be
        late = refused(readers.read(PAGE, "stuck.pdf", HASH))
        assert late.kind == "DocumentTooLarge"
        assert "stuck.pdf: reading it was not done after 1.5 seconds" in late.reason
        assert "GOUJI_READ_TIMEOUT_SECONDS" in late.reason
        assert late.reader_version == reading_version()
        assert not is_running(worker)


def test_a_document_over_the_memory_limit_is_ended_and_the_next_one_is_read() -> None:
    with Readers(Limits(megabytes=200)) as readers:
        rows = b"<table>" + b"<tr><td>1</td></tr>" * 1_500_000
        large = refused(readers.read(rows, "rows.html", HASH))
        assert large.kind == "DocumentTooLarge"
        assert "rows.html: reading it took more than 200 MB" in large.reason
        assert "GOUJI_READ_MEMORY_MB" in large.reason
        assert isinstance(readers.read(PAGE, "next", HASH)[0], Reading)


@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGKILL])
def test_a_document_that_crashes_its_reader_is_quarantined_and_the_next_one_is_read(readers: Readers, how: int) -> None:
    before = workers()
    readers.read(PAGE, "first", HASH)
    [worker] = workers() - before
    os.kill(worker, signal.SIGSTOP)
    threading.Timer(0.3, lambda: [os.kill(worker, how), os.kill(worker, signal.SIGCONT)]).start()
    crashed = refused(readers.read(PAGE, "crash.pdf", HASH))
    assert crashed.kind == "ReaderCrashed"
    assert f"crash.pdf: the reader crashed on it ({signal.Signals(how).name}" in crashed.reason
    assert isinstance(readers.read(PAGE, "next", HASH)[0], Reading)


def test_a_worker_knows_nothing_of_prefect_or_the_warehouse() -> None:
    heavy = {"prefect", "pandas", "great_expectations", "sqlalchemy", "scrapy"}
    code = f"import sys, flows.worker, flows.read, flows.version; print(sorted(set(sys.modules) & {heavy}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_end_reaches_what_was_started_in_another_session() -> None:
    code = "import subprocess, sys; subprocess.Popen(['sleep', '99'], start_new_session=True).wait()"
    process = subprocess.Popen([sys.executable, "-c", code])
    wait_until(lambda: len(descendants(process.pid)) == 1)
    [child] = descendants(process.pid)
    end_tree(process.pid)
    process.wait()
    wait_until(lambda: not is_running(child))


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_worker_and_no_file_is_left_when_the_reading_process_ends(how: int, tmp_path: Path) -> None:
    code = (
        "from flows.contain import *; page = b'<table>' + b'<tr><td>1</td></tr>' * 3_000_000\n"
        "with Readers(Limits(), 2) as readers: list(readers.read_all([Job(lambda: page, 'x', 'y')] * 2))"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, start_new_session=True
    )
    busy = 250_000_000  # bytes: a worker that holds as much is in the middle of the page
    wait_until(lambda: any((memory(child) or 0) > busy for child in descendants(process.pid)))
    children = descendants(process.pid)
    os.kill(process.pid, how)
    process.wait()
    wait_until(lambda: not any(map(is_running, children)))
    wait_until(lambda: not list(tmp_path.iterdir()))


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_no_file_is_left_when_the_reading_process_ends_before_its_worker_is_ready(tmp_path: Path) -> None:
    code = "import time; from flows.contain import *; r = Readers(Limits()); r.start(); print(flush=True); time.sleep(99)"
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        [worker] = descendants(process.pid)
        os.kill(worker, signal.SIGSTOP)
        process.kill()
    assert list(tmp_path.iterdir())
    os.kill(worker, signal.SIGCONT)
    wait_until(lambda: not list(tmp_path.iterdir()))


# Our own data files


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("flows", "tasks", "expectations", "warehouse"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def gouji(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "flows", *words], cwd=place, capture_output=True, text=True, check=False)


def version_in(place: Path) -> str:
    code = "from flows.version import reading_version; print(reading_version())"
    return subprocess.run([sys.executable, "-c", code], cwd=place, capture_output=True, text=True, check=True).stdout.strip()


def test_the_reading_version_changes_with_what_readings_are_made_by_and_with_nothing_else(copy: Path) -> None:
    assert version_in(copy) == reading_version()
    assert reading_version().startswith(f"{READER_VERSION}+")
    with (copy / "expectations" / "rules" / "values.yml").open("a", encoding="utf-8") as rules:
        rules.write("\n# another rule\n")
    assert version_in(copy) == reading_version()
    with (copy / "expectations" / "forms" / "2021.yml").open("a", encoding="utf-8") as form:
        form.write("\n# another alias\n")
    assert version_in(copy) != reading_version()


def test_a_wrong_data_file_of_ours_is_said_plainly_and_no_document_is_blamed(copy: Path) -> None:
    (copy / "report.html").write_bytes(PAGE)
    with (copy / "expectations" / "head.yml").open("a", encoding="utf-8") as head:
        head.write("\ntitels: []\n")
    register = "id,name,aliases,level,parent,supervisor,start_urls\na,甲局,,县级部门,,乙,http://127.0.0.1:1/\n"
    (copy / "agencies.csv").write_text(register, encoding="utf-8")
    for words in (["read", "report.html"], ["nightly"]):
        done = gouji(copy, *words)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert done.stderr.startswith("gouji: ")
        assert "head.yml: key titels" in done.stderr
        assert "Traceback" not in done.stderr
    assert not (copy / "var").exists()


def test_every_data_file_that_readings_depend_on_is_checked_before_a_night_begins() -> None:
    code = (
        "import sys; seen = []\n"
        "sys.addaudithook(lambda event, args: event == 'open' and seen.append(str(args[0])))\n"
        "from flows.version import check_data; check_data()\n"
        "print('\\n'.join(path for path in seen if path.endswith('.yml')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    opened = {str(Path(line).resolve()) for line in done.stdout.splitlines()}
    assert {str(path) for path in data_files()} <= opened
    assert data_files()
