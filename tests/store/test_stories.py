from collections.abc import Callable
from dataclasses import fields, replace

import pytest

from aggregator.model import State, Story, Tags
from aggregator.store import Store, decisions, events, items, stories
from aggregator.store.check import contradictions
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow
from tests.factories import DAY, HOUR, NOW, SURE, make_item

TAGS = Tags(
    theme="instroom",
    second_theme="leven-lang-ontwikkelen",
    off_topic=True,
    score=0.1 + 0.2,
    decision="publish",
    because=("+techniek → instroom", "-cao → instroom"),
)


def row(number: int, **given: object) -> StoryRow:
    defaults: dict[str, object] = {
        "id": number,
        "uri": f"tag:techniekpact.nl,2022:story/{number:012}",
        "origin_id": number,
        "state": State.PUBLISHED,
        "reason": "sure",
        "tags": SURE,
        "dated": NOW - number * DAY,
        "released": NOW - number * HOUR,
        "updated": NOW,
    }
    return StoryRow(**(defaults | given))  # type: ignore[arg-type]


def keep(store: Store, *rows: StoryRow, source: str = "fme") -> None:
    """Stories with one item each, and the events that tell of them."""
    with store.append() as transaction:
        stories.create(transaction, rows)
        items.insert_items(transaction, [(each.origin_id, each.id, make_item(each.id, source), b"") for each in rows])
        log = [
            Event(at=NOW, kind="taken-in", story_id=each.id, item_id=each.origin_id, after=each.fields())
            for each in rows
        ]
        events.append(transaction, log)


def load(store: Store, *numbers: int) -> list[Story]:
    with store.read() as transaction:
        return stories.load(transaction, numbers)


def test_every_field_of_a_story_comes_back(store: Store) -> None:
    full, bare = row(1, tags=TAGS), row(2, tags=Tags(), released=None, updated=None, reason="")
    keep(store, full, bare)
    with store.read() as transaction:
        assert stories.rows(transaction, [1, 2, 3]) == {1: full, 2: bare}
        assert stories.row_by_slug(transaction, "000000000001") == full
        assert stories.row_by_slug(transaction, "nonesuch") is None
    assert load(store, 2, 1, 9)[1] == Story(
        id=full.uri,
        items=(make_item(1),),
        tags=TAGS,
        state=State.PUBLISHED,
        reason="sure",
        released=full.released,
        updated=full.updated,
    )


def test_events_speak_of_every_field_that_a_story_has() -> None:
    told = row(1).fields().keys()
    own = {each.name for each in fields(StoryRow)} - {"id", "tags"}
    tags = {each.name for each in fields(Tags)} - {"decision"} | {"verdict"}
    assert told == own | tags


def test_a_story_shows_its_origin_first_then_who_came_first(store: Store) -> None:
    keep(store, row(1, origin_id=5))
    with store.write() as transaction:
        others = [(7, 1, make_item(7, "vhto"), b""), (2, 1, make_item(2, "aob"), b"")]
        items.insert_items(transaction, others)
    (story,) = load(store, 1)
    assert [each.source_id for each in story.items] == ["fme", "aob", "vhto"]
    with store.read() as transaction:
        assert stories.sources_of(transaction, [1, 2]) == {1: {"fme", "vhto", "aob"}}


def test_a_change_is_written_and_logged_with_what_differs_only(store: Store) -> None:
    keep(store, row(1), row(2))
    new = replace(row(1), state=State.WITHDRAWN, reason="dubbel", updated=NOW + HOUR)
    with store.append() as transaction:
        seq = stories.apply(transaction, [(row(1), new), (row(2), row(2))], Event(at=NOW, kind="x", actor="thea"))
    with store.read() as transaction:
        assert stories.rows(transaction, [1, 2]) == {1: new, 2: row(2)}
        (event,) = events.since(transaction, 2)
        assert contradictions(transaction) == []
    assert (event.seq, event.story_id, event.actor, event.kind) == (seq, 1, "thea", "x")
    assert event.before.keys() == event.after.keys() == {"state", "reason", "updated"}
    assert (event.before["state"], event.after["state"]) == ("published", "withdrawn")


def test_several_changes_carry_each_their_own_kind(store: Store) -> None:
    keep(store, row(1), row(2))
    changes = [(row(n), replace(row(n), reason="anders")) for n in (1, 2)]
    with store.append() as transaction:
        assert stories.apply(transaction, changes, Event(at=NOW, kind=""), kinds=["a", "b"]) == 3
    with store.read() as transaction:
        assert [each.kind for each in events.since(transaction, 2)] == ["a", "b"]


def test_no_change_is_no_event(store: Store) -> None:
    keep(store, row(1))
    with store.append() as transaction:
        assert stories.apply(transaction, [(row(1), row(1))], Event(at=NOW, kind="x")) is None
        assert len(events.since(transaction, 0)) == 1


def test_a_feed_holds_what_was_released_latest_first(store: Store) -> None:
    keep(
        store,
        row(1, released=NOW - HOUR),
        row(2, released=NOW),
        row(3, released=NOW),
        row(4, released=None),
        row(5, state=State.WITHDRAWN),
        row(6, state=State.HELD, released=None),
    )
    with store.read() as transaction:
        assert stories.in_feed(transaction, limit=10) == [3, 2, 1]
        assert stories.in_feed(transaction, limit=2) == [3, 2]


def test_a_page_holds_what_is_public_by_the_partners_dates(store: Store) -> None:
    keep(store, row(1, dated=NOW), row(2, dated=NOW + DAY, released=None), row(3, state=State.HELD), row(4, dated=NOW))
    with store.read() as transaction:
        assert stories.latest(transaction, limit=10) == [2, 4, 1]


Select = Callable[..., list[int]]


@pytest.mark.parametrize("select", [stories.in_feed, stories.latest])
def test_a_theme_and_a_source_narrow_what_is_shown(store: Store, select: Select) -> None:
    keep(store, row(1), row(2, tags=replace(SURE, theme="leven-lang-ontwikkelen")))
    keep(store, row(3), source="vhto")
    with store.read() as transaction:
        assert select(transaction, limit=9, theme="instroom") == [1, 3]
        assert select(transaction, limit=9, sources=["vhto"]) == [3]
        assert select(transaction, limit=9, sources=["fme", "vhto"], theme="leven-lang-ontwikkelen") == [2]
        assert select(transaction, limit=9, sources=[]) == []


def test_the_windows_of_many_sources_are_those_of_each_alone(store: Store) -> None:
    keep(store, *(row(number) for number in (1, 2, 3)), row(4, state=State.HELD), row(5, released=None))
    keep(store, row(6), source="vhto")
    keep(store, row(7, released=NOW), source="vhto")
    with store.append() as transaction:  # a second item of the same source in one story
        items.insert_items(transaction, [(8, 6, make_item(8, "vhto"), b"")])
    with store.read() as transaction:
        found = stories.windows(transaction, ["fme", "vhto", "nobody"], limit=2)
        assert found == {"fme": [1, 2], "vhto": [7, 6]}
        for source, window in found.items():
            assert window == stories.in_feed(transaction, limit=2, sources=[source])


def test_where_stories_stand_can_be_asked_alone(store: Store) -> None:
    keep(store, row(1), row(2, state=State.HELD, tags=Tags()))
    with store.read() as transaction:
        found = stories.standing(transaction, [1, 2, 3])
    assert found == {1: (State.PUBLISHED, "instroom"), 2: (State.HELD, None)}


def test_stories_are_counted_by_theme_state_and_source(store: Store) -> None:
    keep(store, row(1), row(2, tags=Tags()), row(3, state=State.HELD))
    keep(store, row(4), source="vhto")
    with store.read() as transaction:
        assert stories.counts_by_theme(transaction) == {"instroom": 2}
        assert stories.counts_by_state(transaction) == {"published": 3, "held": 1}
        assert stories.counts_by_source(transaction) == {"fme": 3, "vhto": 1}
        assert stories.by_state(transaction, State.HELD, limit=9) == [3]
        assert stories.by_state(transaction, None, limit=3) == [4, 3, 2]


def test_a_decision_holds_until_it_is_ended(store: Store) -> None:
    keep(store, row(1), row(2))
    with store.write() as transaction:
        number = decisions.record(
            transaction, story_id=2, kind="reject", value={"x": 1}, actor="thea", at=NOW, event_seq=None
        )
        assert stories.decided(transaction, [1, 2]) == {2}
        (found,) = decisions.of_story(transaction, 2)
        assert (found["id"], found["kind"], found["value"], found["actor"]) == (number, "reject", {"x": 1}, "thea")
        decisions.end(transaction, number, NOW)
        assert stories.decided(transaction, [1, 2]) == set()
        assert decisions.of_story(transaction, 2) == []


def test_there_is_room_for_more_stories_than_fit_in_one_question(store: Store) -> None:
    keep(store, *(row(n) for n in range(1, 603)))
    assert len(load(store, *range(1, 603))) == 602
