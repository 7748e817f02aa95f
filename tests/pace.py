"""Time as the machine would take it on which our limits were set.

A shared machine has hours in which everything takes three times as long. A limit in its seconds would then say nothing
of our code: so what a test spends is counted in those of a quiet machine, by a piece of work that always is the same.
On a machine that is quicker than that one, its own seconds count.
"""

import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

QUIET = 0.022  # seconds that `_work` takes: one core of 2.5 GHz with nothing beside it, CPython 3.11


@dataclass(frozen=True)
class Pace:
    """How many seconds of now make one of a quiet machine: those of the processor, and those on the clock."""

    cpu: float
    clock: float


def pace() -> Pace:
    """Measure it; never below 1."""
    began, spent = time.perf_counter(), time.process_time()
    _work()
    clock, cpu = time.perf_counter() - began, time.process_time() - spent
    return Pace(cpu=max(1.0, cpu / QUIET), clock=max(1.0, clock / QUIET))


def _work() -> None:
    """Some arithmetic, texts and memory, as much as our code has of each."""
    known: dict[str, int] = {}
    total = 0
    for number in range(40_000):
        total += number
        known[str(number)] = total
    sorted(known, key=known.__getitem__, reverse=True)


class Stopwatch:
    """Takes the time of a `with` block; the machine's pace is looked at before and after it."""

    cpu: float  # seconds of this process
    clock: float

    def __enter__(self) -> Self:
        self._before = pace()
        self._began, self._spent = time.perf_counter(), time.process_time()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        clock, cpu = time.perf_counter() - self._began, time.process_time() - self._spent
        after = pace()
        self._pace = Pace(cpu=(self._before.cpu + after.cpu) / 2, clock=(self._before.clock + after.clock) / 2)
        self.clock, self.cpu = clock / self._pace.clock, cpu / self._pace.cpu

    def of_child(self, seconds: float) -> float:
        """Processor time that another process spent within the block."""
        return seconds / self._pace.cpu
