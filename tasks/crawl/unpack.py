"""Undo Content-Encoding strictly: nothing too large, cut short or damaged passes for a document."""

from __future__ import annotations

import zlib

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Request, Response

from tasks.crawl.answers import Refused, too_large
from tasks.errors import SourceUnreachable

_CHUNK = 1 << 16
_MAGIC = b"\x1f\x8b"
_LAYERS = 2
_UNASKED = frozenset({b"br", b"zstd", b"compress", b"x-compress"})


class Unpack(HttpCompressionMiddleware):
    """Scrapy's decompression with decoders of our own, which ask for gzip and deflate only."""

    def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Say what we can read."""
        request.headers.setdefault("Accept-Encoding", b"gzip, deflate")

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Decode the body. Raises Refused where it is too large, damaged, or in an encoding that we did not ask for."""
        said = b",".join(response.headers.getlist("Content-Encoding")).lower().split(b",")
        codings = [coding.strip() for coding in said if coding.strip() not in {b"", b"identity"}]
        if not codings or not response.body:
            return response
        if len(codings) > _LAYERS or not _UNASKED.isdisjoint(codings):
            raise damaged(f"it is encoded as {b', '.join(codings[:5]).decode('latin-1')}, which we did not ask for")
        return super().process_response(request, response)

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        if encoding in {b"gzip", b"x-gzip"}:
            return gunzip(body, max_size) if body.startswith(_MAGIC) else body  # a server that only says so
        return inflate(body, max_size)


def gunzip(body: bytes, limit: int) -> bytes:
    """The content of a gzip file of one or more members. Raises Refused."""
    parts: list[bytes] = []
    size = 0
    while body.startswith(_MAGIC):
        part, body = _stream(body, zlib.MAX_WBITS | 16, limit - size)
        size += len(part)
        parts.append(part)
    return b"".join(parts)


def inflate(body: bytes, limit: int) -> bytes:
    """The content of a deflate stream, with or without zlib's frame. Raises Refused."""
    is_framed = len(body) > 1 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return _stream(body, zlib.MAX_WBITS if is_framed else -zlib.MAX_WBITS, limit)[0]


def damaged(how: str) -> Refused:
    """A body that is not what the site says it is."""
    return Refused(SourceUnreachable(f"the answer is damaged ({how})", remedy="The next night asks again."))


def _stream(body: bytes, wbits: int, limit: int) -> tuple[bytes, bytes]:
    """One compressed stream's content, and what follows the stream."""
    decoder = zlib.decompressobj(wbits)
    parts: list[bytes] = []
    size = 0
    view = memoryview(body)
    for start in range(0, len(view), _CHUNK):
        data: bytes | memoryview = view[start : start + _CHUNK]
        while data and not decoder.eof:
            try:
                part = decoder.decompress(data, _CHUNK)
            except zlib.error as error:
                raise damaged(str(error)) from None
            size += len(part)
            if size > limit:
                raise too_large()
            parts.append(part)
            data = decoder.unconsumed_tail
        if decoder.eof:
            return b"".join(parts), decoder.unused_data + bytes(view[start + _CHUNK :])
    raise damaged("its compressed content is cut short")
