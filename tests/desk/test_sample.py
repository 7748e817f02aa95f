from dataclasses import replace

from aggregator.desk import decide, undo
from aggregator.desk.figures import practice
from aggregator.desk.sample import draw_weekly
from aggregator.model import State
from aggregator.store import Store, decisions, models, samples
from aggregator.tagging import sampled
from tests.desk.test_decide import slug
from tests.factories import DAY, HOUR, NOW, OFF_TOPIC
from tests.store.test_stories import keep, row

LATER = NOW + HOUR
WEEK = 7 * DAY


def fill(store: Store) -> None:
    """30 published, 6 dropped, one held, one that an editor decided."""
    dropped = [
        replace(row(number), state=State.OFF_TOPIC, reason="off-topic", tags=OFF_TOPIC, released=None)
        for number in range(31, 37)
    ]
    held = replace(row(37), state=State.HELD)
    keep(store, *map(row, range(1, 31)), *dropped, held, row(38))
    decide.publish(store, [slug(38)], "thea", NOW)


def drawn(store: Store) -> list[int]:
    with store.read() as transaction:
        return samples.open(transaction, 99)


def test_every_week_some_of_both_kinds_are_drawn_once(store: Store) -> None:
    fill(store)
    assert draw_weekly(store, LATER, 12) == 12
    found = drawn(store)
    assert sum(number > 30 for number in found) == 3
    assert not {37, 38} & set(found)
    assert draw_weekly(store, LATER + HOUR, 12) == 0
    draw_weekly(store, LATER + WEEK, 12)
    assert drawn(store) == found  # nothing new came in since


def test_no_sample_is_drawn_when_none_is_wanted(store: Store) -> None:
    fill(store)
    assert draw_weekly(store, LATER, 0) == 0


def test_a_verdict_is_written_when_an_editor_decides_and_counts_while_it_holds(store: Store) -> None:
    fill(store)
    draw_weekly(store, LATER, 36)
    with store.read() as transaction:
        known = models.knowledge(transaction)
    decide.publish(store, [slug(1), slug(31)], "thea", LATER)
    decide.set_theme(store, [slug(2)], "leven-lang-ontwikkelen", None, "thea", LATER)
    decide.off_topic(store, [slug(3), slug(32)], "thea", LATER)
    decide.reject(store, [slug(4)], "thea", LATER, "dubbel")
    assert not {1, 2, 3, 4, 31, 32} & set(drawn(store))
    with store.read() as transaction:
        assert models.knowledge(transaction) > known
        found = sampled(transaction, "off-topic", LATER)
    assert sorted(found) == sorted(
        [
            (0.99, True, "instroom"),
            (0.99, False, "instroom"),
            (0.99, False, "instroom"),
            (0.99, True, "off-topic"),
            (0.99, False, "off-topic"),
        ]
    )
    told = practice(store, "off-topic", LATER)
    assert (told["looked_at"], told["published_right"], told["dropped_right"]) == (5, "1 of 3", "1 of 2")
    with store.write() as transaction:
        for each in decisions.of_story(transaction, 1):
            decisions.end(transaction, each["id"], LATER)
    assert practice(store, "off-topic", LATER)["looked_at"] == 4


def test_what_is_undone_is_asked_again(store: Store) -> None:
    fill(store)
    draw_weekly(store, LATER, 36)
    decide.publish(store, [slug(1)], "thea", LATER)
    decide.off_topic(store, [slug(1)], "thea", LATER)
    assert 1 not in drawn(store)
    undo.undo(store, "thea", LATER)
    assert 1 not in drawn(store)  # the first decision holds
    undo.undo(store, "thea", LATER)
    assert 1 in drawn(store)
    assert practice(store, "off-topic", LATER)["looked_at"] == 0
