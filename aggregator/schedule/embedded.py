"""One process that does it all: a clock that starts the polling task, and a lock that keeps a second one away."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from time import monotonic

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from aggregator.errors import BusyError
from aggregator.pipeline import Report, poll_due
from aggregator.release import refresh
from aggregator.store import leases
from aggregator.wiring import Service

log = structlog.get_logger()

TICK = timedelta(seconds=10)
RELEASE_SECONDS = 2.0  # at least so long between two releases during a long round of polls ...
RELEASE_SHARE = 0.1  # ... and so long that releasing takes at most this share of the time


class Clock:
    """The embedded service's clock: one long polling task at a time, never overlapping ones."""

    def __init__(self, service: Service, *, tick: timedelta = TICK, watch: Callable[[Report], None] | None = None):
        self.service = service
        self.tick = tick
        self.watch = watch or (lambda _: None)
        self.owner = f"embedded-{os.getpid()}"
        self.first_round = Event()  # set when the first round of polls is over
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Take back what a dead process held, bring the documents up to date, and begin."""
        with self.service.store.write() as transaction:
            leases.free_all(transaction)
        refresh(self.service.press, _now(), everything=True)
        self._scheduler.add_job(
            self._round, "interval", seconds=self.tick.total_seconds(), next_run_time=_now(), id="poll"
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Let a running round finish its batch and stop; leases are freed at the next start."""
        self._scheduler.shutdown(wait=False)

    def _round(self) -> None:
        try:
            poll_round(self.service, _now(), self.owner, watch=self.watch)
        finally:
            self.first_round.set()


def poll_round(
    service: Service,
    now: datetime,
    owner: str,
    *,
    only: list[str] | None = None,
    watch: Callable[[Report], None] = lambda _: None,
) -> int:
    """Poll what is due and publish what that changed, while it goes on too; returns how many sources were polled."""
    polled, next_release = 0, monotonic() + RELEASE_SECONDS
    for report in poll_due(service.line, now, owner, only):
        polled += 1
        _log(report)
        watch(report)
        started = monotonic()
        if started > next_release:
            refresh(service.press, now)
            next_release = monotonic() + max(RELEASE_SECONDS, (monotonic() - started) / RELEASE_SHARE)
    refresh(service.press, now)
    return polled


@contextmanager
def sole_process(data_dir: Path) -> Iterator[None]:
    """Hold the data directory; raises BusyError when another service runs on it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "service.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BusyError(
                f"another service already runs on {data_dir}: stop it, or set AGGREGATOR_DATA_DIR to another folder"
            ) from error
        file.write(str(os.getpid()))
        file.flush()
        yield


def _log(report: Report) -> None:
    poll = report.poll
    log.info(
        "poll_finished",
        source=report.source.id,
        outcome=poll.outcome and poll.outcome.value,
        status=poll.status,
        code=poll.code,
        new=report.new,
        changed=report.changed,
        requests=report.requests,
        next_due=poll.next_due and poll.next_due.isoformat(timespec="seconds"),
    )


def _now() -> datetime:
    return datetime.now(UTC)
