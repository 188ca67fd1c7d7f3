"""The archive: immutable bytes under their SHA-256, in a folder or wherever fsspec reaches (s3://, memory://)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256 as hash_of
from uuid import uuid4

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs

from tasks.errors import ArchiveDamaged, WarehouseError

_RESTORE = "Restore the file from a backup, or fetch the document again and archive it."


class Archive:
    """Bytes that are kept for ever. A name is the hash of its bytes, so keeping the same bytes twice keeps them once."""

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            found: tuple[AbstractFileSystem, str] = url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise WarehouseError(
                f"the archive cannot be opened ({error})",
                where=url,
                expected="a folder, or a URL that fsspec knows (s3://…, memory://…)",
                remedy="Correct the archive setting, or install the package that the message names.",
            ) from error
        self._files, self._root = found[0], found[1].rstrip("/")

    def keep(self, data: bytes) -> str:
        """Keep bytes and return their SHA-256. They appear under their name whole or not at all, whenever we are killed."""
        sha256 = hash_of(data).hexdigest()
        path = self._path(sha256)
        with self._plain_errors():
            # the size tells a file that a full disk or a power cut left short; it is then written again
            if self._files.exists(path) and self._files.size(path) == len(data):
                return sha256
            part = f"{path}.{uuid4().hex}.part"
            self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._files.pipe_file(part, data)
            self._files.mv(part, path)
        return sha256

    def read(self, sha256: str) -> bytes:
        """The bytes of a hash. Raises ArchiveDamaged when they are missing or no longer answer to it."""
        path = self._path(sha256)
        with self._plain_errors():
            if not self._files.exists(path):
                raise ArchiveDamaged("the file is missing", where=path, expected="the bytes of that hash", remedy=_RESTORE)
            data = bytes(self._files.cat_file(path))
        found = hash_of(data).hexdigest()
        if found != sha256:
            raise ArchiveDamaged(
                f"the bytes hash to {found}", where=path, expected="the hash in the file's name", remedy=_RESTORE
            )
        return data

    def has(self, sha256: str) -> bool:
        """Whether the bytes of a hash are kept."""
        with self._plain_errors():
            return bool(self._files.exists(self._path(sha256)))

    def _path(self, sha256: str) -> str:
        return f"{self._root}/sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise WarehouseError(
                f"the archive refuses ({error.strerror or error})",
                where=self.url,
                expected="a place that can be read and written",
                remedy="Check the path, its permissions and the free space.",
            ) from error
