"""Files that hold files, and telling every kind by its bytes."""

from __future__ import annotations

import gzip

import pytest

from flows.read import read_document
from tasks.errors import DamagedDocument, DocumentTooLarge, ReadError, UnknownFormat
from tasks.extract import extract, package, reread
from tasks.extract.sniff import sniff
from tasks.printed import Grid, Printed, Unread
from tasks.records import Quarantine, Reading
from tests.paper import to_docx, to_html, to_text, tying
from tests.papers_office import ofd, ofd_text, packed, word, workbook

PAPER = tying(seed=61)
PNG = b"\x89PNG\r\n\x1a\n"


def named(value: str | bytes) -> str:
    """A test's name without the bytes it reads: those hold the time of day, and two workers would not agree on it."""
    return value if isinstance(value, str) else "data"


def raw(reading: Reading | Quarantine) -> dict[str, str]:
    assert isinstance(reading, Reading), reading
    return {cell.address: cell.raw for cell in reading.cells}


def renamed(data: bytes, marks: bytes, name: bytes, flags: int = 0) -> bytes:
    """The zip with a member's name of the same length put in, byte for byte, and its flags set."""
    data = data.replace(marks, name)
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(magic)
        data = data[: place + at] + flags.to_bytes(2, "little") + data[place + at + 2 :]
    return data


def test_each_file_of_a_zip_is_a_reading_or_is_explained():
    other = tying(seed=62)
    data = packed(
        {
            "a/年报.html": to_html(PAPER),
            "b.docx": to_docx(other),
            "bad.docx": b"PK\x03\x04word/document.xml",
            "__MACOSX/._b.docx": b"junk",
            ".DS_Store": b"junk",
            "a/Thumbs.db": b"junk",
            "~$b.docx": b"lock",
            "empty.txt": b"",
        }
    )
    outcomes = {outcome.part: outcome for outcome in read_document(data, "all.zip", "0" * 64)}
    assert set(outcomes) == {"a/年报.html", "b.docx", "bad.docx", "empty.txt"}
    assert (raw(outcomes["a/年报.html"]), raw(outcomes["b.docx"])) == (PAPER.raw, other.raw)
    assert outcomes["bad.docx"].kind == "DamagedDocument" and "all.zip, bad.docx" in outcomes["bad.docx"].reason
    for part in ("a/年报.html", "b.docx"):
        cell = outcomes[part].cells[7]
        assert reread(data, cell.locator, part) == cell.raw


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_are_read_in_the_encoding_they_were_written_in(encoding):
    name = "年报一".encode(encoding) + b".txt"
    data = renamed(packed({"x" * len(name): to_text(PAPER)}), b"x" * len(name), name)
    (printed,) = extract(data, "x.zip")
    assert printed.part == "年报一.txt"


def test_zips_in_zips_are_read_to_a_depth():
    data = packed({"inner.zip": packed({"r.html": to_html(PAPER)})})
    (printed,) = extract(data, "x.zip")
    assert printed.part == "inner.zip/r.html"
    cell = next(block for block in printed.blocks if isinstance(block, Grid)).cells[3]
    assert reread(data, cell.locator, printed.part) == cell.text
    (deep,) = extract(packed({"outer.zip": data}), "x.zip")
    assert isinstance(deep, Unread) and deep.kind == "DocumentTooLarge"


def test_a_locked_member_is_explained_and_the_others_are_read():
    data = renamed(packed({"a.html": to_html(PAPER)}), b"", b"", flags=1)
    (outcome,) = extract(data, "x.zip")
    assert isinstance(outcome, Unread) and "password" in outcome.reason


def test_bombs_are_refused(monkeypatch):
    zeros = packed({"a.txt": bytes(2_000_000)})
    monkeypatch.setattr(package, "MAX_UNPACKED", 1_000_000)
    with pytest.raises(DocumentTooLarge):
        extract(zeros, "bomb.zip")


def test_a_member_that_lies_about_its_size_is_not_believed():
    data = packed({"a.txt": b"x" * 2_000_000, "b.html": to_html(PAPER)})
    lying = data.replace((2_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != data
    liar, page = extract(lying, "lying.zip")
    assert isinstance(liar, Unread) and isinstance(page, Printed)


def test_scanned_pages_in_a_zip_are_one_report():
    data = packed({"scan10.png": PNG + bytes(9000), "scan2.png": PNG + bytes(9000)})
    (outcome,) = extract(data, "scans.zip")
    assert isinstance(outcome, Unread) and "scan2.png" in outcome.reason


def test_a_page_left_gzipped_is_read():
    data = gzip.compress(to_html(PAPER))
    (reading,) = read_document(data, "page.html", "0" * 64)
    assert raw(reading) == PAPER.raw
    assert reread(data, reading.cells[3].locator) == reading.cells[3].raw
    with pytest.raises(DamagedDocument, match="breaks off"):
        extract(data[:-20], "page.html")


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"Rar!\x1a\x07\x01\x00" + bytes(50), "RAR"), (b"7z\xbc\xaf\x27\x1c" + bytes(50), "7z"), (packed({}), "without any file")],
    ids=named,
)
def test_archives_that_are_not_opened_name_a_remedy(data, told):
    with pytest.raises(UnknownFormat, match=told):
        extract(data, "x.rar")


def ole(stream: str) -> bytes:
    """The head of an OLE file that names a stream, and nothing else of it."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + stream.encode("utf-16-le") + bytes(600)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.4", "pdf"),
        (b"\r\n\r\n%PDF-1.4 <html>", "pdf"),
        (b"<html><body>%PDF-1.4 is what it says</body>", "html"),
        (packed({"a.pdf": b"%PDF-1.4"}, stored=True), "zip"),
        (b"<!-- " + b"long " * 5000 + b"--><html><body>", "html"),
        (b"\xef\xbb\xbf\r\n<table><tr>", "html"),
        ("\ufeff<html><body>年报".encode("utf-16-le"), "html"),
        (b"{\\rtf1\\ansi", "rtf"),
        (b'<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?><w:wordDocument>', "flat"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n--x\r\n<html>", "mht"),
        (word(""), "docx"),
        (workbook({"S": {}}), "xlsx"),
        (ofd([ofd_text(1, 1, "甲")]), "ofd"),
        (packed({"mimetype": "application/vnd.oasis.opendocument.text"}, stored=True), "odt"),
        (packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, stored=True), "ods"),
        (ole("WordDocument"), "doc"),
        (ole("Workbook"), "xls"),
        (ole("PowerPoint Document"), "ppt"),
        (ole("EncryptedPackage"), "locked"),
        (ole("Nothing"), "unknown"),
        (PNG + bytes(9), "image"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "image"),
        ("BM部门2023年年报".encode(), "text"),
        (gzip.compress(b"x"), "gzip"),
    ],
    ids=named,
)
def test_kinds_are_told_by_the_bytes(data, kind):
    assert sniff(data) == kind


@pytest.mark.parametrize(
    "data", [packed({"a.html": to_html(PAPER)}), to_docx(PAPER), gzip.compress(to_html(PAPER))], ids=["zip", "docx", "gzip"]
)
def test_cut_off_files_are_explained(data):
    for part in (0.1, 0.5, 0.9, 0.99):
        with pytest.raises(ReadError):
            extract(data[: int(len(data) * part)], "cut")
