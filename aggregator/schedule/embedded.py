"""One process that does it all: a clock that starts the polling task, and a lock that keeps a second one away."""

import fcntl
import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from aggregator.deliver import work_off
from aggregator.desk import waiting
from aggregator.desk.timing import let_out
from aggregator.errors import BusyError, StoreError
from aggregator.joining import forget
from aggregator.model import Answer, Request
from aggregator.pipeline import Report, poll_due
from aggregator.release import refresh
from aggregator.schedule.learning import learn
from aggregator.store import Store, documents, events, leases
from aggregator.wiring import Service

log = structlog.get_logger()

TICK = timedelta(seconds=10)
TURN_SECONDS = 0.001  # of a thread; a request needs several while a round of polls is busy, and Python's are 5 ms
TIDY_AFTER = timedelta(minutes=10)  # of the start: the first polls go first
DELIVER = timedelta(seconds=5)
RETRAIN = timedelta(days=1)  # at least so long between two trainings
DECIDED = timedelta(seconds=2)  # between two looks for what editors decided, and so at most until it is public
BRING_BACK = timedelta(minutes=10)
LET_OUT = timedelta(seconds=30)
STOP_SECONDS = 3.0
RELEASE_SECONDS = 2.0  # at least so long between two releases during a long round of polls ...
RELEASE_SHARE = 0.05  # ... and so long that releasing takes at most this share of the time


class Stopping(Exception):  # noqa: N818  it is no error
    """The service is being stopped: begin nothing more."""


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
        self.service = replace(service, line=replace(service.line, fetch=self._fetch))
        self.fetch = service.line.fetch
        self.tick = tick
        self.watch = watch
        self.after_round = after_round
        self.owner = f"embedded-{os.getpid()}"
        self._trained_at = datetime.min.replace(tzinfo=UTC)
        self._stopping = Event()
        self._round: Thread | None = None
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Take back what a dead process held, bring the documents up to date, and begin."""
        with self.service.store.write() as transaction:
            leases.free_all(transaction)
        refresh(self.service.press, _now(), everything=True)
        settle_memory()
        sys.setswitchinterval(TURN_SECONDS)
        self._scheduler.add_job(
            self._begin, "interval", seconds=self.tick.total_seconds(), next_run_time=_now(), id="poll"
        )
        self._scheduler.add_job(self._tidy, "interval", days=1, next_run_time=_now() + TIDY_AFTER, id="tidy")
        self._scheduler.add_job(self._release, "interval", seconds=DECIDED.total_seconds(), id="release")
        self._scheduler.add_job(
            self._bring_back, "interval", seconds=BRING_BACK.total_seconds(), next_run_time=_now(), id="bring-back"
        )
        self._scheduler.add_job(
            self._let_out, "interval", seconds=LET_OUT.total_seconds(), next_run_time=_now(), id="let out"
        )
        if self.service.senders:
            self._scheduler.add_job(
                self._deliver, "interval", seconds=DELIVER.total_seconds(), next_run_time=_now(), id="deliver"
            )
        self._scheduler.add_job(self._learn, "interval", hours=1, next_run_time=_now() + TIDY_AFTER, id="learn")
        self._scheduler.start()

    def stop(self) -> bool:
        """Ask nothing more of anyone; returns whether the round that was under way ended within a few seconds.

        One that still waits for a slow server is left to die with the process. What a round did not write down yet
        is due again, and the next start frees its leases.
        """
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown()
        if self._round is not None:
            self._round.join(STOP_SECONDS)
        return self._round is None or not self._round.is_alive()

    def _begin(self) -> None:
        # A daemon thread, because the interpreter waits at its end for those of the scheduler.
        self._round = Thread(target=self._poll, name="poll", daemon=True)
        self._round.start()
        while self._round.is_alive() and not self._stopping.is_set():
            self._round.join(0.2)

    def _deliver(self) -> None:
        try:
            work_off(self.service.store, self.service.senders, _now, is_stopping=self._stopping.is_set)
        except StoreError as error:  # the next tick tries again
            log.error("delivery_failed", error=str(error))

    def _let_out(self) -> None:
        """Publish what was planned for now."""
        try:
            now = _now()
            if let_out(self.service.store, now):
                refresh(self.service.press, now)
        except StoreError as error:  # the next tick tries again
            log.error("let_out_failed", error=str(error))

    def _poll(self) -> None:
        try:
            with suppress(Stopping):
                poll_round(self.service, _now(), self.owner, watch=self.watch)
                self.after_round()
        except StoreError as error:  # the next tick tries again
            log.error("round_failed", error=str(error))

    def _tidy(self) -> None:
        """Once a day: forget what no new item will be compared with, and ask again for what waits too long."""
        try:
            forget(self.service.store, self.service.line.intake.joining, _now())
            asked, archived = waiting.ask_again(self.service.store, _now())
            log.info("waiting_looked_at", asked_again=asked, archived=archived)
        except StoreError as error:  # tomorrow again
            log.error("tidy_failed", error=str(error))

    def _learn(self) -> None:
        # A daemon thread: stopping does not wait for a training, which ends by itself in its own process.
        learning = Thread(target=self._learn_now, name="learn", daemon=True)
        learning.start()
        while learning.is_alive() and not self._stopping.is_set():
            learning.join(0.2)

    def _learn_now(self) -> None:
        """Now and then: the week's sample, and a model of what editors decided; one try a day."""
        now = _now()
        try:
            if now - self._trained_at >= RETRAIN and learn(self.service, now):
                self._trained_at = now
        except StoreError as error:  # the next hour again
            log.error("learning_failed", error=str(error))

    def _bring_back(self) -> None:
        """What editors put off until now waits again."""
        try:
            waiting.bring_back(self.service.store, _now())
        except StoreError as error:  # in ten minutes again
            log.error("bring_back_failed", error=str(error))

    def _release(self) -> None:
        """What editors decided between two rounds of polls comes out."""
        try:
            if has_news(self.service.store):
                refresh(self.service.press, _now())
        except StoreError as error:  # the next tick tries again
            log.error("release_failed", error=str(error))

    def _fetch(
        self, requests: Iterable[Request], now: datetime, may_start: Callable[[Request], bool]
    ) -> Iterator[tuple[Request, Answer]]:
        """What the service fetches, until it is stopped."""
        for answered in self.fetch(requests, now, lambda request: not self._stopping.is_set() and may_start(request)):
            yield answered
            self._go_on()
        # What was not asked must not look like an answer that did not come.
        self._go_on()

    def _go_on(self) -> None:
        if self._stopping.is_set():
            raise Stopping


def settle_memory() -> None:
    """Spare what is there now, and what a batch of polls holds until it is written, the search for cycles.

    Nearly nothing that a round makes holds itself: at Python's own pace the search took a tenth of its time.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


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
    if polled:
        refresh(service.press, now)
    return polled


def has_news(store: Store) -> bool:
    """Whether people did something that is not released yet; what a round of polls brings, it releases itself."""
    with store.read() as transaction:
        return events.has_human_after(transaction, documents.released_seq(transaction))


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
