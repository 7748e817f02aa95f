"""The generator of look-alikes does what it says: a pair differs in what it swapped, and in nothing else."""

import random
import re
from collections import Counter
from datetime import timedelta

import pytest

from tests.dedup import lookalike_words as words
from tests.dedup.lookalikes import (
    EDITS,
    LONGEST_DELAY,
    PATTERNS,
    Lookalike,
    Pair,
    bases,
    near,
    pairs,
    replaced,
    true_pairs,
)

COUNT = 2200
DIFFERENT = pairs(COUNT, seed=1)
SAME = true_pairs(700, seed=1)


def texts(item: Lookalike) -> tuple[str, str, str]:
    return item.title, item.summary, item.content


def test_there_are_enough_base_texts() -> None:
    assert len({base.title for base in bases()}) >= 120


@pytest.mark.parametrize("make", [pairs, true_pairs])
def test_the_same_seed_gives_the_same_pairs_and_another_seed_others(make: object) -> None:
    assert callable(make)
    assert make(60, 7) == make(60, 7)
    assert make(60, 7) != make(60, 8)


def test_a_larger_count_only_adds_pairs() -> None:
    assert pairs(30, seed=3) == pairs(60, seed=3)[:30]


def test_kinds_of_swaps_come_in_equal_numbers() -> None:
    assert Counter(first.swapped for first, _ in DIFFERENT) == dict.fromkeys(words.KINDS, COUNT // len(words.KINDS))


def test_kinds_of_edits_come_in_equal_numbers() -> None:
    assert Counter(first.swapped for first, _ in SAME) == dict.fromkeys(EDITS, 700 // len(EDITS))


def test_a_lookalike_differs_in_its_title_by_the_swapped_thing() -> None:
    for first, second in DIFFERENT:
        assert first.value.lower() != second.value.lower()
        assert first.value.lower() in first.title.lower()
        assert second.value.lower() in second.title.lower()
        assert first.title != second.title


def test_a_lookalike_differs_in_nothing_but_the_swapped_thing() -> None:
    for first, second in DIFFERENT:
        back = tuple(replaced(text, second.value, first.value) for text in texts(second))
        assert [text.lower() for text in back] == [text.lower() for text in texts(first)]
        assert first.swapped == second.swapped


def test_the_swapped_thing_is_nowhere_left_in_the_other() -> None:
    for first, second in DIFFERENT:
        assert [replaced(text, first.value, "#") for text in texts(second)] == list(texts(second))


@pytest.mark.parametrize("kind", PATTERNS)
def test_what_is_swapped_is_of_the_kind_it_says(kind: str) -> None:
    values = {item.value for pair in DIFFERENT for item in pair if item.swapped == kind}
    assert len(values) >= len(words.LEVELS)
    assert [value for value in values if not PATTERNS[kind].fullmatch(value)] == []


def test_no_pair_is_made_twice() -> None:
    assert len({(first.title, second.title) for first, second in DIFFERENT}) == COUNT


@pytest.mark.parametrize("made", [DIFFERENT, SAME], ids=["different", "same"])
def test_the_two_come_from_different_sources_at_most_forty_days_apart(made: list[Pair]) -> None:
    assert all(first.source_id != second.source_id for first, second in made)
    assert all(first.organisation != second.organisation for first, second in made)
    assert all(first.link != second.link for first, second in made)
    delays = [second.published - first.published for first, second in made]
    assert (min(delays), max(delays)) == (timedelta(0), timedelta(days=LONGEST_DELAY))


@pytest.mark.parametrize(
    ("value", "shape"), [("5,6", r"\d,\d"), ("12,25", r"\d+,\d{1,2}"), ("4.300", r"\d\.\d{3}"), ("7", r"\d+")]
)
def test_another_number_is_written_as_the_first_was(value: str, shape: str) -> None:
    assert all(re.fullmatch(shape, near(value, random.Random(seed))) for seed in range(50))


def test_a_year_is_not_swapped_as_a_number() -> None:
    assert PATTERNS["number"].findall("tot 2028 voor 2.028 scholen") == ["2.028"]


def test_some_lookalikes_are_only_a_teaser_or_a_title() -> None:
    shapes = Counter((bool(first.summary), bool(first.content)) for first, _ in DIFFERENT)
    assert min(shapes[True, True], shapes[True, False], shapes[False, False]) > COUNT // 10


def test_the_same_news_never_reads_exactly_the_same() -> None:
    assert all(texts(first) != texts(second) for first, second in SAME)


def test_the_same_news_keeps_its_figures() -> None:
    """But for a date line, and for what a cut takes off."""
    for first, second in SAME:
        if first.swapped not in {"date line", "cut"}:
            assert digits(first.title) <= digits(second.title)
            assert digits(first.content) <= digits(second.content)


def test_only_a_retitled_kicked_or_quoted_copy_has_another_title() -> None:
    differing = {first.swapped for first, second in SAME if first.title != second.title}
    assert differing == {"retitled", "kicker", "quotes"}


def digits(text: str) -> set[str]:
    return set(re.findall(r"\d[\d.,]*(?<=\d)", text))
