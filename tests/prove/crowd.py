"""Very many partners on loopback: each source a feed of its own, some on each of many servers, and all of it watched.

Every address in 127.0.0.0/8 reaches this machine, so one listening socket plays any number of servers. What is noted is
what a partner would see: which requests were under way at once, and how far apart they began.
"""

import asyncio
import threading
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from time import monotonic
from typing import Self

from aggregator.model import Source

FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Partner {number}</title>
<link>https://partner-{number}.example/</link>{items}</channel></rss>"""
ITEM = """<item><title>{title}</title><link>https://partner-{number}.example/{n}</link>
<guid>urn:{number}:{n}</guid><pubDate>Mon, 23 Nov 2026 09:00:00 +0100</pubDate></item>"""
SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "wo", "zu")


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One request: by whom it was heard, for what, from when until when (seconds of one monotonic clock)."""

    server: str
    path: str
    begun: float
    ended: float


OURSELVES = "127.0.0.1"  # none of the servers below


class Crowd:
    """`sources` feeds over `servers` servers; in each generation every feed has one more item."""

    def __init__(self, sources: int, servers: int, seconds: tuple[float, float] = (0.0, 0.05)) -> None:
        self.sources, self.servers, self.seconds = sources, servers, seconds
        self.generation = 1
        self.heard: list[Heard] = []
        self.open: Counter[str] = Counter()
        self.most_open: Counter[str] = Counter()
        self.lag = 0.0  # the longest that a request was on its way until it was heard: so much too short may a gap look
        self._asked = 0.0
        self._chance = Random(sources)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._watching.cancel)
        self._thread.join(10)

    def all(self) -> list[Source]:
        """The sources of this network; what they bring waits for editors, so that few documents are made."""
        return [
            Source(
                id=f"s{number}",
                organisation=f"Partner {number}",
                url=f"http://{self._server(number)}:{self.port}/{number}",
                kind="feed",
                relevance="all",
                publish="review",
            )
            for number in range(self.sources)
        ]

    def gaps(self) -> list[float]:
        """The seconds between the beginnings of two requests at one server, shortest first."""
        begun: defaultdict[str, list[float]] = defaultdict(list)
        for each in self.heard:
            begun[each.server].append(each.begun)
        starts = [sorted(times) for times in begun.values()]
        return sorted(after - before for times in starts for before, after in pairwise(times))

    def most_at_once(self) -> int:
        """The most requests that were under way at once at one server."""
        return _most_at_once([(each.server, each.begun, each.ended) for each in self.heard])

    def most_at_once_for_one_source(self) -> int:
        """The most requests that were under way at once for one source."""
        return _most_at_once([(each.path, each.begun, each.ended) for each in self.heard])

    def _server(self, number: int) -> str:
        place = number % self.servers
        return f"127.{1 + place // 62500}.{1 + place // 250 % 250}.{1 + place % 250}"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "0.0.0.0", 0, backlog=1000))
        self.port = server.sockets[0].getsockname()[1]
        self._watching = self._loop.create_task(self._watch_itself())
        self._ready.set()
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._watching)

    async def _watch_itself(self) -> None:
        while True:
            self._asked = monotonic()
            _, writer = await asyncio.open_connection(OURSELVES, self.port)
            writer.write(b"GET /how-late HTTP/1.1\r\n\r\n")
            await asyncio.sleep(0.01)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server = writer.get_extra_info("sockname")[0]
        self.open[server] += 1
        self.most_open[server] = max(self.most_open[server], self.open[server])
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                begun = monotonic()
                if server == OURSELVES:
                    self.lag = max(self.lag, begun - self._asked)
                    continue
                path = head.split(b" ", 2)[1].decode("latin-1")
                await asyncio.sleep(self._chance.uniform(*self.seconds))
                body = self._feed(path)
                status = b"200 OK" if body else b"404 Not Found"
                writer.write(
                    b"HTTP/1.1 %s\r\nContent-Type: application/rss+xml\r\nContent-Length: %d\r\n\r\n%s"
                    % (status, len(body), body)
                )
                self.heard.append(Heard(server=server, path=path, begun=begun, ended=monotonic()))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
        self.open[server] -= 1

    def _feed(self, path: str) -> bytes:
        number = path.strip("/")
        if not number.isdecimal():
            return b""
        items = [ITEM.format(title=title(int(number), n), number=number, n=n) for n in range(self.generation)]
        return FEED.format(number=number, items="".join(items)).encode()


def title(number: int, n: int) -> str:
    """Words that no other item has, so that nothing is the same news."""
    chance = Random(number * 1000 + n)
    return " ".join("".join(chance.choices(SYLLABLES, k=4)) for _ in range(6)).capitalize()


def _most_at_once(spans: Sequence[tuple[str, float, float]]) -> int:
    changes = sorted([(end, -1, name) for name, _, end in spans] + [(begin, 1, name) for name, begin, _ in spans])
    now: Counter[str] = Counter()
    most = 0
    for _, change, name in changes:
        now[name] += change
        most = max(most, now[name])
    return most
