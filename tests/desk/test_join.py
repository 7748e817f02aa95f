from dataclasses import replace

from aggregator.desk import decide, flood, join
from aggregator.model import State
from aggregator.policy.admission import FLOOD, POSSIBLE_DUPLICATE
from aggregator.store import Store, decisions, items, proposals, stories
from aggregator.store.check import contradictions
from aggregator.store.stories import StoryRow
from tests.factories import DAY, HOUR, NOW, UNSURE, make_entry, make_source
from tests.line.partner import LATER, Partners, feed, follow, make_line, run
from tests.store.test_stories import keep, row

AUTHORITY = "techniekpact.nl,2022"
SAME_LINK = "https://nieuws.example/girlsday"


def bring(store: Store, **links: str) -> None:
    """One item of each source, about something else but for its link, in this order."""
    partners = Partners()
    line = make_line(store, partners)
    for n, (id_, link) in enumerate(links.items(), start=1):
        entry = make_entry(n, id=id_, link=link, title=f"Wat {id_} te zeggen heeft", summary="")
        partners.documents[f"https://{id_}.example/feed"] = feed(entry)
        now = NOW + n * HOUR
        follow(store, make_source(id_), now=now)
        run(line, now)


def grouping(store: Store) -> list[list[str]]:
    """The sources of each story that has items."""
    with store.read() as transaction:
        assert contradictions(transaction) == []
        found = items.of_stories(transaction, stories.by_state(transaction, None, limit=99))
    return sorted(sorted(each.source_id for each in members.values()) for members in found.values())


def slug_with(store: Store, source_id: str) -> str:
    with store.read() as transaction:
        found = stories.load(transaction, stories.by_state(transaction, None, limit=99))
    return next(story.slug for story in found if any(each.source_id == source_id for each in story.items))


def at(store: Store, slug: str) -> StoryRow:
    with store.read() as transaction:
        assert contradictions(transaction) == []
        found = stories.row_by_slug(transaction, slug)
    assert found is not None
    return found


def slug(number: int) -> str:
    return f"{number:012}"


def test_a_merge_keeps_the_story_that_is_public_longest_and_the_other_leads_to_it(store: Store) -> None:
    keep(store, row(1, state=State.HELD, released=None, updated=None), row(2, released=NOW), row(3, released=NOW - DAY))
    assert join.merge(store, [slug(1), slug(2), slug(3)], "thea", LATER) == join.Regrouped(story=slug(3))
    assert {at(store, slug(n)).id for n in (1, 2, 3)} == {3}
    with store.read() as transaction:
        gone = stories.exact_row(transaction, slug(2))
        assert set(decisions.pairs(transaction, decisions.JOIN)) == {(1, 3), (2, 3)}
        assert set(items.of_stories(transaction, [1, 2, 3])) == {3}
    assert gone is not None
    assert (gone.state, gone.reason, gone.merged_into) == (State.WITHDRAWN, "merged", 3)
    assert at(store, slug(3)).released == NOW - DAY


def test_what_was_withdrawn_earlier_does_not_take_public_news_away(store: Store) -> None:
    keep(store, row(1, state=State.WITHDRAWN, released=NOW - 9 * DAY), row(2))
    assert join.merge(store, [slug(1), slug(2)], "thea", LATER).story == slug(2)
    assert at(store, slug(1)).state is State.PUBLISHED


def test_merging_what_is_one_or_unknown_is_said(store: Store) -> None:
    keep(store, row(1), row(2))
    assert "no story is called x" in join.merge(store, [slug(1), "x"], "thea", LATER).problem
    assert "one story already" in join.merge(store, [slug(1), slug(1)], "thea", LATER).problem
    assert "name two" in join.never(store, [slug(1)], "thea", LATER).problem
    assert "no story" in join.split(store, "x", [1], "thea", LATER, AUTHORITY).problem
    assert "no such item" in join.split(store, slug(1), [2], "thea", LATER, AUTHORITY).problem
    assert "nothing would be left" in join.split(store, slug(1), [1], "thea", LATER, AUTHORITY).problem


def test_a_split_gives_the_former_story_back_as_it_was(store: Store) -> None:
    held = row(2, state=State.HELD, reason="unsure", tags=UNSURE, released=None, updated=None)
    keep(store, row(1), held)
    join.merge(store, [slug(1), slug(2)], "thea", LATER)
    assert join.split(store, slug(1), [2], "thea", LATER, AUTHORITY).story == slug(2)
    assert (at(store, slug(1)), at(store, slug(2))) == (row(1), held)
    with store.read() as transaction:
        assert decisions.pairs(transaction, decisions.JOIN) == []
        assert decisions.pairs(transaction, decisions.APART) == [(1, 2)]


def test_each_story_has_its_id_again_though_the_other_brought_the_origin(store: Store) -> None:
    bring(store, fme="https://fme.example/1", vhto="https://vhto.example/2")
    fme, vhto = slug_with(store, "fme"), slug_with(store, "vhto")
    before = (at(store, fme), at(store, vhto))
    follow(store, make_source("fme", republisher=True))  # so that the younger item is the producer's
    assert join.merge(store, [fme, vhto], "thea", LATER).story == fme
    merged = at(store, fme)
    assert merged.origin_id == before[1].origin_id
    assert merged.updated == LATER  # readers see another title
    assert join.split(store, fme, [merged.origin_id], "thea", LATER + HOUR, AUTHORITY).story == vhto
    assert (slug_with(store, "fme"), slug_with(store, "vhto")) == (fme, vhto)
    assert at(store, vhto) == before[1]
    assert at(store, fme) == replace(before[0], updated=LATER + HOUR)


def test_the_first_of_several_former_stories_comes_back(store: Store) -> None:
    keep(store, row(3), row(2), row(1, state=State.HELD, reason="unsure", tags=UNSURE, released=None, updated=None))
    held = at(store, slug(1))
    join.merge(store, [slug(1), slug(2)], "thea", LATER)
    assert join.merge(store, [slug(2), slug(3)], "thea", LATER).story == slug(3)
    assert join.split(store, slug(3), [1, 2], "thea", LATER, AUTHORITY).story == slug(2)
    join.merge(store, [slug(2), slug(3)], "thea", LATER)
    assert join.split(store, slug(3), [1], "thea", LATER, AUTHORITY).story == slug(1)
    assert at(store, slug(1)) == held


def test_an_equal_origin_moves_no_update(store: Store) -> None:
    keep(store, row(1, released=NOW - DAY), row(2))
    with store.write() as transaction:
        transaction.exec_driver_sql("UPDATE item SET title = 'Gelijk', summary = 'Gelijk'")
    assert join.merge(store, [slug(1), slug(2)], "thea", LATER).story == slug(1)
    assert (at(store, slug(1)).origin_id, at(store, slug(1)).updated) == (2, NOW)


def test_a_split_founds_a_story_and_the_id_stays_with_the_origin(store: Store) -> None:
    bring(store, fme=SAME_LINK, vhto=SAME_LINK)
    old = slug_with(store, "fme")
    new = join.split(store, old, [at(store, old).origin_id], "thea", LATER, AUTHORITY).story
    assert grouping(store) == [["fme"], ["vhto"]]
    # The older of the two: it is the origin, so the other one left.
    assert (slug_with(store, "vhto"), slug_with(store, "fme")) == (old, new)
    assert (at(store, new).state, at(store, new).released) == (State.PUBLISHED, LATER)


def test_who_waited_as_a_possible_duplicate_comes_out_when_it_is_none(store: Store) -> None:
    waiting = row(2, state=State.HELD, reason=POSSIBLE_DUPLICATE, released=None, updated=None)
    keep(store, row(1), waiting, replace(waiting, id=3, origin_id=3, uri=row(3).uri))
    with store.write() as transaction:
        proposals.put(transaction, [(2, 1, 3.0, "lijkt erop"), (3, 2, 2.0, "lijkt erop")], NOW)
    join.never(store, [slug(1), slug(2)], "thea", LATER)
    assert (at(store, slug(2)).state, at(store, slug(2)).released) == (State.PUBLISHED, LATER)
    assert at(store, slug(3)).state is State.HELD
    with store.read() as transaction:
        (card,) = proposals.open_cards(transaction, limit=9)
        assert proposals.of_stories(transaction, [1]) == []
    assert (card.item_id, card.story_id, card.other_story_id) == (3, 3, 2)


def test_who_waited_as_a_possible_duplicate_comes_out_when_it_is_split_off_again(store: Store) -> None:
    keep(store, row(1), row(2, state=State.HELD, reason=POSSIBLE_DUPLICATE, released=None, updated=None))
    with store.write() as transaction:
        proposals.put(transaction, [(2, 1, 3.0, "lijkt erop")], NOW)
    join.merge(store, [slug(1), slug(2)], "thea", LATER)
    join.split(store, slug(1), [2], "thea", LATER + HOUR, AUTHORITY)
    assert (at(store, slug(2)).state, at(store, slug(2)).released) == (State.PUBLISHED, LATER + HOUR)
    assert at(store, slug(1)) == row(1)


def test_never_holds_among_all_that_are_named(store: Store) -> None:
    keep(store, row(1), row(2), row(3))
    join.never(store, [slug(n) for n in (1, 2, 3)], "thea", LATER)
    with store.read() as transaction:
        assert sorted(decisions.pairs(transaction, decisions.APART)) == [(1, 2), (1, 3), (2, 3)]


def test_a_source_is_asked_for_until_it_is_no_longer(store: Store) -> None:
    for holds, expected in ((True, {"fme"}), (True, {"fme"}), (False, set())):
        join.ask_for(store, "fme", "thea", LATER, holds=holds)
        with store.read() as transaction:
            assert decisions.sources_to_ask(transaction) == expected


def flooded(store: Store, **fields: str) -> None:
    follow(store, make_source(**fields))
    waits = {"state": State.HELD, "reason": FLOOD, "released": None, "updated": None}
    keep(store, row(1, **waits), row(2, **waits, tags=UNSURE))


def test_a_flood_is_let_in_as_an_editor_chooses(store: Store) -> None:
    flooded(store)
    assert flood.cards(store) == [flood.Card(source_id="fme", stories=2)]
    assert flood.settle(store, "fme", "all", "thea", LATER, days=14) == (1, 1)
    assert flood.cards(store) == []
    assert (at(store, slug(1)).released, at(store, slug(2)).reason) == (LATER, "archive")


def test_a_flood_of_a_source_that_is_taken_at_its_word_comes_in_whole(store: Store) -> None:
    flooded(store, relevance="all")
    assert flood.settle(store, "fme", "all", "thea", LATER, days=14) == (2, 0)


def test_a_flood_that_is_let_in_by_its_dates_leaves_out_what_is_to_come(store: Store) -> None:
    flooded(store, relevance="all")
    assert flood.settle(store, "fme", "dated", "thea", NOW - 5 * DAY, days=14) == (0, 2)


def test_a_flood_that_is_let_in_by_its_dates_takes_what_is_recent(store: Store) -> None:
    flooded(store, relevance="all")
    assert flood.settle(store, "fme", "dated", "thea", LATER, days=14) == (2, 0)


def test_a_flood_may_be_left_as_known(store: Store) -> None:
    flooded(store)
    assert flood.settle(store, "fme", "none", "thea", LATER, days=14) == (0, 2)
    assert decide.publish(store, [slug(1)], "thea", LATER).changed == (slug(1),)
