"""One process that does it all: a clock that starts the polling task, and a lock that keeps a second one away."""

import fcntl
import gc
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from aggregator.errors import BusyError, StoreError
from aggregator.pipeline import Report
from aggregator.release import refresh
from aggregator.schedule.chores import CHORES, Chore, Turn, take
from aggregator.schedule.polling import Stopping, poll_round, stoppable
from aggregator.store import leases, outbox
from aggregator.wiring import Service

log = structlog.get_logger()

TICK = timedelta(seconds=10)
TURN_SECONDS = 0.001  # of a thread; a request needs several while a round of polls is busy, and Python's are 5 ms
STOP_SECONDS = 3.0


# That a tick comes while the last one's work still goes on is how it is meant; APScheduler warns of each.
logging.getLogger("apscheduler").setLevel(logging.ERROR)


class Clock:
    """The embedded service's clock: one long polling task at a time, never overlapping ones."""

    def __init__(
        self,
        service: Service,
        *,
        tick: timedelta = TICK,
        watch: Callable[[Report], None] = lambda _: None,
        after_round: Callable[[], None] = lambda: None,
    ) -> None:
        self._stopping = Event()
        self.service = stoppable(service, self._stopping.is_set)
        self.tick = tick
        self.watch = watch
        self.after_round = after_round
        self.owner = f"embedded-{os.getpid()}"
        self._at_work: set[Thread] = set()
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Take back what a dead process held, bring the documents up to date, and begin."""
        with self.service.store.write() as transaction:
            leases.free_all(transaction)
            outbox.free_all(transaction)
        refresh(self.service.press, _now(), everything=True)
        settle_memory()
        sys.setswitchinterval(TURN_SECONDS)
        self._scheduler.add_job(
            self._patiently,
            "interval",
            args=[self._poll, "poll"],
            seconds=self.tick.total_seconds(),
            next_run_time=_now(),
            id="poll",
        )
        for chore in CHORES:
            self._scheduler.add_job(
                self._patiently,
                "interval",
                args=[partial(self._take, chore), chore.name],
                seconds=chore.every.total_seconds(),
                next_run_time=_now() + chore.first,
                id=chore.name,
            )
        self._scheduler.start()

    def stop(self) -> bool:
        """Ask nothing more of anyone; returns whether what was under way ended within a few seconds.

        What still waits for a slow server is left to die with the process. What a round did not write down yet is due
        again, and the next start frees its leases; what a chore did not, its next turn does.
        """
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown()
        ends = monotonic() + STOP_SECONDS
        for worker in list(self._at_work):
            worker.join(max(0.0, ends - monotonic()))
        return not any(worker.is_alive() for worker in list(self._at_work))

    def _patiently(self, work: Callable[[], None], name: str) -> None:
        """Work until it is done or the service stops: then it ends by itself, or dies with the process.

        A daemon thread, because the interpreter waits at its end for those of the scheduler.
        """
        worker = Thread(target=work, name=name, daemon=True)
        self._at_work.add(worker)
        worker.start()
        while worker.is_alive() and not self._stopping.is_set():
            worker.join(0.2)
        if not worker.is_alive():
            self._at_work.discard(worker)

    def _take(self, chore: Chore) -> None:
        take(chore, Turn(service=self.service, now=_now(), is_stopping=self._stopping.is_set))

    def _poll(self) -> None:
        try:
            with suppress(Stopping):
                poll_round(self.service, _now(), self.owner, watch=self.watch)
                self.after_round()
        except StoreError as error:  # the next tick tries again
            log.error("round_failed", error=str(error))


def settle_memory() -> None:
    """Spare what is there now, and what a batch of polls holds until it is written, the search for cycles.

    Nearly nothing that a round makes holds itself: at Python's own pace the search took a tenth of its time.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@contextmanager
def sole_process(data_dir: Path) -> Iterator[None]:
    """Hold the data directory; raises BusyError when another service runs on it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "service.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(
                f"another service already runs on {data_dir}: stop it, or set AGGREGATOR_DATA_DIR to another folder"
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _now() -> datetime:
    return datetime.now(UTC)
