"""The way in to a service over each database."""

import pytest

from aggregator.accounts import Access
from aggregator.store import Store, sources
from tests.factories import NOW, make_source
from tests.store.conftest import store

__all__ = ["store"]


@pytest.fixture
def access(store: Store) -> Access:
    with store.write() as transaction:
        sources.add(transaction, [make_source("fme"), make_source("vhto")], NOW)
    return Access(
        store=store, secret_key="geheim" * 6, base_url="https://nieuws.example", title="Proefnieuws", sends_mail=True
    )
