from aggregator.tag.lexicon import compile_rules
from aggregator.tag.upkeep import Usage, conflicts

RULES = compile_rules(
    {
        "theme": [
            {"slug": "a", "strong": ["dijk", "sluis"], "weak": ["water"]},
            {"slug": "b", "strong": ["dijk", "gemaal"]},
        ],
        "context": [
            {"term": "water", "near": ["zee", "meer"], "window": 5, "theme": "a"},
            {"term": "water", "near": ["zee"], "window": 3, "theme": "b"},
            {"term": "water", "near": ["beker"], "window": 5, "theme": "none"},
        ],
    }
)


def test_terms_and_senses_without_a_part_are_idle() -> None:
    usage = Usage(RULES)
    usage.note("Een dijk langs zee", "Het water van de zee. Een gemaal.")
    idle = [(each["term"], each["says"]) for each in usage.idle()]
    assert ("sluis", "matched nothing") in idle
    assert ("water", "sense 3 (none) never won") in idle
    assert ("water", "sense 1 (a) never won") not in idle
    assert not {"dijk", "gemaal", "zee"} & {term for term, _ in idle}


def test_terms_of_two_themes_and_senses_that_never_win_are_conflicts() -> None:
    assert list(conflicts(RULES)) == [
        {"problem": "conflict", "term": "dijk", "says": "strong for a and b"},
        {"problem": "conflict", "term": "water", "says": "sense 2 (b) never wins: 1 (a) comes before it"},
    ]
