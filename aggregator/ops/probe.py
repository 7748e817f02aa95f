"""A look at an address as a poll would take it, stored nowhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.errors import SourceError
from aggregator.fetch.robots import RobotsFile, allowed, origin_of
from aggregator.model import Answer, Failed, Fetched, Reading, Request, Source
from aggregator.pipeline import read
from aggregator.policy.address import expand
from aggregator.store.sources import Held
from aggregator.wiring import PRODUCT, Service


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """What is at an address: a reading, or the code of why there is none."""

    address: str
    reading: Reading | None = None
    code: str = ""
    detail: str = ""
    robots_forbid: bool = False


def probe(service: Service, source: Source, now: datetime) -> Probe:
    """Fetch and read one address."""
    requests = [_request(source, source.url, now)]
    for _, answer in service.fetcher.fetch(requests, now, lambda _: True):
        return _probed(service, source, source.url, answer, now)
    return Probe(address=source.url, code="dns")


def probe_all(service: Service, held: Sequence[Held], now: datetime) -> Iterator[tuple[Source, Probe]]:
    """Fetch and read every source at the address where it is polled, in the order of the answers."""
    by_id = {each.source.id: each for each in held}
    requests = [_request(each.source, each.poll.address or each.source.url, now) for each in held]
    for request, answer in service.fetcher.fetch(requests, now, lambda _: True):
        source = by_id[request.source_id].source
        yield source, _probed(service, source, request.url, answer, now)


def _request(source: Source, address: str, now: datetime) -> Request:
    return Request(source_id=source.id, url=expand(address, now), accept="page" if source.kind == "page" else "feed")


def _probed(service: Service, source: Source, address: str, answer: Answer, now: datetime) -> Probe:
    if not isinstance(answer, Fetched):
        code = answer.code if isinstance(answer, Failed) else type(answer).__name__.lower()
        return Probe(address=address, code=code, detail=getattr(answer, "detail", ""))
    forbid = robots_forbid(service, answer.wire.url, now)
    try:
        reading = read(answer, source, now)
    except SourceError as error:
        return Probe(address=answer.wire.url, code=error.code, detail=error.detail, robots_forbid=forbid)
    return Probe(address=answer.wire.url, reading=reading, robots_forbid=forbid)


def robots_forbid(service: Service, url: str, now: datetime) -> bool:
    """Whether the site's robots.txt asks robots to stay away from `url`; feeds are polled all the same."""
    address = origin_of(url) + "/robots.txt"
    for _, answer in service.fetcher.fetch([Request(source_id="robots", url=address, accept="page")], now):
        if isinstance(answer, Fetched):
            file = RobotsFile(fetched_at=now, status=answer.wire.status, text=answer.body.decode("utf-8", "replace"))
            return not allowed(file, PRODUCT, url, now)
    return False
