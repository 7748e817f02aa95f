from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.differences import MOST_WORDS, differences

WORDS = st.lists(st.sampled_from(["een", "twee", "klas", "zaal"]), max_size=12).map(" ".join)


def test_equal_texts_are_one_part_and_empty_ones_none() -> None:
    assert differences("een klas", "een  klas") == [("same", "een klas")]
    assert differences("", "") == []
    assert differences("", "nieuw") == [("new", "nieuw")]


def test_long_texts_are_compared_by_how_they_begin() -> None:
    assert differences("a " * 2 * MOST_WORDS, "a " * MOST_WORDS) == [("same", "a " * (MOST_WORDS - 1) + "a")]


@given(WORDS, WORDS)
def test_the_parts_tell_both_texts_whole(before: str, after: str) -> None:
    parts = differences(before, after)
    assert " ".join(part.text for part in parts if part.kind != "new") == before
    assert " ".join(part.text for part in parts if part.kind != "gone") == after
