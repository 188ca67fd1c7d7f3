"""Serves the sample portal on loopback: folders laid over one another, as a small government site would answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from threading import Thread
from urllib.parse import unquote, urlsplit

from tasks.errors import GoujiError

HOST = "127.0.0.1"
DELETED = "DELETED"  # a layer's list of paths that the layers below no longer show
_INDEX = "index.html"
_TYPES = {
    ".css": "text/css",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".html": "text/html",
    ".js": "application/javascript",
    ".pdf": "application/pdf",
    ".shtml": "text/html",
    ".txt": "text/plain",
}


def find(layers: tuple[Path, ...], path: str) -> Path | None:
    """The file that answers to a path: from the uppermost layer that has it, unless a layer above has deleted it."""
    parts = [part for part in PurePosixPath(unquote(path)).parts if part != "/"]
    if ".." in parts or parts == [DELETED]:
        return None
    for layer in layers:
        place = layer.joinpath(*parts)
        file = place / _INDEX if place.is_dir() else place
        if file.is_file():
            return file
        if "/".join(parts) in _deleted(layer):
            return None
    return None


@contextmanager
def serve_portal(layers: tuple[Path, ...], port: int) -> Iterator[None]:
    """Serve the layers, uppermost first, on a loopback port (see `free_port`) as long as the context lasts."""
    try:
        server = ThreadingHTTPServer((HOST, port), partial(_Answer, layers))
    except OSError as error:
        raise GoujiError(
            f"another program uses port {port} ({error.strerror})",
            where="the sample portal",
            expected="the port that this demo began with, because the addresses of its documents contain it",
            remedy="End that program, or give the demo a new folder.",
        ) from None
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port(preferred: int) -> int:
    """The preferred loopback port, or any other when it is taken."""
    for port in (preferred, 0):
        try:
            with ThreadingHTTPServer((HOST, port), BaseHTTPRequestHandler) as server:
                return server.server_port
        except OSError:
            continue
    raise GoujiError("no loopback port is free", where="the sample portal", remedy="End some programs and try again.")


class _Answer(BaseHTTPRequestHandler):
    """GET and HEAD of a file, with its hash as ETag."""

    protocol_version = "HTTP/1.1"
    server_version = "sample-portal"
    sys_version = ""

    def __init__(self, layers: tuple[Path, ...], *request: object) -> None:
        self._layers = layers
        super().__init__(*request)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer with the file, "not modified" or "not found"."""
        file = find(self._layers, urlsplit(self.path).path)
        if file is None:
            self._answer(HTTPStatus.NOT_FOUND, b"<h1>404</h1>", "text/html", "")
            return
        body = file.read_bytes()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if etag in self.headers.get("If-None-Match", ""):
            self._answer(HTTPStatus.NOT_MODIFIED, b"", "", etag)
            return
        kind = _TYPES.get(file.suffix, "application/octet-stream")
        self._answer(HTTPStatus.OK, body, kind, etag)

    def do_HEAD(self) -> None:
        """Answer as to GET, without the body."""
        self.do_GET()

    def _answer(self, status: HTTPStatus, body: bytes, kind: str, etag: str) -> None:
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the demo reports what it does."""


def _deleted(layer: Path) -> frozenset[str]:
    file = layer / DELETED
    return frozenset(file.read_text(encoding="utf-8").split()) if file.is_file() else frozenset()
