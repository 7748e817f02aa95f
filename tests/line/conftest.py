"""A store and partners for tests of the line."""

import pytest

from tests.line.partner import Partners
from tests.store.conftest import store

__all__ = ["partners", "store"]


@pytest.fixture
def partners() -> Partners:
    return Partners()
