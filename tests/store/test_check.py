from sqlalchemy import delete, update

from aggregator.store import Store
from aggregator.store.check import contradictions
from aggregator.store.tables import event, item, story
from tests.store.test_stories import keep, row


def found(store: Store) -> list[str]:
    with store.read() as transaction:
        return contradictions(transaction)


def test_tables_that_are_what_the_log_says_are_well(store: Store) -> None:
    assert found(store) == []
    keep(store, row(1), row(2))
    assert found(store) == []


def test_a_field_that_nobody_logged_is_found(store: Store) -> None:
    keep(store, row(1))
    with store.write() as transaction:
        transaction.execute(update(story).values(theme="anders", score=0.1))
    assert found(store) == ["story 1: the table and the log differ in score, theme"]


def test_an_item_that_moved_silently_is_found_and_so_is_the_story_it_left(store: Store) -> None:
    keep(store, row(1), row(2))
    with store.write() as transaction:
        transaction.execute(update(item).where(item.c.id == 2).values(story_id=1))
    assert found(store) == [
        "story 2: its origin, item 2, is none of its items",
        "item 2: the table has story 1, the log 2",
    ]


def test_what_only_one_side_knows_is_found(store: Store) -> None:
    keep(store, row(1))
    with store.write() as transaction:
        transaction.execute(delete(event))
    assert len(found(store)) == 3  # of story, item and search
    keep(store, row(2))
    with store.write() as transaction:
        transaction.execute(delete(story))
        transaction.execute(delete(item))
    assert [line.split(":")[0] for line in found(store)] == ["story 2", "item 2"]
