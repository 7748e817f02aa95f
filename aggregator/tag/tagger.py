"""The tagger: a verdict by model or rules, whether it is sure enough, and why.

With a model for these themes it decides; without one (another consortium, before it has examples) the rules alone do.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal

from aggregator.model import Tags
from aggregator.tag import rules as by_rules
from aggregator.tag.certainty import Sampled, Thresholds, resting_on
from aggregator.tag.features import Reading, read, second
from aggregator.tag.lexicon import Rules
from aggregator.tag.matching import fold
from aggregator.tag.model import Model, Vector, load, softmax

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
        chances = probabilities(model, reading)
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
            because=because(model, reading, ranked[0], ranked[1]),
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


def probabilities(model: Model, reading: Reading) -> list[float]:
    """The probability of each outcome."""
    scores = model.scores(reading)
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


def because(model: Model, reading: Reading, verdict: int, runner_up: int) -> tuple[str, ...]:
    """What decided, strongest first: for (+) and against (-) the verdict, then what speaks for and against the next.

    A word and a term of the rules that are the same are one reason.
    """
    sums: dict[str, tuple[str, float, float]] = {}

    def note(written: str, weight: float, vector: Vector | None) -> None:
        if vector is None:
            return
        name = fold(written.strip("*"))
        known = sums.get(name, (written, 0.0, 0.0))
        sums[name] = (known[0], known[1] + weight * vector[verdict], known[2] + weight * vector[runner_up])

    for key, weight, written in reading.facts:
        note(written, weight, model.fact(key))
    for word, weight in reading.words.items():
        note(reading.written[word], weight, model.word(word))
    off_topic = tuple(float(place == len(model.outcomes) - 1) for place in range(len(model.outcomes)))
    for term, weight in reading.abroad.items():
        note(term, ABROAD * weight, off_topic)
    first = _strongest([(written, of_verdict) for written, of_verdict, _ in sums.values()], OF_VERDICT)
    then = _strongest([(written, of_other) for written, _, of_other in sums.values()], REASONS - len(first))
    return tuple(
        f"{'+' if weight > 0 else '-'}{written} → {model.outcomes[outcome]} ({abs(weight):.1f})"
        for outcome, reasons in ((verdict, first), (runner_up, then))
        for written, weight in reasons
    )


def _strongest(reasons: list[tuple[str, float]], count: int) -> list[tuple[str, float]]:
    telling = [each for each in reasons if abs(each[1]) >= LEAST]
    return sorted(telling, key=lambda each: -abs(each[1]))[:count]
