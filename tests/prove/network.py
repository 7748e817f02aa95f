"""A partner network whose news grows from generation to generation, served by a thread, and a service that polls it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from aggregator.config import load
from aggregator.model import Entry
from aggregator.wiring import Service, open_service
from tests.fetch.misbehaving import reply
from tests.line.days import Asked, Partner
from tests.line.partner import feed

FEEDS = 30
FIRST_ENTRIES = 4
BORN = datetime(2026, 11, 1, tzinfo=UTC)


class Network(Partner):
    """Thirty feeds; in each generation a third of them has a new entry, and some titles are corrected.

    Neighbours carry each other's news now and then, so that stories are joined.
    """

    def __init__(self) -> None:
        super().__init__()
        self.generation = 0
        self.answers = {f"/feeds/{number}": self._answer(number) for number in range(FEEDS)}

    def entries(self, number: int) -> list[Entry]:
        """What feed `number` says now."""
        count = FIRST_ENTRIES + (self.generation + number % 3) // 3
        return [self._entry(number, n) for n in range(count)]

    def sources(self) -> str:
        """The feeds, as sources.toml."""
        return "\n".join(
            f'[[source]]\nid = "s{number}"\norganisation = "Partner {number}"\nurl = "{self.url(f"/feeds/{number}")}"\n'
            'kind = "feed"\nrelevance = "all"\npublish = "auto"\n'
            for number in range(FEEDS)
        )

    def _entry(self, number: int, n: int) -> Entry:
        writer = number - 1 if n % 4 == 3 and number % 2 else number
        corrected = " (verbeterd)" if n % 5 == 2 and self.generation > n else ""
        return Entry(
            id=f"urn:{number}:{n}",
            link=f"https://partner-{writer}.example/nieuws/{n}",
            title=f"Bericht {n} van partner {writer}{corrected}",
            summary=f"Partner {writer} heeft nieuws over techniek, nummer {n}.",
            published=BORN + timedelta(hours=n, minutes=writer),
        )

    def _answer(self, number: int) -> "Answering":
        return Answering(self, number)


@dataclass(frozen=True)
class Answering:
    """One feed with an ETag."""

    network: Network
    number: int

    def __call__(self, asked: Asked) -> bytes:
        body = feed(*self.network.entries(self.number))
        tag = b'"' + blake2b(body, digest_size=8).hexdigest().encode() + b'"'
        if asked.validators()[0] == tag:
            return reply("304 Not Modified", b"", b"ETag: " + tag)
        return reply("200 OK", body, "Content-Type: application/rss+xml", b"ETag: " + tag)


def environment(folder: Path, network: Network, **more: str) -> dict[str, str]:
    """What makes a service of ours poll the network, with its data in `folder`."""
    (folder / "config").mkdir(parents=True, exist_ok=True)
    (folder / "config" / "sources.toml").write_text(network.sources())
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AGGREGATOR_")}
    return ours | {
        "AGGREGATOR_DATA_DIR": str(folder / "data"),
        "AGGREGATOR_CONFIG_DIR": str(folder / "config"),
        "AGGREGATOR_FETCH_ALLOW": "127.0.0.1",
        "AGGREGATOR_POLLING__GAP": "0s",
        "AGGREGATOR_PUBLISHING__ANNOUNCE_DAYS": "36500",
        "AGGREGATOR_PUBLISHING__ANNOUNCE_ITEMS": "10000",
        "AGGREGATOR_PUBLISHING__FEED_LENGTH": "1000",
        **more,
    }


@contextmanager
def opened(environ: dict[str, str]) -> Iterator[Service]:
    """The service in this process."""
    service = open_service(load(environ=environ), datetime.now(UTC))
    try:
        yield service
    finally:
        service.close()
