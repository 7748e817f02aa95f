from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.tag.certainty import NEVER, OWN_FROM, Sampled, lower_bound, thresholds

OFF = "off-topic"


def sample(count: int, *, wrong_below: float = 0.0, verdict: str = "instroom") -> list[Sampled]:
    """Decisions of evenly spread certainty, wrong below a point."""
    return [(place / count, place / count >= wrong_below, verdict) for place in range(1, count + 1)]


@pytest.mark.parametrize(("right", "of"), [(90, 100), (133, 133), (1, 2), (0, 10)])
def test_the_lower_bound_is_wilsons(right: int, of: int) -> None:
    # Wilson's bound is the lowest true share at which what was seen lies 1.645 standard errors above it.
    bound, seen = lower_bound(right, of), right / of
    assert isclose((seen - bound) ** 2, 1.645**2 * bound * (1 - bound) / of, abs_tol=1e-9)
    assert bound <= seen


def test_nothing_proves_nothing() -> None:
    assert lower_bound(0, 0) == 0.0


def test_the_threshold_is_the_lowest_that_is_proven() -> None:
    found = thresholds(sample(400, wrong_below=0.5), 0.98, OFF)
    assert 0.45 < found.publish <= 0.5
    assert (found.provisional, found.decisions) == (False, 400)
    assert found.lower_bound >= 0.98


def test_a_sample_that_proves_nothing_gives_its_best_estimate_and_says_so() -> None:
    found = thresholds(sample(100, wrong_below=0.5), 0.98, OFF)
    assert 0.5 <= found.publish < 0.7
    assert found.provisional
    assert found.lower_bound < 0.98


def test_without_enough_decisions_nothing_is_published_or_dropped() -> None:
    for sampled in ([], sample(20), sample(200, wrong_below=1.0)):
        assert thresholds(sampled, 0.98, OFF).publish == NEVER
    assert thresholds(sample(20), 0.98, OFF).drop == NEVER


def test_a_theme_has_its_own_threshold_from_150_decisions_on() -> None:
    easy = sample(OWN_FROM, verdict="instroom")
    hard = sample(OWN_FROM - 1, wrong_below=0.6, verdict="leven-lang-ontwikkelen")
    found = thresholds([*easy, *hard], 0.9, OFF)
    assert set(found.own) == {"instroom"}
    assert found.publish_from("instroom") < found.publish_from("leven-lang-ontwikkelen") == found.publish


def test_hardly_anything_relevant_is_dropped() -> None:
    relevant = sample(400)
    dropped = sample(100, wrong_below=0.3, verdict=OFF)
    found = thresholds([*relevant, *dropped], 0.98, OFF)
    lost = sum(not right for sure, right, _ in dropped if sure >= found.drop)
    assert 0.2 < found.drop <= 0.3
    assert lost <= 0.005 * 430


def test_equal_certainties_are_not_torn_apart() -> None:
    same: list[Sampled] = [(0.9, place > 10, "instroom") for place in range(200)]
    assert thresholds(same, 0.98, OFF).publish == NEVER


decisions = st.lists(
    st.tuples(st.sampled_from([0.2, 0.5, 0.8, 0.9, 1.0]), st.booleans(), st.sampled_from(["a", "b", OFF])), max_size=300
)


@given(decisions, st.sampled_from([0.6, 0.9, 0.98]))
def test_what_is_proven_holds_in_the_sample(sampled: list[Sampled], wanted: float) -> None:
    found = thresholds(sampled, wanted, OFF)
    above = [right for sure, right, verdict in sampled if verdict != OFF and sure >= found.publish]
    assert len(above) == found.published
    if not found.provisional:
        assert lower_bound(sum(above), len(above)) >= wanted


@pytest.mark.parametrize("wanted", [0.9, 0.95])
def test_a_higher_wish_never_publishes_more(wanted: float) -> None:
    sampled = sample(500, wrong_below=0.4)
    assert thresholds(sampled, wanted, OFF).published >= thresholds(sampled, wanted + 0.04, OFF).published
