"""The published documents as this process serves them: loaded once, dropped when another process changed them.

The store tells of a change by one number, the generation. `watch` asks for it once a second in a thread of its own,
so that no request ever waits for that question.
"""

import gzip
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

import brotli
import structlog

from aggregator.errors import StoreError
from aggregator.model import Document
from aggregator.store import Store, documents

log = structlog.get_logger()

WATCH_SECONDS = 1.0
SHELF_BYTES = 48_000_000
BROTLI_QUALITY = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """A document in all its forms, ready to be sent."""

    document: Document
    gzip: bytes
    br: bytes
    headers: dict[str, list[tuple[bytes, bytes]]] = field(default_factory=dict)  # of its answers, once they were asked

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return len(self.document.body) + len(self.gzip) + len(self.br)

    def in_coding(self, coding: str) -> bytes:
        """The bytes in this content coding."""
        return {"br": self.br, "gzip": self.gzip}.get(coding, self.document.body)


def packed(document: Document, coding: str) -> Ready:
    """A document that was made for one request, in the coding that is asked for and no other."""
    body = document.body
    br = brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY) if coding == "br" else b""
    return Ready(document=document, gzip=gzip.compress(body, mtime=0) if coding == "gzip" else b"", br=br)


class Shelf:
    """The documents by path, the least lately used ones dropped when they take too much memory."""

    def __init__(self, store: Store, limit: int = SHELF_BYTES) -> None:
        self.store = store
        self.limit = limit
        self.known: frozenset[str] = frozenset()
        self._generation = -1
        self._ready: OrderedDict[str, Ready] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()
        self._stop = Event()

    @property
    def generation(self) -> int:
        """That of the documents, as far as is known here; grows at every release."""
        return self._generation

    def watch(self) -> None:
        """Follow the generation until `close`."""
        self.look()
        Thread(target=self._follow, name="documents", daemon=True).start()

    def close(self) -> None:
        """Stop following."""
        self._stop.set()

    def look(self) -> None:
        """See whether documents changed, and forget those that did."""
        with self.store.read() as transaction:
            generation = documents.generation(transaction)
            if generation == self._generation:
                return
            changed = documents.changed_since(transaction, self._generation)
            known = frozenset(documents.paths(transaction))
        with self._lock:
            for path in [*changed, *(path for path in self._ready if path not in known)]:
                self._drop(path)
            self.known, self._generation = known, generation

    def held(self, path: str) -> Ready | None:
        """The document if it is in memory; a dictionary's lookup, for the event loop."""
        ready = self._ready.get(path)
        if ready is not None:
            with suppress(KeyError):  # it was dropped this moment, and is served once more
                self._ready.move_to_end(path)
        return ready

    def load(self, path: str) -> Ready | None:
        """The document, from the store when it is not in memory; None when there is none."""
        generation = self._generation
        with self.store.read() as transaction:
            kept = documents.get(transaction, path)
        if kept is None:
            return None
        # Made here, by the thread that fetches a document for its first reader: most feeds of a cold start have none.
        br = brotli.compress(kept.document.body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
        ready = Ready(document=kept.document, gzip=kept.gzip, br=br)
        with self._lock:
            if generation == self._generation:  # else what was read may be older than what was dropped meanwhile
                self._drop(path)
                self._ready[path] = ready
                self._bytes += ready.size
                while self._bytes > self.limit and len(self._ready) > 1:
                    self._drop(next(iter(self._ready)))
        return ready

    def _drop(self, path: str) -> None:
        ready = self._ready.pop(path, None)
        if ready is not None:
            self._bytes -= ready.size

    def _follow(self) -> None:
        while not self._stop.wait(WATCH_SECONDS):
            try:
                self.look()
            except StoreError as error:  # the last good documents are served on until it is back
                log.warning("documents_not_followed", error=str(error))
