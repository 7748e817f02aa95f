"""Bodies as they come in, inflated within bounds and checked to be complete.

libcurl's own decoding takes a truncated gzip body for a success and knows no bounds, so we inflate ourselves
(RFC 9110 section 8.4.1, RFC 1950-1952, RFC 7932).
"""

import zlib
from typing import Protocol

import brotli

GZIP_MAGIC = b"\x1f\x8b"
RATIO_FROM = 1_000_000  # bytes; below it any ratio is harmless


class BodyError(Exception):
    """The body cannot be used; `code` is the one of the answer."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Decoder(Protocol):
    finished: bool

    def decode(self, data: bytes, room: int) -> bytes:
        """What `data` inflates to: `room` bytes or little more, and the rest is lost when there is more."""


class _Zlib:
    """gzip, of one or more members, and deflate with its zlib header or, as some servers send it, without."""

    def __init__(self, coding: str) -> None:
        self.finished = False
        self._coding = coding
        self._head = b""
        self._inflate: zlib._Decompress | None = None
        self._members = 0

    def decode(self, data: bytes, room: int) -> bytes:
        found = []
        while data and room > 0:
            if self._inflate is None:
                data = self._open(data)
                continue
            piece = self._inflate.decompress(data, room)
            found.append(piece)
            room -= len(piece)
            data = self._inflate.unconsumed_tail
            if self._inflate.eof:
                data, self._inflate, self.finished = self._inflate.unused_data, None, True
        return b"".join(found)

    def _open(self, data: bytes) -> bytes:
        """Begin a member, once its first two bytes are here; return the data to go on with."""
        self._head += data
        if len(self._head) < 2:
            return b""
        data, self._head = self._head, b""
        if self._members and (self._coding == "deflate" or not data.startswith(GZIP_MAGIC)):
            self._head = b"\0"  # junk behind the end is ignored, however much comes
            return b""
        self._members += 1
        self.finished = False
        raw = self._coding == "deflate" and not _has_zlib_header(data) and not data.startswith(GZIP_MAGIC)
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS if raw else 32 + zlib.MAX_WBITS)
        return data


def _has_zlib_header(data: bytes) -> bool:
    return data[0] & 0x0F == 8 and (data[0] * 256 + data[1]) % 31 == 0


class _Brotli:
    def __init__(self) -> None:
        self.finished = False
        self._inflate = brotli.Decompressor()

    def decode(self, data: bytes, room: int) -> bytes:
        if self.finished:
            return b""
        found = self._inflate.process(data, output_buffer_limit=room)
        self.finished = bool(self._inflate.is_finished())
        return bytes(found)


def _decoder_for(encoding: str) -> _Decoder | None:
    codings = [part for part in (each.strip().lower() for each in encoding.split(",")) if part != "identity"]
    match codings:
        case [] | [""]:
            return None
        case ["gzip" | "x-gzip"]:
            return _Zlib("gzip")
        case ["deflate"]:
            return _Zlib("deflate")
        case ["br"]:
            return _Brotli()
    raise BodyError("bad-encoding")


class Body:
    """A body that grows by what is written to it, up to `most` bytes inflated.

    With `cut` it ends there without an error, for documents of which only the beginning counts.
    """

    def __init__(self, encoding: str, *, most: int, ratio: int, cut: bool = False) -> None:
        self.full = False
        self._decoder = _decoder_for(encoding)
        self._most = most
        self._ratio = ratio
        self._cut = cut
        self._received = 0
        self._content = bytearray()

    def write(self, data: bytes) -> None:
        """Add what came in. Raises BodyError when the bounds are passed or it cannot be inflated."""
        self._received += len(data)
        self._content += self._decoded(data)
        size = len(self._content)
        if size > self._most:
            if not self._cut:
                raise BodyError("too-large" if size <= self._ratio * self._received else "bomb")
            self.full = True
            del self._content[self._most :]
        if self._decoder and size > max(RATIO_FROM, self._ratio * self._received):
            raise BodyError("bomb")

    def _decoded(self, data: bytes) -> bytes:
        if self._decoder is None:
            return data
        try:
            return self._decoder.decode(data, self._most - len(self._content) + 1)
        except (zlib.error, brotli.error):
            raise BodyError("bad-encoding") from None

    def content(self) -> bytes:
        """The whole body. Raises BodyError if it ended too early."""
        if self._received and self._decoder and not self._decoder.finished and not self.full:
            raise BodyError("truncated")
        return bytes(self._content)
