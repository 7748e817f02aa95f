"""Undo reaches everything that an editor does: words, dates, pins, plans, floods, and which items are one story."""

from dataclasses import replace

from aggregator.desk import decide, edit, flood, join, timing, undo
from aggregator.model import Edits, Image, Precision, State
from aggregator.policy.admission import ARCHIVE, FLOOD, POSSIBLE_DUPLICATE
from aggregator.release import Press, refresh
from aggregator.store import Store, decisions, events, items, proposals, stories
from aggregator.store.check import contradictions
from aggregator.store.stories import StoryRow
from tests.desk.test_decide import HELD, LATER, OUT, log, now_held, slug
from tests.desk.test_join import AUTHORITY, at, bring, grouping, slug_with
from tests.factories import DAY, HOUR, NOW, SURE, UNSURE, make_source
from tests.line.partner import follow
from tests.line.test_release import SITE, published
from tests.store.test_stories import keep, row


def edits_of(store: Store) -> Edits:
    with store.read() as transaction:
        assert contradictions(transaction) == []
        return decisions.edits_of(transaction, [1]).get(1, Edits())


def test_an_edit_goes_and_the_one_before_it_holds_again(store: Store) -> None:
    follow(store, make_source(images=True))
    keep(store, OUT)
    picture = Image(url="https://fme.example/b.jpg")
    edit.edit(store, slug(), Edits(title="Eerste", image=picture), "thea", LATER)
    edit.edit(store, slug(), Edits(title="Tweede", published=NOW - 9 * DAY, precision=Precision.DAY), "thea", LATER)
    edit.restore(store, slug(), ["title", "published"], "thea", LATER)
    assert edits_of(store) == Edits(image=picture)
    undo.undo(store, "thea", LATER)
    assert edits_of(store) == Edits(title="Tweede", published=NOW - 9 * DAY, precision=Precision.DAY, image=picture)
    assert now_held(store).dated == NOW - 9 * DAY
    came = undo.undo(store, "thea", LATER + HOUR)
    assert (came.restored, came.strokes[0].kinds) == ((slug(),), ("edit",))
    assert came.strokes[0].fields == {"title", "published", "precision"}
    assert edits_of(store) == Edits(title="Eerste", image=picture)
    undo.undo(store, "thea", LATER + 2 * HOUR)
    assert edits_of(store) == Edits()
    assert undo.undo(store, "thea", LATER).strokes == ()


def test_readers_are_told_that_an_edit_was_taken_back(store: Store) -> None:
    press = Press(store=store, site=SITE, created=NOW - DAY)
    follow(store, make_source())
    keep(store, OUT)
    refresh(press, NOW)
    edit.edit(store, slug(), Edits(title="Een betere kop"), "thea", LATER)
    refresh(press, LATER)
    assert b"Een betere kop" in published(store)["/feeds/all.atom"]
    undo.undo(store, "thea", LATER + HOUR)
    refresh(press, LATER + HOUR)
    feed = published(store)["/feeds/all.atom"]
    assert b"Een betere kop" not in feed
    assert now_held(store).updated == LATER + HOUR  # else a reader that has the edited words keeps them
    assert log(store)[-1].kind == "undone"


def test_standing_by_an_edit_is_taken_back_without_the_edit(store: Store) -> None:
    keep(store, HELD)
    edit.edit(store, slug(), Edits(title="Een betere kop"), "thea", LATER)
    edit.keep(store, slug(), ["title"], "thea", LATER + HOUR)
    undo.undo(store, "thea", LATER + HOUR)
    assert edits_of(store) == Edits(title="Een betere kop")
    with store.read() as transaction:
        assert [each["at"] for each in decisions.of_story(transaction, 1)] == [LATER]


def test_a_pin_goes_and_an_ended_pin_holds_again(store: Store) -> None:
    keep(store, OUT)
    timing.pin(store, slug(), LATER + DAY, "thea", NOW)
    timing.pin(store, slug(), None, "thea", NOW)
    undo.undo(store, "thea", LATER)
    with store.read() as transaction:
        assert decisions.pinned(transaction) == {1: LATER + DAY}
    undo.undo(store, "thea", LATER)
    with store.read() as transaction:
        assert decisions.pinned(transaction) == {}
    assert [each.kind for each in log(store)[-2:]] == ["undone", "undone"]  # so that the news page is made anew
    assert now_held(store) == OUT


def test_a_plan_goes_before_and_after_its_time(store: Store) -> None:
    keep(store, HELD)
    timing.schedule(store, slug(), LATER, "thea", NOW)
    undo.undo(store, "thea", NOW)
    assert now_held(store) == HELD
    assert timing.let_out(store, LATER) == 0
    timing.schedule(store, slug(), LATER, "thea", NOW)
    assert timing.let_out(store, LATER) == 1
    assert undo.undo(store, "thea", LATER + HOUR).strokes[0].kinds == ("schedule", "publish")
    assert now_held(store) == HELD
    assert timing.let_out(store, LATER + HOUR) == 0


def test_taking_a_rejection_back_brings_the_plan_back(store: Store) -> None:
    keep(store, HELD)
    timing.schedule(store, slug(), LATER, "thea", NOW)
    decide.reject(store, [slug()], "piet", NOW)
    assert timing.let_out(store, LATER) == 0
    undo.undo(store, "piet", LATER)
    assert timing.let_out(store, LATER) == 1


def flooded(*numbers: int) -> list[StoryRow]:
    return [row(n, state=State.HELD, reason=FLOOD, tags=SURE, released=None, updated=None) for n in numbers]


def test_a_flood_is_settled_and_taken_back_as_one_stroke(store: Store) -> None:
    follow(store, make_source())
    keep(store, *flooded(1, 2, 3))
    for choice in ("all", "none", "dated"):
        flood.settle(store, "fme", choice, "thea", LATER, days=14)
        assert now_held(store, 1).reason != FLOOD
        came = undo.undo(store, "thea", LATER)
        assert (len(came.strokes), sorted(came.restored)) == (1, [slug(1), slug(2), slug(3)])
        assert [now_held(store, n) for n in (1, 2, 3)] == flooded(1, 2, 3)


def test_a_flood_of_which_somebody_decided_one_story_stays_settled(store: Store) -> None:
    follow(store, make_source())
    keep(store, *flooded(1, 2))
    flood.settle(store, "fme", "none", "thea", LATER, days=14)
    decide.publish(store, [slug(2)], "piet", LATER)
    came = undo.undo(store, "thea", LATER)
    assert (came.strokes, came.refused, came.by) == ((), slug(2), "piet")
    assert now_held(store, 1).reason == ARCHIVE


def test_letting_a_flood_in_leaves_its_stories_to_polls(store: Store) -> None:
    follow(store, make_source())
    keep(store, *flooded(1))
    flood.settle(store, "fme", "all", "thea", LATER, days=14)
    with store.read() as transaction:
        assert stories.decided(transaction, [1]) == set()


def test_a_merge_is_taken_back_whole_and_asked_about_again(store: Store) -> None:
    held = row(2, state=State.HELD, reason="unsure", tags=UNSURE, released=None, updated=None)
    keep(store, row(1), held, row(3))
    with store.write() as transaction:
        proposals.put(transaction, [(1, 2, 0.6, "lead")], NOW)
    join.merge(store, [slug(1), slug(2), slug(3)], "thea", LATER)
    came = undo.undo(store, "thea", LATER)
    assert (came.strokes[0].kinds, sorted(came.restored)) == (("join",), [slug(1), slug(2), slug(3)])
    assert [at(store, slug(n)).id for n in (1, 2, 3)] == [1, 2, 3]
    assert at(store, slug(2)) == held
    with store.read() as transaction:
        assert decisions.pairs(transaction, decisions.JOIN) == []
        assert [(card.item_id, card.other_id) for card in proposals.open_cards(transaction, limit=9)] == [(1, 2)]
    join.merge(store, [slug(1), slug(2)], "thea", LATER)  # and it can be done again, and split then
    assert join.split(store, slug(1), [2], "thea", LATER, AUTHORITY).story == slug(2)
    assert at(store, slug(2)) == held


def test_who_a_story_is_published_by_goes_back_too(store: Store) -> None:
    bring(store, fme="https://fme.example/1", vhto="https://vhto.example/2")
    fme, vhto = slug_with(store, "fme"), slug_with(store, "vhto")
    before = (at(store, fme), at(store, vhto))
    join.merge(store, [fme, vhto], "thea", LATER)
    undo.undo(store, "thea", LATER)
    assert (at(store, fme), at(store, vhto)) == before
    assert grouping(store) == [["fme"], ["vhto"]]


def test_a_split_is_taken_back_and_the_new_address_leads_home(store: Store) -> None:
    same = "https://nieuws.example/girlsday"
    bring(store, fme=same, vhto=same)
    shared = slug_with(store, "fme")
    assert grouping(store) == [["fme", "vhto"]]
    before = at(store, shared)
    with store.read() as transaction:
        leaving = [n for n in items.of_stories(transaction, [before.id])[before.id] if n != before.origin_id]
    own = join.split(store, shared, leaving, "thea", LATER, AUTHORITY).story
    assert grouping(store) == [["fme"], ["vhto"]]
    undo.undo(store, "thea", LATER)
    assert grouping(store) == [["fme", "vhto"]]
    assert at(store, own) == at(store, shared) == before
    with store.read() as transaction:
        assert decisions.pairs(transaction, decisions.APART) == []
    assert join.split(store, shared, leaving, "thea", LATER, AUTHORITY).story == own


def test_a_split_that_gave_a_story_back_is_taken_back_and_so_is_the_merge_before_it(store: Store) -> None:
    keep(store, row(1), row(2))
    join.merge(store, [slug(1), slug(2)], "thea", LATER)
    join.split(store, slug(1), [2], "thea", LATER, AUTHORITY)
    assert undo.undo(store, "thea", LATER).strokes[0].kinds == ("apart",)
    assert at(store, slug(2)).id == at(store, slug(1)).id
    assert undo.undo(store, "thea", LATER).strokes[0].kinds == ("join",)
    assert (at(store, slug(1)).id, at(store, slug(2)).id) == (1, 2)


def test_never_is_taken_back_and_what_it_let_out_waits_again(store: Store) -> None:
    held = row(2, state=State.HELD, reason=POSSIBLE_DUPLICATE, released=None, updated=None)
    keep(store, row(1), held)
    join.merge(store, [slug(1), slug(2)], "piet", NOW)
    undo.undo(store, "piet", NOW)
    with store.write() as transaction:
        proposals.put(transaction, [(1, 2, 0.6, "lead")], NOW)
    join.never(store, [slug(1), slug(2)], "thea", LATER)
    assert at(store, slug(2)).state is State.PUBLISHED
    assert undo.undo(store, "thea", LATER).strokes[0].kinds == ("apart",)
    assert at(store, slug(2)) == held
    with store.read() as transaction:
        assert len(proposals.open_cards(transaction, limit=9)) == 1


def test_what_was_said_of_a_pair_before_holds_again(store: Store) -> None:
    keep(store, row(1), row(2))
    join.never(store, [slug(1), slug(2)], "piet", NOW)
    join.merge(store, [slug(1), slug(2)], "thea", LATER)
    with store.read() as transaction:
        assert decisions.pairs(transaction, decisions.APART) == []
    undo.undo(store, "thea", LATER)
    with store.read() as transaction:
        assert decisions.pairs(transaction, decisions.APART) == [(1, 2)]


def test_a_merge_that_another_editor_built_on_stays(store: Store) -> None:
    keep(store, row(1), row(2), row(3, released=NOW))
    join.merge(store, [slug(1), slug(3)], "thea", LATER)
    join.merge(store, [slug(2), slug(1)], "piet", LATER)  # takes in what the first one made
    came = undo.undo(store, "thea", LATER)
    assert (came.strokes, came.by) == ((), "piet")
    undo.undo(store, "piet", LATER)
    assert len(undo.undo(store, "thea", LATER).strokes) == 1
    decide.publish(store, [slug(1)], "thea", LATER)
    join.merge(store, [slug(1), slug(3)], "thea", LATER)
    decide.reject(store, [slug(1)], "piet", LATER)
    assert undo.undo(store, "thea", LATER).by == "piet"
    assert replace(at(store, slug(1)), state=State.PUBLISHED).id == at(store, slug(3)).id


def test_an_undone_stroke_is_in_the_log_of_every_story(store: Store) -> None:
    keep(store, row(1), row(2))
    join.merge(store, [slug(1), slug(2)], "thea", LATER)
    undo.undo(store, "thea", LATER)
    with store.read() as transaction:
        for number in (1, 2):
            assert "undone" in [each.kind for each in events.of_story(transaction, number)]
