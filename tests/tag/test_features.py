from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.tag.features import kind_of, read, second, sparse, support, units
from aggregator.tag.lexicon import Rules
from tests.tag.conftest import RULES


def keys(rules: Rules, title: str, text: str = "", **source: str) -> set[str]:
    return {fact.key for fact in read(rules, title=title, text=text, **source).facts}


def test_a_word_is_known_by_itself_and_by_its_runs_of_letters() -> None:
    found = dict(units("lassen"))
    assert found["=lassen"] == 1.0
    assert {"<la", "las", "lasse", "sen>"} <= set(found)
    assert isclose(sum(share**2 for name, share in found.items() if name != "=lassen"), 1.0)


def test_a_compound_shares_runs_with_its_parts() -> None:
    assert {"techn", "hniek"} <= set(dict(units("techniekdocent"))) & set(dict(units("techniek")))


def test_a_word_counts_once_where_it_weighs_most_and_all_words_weigh_one_together() -> None:
    reading = read(RULES, title="Lassen", text="Lassen is een vak. Bèta ook.")
    assert reading.words["lassen"] > reading.words["vak"]
    assert reading.written["beta"] == "Bèta"
    assert isclose(sum(weight**2 for weight in reading.words.values()), 1.0)


def test_terms_of_rules_are_facts_in_the_words_of_the_rules() -> None:
    reading = read(RULES, title="Girls' Day", text="")
    assert ("strong:instroom", "Girls' Day") in {(fact.key, fact.written) for fact in reading.facts}


def test_what_is_lacking_is_a_fact_that_weighs_otherwise_in_a_short_text() -> None:
    assert {"no technical, short", "no theme, short", "short"} <= keys(RULES, "Gesloten")
    assert {"no technical", "no theme"} <= keys(RULES, "Gesloten", "Morgen zijn wij dicht. " * 9)


def test_technical_and_learning_together_are_a_fact_of_their_own() -> None:
    assert "both" in keys(RULES, "Techniek op school")
    assert "both" not in keys(RULES, "Techniek")


def test_a_source_of_the_field_and_its_hints_are_facts() -> None:
    assert "own field" in keys(RULES, "Nieuws", organisation="Techniekpact Limburg")
    reading = read(RULES, title="Nieuws", text="", hints=("instroom",))
    assert "prior:instroom" in {fact.key for fact in reading.facts}


def test_only_known_terms_count_when_they_are_given() -> None:
    reading = read(RULES, title="Girls' Day en technasium", text="", known={"technasium*"})
    assert {fact.written for fact in reading.facts if fact.key.startswith("strong")} == {"technasium*"}


def test_many_terms_of_a_kind_do_not_make_it_surer() -> None:
    reading = read(RULES, title="", text="monteur lasser techniek robot machine bouw metaal chip ict infra")
    assert isclose(sum(fact.value for fact in reading.facts if fact.key == "technical"), 4.0)


def test_the_second_theme_is_the_best_supported_other_one() -> None:
    reading = read(RULES, title="Girls' Day en lerarentekort", text="")
    assert support(reading)["instroom"] > 0
    assert second(reading, RULES.slugs, "instroom")[1] == "lerarentekort-en-professionalisering"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("=las", "words"), ("weak:instroom", "themes"), ("no theme, short", "relevance"), ("<las", "runs")],
)
def test_every_feature_is_of_a_kind(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@given(st.text(), st.text())
def test_any_text_has_finite_features_of_known_form(title: str, text: str) -> None:
    found = sparse(read(RULES, title=title, text=text))
    assert all(0 < value < 100 for value in found.values())
