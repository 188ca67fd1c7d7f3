"""The archive in a bucket: against a real S3 server on loopback, from keeping a document to a whole night and its replay."""

from __future__ import annotations

import logging
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

from flows import night as steps
from flows.portal import free_port, serve_portal
from flows.replay import replay
from flows.settings import Settings
from tasks.errors import ArchiveDamaged, WarehouseError
from tests.paper import to_html, tying
from tests.small_world import AT
from warehouse import bucket
from warehouse.dump import canonical_dump
from warehouse.engine import open_warehouse
from warehouse.files import Archive

ROOT = Path(__file__).resolve().parent.parent
NIGHT = date(2026, 1, 27)
BODY = "一、总体情况".encode()
NAME = sha256(BODY).hexdigest()
KEY = f"deep/er/sha256/{NAME[:2]}/{NAME[2:4]}/{NAME}"
_NUMBERS = count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The endpoint of an S3 server."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of ours, no key of the machine's, and a proxy that reaches nobody."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "GOUJI_")) or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")


@pytest.fixture
def s3(server: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of another make than ours, to look behind the archive's back."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    return boto3.client("s3", region_name="us-east-1", config=Config(proxies={}))


@pytest.fixture
def url(s3: Any) -> str:
    """The address of an empty archive."""
    name = f"kept-{next(_NUMBERS)}"
    s3.create_bucket(Bucket=name)
    return f"s3://{name}/deep/er"


def objects(s3: Any, url: str) -> list[str]:
    return [each["Key"] for each in s3.list_objects_v2(Bucket=url.split("/")[2]).get("Contents", [])]


def requests(caplog: pytest.LogCaptureFixture, work: Callable[[], object]) -> list[str]:
    """The methods of the requests that reach the server meanwhile."""
    caplog.clear()
    with caplog.at_level(logging.INFO, "werkzeug"):
        work()
    lines = (record.getMessage() for record in caplog.records if record.name == "werkzeug")
    return [found[1] for line in lines if (found := re.search(r'"\W*(?:\[\d+m)?([A-Z]+) /', line))]


def test_what_is_kept_is_one_object_of_its_bytes(s3: Any, url: str) -> None:
    archive = Archive(url)
    assert not archive.has(NAME)
    assert (archive.keep(BODY), archive.keep(BODY)) == (NAME, NAME)
    assert archive.has(NAME)
    assert archive.read(NAME) == BODY
    assert objects(s3, url) == [KEY]
    assert s3.get_object(Bucket=url.split("/")[2], Key=KEY)["Body"].read() == BODY


def test_many_threads_may_read_at_once(url: str) -> None:
    archive, bodies = Archive(url), [str(number).encode() for number in range(20)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(archive.read, threads.map(archive.keep, bodies))) == bodies


def test_a_new_document_costs_two_requests_and_a_kept_one_costs_one(url: str, caplog: pytest.LogCaptureFixture) -> None:
    archive = Archive(url)
    assert requests(caplog, lambda: archive.keep(BODY)) == ["HEAD", "PUT"]
    assert requests(caplog, lambda: archive.keep(BODY)) == ["HEAD"]
    assert requests(caplog, lambda: archive.read(NAME)) == ["GET"]
    assert requests(caplog, lambda: archive.has(NAME)) == ["HEAD"]


def test_what_another_process_keeps_or_deletes_is_seen_at_once(s3: Any, url: str) -> None:
    archive, other = Archive(url), f"from warehouse.files import Archive; Archive({url!r}).keep({BODY!r})"
    assert not archive.has(NAME)
    with pytest.raises(ArchiveDamaged, match="the file is missing"):
        archive.read(NAME)
    subprocess.run([sys.executable, "-c", other], cwd=ROOT, check=True)
    assert archive.has(NAME)
    assert archive.read(NAME) == BODY
    s3.delete_object(Bucket=url.split("/")[2], Key=KEY)
    assert not archive.has(NAME)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be forked")
def test_a_forked_process_makes_a_connection_of_its_own(url: str) -> None:
    archive = Archive(url)
    archive.keep(BODY)
    child = os.fork()
    if child == 0:
        os._exit(0 if archive.read(NAME) == BODY and archive.keep(b"of the child") else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert archive.read(sha256(b"of the child").hexdigest()) == b"of the child"


def test_damaged_and_cut_objects_are_told_and_a_cut_one_is_kept_again(s3: Any, url: str) -> None:
    archive, place = Archive(url), {"Bucket": url.split("/")[2], "Key": KEY}
    archive.keep(BODY)
    s3.put_object(**place, Body=BODY[::-1])
    with pytest.raises(ArchiveDamaged, match=f"{url}/sha256/.*the bytes hash to"):
        archive.read(NAME)
    s3.put_object(**place, Body=BODY[:4])
    archive.keep(BODY)
    assert archive.read(NAME) == BODY


ACTIONS: dict[str, Callable[[Archive], object]] = {
    "keep": lambda archive: archive.keep(BODY),
    "read": lambda archive: archive.read(NAME),
    "has": lambda archive: archive.has(NAME),
    "check": lambda archive: archive.check(),
}


def refusal(archive: Archive, action: str, seconds: float = 10.0) -> str:
    """The error that an action ends with, in good time."""
    start = time.monotonic()
    with pytest.raises(WarehouseError) as caught:
        ACTIONS[action](archive)
    assert time.monotonic() - start < seconds
    assert type(caught.value) is WarehouseError
    return str(caught.value)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_bucket_that_is_not_there_is_said(s3: Any, action: str) -> None:
    assert "s3://nobodys/x: there is no such bucket" in refusal(Archive("s3://nobodys/x"), action)


@pytest.fixture
def guarded(server: str, url: str) -> Iterator[str]:
    """An archive whose server asks who is there."""

    def open_after(actions: int) -> None:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        asked = urllib.request.Request(f"{server}/moto-api/reset-auth", str(actions).encode(), {"Content-Type": "text/plain"})
        direct.open(asked).close()

    open_after(0)
    yield url
    open_after(1_000_000_000)


@pytest.mark.parametrize("action", ACTIONS)
def test_keys_that_the_server_does_not_know_are_said_and_never_shown(guarded: str, action: str) -> None:
    said = refusal(Archive(guarded), action)
    assert "does not let us in" in said
    assert "Check AWS_ACCESS_KEY_ID" in said
    assert "somebody" not in said and "s3cret" not in said


def test_no_keys_at_all_is_said(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "Unable to locate credentials" in refusal(Archive(url), "keep")


@contextmanager
def silence() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.mark.parametrize("action", ["keep", "read"])
def test_a_server_that_is_down_or_silent_is_said_in_good_time(url: str, monkeypatch: pytest.MonkeyPatch, action: str) -> None:
    monkeypatch.setattr(bucket, "READ_SECONDS", 0.3)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port(0)}")
    assert "the archive does not answer" in refusal(Archive(url), action)
    with silence() as port:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://user:pa55@127.0.0.1:{port}")
        said = refusal(Archive(url), action)
    assert "the archive does not answer" in said
    assert "pa55" not in said


@contextmanager
def breaking_off(times: int) -> Iterator[int]:
    """A server that breaks off so many times in the middle of a body, and then sends it whole."""
    asked = count(1)

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY[:4] if next(asked) <= times else BODY)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as serving:
        Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield serving.server_port
        serving.shutdown()


def test_a_body_that_breaks_off_is_asked_for_once_more(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with breaking_off(1) as port:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        assert Archive(url).read(NAME) == BODY
    with breaking_off(9) as port:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        assert "the archive does not answer" in refusal(Archive(url), "read")


def test_limits_are_seconds_not_minutes() -> None:
    assert bucket.TRIES * max(bucket.CONNECT_SECONDS, bucket.READ_SECONDS) < 60


@pytest.mark.parametrize("wrong", ["s3://", "s3:///prefix", "s3://KEY:S3CRET@kept/x", "s3://KEY:S3/CRET@kept/x"])
def test_an_address_that_is_none_is_refused_and_a_key_in_it_not_repeated(wrong: str) -> None:
    with pytest.raises(WarehouseError, match=r"expected|Expected s3://bucket/prefix") as caught:
        Archive(wrong)
    assert "CRET" not in str(caught.value)


@pytest.mark.parametrize("other", ["http://example.org/kept", "gs://kept", "simplecache::s3://kept"])
def test_other_kinds_of_place_are_refused(other: str) -> None:
    with pytest.raises(WarehouseError, match=r"Expected a folder, or s3://bucket/prefix"):
        Archive(other)


# A whole night


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Path]:
    """A register of one agency, and its site with two reports."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "2023.html").write_bytes(to_html(tying(seed=9)))
    (site / "2022.html").write_bytes(to_html(replace(tying(seed=4), year=2022)))
    links = "".join(
        f"<li><a href='{year}.html'>{year}年政府信息公开工作年度报告</a> {year + 1}-01-20</li>" for year in (2023, 2022)
    )
    (site / "index.html").write_text(f"<html><body><ul>{links}</ul></body></html>", encoding="utf-8")
    port = free_port(0)
    lines = (
        f"id,name,aliases,level,parent,supervisor,start_urls\na,云澜市水务局,,市级部门,,办,http://127.0.0.1:{port}/index.html\n"
    )
    (tmp_path / "agencies.csv").write_text(lines, encoding="utf-8")
    with serve_portal((site,), port):
        yield tmp_path / "agencies.csv"


def run_night(settings: Settings) -> str:
    """A night's steps up to the rules; returns all that the warehouse then holds."""
    work = steps.begin(settings, NIGHT, lambda: AT)
    try:
        found = steps.crawl_agencies(work)
        steps.load_crawl(work, found, steps.archive_documents(work, found))
        for batch in steps.unread_batches(work):
            steps.read_batch(work, batch)
        steps.assess_reports(work)
        return canonical_dump(work.engine)
    finally:
        work.readers.close()
        work.engine.dispose()


def test_a_night_and_its_replay_are_the_same_in_a_bucket_as_in_a_folder(
    s3: Any, url: str, register: Path, tmp_path: Path
) -> None:
    held, settings = {}, {}
    for name, archive_url in (("folder", None), ("bucket", url)):
        settings[name] = Settings(
            data_dir=tmp_path / name,
            agencies=register,
            archive_url=archive_url,
            crawl_delay_seconds=0,
            crawl_private=True,
            read_workers=1,
        )
        held[name] = run_night(settings[name])
    assert held["bucket"] == held["folder"]
    assert '"T3-BAL"' in held["bucket"]
    kept = sorted(path.name for path in (tmp_path / "folder" / "archive").rglob("*") if path.is_file())
    assert sorted(key.rpartition("/")[2] for key in objects(s3, url)) == kept
    assert len(kept) == 3  # the list, and what it lists
    assert not (tmp_path / "bucket" / "archive").exists()
    again = list(replay(settings["bucket"], is_dry=False, every=True, limit=None))
    assert [each.is_any for each in again] == [False, False]
    assert canonical_dump(open_warehouse(settings["bucket"].warehouse_url())) == held["folder"]


def test_a_night_does_not_begin_without_its_bucket(s3: Any, register: Path, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", agencies=register, archive_url="s3://nobodys")
    with pytest.raises(WarehouseError, match="there is no such bucket"):
        steps.check(settings)
