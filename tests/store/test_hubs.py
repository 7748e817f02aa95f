"""What was asked of hubs, on each engine."""

from dataclasses import replace
from datetime import datetime

from aggregator.model import Asking, Poll, Subscription
from aggregator.store import Store, hubs, leases, sources
from tests.factories import DAY, HOUR, NOW, make_source

FULL = Subscription(
    id=1,
    source_id="fme",
    hub="https://hub.example/é",
    topic="https://fme.example/feed",
    callback="https://ons.example/websub/callback/token",
    token="token",
    state=Asking.ACTIVE,
    asked_at=NOW,
    next_at=NOW + DAY,
    lease_until=NOW + 2 * DAY,
    failures=3,
    reason="te druk",
)
NAMED = Poll(at=NOW, next_due=NOW + HOUR, hub=FULL.hub, topic=FULL.topic, suffixes=frozenset({"fme"}), pushed_at=NOW)


def follow(store: Store, *ids: str, **fields: bool) -> None:
    """Sources whose feeds name a hub."""
    with store.write() as transaction:
        sources.add(transaction, [make_source(each, **fields) for each in ids], NOW)
        leases.save_polls(transaction, [(each, NAMED) for each in ids])


def keep(store: Store, *held: Subscription) -> None:
    with store.write() as transaction:
        hubs.add(transaction, held)


def every(store: Store) -> list[Subscription]:
    with store.read() as transaction:
        return hubs.every(transaction)


def pushes_until(store: Store) -> datetime | None:
    with store.read() as transaction:
        found = sources.held(transaction, "fme")
    assert found is not None
    return found.pushes_until


def test_every_field_comes_back(store: Store) -> None:
    keep(store, FULL)
    with store.read() as transaction:
        assert hubs.every(transaction) == [FULL]
        assert hubs.by_token(transaction, "token") == hubs.by_number(transaction, 1) == FULL
        assert hubs.by_token(transaction, "") is hubs.by_number(transaction, 2) is None


def test_what_a_feed_names_comes_back_with_its_poll_and_is_offered_while_it_is_polled(store: Store) -> None:
    follow(store, "fme", "vhto", "weg")
    follow(store, "rust", paused=True)
    with store.write() as transaction:
        sources.add(transaction, [make_source("stil")], NOW)
        sources.remove(transaction, "weg", NOW)
    with store.read() as transaction:
        assert hubs.offers(transaction) == {"fme": (FULL.hub, FULL.topic), "vhto": (FULL.hub, FULL.topic)}
        found = sources.held(transaction, "fme")
    assert found is not None
    assert found.poll == NAMED


def test_what_became_of_one_is_written_unless_somebody_was_first(store: Store) -> None:
    keep(store, FULL)
    with store.write() as transaction:
        assert hubs.change(transaction, replace(FULL, state=Asking.DENIED, reason="x" * 500), Asking.ACTIVE)
        assert not hubs.change(transaction, FULL, Asking.ACTIVE)
        hubs.set_reason(transaction, 1, "kapot")
    assert every(store) == [replace(FULL, state=Asking.DENIED, reason="kapot")]
    with store.write() as transaction:
        hubs.forget(transaction, [1])
    assert every(store) == []


def test_a_source_is_known_to_be_pushed_by_what_was_confirmed_alone(store: Store) -> None:
    follow(store, "fme")
    assert pushes_until(store) is None
    keep(store, FULL, replace(FULL, id=2, token="ander", state=Asking.LEAVING, lease_until=NOW + 9 * DAY))
    assert pushes_until(store) == FULL.lease_until
    with store.read() as transaction:
        assert hubs.of_sources(transaction) == {"fme": FULL}
        assert [each.source.id for each in sources.all_sources(transaction)] == ["fme"]


def test_a_claimed_source_knows_until_when_it_is_pushed(store: Store) -> None:
    follow(store, "fme")
    keep(store, FULL)
    with store.write() as transaction:
        sources.make_due(transaction, ["fme"], NOW)
        (claimed,) = leases.claim(transaction, "test", NOW, hosts=9, per_host=9, lease=HOUR)
    assert claimed.held.pushes_until == FULL.lease_until


def test_numbers_go_on(store: Store) -> None:
    with store.write() as transaction:
        assert [*hubs.numbers(transaction, 2), *hubs.numbers(transaction, 0), *hubs.numbers(transaction, 1)] == [
            *(1, 2, 3)
        ]


# --- Hosts that are taken for what came unasked -------------------------------------------------------------------


def claim(store: Store, *ids: str, owner: str = "pushes") -> list[leases.Claimed]:
    with store.write() as transaction:
        return leases.claim_sources(transaction, owner, ids, lease=HOUR)


def test_sources_are_taken_due_or_not_with_their_host_and_given_back(store: Store) -> None:
    follow(store, "fme", "vhto")
    (claimed,) = claim(store, "fme")
    assert (claimed.source.id, claimed.lease.owner, claimed.held.poll.hub) == ("fme", "pushes", FULL.hub)
    assert claim(store, "fme", owner="ander") == []
    with store.write() as transaction:
        assert leases.claim(transaction, "polls", NOW + DAY, hosts=9, per_host=9, lease=HOUR, only=["fme"]) == []
        leases.release(transaction, [claimed.lease])
    assert [each.lease.epoch for each in claim(store, "fme")] == [2]


def test_a_host_that_is_being_polled_is_left_alone(store: Store) -> None:
    follow(store, "fme")
    with store.write() as transaction:
        (polled,) = leases.claim(transaction, "polls", NOW + DAY, hosts=9, per_host=9, lease=HOUR)
    assert claim(store, "fme") == []
    with store.write() as transaction:
        assert leases.fence(transaction, [polled.lease]) == {polled.lease.host_id}


def test_nothing_is_held_for_a_source_that_is_paused_or_removed(store: Store) -> None:
    follow(store, "rust", paused=True)
    follow(store, "weg")
    with store.write() as transaction:
        sources.remove(transaction, "weg", NOW)
    assert claim(store, "rust", "weg", "onbekend") == []
    with store.write() as transaction:
        sources.add(transaction, [make_source("weg"), make_source("rust")], NOW)
        again = leases.claim(transaction, "polls", NOW, hosts=9, per_host=9, lease=HOUR)
    assert sorted(each.source.id for each in again) == ["rust", "weg"]


def test_a_visit_is_brought_forward_and_never_put_off(store: Store) -> None:
    follow(store, "fme")
    for due, planned in ((NOW + DAY, NOW + HOUR), (NOW, NOW)):
        with store.write() as transaction:
            sources.hasten(transaction, "fme", due)
            found = sources.held(transaction, "fme")
        assert found is not None
        assert found.poll.next_due == planned
