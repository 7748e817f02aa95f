"""A look at an address as a poll would take it, stored nowhere."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.errors import SourceError
from aggregator.fetch.robots import RobotsFile, allowed, origin_of, product_token
from aggregator.ladder import FEED, Ladder, best_reading, climb, look
from aggregator.model import Answer, Failed, Fetched, Reading, Request, Source
from aggregator.policy.address import expand
from aggregator.store.sources import Held
from aggregator.wiring import PRODUCT, Service


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


def probe(service: Service, source: Source, now: datetime) -> Probe:
    """Fetch and read one address, and the other addresses that its site offers."""
    request = _request(service, source, source.url, now)
    answer = next(answer for _, answer in service.fetcher.fetch([request], now))
    if not isinstance(answer, Fetched):
        return _found(source, request, answer, now)
    rungs, others = look(answer, source, now)
    asked = [replace(request, url=each.url, respect_robots=True) for each in others]
    answers = {tried.url: said for tried, said in service.fetcher.fetch(asked, now)}
    ladder = climb(rungs, [(each, answers[each.url]) for each in others if each.url in answers], source, now)
    best = ladder.recommended
    address = best.address if best else answer.wire.url
    forbidden = _forbidden(service, [address], now) if best and best.name != "listing" else set()
    return Probe(
        address=address,
        reading=best.reading if best else None,
        code=ladder.code,
        robots_forbid=address in forbidden,
        ladder=ladder,
    )


def probe_all(service: Service, held: Sequence[Held], now: datetime) -> Iterator[tuple[Source, Probe]]:
    """Fetch and read every source at the address where it is polled, in the order of the answers."""
    return _probed(service, [(each.source, each.poll.address or each.source.url) for each in held], now)


def _probed(service: Service, asked: Sequence[tuple[Source, str]], now: datetime) -> Iterator[tuple[Source, Probe]]:
    requests = [_request(service, source, address, now) for source, address in asked]
    by_id = {source.id: source for source, _ in asked}
    forbidden = _forbidden(service, [each.url for each in requests if not each.respect_robots], now)
    for request, answer in service.fetcher.fetch(requests, now):
        source = by_id[request.source_id]
        yield source, replace(_found(source, request, answer, now), robots_forbid=request.url in forbidden)


def _request(service: Service, source: Source, address: str, now: datetime) -> Request:
    is_feed = source.kind == "feed" or address != source.url
    return Request(
        source_id=source.id,
        url=expand(address, now),
        respect_robots=not is_feed,
        accept="page" if source.kind == "page" else "feed",
        parallel=service.line.parallel,
        gap=service.line.gap,
    )


def _found(source: Source, request: Request, answer: Answer, now: datetime) -> Probe:
    if not isinstance(answer, Fetched):
        code = answer.code if isinstance(answer, Failed) else type(answer).__name__.lower()
        return Probe(address=request.url, code=code, detail=getattr(answer, "detail", ""))
    try:
        reading = best_reading(answer, source, now, FEED if source.kind == "feed" else "")
    except SourceError as error:
        return Probe(address=answer.wire.url, code=error.code, detail=error.detail)
    return Probe(address=answer.wire.url, reading=reading)


def _forbidden(service: Service, addresses: Iterable[str], now: datetime) -> set[str]:
    """Those addresses from which their site's robots.txt keeps us away."""
    addresses = list(addresses)
    asked = [
        Request(source_id=origin, url=f"{origin}/robots.txt", gap=service.line.gap)
        for origin in dict.fromkeys(map(origin_of, addresses))
    ]
    files = {
        request.source_id: RobotsFile(fetched_at=now, status=answer.wire.status, text=_text(answer))
        for request, answer in service.fetcher.fetch(asked, now)
        if isinstance(answer, Fetched)
    }
    us = product_token(PRODUCT)
    return {url for url in addresses if origin_of(url) in files and not allowed(files[origin_of(url)], us, url, now)}


def _text(answer: Fetched) -> str:
    return answer.body.decode("utf-8", "replace")
