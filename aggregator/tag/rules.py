"""Themes of an item by the words and rules of themes.toml: what editors can read, change and foresee.

Words alone mislead ("instroom", "hybride"), so a term may have senses that its neighbours decide, a weak term counts
only beside other evidence, and a source has a prior. The certainty is a logistic curve over that evidence, fitted on
the starter set without the items that are set aside to test it (sha256 of the id, modulo 7, below 2).
"""

from math import exp
from typing import Literal

from aggregator.model import Tags
from aggregator.tag.evidence import Evidence, Weights, gather
from aggregator.tag.lexicon import ABROAD, EDUCATION, OTHER_SECTOR, TECHNICAL, Rules, compile_rules

__all__ = ["Rules", "compile_rules", "tag"]

# Log-odds of being technical-education news.
BIAS, PER_TECHNICAL, PER_EDUCATION, PER_BOTH, PER_THEME, OWN_FIELD, PER_OTHER = (
    -3.21,
    0.31,
    0.52,
    1.79,
    1.2,
    1.56,
    -1.03,
)
ENOUGH, BOTH_ENOUGH = 3.0, 1.5  # more words of a kind do not make it surer

SHARPNESS = 0.45  # of the choice between themes
OTHER_THEMES = 3  # that the same little evidence might have shown
SECOND_SHARE = 0.3  # of the first theme's evidence that makes a second theme
PUBLISH_FROM, DROP_FROM, DROP_ANYWAY_FROM = 0.84, 0.9, 0.99
REASONS = 8


def tag(rules: Rules, *, title: str, text: str, organisation: str = "", hints: tuple[str, ...] = ()) -> Tags:
    """Return what an item is about. Only the title and the first 1,000 characters of the text count.

    `hints` are the themes that its source usually writes about: a small prior.
    """
    evidence = gather(rules, title=title, text=text, organisation=organisation, hints=hints)
    relevance = _relevance(evidence)
    off_topic = relevance < 0.5
    ranked = _ranked(rules, evidence, guess=not off_topic)
    theme, share = _choice(ranked)
    score = 1.0 - relevance if off_topic else _certainty(relevance * share)
    return Tags(
        theme=theme,
        second_theme=_second(ranked) if theme else None,
        off_topic=off_topic,
        score=round(score, 4),
        decision=_decision(off_topic=off_topic, found=theme is not None, score=score),
        because=_because(rules, evidence, None if off_topic else theme),
    )


def _ranked(rules: Rules, evidence: Evidence, *, guess: bool) -> list[tuple[float, str]]:
    """The themes that have evidence, strongest first; equal ones in the order of themes.toml.

    A `guess`, for an editor to judge, takes lone weak words where there is nothing better.
    """
    sums = {slug: sum(evidence.of(slug).values()) for slug in rules.slugs}
    if guess and not any(sums.values()):
        sums = {slug: sum(evidence.weak.get(slug, {}).values()) / 2 for slug in rules.slugs}
    found = [(weight + evidence.prior.get(slug, 0.0), slug) for slug, weight in sums.items() if weight]
    return sorted(found, key=lambda each: -each[0])


def _relevance(evidence: Evidence) -> float:
    """The probability of being technical-education news."""
    told = (evidence.relevance.get(TECHNICAL, {}), evidence.relevance.get(EDUCATION, {}), _against(evidence))
    technical, education, other = (min(sum(weights.values()), ENOUGH) for weights in told)
    theme = min(max((sum(weights.values()) for weights in evidence.strong.values()), default=0.0), ENOUGH)
    odds = BIAS + PER_TECHNICAL * technical + PER_EDUCATION * education + PER_THEME * theme + PER_OTHER * other
    odds += PER_BOTH * min(technical, education, BOTH_ENOUGH) + OWN_FIELD * evidence.own_field
    return 1.0 / (1.0 + exp(-odds))


def _against(evidence: Evidence) -> Weights:
    return evidence.relevance.get(OTHER_SECTOR, {}) | evidence.relevance.get(ABROAD, {})


def _choice(ranked: list[tuple[float, str]]) -> tuple[str | None, float]:
    """The first theme and its probability; little evidence leaves room for themes that show none."""
    if not ranked:
        return None, 0.0
    best = ranked[0][0]
    others = sum(exp(SHARPNESS * (weight - best)) for weight, _ in ranked[1:])
    unseen = OTHER_THEMES * exp(-SHARPNESS * best)
    return ranked[0][1], 1.0 / (1.0 + others + unseen)


def _certainty(sure: float) -> float:
    """The share of such verdicts that turn out right: of what is doubted, about half."""
    return 0.5 + 0.5 * sure if sure else 0.0


def _second(ranked: list[tuple[float, str]]) -> str | None:
    if len(ranked) > 1 and ranked[1][0] >= SECOND_SHARE * ranked[0][0]:
        return ranked[1][1]
    return None


def _decision(*, off_topic: bool, found: bool, score: float) -> Literal["publish", "review", "off-topic"]:
    if off_topic:
        # Nothing relevant is lost unseen: what may belong to a theme after all is for a person.
        return "off-topic" if score >= (DROP_ANYWAY_FROM if found else DROP_FROM) else "review"
    return "publish" if found and score >= PUBLISH_FROM else "review"


def _because(rules: Rules, evidence: Evidence, theme: str | None) -> tuple[str, ...]:
    """The terms for (+) and against (-) the verdict; `theme` None: off-topic."""
    verdict = theme or rules.off_topic
    said = _said("-" if theme else "+", _against(evidence), verdict)
    for slug in rules.slugs:
        said += _said("+", evidence.of(slug), slug)
    if not theme:
        said += [
            (1.0, f"+geen woord over {words} → {verdict}")
            for kind, words in ((TECHNICAL, "techniek"), (EDUCATION, "leren"))
            if not evidence.relevance.get(kind)
        ]
    return tuple(text for _, text in sorted(said, key=lambda each: -each[0])[:REASONS])


def _said(sign: str, weights: Weights, label: str) -> list[tuple[float, str]]:
    return [(weight, f"{sign}{term} → {label}") for term, weight in weights.items()]
