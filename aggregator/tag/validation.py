"""Cross-validation: what to expect of a model on items that it has not learned from.

Each fold trains a model as `train` does, thresholds and temperature included, and asks it the rest. Twice: with all
terms of the rules, and `strict`, without those that none of the examples learned from holds. The rules were written
by someone who had read most of the starter set, so its first figures flatter and the strict ones are too low.
"""

from collections.abc import Callable, Sequence
from statistics import mean
from typing import Any

from aggregator.tag.certainty import lower_bound
from aggregator.tag.evaluation import Judged, calibration_error, figures, judged
from aggregator.tag.evidence import gather
from aggregator.tag.examples import Example
from aggregator.tag.features import terms_of
from aggregator.tag.lexicon import Rules
from aggregator.tag.tagger import WANTED, Tagger
from aggregator.tag.training import check, read_example, split, train

SEEDS = 5
FIGURES = ("accuracy", "macro_f1", "calibration_error", "brier")
PRECISION, MARGIN = 0.95, 0.84  # at which coverage is told; the z of a one-sided interval of 80 %

Ask = Callable[[Example], Judged]


def cross_validate(
    examples: Sequence[Example],
    rules: Rules,
    *,
    strict: bool,
    wanted: float = WANTED,
    seeds: int = SEEDS,
    without: Sequence[str] = (),
) -> dict[str, Any]:
    """The mean figures of five folds over `seeds` shuffles. Raises TrainingError for too few examples."""
    check(examples, rules)
    rounds = [
        one_round(examples, rules, strict=strict, wanted=wanted, seed=seed, without=without) for seed in range(seeds)
    ]
    return {name: round(mean(each[name] for each in rounds), 4) for name in rounds[0] if name != "whole"} | {
        "strict": strict,
        "seeds": seeds,
        "last": rounds[-1]["whole"],
    }


def one_round(
    examples: Sequence[Example],
    rules: Rules,
    *,
    strict: bool,
    wanted: float = WANTED,
    seed: int = 0,
    without: Sequence[str] = (),
) -> dict[str, Any]:
    """The figures of five folds: each item asked once, by a model that has not seen it."""
    outcomes = (*rules.slugs, rules.off_topic)
    found: list[Judged] = []
    titles: list[Judged] = []
    covered: list[bool] = []
    for learned, asked in split([outcomes.index(each.theme) for each in examples], seed):
        lesson = [examples[i] for i in learned]
        tagger = Tagger(rules=rules, model=train(lesson, rules, date="", seed=seed, without=without), wanted=wanted)
        known = _terms(lesson, rules) if strict else None
        told = [ask(tagger, examples[i], known) for i in asked]
        found += told
        titles += [ask(tagger, title_only(examples[i]), known) for i in asked]
        enough = sure_enough(tagger.model.sampled if tagger.model else (), PRECISION)
        covered += [each.right for each in told if each.sure >= enough]
    whole = figures(found, outcomes)
    return {name: whole[name] for name in FIGURES} | {
        "coverage": len(covered) / len(found),
        "precision_there": mean(covered) if covered else 0.0,
        "title_only_accuracy": mean(each.right for each in titles),
        "title_only_calibration_error": calibration_error(titles),
        "title_only_dropped_relevant": mean(
            each.decision == "off-topic" for each in titles if each.answer != outcomes[-1]
        ),
        "published": whole["decisions"]["published"] / len(found),
        "published_precision": whole["decisions"]["published_precision"],
        "dropped_relevant": whole["decisions"]["dropped_relevant"] / whole["decisions"]["relevant"],
        "whole": whole,
    }


def ask(tagger: Tagger, example: Example, known: frozenset[str] | None = None) -> Judged:
    """The verdict of a tagger with a model on an example."""
    tags = tagger.verdict(read_example(example, tagger.rules, known))
    return judged(tags, example.theme, tagger.rules.off_topic)


def title_only(example: Example) -> Example:
    """The example as sources show it that print no teaser."""
    return Example(id=example.id, title=example.title, text="", theme=example.theme, organisation=example.organisation)


def sure_enough(sampled: Sequence[tuple[float, bool, str]], precision: float) -> float:
    """The lowest certainty from which on sampled verdicts, off-topic included, were right so often.

    With a margin: the best of many candidates looks better than it is.
    """
    found, right = 2.0, 0
    for count, (sure, was_right, _) in enumerate(sorted(sampled, reverse=True), start=1):
        right += was_right
        if lower_bound(right, count, MARGIN) >= precision:
            found = sure
    return found


def _terms(examples: Sequence[Example], rules: Rules) -> frozenset[str]:
    found = (gather(rules, title=each.title, text=each.text, organisation=each.organisation) for each in examples)
    return frozenset(term for evidence in found for term in terms_of(evidence))
