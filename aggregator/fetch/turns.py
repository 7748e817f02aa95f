"""Whose turn it is: never more requests at once on a host than it bears, never two without a gap between them."""

from collections import deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Generic, Protocol, TypeVar


class Turn(Protocol):
    """What waits for its turn on a host; `gap` is in seconds."""

    host: str
    parallel: int
    gap: float


T = TypeVar("T", bound=Turn)


@dataclass(slots=True)
class _Host(Generic[T]):
    waiting: deque[T] = field(default_factory=deque)
    running: int = 0
    started: float = float("-inf")
    next_start: float = float("-inf")
    asks_gap: float = 0.0
    is_listed: bool = False


class Turns(Generic[T]):
    """Who waits for which host. All times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host[T]] = {}
        self._ready: list[tuple[float, int, str]] = []  # heap of (when, in order, host), a host at most once
        self._order = count()

    def add(self, turn: T) -> None:
        """Let one wait for its turn, behind those that wait for the same host."""
        self._host(turn.host).waiting.append(turn)
        self._list(turn.host)

    def ask_gap(self, host: str, seconds: float) -> None:
        """Keep at least this gap on a host from now on, whatever a request says: its own wish (Crawl-delay)."""
        held = self._host(host)
        held.asks_gap = seconds
        held.next_start = max(held.next_start, held.started + seconds)

    def take(self, at: float) -> T | None:
        """Return one whose turn it is, None if it is nobody's. It holds its place until `leave`."""
        while self._ready and self._ready[0][0] <= at:
            name = heappop(self._ready)[2]
            held = self._hosts[name]
            held.is_listed = False
            if held.next_start <= at:  # the gap may have grown meanwhile
                turn = held.waiting.popleft()
                held.running += 1
                held.started = at
                held.next_start = at + max(turn.gap, held.asks_gap)
                self._list(name)
                return turn
            self._list(name)
        return None

    def leave(self, turn: T, sent_at: float | None = None) -> None:
        """Give a place on a host back. The gap counts from when the request was really sent, if that is known."""
        held = self._hosts[turn.host]
        held.running -= 1
        if sent_at is not None:
            held.next_start = max(held.next_start, sent_at + max(turn.gap, held.asks_gap))
        self._list(turn.host)

    def next_at(self) -> float | None:
        """Return when the next turn may come without a place being given back; None for never."""
        return self._ready[0][0] if self._ready else None

    def clear(self) -> None:
        """Nobody waits or runs any more; the gaps stay."""
        self._ready.clear()
        for held in self._hosts.values():
            held.waiting.clear()
            held.running, held.is_listed = 0, False

    def forget_idle(self, at: float) -> None:
        """Drop the hosts on which nothing happens and whose gap is over."""
        self._hosts = {name: held for name, held in self._hosts.items() if not self._is_idle(held, at)}

    def _is_idle(self, held: _Host[T], at: float) -> bool:
        return not held.waiting and not held.running and held.next_start <= at

    def _host(self, name: str) -> _Host[T]:
        held = self._hosts.get(name)
        if held is None:
            held = self._hosts[name] = _Host()
        return held

    def _list(self, name: str) -> None:
        held = self._hosts[name]
        if held.waiting and not held.is_listed and held.running < held.waiting[0].parallel:
            heappush(self._ready, (held.next_start, next(self._order), name))
            held.is_listed = True
