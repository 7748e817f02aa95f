from dataclasses import replace

import pytest

from aggregator.desk import decide, undo
from aggregator.desk.decide import Decided, Said
from aggregator.model import State, Tags
from aggregator.store import Store, decisions, events, stories
from aggregator.store.check import contradictions
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow
from tests.factories import HOUR, NOW, SURE, UNSURE
from tests.store.test_stories import keep, row

LATER = NOW + HOUR
HELD = row(1, state=State.HELD, reason="unsure", tags=UNSURE, released=None, updated=None)
OUT = row(1)
ARCHIVED = row(1, released=None, updated=None)


def slug(number: int = 1) -> str:
    return f"{number:012}"


def now_held(store: Store, number: int = 1) -> StoryRow:
    with store.read() as transaction:
        assert contradictions(transaction) == []
        return stories.rows(transaction, [number])[number]


def log(store: Store) -> list[Event]:
    """What was logged after the stories were taken in."""
    with store.read() as transaction:
        return [each for each in events.since(transaction, 0) if each.kind != "taken-in"]


def test_publishing_lets_a_story_into_the_feeds_now(store: Store) -> None:
    keep(store, HELD)
    assert decide.publish(store, [slug()], "thea", LATER, "mooi") == Decided(changed=(slug(),), unknown=())
    assert now_held(store) == replace(HELD, state=State.PUBLISHED, reason="mooi", released=LATER, updated=LATER)
    (event,) = log(store)
    assert (event.kind, event.actor, event.reason, event.at) == ("published", "thea", "mooi", LATER)


def test_what_is_in_the_feeds_already_stays_where_it_is(store: Store) -> None:
    keep(store, OUT)
    assert decide.publish(store, [slug()], "thea", LATER).changed == ()
    assert now_held(store) == OUT
    assert log(store) == []


def test_what_was_never_announced_is_announced_by_publishing_it(store: Store) -> None:
    keep(store, ARCHIVED)
    decide.publish(store, [slug()], "thea", LATER)
    assert now_held(store).released == LATER


def test_a_withdrawn_story_comes_back_at_its_old_place(store: Store) -> None:
    keep(store, OUT)
    decide.reject(store, [slug()], "thea", LATER)
    decide.publish(store, [slug()], "thea", LATER + HOUR)
    assert now_held(store) == replace(OUT, reason="")


@pytest.mark.parametrize(
    ("before", "state"),
    [
        (HELD, State.REJECTED),
        (replace(HELD, state=State.OFF_TOPIC), State.REJECTED),
        (OUT, State.WITHDRAWN),
        (ARCHIVED, State.WITHDRAWN),
    ],
)
def test_rejecting_withdraws_what_the_world_has_seen(store: Store, before: StoryRow, state: State) -> None:
    keep(store, before)
    decide.reject(store, [slug()], "thea", LATER, "niet van ons")
    assert now_held(store) == replace(before, state=state, reason="niet van ons")
    assert [event.kind for event in log(store)] == [state.value]
    assert decide.reject(store, [slug()], "piet", LATER).changed == ()
    assert now_held(store).reason == "niet van ons"


def test_another_theme_is_an_update_of_what_is_out(store: Store) -> None:
    keep(store, OUT, row(2, state=State.HELD, released=None, updated=None))
    decide.set_theme(store, [slug(1), slug(2)], "leven-lang-ontwikkelen", "instroom", "thea", LATER)
    out, held = now_held(store, 1), now_held(store, 2)
    assert (out.tags.theme, out.tags.second_theme, out.updated) == ("leven-lang-ontwikkelen", "instroom", LATER)
    assert (held.tags.theme, held.updated) == ("leven-lang-ontwikkelen", None)
    assert {event.kind for event in log(store)} == {"retagged"}


def test_the_same_theme_once_more_is_no_update(store: Store) -> None:
    keep(store, OUT)
    assert decide.set_theme(store, [slug()], SURE.theme, SURE.second_theme, "thea", LATER).changed == ()
    assert now_held(store) == OUT


def test_a_theme_says_that_a_story_is_on_topic(store: Store) -> None:
    keep(store, replace(HELD, tags=Tags(off_topic=True, decision="off-topic")))
    decide.set_theme(store, [slug()], "instroom", None, "thea", LATER)
    assert now_held(store).tags.off_topic is False


def test_what_names_no_story_is_said_and_stops_nothing(store: Store) -> None:
    keep(store, HELD)
    came = decide.publish(store, ["nonesuch", slug(), "", slug()], "thea", LATER)
    assert came == Decided(changed=(slug(),), unknown=("nonesuch", ""))


def test_decisions_that_were_made_together_are_joined_in_the_log(store: Store) -> None:
    keep(store, HELD, replace(row(2), state=State.HELD), replace(row(3), state=State.HELD))
    decide.publish(store, [slug(1), slug(2)], "thea", LATER)
    decide.publish(store, [slug(3)], "thea", LATER)
    one, two, alone = (event.group_id for event in log(store))
    assert one == two
    assert (one is None, alone) == (False, None)


def test_a_decision_is_written_down_also_when_it_agrees(store: Store) -> None:
    keep(store, OUT)
    decide.publish(store, [slug()], "thea", LATER)
    decide.set_theme(store, [slug()], "leven-lang-ontwikkelen", None, "thea", LATER)
    decide.reject(store, [slug()], "piet", LATER, "dubbel")
    with store.read() as transaction:
        found = decisions.of_story(transaction, 1)
        assert stories.decided(transaction, [1]) == {1}
    assert [(each["kind"], each["value"], each["actor"], each["event_seq"]) for each in found] == [
        ("publish", {"state": "published", "reason": "sure"}, "thea", None),
        ("theme", {"theme": "leven-lang-ontwikkelen", "second_theme": None}, "thea", 2),
        ("reject", {"state": "withdrawn", "reason": "dubbel"}, "piet", 3),
    ]


def said(actor: str = "thea", **seen: int) -> Said:
    return Said(actor=actor, at=LATER, seen={name.removeprefix("s"): seq for name, seq in seen.items()})


@pytest.mark.parametrize(("before", "state"), [(HELD, State.OFF_TOPIC), (OUT, State.WITHDRAWN)])
def test_off_topic_by_an_editor_is_told_from_the_programs_own(store: Store, before: StoryRow, state: State) -> None:
    keep(store, before)
    decide.off_topic(store, [slug()], "thea", LATER)
    assert (now_held(store).state, now_held(store).reason) == (state, decide.BY_AN_EDITOR)
    with store.read() as transaction:
        assert [each["kind"] for each in decisions.of_story(transaction, 1)] == ["off-topic"]


def test_later_remembers_until_when_and_what_the_story_waited_for(store: Store) -> None:
    keep(store, HELD, row(2))
    decide.later(store, [slug(1), slug(2)], "thea", LATER, LATER + HOUR)
    assert (now_held(store).state, now_held(store, 2)) == (State.LATER, row(2))
    with store.read() as transaction:
        (found,) = decisions.of_story(transaction, 1)
    assert found["value"] == {"state": "later", "until": (LATER + HOUR).isoformat(), "waited_for": "unsure"}


def test_a_star_is_a_decision_and_changes_nothing(store: Store) -> None:
    keep(store, HELD)
    assert decide.decide(store, [slug()], [decide.starring()], said()).changed == ()
    assert now_held(store) == HELD
    with store.read() as transaction:
        assert decisions.last_of_kind(transaction, [1], "star")[1].actor == "thea"


def test_the_second_theme_comes_and_goes_and_is_never_the_first(store: Store) -> None:
    keep(store, HELD)
    for theme, second in (("leven-lang-ontwikkelen", "leven-lang-ontwikkelen"), ("instroom", "leven-lang-ontwikkelen")):
        decide.decide(store, [slug()], [decide.second_theme(theme, LATER)], said())
        assert now_held(store).tags.second_theme == second
    decide.decide(store, [slug()], [decide.first_theme("leven-lang-ontwikkelen", LATER)], said())
    assert (now_held(store).tags.theme, now_held(store).tags.second_theme) == ("leven-lang-ontwikkelen", None)
    decide.decide(store, [slug()], [decide.second_theme("instroom", LATER)] * 2, said())
    assert now_held(store).tags.second_theme is None


def test_nothing_is_written_when_another_decided_since(store: Store) -> None:
    keep(store, HELD, replace(row(2), state=State.HELD))
    decide.publish(store, [slug()], "piet", LATER, "mooi")
    seen = {slug(1): 1, slug(2): 2}
    came = decide.decide(store, [slug(2), slug(1)], [decide.rejecting()], Said(actor="thea", at=LATER, seen=seen))
    assert (came.changed, [each.actor for each in came.conflicts]) == ((), ["piet"])
    assert now_held(store, 2).state is State.HELD
    seen = {slug(1): 3, slug(2): 2}
    again = decide.decide(store, [slug(2), slug(1)], [decide.rejecting()], Said(actor="thea", at=LATER, seen=seen))
    assert again.changed == (slug(2), slug(1))


def test_ones_own_earlier_decision_is_no_conflict(store: Store) -> None:
    keep(store, HELD)
    decide.publish(store, [slug()], "thea", LATER)
    came = decide.decide(store, [slug()], [decide.rejecting()], Said(actor="thea", at=LATER, seen={slug(): 1}))
    assert came.changed == (slug(),)


def test_as_proposed_publishes_and_keeps_out_at_one_stroke_and_leaves_alone_what_only_a_person_can_tell(
    store: Store,
) -> None:
    off = replace(UNSURE, off_topic=True)
    none = Tags(score=0.3, decision="review")
    keep(
        store,
        HELD,
        replace(HELD, id=2, uri=row(2).uri, origin_id=2, tags=off),
        replace(HELD, id=3, uri=row(3).uri, origin_id=3, reason="possible duplicate"),
        replace(HELD, id=4, uri=row(4).uri, origin_id=4, tags=none),
        row(5),
    )
    seen = {slug(number): number for number in range(1, 6)} | {"niets": 9}
    came = decide.as_proposed(store, Said(actor="thea", at=LATER, seen=seen))
    assert (came.changed, came.unknown) == ((slug(1), slug(2)), ("niets",))
    assert [now_held(store, number).state for number in range(1, 6)] == [
        State.PUBLISHED, State.OFF_TOPIC, State.HELD, State.HELD, State.PUBLISHED,
    ]  # fmt: skip
    assert {each.group_id for each in log(store)} == {came.group}
    assert undo.undo(store, "thea", LATER).restored == (slug(1), slug(2))
    assert (now_held(store), now_held(store, 2).state) == (HELD, State.HELD)


def test_what_changed_since_it_was_read_is_not_decided_as_proposed(store: Store) -> None:
    keep(store, HELD)
    event = Event(at=LATER, kind="retagged")
    with store.append() as transaction:
        stories.apply(transaction, [(HELD, replace(HELD, tags=replace(UNSURE, theme="leven-lang-ontwikkelen")))], event)
    came = decide.as_proposed(store, Said(actor="thea", at=LATER, seen={slug(): 1}))
    assert (came.changed, came.group) == ((), "")
    assert now_held(store).state is State.HELD
