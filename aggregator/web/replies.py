"""Answers that are made on request and may be kept: entity tag, 304, gzip, and open to scripts of other sites."""

import gzip
import hashlib
from dataclasses import dataclass

from fastapi import Request, Response

from aggregator.web.documents import preferred_coding

GZIP_FROM = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A finished answer."""

    body: bytes
    zipped: bytes
    etag: str
    media_type: str


def reply(body: bytes, media_type: str) -> Reply:
    """Finish an answer: equal bytes, equal entity tag."""
    zipped = gzip.compress(body, 6, mtime=0) if len(body) >= GZIP_FROM else b""
    return Reply(
        body=body, zipped=zipped, etag=hashlib.blake2b(body, digest_size=12).hexdigest(), media_type=media_type
    )


def send(request: Request, made: Reply, *, cache: str, vary: str = "Accept-Encoding") -> Response:
    """The answer for this request's headers (RFC 9110 sections 12 and 13)."""
    zipped = (
        bool(made.zipped)
        and preferred_coding(request.headers.get("accept-encoding", "").encode("latin-1"), ("gzip", "identity"))
        == "gzip"
    )
    tag = f"{made.etag}-gz" if zipped else made.etag
    headers = {"etag": f'"{tag}"', "cache-control": cache, "vary": vary, "access-control-allow-origin": "*"}
    held = {each.strip().removeprefix("W/").strip('"') for each in request.headers.get("if-none-match", "").split(",")}
    if held & {made.etag, f"{made.etag}-gz", "*"}:
        return Response(None, 304, headers)
    if zipped:
        headers["content-encoding"] = "gzip"
    return Response(made.zipped if zipped else made.body, 200, headers, media_type=made.media_type)
