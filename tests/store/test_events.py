from dataclasses import replace

from aggregator.store import Store, events
from aggregator.store.events import SYSTEM, Event, Folded, fold
from tests.factories import NOW

FULL = Event(
    at=NOW,
    kind="rejected",
    story_id=3,
    item_id=4,
    actor="thea",
    reason="niet van ons",
    group_id="g1",
    before={"state": "published", "released": 5, "because": ["+x → y"]},
    after={"state": "withdrawn", "released": None, "because": []},
)


def append(store: Store, *logged: Event) -> int:
    with store.append() as transaction:
        return events.append(transaction, logged)


def test_every_field_of_an_event_comes_back_under_the_next_number(store: Store) -> None:
    bare = Event(at=NOW, kind="taken-in")
    assert append(store, FULL, bare) == 1
    assert append(store, bare) == 3
    with store.read() as transaction:
        found = events.since(transaction, 0)
    assert found == [replace(FULL, seq=1), replace(bare, seq=2), replace(bare, seq=3)]
    assert bare.actor == SYSTEM


def test_a_reader_goes_on_where_it_was(store: Store) -> None:
    append(store, *(replace(FULL, story_id=n) for n in range(5)))
    with store.read() as transaction:
        assert [each.seq for each in events.since(transaction, 2)] == [3, 4, 5]
        assert [each.seq for each in events.since(transaction, 2, limit=2)] == [3, 4]
        assert events.since(transaction, 5) == []


def test_release_is_told_which_stories_and_what_they_were(store: Store) -> None:
    append(store, FULL, replace(FULL, story_id=None))
    with store.read() as transaction:
        first, second = events.spoken_of(transaction, 0)
        assert events.spoken_of(transaction, 1) == [second]
    assert (first.seq, first.story_id, first.before, first.after) == (1, 3, FULL.before, {})
    assert (second.seq, second.story_id, second.kind) == (2, None, "rejected")


def test_a_story_tells_all_that_happened_to_it(store: Store) -> None:
    append(store, replace(FULL, story_id=1), replace(FULL, story_id=2), replace(FULL, story_id=1, kind="published"))
    with store.read() as transaction:
        assert [each.kind for each in events.of_story(transaction, 1)] == ["rejected", "published"]


def test_folding_keeps_the_last_word_on_each_field() -> None:
    log = [
        Event(at=NOW, kind="taken-in", story_id=1, item_id=10, after={"state": "held", "theme": None}),
        Event(at=NOW, kind="joined", story_id=1, item_id=11),
        Event(at=NOW, kind="taken-in", story_id=2, item_id=12, after={"state": "published"}),
        Event(at=NOW, kind="published", story_id=1, before={"state": "held"}, after={"state": "published"}),
        Event(at=NOW, kind="joined", story_id=2, item_id=11),
        Event(at=NOW, kind="digest"),
    ]
    stories: dict[int, dict[str, object]] = {1: {"state": "published", "theme": None}, 2: {"state": "published"}}
    assert fold(log) == Folded(stories=stories, story_of={10: 1, 11: 2, 12: 2})
    assert fold([]) == Folded(stories={}, story_of={})
