"""Two editors at once: whether somebody was ahead is asked in the transaction that decides, so nobody slips between."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest

from aggregator.desk import decide, edit, join, timing
from aggregator.desk.decide import Said
from aggregator.model import Edits, State
from aggregator.store import Store, events
from aggregator.store.events import Event
from tests.desk.test_decide import HELD, LATER, log, now_held, slug
from tests.desk.test_join import AUTHORITY
from tests.factories import DAY
from tests.store.test_stories import keep, row

WORDS = Edits(title="Een betere kop")
Act = Callable[[Store, int], tuple[Event, ...]]
ACTS: dict[str, Act] = {
    "edit": lambda store, seen: edit.edit(store, slug(), WORDS, "thea", LATER, seen).conflicts,
    "restore": lambda store, seen: edit.restore(store, slug(), ["title"], "thea", LATER, seen).conflicts,
    "keep": lambda store, seen: edit.keep(store, slug(), ["title"], "thea", LATER, seen).conflicts,
    "pin": lambda store, seen: timing.pin(store, slug(), LATER + DAY, "thea", LATER, seen).conflicts,
    "schedule": lambda store, seen: timing.schedule(store, slug(), LATER + DAY, "thea", LATER, seen).conflicts,
    "merge": lambda store, seen: join.merge(store, [slug(), slug(2)], "thea", LATER, seen=seen).conflicts,
    "never": lambda store, seen: join.never(store, [slug(), slug(2)], "thea", LATER, seen=seen).conflicts,
    "split": lambda store, seen: join.split(store, slug(), [1], "thea", LATER, AUTHORITY, seen=seen).conflicts,
    "publish": lambda store, seen: (
        decide.decide(
            store, [slug()], [decide.publishing(LATER)], Said(actor="thea", at=LATER, seen={slug(): seen})
        ).conflicts
    ),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_nothing_is_written_when_another_editor_was_ahead(store: Store, act: Act) -> None:
    keep(store, HELD, row(2))
    edit.edit(store, slug(), Edits(title="Van Piet"), "piet", LATER)
    before = (now_held(store), log(store))
    (event,) = act(store, 1)
    assert (event.actor, event.kind) == ("piet", "edited")
    assert (now_held(store), log(store)) == before
    with store.read() as transaction:
        assert act(store, events.last_seq_of(transaction, 1)) == ()


def test_of_two_editors_at_the_same_moment_one_is_told(store: Store) -> None:
    keep(store, HELD)
    start = Barrier(2)
    came: list[tuple[Event, ...]] = []

    def plan() -> None:
        start.wait()
        came.append(timing.schedule(store, slug(), LATER + DAY, "piet", LATER, 1).conflicts)

    def change() -> None:
        start.wait()
        came.append(edit.edit(store, slug(), WORDS, "thea", LATER, 1).conflicts)

    both = [Thread(target=plan), Thread(target=change)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(map(len, came)) == [0, 1]
    won = "scheduled" if now_held(store).state is State.SCHEDULED else "edited"
    assert [each.kind for each in log(store) if each.kind in ("scheduled", "edited")] == [won]
