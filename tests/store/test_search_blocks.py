"""Time in blocks: nothing is left out or asked twice, and both sides call a block the same."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from aggregator.store import Store, search_index
from aggregator.store.search_blocks import MOST, ORDERS, SIZES, STORY_BITS, blocks
from aggregator.store.search_index import LAST_MINUTE, place_of
from aggregator.store.search_words import PUBLIC
from tests.factories import DAY, NOW
from tests.store.test_search import keep

PLACES = st.integers(-LAST_MINUTE << STORY_BITS, LAST_MINUTE << STORY_BITS)


@given(floor=PLACES, below=PLACES)
def test_blocks_cover_each_place_once_newest_first(floor: int, below: int) -> None:
    cut = list(blocks("dated", floor, below))
    if floor >= below:
        assert cut == []
        return
    assert (cut[0].below, cut[-1].floor) == (below, floor)
    assert all(newer.floor == older.below for newer, older in pairwise(cut))
    assert all(each.floor < each.below for each in cut)
    assert len(cut) <= MOST + 1
    assert len({each.word for each in cut}) == len(cut)


def test_ten_years_are_few_blocks_and_what_is_older_than_can_be_is_one() -> None:
    assert len(list(blocks("dated", place_of(NOW - 3650 * DAY, 0), place_of(NOW, 0)))) <= 16
    assert list(blocks("dated", -LAST_MINUTE << STORY_BITS, place_of(NOW, 0)))[-1].word == PUBLIC


@pytest.mark.parametrize("days", [0, 400, 4_000, 22_000, 90_000])
def test_postgresql_knows_a_story_by_the_words_of_its_blocks(store: Store, days: int) -> None:
    if store.dialect == "sqlite":
        pytest.skip("SQLite walks in order of date by itself")
    at = NOW - days * DAY
    keep(store, 1, title="techniek", dated=at, released=at)
    search_index.follow(store)
    place = place_of(at, 1)
    with store.read() as transaction:
        known = set(transaction.execute(text("SELECT unnest(tsvector_to_array(vector)) FROM search")).scalars())
    for order in ORDERS:
        newest = next(blocks(order, place, place + 1))
        assert newest.word in known
        assert sum(word.startswith(order[0]) and word[1:3] in map(str, SIZES) for word in known) == len(SIZES)
