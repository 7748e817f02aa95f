from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from aggregator.desk import join, rebuild
from aggregator.desk.rebuild import moved
from aggregator.joining import Joining
from aggregator.model import State
from aggregator.store import Store, stories, trials
from aggregator.store.check import contradictions
from tests.desk.test_join import SAME_LINK, bring, grouping, slug_with
from tests.factories import DAY, HOUR
from tests.line.partner import LATER

AUTHORITY = "techniekpact.nl,2022"
GROUPINGS = st.integers(1, 9).flatmap(
    lambda count: st.tuples(*(st.lists(st.integers(1, 4), min_size=count, max_size=count) for _ in range(2)))
)


@given(GROUPINGS)
def test_each_item_ends_where_it_was_grouped_and_no_two_groups_share_a_story(
    groupings: tuple[list[int], list[int]],
) -> None:
    current, grouped = (dict(enumerate(each, start=1)) for each in groupings)
    story_of, fresh = dict(current), 100
    for numbers, origin, target in moved(current, grouped):
        assert {story_of[number] for number in numbers} == {origin}
        fresh += 1
        goes_to = target if target > 0 else story_of[-target] if target else fresh
        story_of |= dict.fromkeys(numbers, goes_to)
    after: dict[int, set[int]] = defaultdict(set)
    for number, story in story_of.items():
        after[grouped[number]].add(story)
    assert all(len(found) == 1 for found in after.values())
    assert len(set.union(*after.values())) == len(after)


def test_grouping_as_it_is_moves_nothing() -> None:
    assert moved({1: 5, 2: 5, 3: 6}, {1: 1, 2: 1, 3: 2}) == []


def test_history_that_joins_as_before_has_no_differences(store: Store) -> None:
    bring(store, fme=SAME_LINK, vhto=SAME_LINK)
    trial = rebuild.propose(store, Joining(), LATER)
    assert (trial.state, trial.differences["count"]) == (trials.PROPOSED, 0)


def test_a_proposal_changes_nothing_and_applying_does_what_it_showed(store: Store) -> None:
    bring(store, fme=SAME_LINK, vhto="https://vhto.example/2")
    before = grouping(store)
    with store.write() as transaction:  # as if an older code had not seen that they share an address
        transaction.exec_driver_sql("UPDATE item SET url_key = 'b.nl/1'")
    trial = rebuild.propose(store, Joining(), LATER)
    assert grouping(store) == before == [["fme"], ["vhto"]]
    (move,) = trial.differences["moves"]
    assert (move["sources"], move["to"]) == (["vhto"], slug_with(store, "fme"))
    assert rebuild.apply(store, trial.id, "thea", LATER, AUTHORITY) == trial
    assert grouping(store) == [["fme", "vhto"]]
    assert rebuild.apply(store, trial.id, "thea", LATER, AUTHORITY) is None
    assert not rebuild.discard(store, trial.id)
    assert rebuild.propose(store, Joining(), LATER + DAY).differences["count"] == 0


def test_a_discarded_rebuild_is_over(store: Store) -> None:
    bring(store, fme=SAME_LINK)
    trial = rebuild.propose(store, Joining(), LATER)
    assert rebuild.discard(store, trial.id)
    assert rebuild.apply(store, trial.id, "thea", LATER, AUTHORITY) is None
    assert not rebuild.discard(store, 99)


def test_a_rebuild_obeys_what_editors_said_of_pairs(store: Store) -> None:
    bring(store, fme=SAME_LINK, vhto=SAME_LINK, aob="https://aob.example/3")
    join.split(store, slug_with(store, "fme"), [2], "thea", LATER, AUTHORITY)
    join.merge(store, [slug_with(store, "fme"), slug_with(store, "aob")], "thea", LATER)
    assert rebuild.propose(store, Joining(), LATER).differences["count"] == 0


def test_what_an_editor_said_after_the_proposal_stays(store: Store) -> None:
    bring(store, fme=SAME_LINK, vhto="https://vhto.example/2")
    with store.write() as transaction:
        transaction.exec_driver_sql("UPDATE item SET url_key = 'b.nl/1'")
    trial = rebuild.propose(store, Joining(), LATER)
    join.never(store, [slug_with(store, "fme"), slug_with(store, "vhto")], "thea", LATER + HOUR)
    rebuild.apply(store, trial.id, "thea", LATER + 2 * HOUR, AUTHORITY)
    assert grouping(store) == [["fme"], ["vhto"]]
    with store.read() as transaction:
        assert contradictions(transaction) == []
        assert {row.state for row in stories.rows(transaction, [1, 2]).values()} == {State.PUBLISHED}
