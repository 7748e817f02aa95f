"""A store with its tables made, on each engine."""

from collections.abc import Iterator

import pytest

from aggregator.store import Store, migrate, open_store


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    migrate.prepare(opened)
    yield opened
    opened.close()
