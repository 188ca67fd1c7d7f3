"""The sample portal's server: layers, deletions, and answers as a polite site gives them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from flows.portal import HOST, free_port, serve_portal
from tasks.errors import GoujiError


@pytest.fixture
def layers(tmp_path: Path) -> tuple[Path, Path]:
    below, above = tmp_path / "night1", tmp_path / "night2"
    for path, text in {"a/index.html": "old list", "a/gone.pdf": "%PDF", "a/stays.docx": "PK"}.items():
        (below / path).parent.mkdir(parents=True, exist_ok=True)
        (below / path).write_text(text, encoding="utf-8")
    (above / "a").mkdir(parents=True)
    (above / "a" / "index.html").write_text("new list", encoding="utf-8")
    (above / "DELETED").write_text("a/gone.pdf\n", encoding="utf-8")
    return above, below


@pytest.fixture
def port(layers: tuple[Path, Path]) -> Iterator[int]:
    port = free_port(0)
    with serve_portal(layers, port):
        yield port


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection(HOST, port, timeout=5)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    return answer, answer.read()


def test_the_upper_layer_wins_and_deletes(port: int) -> None:
    assert ask(port, "/a/")[1] == ask(port, "/a/index.html?v=1")[1] == b"new list"
    assert ask(port, "/a/gone.pdf")[0].status == 404
    assert ask(port, "/a/stays.docx")[0].getheader("Content-Type", "").endswith("wordprocessingml.document")


def test_what_is_not_changed_is_not_sent_again(port: int) -> None:
    first, body = ask(port, "/a/index.html")
    again, nothing = ask(port, "/a/index.html", If_None_Match=first.getheader("ETag", ""))
    assert (first.status, body, again.status, nothing) == (200, b"new list", 304, b"")
    head, nothing = ask(port, "/a/index.html", "HEAD")
    assert (head.status, head.getheader("Content-Length"), nothing) == (200, "8", b"")


@pytest.mark.parametrize("path", ["/../night1/a/gone.pdf", "/%2e%2e/night1/a/gone.pdf", "/DELETED", "/nowhere"])
def test_nothing_else_is_shown(port: int, path: str) -> None:
    assert ask(port, path)[0].status == 404


def test_a_taken_port_is_said_plainly(layers: tuple[Path, Path]) -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        taken = other.getsockname()[1]
        assert free_port(taken) != taken
        with pytest.raises(GoujiError, match=rf"another program uses port {taken}"), serve_portal(layers, taken):
            pass
