"""A look at an address as a poll would take it, for whoever asks; stored nowhere."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from aggregator.errors import SourceError
from aggregator.fetch.robots import RobotsFile, allowed, origin_of, product_token
from aggregator.ladder import FEED, Ladder, best_reading, climb, look
from aggregator.model import Answer, Failed, Fetched, Reading, Request, Source
from aggregator.policy.address import expand
from aggregator.store.sources import Held


class Lookout:
    """Where people look from: beside the polling, over a fetcher of its own, one look at a time."""

    def __init__(
        self,
        fetch: Callable[[Iterable[Request], datetime], Iterator[tuple[Request, Answer]]],
        *,
        product: str,
        parallel: int = 2,
        gap: timedelta = timedelta(seconds=1),
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self.product = product
        self.close = close
        self._fetch = fetch
        self._parallel = parallel
        self._gap = gap
        self._turn = Lock()

    def ask(self, requests: Iterable[Request], now: datetime) -> Iterator[tuple[Request, Answer]]:
        """Ask politely; nobody else looks until all answers were taken."""
        with self._turn:
            yield from self._fetch(requests, now)

    def one(self, request: Request, now: datetime) -> Answer:
        """The answer to one request."""
        [(_, answer)] = self.ask([request], now)
        return answer

    def request(self, source: Source, address: str, now: datetime) -> Request:
        """What is asked of an address of this source."""
        is_feed = source.kind == "feed" or address != source.url
        return Request(
            source_id=source.id,
            url=expand(address, now),
            respect_robots=not is_feed,
            accept="page" if source.kind == "page" else "feed",
            parallel=self._parallel,
            gap=self._gap,
        )

    def robots(self, origins: Iterable[str], now: datetime) -> dict[str, RobotsFile]:
        """The robots.txt of these sites, as far as they have one."""
        asked = [Request(source_id=each, url=f"{each}/robots.txt", gap=self._gap) for each in dict.fromkeys(origins)]
        return {
            request.source_id: RobotsFile(fetched_at=now, status=answer.wire.status, text=_text(answer))
            for request, answer in self.ask(asked, now)
            if isinstance(answer, Fetched)
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """What is at an address: a reading, or the code of why there is none.

    `robots_forbid`: robots.txt asks robots to stay away from this feed; feeds are polled all the same.
    """

    address: str
    reading: Reading | None = None
    code: str = ""
    detail: str = ""
    robots_forbid: bool = False
    ladder: Ladder | None = None  # every rung that was looked at, for an address that nobody climbed yet


def probe(lookout: Lookout, source: Source, now: datetime) -> Probe:
    """Fetch and read one address, and the other addresses that its site offers."""
    request = lookout.request(source, source.url, now)
    answer = lookout.one(request, now)
    if not isinstance(answer, Fetched):
        return _found(source, request, answer, now)
    rungs, others = look(answer, source, now)
    asked = [replace(request, url=each.url, respect_robots=True) for each in others]
    answers = {tried.url: said for tried, said in lookout.ask(asked, now)}
    ladder = climb(rungs, [(each, answers[each.url]) for each in others if each.url in answers], source, now)
    best = ladder.recommended
    address = best.address if best else answer.wire.url
    forbidden = _forbidden(lookout, [address], now) if best and best.name != "listing" else set()
    return Probe(
        address=address,
        reading=best.reading if best else None,
        code=ladder.code,
        robots_forbid=address in forbidden,
        ladder=ladder,
    )


def probe_all(lookout: Lookout, held: Sequence[Held], now: datetime) -> Iterator[tuple[Source, Probe]]:
    """Fetch and read every source at the address where it is polled, in the order of the answers."""
    requests = [lookout.request(each.source, each.poll.address or each.source.url, now) for each in held]
    by_id = {each.source.id: each.source for each in held}
    forbidden = _forbidden(lookout, [each.url for each in requests if not each.respect_robots], now)
    for request, answer in lookout.ask(requests, now):
        source = by_id[request.source_id]
        yield source, replace(_found(source, request, answer, now), robots_forbid=request.url in forbidden)


def _found(source: Source, request: Request, answer: Answer, now: datetime) -> Probe:
    if not isinstance(answer, Fetched):
        code = answer.code if isinstance(answer, Failed) else type(answer).__name__.lower()
        return Probe(address=request.url, code=code, detail=getattr(answer, "detail", ""))
    try:
        reading = best_reading(answer, source, now, FEED if source.kind == "feed" else "")
    except SourceError as error:
        return Probe(address=answer.wire.url, code=error.code, detail=error.detail)
    return Probe(address=answer.wire.url, reading=reading)


def _forbidden(lookout: Lookout, addresses: Iterable[str], now: datetime) -> set[str]:
    """Those addresses from which their site's robots.txt keeps us away."""
    addresses = list(addresses)
    files = lookout.robots(map(origin_of, addresses), now)
    us = product_token(lookout.product)
    return {url for url in addresses if origin_of(url) in files and not allowed(files[origin_of(url)], us, url, now)}


def _text(answer: Fetched) -> str:
    return answer.body.decode("utf-8", "replace")
