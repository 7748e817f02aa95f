"""Working off the outbox: kinds do not wait for each other, and a mistake of ours ends like any failure."""

import threading
from datetime import datetime
from functools import partial

import structlog

from aggregator.deliver import work_off
from aggregator.deliver.sending import AT_ONCE
from aggregator.store import Store, outbox
from aggregator.store.outbox import Delivery, Parcel
from tests.factories import DAY, NOW


def put(store: Store, kind: str, lanes: int) -> None:
    parcels = [Parcel(kind=kind, target=f"{kind}-{n}", lane=f"{n}.example", payload={}) for n in range(lanes)]
    with store.write() as transaction:
        outbox.put_all(transaction, parcels, NOW)


def test_a_kind_that_hangs_everywhere_holds_up_no_other(store: Store) -> None:
    put(store, "slow", 3 * AT_ONCE)
    put(store, "quick", 5)
    over, lock = threading.Event(), threading.Lock()
    arrived: list[str] = []
    hanging = most = 0

    def slow(delivery: Delivery, now: datetime) -> None:
        nonlocal hanging, most
        with lock:
            hanging += 1
            most = max(most, hanging)
        assert over.wait(30)
        with lock:
            hanging -= 1

    def quick(delivery: Delivery, now: datetime) -> None:
        arrived.append(delivery.target)
        if len(arrived) == 5:
            over.set()  # all of these arrived while the others hung

    assert work_off(store, {"slow": slow, "quick": quick}, lambda: NOW) == 3 * AT_ONCE + 5
    assert sorted(arrived) == [f"quick-{n}" for n in range(5)]
    assert most <= AT_ONCE


def test_a_mistake_of_ours_is_told_and_given_up_like_any_failure(store: Store) -> None:
    put(store, "broken", 1)

    def broken(delivery: Delivery, at: datetime) -> None:
        raise KeyError("oops")

    with structlog.testing.capture_logs() as logs:
        for day in range(outbox.TRIES + 2):
            work_off(store, {"broken": broken}, partial(NOW.__add__, day * DAY))
    assert [each["event"] for each in logs].count("delivery_broke") == outbox.TRIES
    with store.read() as transaction:
        [line] = outbox.lines(transaction)
    assert line.state == "dead"
    assert "KeyError" in line.error


def test_what_nobody_here_can_send_waits(store: Store) -> None:
    put(store, "fax", 1)
    assert work_off(store, {}, lambda: NOW) == 0
    with store.read() as transaction:
        assert outbox.lines(transaction)[0].state == "waiting"
