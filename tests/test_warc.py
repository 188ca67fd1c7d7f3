"""`gouji warc`: a standard WARC file whose bodies, digests and metadata are the archive's; a choice gives one file."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import Engine
from warcio.archiveiterator import ArchiveIterator

from flows.warc import warc
from tasks import load
from tasks.errors import SettingsError
from tasks.publish.warc import write_warc
from tasks.records import Document, Sighting
from tests.small_world import AGENCIES, AT, GOOD, NIGHTS, Page, crawl_of, load_night
from warehouse.engine import open_warehouse
from warehouse.evidence import Evidence, Seen, Selection, evidence
from warehouse.files import Archive

ROOT = Path(__file__).resolve().parent.parent
ZONE = ZoneInfo("Asia/Shanghai")
OLD = Page("2022 new=7 concluded=7", 2022)
COPY = replace(GOOD, agency="b", url="http://example.org/b/copy.html")  # the same bytes at another agency's address
EVERYTHING = Selection()
RENAMED = replace(AGENCIES[0], name="甲局（新）")


def fill(engine: Engine) -> None:
    """Three nights: two reports; one of them also elsewhere; then only the newer one is left, and its agency has another name."""
    load.start_run(engine, NIGHTS[1], lambda: datetime(2024, 3, 1, 18, 30, tzinfo=UTC))
    load_night(engine, NIGHTS[0], GOOD, OLD)
    load_night(engine, NIGHTS[1], GOOD, OLD, COPY)
    load.load_register(engine, (RENAMED, AGENCIES[1]), NIGHTS[2])
    load.load_crawl(engine, crawl_of(NIGHTS[2], (GOOD,)), ())


@pytest.fixture
def data(tmp_path: Path) -> Path:
    engine, files = open_warehouse(f"sqlite:///{tmp_path / 'gouji.db'}"), Archive(str(tmp_path / "archive"))
    fill(engine)
    engine.dispose()
    for page in (GOOD, OLD):
        files.keep(page.body.encode())
    return tmp_path


def gouji(data: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows", "warc", "--data", str(data), *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def records(content: bytes) -> list[tuple[str, Any, Any, bytes]]:
    """Type, headers, HTTP headers and content of every record, digests checked."""
    return [
        (record.rec_type, record.rec_headers, record.http_headers, record.content_stream().read())
        for record in ArchiveIterator(io.BytesIO(content), check_digests="raise")
    ]


def fields(content: bytes) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in content.decode().splitlines())


def written(engine: Engine, selection: Selection = EVERYTHING) -> bytes:
    """The WARC of a choice, from the small world's pages."""
    bodies = {page.sha256: page.body.encode() for page in (GOOD, OLD)}
    made = io.BytesIO()
    with engine.connect() as connection:
        items = [(each, bodies[each.document.sha256]) for each in evidence(connection, selection, ZONE)]
    write_warc(made, {"software": "gouji"}, AT, items, is_gzip=True)
    return made.getvalue()


def test_bodies_are_the_archives_and_metadata_say_who_showed_them_when(engine: Engine) -> None:
    fill(engine)
    found = records(written(engine))
    assert [kind for kind, *_ in found] == [
        "warcinfo",
        *("response", "metadata", "metadata"),  # 2022: seen, then withdrawn; what did not change in between says nothing
        *("response", "revisit", "metadata", "metadata", "metadata"),  # 2023: seen, and a copy seen and withdrawn
    ]
    for kind, headers, http, content in found:
        if kind == "response":
            page = next(page for page in (GOOD, OLD) if page.address == headers["WARC-Target-URI"])
            assert content == page.body.encode()
            assert headers["X-Gouji-SHA256"] == sha256(content).hexdigest() == page.sha256
            assert headers["WARC-Date"] == "2024-03-01T18:00:00Z"
            assert (http.protocol, http.statusline) == ("HTTP/1.1", "200 OK")
            assert (http["ETag"], http["Content-Length"]) == (f'"{page.sha256[:8]}"', str(len(content)))
    told = [fields(content) for kind, _, _, content in found if kind == "metadata"]
    assert [(each["agency"], each["night"], each["state"]) for each in told] == [
        ("甲局", "2024-03-01", "new"),
        ("甲局（新）", "2024-03-03", "withdrawn"),
        ("甲局", "2024-03-01", "new"),
        ("乙局", "2024-03-02", "new"),
        ("乙局", "2024-03-03", "withdrawn"),
    ]
    assert told[0] | {"etag": "", "state": ""} == {
        "sha256": OLD.sha256,
        "agency-id": "a",
        "agency": "甲局",
        "year": "2022",
        "title": "2022年政府信息公开工作年度报告",
        "published": "2024-01-20",
        "url": OLD.address,
        "via": "http://example.org/list/a",
        "night": "2024-03-01",
        "etag": "",
        "state": "",
    }
    assert "NotListed" in told[1]["reason"]


def test_every_record_refers_to_one_before_it(engine: Engine) -> None:
    fill(engine)
    seen: dict[str, tuple[str, Any]] = {}
    for kind, headers, _, _ in records(written(engine)):
        if kind in ("revisit", "metadata"):
            to_kind, to = seen[headers["WARC-Refers-To"]]
            if kind == "revisit":
                assert to_kind == "response"
                assert headers["WARC-Refers-To-Target-URI"] == to["WARC-Target-URI"]
                assert headers["WARC-Refers-To-Date"] == to["WARC-Date"]
                assert headers["WARC-Payload-Digest"] == to["WARC-Payload-Digest"]
                assert headers["WARC-Profile"].endswith("/revisit/identical-payload-digest")
                assert headers["WARC-Date"] == "2024-03-01T18:30:00Z"  # when the run of that night began
            else:
                assert to["WARC-Target-URI"] == headers["WARC-Target-URI"]
        assert headers["WARC-Record-ID"] not in seen
        seen[headers["WARC-Record-ID"]] = kind, headers


@pytest.mark.parametrize(
    ("selection", "kinds"),
    [
        (
            Selection(agencies=("b",)),
            "response revisit metadata metadata",
        ),  # the response is agency a's page: it brought the bytes
        (Selection(years=(2022,)), "response metadata metadata"),
        (Selection(since=NIGHTS[2]), "response metadata response metadata metadata"),
        (Selection(until=NIGHTS[0]), "response metadata response metadata"),
        (Selection(agencies=("a",), years=(2023,), since=NIGHTS[1], until=NIGHTS[1]), "response metadata"),
    ],
)
def test_only_what_is_chosen_is_written(engine: Engine, selection: Selection, kinds: str) -> None:
    fill(engine)
    assert [kind for kind, *_ in records(written(engine, selection))][1:] == kinds.split()


def test_the_same_choice_gives_the_same_bytes_also_after_later_nights(engine: Engine) -> None:
    fill(engine)
    past = Selection(until=NIGHTS[2])
    before = written(engine, past)
    load_night(engine, NIGHTS[3], GOOD, OLD)
    assert written(engine, past) == before
    assert written(engine) != before
    assert before[4:8] == bytes(4), "a gzip member's time is not set"


# Headers as sites send them

FIRST = Document("0" * 64, 4, "text/html", "http://a.cn/1.html", 200, AT)
SEEN = Seen(Sighting("a", 2023, FIRST.url, "年报", None, "http://a.cn/", date(2024, 3, 1)), "甲局", "new", "", "", "", AT)


def one(body: bytes, **changed: Any) -> tuple[Any, Any, bytes]:
    """The first document's record, of a WARC with one document."""
    document = replace(FIRST, sha256=sha256(body).hexdigest(), size=len(body), **changed)
    made = io.BytesIO()
    seen = replace(SEEN, sighting=replace(SEEN.sighting, url=document.url))
    write_warc(made, {"software": "gouji"}, AT, [(Evidence(document, (seen,)), body)], is_gzip=False)
    kinds = records(made.getvalue())
    assert [kind for kind, *_ in kinds][0::2] == ["warcinfo", "metadata"]
    return kinds[1][1:]


def test_what_is_no_longer_true_of_the_kept_body_stands_under_another_name() -> None:
    sent = (("Content-Encoding", "gzip"), ("Content-Length", "3"), ("Transfer-Encoding", "chunked"))
    _, http, content = one(b"<p>text", headers=sent)
    assert content == b"<p>text"
    assert http["Content-Length"] == "7"
    assert [http[name] for name in ("Content-Encoding", "Transfer-Encoding")] == [None, None]
    assert [http[f"X-Archive-Orig-{name}"] for name, _ in sent] == ["gzip", "3", "chunked"]


def test_a_body_that_could_not_be_decoded_keeps_its_encoding() -> None:
    for encoding, body in (("br2", b"??"), ("x-gzip", b"\x1f\x8b??")):
        assert one(body, headers=(("Content-Encoding", encoding),))[1]["Content-Encoding"] == encoding


def test_a_headers_own_bytes_are_kept() -> None:
    name = "附件; filename=年报.doc".encode().decode("latin-1")  # as Scrapy hands it over
    assert one(b"x", headers=(("Content-Disposition", name),))[1]["Content-Disposition"] == "附件; filename=年报.doc"


def test_a_status_without_a_name_has_none() -> None:
    assert one(b"x", status=299)[1].statusline == "299"


@pytest.mark.parametrize(
    ("url", "status", "uri"),
    [
        ("inbox/2023年报 终.doc", 0, "file:///inbox/2023%E5%B9%B4%E6%8A%A5%20%E7%BB%88.doc"),
        ("file:///tmp/a.doc", 200, "file:///tmp/a.doc"),
        ("http://a.cn/1.html", 0, "http://a.cn/1.html"),
    ],
)
def test_what_did_not_come_by_http_is_a_resource(url: str, status: int, uri: str) -> None:
    headers, http, content = one(b"x", url=url, status=status, media_type="")
    assert (headers["WARC-Type"], headers["WARC-Target-URI"], http, content) == ("resource", uri, None, b"x")
    assert headers["Content-Type"] == "application/octet-stream"


TEXTS = some.text(max_size=20) | some.sampled_from(["gzip", "deflate", "br", "chunked", "年报", "a\r\nSet-Cookie: b", "\r\n\r\n"])
NAMES = TEXTS | some.sampled_from(["Content-Encoding", "content-length", "Transfer-Encoding", "ETag", "Content-Type", ":", " a"])


@given(
    some.binary(max_size=50),
    some.lists(some.tuples(NAMES, TEXTS), max_size=5),
    some.integers(0, 1000),
    TEXTS,
    TEXTS.map("http://a.cn/{}".format) | TEXTS,
)
def test_no_header_breaks_the_file(body: bytes, sent: list[tuple[str, str]], status: int, media_type: str, url: str) -> None:
    document = Document(sha256(body).hexdigest(), len(body), media_type, url, status, AT, tuple(sent))
    seen = replace(SEEN, sighting=replace(SEEN.sighting, title=media_type, url=url), etag=media_type)
    made = io.BytesIO()
    write_warc(made, {"software": "gouji"}, AT, [(Evidence(document, (seen,)), body)], is_gzip=True)
    found = list(raw_records(made.getvalue()))
    assert [kind for kind, *_ in found] == ["warcinfo", found[1][0], "metadata"]
    assert found[1][1] == body
    assert found[1][2] in (None, str(len(body)))


def raw_records(content: bytes) -> Iterator[tuple[str, bytes, str | None]]:
    """Type and payload as it lies in the file, and the HTTP length that is stated for it."""
    for record in ArchiveIterator(io.BytesIO(content), check_digests="raise"):
        yield record.rec_type, record.raw_stream.read(), record.http_headers and record.http_headers["Content-Length"]


# The command


def test_the_command_writes_a_file_that_passes_the_checker_and_again_the_same(data: Path) -> None:
    done = gouji(data, "--out", data / "a.warc.gz")
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 documents" in done.stdout
    for name in ("b.warc.gz", "b.warc.gz", "c.warc"):  # the second time in the place of the first
        warc(data / name, data=data)
    assert (data / "a.warc.gz").read_bytes() == (data / "b.warc.gz").read_bytes()
    checker = [sys.executable, "-m", "warcio.cli", "check", "-v", str(data / "a.warc.gz"), str(data / "c.warc")]
    done = subprocess.run(checker, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("digest pass") >= 10
    info = fields(records((data / "a.warc.gz").read_bytes())[0][3])
    assert info["software"].startswith("gouji/")
    assert info["description"] == "all agencies; all report years; seen on any night"
    assert info["conformsTo"].endswith("/warc-1.1/")
    assert not list(data.glob(".*.part"))


def test_the_command_chooses_and_says_what_it_chose(data: Path) -> None:
    warc(data / "x.warc", agency=["b"], year=[2023], night="2024-03-02", data=data)
    found = records((data / "x.warc").read_bytes())
    assert [kind for kind, *_ in found] == ["warcinfo", "response", "revisit", "metadata"]
    assert fields(found[0][3])["description"] == "agencies b; report years 2023; seen on the night of 2024-03-02"


def test_a_damaged_document_is_named_and_the_others_are_written(data: Path) -> None:
    place = data / "archive" / "sha256" / OLD.sha256[:2] / OLD.sha256[2:4] / OLD.sha256
    place.write_bytes(b"other")
    done = gouji(data, "--out", data / "x.warc.gz")
    assert done.returncode == 1
    assert "1 documents" in done.stdout
    assert f"{OLD.sha256}: the bytes hash to" in done.stderr
    responses = [content for kind, _, _, content in records((data / "x.warc.gz").read_bytes()) if kind == "response"]
    assert responses == [GOOD.body.encode()]


def test_where_nothing_is_chosen_the_command_fails_and_leaves_nothing(data: Path) -> None:
    done = gouji(data, "--out", data / "x.warc.gz", "--year", "1999")
    assert (done.returncode, done.stdout) == (2, "")
    assert "report years 1999; seen on any night: no document is chosen" in done.stderr
    assert not list(data.glob("*.warc*")) + list(data.glob(".*"))


@pytest.mark.parametrize(
    ("name", "chosen", "said"),
    [
        ("x.warc.gz", {"agency": ["nobody"]}, "no agency nobody"),
        ("x.warc.gz", {"since": "yesterday"}, "--since 'yesterday' is no date"),
        ("x.warc.gz", {"since": "2024-03-01", "night": "2024-03-01"}, "Leave one of them out"),
        ("x.zip", {}, "not the name of a WARC file"),
        ("none/x.warc", {}, "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said(data: Path, name: str, chosen: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        warc(data / name, data=data, **chosen)
    assert said in str(caught.value)
