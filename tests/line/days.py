"""Days of polls in a second: a partner's server that remembers what it was asked, and a clock that jumps.

The server is a real one on 127.0.0.1 and the fetcher, the line and the store are the service's own; only the time
between two visits is not waited for.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from shutil import copyfile
from socketserver import StreamRequestHandler, ThreadingTCPServer
from time import monotonic
from typing import Any

from aggregator.batch import Intake
from aggregator.fetch import Allowlist, Fetcher
from aggregator.model import Poll, Site, Source
from aggregator.pipeline import Line, poll_due
from aggregator.store import Store, open_store, sources
from aggregator.wiring import StoredRobots, user_agent
from tests.factories import DAY, NOW, SURE, make_entry
from tests.fetch.misbehaving import reply
from tests.line.partner import feed

CONTACT = "https://nieuws.example/contact"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it came in: when by the clock that jumps and when by the real one."""

    at: datetime
    method: str
    target: str
    headers: dict[str, bytes]  # names in lower case
    real: float

    def validators(self) -> tuple[bytes | None, bytes | None]:
        """If-None-Match and If-Modified-Since."""
        return self.headers.get("if-none-match"), self.headers.get("if-modified-since")


Answer = Callable[[Asked], bytes]


class Partner(ThreadingTCPServer):
    """A partner's server: what it answers is set by path (query included), all else is a 404."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 100

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port = self.server_address[1]
        self.now = NOW
        self.answers: dict[str, bytes | Answer] = {"/robots.txt": reply("404 Not Found")}
        self.asked: list[Asked] = []
        self.seconds = 0.0  # that an answer takes
        self.busy = self.busiest = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def url(self, path: str = "/feed", host: str = "127.0.0.1") -> str:
        """The address of a path here."""
        return f"http://{host}:{self.port}{path}"

    def asked_for(self, path: str = "/feed") -> list[Asked]:
        """The requests for one path, in their order."""
        return [each for each in self.asked if each.target == path]

    def hear(self, line: bytes, headers: dict[str, bytes]) -> bytes:
        """Note a request and return its answer."""
        method, target = line.decode("latin-1").split()[:2]
        with self.lock:
            asked = Asked(at=self.now, method=method, target=target, headers=headers, real=monotonic())
            self.asked.append(asked)
            self.busy += 1
            self.busiest = max(self.busiest, self.busy)
        if self.seconds:
            threading.Event().wait(self.seconds)
        answer = self.answers.get(target, reply("404 Not Found"))
        said = answer if isinstance(answer, bytes) else answer(asked)
        with self.lock:
            self.busy -= 1
        return said


class _Handler(StreamRequestHandler):
    server: Partner

    def handle(self) -> None:
        try:
            while line := self.rfile.readline():
                headers: dict[str, bytes] = {}
                while (header := self.rfile.readline()).strip():
                    name, _, value = header.partition(b":")
                    headers[name.lower().decode()] = value.removeprefix(b" ").removesuffix(b"\r\n")
                said = self.server.hear(line, headers)
                self.wfile.write(said)
                if not said:  # an answer of nothing is to hang up
                    return
        except ConnectionError:
            pass


NEWS = feed(*(make_entry(n, published=NOW - n * DAY) for n in range(1, 4)))


def news(*lines: bytes | str, body: bytes = NEWS) -> bytes:
    """A feed, with these header lines."""
    return reply("200 OK", body, "Content-Type: application/rss+xml", *lines)


ETAG, DATE = 'ETag: "één"'.encode("latin-1"), "Last-Modified: Mon, 23 Nov 2026 11:00:00 GMT"
LOGIN = reply("200 OK", b"<html><form><input type=password></form></html>", "Content-Type: text/html")
MANY = [f"/{number}" for number in range(12)]


def in_turn(*answers: bytes) -> Answer:
    """Answer each request with the next of these, with the last one for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def unchanged(*lines: bytes | str) -> bytes:
    """A 304."""
    return reply("304 Not Modified", b"", *lines)


@dataclass
class Days:
    """One partner, followed for days."""

    partner: Partner
    store: Store
    line: Line
    now: datetime = NOW
    wakes: list[datetime] = field(default_factory=list)

    def follow(self, *paths: str, host: str = "127.0.0.1", **fields: Any) -> None:
        """Add sources: one for each path."""
        fields = {"kind": "feed", "organisation": "FME"} | fields
        added = [Source(id=f"s{path}", url=self.partner.url(path, host), **fields) for path in paths]
        with self.store.write() as transaction:
            sources.add(transaction, added, self.now)

    def run(self, span: timedelta) -> list[Asked]:
        """Let this much time go by; returns what was asked of the partner in it."""
        before, end = len(self.partner.asked), self.now + span
        while (due := self._due()) is not None and max(due, self.now) < end:
            self.now = max(self.now, due)
            self._wake()
        self.now = max(self.now, end)
        return self.partner.asked[before:]

    def wake(self, times: int = 1) -> list[Asked]:
        """Let the source be polled so many times; returns what was asked of the partner."""
        before = len(self.partner.asked)
        for _ in range(times):
            due = self._due()
            assert due is not None, "it would never be polled again"
            self.now = max(self.now, due)
            self._wake()
        return self.partner.asked[before:]

    def polls(self) -> list[Poll]:
        """How the last visit to each source went."""
        with self.store.read() as transaction:
            return [each.poll for each in sources.all_sources(transaction)]

    def _due(self) -> datetime | None:
        return min((poll.next_due for poll in self.polls() if poll.next_due), default=None)

    def _wake(self) -> None:
        self.partner.now = self.now
        self.wakes.append(self.now)
        if not list(poll_due(self.line, self.now, "days")):
            self.now += timedelta(minutes=5)  # the host rests


@contextmanager
def days_with(partner: Partner, empty_database: Path, database: Path, **fields: Any) -> Iterator[Days]:
    """A service that nothing follows yet, over a copy of a database with empty tables."""
    copyfile(empty_database, database)
    store = open_store(f"sqlite+pysqlite:///{database}")
    site = Site(title="Nieuws", base_url="https://nieuws.example", tag_authority="nieuws.example,2026", contact=CONTACT)
    fetcher = Fetcher(
        user_agent=user_agent(site),
        allow=Allowlist.parse("127.0.0.1"),
        robots=StoredRobots(store),
        resolve=lambda _host, _port: ["127.0.0.1"],
    )
    settings: dict[str, Any] = {
        "store": store,
        "fetch": fetcher.fetch,
        "tag": lambda _entry, _source: SURE,
        "intake": Intake(mode="automatic", announce_days=14, announce_items=5, tag_authority=site.tag_authority),
        "base_url": site.base_url,
        "tag_authority": site.tag_authority,
        "anonymous": lambda _: False,
        "gap": timedelta(0),
    }
    try:
        yield Days(partner=partner, store=store, line=Line(**(settings | fields)))
    finally:
        fetcher.close()
        store.close()


DaysWith = Callable[..., Days]


def gaps(asked: list[Asked]) -> list[timedelta]:
    """The time between each request and the next."""
    return [later.at - earlier.at for earlier, later in pairwise(asked)]
