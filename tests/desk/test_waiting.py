from dataclasses import replace

from aggregator.desk import decide, waiting
from aggregator.model import State
from aggregator.store import Store, decisions
from tests.desk.test_decide import HELD, LATER, now_held, slug
from tests.factories import DAY, HOUR, NOW
from tests.store.test_stories import keep, row


def test_what_was_put_off_waits_again_on_its_day_for_what_it_waited_for(store: Store) -> None:
    other = replace(HELD, id=2, origin_id=2, uri=row(2).uri, reason="possible duplicate")
    keep(store, HELD, other)
    decide.later(store, [slug(1)], "thea", LATER, LATER + DAY)
    decide.later(store, [slug(2)], "thea", LATER, LATER + 2 * DAY)
    assert waiting.bring_back(store, LATER + DAY - HOUR) == 0
    assert waiting.bring_back(store, LATER + DAY) == 1
    assert (now_held(store, 1), now_held(store, 2).state) == (HELD, State.LATER)
    with store.read() as transaction:
        assert decisions.of_story(transaction, 1) == []
    assert waiting.bring_back(store, LATER + 2 * DAY) == 1
    assert now_held(store, 2) == other


def test_what_waits_for_a_month_is_asked_once_more_and_then_archived(store: Store) -> None:
    keep(store, HELD, row(2))
    assert waiting.ask_again(store, NOW + 29 * DAY) == (0, 0)
    assert waiting.ask_again(store, NOW + 30 * DAY) == (1, 0)
    assert now_held(store) == replace(HELD, reason="asked again")
    assert waiting.ask_again(store, NOW + 59 * DAY) == (0, 0)
    assert waiting.ask_again(store, NOW + 60 * DAY) == (0, 1)
    assert now_held(store) == replace(HELD, reason="archive")
    assert waiting.ask_again(store, NOW + 900 * DAY) == (0, 0)
    assert now_held(store, 2) == row(2)


def test_what_came_back_from_later_has_a_month_again(store: Store) -> None:
    keep(store, HELD)
    decide.later(store, [slug()], "thea", LATER, NOW + 40 * DAY)
    waiting.bring_back(store, NOW + 40 * DAY)
    assert waiting.ask_again(store, NOW + 41 * DAY) == (0, 0)
    assert waiting.ask_again(store, NOW + 70 * DAY) == (1, 0)
