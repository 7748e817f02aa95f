"""What is planned: which of it is due by now."""

from collections.abc import Mapping
from datetime import datetime


def due(planned: Mapping[int, datetime], now: datetime) -> list[int]:
    """Return the keys of what was planned for `now` or before, in order."""
    return sorted(key for key, at in planned.items() if at <= now)
