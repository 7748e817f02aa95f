from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.batch import Intake
from aggregator.desk import decide, retag
from aggregator.model import Entry, Source, State, Tags
from aggregator.policy.admission import ARCHIVE, FLOOD, POSSIBLE_DUPLICATE
from aggregator.receipts import UNSURE_LIST
from aggregator.store import Store, events, models, stories, trials
from aggregator.store.check import contradictions
from tests.desk.test_decide import slug
from tests.factories import DAY, HOUR, NOW, OFF_TOPIC, SURE, UNSURE, make_item, make_source
from tests.store.test_stories import keep, row

LATER = NOW + HOUR
OTHER = Tags(theme="leven-lang-ontwikkelen", score=0.99, decision="publish", because=("+x → leven-lang-ontwikkelen",))
INTAKE = Intake(mode="automatic", announce_days=14, announce_items=5, tag_authority="techniekpact.nl,2022")
HELD = row(1, state=State.HELD, reason="unsure", tags=UNSURE, released=None, updated=None)


def says(tags: Tags):  # type: ignore[no-untyped-def]
    return lambda _entry, _source: tags


def held(store: Store, number: int = 1) -> stories.StoryRow:
    with store.read() as transaction:
        assert contradictions(transaction) == []
        return stories.rows(transaction, [number])[number]


def test_a_trial_tells_what_would_change_and_changes_nothing(store: Store) -> None:
    hidden = replace(HELD, id=2, origin_id=2, uri=row(2).uri, state=State.OFF_TOPIC, tags=OFF_TOPIC)
    keep(store, HELD, hidden, replace(row(3), tags=OTHER))
    trial = retag.propose(store, says(OTHER), {"wanted": 0.97}, LATER)
    assert (trial.kind, trial.state, trial.differences["count"]) == (trials.TAGS, trials.PROPOSED, 2)
    assert [(each["id"], each["state"]) for each in trial.differences["stories"]] == [
        (slug(2), "off-topic"),
        (slug(1), "held"),
    ]
    told = trial.differences["stories"][1]
    assert (told["from"]["theme"], told["to"]["theme"]) == ("instroom", "leven-lang-ontwikkelen")
    assert told["because"] == ["+x → leven-lang-ontwikkelen"]
    assert held(store) == HELD
    assert retag.count(store, says(OTHER)) == 2


def test_applying_tags_anew_and_lets_in_by_the_usual_rules(store: Store) -> None:
    keep(store, HELD, replace(row(2), state=State.PUBLISHED))
    models_before = retag.propose(store, says(OTHER), {"rules": 7}, LATER)
    came = retag.apply(store, models_before.id, INTAKE, "thea", LATER)
    assert came is not None
    assert came[1] == 2
    assert held(store) == replace(HELD, tags=OTHER, state=State.PUBLISHED, reason="sure", released=LATER, updated=LATER)
    assert held(store, 2).updated == LATER
    with store.read() as transaction:
        log = [each for each in events.since(transaction, 0) if each.kind == "retagged"]
        assert models.tagged_by(transaction) == 7
    assert len({each.group_id for each in log}) == 1
    assert {(each.actor, each.reason) for each in log} == {("thea", f"trial {models_before.id}")}
    assert retag.apply(store, models_before.id, INTAKE, "thea", LATER) is None
    assert not retag.discard(store, models_before.id)


def test_a_discarded_trial_leaves_everything(store: Store) -> None:
    keep(store, HELD)
    trial = retag.propose(store, says(OTHER), {"wanted": 0.9}, LATER)
    assert retag.discard(store, trial.id)
    assert retag.apply(store, trial.id, INTAKE, "thea", LATER) is None
    assert held(store) == HELD


def test_readers_are_told_of_an_update_only_when_they_see_another_theme(store: Store) -> None:
    keep(store, row(1))
    surer = replace(SURE, score=0.7, decision="review")
    trial = retag.propose(store, says(surer), {}, LATER)
    retag.apply(store, trial.id, INTAKE, "thea", LATER)
    assert held(store) == replace(row(1), tags=surer)


def test_what_is_out_stays_out_there_whatever_is_doubted(store: Store) -> None:
    keep(store, row(1))
    trial = retag.propose(store, says(OFF_TOPIC), {}, LATER)
    retag.apply(store, trial.id, INTAKE, "thea", LATER)
    now = held(store)
    assert (now.state, now.tags.theme, now.updated) == (State.PUBLISHED, "instroom", row(1).updated)
    assert retag.count(store, says(OFF_TOPIC)) == 0


@pytest.mark.parametrize("reason", [ARCHIVE, FLOOD, POSSIBLE_DUPLICATE])
def test_what_is_up_to_an_editor_waits_on(store: Store, reason: str) -> None:
    keep(store, replace(HELD, reason=reason))
    trial = retag.propose(store, says(OTHER), {}, LATER)
    retag.apply(store, trial.id, INTAKE, "thea", LATER)
    assert held(store) == replace(HELD, reason=reason, tags=OTHER)


def test_old_news_comes_in_without_being_announced(store: Store) -> None:
    keep(store, replace(HELD, dated=NOW - 60 * DAY))
    trial = retag.propose(store, says(OTHER), {}, LATER)
    retag.apply(store, trial.id, INTAKE, "thea", LATER)
    assert (held(store).state, held(store).released) == (State.PUBLISHED, None)


def test_a_doubtful_list_stays_doubtful(store: Store) -> None:
    keep(store, replace(HELD, tags=replace(UNSURE, because=(UNSURE_LIST,))))
    trial = retag.propose(store, says(OTHER), {}, LATER)
    retag.apply(store, trial.id, INTAKE, "thea", LATER)
    assert (held(store).state, held(store).tags.decision) == (State.HELD, "review")


def test_what_changed_since_the_trial_is_left_alone(store: Store) -> None:
    keep(store, HELD, replace(row(2), state=State.HELD, tags=UNSURE))
    trial = retag.propose(store, says(OTHER), {}, LATER)
    decide.publish(store, [slug(1)], "piet", LATER)
    came = retag.apply(store, trial.id, INTAKE, "thea", LATER)
    assert came is not None
    assert came[1] == 1
    assert held(store).tags == UNSURE


def test_a_trial_of_a_model_lets_it_work(store: Store) -> None:
    with store.write() as transaction:
        number = models.keep(transaction, b"x", {}, NOW)
    trial = retag.propose(store, says(OTHER), {"model": number}, LATER)
    retag.apply(store, trial.id, INTAKE, "thea", LATER)
    with store.read() as transaction:
        adopted = models.adopted(transaction)
    assert adopted is not None
    assert adopted.id == number


tags = st.sampled_from([SURE, UNSURE, OFF_TOPIC, OTHER])
decided = st.sampled_from(["publish", "reject", "off_topic", "theme"])


@given(old=tags, new=tags, state=st.sampled_from(list(State)), released=st.booleans())
def test_only_a_theme_that_readers_see_is_an_update(old: Tags, new: Tags, state: State, released: bool) -> None:
    before = replace(HELD, state=state, tags=old, released=NOW if released else None, updated=NOW if released else None)
    after = retag.after(before, retag.retagged(before, new), make_item(), make_source(), INTAKE, LATER)
    if state not in retag.WAITS:
        assert (after.state, after.reason, after.released) == (before.state, before.reason, before.released)
        seen = (old.theme, old.second_theme) != (after.tags.theme, after.tags.second_theme)
        assert after.updated == (LATER if seen and released and state is State.PUBLISHED else before.updated)


@pytest.mark.parametrize("what", ["publish", "reject", "off_topic", "theme"])
@pytest.mark.parametrize("state", [State.HELD, State.OFF_TOPIC, State.PUBLISHED])
def test_what_an_editor_decided_is_never_touched(store: Store, what: str, state: State) -> None:
    keep(store, replace(HELD, state=state))
    early = retag.propose(store, says(OTHER), {}, NOW)
    if what == "theme":
        decide.set_theme(store, [slug()], "instroom", None, "piet", NOW)
    else:
        getattr(decide, what)(store, [slug()], "piet", NOW)
    before = held(store)
    late = retag.propose(store, says(OTHER), {}, LATER)
    assert late.differences["count"] == 0
    for trial in (early, late):
        retag.apply(store, trial.id, INTAKE, "thea", LATER)
    assert held(store) == before


def test_a_tagger_is_asked_with_the_source(store: Store) -> None:
    keep(store, HELD)
    asked: list[tuple[Entry, Source]] = []

    def tag(entry: Entry, source: Source) -> Tags:
        asked.append((entry, source))
        return UNSURE

    assert retag.count(store, tag) == 0
    assert [(entry.title, source.id) for entry, source in asked] == [("Nieuws nummer 1", "fme")]
