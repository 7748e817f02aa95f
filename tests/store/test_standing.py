from datetime import timedelta

from aggregator.model import Outcome, Poll
from aggregator.store import Store, duties, leases, outbox, sources, standing
from tests.factories import DAY, HOUR, NOW, make_entry, make_source
from tests.line.conftest import partners
from tests.line.partner import Partners, feed, follow, make_line, run

__all__ = ["partners"]


def measured(store: Store, now: object = NOW) -> standing.Standing:
    with store.read() as transaction:
        return standing.measure(transaction, now)  # type: ignore[arg-type]


def test_an_empty_service_stands_at_nothing(store: Store) -> None:
    found = measured(store)
    assert (found.due, found.leases, found.documents, found.longest_wait) == (0, 0, 0, timedelta(0))
    assert (found.sources, found.stories, found.outbox, found.duties) == ({}, {}, {}, {})


def test_everything_that_is_watched_is_counted(store: Store, partners: Partners) -> None:
    follow(store, *(make_source(each, paused=each == "rust") for each in ("fme", "stuk", "nieuw", "rust", "weg")))
    partners.documents["https://fme.example/feed"] = feed(make_entry(1), make_entry(2))
    run(make_line(store, partners))
    with store.write() as transaction:
        sources.remove(transaction, "weg", NOW)
        polls = {"stuk": Poll(outcome=Outcome.FAILED, next_due=NOW), "nieuw": Poll(next_due=NOW - HOUR)}
        leases.save_polls(transaction, list(polls.items()))
        outbox.put(transaction, "mail", "x@example.nl", {}, NOW)
        outbox.put(transaction, "webhook", "https://x.example", {}, NOW)
        outbox.give_up(transaction, "webhook", "", "410", NOW)
        duties.went_well(transaction, "backup", NOW)
        duties.went_wrong(transaction, "letter", "550", NOW)
    found = measured(store)
    assert found.sources == {"fetched": 1, "failed": 1, "": 1, "paused": 1}
    assert found.due == 2
    assert found.stories == {("published", "instroom"): 2}
    assert found.outbox == {("mail", "waiting"): 1, ("webhook", "dead"): 1}
    assert found.duties == {"backup": (NOW, True), "letter": (None, False)}


def test_what_goes_first_waits_since_it_was_asked_for_and_no_longer(store: Store) -> None:
    follow(store)
    with store.write() as transaction:
        sources.ask_for(transaction, "fme", NOW)
    assert measured(store, NOW + HOUR).longest_wait == HOUR


def test_leases_that_were_lost_and_deliveries_that_arrived_are_counted_for_good(store: Store) -> None:
    follow(store)
    with store.write() as transaction:
        for owner in ("dead", "killed", "alive"):
            leases.claim(transaction, owner, NOW, hosts=9, per_host=9, lease=timedelta(seconds=-1))
        for number in range(3):
            outbox.put(transaction, "mail", f"{number}@example.nl", {}, NOW)
        outbox.put(transaction, "webhook", "https://x.example", {}, NOW)
        arrived = outbox.take_due(transaction, ["webhook"], NOW)
        arrived += [each for _ in range(2) for each in outbox.take_due(transaction, ["mail"], NOW)]
        for each in arrived:
            outbox.done(transaction, each.id, NOW)
        outbox.done(transaction, 3, NOW, note="unsubscribed meanwhile")
        outbox.forget_old(transaction, NOW + 99 * DAY)
    assert measured(store).tallies == {"leases-lost": 2, "delivered/mail": 2, "delivered/webhook": 1}


def test_what_nobody_takes_waits_and_what_is_held_or_rests_does_not(store: Store) -> None:
    follow(store)
    later = NOW + 3 * HOUR
    assert measured(store, later).longest_wait == timedelta(hours=3)
    with store.write() as transaction:
        (claimed,) = leases.claim(transaction, "x", later, hosts=1, per_host=1, lease=DAY)
    held = measured(store, later)
    assert (held.leases, held.longest_wait) == (1, timedelta(0))
    with store.write() as transaction:
        leases.release(transaction, [claimed.lease])
        leases.pause_host(transaction, claimed.lease.host_id, later + HOUR)
    assert measured(store, later).longest_wait == timedelta(0)
    assert measured(store, later + 2 * HOUR).longest_wait == timedelta(hours=5)
