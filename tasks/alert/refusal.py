"""Post JSON to a service and say why it did not take it: with its own words, whether it may pass, and how long to wait."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

TOO_MANY = 429
_SERVER = 500
_ANSWER = 65_536  # bytes of an answer that are read
_ANSWER_SECONDS = 30.0  # and for how long
_WORDS = 200


class Refusal(Exception):
    """A message was not taken. `is_passing`: worth another try tonight; `wait`: seconds that the service asks for, if it does."""

    def __init__(self, found: str, *, is_passing: bool, wait: float | None = None) -> None:
        super().__init__(found)
        self.found, self.is_passing, self.wait = found, is_passing, wait


@dataclass(frozen=True, slots=True)
class Line:
    """How a plugin reaches its service: time-outs (seconds to connect, to read), and whether certificates are checked."""

    timeout: tuple[float, float]
    verify: bool
    auth: tuple[str, str] | None = None


def post(url: str, payload: Mapping[str, Any], headers: Mapping[str, str], line: Line) -> bytes:
    """The body of a successful answer. Raises Refusal; its words never hold the URL."""
    data = json.dumps(payload, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "gouji", **headers}
    try:
        with requests.post(
            url,
            data=data,
            headers=headers,
            auth=line.auth,
            timeout=line.timeout,
            verify=line.verify,
            allow_redirects=False,
            stream=True,
        ) as answer:
            body = _read(answer)
    except requests.exceptions.SSLError as error:
        raise Refusal("its certificate is not trusted, or TLS failed", is_passing=False) from error
    except requests.Timeout as error:
        raise Refusal("it did not answer in time", is_passing=True) from error
    except requests.ConnectionError as error:
        raise Refusal("no connection", is_passing=True) from error
    except (requests.RequestException, OSError, ValueError) as error:
        raise Refusal(f"the request failed ({type(error).__name__})", is_passing=True) from error
    if not 200 <= answer.status_code < 300:
        status = answer.status_code
        wait = retry_after(answer.headers.get("Retry-After", ""))
        raise Refusal(_with_words(f"status {status}", body), is_passing=status == TOO_MANY or status >= _SERVER, wait=wait)
    return body


def retry_after(value: str, now: datetime | None = None) -> float | None:
    """Seconds to wait as a Retry-After header says, in seconds or as a date; None when it says nothing that can be read."""
    value = value.strip()
    if value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment.astimezone(UTC) - (now or datetime.now(tz=UTC))).total_seconds())


def _read(answer: requests.Response) -> bytes:
    body, end = bytearray(), time.monotonic() + _ANSWER_SECONDS
    for piece in answer.iter_content(1):  # one byte at a time: a server that drips is noticed
        body += piece
        if len(body) >= _ANSWER or time.monotonic() > end:
            break
    return bytes(body)


def _with_words(found: str, body: bytes) -> str:
    words = " ".join(body.decode(errors="replace").split())[:_WORDS]
    return f"{found}: {words}" if words else found
