from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from aggregator.policy.sampling import draw, shares, week_of

counts = st.fixed_dictionaries({"published": st.integers(0, 500), "dropped": st.integers(0, 500)})


def test_a_week_begins_on_monday_and_the_year_is_that_of_its_thursday() -> None:
    assert week_of(datetime(2026, 11, 29, 23, tzinfo=UTC)) == "2026-W48"
    assert week_of(datetime(2026, 11, 30, tzinfo=UTC)) == "2026-W49"
    assert week_of(datetime(2027, 1, 1, tzinfo=UTC)) == "2026-W53"


@given(counts, st.integers(0, 60))
def test_as_many_are_drawn_as_wanted_and_there_are(found: dict[str, int], size: int) -> None:
    drawn = shares(found, size)
    assert sum(drawn.values()) == min(size, sum(found.values()))
    assert all(0 <= drawn[kind] <= found[kind] for kind in found)


@given(counts, st.integers(4, 60))
def test_neither_kind_goes_unseen(found: dict[str, int], size: int) -> None:
    drawn = shares(found, size)
    assert all(drawn[kind] >= min(found[kind], size // 4) for kind in found)


def test_the_same_week_draws_the_same_and_another_week_others() -> None:
    candidates = {"published": range(100), "dropped": range(100, 200)}
    assert draw(candidates, 20, "2026-W48") == draw(candidates, 20, "2026-W48")
    assert draw(candidates, 20, "2026-W48") != draw(candidates, 20, "2026-W49")
    assert len(set(draw(candidates, 20, "2026-W48"))) == 20
