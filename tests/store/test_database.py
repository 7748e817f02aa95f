from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aggregator.errors import StoreError
from aggregator.store import Store, events, migrate, open_store
from aggregator.store.database import database_time, take_numbers
from aggregator.store.events import Event
from tests.factories import NOW


def test_numbers_are_consecutive_and_never_given_twice(store: Store) -> None:
    with store.append() as transaction:
        assert take_numbers(transaction, "item", 3) == 1
        assert take_numbers(transaction, "item", 2) == 4
    with store.append() as transaction:
        assert take_numbers(transaction, "item", 1) == 6


def test_a_failed_change_leaves_nothing_behind(store: Store) -> None:
    def fail_late() -> None:
        with store.append() as transaction:
            events.append(transaction, [Event(at=NOW, kind="taken-in", story_id=1, after={"state": "held"})])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_late()
    with store.read() as transaction:
        assert events.since(transaction, 0) == []


def test_writers_at_the_same_time_wait_for_each_other_and_the_log_has_no_gaps(store: Store) -> None:
    def write(worker: int) -> None:
        for _ in range(10):
            with store.append() as transaction:
                events.append(transaction, [Event(at=NOW, kind="taken-in", story_id=worker)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with store.read() as transaction:
        assert [each.seq for each in events.since(transaction, 0)] == list(range(1, 41))


def test_a_reader_by_cursor_never_misses_an_event(store: Store) -> None:
    """The trap of a bigserial alone: a later seq can commit before an earlier one."""
    seen: list[int] = []
    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(_append_many, store) for _ in range(3)]
        while not all(job.done() for job in jobs):
            with store.read() as transaction:
                seen += [each.seq for each in events.since(transaction, seen[-1] if seen else 0)]
    with store.read() as transaction:
        seen += [each.seq for each in events.since(transaction, seen[-1] if seen else 0)]
    assert seen == list(range(1, 31))


def _append_many(store: Store) -> None:
    for _ in range(10):
        with store.append() as transaction:
            events.append(transaction, [Event(at=NOW, kind="taken-in", story_id=1)])


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    with store.append() as writer:
        events.append(writer, [Event(at=NOW, kind="taken-in", story_id=1)])
        with store.read() as reader:
            assert events.since(reader, 0) == []


def test_the_databases_clock_is_ours_on_one_machine(store: Store) -> None:
    from datetime import UTC, datetime

    with store.read() as transaction:
        assert abs((database_time(transaction) - datetime.now(UTC)).total_seconds()) < 5


@pytest.mark.parametrize("url", ["", "mysql://x/y", "not an address"])
def test_an_address_that_cannot_be_used_is_said_plainly(url: str) -> None:
    with pytest.raises(StoreError):
        open_store(url)


def test_a_database_that_is_not_there_is_a_store_error(tmp_path: Path) -> None:
    store = open_store(f"sqlite+pysqlite:///{tmp_path}/no/such/folder/x.sqlite3")
    with pytest.raises(StoreError, match="does not answer"), store.read():
        pass


def test_plain_postgresql_addresses_get_the_driver_that_we_ship() -> None:
    assert open_store("postgresql://user@localhost/x").engine.url.drivername == "postgresql+psycopg"
    assert open_store("postgres://user@localhost/x").engine.url.drivername == "postgresql+psycopg"


def test_prepare_makes_the_tables_once(empty_database_url: str) -> None:
    store = open_store(empty_database_url)
    assert migrate.version(store) is None
    migrate.prepare(store)
    assert migrate.version(store) == migrate.HEAD
    migrate.prepare(store)
    store.close()
