"""Many workers over one PostgreSQL: polite together, killed and paused at random, and their database restarted."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import func, select

from aggregator.schedule.chores import CHORES
from aggregator.schedule.cluster import SCHEMA
from aggregator.store import Store, libpq_address, open_store, sources
from aggregator.store.check import contradictions
from aggregator.store.events import since
from aggregator.store.tables import EPOCH, MICROSECOND, host, item, poll
from tests.conftest import missing
from tests.pace import pace
from tests.postgres import OwnServer, PostgresUnavailableError
from tests.prove.crowd import Crowd
from tests.prove.sizes import FULL_SIZE

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
WORKERS = 4
LEASE = timedelta(seconds=10)
GAP = timedelta(seconds=0.5)
PARALLEL = 2
# The small sizes of two proofs take more than a minute: they run with PROVE=1 only, for whoever works on leases.
FOLLOWED_WITHIN = 5.0  # seconds after the end of a lease
STARVED = 300.0  # seconds: a machine that is busy with other tests may take so long over a round


class Workers:
    """Some `aggregator worker` processes over one database, replaced when they die."""

    def __init__(self, environ: dict[str, str], count: int = WORKERS) -> None:
        self.environ = environ
        self.log = Path(environ["AGGREGATOR_DATA_DIR"]).parent / "workers.log"
        self.running = [self._start() for _ in range(count)]

    def _start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "aggregator", "worker", "--concurrency", "1"]
            return subprocess.Popen(command, env=self.environ, stdout=log, stderr=log)

    def kill(self, victim: subprocess.Popen[bytes]) -> None:
        """SIGKILL, and another in its place."""
        victim.kill()
        victim.wait()
        self.running[self.running.index(victim)] = self._start()

    def end(self) -> None:
        """Kill them all: what must be in the database is there."""
        for each in self.running:
            each.kill()
            each.wait()


@contextmanager
def working(folder: Path, crowd: Crowd, database_url: str, **more: str) -> Iterator[tuple[Store, Workers]]:
    """Workers that poll the crowd, whose sources are all new."""
    (folder / "config").mkdir(parents=True)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AGGREGATOR_")} | {
        "AGGREGATOR_DATABASE_URL": libpq_address(database_url),
        "AGGREGATOR_SECRET_KEY": "k" * 32,
        "AGGREGATOR_DATA_DIR": str(folder / "data"),
        "AGGREGATOR_CONFIG_DIR": str(folder / "config"),
        "AGGREGATOR_FETCH_ALLOW": "127.0.0.0/8",
        "AGGREGATOR_POLLING__GAP": f"{GAP.total_seconds()}s",
        "AGGREGATOR_POLLING__PARALLEL": str(PARALLEL),
        "AGGREGATOR_POLLING__BODY_KEEP": "false",
        "AGGREGATOR_CLUSTER__LEASE": f"{LEASE.total_seconds()}s",
        **more,
    }
    upgrade = [sys.executable, "-m", "aggregator", "db", "upgrade"]
    subprocess.run(upgrade, env=environ, check=True, capture_output=True)
    store = open_store(database_url)
    with store.write() as transaction:
        sources.add(transaction, crowd.all(), datetime.now(UTC))
    workers = Workers(environ)
    try:
        yield store, workers
    finally:
        workers.end()
        store.close()


Struck = list[tuple[subprocess.Popen[bytes] | None, dict[int, int]]]


def strike(store: Store, workers: Workers, victims: Sequence[subprocess.Popen[bytes]], chance: Random) -> Struck:
    """Pause or kill them; returns whom to let go on, and the leases under which they had work in flight."""
    for each in victims:
        each.send_signal(signal.SIGSTOP)
    struck: Struck = []
    for each in victims:
        leases = held_by(store, each)  # now that it cannot change it any more
        if chance.random() < 0.5:
            workers.kill(each)
            struck.append((None, leases))
        else:
            struck.append((each, leases))
    return struck


def unpolled(store: Store) -> int:
    """How many sources want to be polled, or are being polled."""
    with store.read() as transaction:
        return transaction.execute(select(func.count()).where(poll.c.next_due <= datetime.now(UTC))).scalar_one()


def at_jobs(database_url: str) -> int:
    """How many processes ask for jobs; each has a worker for polling and one for the rest."""
    with psycopg.connect(libpq_address(database_url)) as connection:
        there = connection.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.procrastinate_workers",)).fetchone()
        if there == (None,):
            return 0
        query = sql.SQL("SELECT count(*) FROM {}.procrastinate_workers").format(sql.Identifier(SCHEMA))
        [(workers,)] = connection.execute(query).fetchall()
        return int(workers) // 2


def held_by(store: Store, worker: subprocess.Popen[bytes]) -> dict[int, int]:
    """The hosts on whose leases a worker is at work, with their epochs."""
    with store.read() as transaction:
        mine = select(host.c.id, host.c.epoch).where(host.c.owner.like(f"%-{worker.pid}-%"))
        return {row.id: row.epoch for row in transaction.execute(mine)}


def still_held(store: Store, leases: dict[int, int]) -> bool:
    """Whether any of these leases is still the newest of its host, and its work is not done."""
    with store.read() as transaction:
        rows = transaction.execute(
            select(host.c.id, host.c.epoch).where(host.c.id.in_(list(leases)), host.c.owner.is_not(None))
        )
        return any(leases[row.id] == row.epoch for row in rows)


def is_followed(store: Store, leases: Sequence[dict[int, int]]) -> bool:
    """Whether others took over all of it."""
    return not any(still_held(store, each) for each in leases)


def follow(store: Store, leases: Sequence[dict[int, int]]) -> tuple[float, float]:
    """After how many seconds it was followed, and how many of them, in the middle, made one of a quiet machine."""
    began, paces = time.monotonic(), [pace().clock]
    while not is_followed(store, leases):
        assert time.monotonic() - began < STARVED, "nobody took over"
        time.sleep(0.5)
        paces.append(pace().clock)
    return time.monotonic() - began, median(paces)


def has_heard(crowd: Crowd, requests: int) -> bool:
    """Whether more requests than that were made."""
    return len(crowd.heard) > requests


def wait_for(what: Callable[[], object], seconds: float) -> float:
    """Returns after how many seconds it was so."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.05)
    return time.monotonic() - began


def next_round(store: Store, crowd: Crowd) -> None:
    """Every feed has one item more, and every source is due."""
    crowd.generation += 1
    with store.write() as transaction:
        sources.make_due(transaction, [f"s{number}" for number in range(crowd.sources)], datetime.now(UTC))


def assert_nothing_is_lost_or_doubled(store: Store, crowd: Crowd) -> None:
    """Every item of every feed was taken in, by one event each, and the tables follow from the log."""
    with store.read() as transaction:
        keys = Counter(tuple(row) for row in transaction.execute(select(item.c.source_id, item.c.key)))
        taken_in = Counter(each.item_id for each in since(transaction, 0) if each.kind in ("taken-in", "joined"))
        assert contradictions(transaction) == []
    assert len(keys) == crowd.sources * crowd.generation
    assert set(keys.values()) == {1}
    assert set(taken_in.values()) == {1}
    assert len(taken_in) == len(keys)


@on_postgresql
@pytest.mark.parametrize(("count", "servers"), [(400, 60), pytest.param(20_000, 2_000, marks=FULL_SIZE)])
def test_four_workers_are_as_polite_as_one_and_poll_each_source_once_a_round(
    count: int, servers: int, database_url: str, tmp_path: Path
) -> None:
    with (
        Crowd(count, servers) as crowd,
        working(tmp_path, crowd, database_url, AGGREGATOR_CLUSTER__LEASE="3 min") as (store, _),
    ):
        lasted = wait_for(lambda: not unpolled(store), 120 + count / 5)
        polled = Counter(each.path for each in crowd.heard)
        print(
            f"{len(crowd.heard)} requests in {lasted:.0f} s, {crowd.most_at_once()} at once at a server, "
            f"gap {crowd.gaps()[0]:.3f} s at least (heard {crowd.lag:.3f} s late at most), "
            f"{max(crowd.most_open.values())} connections to a server at most, idle ones counted"
        )
        assert len(polled) == count
        assert set(polled.values()) == {1}
        assert crowd.most_at_once() <= PARALLEL
        assert crowd.most_at_once_for_one_source() == 1
        assert crowd.gaps()[0] >= GAP.total_seconds() - crowd.lag
        assert_nothing_is_lost_or_doubled(store, crowd)


@on_postgresql
@pytest.mark.parametrize("times", [pytest.param(6, marks=FULL_SIZE), pytest.param(100, marks=FULL_SIZE)])
def test_killed_and_paused_workers_are_followed_and_nothing_is_lost_or_doubled(
    times: int, database_url: str, tmp_path: Path
) -> None:
    chance, fenced = Random(times), 0
    followed_after: list[float] = []
    late: list[float] = []  # after the end of the lease, in seconds of a quiet machine
    # A worker takes 200 servers at once: two are at work at first, and others wait for what they leave.
    with Crowd(250, 250, seconds=(0.05, 1.5)) as crowd, working(tmp_path, crowd, database_url) as (store, workers):
        with psycopg.connect(libpq_address(database_url), autocommit=True) as connection:
            watch_ticks(connection)
        while len(followed_after) < times:
            if unpolled(store) < crowd.sources / 4:
                wait_for(lambda: not unpolled(store), STARVED)
                next_round(store, crowd)
            moment = len(crowd.heard) + chance.randint(1, crowd.sources // 2)
            wait_for(lambda: has_heard(crowd, moment) or not unpolled(store), STARVED)  # noqa: B023  asked at once
            at_work = [each for each in workers.running if held_by(store, each)]
            struck = strike(store, workers, chance.sample(at_work, min(2, len(at_work))), chance)
            waited, slowness = follow(store, [leases for _, leases in struck])
            late.append((waited - LEASE.total_seconds()) / slowness)
            for paused, leases in struck:
                fenced += bool(paused and leases)
                followed_after += [waited] if leases else []
                if paused:
                    paused.send_signal(signal.SIGCONT)
        wait_for(lambda: not unpolled(store), STARVED)
        print(
            f"{len(followed_after)} victims with work in flight, {fenced} of them paused; "
            f"followed after {max(followed_after):.1f} s at most, {median(followed_after):.1f} s in the middle, "
            f"{max(late):.1f} s of a quiet machine after the end of the lease; "
            f"{crowd.generation} rounds, {len(crowd.heard)} requests for {crowd.generation * crowd.sources} polls"
        )
        assert max(late) < FOLLOWED_WITHIN
        assert_nothing_is_lost_or_doubled(store, crowd)
        with psycopg.connect(libpq_address(database_url)) as connection:
            assert_ticks_were_done_once(connection)


@pytest.mark.parametrize("restarts", [pytest.param(1, marks=FULL_SIZE), pytest.param(3, marks=FULL_SIZE)])
def test_when_the_database_is_restarted_under_load_workers_come_back_by_themselves(
    restarts: int, tmp_path: Path
) -> None:
    try:
        server = OwnServer(os.getpid())
    except PostgresUnavailableError as error:
        missing(f"PostgreSQL ({error})")
    chance, left = Random(restarts), list[int]()
    back_after: list[float] = []
    with Crowd(250, 250, seconds=(0.05, 1.5)) as crowd, working(tmp_path, crowd, server.url) as (store, workers):
        wait_for(lambda: at_jobs(server.url) == WORKERS, STARVED)  # a start without a database is the supervisor's
        before = list(workers.running)
        for number in range(restarts):
            wait_for(lambda: not unpolled(store), STARVED)
            next_round(store, crowd)
            wait_for(partial(has_heard, crowd, len(crowd.heard) + chance.randint(1, crowd.sources // 2)), STARVED)
            server.restart("immediate" if number % 2 == 0 else "fast")
            left.append(unpolled(store))
            assert left[-1], "nothing was left to do"
            back_after.append(wait_for(lambda: unpolled(store) < left[-1], 60))
        wait_for(lambda: not unpolled(store), STARVED)
        print(
            f"{restarts} restarts with {left} polls to do; the next were written after {max(back_after):.1f} s at most"
        )
        assert workers.running == before
        assert [each.poll() for each in before] == [None] * WORKERS
        assert_nothing_is_lost_or_doubled(store, crowd)
    server.stop()


def watch_ticks(connection: psycopg.Connection[Any]) -> None:
    """Let the database itself write down each tick that somebody takes or gives back."""
    connection.execute(
        """
        CREATE TABLE taken_tick (seq bigserial, at timestamptz DEFAULT clock_timestamp(), name text, value bigint);
        CREATE FUNCTION note_tick() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN INSERT INTO taken_tick (name, value) VALUES (NEW.name, NEW.value); RETURN NEW; END $$;
        CREATE TRIGGER note_tick AFTER INSERT OR UPDATE ON counter
          FOR EACH ROW WHEN (NEW.name LIKE 'tick/%') EXECUTE FUNCTION note_tick();
        """
    )


def assert_ticks_were_done_once(connection: psycopg.Connection[Any]) -> None:
    """No tick was taken twice, save one that its worker died over; and none of the frequent chores stood still."""
    rows = connection.execute("SELECT name, value, at FROM taken_tick ORDER BY seq").fetchall()
    for chore in CHORES:
        every = chore.every // MICROSECOND
        taken = [(value, at) for name, value, at in rows if name == f"tick/{chore.name}"]
        given_back = {value + 1 for value, _ in taken if value % every}
        done = Counter(value for value, _ in taken if not value % every)
        assert {value for value, times in done.items() if times > 1} <= given_back, chore.name
        if chore.every <= timedelta(seconds=2):
            assert len(taken) > 1
            longest = max(after - before for (_, before), (_, after) in pairwise(taken))
            assert longest < timedelta(seconds=30), chore.name
            assert all(at >= EPOCH + value * MICROSECOND for value, at in taken)
