"""What was fetched is kept under its hash, once, and a spool that was tampered with is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from tasks.archive import archive
from tasks.errors import ArchiveDamaged
from tasks.fetched import Fetched
from tasks.records import Document, Sighting
from warehouse.files import Archive

DATA = "政府信息公开工作年度报告".encode()
NOW = datetime(2026, 2, 2, 18, 30, tzinfo=UTC)


@pytest.fixture
def fetched(tmp_path: Path) -> Fetched:
    body = tmp_path / "body"
    body.write_bytes(DATA)
    sighting = Sighting("qinghe", 2025, "http://a.cn/1.html", "年报", None, "http://a.cn/", date(2026, 2, 3))
    return Fetched(sighting, body, sha256(DATA).hexdigest(), 200, "text/html", (("Etag", '"1"'),), NOW)


def test_a_body_is_kept_under_its_hash_once(tmp_path: Path, fetched: Fetched) -> None:
    files = Archive(str(tmp_path / "archive"))
    kept = archive(fetched, files)
    assert kept == Document(
        sha256=fetched.sha256,
        size=len(DATA),
        media_type="text/html",
        url="http://a.cn/1.html",
        status=200,
        fetched_at=NOW,
        headers=(("Etag", '"1"'),),
    )
    assert archive(fetched, files) == kept
    assert files.read(kept.sha256) == DATA


def test_a_changed_or_lost_body_is_refused_and_not_kept(tmp_path: Path, fetched: Fetched) -> None:
    files = Archive(str(tmp_path / "archive"))
    assert fetched.body is not None
    fetched.body.write_bytes(b"other")
    with pytest.raises(ArchiveDamaged, match="has changed"):
        archive(fetched, files)
    assert not files.has(sha256(b"other").hexdigest())
    fetched.body.unlink()
    with pytest.raises(ArchiveDamaged, match="is gone"):
        archive(fetched, files)


def test_an_unchanged_document_has_nothing_to_keep(tmp_path: Path, fetched: Fetched) -> None:
    with pytest.raises(ValueError, match="unchanged"):
        archive(replace(fetched, body=None), Archive(str(tmp_path / "archive")))
