import copy
from typing import Any

import pytest

from aggregator.tag.lexicon import compile_rules
from aggregator.tag.matching import words_of

THEMES: dict[str, Any] = {
    "off_topic": "overig",
    "theme": [
        {"slug": "water", "strong": ["dijk*"], "weak": ["nat"], "capitals": ["NAP"]},
        {"slug": "lucht", "strong": ["vlieger"], "weak": ["nat"]},
    ],
    "context": [{"term": "dijk*", "near": ["straat"], "window": 3, "theme": "none"}],
    "relevance": {"technical": ["pomp*"], "technical_capitals": ["IT"], "sources": ["waterschap"]},
}


def changed(path: str, value: object) -> dict[str, Any]:
    themes = copy.deepcopy(THEMES)
    place: Any = themes
    *way, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    for key in way:
        place = place[key]
    place[last] = value
    return themes


def test_a_term_knows_all_that_it_tells() -> None:
    rules = compile_rules(THEMES)
    roles = {rules.roles[term].written: rules.roles[term] for term, _, _ in rules.find(words_of("dijken nat IT NAP"))}
    assert rules.slugs == ("water", "lucht")
    assert rules.off_topic == "overig"
    assert roles["nat"].weak == ("water", "lucht")
    assert roles["NAP"].strong == ("water",)
    assert roles["dijk*"].strong == ("water",)
    assert [(sense.theme, sense.window) for sense in roles["dijk*"].senses] == [(None, 3)]
    assert roles["IT"].relevance == ("technical",)
    assert [name for name, role in roles.items() if role.is_evidence] == ["dijk*", "nat", "NAP"]


def test_themes_alone_are_enough() -> None:
    rules = compile_rules({"theme": [{"slug": "water"}]})
    assert rules.off_topic == "off-topic"
    assert rules.find(["water"]) == []


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("theme", [], "there is no"),
        ("theme", "water", "theme must be a list of tables"),
        ("theme", ["water"], "theme must be a list of tables"),
        ("theme.0.strong", "dijk", r"'water': strong must be a list of texts"),
        ("theme.1.weak", [1], r"'lucht': weak must be a list of texts"),
        ("theme.0.strong", ["a*b"], r"'a\*b'"),
        ("context.0.term", 3, "term must be a text"),
        ("context.0.theme", "vuur", r"'dijk\*': theme 'vuur' is neither"),
        ("context.0.window", 0, "window must be"),
        ("context.0.window", "3", "window must be"),
        ("context.0.near", [], "near must name"),
        ("relevance", [], r"\[relevance\] may hold"),
        ("relevance.technisch", ["x"], r"\[relevance\] may hold technical,"),
    ],
)
def test_what_is_wrong_is_named(path: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compile_rules(changed(path, value))
