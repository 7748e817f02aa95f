"""Embargoes and pins: what is planned for a time happens then, once, and is in the log."""

from dataclasses import replace

from aggregator.desk import decide, timing
from aggregator.model import State
from aggregator.store import Store, decisions, events
from tests.desk.test_decide import HELD, OUT, now_held, slug
from tests.factories import DAY, HOUR, NOW
from tests.store.test_stories import keep

LATER = NOW + HOUR


def test_a_story_under_embargo_is_published_when_it_ends_and_by_whom_is_known(store: Store) -> None:
    keep(store, HELD)
    assert timing.schedule(store, slug(), LATER, "thea", NOW).is_done
    assert now_held(store).state is State.SCHEDULED
    assert timing.let_out(store, LATER - HOUR / 2) == 0
    assert now_held(store).state is State.SCHEDULED
    assert timing.let_out(store, LATER) == 1
    assert now_held(store) == replace(HELD, state=State.PUBLISHED, reason="embargo over", released=LATER, updated=LATER)
    assert timing.let_out(store, LATER + HOUR) == 0
    with store.read() as transaction:
        said = [(each["kind"], each["actor"]) for each in decisions.of_story(transaction, 1)]
    assert said == [("schedule", "thea"), ("publish", "thea")]


def test_another_moment_replaces_the_first(store: Store) -> None:
    keep(store, HELD)
    timing.schedule(store, slug(), LATER, "thea", NOW)
    timing.schedule(store, slug(), LATER + DAY, "piet", NOW)
    assert timing.let_out(store, LATER) == 0
    assert timing.let_out(store, LATER + DAY) == 1


def test_what_was_rejected_meanwhile_stays_in(store: Store) -> None:
    keep(store, HELD)
    timing.schedule(store, slug(), LATER, "thea", NOW)
    decide.reject(store, [slug()], "piet", NOW)
    assert timing.let_out(store, LATER) == 0
    assert now_held(store).state is State.REJECTED
    with store.read() as transaction:
        assert decisions.scheduled(transaction) == {}


def test_what_is_out_already_has_no_embargo(store: Store) -> None:
    keep(store, OUT)
    assert not timing.schedule(store, slug(), LATER, "thea", NOW).is_done
    assert not timing.schedule(store, "nergens", LATER, "thea", NOW).is_done


def test_a_pin_holds_until_its_time_and_can_be_ended_before(store: Store) -> None:
    keep(store, OUT)
    assert timing.pin(store, slug(), LATER, "thea", NOW).is_done
    with store.read() as transaction:
        assert decisions.pinned(transaction) == {1: LATER}
    assert timing.let_out(store, LATER) == 1
    timing.pin(store, slug(), LATER + DAY, "thea", LATER)
    timing.pin(store, slug(), None, "piet", LATER)
    with store.read() as transaction:
        assert decisions.pinned(transaction) == {}
        log = [(each.kind, each.actor) for each in events.of_story(transaction, 1)][1:]
    assert log == [("pinned", "thea"), ("unpinned", "service"), ("pinned", "thea"), ("unpinned", "piet")]
    assert now_held(store) == OUT
    assert not timing.pin(store, "nergens", LATER, "thea", NOW).is_done
