"""Many processes over one PostgreSQL: Procrastinate hands out the work, our own tables say what there is to do.

A job says only "poll some", "deliver", "look what is due". It carries nothing, so one that is lost, doubled or late
loses and doubles nothing: what is polled stands in the leases, what is sent in the outbox, and what is done once a tick
in `ticks`. That is why jobs of a dead worker are thrown away and not repeated (only a tick that one died over is free
again), why no job holds a lock, and why each version of Procrastinate may have a schema of its own, so that workers of
two versions can run side by side.

One periodic job, `plan`, runs every second somewhere: it has chores done whose tick has come and asks for as many
polling jobs as there is work for.
"""

import asyncio
import logging
import os
import secrets
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from time import monotonic, sleep

import procrastinate
import psycopg
import structlog
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import DeleteJobCondition, Status
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from aggregator.errors import StoreError
from aggregator.pipeline import Report
from aggregator.schedule import chores
from aggregator.schedule.chores import Chore, Turn, take
from aggregator.schedule.polling import Stopping, poll_round, stoppable
from aggregator.store import leases, libpq_address, ticks
from aggregator.store.database import PAUSED_FOR, end_paused
from aggregator.wiring import Service

log = structlog.get_logger()

# Polling jobs leave releasing to one chore, so that many of them do not make the same documents.
CHORES = tuple(replace(each, do=chores.release_all) if each.do is chores.release else each for each in chores.CHORES)
OTHERS = ("control", "interactive", "deliver", "maintenance")
SCHEMA = f"dispatch_{procrastinate.__version__.replace('.', '_')}"
# Who is paused while it asks for `plan` would keep everybody from asking for it.
IMPATIENT = f"-c idle_in_transaction_session_timeout={PAUSED_FOR}"
EVERY_SECOND = "* * * * * *"
HEARTBEAT, DEAD_AFTER = 5.0, 20.0  # seconds
MOST_WAITING = 32  # polling jobs that are asked for at once, however much is due
STOP_SECONDS = 7.0  # what is under way may end in this time; then its leases are given back ...
LAST_SECONDS = 1.5  # ... for as long as this, and the process goes: supervisors kill after 10 s
LONGEST_PAUSE = 10.0  # seconds between two tries to reach the database
PING_SECONDS = 5
CONNECTIONS = 6  # for dispatch: two listen, the others fetch jobs, beat and write down what ended
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# A lost database is one line of ours; theirs are pages of tracebacks, for each of many connections.
for _chatty in ("procrastinate.utils", "psycopg.pool"):
    logging.getLogger(_chatty).setLevel(logging.CRITICAL)
logging.getLogger("procrastinate.worker").addFilter(lambda told: vars(told).get("action") != "side_task_failed")


def owner_name() -> str:
    """Who holds a lease, for whoever reads the table; in containers many processes have the same name and number."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


def of_many(service: Service) -> Service:
    """The same service, as one of many that share the polling."""
    return replace(service, line=replace(service.line, lease=service.config.cluster.lease, rest=service.line.gap))


@dataclass(frozen=True, slots=True)
class Hands:
    """What the jobs of one process work with. Stopped, it asks nobody any more.

    A fetcher serves one thread, so a polling job borrows one of several services; all other jobs share `home`, which
    fetches nothing. `clock` says what is due, and `watch` is told of each poll.
    """

    home: Service
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    watch: Callable[[Report], None] = lambda _: None
    lent: SimpleQueue[Service] = field(default_factory=SimpleQueue)
    owner: str = field(default_factory=owner_name)
    stopping: Event = field(default_factory=Event)
    at_chores: dict[str, Lock] = field(default_factory=lambda: {chore.name: Lock() for chore in CHORES})

    def lend(self, service: Service) -> None:
        """One more polling job may go on at the same time, with this."""
        self.lent.put(stoppable(of_many(service), self.stopping.is_set))

    @contextmanager
    def borrowed(self) -> Iterator[Service | None]:
        """A service of one's own for a while; None when all are lent, to jobs of before the database was lost."""
        try:
            service = self.lent.get_nowait()
        except Empty:
            yield None
            return
        try:
            yield service
        finally:
            self.lent.put(service)

    def give_back(self) -> None:
        """Give back what this process still holds. What its threads bring afterwards is dropped."""
        with suppress(StoreError), self.home.store.write() as transaction:
            leases.free(transaction, self.owner, self.home.line.gap)


def tick_of(chore: Chore, now: datetime) -> datetime:
    """The tick that `now` belongs to: whoever comes late still does the newest one, and none of those before.

    >>> from datetime import timedelta
    >>> str(tick_of(Chore(name="tidy", every=timedelta(days=1), do=print), datetime(2026, 11, 27, 18, 30, tzinfo=UTC)))
    '2026-11-27 00:00:00+00:00'
    """
    return now - (now - EPOCH) % chore.every


def jobs_wanted(due_hosts: int, hosts_at_once: int) -> int:
    """How many polling jobs there should be: enough for what is due, and no more than may wait at once."""
    return min(-(-due_hosts // hosts_at_once), MOST_WAITING)


def begin(database_url: str, make: Callable[[], Hands]) -> Hands:
    """What `make` opens, as soon as PostgreSQL is there: it is waited for, which is said once.

    Raises StoreError at once when it is there and something else is wrong: a password, a name, a version.
    """
    pause = 1.0
    while True:
        if answers(database_url):
            try:
                return make()
            except StoreError as error:
                if answers(database_url):
                    raise _explained(error) from error
        if pause == 1.0:
            log.warning("database_awaited", tried_again_in=pause, at_most=LONGEST_PAUSE)
        sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def answers(database_url: str) -> bool:
    """Whether the server takes connections, be it ours or not: it is neither away nor starting.

    True as well for an address that libpq cannot read: to wait for that helps nobody.
    """
    asked = make_conninfo(libpq_address(database_url), connect_timeout=PING_SECONDS)
    return PGconn.ping(asked.encode()) not in (Ping.NO_RESPONSE, Ping.REJECT)


def _explained(error: StoreError) -> StoreError:
    told = getattr(error.__cause__, "orig", None)
    if not isinstance(told, psycopg.OperationalError) or told.sqlstate is not None:  # libpq has none before we are in
        return error
    return StoreError(
        f"PostgreSQL is there and does not let us in ({told}): look at the user, the password and the name of the "
        "database in AGGREGATOR_DATABASE_URL"
    )


def make_dispatch(database_url: str, hands: Hands) -> procrastinate.App:
    """The jobs that a worker can do, over the dispatch tables in `database_url`."""
    connector = procrastinate.PsycopgConnector(
        conninfo=libpq_address(database_url),
        kwargs={"options": f"-c search_path={SCHEMA} {IMPATIENT}"},
        min_size=1,
        max_size=CONNECTIONS,
    )
    app = procrastinate.App(connector=connector)

    @app.periodic(cron=EVERY_SECOND)
    @app.task(name="plan", queue="control", queueing_lock="plan", priority=10)
    async def plan(timestamp: int) -> None:  # noqa: ARG001  our own clock says what is due
        await asyncio.to_thread(end_the_paused, hands)
        await throw_away_dead(app, hands)
        for name, lock in await asyncio.to_thread(work_to_do, hands, hands.clock()):
            with suppress(AlreadyEnqueued):  # nobody came to the last one yet
                await app.configure_task(name, queueing_lock=lock).defer_async()

    @app.task(name="poll", queue="poll")
    def poll() -> None:
        poll_some(hands)

    for chore in CHORES:
        queue = "deliver" if chore.name == "deliver" else "maintenance"
        app.task(name=chore.name, queue=queue)(_job(chore, hands))
    return app


def work_to_do(hands: Hands, now: datetime) -> list[tuple[str, str]]:
    """The jobs that should be asked for, (name, queueing lock): at most one job waits under each lock."""
    at_once = hands.home.line.hosts
    with hands.home.store.read() as transaction:
        done = ticks.newest(transaction, [chore.name for chore in CHORES])
        polling = jobs_wanted(leases.count_due(transaction, now, MOST_WAITING * at_once), at_once)
    due = [chore.name for chore in CHORES if done.get(chore.name, EPOCH) < tick_of(chore, now)]
    return [(name, name) for name in due] + [("poll", f"poll-{number}") for number in range(polling)]


def poll_some(hands: Hands) -> None:
    """Poll what is due until nothing is left; several may do so at once, each with hosts of its own."""
    with hands.borrowed() as service, suppress(Stopping):
        try:
            if service is not None and not hands.stopping.is_set():
                poll_round(service, hands.clock(), hands.owner, watch=hands.watch, releases=False)
        except StoreError as error:  # what it held is free when the database is back, or when its leases end
            log.error("round_failed", error=str(error))


def do_once(chore: Chore, hands: Hands, now: datetime) -> None:
    """Do it, unless somebody did it for this tick, or this process is still at it for an earlier one."""
    lock = hands.at_chores[chore.name]
    if hands.stopping.is_set() or not lock.acquire(blocking=False):
        return
    try:
        with hands.home.store.write() as transaction:
            is_ours = ticks.once(transaction, chore.name, tick_of(chore, now))
        if is_ours:
            take(chore, Turn(service=hands.home, now=now, owner=hands.owner, is_stopping=hands.stopping.is_set))
    except StoreError as error:
        log.error("chore_failed", chore=chore.name, error=str(error))
    finally:
        lock.release()


def end_the_paused(hands: Hands) -> None:
    """Take from paused workers what they hold in the middle of a change: nobody else could write."""
    with hands.home.store.read() as transaction:
        ended = end_paused(transaction)
    if ended:
        log.warning("paused_sessions_ended", sessions=ended)


async def throw_away_dead(app: procrastinate.App, hands: Hands) -> None:
    """Forget the jobs of workers that died: what they were to do is asked for again by what is due."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):
        log.warning("job_thrown_away", job=job.task_name)
        if job.task_name in hands.at_chores:
            await asyncio.to_thread(_free_tick, hands, job.task_name)
        with suppress(ConnectorException):  # another process threw it away at the same moment
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)


def _free_tick(hands: Hands, chore: str) -> None:
    with hands.home.store.write() as transaction:
        ticks.again(transaction, chore)


def work(database_url: str, hands: Hands) -> None:
    """Work until SIGTERM or SIGINT; a lost database is waited for. Gives back what it still holds at the end.

    Within ten seconds of being asked the process is gone, whatever a server or the database still keeps waiting.
    """
    try:
        asyncio.run(_work(database_url, hands, hands.lent.qsize()))
    finally:
        hands.give_back()


def _leave_in_time(hands: Hands) -> None:
    """End the process when what is under way does not: neither threads nor libraries can be told to."""
    sleep(STOP_SECONDS)
    log.warning("left_what_was_under_way")
    last = Thread(target=hands.give_back, daemon=True)
    last.start()
    last.join(LAST_SECONDS)
    os._exit(0)


async def _work(database_url: str, hands: Hands, polling: int) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    # The usual number of threads follows that of the cores: a few that hang would keep `plan` from its turn.
    loop.set_default_executor(ThreadPoolExecutor(polling + len(CHORES) + 4))

    def be_asked() -> None:
        if not hands.stopping.is_set():
            Thread(target=_leave_in_time, args=(hands,), name="leave", daemon=True).start()
        hands.stopping.set()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, be_asked)
    pause = 1.0
    while not stop.is_set():
        started = monotonic()
        try:
            await asyncio.to_thread(make_tables, database_url)
            await asyncio.to_thread(hands.give_back)  # of before the database was lost: nobody brings it any more
            await _until(stop, make_dispatch(database_url, hands), polling)
            if not stop.is_set():  # whoever listens was cut off, and the database is there again already
                log.warning("connection_lost", again_in=pause)
        except (ConnectorException, psycopg.Error, OSError) as error:
            log.error("database_lost", error=str(error.__cause__ or error), again_in=pause)
        if not stop.is_set():
            pause = 1.0 if monotonic() - started > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)


async def _until(stop: asyncio.Event, app: procrastinate.App, polling: int) -> None:
    """Two workers, so that polling jobs, which are long, never take the place of what must not wait."""
    async with app.open_async():
        workers = [_worker(app, OTHERS, len(CHORES) + 1), _worker(app, ("poll",), polling)]
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait((*workers, stopped), return_when=asyncio.FIRST_COMPLETED)
        for each in (*workers, stopped):
            each.cancel()
        ended = await asyncio.gather(*workers, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error


def _worker(app: procrastinate.App, queues: Sequence[str], concurrency: int) -> asyncio.Task[None]:
    return asyncio.create_task(
        app.run_worker_async(
            queues=list(queues),
            concurrency=concurrency,
            delete_jobs=DeleteJobCondition.ALWAYS,
            shutdown_graceful_timeout=STOP_SECONDS,
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT,
            stalled_worker_timeout=DEAD_AFTER,
        )
    )


def make_tables(database_url: str) -> None:
    """Make the dispatch tables of this version of Procrastinate, in a schema of their own, unless they are there."""
    with psycopg.connect(libpq_address(database_url), options=IMPATIENT) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (SCHEMA,))
        found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (SCHEMA,)).fetchone()
        if found is None:
            name = sql.Identifier(SCHEMA)
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(name))
            connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(name))
            connection.execute(procrastinate.schema.SchemaManager.get_schema())


def _job(chore: Chore, hands: Hands) -> Callable[[], None]:
    def job() -> None:
        do_once(chore, hands, hands.clock())

    return job
