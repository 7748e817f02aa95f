"""The editors' lists, on both databases: what lies where, in which order, page by page."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from aggregator.model import State, Tags
from aggregator.policy import admission, waiting
from aggregator.store import Store, events, items, queue, rounds, stories
from aggregator.store.events import Event
from aggregator.store.queue import Place, Wanted, place
from aggregator.store.stories import StoryRow
from aggregator.store.tables import story as story_table
from aggregator.store.trays import Tray, rank_of, tray_of
from tests.factories import DAY, HOUR, NOW, UNSURE, make_entry, make_item
from tests.store.test_stories import row


def held(number: int, reason: str = "unsure", score: float = 0.6, **fields: object) -> StoryRow:
    """A story that waits."""
    tags = replace(UNSURE, score=score)
    waits = {"state": State.HELD, "reason": reason, "tags": tags, "released": None, "updated": None}
    return row(number, **(waits | fields))


def lay(store: Store, *rows: StoryRow, title: str = "Nieuws nummer {n}", source: str = "fme") -> None:
    """Stories with one item each, of this title."""
    entries = [make_entry(each.id, title=title.format(n=each.id), published=each.dated) for each in rows]
    made = [
        (each.id, each.id, make_item(each.id, source, entry=entry), b"")
        for each, entry in zip(rows, entries, strict=True)
    ]
    log = [Event(at=NOW, kind="taken-in", story_id=each.id, item_id=each.id, after=each.fields()) for each in rows]
    with store.append() as transaction:
        stories.create(transaction, rows)
        items.insert_items(transaction, made)
        events.append(transaction, log)


def ids(store: Store, tray: Tray, **narrowed: str) -> list[int]:
    """A whole list, two stories a page."""
    found: list[int] = []
    after = None
    while True:
        with store.read() as transaction:
            page = queue.page(transaction, Wanted(tray=tray, **narrowed), limit=2, after=after)
        found += page.stories
        if page.next is None:
            return found
        after = place(str(page.next))
        assert after == page.next


@pytest.mark.parametrize(
    ("state", "reason", "tray"),
    [
        (State.HELD, admission.UNSURE, Tray.UNSURE),
        (State.HELD, admission.FLOOD, Tray.FLOOD),
        (State.HELD, admission.NEW_SOURCE, Tray.NEW),
        (State.HELD, admission.POSSIBLE_DUPLICATE, Tray.NEW),
        (State.HELD, admission.ODD_DATE, Tray.NEW),
        (State.HELD, admission.EDITED_MODE, Tray.NEW),
        (State.HELD, waiting.ASKED_AGAIN, Tray.NEW),
        (State.HELD, admission.ARCHIVE, Tray.NONE),
        (State.HELD, waiting.ARCHIVE, Tray.NONE),
        (State.WITHDRAWN, "merged", Tray.NONE),
        (State.WITHDRAWN, "", Tray.REJECTED),
        (State.REJECTED, "", Tray.REJECTED),
        (State.OFF_TOPIC, admission.OFF_TOPIC, Tray.DROPPED),
        (State.OFF_TOPIC, "by an editor", Tray.REJECTED),
        (State.LATER, "", Tray.LATER),
        (State.SCHEDULED, "", Tray.LATER),
        (State.PUBLISHED, "sure", Tray.PUBLISHED),
    ],
)
def test_every_story_lies_in_one_list(state: State, reason: str, tray: Tray) -> None:
    assert tray_of(state, reason) is tray


def test_what_only_a_person_can_tell_comes_first_then_what_is_nearly_published() -> None:
    first = [rank_of(State.HELD, each, 0.1, is_off_topic=True) for each in ("possible duplicate", "odd date")]
    ranks = [rank_of(State.HELD, "unsure", score, is_off_topic=False) for score in (0.95, 0.8, 0.79, 0.5, 0.49)]
    assert (first, ranks) == ([0, 0], [1, 1, 2, 2, 3])
    assert rank_of(State.HELD, "unsure", 0.9, is_off_topic=True) == 3
    assert rank_of(State.PUBLISHED, "sure", 0.2, is_off_topic=False) == 0


def test_a_list_is_read_rank_by_rank_the_newest_first(store: Store) -> None:
    lay(store, held(1, score=0.3), held(2, score=0.9), held(3, score=0.6), held(4, score=0.85), held(5, score=0.6))
    lay(store, held(6, "new source"), held(7, "possible duplicate"), held(8, "archive"), row(9))
    lay(store, held(10, score=0.6, dated=NOW - 3 * DAY))
    assert ids(store, Tray.UNSURE) == [2, 4, 10, 3, 5, 1]
    assert ids(store, Tray.NEW) == [7, 6]
    assert ids(store, Tray.PUBLISHED) == [9]
    assert ids(store, Tray.REJECTED) == []


def test_a_filter_narrows_by_theme_source_and_words_of_the_title(store: Store) -> None:
    other = replace(UNSURE, theme="leven-lang-ontwikkelen")
    lay(store, held(1), held(2, tags=other), title="Open dag {n}")
    lay(store, held(3), title="Bij VHTO 100%", source="vhto")
    assert ids(store, Tray.UNSURE, theme="instroom") == [1, 3]
    assert ids(store, Tray.UNSURE, source="vhto") == [3]
    assert ids(store, Tray.UNSURE, words="OPEN") == [1, 2]
    assert ids(store, Tray.UNSURE, words="0%") == [3]
    assert ids(store, Tray.UNSURE, words="%") == [3]
    assert ids(store, Tray.UNSURE, theme="instroom", source="fme", words="dag") == [1]


def test_a_filter_looks_no_further_than_it_may_and_goes_on_from_there(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "LOOK", 3)
    lay(store, *(held(n, score=0.9 if n < 5 else 0.6) for n in range(1, 10)), title="Zoek {n}")
    assert ids(store, Tray.UNSURE, words="zoek 9") == [9]
    with store.read() as transaction:
        found = queue.page(transaction, Wanted(tray=Tray.UNSURE, words="zoek 9"), limit=2)
    assert (found.stories, found.next and found.next.id) == ((), 3)


def test_counts_stop_at_a_bound(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "COUNTED", 2)
    lay(store, *(held(n) for n in range(1, 6)), held(6, "new source"))
    with store.read() as transaction:
        counted = queue.counts(transaction)
    assert (counted[Tray.UNSURE], counted[Tray.NEW], counted[Tray.LATER]) == (3, 1, 0)
    assert Tray.NONE not in counted


def test_a_flood_is_counted_by_source(store: Store) -> None:
    lay(store, held(1, "flood"))
    lay(store, held(2, "flood"), held(3, "flood"), source="vhto")
    with store.read() as transaction:
        assert list(queue.floods(transaction).items()) == [("vhto", 2), ("fme", 1)]


def test_where_a_story_lies_follows_every_change(store: Store) -> None:
    lay(store, held(1))
    new = replace(held(1), state=State.REJECTED, reason="")
    with store.append() as transaction:
        stories.apply(transaction, [(held(1), new)], Event(at=NOW, kind="rejected"))
        found = transaction.execute(select(story_table.c.tray, story_table.c.rank)).one()
    assert tuple(found) == ("rejected", 0)


@pytest.mark.parametrize("text", ["", "1", "1.2", "1.2.3.4", "a.b.c", "1.2.x", "1.²3.4", "9" * 60, f"1.{10**30}.1"])
def test_what_names_no_place_is_none(text: str) -> None:
    assert place(text) is None


def test_a_place_is_written_and_read(store: Store) -> None:
    for each in (Place(rank=2, dated=NOW, id=7), Place(rank=0, dated=NOW - 30_000 * DAY, id=1)):
        assert place(str(each)) == each


def test_a_story_has_the_version_of_its_last_event_and_others_are_told_apart(store: Store) -> None:
    lay(store, held(1), held(2))
    first = replace(held(1), tags=Tags(theme="instroom"))
    with store.append() as transaction:
        assert events.versions(transaction, [1, 2]) == {1: 1, 2: 2}
        stories.apply(transaction, [(held(1), first)], Event(at=NOW, kind="retagged", actor="thea"))
        assert events.versions(transaction, [1, 2]) == {1: 3, 2: 2}
        assert events.by_others(transaction, 1, 2, "thea") == []
        assert events.by_others(transaction, 1, 3, "piet") == []
        assert events.by_others(transaction, 1, None, "piet") == []
        (found,) = events.by_others(transaction, 1, 2, "piet")
    assert (found.seq, found.actor) == (3, "thea")


def test_a_round_is_begun_once_and_closed_once(store: Store) -> None:
    with store.write() as transaction:
        assert rounds.latest(transaction, 1) is None
        rounds.begin(transaction, 1, 40, 7, NOW)
        begun = rounds.latest(transaction, 1)
        assert begun is not None
        assert (begun.planned, begun.first_decision, begun.started, begun.closed) == (40, 7, NOW, None)
        rounds.close(transaction, begun.id, NOW + HOUR)
        rounds.close(transaction, begun.id, NOW + DAY)
        closed = rounds.latest(transaction, 1)
        assert closed is not None
        assert closed.closed == NOW + HOUR
        assert rounds.latest(transaction, 2) is None
