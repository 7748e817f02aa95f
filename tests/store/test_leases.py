import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event, text, update

from aggregator.errors import StoreError
from aggregator.model import Outcome, Poll
from aggregator.store import Store, database, leases, sources
from aggregator.store.leases import Claimed
from aggregator.store.tables import host
from tests.factories import DAY, HOUR, NOW, make_source

LEASE = timedelta(minutes=5)


def add(store: Store, *ids: str, same_host: bool = False) -> None:
    url = {"url": "https://one.example/feed"} if same_host else {}
    with store.write() as transaction:
        sources.add(transaction, [make_source(id_, **url) for id_ in ids], NOW)


def claim(store: Store, owner: str = "a", now_plus: timedelta = timedelta(0), **options: object) -> list[Claimed]:
    with store.write() as transaction:
        wanted = {"hosts": 100, "per_host": 100, "lease": LEASE} | options
        return leases.claim(transaction, owner, NOW + now_plus, **wanted)  # type: ignore[arg-type]


def finish(store: Store, claimed: list[Claimed], due_in: timedelta = HOUR) -> None:
    with store.write() as transaction:
        ours = leases.fence(transaction, [each.lease for each in claimed])
        done = [each for each in claimed if each.lease.host_id in ours]
        poll = Poll(at=NOW, outcome=Outcome.UNCHANGED, next_due=NOW + due_in)
        if done:
            leases.save_polls(transaction, [(each.source.id, poll) for each in done])
        leases.release(transaction, [each.lease for each in done])


def ids(claimed: list[Claimed]) -> list[str]:
    return sorted(each.source.id for each in claimed)


def test_what_is_due_is_claimed_once(store: Store) -> None:
    add(store, "a", "b")
    assert ids(claim(store)) == ["a", "b"]
    assert claim(store, "other") == []


def test_a_host_is_held_by_one_owner_with_all_its_sources(store: Store) -> None:
    add(store, "a", "b", "c", same_host=True)
    claimed = claim(store, per_host=2)
    assert len(claimed) == 2
    assert len({each.lease.host_id for each in claimed}) == 1
    assert claim(store, "other") == []


def test_what_is_finished_is_due_again_when_it_says(store: Store) -> None:
    add(store, "a")
    finish(store, claim(store), due_in=HOUR)
    assert claim(store) == []
    (again,) = claim(store, now_plus=HOUR)
    assert again.held.poll.outcome is Outcome.UNCHANGED
    assert again.lease.epoch == 2


def test_a_host_with_unfinished_sources_is_due_at_once_when_released(store: Store) -> None:
    add(store, "a", "b", same_host=True)
    finish(store, claim(store, per_host=1))
    assert len(claim(store)) == 1


def test_an_expired_lease_is_taken_over_and_its_late_results_are_dropped(store: Store) -> None:
    add(store, "a")
    late = claim(store, "slow", lease=timedelta(seconds=-1))
    taken = claim(store, "quick")
    assert ids(taken) == ["a"]
    finish(store, late, due_in=9 * DAY)
    finish(store, taken, due_in=HOUR)
    (again,) = claim(store, now_plus=2 * HOUR)
    assert again.held.poll.next_due == NOW + HOUR


def test_an_expired_lease_goes_before_what_became_due_since_and_after_what_is_asked_for(store: Store) -> None:
    visited(store, lost=timedelta(0), due=HOUR, asked=9 * DAY)
    claim(store, "dead", lease=timedelta(seconds=-1))
    with store.write() as transaction:
        sources.ask_for(transaction, "asked", NOW + HOUR)
    assert [ids(claim(store, now_plus=HOUR, hosts=1)) for _ in range(3)] == [["asked"], ["lost"], ["due"]]


def test_a_paused_host_rests_until_its_time(store: Store) -> None:
    add(store, "a")
    (claimed,) = claim(store)
    with store.write() as transaction:
        leases.pause_host(transaction, claimed.lease.host_id, NOW + 2 * HOUR)
        leases.release(transaction, [claimed.lease])
    assert claim(store, now_plus=HOUR) == []
    assert ids(claim(store, now_plus=2 * HOUR)) == ["a"]


def test_only_the_named_sources_are_claimed(store: Store) -> None:
    add(store, "a", "b", same_host=True)
    add(store, "c")
    assert ids(claim(store, only=["b"])) == ["b"]


def test_removed_and_paused_sources_are_not_claimed(store: Store) -> None:
    with store.write() as transaction:
        sources.add(transaction, [make_source("a"), make_source("b", paused=True)], NOW)
        sources.remove(transaction, "a", NOW)
    assert claim(store) == []


def test_a_source_that_is_asked_for_when_it_was_just_removed_is_not_polled_and_holds_nobody_up(store: Store) -> None:
    add(store, "a", "b", same_host=True)
    add(store, "c")
    with store.write() as transaction:
        for gone in ("a", "c"):
            sources.remove(transaction, gone, NOW)
            sources.ask_for(transaction, gone, NOW)
    assert ids(claim(store)) == ["b"]
    assert claim(store) == []


def test_at_a_new_start_what_a_dead_process_held_is_free(store: Store) -> None:
    add(store, "a")
    dead = claim(store, "dead")
    with store.write() as transaction:
        leases.free_all(transaction)
    assert ids(claim(store)) == ["a"]
    with store.write() as transaction:
        assert leases.fence(transaction, [each.lease for each in dead]) == set()


def visited(store: Store, **due: timedelta) -> None:
    """Sources that were polled before, with when they are due after NOW."""
    add(store, *due)
    for claimed in claim(store):
        finish(store, [claimed], due_in=due[claimed.source.id])


def test_what_is_asked_for_goes_before_new_sources_and_those_before_what_is_late(store: Store) -> None:
    visited(store, due=HOUR, late=timedelta(0), asked=9 * DAY)
    add(store, "new")
    with store.write() as transaction:
        sources.ask_for(transaction, "asked", NOW + HOUR)
    order = [ids(claim(store, now_plus=HOUR, hosts=1)) for _ in range(5)]
    assert order == [["asked"], ["new"], ["late"], ["due"], []]


def test_at_a_moment_before_it_was_asked_for_or_added_nothing_is_due(store: Store) -> None:
    visited(store, asked=9 * DAY)
    add(store, "new")
    with store.write() as transaction:
        sources.ask_for(transaction, "asked", NOW)
    assert claim(store, now_plus=-HOUR) == []
    assert ids(claim(store)) == ["asked", "new"]


def test_within_a_host_too_what_is_asked_for_goes_first(store: Store) -> None:
    add(store, "a", "b", "c", same_host=True)
    finish(store, claim(store))
    with store.write() as transaction:
        sources.ask_for(transaction, "c", NOW + HOUR)
    (first,) = claim(store, now_plus=HOUR, per_host=1)
    assert (first.source.id, first.held.poll.next_due) == ("c", NOW + HOUR)


def test_what_was_asked_for_while_its_host_was_held_still_goes_first_and_once(store: Store) -> None:
    visited(store, late=-HOUR, asked=timedelta(0))
    (held,) = claim(store, only=["asked"])
    with store.write() as transaction:
        sources.ask_for(transaction, "asked", NOW)
        leases.release(transaction, [held.lease])
    again = claim(store, hosts=1)
    assert ids(again) == ["asked"]
    finish(store, again, due_in=timedelta(0))
    assert ids(claim(store, hosts=1)) == ["late"]


def test_to_claim_by_urgency_costs_no_statement_more(store: Store) -> None:
    visited(store, late=timedelta(0), asked=9 * DAY)
    add(store, "new")
    with store.write() as transaction:
        sources.ask_for(transaction, "asked", NOW)
    statements: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert len(claim(store)) == 3
    own = [each for each in statements if each.startswith(("SELECT", "UPDATE", "INSERT")) and "host" in each]
    assert len(own) == 3  # which hosts, taking them, their due sources


def test_a_source_that_is_paused_while_it_is_polled_is_not_due_again(store: Store) -> None:
    add(store, "a")
    claimed = claim(store)
    with store.write() as transaction:
        sources.change(transaction, make_source("a", paused=True), NOW)
    finish(store, claimed)
    assert claim(store, now_plus=9 * DAY) == []


def test_a_host_that_has_nothing_due_after_all_is_not_held_for_nothing(store: Store) -> None:
    add(store, "a", "b")
    finish(store, claim(store), due_in=DAY)
    with store.write() as transaction:
        transaction.execute(update(host).values(next_due=NOW))
    assert claim(store) == []
    assert ids(claim(store, "other", now_plus=DAY)) == ["a", "b"]


def test_a_host_rests_for_the_gap_before_another_worker_has_it(store: Store) -> None:
    add(store, "a", "b", same_host=True)
    first = claim(store, per_host=1, rest=HOUR)
    finish(store, first)
    assert claim(store, "other") == []
    with store.write() as transaction:
        assert leases.count_due(transaction, NOW, 9) == 0
        transaction.execute(update(host).values(lease_until=NOW - 1000 * DAY))  # by the database's clock it is over
    assert ids(claim(store, "other")) == ["b"]


def test_what_a_stopping_worker_gives_back_rests_too_and_its_late_results_are_dropped(store: Store) -> None:
    add(store, "a", "b")
    (mine, _), rest = claim(store, "mine"), timedelta(seconds=0.2)
    with store.write() as transaction:
        leases.free(transaction, "mine", rest)
        assert leases.fence(transaction, [mine.lease]) == set()
    assert claim(store, "other") == []
    time.sleep(0.25)
    assert ids(claim(store, "other")) == ["a", "b"]


def test_nobody_counts_more_due_hosts_than_matter(store: Store) -> None:
    add(store, "a", "b", "c")
    with store.read() as transaction:
        assert [leases.count_due(transaction, NOW, most) for most in (2, 9)] == [2, 3]


@pytest.fixture
def mine(store: Store, monkeypatch: pytest.MonkeyPatch) -> leases.Claimed:
    """A source under a lease of ours, where nobody may pause for longer than 200 ms in the middle of a change."""
    monkeypatch.setattr(database, "PAUSED", text("SET LOCAL idle_in_transaction_session_timeout = '200ms'"))
    add(store, "a")
    (claimed,) = claim(store)
    return claimed


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_asks_for_a_source_and_who_writes_its_poll_never_wait_for_each_other(store: Store) -> None:
    add(store, "a")
    (claimed,) = claim(store)

    def ask() -> None:
        with store.write() as transaction:
            sources.ask_for(transaction, "a", NOW)

    with ThreadPoolExecutor(1) as other:
        with store.write() as transaction:
            leases.fence(transaction, [claimed.lease])
            asking = other.submit(ask)
            while not _waiting(store):
                assert not asking.done()
            leases.save_polls(transaction, [("a", Poll(at=NOW, next_due=NOW + DAY))])
            leases.release(transaction, [claimed.lease])
        asking.result(10)
    assert ids(claim(store)) == ["a"]


def _waiting(store: Store) -> int:
    with store.read() as transaction:
        return int(transaction.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_is_paused_within_a_batch_of_statements_is_ended_by_others(store: Store, mine: leases.Claimed) -> None:
    with pytest.raises(StoreError), store.write() as transaction:  # noqa: PT012  it is the pause that is tested
        leases.release(transaction, [mine.lease])
        connection = transaction.connection.driver_connection
        assert connection is not None
        with connection.pipeline() as pipeline:
            connection.execute("SELECT 1")
            pipeline.sync()
            connection.pgconn.send_flush_request()
            connection.pgconn.flush()
            time.sleep(1)
            with store.read() as other:
                assert database.end_paused(other, "2s") == 0
                assert database.end_paused(other, "500ms") == 1
            with store.write() as other:
                assert leases.fence(other, [mine.lease]) == {mine.lease.host_id}
        transaction.execute(text("SELECT 1"))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_is_paused_in_the_middle_of_a_change_does_not_keep_its_locks(store: Store, mine: leases.Claimed) -> None:
    with pytest.raises(StoreError), store.write() as transaction:  # noqa: PT012  it is the pause that is tested
        leases.fence(transaction, [mine.lease])
        time.sleep(1)
        with store.write() as other:
            assert leases.fence(other, [mine.lease]) == {mine.lease.host_id}
        leases.release(transaction, [mine.lease])
