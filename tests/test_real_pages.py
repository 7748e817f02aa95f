"""Home page in, news out, with no configuration: the pages of real sites, polled over real HTTP.

Links inside these pages lead to the sites that they were taken from; nothing is asked there: whatever is not on
loopback answers as a name that cannot be looked up.
"""

import json
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from aggregator.config import load, shipped
from aggregator.model import Answer, Failed, Outcome, Request, Source, Wire
from aggregator.pipeline import poll_due
from aggregator.store import sources
from aggregator.wiring import Service, make_line, open_service
from tests.test_real_sites import Sites, sites

__all__ = ["sites"]

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FEW_FAIL = 2  # of 48: a page that is no list by its own words, one whose list is in a script


def on_loopback(service: Service) -> Callable[..., Iterator[tuple[Request, Answer]]]:
    """The service's own fetcher, for loopback addresses alone."""

    def fetch(
        requests: Iterable[Request], now: datetime, may_start: Callable[[Request], bool]
    ) -> Iterator[tuple[Request, Answer]]:
        here: list[Request] = []
        elsewhere: list[Request] = []
        for request in requests:
            (here if (urlsplit(request.url).hostname or "").startswith("127.") else elsewhere).append(request)
        yield from service.fetcher.fetch(here, now, may_start)
        for request in elsewhere:
            yield request, Failed(wire=Wire(url=request.url), code="dns")

    return fetch


def test_news_is_found_on_the_pages_of_real_sites_without_configuration(sites: Sites, tmp_path: Path) -> None:
    with urllib.request.urlopen(f"{sites.base}/_sites") as answer:
        rows = json.load(answer)
    followed = [Source(id=f"s{row['site']}", organisation=row["site"], url=row["page"]) for row in rows]
    flags = {
        "data_dir": tmp_path,
        "fetch_allow": "127.0.0.0/8",
        "polling.gap": "0 s",
        "site.contact": "test@example.nl",
    }
    config = load(environ={}, flags=flags, config_dir=shipped())
    service = open_service(replace(config, sources=tuple(followed)), NOW)
    line = make_line(config, service.store, on_loopback(service))

    first = {report.source.id: report for report in poll_due(line, NOW, "test")}
    assert set(first) == {source.id for source in followed}
    without = {id_: report.poll.code for id_, report in first.items() if report.new == 0}
    assert len(without) <= FEW_FAIL, without
    assert all(without.values())
    assert sum(report.new for report in first.values()) > 450

    with service.store.write() as transaction:
        sources.make_due(transaction, list(first), NOW + timedelta(days=1))
    second = {report.source.id: report for report in poll_due(line, NOW + timedelta(days=1), "test")}
    assert sum(report.new + report.changed for report in second.values()) == 0
    healthy = {report.poll.outcome for id_, report in second.items() if id_ not in without}
    assert healthy == {Outcome.UNCHANGED}
    service.close()
