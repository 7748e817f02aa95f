"""Several processes over one PostgreSQL: real workers, a real database, partners that count who asks."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select, text

from aggregator.config import load
from aggregator.errors import StoreError
from aggregator.model import State
from aggregator.schedule import chores, cluster
from aggregator.schedule.chores import Turn
from aggregator.schedule.cluster import CHORES, Hands, do_once, jobs_wanted, make_tables, tick_of, work_to_do
from aggregator.store import Store, documents, leases, libpq_address, open_store, sources, stories
from aggregator.store.database import PAUSED_FOR
from aggregator.store.tables import host
from aggregator.wiring import Service, open_service
from tests.conftest import missing
from tests.factories import DAY, HOUR, NOW
from tests.postgres import OwnServer, PostgresUnavailableError
from tests.prove.network import FEEDS, Network, environment, opened
from tests.test_real_sites import free_port

COUNTED = text("SELECT value FROM counter WHERE name = 'host'")
on_own_server = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # which nobody asks for
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as made:
        yield made
        made.shutdown()


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Python keeps compiled modules for the processes of these tests, as an installed program has them."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture
def environ(tmp_path: Path, compiled: Path, network: Network, database_url: str) -> dict[str, str]:
    made = environment(
        tmp_path,
        network,
        AGGREGATOR_DATABASE_URL=libpq_address(database_url),
        AGGREGATOR_SECRET_KEY="k" * 32,
        PYTHONPYCACHEPREFIX=str(compiled),
    )
    made.pop("PYTHONDONTWRITEBYTECODE", None)
    return made


@pytest.fixture
def start(environ: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a command as a process of its own, and ends it when the test does."""
    started: list[subprocess.Popen[bytes]] = []

    def one(*arguments: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "aggregator", *map(str, arguments)]
        started.append(subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL))
        return started[-1]

    yield one
    for each in started:
        each.terminate()  # a web process killed at once would leave those that it started
        try:
            each.wait(20)
        except subprocess.TimeoutExpired:
            each.kill()
            each.wait()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.close()


def wait_for(what: Callable[[], object], seconds: float = 120) -> None:
    ends = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.05)


def all_polled(store: Store) -> bool:
    with store.read() as transaction:
        held = sources.all_sources(transaction)
        return len(held) == FEEDS and all(each.poll.at for each in held)


def published(store: Store) -> bytes:
    with store.read() as transaction:
        kept = documents.get(transaction, "/feeds/all.atom")
    return kept.document.body if kept else b""


@on_postgresql
def test_two_workers_share_the_polling_and_each_source_is_asked_once(
    start: Callable[..., subprocess.Popen[bytes]], environ: dict[str, str], network: Network, store: Store
) -> None:
    subprocess.run([sys.executable, "-m", "aggregator", "db", "upgrade"], env=environ, check=True, capture_output=True)
    workers = [start("worker", "--concurrency", 1) for _ in range(2)]
    wait_for(lambda: all_polled(store))
    wait_for(lambda: published(store).count(b"<entry") > 10)
    assert set(Counter(asked.target for asked in network.asked).values()) == {1}

    for each in workers:
        each.send_signal(signal.SIGTERM)
    assert [each.wait(10) for each in workers] == [0, 0]
    with store.write() as transaction:
        assert leases.count_due(transaction, datetime.now(UTC) + DAY, 9) > 0  # nothing is held any more


@on_postgresql
def test_web_processes_serve_what_a_worker_publishes_and_a_decision_comes_out(
    start: Callable[..., subprocess.Popen[bytes]], environ: dict[str, str], store: Store
) -> None:
    subprocess.run([sys.executable, "-m", "aggregator", "db", "upgrade"], env=environ, check=True, capture_output=True)
    port = free_port()
    web = start("web", "--port", port, "--workers", 2)
    start("worker")

    def feed() -> bytes:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/feeds/all.atom", timeout=5) as answer:
                return bytes(answer.read())
        except OSError:
            return b""

    wait_for(lambda: all_polled(store))
    wait_for(lambda: feed().count(b"<entry") > 10)
    with store.read() as transaction:
        slug = stories.load(transaction, stories.by_state(transaction, State.PUBLISHED, limit=1))[0].slug
    entry = f"/{slug}</id>".encode()  # what was withdrawn is named by its tombstone for long
    wait_for(lambda: entry in feed())
    command = [sys.executable, "-m", "aggregator", "stories", "reject", slug]
    subprocess.run(command, env=environ, check=True, capture_output=True)
    wait_for(lambda: entry not in feed())
    web.send_signal(signal.SIGTERM)
    assert web.wait(10) == 0


@on_postgresql
def test_a_worker_needs_postgresql_and_says_what_to_do(
    start: Callable[..., subprocess.Popen[bytes]], environ: dict[str, str], tmp_path: Path
) -> None:
    own = environ | {"AGGREGATOR_DATABASE_URL": f"sqlite:///{tmp_path / 'x.sqlite3'}"}
    command = [sys.executable, "-m", "aggregator", "worker"]
    ended = subprocess.run(command, env=own, check=False, capture_output=True, text=True)
    assert ended.returncode == 2
    assert "set AGGREGATOR_DATABASE_URL (`aggregator db copy --to` moves your data there)" in ended.stderr


@pytest.fixture
def own() -> Iterator[OwnServer]:
    """A server that a test may stop."""
    try:
        server = OwnServer(os.getpid())
    except PostgresUnavailableError as error:
        missing(f"PostgreSQL ({error})")
    yield server
    server.stop()


@pytest.fixture
def own_environ(own: OwnServer, environ: dict[str, str]) -> dict[str, str]:
    return environ | {"AGGREGATOR_DATABASE_URL": libpq_address(own.url)}


@on_own_server
def test_a_worker_that_is_started_while_postgresql_is_away_says_so_once_and_begins_when_it_comes(
    own: OwnServer, own_environ: dict[str, str], tmp_path: Path
) -> None:
    own.stop()
    command = [sys.executable, "-m", "aggregator", "worker"]
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen(command, env=own_environ, stderr=log)
    try:
        wait_for(lambda: b"database_awaited" in (tmp_path / "log").read_bytes(), 30)
        time.sleep(2)
        assert worker.poll() is None
        own.restart("fast")
        store = open_store(own.url)
        wait_for(lambda: sources_in(store) == FEEDS and all_polled(store))
        store.close()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
    finally:
        worker.kill()
        worker.wait()
    told = (tmp_path / "log").read_text()
    assert told.count("database_awaited") == 1
    assert "Traceback" not in told


def sources_in(store: Store) -> int:
    with store.read() as transaction:
        if transaction.execute(text("SELECT to_regclass('source')")).scalar() is None:
            return 0
        return len(sources.all_sources(transaction))


@on_own_server
@pytest.mark.parametrize(("right", "wrong"), [("//test@", "//nobody@"), ("/postgres", "/elsewhere")])
def test_a_worker_whom_postgresql_does_not_let_in_ends_at_once_and_says_why(
    own: OwnServer, own_environ: dict[str, str], right: str, wrong: str
) -> None:
    config = load(environ=own_environ | {"AGGREGATOR_DATABASE_URL": own.url.replace(right, wrong)})
    with pytest.raises(StoreError, match=r"is there and does not let us in(.|\n)*AGGREGATOR_DATABASE_URL"):
        cluster.begin(config.paths.database_url, lambda: Hands(open_service(config, NOW)))


@on_own_server
def test_a_chore_over_which_the_database_was_lost_is_done_when_it_is_back_and_once_a_tick(
    own: OwnServer, own_environ: dict[str, str]
) -> None:
    done: list[datetime] = []

    def through_a_restart(turn: Turn) -> None:
        with turn.service.store.write() as transaction:
            if not done:
                own.restart("fast")
            done.append(turn.now)
            transaction.execute(text("UPDATE counter SET value = value + 1 WHERE name = 'host'"))

    with opened(own_environ) as service:
        with service.store.read() as transaction:
            before = transaction.execute(COUNTED).scalar_one()
        hands, chore = Hands(service), replace(CHORES[-1], do=through_a_restart)
        for _ in range(2):
            do_once(chore, hands, NOW)
        with service.store.read() as transaction:
            assert transaction.execute(COUNTED).scalar_one() == before + 1
    assert len(done) == 2


@on_postgresql
def test_a_chore_that_fails_with_a_database_that_answers_is_left_to_its_next_tick_after_a_second_try(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chores, "LOOK_AGAIN", 0.01)
    tried: list[datetime] = []

    def fail(turn: Turn) -> None:
        tried.append(turn.now)
        raise StoreError("the disk is full")

    hands, chore = Hands(service), replace(CHORES[-1], do=fail)
    do_once(chore, hands, NOW)
    assert len(tried) == 2
    hands.stopping.set()
    chores.take(chore, Turn(service=service, now=NOW, is_stopping=hands.stopping.is_set))
    assert len(tried) == 3  # who stops waits for nothing


@on_postgresql
def test_dispatch_tables_are_made_once_by_many_at_once_and_apart_from_ours(database_url: str) -> None:
    with ThreadPoolExecutor(4) as many:
        list(many.map(make_tables, [database_url] * 4))
    with psycopg.connect(libpq_address(database_url)) as connection:
        rows = connection.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'procrastinate_jobs'").fetchall()
    assert rows == [(cluster.SCHEMA,)]


@on_postgresql
def test_a_worker_that_is_paused_while_it_asks_for_a_job_does_not_keep_others_from_it(
    database_url: str, service: Service
) -> None:
    make_tables(database_url)
    app = cluster.make_dispatch(database_url, Hands(service))

    async def longest_pause() -> object:
        async with app.open_async():
            found = await app.connector.execute_query_one_async("SHOW idle_in_transaction_session_timeout")
            return found["idle_in_transaction_session_timeout"]

    assert asyncio.run(longest_pause()) == PAUSED_FOR


@on_postgresql
def test_a_tick_is_asked_for_once_and_a_missed_one_is_caught_up_with_once(service: Service) -> None:
    hands = Hands(service)
    names = {chore.name for chore in CHORES}
    for now in (NOW, NOW + 30 * DAY):
        assert Counter(name for name, _ in work_to_do(hands, now) if name != "poll") == Counter(names)
        for chore in CHORES:
            do_once(chore, hands, now)
        assert [name for name, _ in work_to_do(hands, now) if name != "poll"] == []


@on_postgresql
def test_a_chore_that_this_process_is_still_at_is_left_to_another(service: Service) -> None:
    done: list[datetime] = []
    chore = replace(CHORES[0], do=lambda turn: done.append(turn.now))
    busy, idle = Hands(service), Hands(service)
    with busy.at_chores[chore.name]:
        do_once(chore, busy, NOW)
    assert done == []
    do_once(chore, idle, NOW)
    do_once(chore, busy, NOW)
    assert done == [NOW]


@on_postgresql
def test_where_all_services_are_lent_a_polling_job_ends_at_once(service: Service) -> None:
    hands = Hands(service)
    hands.lend(service)
    with hands.borrowed() as mine, hands.borrowed() as none:
        assert mine is not None
        assert none is None
        cluster.poll_some(hands)
    assert hands.lent.qsize() == 1


@on_postgresql
def test_a_worker_is_gone_within_ten_seconds_although_a_server_hangs(
    start: Callable[..., subprocess.Popen[bytes]], environ: dict[str, str], network: Network, store: Store
) -> None:
    subprocess.run([sys.executable, "-m", "aggregator", "db", "upgrade"], env=environ, check=True, capture_output=True)
    network.seconds = 25
    worker = start("worker")
    wait_for(lambda: network.busy)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    with store.read() as transaction:
        assert transaction.execute(select(func.count()).where(host.c.owner.is_not(None))).scalar_one() == 0


def test_there_are_as_many_polling_jobs_as_there_is_work_for_within_bounds() -> None:
    assert [jobs_wanted(hosts, 200) for hosts in (0, 1, 200, 201, 10**6)] == [0, 1, 1, 2, cluster.MOST_WAITING]


@on_postgresql
def test_jobs_of_a_worker_that_died_are_thrown_away_and_its_tick_is_free_again(
    database_url: str, service: Service
) -> None:
    make_tables(database_url)
    hands = Hands(service)
    app = cluster.make_dispatch(database_url, hands)
    tidy = next(chore for chore in CHORES if chore.name == "tidy")
    do_once(tidy, hands, NOW)

    async def dead_and_buried() -> tuple[int, int]:
        async with app.open_async():
            await app.configure_task("tidy", queueing_lock="tidy").defer_async()
            number = await app.job_manager.register_worker()
            assert await app.job_manager.fetch_job(["maintenance"], number)
            await app.connector.execute_query_async(
                "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"
            )
            before = len(list(await app.job_manager.list_jobs_async()))
            await cluster.throw_away_dead(app, hands)
            return before, len(list(await app.job_manager.list_jobs_async()))

    assert asyncio.run(dead_and_buried()) == (1, 0)
    assert ("tidy", "tidy") in work_to_do(hands, NOW)  # it died over this tick: another does it once more


@pytest.fixture
def service(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    opened = open_service(load(environ=environ), NOW)
    yield opened
    opened.close()


def test_the_tick_of_a_moment_begins_with_the_epoch() -> None:
    [hourly] = [chore for chore in CHORES if chore.every == HOUR]
    assert tick_of(hourly, NOW + HOUR / 2) == NOW
