from dataclasses import replace
from datetime import datetime

import pytest

from aggregator.desk import decide, learn
from aggregator.model import State
from aggregator.store import Store, decisions, items, lessons, models, stories
from aggregator.store.events import Event, append
from aggregator.tag.examples import Example, starter
from aggregator.tag.training import TrainingError
from tests.desk.test_decide import slug
from tests.factories import DAY, HOUR, NOW, OFF_TOPIC, UNSURE, make_entry, make_item
from tests.store.test_stories import keep, row
from tests.tag.conftest import RULES
from tests.tag.test_training import TWO, made_up

LATER = NOW + HOUR


def waiting(number: int) -> stories.StoryRow:
    return row(number, state=State.HELD, reason="unsure", tags=UNSURE, released=None, updated=None)


def taught(store: Store) -> list[tuple[str, str, str]]:
    return [(each.example.id, each.example.theme, each.actor) for each in learn.taught(store, RULES)]


def test_each_correction_teaches_what_it_says_and_who_said_it(store: Store) -> None:
    keep(store, *map(waiting, range(1, 7)))
    decide.publish(store, [slug(1)], "thea", LATER)
    decide.set_theme(store, [slug(2)], "leven-lang-ontwikkelen", "instroom", "piet", LATER)
    decide.off_topic(store, [slug(3)], "thea", LATER)
    decide.reject(store, [slug(4)], "thea", LATER, "off-topic")
    decide.reject(store, [slug(5)], "thea", LATER, "dubbel")
    decide.set_theme(store, [slug(6)], None, None, "thea", LATER)
    assert taught(store) == [
        ("story:1", "instroom", "thea"),
        ("story:2", "leven-lang-ontwikkelen", "piet"),
        ("story:3", "off-topic", "thea"),
        ("story:4", "off-topic", "thea"),
    ]
    (second,) = [each for each in learn.taught(store, RULES) if each.example.id == "story:2"]
    assert (second.at, second.example.title, second.example.second_theme) == (LATER, "Nieuws nummer 2", "instroom")


def test_the_last_decision_about_a_story_is_what_it_teaches(store: Store) -> None:
    keep(store, waiting(1), waiting(2))
    decide.off_topic(store, [slug(1)], "thea", LATER)
    decide.set_theme(store, [slug(2)], "instroom", None, "thea", LATER)
    decide.set_theme(store, [slug(1)], "leven-lang-ontwikkelen", None, "thea", LATER)
    decide.reject(store, [slug(1)], "thea", LATER, "dubbel")
    assert [each[:2] for each in taught(store)] == [
        ("story:2", "instroom"),
        ("story:1", "leven-lang-ontwikkelen"),
    ]


def test_what_is_undone_teaches_no_more(store: Store) -> None:
    keep(store, waiting(1))
    decide.off_topic(store, [slug(1)], "thea", LATER)
    with store.write() as transaction:
        (made,) = decisions.of_story(transaction, 1)
        decisions.end(transaction, made["id"], LATER)
        assert lessons.count_since(transaction, None) == 0
    assert taught(store) == []


def test_a_theme_that_is_gone_teaches_nothing(store: Store) -> None:
    keep(store, waiting(1))
    decide.set_theme(store, [slug(1)], "water", None, "thea", LATER)
    assert taught(store) == []


def test_off_topic_keeps_out_or_withdraws_and_publishing_takes_it_back(store: Store) -> None:
    keep(store, waiting(1), row(2))
    assert decide.off_topic(store, [slug(1), slug(2)], "thea", LATER).changed == (slug(1), slug(2))
    decide.publish(store, [slug(2)], "thea", LATER)
    with store.read() as transaction:
        found = stories.rows(transaction, [1, 2])
    assert (found[1].state, found[1].reason, found[1].tags.off_topic) == (State.OFF_TOPIC, "by an editor", True)
    assert (found[2].state, found[2].tags.off_topic) == (State.PUBLISHED, False)


def small(store: Store, count: int) -> None:
    """Decisions about invented stories of two outcomes, an hour apart."""
    made = made_up(2 * count)
    rows = [waiting(number) for number in range(1, count + 1)]
    with store.append() as transaction:
        stories.create(transaction, rows)
        told = [
            make_item(each.id, entry=make_entry(each.id, title=one.title, summary=one.text))
            for each, one in zip(rows, made, strict=False)
        ]
        items.insert_items(
            transaction, [(each.origin_id, each.id, item, b"") for each, item in zip(rows, told, strict=True)]
        )
        append(
            transaction,
            [
                Event(at=NOW, kind="taken-in", story_id=each.id, item_id=each.origin_id, after=each.fields())
                for each in rows
            ],
        )
    for number, one in enumerate(made[:count], start=1):
        at = NOW + number * HOUR
        if one.theme == TWO.off_topic:
            decide.off_topic(store, [slug(number)], "thea", at)
        else:
            decide.set_theme(store, [slug(number)], one.theme, None, "thea", at)


def test_a_candidate_that_is_not_worse_works_from_then_on_and_can_be_rolled_back(store: Store) -> None:
    small(store, 10)
    made = learn.train(store, made_up(90), TWO, NOW + DAY, adopt=True)
    assert (made.is_adopted, made.training["not_worse"], made.training["corrections"]) == (True, True, 10)
    assert made.training["recent"] == 2
    again = learn.train(store, made_up(90), TWO, NOW + 2 * DAY, adopt=True)
    with store.read() as transaction:
        working = models.adopted(transaction)
    assert working is not None
    assert (working.id, working.training["learned_until"]) == (again.number, (NOW + 10 * HOUR).isoformat())
    for expected in (made.number, None):
        assert learn.roll_back(store, NOW + 3 * DAY)
        with store.read() as transaction:
            working = models.adopted(transaction)
        assert (working.id if working else None) == expected
    assert not learn.roll_back(store, NOW + 3 * DAY)


def test_a_candidate_is_kept_but_does_not_work_unasked(store: Store) -> None:
    made = learn.train(store, made_up(90), TWO, NOW, adopt=False)
    with store.read() as transaction:
        assert models.adopted(transaction) is None
        assert [each.id for each in models.every(transaction)] == [made.number]


def test_too_few_examples_train_nothing(store: Store) -> None:
    with pytest.raises(TrainingError, match="too few"):
        learn.train(store, made_up(4), TWO, NOW, adopt=True)


def test_only_the_latest_candidates_are_kept_and_adopted_ones_stay(store: Store) -> None:
    with store.write() as transaction:
        first = models.keep(transaction, b"x", {}, NOW)
        models.adopt(transaction, first, NOW)
        for _ in range(8):
            models.keep(transaction, b"y", {}, NOW)
        assert [each.id for each in models.every(transaction)] == [9, 8, 7, 6, 5, first]


def test_training_is_due_after_enough_corrections_and_weekly_when_there_were_any(store: Store) -> None:
    def due(at: datetime, corrections: int = 3) -> bool:
        return learn.is_due(store, at, corrections)

    keep(store, *map(waiting, range(1, 6)))
    assert not due(NOW)
    decide.publish(store, [slug(1), slug(2)], "thea", LATER)
    assert not due(LATER)
    decide.publish(store, [slug(3)], "thea", LATER)
    assert due(LATER)
    assert not due(LATER, 0)
    with store.write() as transaction:
        models.keep(transaction, b"x", {}, LATER)
    assert not due(LATER + 30 * DAY)
    decide.publish(store, [slug(4)], "thea", LATER + DAY)
    assert not due(LATER + 2 * DAY)
    assert due(LATER + 7 * DAY)


def lesson(number: int) -> learn.Lesson:
    example = Example(id=str(number), title="t", text="", theme="instroom")
    return learn.Lesson(example=example, actor="thea", at=NOW + number * HOUR)


def ids(examples: list[Example]) -> list[int]:
    return [int(each.id) for each in examples]


def test_what_is_asked_was_learned_by_neither_side() -> None:
    found = [lesson(number) for number in range(10)]
    for until, expected in (
        (None, ([], [0, 1, 3, 4, 5, 6, 8, 9], [2, 7])),
        (NOW + 4 * HOUR, (list(range(5)), [0, 1, 2, 3, 4, 5, 7, 9], [6, 8])),
        (NOW + 8 * HOUR, (list(range(9)), list(range(9)), [9])),
        (NOW + 9 * HOUR, (list(range(10)), list(range(10)), [])),
    ):
        current, candidate, asked = learn.sides(found, until)
        assert (ids(current), ids(candidate), ids(asked)) == expected


def test_who_corrects_first_and_then_says_that_the_rest_is_right_is_asked_about_both() -> None:
    corrected, agreed = range(20), range(20, 60)
    for until, new in ((None, corrected), (NOW + 9 * HOUR, range(10, 20))):
        _, candidate, asked = learn.sides([lesson(number) for number in range(60)], until)
        share = len(set(ids(asked)) & set(new)) / len(asked)
        assert share == pytest.approx(len(new) / (len(new) + len(agreed)), abs=0.1)
        assert set(ids(asked)).isdisjoint(ids(candidate))


def test_rules_of_editors_are_listed_replaced_and_forgotten(store: Store) -> None:
    learn.always(store, decisions.SOURCE, "fme", "instroom", "thea", NOW)
    second = learn.always(store, decisions.SOURCE, "fme", "off-topic", "piet", LATER)
    learn.always(store, decisions.TERM, "waterstofhub*", "instroom", "thea", LATER)
    with store.read() as transaction:
        known = models.knowledge(transaction)
        said = [(each["subject"], each["value"]["outcome"]) for each in decisions.always(transaction)]
    assert said == [("fme", "off-topic"), ("waterstofhub*", "instroom")]
    assert learn.forget(store, second, LATER)
    assert not learn.forget(store, second, LATER)
    with store.read() as transaction:
        assert [each["subject"] for each in decisions.always(transaction)] == ["waterstofhub*"]
        assert models.knowledge(transaction) == known + 1


def test_of_too_few_examples_none_is_set_aside() -> None:
    rest, gold = learn.set_aside(made_up(54), TWO)
    assert (len(rest), gold) == (54, [])
    rest, gold = learn.set_aside(made_up(120), TWO)
    assert len(gold) > 10
    assert len(rest) + len(gold) == 120


def test_the_starter_has_a_gold_set() -> None:
    from aggregator.tag.examples import is_gold

    assert sum(map(is_gold, starter())) == 129


def test_a_dropped_story_that_is_published_teaches_its_theme(store: Store) -> None:
    dropped = replace(waiting(1), state=State.OFF_TOPIC, tags=replace(OFF_TOPIC, theme="instroom"))
    keep(store, dropped)
    decide.publish(store, [slug(1)], "thea", LATER)
    assert taught(store) == [("story:1", "instroom", "thea")]
