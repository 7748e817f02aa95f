from typing import Any

import pytest

from aggregator.tag.evidence import HINT, IN_LEAD, IN_REST, IN_TITLE, ORGANISATION, SENSE, STRONG, WEAK, gather
from aggregator.tag.lexicon import compile_rules

THEMES: dict[str, Any] = {
    "theme": [
        {
            "slug": "instroom",
            "strong": ["doorstroom", "Girls' Day", "techniekles*", "techniekles voor groep 8"],
            "weak": ["leerlingen", "meisjes", "zij-instroom"],
        },
        {"slug": "leraren", "strong": ["techniekdocent*"], "weak": ["docent", "docenten", "zij-instroom"]},
        {"slug": "llo", "strong": ["SLIM-subsidie", "bijscholen"], "capitals": ["SLIM"]},
    ],
    "context": [
        {"term": "zij-instro*", "near": ["zorg"], "window": 3, "theme": "none"},
        {"term": "zij-instro*", "near": ["voor de klas"], "window": 3, "theme": "leraren"},
        {"term": "SLIM*", "near": ["horeca"], "window": 5, "theme": "none"},
        {"term": "instroom", "near": ["techniek"], "window": 9, "theme": "instroom"},
    ],
    "relevance": {
        "technical": ["techniek*", "*techniek"],
        "education": ["onderwijs*", "les"],
        "other_sectors": ["hypnosetechniek*", "groen onderwijs"],
        "sources": ["Techniekpact"],
    },
}
RULES = compile_rules(THEMES)


def themes_of(text: str, title: str = "") -> dict[str, dict[str, float]]:
    evidence = gather(RULES, title=title, text=text)
    return {slug: weights for slug in RULES.slugs if (weights := evidence.of(slug))}


def test_a_title_weighs_more_than_the_lead_and_the_lead_more_than_the_rest() -> None:
    filler = " ".join(["woord"] * 50)
    assert themes_of("", "doorstroom")["instroom"] == {"doorstroom": STRONG * IN_TITLE}
    assert themes_of("doorstroom doorstroom")["instroom"] == {"doorstroom": STRONG * IN_LEAD}
    assert themes_of(f"{filler} doorstroom")["instroom"] == {"doorstroom": STRONG * IN_REST}
    assert themes_of(f"doorstroom {filler}", "doorstroom")["instroom"] == {"doorstroom": STRONG * IN_TITLE}


def test_a_weak_term_counts_only_beside_other_evidence_for_its_theme() -> None:
    assert themes_of("leerlingen docenten") == {}
    assert themes_of("leerlingen leerlingen") == {}
    assert themes_of("leerlingen meisjes") == {"instroom": {"leerlingen": WEAK, "meisjes": WEAK}}
    assert set(themes_of("leerlingen doorstroom")["instroom"]) == {"leerlingen", "doorstroom"}


def test_one_word_speaks_once_in_its_longest_term() -> None:
    assert set(themes_of("techniekles voor groep 8")["instroom"]) == {"techniekles voor groep 8"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("zij-instroom en dan voor de klas", {"leraren": {"zij-instro*": SENSE}}),
        ("voor de klas door zij-instroom", {"leraren": {"zij-instro*": SENSE}}),
        ("zij-instroom in de zorg of voor de klas", {}),
        ("voor de klas komen, dat kan met zij-instroom", {}),
        ("SLIM-subsidie voor de horeca", {}),
        ("SLIM-subsidie voor de bouw", {"llo": {"SLIM-subsidie": STRONG}}),
        ("zij-instroom in de techniek", {}),
        ("instroom in de techniek", {"instroom": {"instroom": SENSE}}),
    ],
)
def test_neighbours_decide_the_sense(text: str, expected: dict[str, dict[str, float]]) -> None:
    assert themes_of(text) == expected


def test_capitals_are_no_sign_in_a_line_of_capitals() -> None:
    assert themes_of("", "ZO SLIM IS UW ROBOT") == {}
    assert themes_of("", "Zo werkt SLIM voor u") == {"llo": {"SLIM": STRONG * IN_TITLE}}


def test_no_term_reaches_from_the_title_into_the_text() -> None:
    assert themes_of("Day voor iedereen", "Voor Girls") == {}


def test_only_the_beginning_of_a_text_counts_and_markup_is_no_text() -> None:
    assert themes_of("x " * 600 + "doorstroom") == {}
    assert themes_of('<p class="doorstroom">') == {}
    assert themes_of("<p>doorstroom</p>") == themes_of("doorstroom")


def test_an_exception_takes_the_place_of_the_rule() -> None:
    told = gather(RULES, title="", text="groen onderwijs en hypnosetechniek").relevance
    assert set(told) == {"other_sectors"}
    told = gather(RULES, title="", text="onderwijs in techniek").relevance
    assert {kind: set(weights) for kind, weights in told.items()} == {
        "technical": {"techniek*", "*techniek"},
        "education": {"onderwijs*"},
    }


def test_what_is_known_of_the_source_is_a_prior() -> None:
    evidence = gather(RULES, title="", text="", organisation="SLIM loket", hints=("llo", "leraren", "onbekend"))
    assert evidence.prior == {"llo": ORGANISATION, "leraren": HINT}
    assert not evidence.own_field
    assert gather(RULES, title="", text="", organisation="Techniekpact Twente").own_field
