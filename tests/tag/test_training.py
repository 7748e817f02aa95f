from dataclasses import replace

import pytest

from aggregator.tag.examples import Example, starter
from aggregator.tag.features import kind_of
from aggregator.tag.lexicon import Rules, compile_rules
from aggregator.tag.model import Model, dump, load
from aggregator.tag.tagger import Tagger, starter_model
from aggregator.tag.training import TrainingError, fit, prepare, rules_identity, split, train
from tests.tag.conftest import OUTCOMES, RULES

TWO = compile_rules({"theme": [{"slug": "water", "strong": ["dijk*"]}, {"slug": "lucht", "strong": ["wind*"]}]})


def made_up(count: int = 60) -> list[Example]:
    """Examples of a consortium with other themes."""
    texts = {"water": "de dijk langs het water", "lucht": "de wind in de lucht", "off-topic": "het brood bij de bakker"}
    return [
        Example(id=str(place), title=f"{text} {place}", text=text, theme=slug)
        for place in range(count // 3)
        for slug, text in texts.items()
    ]


def test_a_trained_model_survives_writing_and_is_the_same_when_trained_again() -> None:
    one, other = train(made_up(), TWO, date="2026-11-27"), train(made_up(), TWO, date="2026-11-27")
    assert dump(one) == dump(other)
    assert load(dump(one)) == one


def test_other_themes_are_learned_as_well_and_said_to_be() -> None:
    model = train(made_up(), TWO, date="2026-11-27")
    tagger = Tagger(rules=TWO, model=model, wanted=0.8)
    assert tagger(title="Een dijk langs de rivier", text="Het water stijgt.").theme == "water"
    assert tagger(title="Brood van de bakker", text="Elke dag brood bij de bakker.").off_topic
    assert (model.training.count, model.training.date, model.training.rules) == (60, "2026-11-27", rules_identity(TWO))
    assert len(model.sampled) == 60


@pytest.mark.parametrize(
    ("examples", "says"),
    [
        (made_up(30), "too few examples to learn from: 30"),
        ([each for each in made_up() if each.theme != "lucht"], "lucht 0"),
        ([*made_up(), replace(made_up()[0], theme="vuur")], "vuur"),
    ],
)
def test_examples_that_teach_nothing_are_refused_with_the_reason(examples: list[Example], says: str) -> None:
    with pytest.raises(TrainingError, match=says):
        train(examples, TWO, date="")


def test_a_term_that_no_other_example_holds_does_not_count() -> None:
    once = [replace(each, text=each.text.replace("dijk", "plas")) for each in made_up()]
    once = [replace(each, title=each.title.replace("dijk", "plas")) for each in once]
    lone = replace(once[0], title="De dijk", text="")
    prepared = prepare([lone, *once[1:]], TWO)
    assert not {fact.key for fact in prepared.readings[0].facts} & {"strong:water"}
    twice = prepare([lone, replace(lone, id="x"), *once[1:]], TWO)
    assert {fact.key for fact in twice.readings[0].facts} >= {"strong:water"}


def test_kinds_of_features_can_be_left_out() -> None:
    prepared = replace(prepare(made_up(), TWO), without=frozenset({"runs", "themes"}))
    assert {kind_of(name) for name in fit(prepared, range(60)).weights} == {"words", "relevance"}


def test_every_example_is_asked_once_by_who_did_not_learn_it() -> None:
    folds = list(split([0, 1] * 25, seed=1))
    assert sorted(place for _, asked in folds for place in asked) == list(range(50))
    assert all(not set(learned) & set(asked) for learned, asked in folds)


def test_the_starter_model_that_ships_is_that_of_the_starter_set(rules: Rules) -> None:
    shipped = starter_model()
    again = train(starter(), rules, date=shipped.training.date)
    assert again.training == shipped.training, "train it again: aggregator themes train --out .../starter/model.bin"
    assert again.weights.keys() == shipped.weights.keys()
    assert same(again, shipped)


def same(one: Model, other: Model) -> bool:
    """Whether two models say the same but for what another machine rounds differently."""
    asked = [Tagger(rules=RULES, model=model) for model in (one, other)]
    answers = [[each(title=item.title, text=item.text) for item in starter()[::20]] for each in asked]
    pairs = list(zip(*answers, strict=True))
    return all(a.theme == b.theme and abs(a.score - b.score) < 0.02 for a, b in pairs)


def test_the_outcomes_are_the_themes_and_off_topic() -> None:
    assert starter_model().outcomes == OUTCOMES
