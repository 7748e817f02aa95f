"""The tagger: a verdict by model or rules, whether it is sure enough, and why.

With a model for these themes it decides; without one (another consortium, before it has examples) the rules alone do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from operator import itemgetter
from typing import Any, Literal

from aggregator.model import Tags
from aggregator.tag import rules as by_rules
from aggregator.tag.certainty import Sampled, Thresholds, resting_on
from aggregator.tag.features import Reading, read, second
from aggregator.tag.lexicon import Rules
from aggregator.tag.matching import fold
from aggregator.tag.model import Model, Parts, load, softmax
from aggregator.text.remembered import Remembered

WANTED = 0.98
REASONS, OF_VERDICT, LEAST = 8, 5, 0.05  # reasons in all, for the verdict; smaller contributions tell nothing

# Too rare in any set of examples to be learned.
ABROAD, MOST_ABROAD = 1.5, 5.0  # log-odds of off-topic for education news of another country
DROP_SHORT = 0.97  # of little text only what is all but certain is dropped
FOREIGN = 2.0  # how much less sure of a text that is not Dutch

BY_RULES = (
    "measured on items that the rules were not written from: 82 of 100 verdicts right; a quarter is published unasked, "
    "97 of 100 of those right"
)

Decision = Literal["publish", "review", "off-topic"]


@dataclass(frozen=True, kw_only=True)
class Tagger:
    """Says what items are about. `model` None: by rules alone."""

    rules: Rules
    model: Model | None = None
    wanted: float = WANTED
    drawn: tuple[Sampled, ...] = ()  # automatic decisions that a person looked at
    thresholds: Thresholds = field(init=False)

    def __post_init__(self) -> None:
        own = self.model.sampled if self.model else ()
        found = resting_on(own, self.drawn, self.wanted, self.rules.off_topic)
        object.__setattr__(self, "thresholds", found)

    def __call__(self, *, title: str, text: str, organisation: str = "", hints: Iterable[str] = ()) -> Tags:
        """What an item is about. Only the title and the first 1,000 characters of the text count.

        `hints` are the themes that its source usually writes about.
        """
        if self.model is None:
            return by_rules.tag(self.rules, title=title, text=text, organisation=organisation, hints=tuple(hints))
        reading = read(self.rules, title=title, text=text, organisation=organisation, hints=hints)
        return self.verdict(reading)

    def verdict(self, reading: Reading) -> Tags:
        """The verdict of the model on an item that was read."""
        model = self.model
        if model is None:
            raise ValueError("there is no model")
        parts = model.parts(reading)
        chances = probabilities(model, reading, parts)
        ranked = sorted(range(len(chances)), key=lambda place: -chances[place])
        themes = [place for place in ranked if place != len(chances) - 1]
        off_topic = ranked[0] not in themes
        sure = chances[ranked[0]]
        theme = model.outcomes[themes[0]]
        return Tags(
            theme=theme,
            second_theme=self._second(model, reading, theme),
            off_topic=off_topic,
            score=round(sure, 4),
            decision=self._decision(model.outcomes[ranked[0]], sure, reading),
            because=because(model, reading, ranked[0], ranked[1], parts),
        )

    def _second(self, model: Model, reading: Reading, first: str) -> str | None:
        if len(self.rules.slugs) < 2:
            return None
        found, slug = second(reading, self.rules.slugs, first)
        return slug if found >= model.second_from else None

    def _decision(self, verdict: str, sure: float, reading: Reading) -> Decision:
        if verdict == self.rules.off_topic:
            unclear = reading.foreign or reading.bare  # nothing relevant is lost unseen
            enough = max(self.thresholds.drop, DROP_SHORT if reading.short else 0.0)
            return "off-topic" if sure >= enough and not unclear else "review"
        at_home = not reading.foreign and not reading.abroad
        return "publish" if at_home and sure >= self.thresholds.publish_from(verdict) else "review"


def probabilities(model: Model, reading: Reading, parts: Parts | None = None) -> list[float]:
    """The probability of each outcome; `parts` are the model's, if they are known already."""
    scores = model.sums(model.parts(reading) if parts is None else parts)
    if reading.abroad:
        scores[-1] += min(ABROAD * sum(reading.abroad.values()), MOST_ABROAD)
    temperature = model.temperature_short if reading.short else model.temperature
    return softmax(scores, temperature * (FOREIGN if reading.foreign else 1.0))


def fits(model: Model, rules: Rules) -> bool:
    """Whether a model was trained for the themes of these rules."""
    return model.outcomes[-1] == rules.off_topic and set(model.outcomes[:-1]) == set(rules.slugs)


def starter_model() -> Model:
    """The trained model that ships with the program. Raises ModelError when its file is damaged."""
    return load((files("aggregator.tag") / "starter" / "model.bin").read_bytes())


def tagger(rules: Rules, model: Model | None, wanted: float = WANTED, drawn: tuple[Sampled, ...] = ()) -> Tagger:
    """The tagger of these rules: with `model` if it was trained for their themes."""
    return Tagger(rules=rules, model=model if model and fits(model, rules) else None, wanted=wanted, drawn=drawn)


def described(tagger: Tagger) -> dict[str, Any]:
    """What a tagger works with, for the person who runs it."""
    model, limits = tagger.model, tagger.thresholds
    if model is None:
        return {
            "model": None,
            "why": "no model was trained for these themes: the rules of themes.toml decide alone",
            "expect": BY_RULES,
        }
    proven = f"the lower bound over {limits.published} of {limits.decisions} sampled decisions is {limits.lower_bound}"
    return {
        "model": "starter",
        "trained": model.training.date,
        "examples": model.training.count,
        "examples_hash": model.training.hash[:12],
        "wanted_precision": tagger.wanted,
        "publish_from": limits.publish,
        "drop_from": limits.drop,
        "provisional": limits.provisional,
        "thresholds_from": f"{limits.sampled} decisions drawn from what was published"
        if limits.sampled
        else "the model's own decisions out of fold, until 150 drawn ones were looked at",
        "proven": proven,
        "second_from": model.second_from,
        **model.figures,
    }


def because(
    model: Model, reading: Reading, verdict: int, runner_up: int, parts: Parts | None = None
) -> tuple[str, ...]:
    """What decided, strongest first: for (+) and against (-) the verdict, then what speaks for and against the next.

    A word and a term of the rules that are the same are one reason. `parts` are the model's, if they are known already.
    """
    parts = model.parts(reading) if parts is None else parts
    written, of_verdict, of_other = _by_name(model, reading, parts[verdict], parts[runner_up])
    last = len(model.outcomes) - 1
    for term, weight in reading.abroad.items():
        name = _NAMES[term]
        written.setdefault(name, term)
        of_verdict[name] = of_verdict.get(name, 0.0) + ABROAD * weight * (verdict == last)
        of_other[name] = of_other.get(name, 0.0) + ABROAD * weight * (runner_up == last)
    first = _strongest(written, of_verdict, OF_VERDICT)
    then = _strongest(written, of_other, REASONS - len(first))
    return tuple(
        f"{'+' if weight > 0 else '-'}{term} → {model.outcomes[outcome]} ({abs(weight):.1f})"
        for outcome, reasons in ((verdict, first), (runner_up, then))
        for term, weight in reasons
    )


_NAMES = Remembered(lambda term: fold(term.strip("*")))  # under which a term and a word are one reason


def _by_name(
    model: Model, reading: Reading, for_verdict: Sequence[float], for_other: Sequence[float]
) -> tuple[dict[str, str], dict[str, float], dict[str, float]]:
    """What stands for each reason, and what it adds; as the rules write it rather than as the text does."""
    facts = len(reading.words)  # come behind the words
    of_verdict = dict(zip(reading.words, for_verdict[:facts], strict=True))
    of_other = dict(zip(reading.words, for_other[:facts], strict=True))
    terms: dict[str, str] = {}
    for fact, to_verdict, to_other in zip(reading.facts, for_verdict[facts:], for_other[facts:], strict=True):
        if model.fact(fact.key) is not None:
            name = _NAMES[fact.written]
            terms.setdefault(name, fact.written)
            of_verdict[name] = of_verdict.get(name, 0.0) + to_verdict
            of_other[name] = of_other.get(name, 0.0) + to_other
    return reading.written | terms, of_verdict, of_other


def _strongest(written: Mapping[str, str], reasons: Mapping[str, float], count: int) -> list[tuple[str, float]]:
    telling = [(abs(weight), name) for name, weight in reasons.items() if abs(weight) >= LEAST]
    telling.sort(key=itemgetter(0), reverse=True)
    return [(written[name], reasons[name]) for _, name in telling[:count]]
