"""Thousands of polls in one process, good and bad: memory, files, threads and database stay as they are."""

import gc
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest
from sqlalchemy import func, select, text

from aggregator.schedule.polling import poll_round
from aggregator.store import Store
from aggregator.store.tables import metadata
from aggregator.wiring import Service
from tests.factories import make_entry
from tests.fetch.misbehaving import redirect, reply
from tests.line.days import Asked, news
from tests.line.partner import feed
from tests.prove.network import FEEDS, Network, environment, opened
from tests.prove.sizes import sample_and_full

US = Path("/proc/self")
PAGE_BYTES = 4096
MB = 1_000_000
GROWTH = 4 * MB
CONNECTIONS = 4  # that may happen to be open: two to the host, both ends of them in this process
START = datetime(2027, 1, 1, tzinfo=UTC)

Weather = Callable[[int], bytes]  # what a feed answers in a round


def changing(round_: int) -> bytes:
    entries = [make_entry(n, link=f"https://a.example/{n}", published=START) for n in range(round_, round_ + 10)]
    return news(body=feed(*entries))


def gzipped_and_cut(round_: int) -> bytes:
    whole = gzip.compress(feed(make_entry(round_)))
    return news("Content-Encoding: gzip", body=whole[:-20])


BAD_DAYS: list[Weather] = [
    changing,
    lambda round_: news(f'ETag: "{round_}"', body=feed(make_entry(1, title=f"Steeds anders: {round_}"))),
    lambda _: reply("500 Internal Server Error", b"x" * 10_000),
    lambda _: b"",
    gzipped_and_cut,
    lambda _: redirect("/feeds/29", "302 Found"),
    lambda _: redirect("/feeds/26", "301 Moved Permanently"),
    lambda round_: reply("200 OK", b"<html><p>Onderhoud, poging %d" % round_),
    lambda round_: reply("200 OK", f"<rss><channel><item><title>{round_}</b>".encode()),
    lambda round_: reply("200 OK", b"\x00\xff\xfe" * round_),
    lambda _: reply("200 OK", b"", *(f"X-{n}: {'x' * 1000}" for n in range(30))),
    lambda round_: reply("404 Not Found") if round_ % 3 else changing(round_),
]


@dataclass(frozen=True)
class Use:
    """What this process uses."""

    bytes: int
    files: int
    threads: int


def use() -> Use:
    gc.collect()
    pages = int((US / "statm").read_text().split()[1])
    return Use(
        bytes=pages * PAGE_BYTES, files=len(list((US / "fd").iterdir())), threads=len(list((US / "task").iterdir()))
    )


def spoil(network: Network) -> None:
    """Let a part of the network misbehave, differently in each round."""
    for number, weather in enumerate(BAD_DAYS):
        network.answers[f"/feeds/{number}"] = _answer(network, weather)


def _answer(network: Network, weather: Weather) -> Callable[[Asked], bytes]:
    return lambda _: weather(network.generation)


def soak(service: Service, network: Network, days: range, *, grows: bool) -> list[Use]:
    """Poll everything on each of these days; returns what was used after each."""
    used = []
    for day in days:
        network.generation += grows
        network.asked.clear()
        assert poll_round(service, START + timedelta(days=2 * day), "soak") == FEEDS
        used.append(use())
    return used


def size_of(store: Store) -> dict[str, int]:
    """Rows of each table, and the pages that the database takes."""
    with store.read() as transaction:
        sizes = {
            name: transaction.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }
        return sizes | {"pages": transaction.execute(text("PRAGMA page_count")).scalar_one()}


@pytest.mark.skipif(not US.exists(), reason="only Linux tells it in /proc")
@sample_and_full("rounds", 24, 200)
def test_thousands_of_polls_use_no_more_than_the_first_ones(rounds: int, network: Network, tmp_path: Path) -> None:
    spoil(network)
    # Short feeds, full from the start: longer ones would grow with the news.
    with opened(environment(tmp_path, network, AGGREGATOR_PUBLISHING__FEED_LENGTH="20")) as service:
        used = soak(service, network, range(rounds), grows=True)
        database = size_of(service.store)["pages"] * PAGE_BYTES  # SQLite keeps pages in memory, 16 MB at most
    early, late = used[rounds // 3 : rounds // 2], used[-rounds // 6 :]
    assert median(each.bytes for each in late) - median(each.bytes for each in early) < GROWTH + database
    assert max(each.files for each in late) <= max(each.files for each in early) + CONNECTIONS
    assert max(each.threads for each in late) <= max(each.threads for each in early) + CONNECTIONS


@sample_and_full("rounds", 10, 100)
def test_a_database_does_not_grow_while_nothing_changes(rounds: int, network: Network, tmp_path: Path) -> None:
    with opened(environment(tmp_path, network)) as service:
        soak(service, network, range(2), grows=True)
        soak(service, network, range(2, 3), grows=False)
        before = size_of(service.store)
        soak(service, network, range(3, 3 + rounds), grows=False)
        assert size_of(service.store) == before
    assert before["item"] > FEEDS
