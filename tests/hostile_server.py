"""Sites on loopback, each on an address of its own, that send whatever bytes they like, as slowly as they like, or nothing."""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

Answer = bytes | Callable[["Visit"], None]


@dataclass
class Visit:
    """One request that came in, and the connection to do harm through."""

    path: str
    connection: socket.socket
    closing: threading.Event
    times: int  # how often the path has been asked for, this time included

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def reset(self) -> None:
        """End the connection as a crash does: RST, no FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


@dataclass
class Site:
    """One host: what it answers by path, and what it was asked."""

    host: str
    port: int = 0
    scheme: str = "http"
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def url(self, path: str = "/nb/") -> str:
        return f"{self.scheme}://{self.host}:{self.port}{path}"


class Hosts:
    """Many sites, one thread that accepts, one for each connection."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._selector = selectors.DefaultSelector()
        self._closing = threading.Event()
        self._numbers = count(1)
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def site(self, answers: Mapping[str, Answer], *, host: str = "", scheme: str = "http") -> Site:
        """A site; without a host, on a loopback address that no other site has."""
        number = next(self._numbers)
        here = Site(host or f"127.0.{1 + number // 250}.{1 + number % 250}", scheme=scheme, answers=dict(answers))
        listening = self._bind(here)
        listening.listen(100)
        listening.setblocking(False)
        self._selector.register(listening, selectors.EVENT_READ, here)
        return here

    def deaf(self) -> Site:
        """A site whose queue of connections is full and never emptied: to connect takes for ever."""
        here = Site(f"127.0.{1 + next(self._numbers)}.1")
        listening = self._bind(here)
        listening.listen(0)
        for _ in range(3):
            caller = socket.socket()
            caller.setblocking(False)
            caller.connect_ex((here.host, here.port))
            self._sockets.append(caller)
        return here

    def _bind(self, here: Site) -> socket.socket:
        listening = socket.socket()
        listening.bind((here.host, 0))
        here.port = listening.getsockname()[1]
        self._sockets.append(listening)
        return listening

    def _accept(self) -> None:
        while not self._closing.is_set():
            for key, _ in self._selector.select(0.05):
                with suppress(OSError):
                    connection, _ = key.fileobj.accept()  # type: ignore[union-attr]
                    connection.settimeout(10)
                    threading.Thread(target=self._serve, args=(key.data, connection), daemon=True).start()

    def _serve(self, here: Site, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            asked = b""
            while b"\r\n\r\n" not in asked and here.scheme == "http":
                if not (more := connection.recv(65536)):
                    return
                asked += more
            path = asked.split(b" ")[1].decode() if asked else "/"
            here.asked.append(path)
            answer = here.answers.get(path) or here.answers.get("*") or ok(b"no such page", status="404 Not Found")
            if isinstance(answer, bytes):
                connection.sendall(answer)
            else:
                answer(Visit(path, connection, self._closing, here.asked.count(path)))

    def __enter__(self) -> Hosts:
        self._thread.start()
        return self

    def __exit__(self, *ended: object) -> None:
        self._closing.set()
        self._thread.join()
        for one in self._sockets:
            one.close()


@contextmanager
def hosts() -> Iterator[Hosts]:
    """All sites of one test."""
    with Hosts() as ours:
        yield ours


def ok(body: str | bytes, *headers: str, status: str = "200 OK", length: int | None = None, kind: str = "text/html") -> bytes:
    """A whole answer; `length` where Content-Length is to lie, -1 for none."""
    data = body if isinstance(body, bytes) else body.encode()
    size = len(data) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close", *headers]
    lines += [f"Content-Length: {size}"] if size >= 0 else []
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + data


def to(location: str, status: str = "302 Found") -> bytes:
    """A redirect."""
    return ok(b"", f"Location: {location}", status=status)


def dripping(first: bytes, piece: bytes = b"", pause: float = 0.2) -> Answer:
    """Send the first bytes, then a piece now and again, for ever."""

    def answer(visit: Visit) -> None:
        visit.send(first)
        while not visit.closing.wait(pause):
            visit.send(piece)

    return answer


def pouring(first: bytes, piece: bytes) -> Answer:
    """Send the first bytes, then the piece as fast as it is taken, for ever."""

    def answer(visit: Visit) -> None:
        visit.send(first)
        while not visit.closing.is_set():
            visit.send(piece)

    return answer


def resetting(first: bytes) -> Answer:
    """Send the first bytes, then end the connection as a crash does: RST, no FIN."""

    def answer(visit: Visit) -> None:
        visit.send(first)
        visit.closing.wait(0.1)
        visit.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return answer


def failing(times: int, then: bytes, *, status: str = "503 Service Unavailable") -> Answer:
    """Fail so many times, then answer."""
    return lambda visit: visit.send(ok(b"busy", "Retry-After: 99999999", status=status) if visit.times <= times else then)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
