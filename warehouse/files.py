"""The archive: immutable bytes under their SHA-256, in a folder or in a bucket on S3 (s3://bucket/prefix)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256 as hash_of
from typing import Protocol
from uuid import uuid4

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs

from tasks.errors import ArchiveDamaged, WarehouseError

_RESTORE = "Restore the file from a backup, or fetch the document again and archive it."
_FOLDERS = ("", "file", "local", "memory")


class Place(Protocol):
    """Where bytes can be put under a path. Each raises WarehouseError where the place refuses."""

    def size(self, path: str) -> int | None:
        """How many bytes are there; None where nothing is."""

    def has(self, path: str) -> bool:
        """Whether bytes are there."""

    def get(self, path: str) -> bytes:
        """The bytes. Raises FileNotFoundError where nothing is."""

    def put(self, path: str, data: bytes) -> None:
        """Put bytes there, whole or not at all."""

    def check(self) -> None:
        """Say what would keep bytes from being put there, as far as looking tells."""


class Archive:
    """Bytes that are kept for ever. A name is the hash of its bytes, so keeping the same bytes twice keeps them once."""

    def __init__(self, url: str) -> None:
        self.url = url
        scheme = url.partition("://")[0] if "://" in url else ""
        if scheme == "s3":
            self._place: Place = _bucket(url)
        elif scheme in _FOLDERS:
            self._place = _Folder(url)
        else:
            raise WarehouseError(
                f"documents cannot be kept there ({scheme}://)",
                where=url,
                expected="a folder, or s3://bucket/prefix",
                remedy="Correct the archive setting.",
            )

    def keep(self, data: bytes) -> str:
        """Keep bytes and return their SHA-256. They appear under their name whole or not at all, whenever we are killed."""
        sha256 = hash_of(data).hexdigest()
        path = _path(sha256)
        # the size tells a file that a full disk or a power cut left short; it is then written again
        if self._place.size(path) != len(data):
            self._place.put(path, data)
        return sha256

    def read(self, sha256: str) -> bytes:
        """The bytes of a hash. Raises ArchiveDamaged when they are missing or no longer answer to it."""
        path = _path(sha256)
        where = f"{self.url}/{path}"
        try:
            data = self._place.get(path)
        except FileNotFoundError:
            raise ArchiveDamaged("the file is missing", where=where, expected="the bytes of that hash", remedy=_RESTORE) from None
        found = hash_of(data).hexdigest()
        if found != sha256:
            raise ArchiveDamaged(
                f"the bytes hash to {found}", where=where, expected="the hash in the file's name", remedy=_RESTORE
            )
        return data

    def has(self, sha256: str) -> bool:
        """Whether the bytes of a hash are kept."""
        return self._place.has(_path(sha256))

    def check(self) -> None:
        """Raise WarehouseError for what would keep documents from being kept, as far as looking tells."""
        self._place.check()


class _Folder:
    """A folder of this machine or its network, or (for tests) of memory."""

    def __init__(self, url: str) -> None:
        self._url = url
        found: tuple[AbstractFileSystem, str] = url_to_fs(url)
        self._files, self._root = found[0], found[1].rstrip("/")

    def size(self, path: str) -> int | None:
        with self._plain_errors():
            place = f"{self._root}/{path}"
            return int(self._files.size(place)) if self._files.exists(place) else None

    def has(self, path: str) -> bool:
        return self.size(path) is not None

    def get(self, path: str) -> bytes:
        if not self.has(path):
            raise FileNotFoundError(path)
        with self._plain_errors():
            return bytes(self._files.cat_file(f"{self._root}/{path}"))

    def put(self, path: str, data: bytes) -> None:
        place = f"{self._root}/{path}"
        part = f"{place}.{uuid4().hex}.part"
        with self._plain_errors():
            self._files.makedirs(place.rpartition("/")[0], exist_ok=True)
            self._files.pipe_file(part, data)
            self._files.mv(part, place)

    def check(self) -> None:
        with self._plain_errors():
            self._files.makedirs(self._root, exist_ok=True)

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise WarehouseError(
                f"the archive refuses ({error.strerror or error})",
                where=self._url,
                expected="a place that can be read and written",
                remedy="Check the path, its permissions and the free space.",
            ) from error


def _bucket(url: str) -> Place:
    """A bucket: of an extra, and slow to import."""
    try:
        from warehouse.bucket import Bucket
    except ImportError as error:
        raise WarehouseError(
            f"an archive on S3 needs a package that is not installed ({error.name})",
            where="setting archive_url (GOUJI_ARCHIVE_URL)",
            remedy='Install it with pip install "gouji[s3]".',
        ) from None
    return Bucket(url)


def _path(sha256: str) -> str:
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"
