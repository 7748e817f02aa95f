"""bench/ is no package: its files stand beside each other."""

import sys
from pathlib import Path

from tests.store.conftest import store

__all__ = ["store"]

sys.path.append(str(Path(__file__).parents[2] / "bench"))
