"""The floors: what a model says of items that neither it nor who wrote the rules has seen."""

from itertools import islice

import pytest

from aggregator.tag.evaluation import figures
from aggregator.tag.examples import Example, starter
from aggregator.tag.lexicon import Rules
from aggregator.tag.tagger import Tagger
from aggregator.tag.validation import ask, cross_validate, sure_enough, title_only
from tests.tag.conftest import OFF_TOPIC, OUTCOMES, is_set_aside
from tests.tag.test_training import TWO, made_up

SET_ASIDE = [each for each in starter() if is_set_aside(each)]


def test_what_is_set_aside_is_tagged_as_well_as_before(asked: Tagger) -> None:
    told = figures([ask(asked, each) for each in SET_ASIDE], OUTCOMES)
    assert told["accuracy"] >= 0.86
    assert told["macro_f1"] >= 0.86
    assert told["calibration_error"] < 0.07
    assert told["brier"] < 0.11
    assert min(each["f1"] for each in told["classes"].values()) >= 0.8
    assert told["curve"][11]["coverage"] == 0.6
    assert told["curve"][11]["precision"] >= 0.95


def test_what_is_published_unasked_is_right_and_hardly_anything_is_dropped(asked: Tagger) -> None:
    made = figures([ask(asked, each) for each in SET_ASIDE], OUTCOMES)["decisions"]
    assert made["published"] >= 0.3 * len(SET_ASIDE)
    assert made["published_precision"] >= 0.95
    assert made["dropped"] >= 10
    assert made["dropped_relevant"] <= 1


def test_titles_alone_are_tagged_as_well_as_before(asked: Tagger) -> None:
    found = [ask(asked, title_only(each)) for each in SET_ASIDE]
    told = figures(found, OUTCOMES)
    assert told["accuracy"] >= 0.64
    assert told["decisions"]["published_precision"] >= 0.95
    assert told["decisions"]["dropped_relevant"] <= 2


def test_cross_validation_gives_a_mean_over_the_shuffles(rules: Rules) -> None:
    told = cross_validate(made_up(90), TWO, strict=True, seeds=2, wanted=0.9)
    assert told["accuracy"] == 1.0
    assert (told["seeds"], told["strict"], told["last"]["count"]) == (2, True, 90)
    assert told["title_only_accuracy"] == 1.0


def test_enough_certainty_leaves_a_margin() -> None:
    sampled = [(place / 100, place >= 50, "a") for place in range(100)]
    assert 0.45 < sure_enough(sampled, 0.9) < 0.5
    assert sure_enough([(0.9, False, "a")], 0.9) == 2.0


def test_a_title_is_all_that_is_left_of_an_item() -> None:
    whole: Example = next(islice(SET_ASIDE, 1))
    assert (title_only(whole).title, title_only(whole).text, title_only(whole).theme) == (whole.title, "", whole.theme)
    assert OFF_TOPIC in {each.theme for each in SET_ASIDE}


@pytest.mark.long
def test_five_folds_of_the_starter_set_hold_the_floors(rules: Rules) -> None:
    for strict, accuracy in ((True, 0.84), (False, 0.92)):
        told = cross_validate(starter(), rules, strict=strict, seeds=1)
        assert told["accuracy"] >= accuracy
        assert told["macro_f1"] >= accuracy
        assert told["calibration_error"] < 0.07
