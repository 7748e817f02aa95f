"""Ready documents over HTTP, before any framework: conditional requests, br and gzip, HEAD, people sent to pages.

RFC 9110 sections 12 (negotiation), 13 (conditional requests); Sec-Fetch-Dest: W3C Fetch Metadata.
"""

import asyncio
from collections.abc import Awaitable, Callable, Container, MutableMapping, Sequence
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, quote

from aggregator.announcing import is_topic
from aggregator.deliver.websub import link_header
from aggregator.errors import StoreError
from aggregator.model import Document
from aggregator.publish.channel import is_archive
from aggregator.web.headers import HSTS, headers_of
from aggregator.web.shelf import Ready, Shelf

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

LANGUAGES = ("nl", "en")
FEED_CACHE = b"public, max-age=300, stale-while-revalidate=3600"
PAGE_CACHE = b"public, max-age=60, stale-while-revalidate=600"
# A sealed page changes only when something is erased from it; that must have reached every cache a day later.
SEALED_CACHE = b"public, max-age=86400, immutable"
CODINGS = ("br", "gzip", "identity")  # what we have, the smallest first
TAG_ENDINGS = {"br": "-br", "gzip": "-gz", "identity": ""}


class Documents:
    """Answers GET and HEAD for every published document; hands all else to `app`."""

    def __init__(self, app: App, shelf: Shelf, language: str, base_url: str = "", hubs: Sequence[str] = ()) -> None:
        self.app = app
        self.shelf = shelf
        self.language = language
        self.base_url = base_url
        self.hubs = tuple(hubs)

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
        if ready is None and (current := not_sealed_yet(path, self.shelf.known)):
            await _respond(send, 307, [(b"location", current.encode()), NO_STORE], b"")
        elif ready is None:
            await self.app(scope, receive, send)
        elif has_page(path) and asked.get(b"sec-fetch-dest") == b"document" and b"raw=1" not in scope["query_string"]:
            await _respond(send, 303, [(b"location", human_page(path).encode()), VARY_FEED, NO_STORE], b"")
        else:
            status, headers, body = answer(ready, asked, cache_of(path) if is_feed else PAGE_CACHE, is_feed=is_feed)
            if self.hubs and is_topic(path):
                headers = [*headers, (b"link", link_header(self.hubs, self.base_url + path).encode())]
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


def answer(ready: Ready, asked: dict[bytes, bytes], cache: bytes, *, is_feed: bool) -> tuple[int, Headers, bytes]:
    """Status, headers and body of a document for these request headers. The headers are the document's own."""
    coding = preferred_coding(asked.get(b"accept-encoding", b""))
    if is_unchanged(ready.document, asked):
        return 304, _headers(ready, cache, coding, is_feed=is_feed, whole=False), b""
    return 200, _headers(ready, cache, coding, is_feed=is_feed, whole=True), ready.in_coding(coding)


def _headers(ready: Ready, cache: bytes, coding: str, *, is_feed: bool, whole: bool) -> Headers:
    """The headers of one form of a document: made once, sent thousands of times."""
    form = f"{coding} {is_feed} {whole}"
    found = ready.headers.get(form)
    if found is None:
        found = ready.headers[form] = _made_headers(ready, cache, coding, is_feed=is_feed, whole=whole)
    return found


def _made_headers(ready: Ready, cache: bytes, coding: str, *, is_feed: bool, whole: bool) -> Headers:
    document = ready.document
    headers: Headers = [
        (b"etag", f'"{document.etag}{TAG_ENDINGS[coding]}"'.encode()),
        (b"last-modified", format_datetime(document.changed, usegmt=True).encode()),
        (b"cache-control", cache),
        VARY_FEED if is_feed else VARY_PAGE,
    ]
    area = headers_of(document.path.partition("?")[0], "http")
    said = {"x-content-type-options": "nosniff", "access-control-allow-origin": "*"} if is_feed else area
    headers += [(name.encode(), value.encode()) for name, value in said.items()]
    if whole:
        length = len(ready.in_coding(coding))
        headers += [(b"content-type", document.media_type.encode()), (b"content-length", str(length).encode())]
        headers += [(b"content-encoding", coding.encode())] if coding != "identity" else []
    return headers


def cache_of(path: str) -> bytes:
    """How long a feed or a page of an archive may be kept."""
    return SEALED_CACHE if is_archive(path) else FEED_CACHE


def not_sealed_yet(path: str, known: Container[str]) -> str:
    """The feed that stands in for the next page of its archive while that is not sealed; "" for any other path."""
    feed, _, page = path.removesuffix(".atom").partition("/archive/")
    current, number = f"{feed}.atom", page_number(page)
    if not number or current not in known or path in known:
        return ""
    is_next = number == 1 or f"{feed}/archive/{number - 1}.atom" in known
    return quote(current) if is_next else ""


def page_number(text: str) -> int:
    """The number of a page as our addresses have it; 0 for anything else."""
    is_number = text.isascii() and text.isdecimal() and len(text) < 10 and not text.startswith("0")
    return int(text) if is_number else 0


def is_unchanged(document: Document, asked: dict[bytes, bytes]) -> bool:
    """Whether the client has these bytes already; If-None-Match goes before If-Modified-Since (RFC 9110 13.2.2)."""
    tags = asked.get(b"if-none-match")
    if tags is not None:
        held = {tag.strip().removeprefix("W/").strip('"') for tag in tags.decode("latin-1").split(",")}
        return not held.isdisjoint(("*", *(document.etag + ending for ending in TAG_ENDINGS.values())))
    since = asked.get(b"if-modified-since")
    return since is not None and _is_not_after(document.changed, since.decode("latin-1"))


def _is_not_after(changed: datetime, since: str) -> bool:
    try:
        moment = parsedate_to_datetime(since)
    except ValueError:
        return False
    return moment.tzinfo is not None and changed <= moment


@lru_cache(maxsize=512)
def preferred_coding(header: bytes, codings: Sequence[str] = CODINGS) -> str:
    """The coding that the client likes best of ours (RFC 9110 section 12.5.3); of equals the first, the smallest.

    What is not named has the weight of "*", and none without it. Without any coding the document itself is sent, also
    to a client that forbids that.
    """
    weights = {}
    for part in header.decode("latin-1").lower().split(",")[:20]:
        coding, _, parameter = part.partition(";")
        name, _, quality = parameter.partition("=")
        weights[coding.strip()] = _number(quality.strip()) if name.strip() == "q" else 1.0
    usual = weights.get("*", 0.0)
    wanted = {coding: weights.get(coding, usual) for coding in codings}
    best = max(codings, key=lambda coding: wanted[coding])
    return best if wanted[best] > 0 else "identity"


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
    """A weight between 0 and 1; 0 for what is none."""
    try:
        weight = float(quality) if quality else 1.0
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0


def has_page(path: str) -> bool:
    """Whether a person who opens this address is better off with a page: a feed is not for reading, a list to keep is.

    A file to import in an agenda or a feed reader opens there.
    """
    return path.endswith((".atom", ".rss", ".json"))


def human_page(path: str) -> str:
    """The page that explains a feed to a person who opened its address."""
    name = path.removeprefix("/feeds/").partition("/archive/")[0].removesuffix(".atom")
    name = name.removesuffix(".rss").removesuffix(".json")
    if name.startswith(("sources/", "labels/")):  # there are too many for one page
        return f"/feeds/{quote(name)}"
    return f"/feeds#{name.replace('/', '-')}"


async def _respond(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
