"""How much one client may ask of what is made on request: a token bucket each, kept in this process."""

from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from threading import Lock
from time import monotonic

AT_ONCE = 120
PER_SECOND = 2.0
CLIENTS = 20_000


class Rates:
    """The buckets by client, the least lately seen forgotten first."""

    def __init__(
        self, at_once: int = AT_ONCE, per_second: float = PER_SECOND, clock: Callable[[], float] = monotonic
    ) -> None:
        self.at_once = at_once
        self.per_second = per_second
        self.clock = clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, client: str) -> int:
        """Count one request; 0 when it may be answered, else how many seconds the client should wait."""
        now = self.clock()
        with self._lock:
            left, at = self._held.pop(client, (float(self.at_once), now))
            left = min(self.at_once, left + (now - at) * self.per_second)
            allowed = left >= 1
            self._held[client] = (left - 1 if allowed else left, now)
            while len(self._held) > CLIENTS:
                self._held.popitem(last=False)
        return 0 if allowed else max(1, ceil((1 - left) / self.per_second))
