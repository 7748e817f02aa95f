"""What is made on request or lies ready as a file, in the content coding that suits the client (RFC 9110 section 8.4).

The same bytes go to many: each coding of them is made once, and kept while it is asked for.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from fastapi import Request, Response

from aggregator.model import Document
from aggregator.store.documents import etag_of
from aggregator.web.documents import TAG_ENDINGS, is_unchanged, preferred_coding
from aggregator.web.shelf import packed

KEPT = 128  # of a few kB each
UNKNOWN = datetime.min.replace(tzinfo=UTC)  # nobody knows when such bytes last changed, and nobody is told


def answer(request: Request, body: bytes, media_type: str, headers: Mapping[str, str]) -> Response:
    """These bytes under these headers, in br, gzip or as they are; 304 for a client that has them."""
    asked = dict(request.headers.raw) | {b"if-modified-since": b""}
    coding = preferred_coding(asked.get(b"accept-encoding", b""))
    document = _document(body)
    vary = ", ".join(filter(None, (headers.get("vary"), "Accept-Encoding")))
    said = {**headers, "etag": f'"{document.etag}{TAG_ENDINGS[coding]}"', "vary": vary}
    if is_unchanged(document, asked):
        return Response(status_code=304, headers=said)
    if coding != "identity":
        said["content-encoding"] = coding
    return Response(_coded(body, coding), media_type=media_type, headers=said)


@lru_cache(maxsize=KEPT)
def _document(body: bytes) -> Document:
    return Document(path="", media_type="", body=body, changed=UNKNOWN, etag=etag_of(body))


@lru_cache(maxsize=KEPT)
def _coded(body: bytes, coding: str) -> bytes:
    return packed(_document(body), coding).in_coding(coding)
