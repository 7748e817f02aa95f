"""The outbox: who gets what when, what an operator sees of it, and what is sent again."""

from datetime import timedelta

from aggregator.store import Store, outbox
from aggregator.store.outbox import Parcel
from tests.factories import DAY, HOUR, NOW

SECOND = timedelta(seconds=1)


def parcel(n: int, lane: str = "a.example", kind: str = "webhook", subject: str = "") -> Parcel:
    return Parcel(kind=kind, target=f"https://{lane}/{n}", lane=lane, subject=subject, payload={"n": n})


def put(store: Store, *parcels: Parcel) -> int:
    with store.write() as transaction:
        return outbox.put_all(transaction, parcels, NOW)


def taken(store: Store, at: timedelta = timedelta(0), kind: str = "webhook", **options: object) -> list[int]:
    with store.write() as transaction:
        found = outbox.take_due(transaction, [kind], NOW + at, **options)  # type: ignore[arg-type]
    return [int(each.payload["n"]) for each in found]


def test_one_at_a_time_goes_to_each_lane_and_the_first_goes_first(store: Store) -> None:
    put(store, parcel(1), parcel(2), parcel(3, "b.example"), parcel(4, "c.example"))
    with store.read() as transaction:
        assert outbox.has_due(transaction, "webhook", NOW)
        assert not outbox.has_due(transaction, "mail", NOW)
        assert not outbox.has_due(transaction, "webhook", NOW, ["a.example", "b.example", "c.example"])
    assert taken(store, busy=["c.example"], limit=5) == [1, 3]
    assert taken(store, busy=["a.example", "b.example"]) == [4]
    assert taken(store, busy=["b.example", "c.example"]) == [2]
    assert taken(store) == []


def test_what_a_dead_process_took_comes_back_after_its_lease_or_at_once_when_nobody_else_can_be_at_work(
    store: Store,
) -> None:
    put(store, parcel(1))
    assert taken(store) == [1]
    assert taken(store, outbox.LEASE - SECOND) == []
    assert taken(store, outbox.LEASE) == [1]
    with store.write() as transaction:
        outbox.free_all(transaction)
    assert taken(store, outbox.LEASE) == [1]


def test_a_failure_holds_back_what_goes_to_the_same_target_and_one_unheard_all_of_the_lane(store: Store) -> None:
    put(store, parcel(1), parcel(1), parcel(2), parcel(3, "b.example"), parcel(4, kind="mail"))
    for holds_lane, left in ((False, [2, 3]), (True, [3])):
        with store.write() as transaction:
            [first, *_] = outbox.take_due(transaction, ["webhook"], NOW, 1)
            outbox.failed(transaction, first, "busy", NOW, holds_lane=holds_lane)
        with store.write() as transaction:
            due = outbox.take_due(transaction, ["webhook"], NOW)
            outbox.free_all(transaction)
        assert [int(each.payload["n"]) for each in due] == left
    assert taken(store, kind="mail") == [4]


def test_the_newest_takes_the_place_of_what_waits_and_not_of_what_is_on_its_way(store: Store) -> None:
    def newest(n: int, *subjects: str) -> None:
        with store.write() as transaction:
            outbox.put_latest(transaction, [parcel(n, lane=each, subject=each) for each in subjects], NOW)

    newest(1, "x", "y")
    newest(2, "x", "z")
    with store.read() as transaction:
        rows = {(each.subject, each.payload["n"]) for each in outbox.lines(transaction)}
    assert rows == {("x", 2), ("y", 1), ("z", 2)}
    assert sorted(taken(store)) == [1, 2, 2]
    newest(3, "x")
    with store.read() as transaction:
        assert len(outbox.lines(transaction, subject="x")) == 2
    assert taken(store) == [3]


def test_the_list_of_the_dead_is_seen_sent_again_and_emptied(store: Store) -> None:
    first = put(store, parcel(1), parcel(2, "b.example"), parcel(3, "c.example"))
    put(store, parcel(9, kind="mail"))
    with store.write() as transaction:
        for each in outbox.take_due(transaction, ["webhook", "mail"], NOW):
            if each.payload["n"] == 3:
                outbox.done(transaction, each.id, NOW)
            else:
                outbox.failed(transaction, each, "404", NOW, is_final=True)
    with store.write() as transaction:
        dead = outbox.lines(transaction, only_dead=True)
        assert [(each.kind, each.state, dict(each.payload)) for each in dead] == [
            ("mail", "dead", {}),
            ("webhook", "dead", {"n": 2}),
            ("webhook", "dead", {"n": 1}),
        ]
        assert outbox.standing(transaction, "webhook") == outbox.Standing(waiting=0, dead=2, error="404")
        assert outbox.resend(transaction, NOW, number=dead[0].id) == 0, "its link is gone"
        assert outbox.resend(transaction, NOW + HOUR, number=first) == 1
        assert outbox.resend(transaction, NOW + HOUR) == 1
        assert outbox.resend(transaction, NOW + HOUR, number=first + 2) == 1, "what arrived can be sent again"
        assert outbox.resend(transaction, NOW + HOUR, number=12345) == 0
    with store.write() as transaction:
        again = outbox.take_due(transaction, ["webhook"], NOW + HOUR)
        assert [(each.id, each.tries) for each in again] == [(first, 1), (first + 1, 1), (first + 2, 1)]
        assert outbox.forget_dead(transaction) == 1
        assert outbox.forget_dead(transaction, first) == 0


def test_what_is_over_is_forgotten_after_a_month_and_what_waits_is_not(store: Store) -> None:
    put(store, parcel(1), parcel(2, "b.example"), parcel(3, "c.example"))
    with store.write() as transaction:
        one, two = outbox.take_due(transaction, ["webhook"], NOW, 2)
        outbox.done(transaction, one.id, NOW)
        outbox.failed(transaction, two, "no", NOW, is_final=True)
        outbox.forget_old(transaction, NOW + outbox.KEEP)
        assert len(outbox.lines(transaction)) == 3
        outbox.forget_old(transaction, NOW + outbox.KEEP + DAY)
        assert [each.payload["n"] for each in outbox.lines(transaction)] == [3]
