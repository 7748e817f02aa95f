from dataclasses import replace
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.tag.features import read
from aggregator.tag.lexicon import compile_rules
from aggregator.tag.rules import tag
from aggregator.tag.tagger import REASONS, Tagger, because, described, fits, probabilities, starter_model, tagger
from tests.pace import Stopwatch
from tests.tag.conftest import OFF_TOPIC, OUTCOMES, RULES

LERAREN, LLO, INSTROOM, PPS = (
    "lerarentekort-en-professionalisering",
    "leven-lang-ontwikkelen",
    "instroom",
    "publiek-privaat-samenwerken",
)
STARTER = Tagger(rules=RULES, model=starter_model())


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Zij-instroom in het onderwijs", "Meer techniekdocenten voor de klas op het vmbo.", LERAREN),
        ("Zij-instromers in de techniek", "Werkzoekenden worden omgeschoold tot monteur.", LLO),
        ("De drempel voor de hybride docent moet omlaag", "", LERAREN),
        ("Girls' Day: meisjes kiezen voor techniek", "Leerlingen van vmbo en havo bezoeken bedrijven.", INSTROOM),
        ("Nieuw Centre of Expertise voor techniek", "Scholen en bedrijven tekenen een overeenkomst.", PPS),
        ("Sterk Techniekonderwijs: bedrijven leggen cofinanciering in", "De stuurgroep verdeelt het geld.", PPS),
        ("Statushouders leren vak van monteur", "Twintig nieuwkomers volgen een opleiding.", LLO),
        ("SLIM-subsidie voor restaurants", "Koks in de horeca volgen een cursus.", OFF_TOPIC),
        ("Instroom internationale studenten daalt", "De universiteit wijt dat aan de woningnood.", OFF_TOPIC),
        ("Cao metaal: akkoord over loonsverhoging", "Werknemers krijgen vijf procent.", OFF_TOPIC),
    ],
)
def test_plain_cases_are_told_apart(title: str, text: str, expected: str) -> None:
    tags = STARTER(title=title, text=text)
    assert (OFF_TOPIC if tags.off_topic else tags.theme) == expected


def test_a_sure_item_is_published_and_one_of_another_field_dropped() -> None:
    sure = STARTER(title="Tekort aan techniekdocenten op het vmbo", text="Leraren metaal en PIE stoppen ermee.")
    assert (sure.theme, sure.decision) == (LERAREN, "publish")
    text = "Kom op tijd, want de pianist geeft een concert in het theater. De kaarten kosten twintig euro per persoon."
    dropped = STARTER(title="Muziekfestival in het museum", text=text)
    assert (dropped.off_topic, dropped.decision) == (True, OFF_TOPIC)


def test_little_text_is_no_reason_to_drop_an_item() -> None:
    tags = STARTER(title="Het kan wel", text="")
    assert tags.decision == "review"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "VDAB lanceert lasopleiding in Antwerpen",
            "Werkzoekenden volgen in Vlaanderen gratis een opleiding tot lasser.",
        ),
        ("Meisjes en STEM in Gent", "Vlaamse scholen willen dat meer meisjes kiezen voor techniek, in aso en tso."),
        (
            "Girls' Day brings students to technical companies",
            "The companies show what they do and why technical work is for all of the students who will choose it.",
        ),
        (
            "Mear famkes nei de technyk op Girls' Day",
            "Yn Fryslân binne der dit jier mear learlingen dy't foar in technyske oplieding kieze, sa docht bliken.",
        ),
    ],
)
def test_what_is_not_dutch_or_not_of_this_country_is_never_published_unasked(title: str, text: str) -> None:
    tags = STARTER(title=title, text=text, organisation="Techniekpact")
    assert tags.decision != "publish"
    assert tags.off_topic or tags.score < 0.9


def test_a_hint_of_the_source_tips_the_balance() -> None:
    title = "Docenten en monteurs leren samen"
    for slug in (LLO, LERAREN):
        place = OUTCOMES.index(slug)
        with_hint = probabilities(starter_model(), read(RULES, title=title, text="", hints=(slug,)))
        assert with_hint[place] > probabilities(starter_model(), read(RULES, title=title, text=""))[place]


def test_a_verdict_says_what_decided_in_words_of_the_text_and_terms_of_the_rules() -> None:
    tags = STARTER(title="Vakpaspoort voor lassers", text="Werkenden bewijzen wat zij kunnen. Docenten keken mee.")
    assert tags.because[0].startswith("+vakpaspoort")
    assert f"→ {LLO} (" in tags.because[0]
    assert len(tags.because) <= REASONS


def test_it_says_what_speaks_for_and_against_the_runner_up() -> None:
    model = starter_model()
    reading = read(RULES, title="Docenten en monteurs volgen samen een cursus warmtepomp", text="")
    chances = probabilities(model, reading)
    first, then = sorted(range(len(chances)), key=lambda place: -chances[place])[:2]
    told = because(model, reading, first, then)
    assert {model.outcomes[first], model.outcomes[then]} == {each.split(" → ")[1].split(" (")[0] for each in told}
    assert {each[0] for each in told} == {"+", "-"}


def test_what_a_model_does_not_know_is_no_reason() -> None:
    ignorant = replace(starter_model(), weights={})
    reading = read(RULES, title="Girls' Day en techniek op school", text="")
    assert because(ignorant, reading, 0, 1) == ()
    assert probabilities(ignorant, reading) == probabilities(ignorant, read(RULES, title="Iets anders", text=""))


def test_reasons_weigh_what_they_say() -> None:
    tags = STARTER(title="Muziek in het theater", text="De pianist speelt.")
    weights = [float(each.rpartition("(")[2].rstrip(")")) for each in tags.because if OFF_TOPIC in each]
    assert weights == sorted(weights, reverse=True)


def test_without_a_model_for_its_themes_the_rules_decide_and_that_is_said() -> None:
    other = compile_rules({"theme": [{"slug": "water", "strong": ["dijk*"]}, {"slug": "lucht", "strong": ["wind"]}]})
    assert not fits(starter_model(), other)
    alone = tagger(other, starter_model())
    assert alone.model is None
    assert alone(title="Nieuwe dijk", text="x") == tag(other, title="Nieuwe dijk", text="x")
    assert described(alone)["model"] is None
    assert "rules" in described(alone)["why"]
    with pytest.raises(ValueError, match="no model"):
        alone.verdict(read(other, title="", text=""))


def test_with_the_model_of_its_themes_it_says_what_it_knows() -> None:
    told = described(tagger(RULES, starter_model()))
    assert (told["model"], told["examples"], told["wanted_precision"]) == ("starter", 420, 0.98)
    assert told["publish_from"] > 0.8


def test_a_lower_wish_publishes_more() -> None:
    assert tagger(RULES, starter_model(), 0.9).thresholds.publish < STARTER.thresholds.publish


def test_two_themes_are_named_when_the_rules_support_both() -> None:
    tags = STARTER(title="Centre of Expertise en pps voor omscholing in de techniek", text="Scholing van monteurs.")
    assert {tags.theme, tags.second_theme} == {PPS, LLO}


def test_one_theme_has_no_second() -> None:
    model = starter_model()
    one = compile_rules({"theme": [{"slug": "instroom", "strong": ["meisjes"]}]})
    narrow = replace(
        model,
        outcomes=("instroom", OFF_TOPIC),
        weights={name: (row[0], row[-1]) for name, row in model.weights.items()},
        bias=(model.bias[0], model.bias[-1]),
    )
    assert Tagger(rules=one, model=narrow)(title="Meisjes en techniek", text="").second_theme is None


HOSTILE = [
    "",
    " ",
    "💡🔧" * 50,
    "TECHNIEKONDERWIJS IN ALLE HOOFDLETTERS",
    "<script>alert(1)</script><p class='x'>techniek</p>" * 30,
    "<" * 100_000,
    "techniek" * 130_000,
    "zij instroom in " * 70_000,
    "\ud800\x00\u202e",
    "Ã©Ã©n techniekdocent",
    "İ" * 300,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_bad_input_gets_an_answer_at_once(text: str) -> None:
    with Stopwatch() as watch:
        told = (STARTER(title=text, text=""), STARTER(title="", text=text, organisation=text))
    for tags in told:
        assert tags.decision in {"publish", "review", OFF_TOPIC}
        assert 0.0 <= tags.score <= 1.0
        assert all(len(each) < 1_000 for each in tags.because)
    assert watch.cpu < 0.5


@given(st.text(), st.text(), st.text())
def test_any_text_gets_an_answer_and_the_same_one_again(title: str, text: str, organisation: str) -> None:
    tags = STARTER(title=title, text=text, organisation=organisation)
    assert tags == STARTER(title=title, text=text, organisation=organisation)
    assert 0.2 <= tags.score <= 1.0


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz éë", max_size=200))
def test_probabilities_sum_to_one(text: str) -> None:
    assert isclose(sum(probabilities(starter_model(), read(RULES, title=text, text=text))), 1.0)
