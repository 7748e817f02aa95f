from collections.abc import Iterator

import pytest

from tests.prove.network import Network


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as made:
        yield made
        made.shutdown()
