"""A bucket on S3, or on a server that speaks its language, as a place for the archive.

Credentials, region and endpoint are the environment's, as botocore knows them (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_ENDPOINT_URL, ~/.aws). Looking, reading and writing are one request each; nothing is cached, so that what another process
keeps is seen at once.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import fsspec
from aiohttp import ClientError as BodyLost
from botocore import exceptions as boto
from s3fs import S3FileSystem

from tasks.errors import WarehouseError

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0  # of silence
TRIES = 3
_RIGHTS = "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; they must be allowed s3:ListBucket, s3:GetObject and s3:PutObject."
_NETWORK = "Check AWS_ENDPOINT_URL and the network, then run it again."
_BUCKET = "Make it, or correct the archive setting or AWS_ENDPOINT_URL."
_NO_KEYS = (boto.NoCredentialsError, boto.PartialCredentialsError, boto.CredentialRetrievalError)
_NO_ANSWER = (boto.ConnectionError, boto.HTTPClientError, BodyLost, TimeoutError)
_USER = re.compile(r"//[^/@\s]*@")  # of an address in somebody else's message


class _NoObject(Exception):
    """The bucket is there, the object is not."""


class Bucket:
    """Objects under a prefix of one bucket: a place as warehouse.files wants it. A put is whole or not at all by itself."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if not parts.netloc or set("@:") & set(parts.netloc) or parts.query or parts.fragment:
            raise WarehouseError(
                "no address of a bucket",  # which is not repeated: it may hold a key
                where="setting archive_url (GOUJI_ARCHIVE_URL)",
                expected="s3://bucket/prefix; keys and endpoint are set by AWS_ACCESS_KEY_ID and the like, never in the address",
                remedy="Correct it.",
            )
        self._url = url
        self._bucket, self._prefix = parts.netloc, parts.path.strip("/")
        self._connections: dict[int, S3FileSystem] = {}

    def size(self, path: str) -> int | None:
        """The object's size, in bytes; None where there is none."""
        with self._plain_errors():
            try:
                return int(self._files().call_s3("head_object", Bucket=self._bucket, Key=self._key(path))["ContentLength"])
            except FileNotFoundError:
                return None
            except OSError:
                self.check()  # the answer to a look has no body that could say why
                raise

    def has(self, path: str) -> bool:
        """Whether there is such an object. Where the bucket itself is not there, that is told instead."""
        if self.size(path) is not None:
            return True
        self.check()
        return False

    def get(self, path: str) -> bytes:
        """The object's bytes, asked for once more where the connection breaks on the way. FileNotFoundError: no such object."""
        place = f"{self._bucket}/{self._key(path)}"
        with self._plain_errors():
            with suppress(BodyLost, boto.ResponseStreamingError):
                return self._cat(place)
            return self._cat(place)

    def put(self, path: str, data: bytes) -> None:
        """Put the object."""
        with self._plain_errors():
            self._files().pipe_file(f"{self._bucket}/{self._key(path)}", data)

    def check(self) -> None:
        """Raise WarehouseError where the bucket is not there, not ours to list, or does not answer."""
        with self._plain_errors():
            self._files().call_s3("list_objects_v2", Bucket=self._bucket, Prefix=self._prefix, MaxKeys=1)

    def _cat(self, place: str) -> bytes:
        try:
            return bytes(self._files().cat_file(place, max_concurrency=1))  # with more it asks for the size first
        except FileNotFoundError as error:
            answer = getattr(error.__cause__, "response", {})
            if answer.get("Error", {}).get("Code") == "NoSuchBucket":
                raise
            raise _NoObject(place) from None

    def _key(self, path: str) -> str:
        return f"{self._prefix}/{path}".lstrip("/")

    def _files(self) -> S3FileSystem:
        """The connection of this process: one that was made before a fork is of no use after it."""
        process = os.getpid()
        if process not in self._connections:
            endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
            config = {
                "connect_timeout": CONNECT_SECONDS,
                "read_timeout": READ_SECONDS,
                "retries": {"mode": "standard", "total_max_attempts": TRIES},
                "proxies": {} if _is_loopback(endpoint) else None,  # None: the environment's
            }
            made = fsspec.filesystem("s3", skip_instance_cache=True, use_listings_cache=False, config_kwargs=config)
            made.retries = 1  # botocore tries again; both would multiply
            self._connections[process] = made
        return self._connections[process]

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except _NoObject as error:
            raise FileNotFoundError(str(error)) from None
        except (OSError, ValueError, boto.BotoCoreError, BodyLost) as error:
            found, remedy = _plain(error)
            raise WarehouseError(
                found, where=self._url, expected="a bucket that can be listed, read and written", remedy=remedy
            ) from error


def _plain(error: Exception) -> tuple[str, str]:
    """What an error of the libraries says in our words, and what to do."""
    words = _USER.sub("//", str(error)).rstrip(".")
    if isinstance(error, FileNotFoundError):
        return "there is no such bucket", _BUCKET
    if isinstance(error, (PermissionError, *_NO_KEYS)):
        return f"the archive does not let us in ({words})", _RIGHTS
    if isinstance(error, _NO_ANSWER):
        return f"the archive does not answer ({words})", _NETWORK
    return f"the archive refuses ({words})", _NETWORK


def _is_loopback(endpoint: str) -> bool:
    """Whether an endpoint is on this machine: no proxy that the environment names could reach it."""
    host = urlsplit(endpoint).hostname or ""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
