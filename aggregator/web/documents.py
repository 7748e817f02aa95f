"""Ready documents over HTTP, before any framework: conditional requests, gzip, HEAD, and people sent to pages.

RFC 9110 sections 12 (negotiation), 13 (conditional requests); Sec-Fetch-Dest: W3C Fetch Metadata.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

from aggregator.errors import StoreError
from aggregator.model import Document
from aggregator.web.headers import HSTS, PAGE_HEADERS
from aggregator.web.shelf import Ready, Shelf

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

LANGUAGES = ("nl", "en")
FEED_CACHE = b"public, max-age=300, stale-while-revalidate=3600"
PAGE_CACHE = b"public, max-age=60, stale-while-revalidate=600"


class Documents:
    """Answers GET and HEAD for every published document; hands all else to `app`."""

    def __init__(self, app: App, shelf: Shelf, language: str) -> None:
        self.app = app
        self.shelf = shelf
        self.language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI 3)."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        asked = {name: value for name, value in scope["headers"] if name in ASKED}
        path = scope["path"]
        is_feed = path in self.shelf.known
        name = path if is_feed else self._page(path, scope["query_string"], asked)
        ready = self.shelf.held(name) if is_feed or name in self.shelf.known else None
        if ready is None and name in self.shelf.known:
            try:
                ready = await asyncio.to_thread(self.shelf.load, name)
            except StoreError:  # what is on the shelf is served on; this is not, until the database is back
                await _respond(send, 503, [(b"retry-after", b"30"), NO_STORE], b"")
                return
        if ready is None:
            await self.app(scope, receive, send)
        elif is_feed and asked.get(b"sec-fetch-dest") == b"document" and b"raw=1" not in scope["query_string"]:
            await _respond(send, 303, [(b"location", human_page(path).encode()), VARY_FEED, NO_STORE], b"")
        else:
            status, headers, body = answer(ready, asked, is_feed=is_feed)
            if scope["scheme"] == "https":
                headers = [*headers, HSTS_HEADER]
            await _respond(send, status, headers, b"" if scope["method"] == "HEAD" else body)

    def _page(self, path: str, query: bytes, asked: dict[bytes, bytes]) -> str:
        wanted = parse_qs(query.decode("latin-1")).get("lang", [""])[0]
        if wanted not in LANGUAGES:
            wanted = preferred_language(asked.get(b"accept-language", b"").decode("latin-1"), self.language)
        return f"{path}?lang={wanted}"


ASKED = frozenset({b"if-none-match", b"if-modified-since", b"accept-encoding", b"accept-language", b"sec-fetch-dest"})
VARY_FEED = (b"vary", b"Accept-Encoding, Sec-Fetch-Dest")
VARY_PAGE = (b"vary", b"Accept-Encoding, Accept-Language")
HSTS_HEADER = (HSTS[0].encode(), HSTS[1].encode())
NO_STORE = (b"cache-control", b"no-store")


def answer(ready: Ready, asked: dict[bytes, bytes], *, is_feed: bool) -> tuple[int, Headers, bytes]:
    """Status, headers and body of a document for these request headers. The headers are the document's own."""
    zipped = accepts_gzip(asked.get(b"accept-encoding", b""))
    if is_unchanged(ready.document, asked):
        return 304, _headers(ready, is_feed=is_feed, zipped=zipped, whole=False), b""
    body = ready.gzip if zipped else ready.document.body
    return 200, _headers(ready, is_feed=is_feed, zipped=zipped, whole=True), body


def _headers(ready: Ready, *, is_feed: bool, zipped: bool, whole: bool) -> Headers:
    """The headers of one form of a document: made once, sent thousands of times."""
    form = f"{'feed' if is_feed else 'page'}{' gzip' if zipped else ''}{' whole' if whole else ''}"
    found = ready.headers.get(form)
    if found is None:
        found = ready.headers[form] = _made_headers(ready, is_feed=is_feed, zipped=zipped, whole=whole)
    return found


def _made_headers(ready: Ready, *, is_feed: bool, zipped: bool, whole: bool) -> Headers:
    document = ready.document
    tag = f'"{document.etag}-gz"' if zipped else f'"{document.etag}"'
    headers: Headers = [
        (b"etag", tag.encode()),
        (b"last-modified", format_datetime(document.changed, usegmt=True).encode()),
        (b"cache-control", FEED_CACHE if is_feed else PAGE_CACHE),
        VARY_FEED if is_feed else VARY_PAGE,
        (b"x-content-type-options", b"nosniff"),
    ]
    headers += [(b"access-control-allow-origin", b"*")] if is_feed else PAGE_HEADERS
    if whole:
        length = len(ready.gzip if zipped else document.body)
        headers += [(b"content-type", document.media_type.encode()), (b"content-length", str(length).encode())]
        headers += [(b"content-encoding", b"gzip")] if zipped else []
    return headers


def is_unchanged(document: Document, asked: dict[bytes, bytes]) -> bool:
    """Whether the client has these bytes already; If-None-Match goes before If-Modified-Since (RFC 9110 13.2.2)."""
    tags = asked.get(b"if-none-match")
    if tags is not None:
        held = {tag.strip().removeprefix("W/").strip('"') for tag in tags.decode("latin-1").split(",")}
        return not held.isdisjoint((document.etag, f"{document.etag}-gz", "*"))
    since = asked.get(b"if-modified-since")
    return since is not None and _is_not_after(document.changed, since.decode("latin-1"))


def _is_not_after(changed: datetime, since: str) -> bool:
    try:
        moment = parsedate_to_datetime(since)
    except ValueError:
        return False
    return moment.tzinfo is not None and changed <= moment


@lru_cache(maxsize=64)  # browsers and readers say the same few things
def accepts_gzip(header: bytes) -> bool:
    """Whether gzip is named and not refused by q=0 (RFC 9110 section 12.5.3)."""
    for part in header.decode("latin-1").lower().split(","):
        coding, _, parameter = part.partition(";")
        if coding.strip() in ("gzip", "*"):
            return parameter.strip().removeprefix("q=") not in ("0", "0.0", "0.00", "0.000")
    return False


def preferred_language(header: str, default: str) -> str:
    """The first of our languages by the client's own order (RFC 9110 section 12.5.4)."""
    found: list[tuple[float, int, str]] = []
    for n, part in enumerate(header.split(",")[:20]):
        tag, _, quality = part.partition(";q=")
        language = tag.strip().lower().split("-")[0]
        if language in LANGUAGES:
            found.append((-_number(quality), n, language))
    return min(found)[2] if found else default


def _number(quality: str) -> float:
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0


def human_page(path: str) -> str:
    """The page that explains a feed to a person who opened its address."""
    name = path.removeprefix("/feeds/").rsplit(".", 1)[0].replace("/", "-")
    return f"/feeds#{name}"


async def _respond(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
