"""What hubs pushed, and the bounds of it, on each engine."""

from datetime import datetime

import pytest

from aggregator.store import Store, inbox, sources
from aggregator.store.inbox import (
    REMEMBERED,
    REMEMBERED_OF_SOURCE,
    VISIT,
    WAITING,
    WAITING_BYTES,
    WAITING_OF_SOURCE,
    Push,
    has_room,
)
from tests.factories import DAY, HOUR, NOW, make_source


@pytest.fixture(autouse=True)
def followed(store: Store) -> None:
    with store.write() as transaction:
        sources.add(transaction, [make_source("fme"), make_source("vhto")], NOW)


def keep(store: Store, body: bytes, source_id: str = "fme", now: datetime = NOW) -> None:
    with store.write() as transaction:
        inbox.keep(transaction, source_id, body, "application/rss+xml", now)


def waiting(store: Store) -> list[Push]:
    with store.read() as transaction:
        return inbox.waiting(transaction)


def finish(store: Store, *pushes: Push, now: datetime = NOW) -> None:
    with store.write() as transaction:
        inbox.finish(transaction, pushes, now)


def is_known(store: Store, body: bytes, source_id: str = "fme") -> bool:
    with store.read() as transaction:
        return inbox.is_known(transaction, source_id, body)


def test_a_push_waits_until_it_was_read_oldest_first(store: Store) -> None:
    keep(store, b"twee", now=NOW + HOUR)
    keep(store, b"een", "vhto")
    first, second = waiting(store)
    assert (first.source_id, first.body, first.content_type, first.at) == ("vhto", b"een", "application/rss+xml", NOW)
    finish(store, first)
    assert waiting(store) == [second]


def test_the_same_bytes_wait_once_and_are_known_again_for_a_while(store: Store) -> None:
    keep(store, b"een")
    keep(store, b"een", now=NOW + HOUR)
    (push,) = waiting(store)
    assert is_known(store, b"een")
    finish(store, push)
    keep(store, b"een", now=NOW + DAY)
    assert waiting(store) == []
    assert is_known(store, b"een")
    assert not is_known(store, b"een", "vhto")
    finish(store, now=NOW + REMEMBERED + HOUR)
    assert not is_known(store, b"een")


def test_whoever_floods_is_visited_instead_and_others_have_their_place(store: Store) -> None:
    for number in range(WAITING_OF_SOURCE + 20):
        keep(store, b"%d" % number, now=NOW + HOUR * number)
    keep(store, b"een", "vhto", now=NOW + 99 * DAY)
    found = waiting(store)
    assert [each.body for each in found] == [b"0", b"1", b"2", b"3", b"4", b"een", b""]
    assert (found[-1].source_id, found[-1].digest) == ("fme", VISIT)


@pytest.mark.parametrize(
    ("size", "of_source", "waiting", "waiting_bytes", "room"),
    [
        (WAITING_BYTES, 0, 0, 0, True),
        (1, WAITING_OF_SOURCE, WAITING_OF_SOURCE, 5, False),
        (1, 0, WAITING - 1, 500, True),
        (1, 0, WAITING, 500, False),
        (1, 0, 40, WAITING_BYTES, False),
    ],
)
def test_all_together_take_a_bounded_place(
    size: int, of_source: int, waiting: int, waiting_bytes: int, room: bool
) -> None:
    assert has_room(size, of_source=of_source, waiting=waiting, waiting_bytes=waiting_bytes) is room


def test_nothing_in_a_push_asks_for_a_visit_once(store: Store) -> None:
    keep(store, b"")
    keep(store, b"", now=NOW + HOUR)
    (push,) = waiting(store)
    assert (push.digest, push.content_type, push.at) == (VISIT, "", NOW)
    assert is_known(store, b"")
    finish(store, push)
    assert not is_known(store, b"")


def test_tries_are_counted_before_they_are_made(store: Store) -> None:
    keep(store, b"een")
    with store.write() as transaction:
        inbox.begin(transaction, inbox.waiting(transaction))
    assert [each.tries for each in waiting(store)] == [1]


def test_what_is_of_a_removed_source_is_not_read_and_forgotten_in_a_day(store: Store) -> None:
    keep(store, b"een")
    with store.write() as transaction:
        sources.remove(transaction, "fme", NOW)
    assert waiting(store) == []
    finish(store, now=NOW + 2 * DAY)
    assert not is_known(store, b"een")


def test_of_each_source_so_many_are_remembered(store: Store) -> None:
    for number in range(REMEMBERED_OF_SOURCE + 3):
        keep(store, b"%d" % number, now=NOW + HOUR * number)
        finish(store, *waiting(store), now=NOW)
    assert [is_known(store, b"%d" % number) for number in (0, 1, 2, 3)] == [False, False, False, True]
