"""A store on each engine."""

from tests.line.conftest import partners
from tests.store.conftest import store

__all__ = ["partners", "store"]
