from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aggregator.fetch import Allowlist, Fetcher
from aggregator.model import Answer, Request
from tests.fetch.misbehaving import Server

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
USER_AGENT = "TechniekpactAggregator/1.0 (+https://nieuws.example/contact)"

Fetch = Callable[..., Answer]


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def make_fetcher(server: Server) -> Iterator[Callable[..., Fetcher]]:
    """Makes fetchers that may go to `server`, and closes them."""
    with ExitStack() as stack:

        def make(**options: Any) -> Fetcher:
            options.setdefault("allow", Allowlist.parse(server.authority))
            return stack.enter_context(Fetcher(user_agent=USER_AGENT, **options))

        yield make


@pytest.fixture
def fetch(server: Server, make_fetcher: Callable[..., Fetcher]) -> Fetch:
    """Asks for one path of `server`, or for one URL, and returns the answer."""
    fetcher = make_fetcher()

    def one(path: str, **options: Any) -> Answer:
        return only(fetcher, server.url(path) if path.startswith("/") else path, **options)

    return one


def only(fetcher: Fetcher, url: str, **options: Any) -> Answer:
    """The one answer to one request."""
    options.setdefault("gap", timedelta(0))
    [(_, answer)] = fetcher.fetch([Request(source_id="a", url=url, **options)], NOW)
    return answer
