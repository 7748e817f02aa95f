"""How the simulated week counts keys, and what it draws."""

from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest
from editor import Editor, moves, presses, steps, walk
from news import PLACES, RECURRING, of_everyone

from aggregator.model import State
from aggregator.store import Store
from tests.web.editors.waiting import THEMES, lay_queue, of, states

TEN = datetime(2026, 11, 2, 10, tzinfo=UTC)


def at_work(store: Store, truth: dict[str, str], *, has_rest: bool) -> Editor:
    return Editor(store=store, themes=THEMES, truth=truth, has_rest=has_rest)


@pytest.mark.parametrize(
    ("distance", "keys"),
    [(0, {}), (2, {"j": 2}), (4, {"⇧J": 1, "k": 1}), (7, {"⇧J": 1, "j": 2}), (-1, {"k": 1}), (-5, {"⇧K": 1})],
)
def test_the_fewest_keys_to_a_row(distance: int, keys: dict[str, int]) -> None:
    assert steps(distance) == keys


def test_shift_counts_as_a_key_and_what_is_decided_leaves_its_place_to_the_next() -> None:
    assert (moves(4), moves(5), moves(-2)) == (3, 2, 2)
    assert walk(0, [0, 1, 2]) == 0
    assert walk(0, [3, 9]) == 3 + moves(5)
    assert [presses([None] * rows) for rows in (1, 10, 11, 20)] == [1, 1, 2, 2]  # type: ignore[list-item]


def test_keys_and_seconds_are_counted_by_the_keystroke_level_model(store: Store) -> None:
    editor = at_work(store, {}, has_rest=True)
    editor.keys, editor.clicks, editor.read = Counter({"a": 3, "⇧J": 2, "p": 1}), 2, {"one", "two"}
    assert editor.strokes == 3 + 2 * 2 + 1 + 2
    assert editor.seconds == pytest.approx(8 * 0.28 + 2 * (1.10 + 0.28) + 2 * 1.35)


@pytest.mark.parametrize(("has_rest", "strokes"), [(False, 8 + 1 + 2), (True, 3 + 1 + 1 + 1 + 2)])
def test_a_round_of_eight_with_one_wrong_costs_what_can_be_counted_by_hand(
    store: Store, has_rest: bool, strokes: int
) -> None:
    slugs = lay_queue(store, 8)
    rows = [of(store, slug) for slug in slugs]
    truth = {origin(store, slug): row.tags.theme or "" for slug, row in zip(slugs, rows, strict=True)}
    truth[origin(store, slugs[3])] = "off-topic"
    editor = at_work(store, truth, has_rest=has_rest)
    editor.round(TEN)
    assert states(store, slugs) == [State.OFF_TOPIC if place == 3 else State.PUBLISHED for place in range(8)]
    assert editor.strokes == strokes


def origin(store: Store, slug: str) -> str:
    from aggregator.store import stories

    with store.read() as transaction:
        row = of(store, slug)
        return stories.by_number(transaction, [row.id])[row.id].origin.entry.id or ""


def test_what_recurs_comes_in_other_words_each_time_and_is_of_no_other_theme() -> None:
    for kind in RECURRING:
        found = list(kind.news(kind.held[0], Random(1), 48))
        assert len({each.title for each in found}) == len({each.id for each in found}) == 48
        assert {each.theme for each in found} == {kind.held[0]}
        assert any(place in found[0].title for place in PLACES)


def test_what_is_drawn_from_is_known_by_its_id_alone() -> None:
    found = of_everyone()
    assert len({each.id for each in found}) == len(found)
