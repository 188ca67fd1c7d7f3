"""The archive keeps bytes whole under their hash, in a folder or elsewhere, and says when they are damaged."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest

from tasks.errors import ArchiveDamaged, WarehouseError
from warehouse.files import Archive

BODY = "一、总体情况".encode()
NAME = sha256(BODY).hexdigest()


@pytest.fixture(params=["folder", "file", "memory"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    urls = {"folder": str(tmp_path / "kept"), "file": (tmp_path / "kept").as_uri(), "memory": f"memory://{uuid4().hex}"}
    return Archive(urls[request.param])


def test_what_is_kept_can_be_read_by_its_hash(archive: Archive) -> None:
    assert not archive.has(NAME)
    assert archive.keep(BODY) == NAME
    assert archive.has(NAME)
    assert archive.read(NAME) == BODY


def test_a_missing_document_is_named(archive: Archive) -> None:
    with pytest.raises(ArchiveDamaged, match=NAME):
        archive.read(NAME)


def test_the_same_bytes_are_one_file_and_no_part_is_left(tmp_path: Path) -> None:
    archive = Archive(str(tmp_path))
    archive.keep(BODY)
    before = (tmp_path / "sha256" / NAME[:2] / NAME[2:4] / NAME).stat().st_mtime_ns
    archive.keep(BODY)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [tmp_path / "sha256" / NAME[:2] / NAME[2:4] / NAME]
    assert files[0].stat().st_mtime_ns == before


def test_changed_bytes_are_refused(tmp_path: Path) -> None:
    archive = Archive(str(tmp_path))
    path = tmp_path / "sha256" / NAME[:2] / NAME[2:4] / archive.keep(BODY)
    path.write_bytes(BODY[::-1])
    with pytest.raises(ArchiveDamaged, match="Restore"):
        archive.read(NAME)


def test_a_file_cut_short_by_a_full_disk_is_written_again(tmp_path: Path) -> None:
    archive = Archive(str(tmp_path))
    path = tmp_path / "sha256" / NAME[:2] / NAME[2:4] / archive.keep(BODY)
    path.write_bytes(BODY[:4])
    archive.keep(BODY)
    assert archive.read(NAME) == BODY


def test_a_place_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file, no folder")
    with pytest.raises(WarehouseError, match="the archive refuses"):
        Archive(str(tmp_path / "occupied")).keep(BODY)


def test_an_unknown_kind_of_archive_is_said_plainly() -> None:
    with pytest.raises(WarehouseError, match="nowhere://x"):
        Archive("nowhere://x")
