"""Comparing what two sets of lessons lead to, on items that neither holds; and how much an editor's example weighs.

Like `training`, it needs scikit-learn, and only when it runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import log
from typing import Any

from aggregator.tag.examples import Example
from aggregator.tag.lexicon import Rules
from aggregator.tag.model import softmax
from aggregator.tag.training import fit, prepare, read_example, reweighed

WEIGHTS = (1.0, 2.0, 4.0, 8.0)
FOLDS = 3
FEWEST_OWN = 2 * FOLDS  # below that there is nothing to choose by
DEFAULT_WEIGHT = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """How many of the asked items each side had right."""

    gold: int
    gold_right: tuple[int, int]  # the current model's lessons, the candidate's
    recent: int
    recent_right: tuple[int, int]

    @property
    def is_not_worse(self) -> bool:
        """Whether the candidate had as many right, of the gold set and of the recent decisions.

        One in a hundred gold items may be lost where more recent ones are won: so few turn over by chance.
        """
        lost = self.gold_right[0] - self.gold_right[1]
        won = self.recent_right[1] - self.recent_right[0]
        return won >= 0 and (lost <= 0 or (lost <= self.gold // 100 and won > lost))

    def told(self) -> dict[str, Any]:
        """The figures, for people and programs."""
        return {
            "gold": self.gold,
            "gold_current": _share(self.gold_right[0], self.gold),
            "gold_candidate": _share(self.gold_right[1], self.gold),
            "recent": self.recent,
            "recent_current": _share(self.recent_right[0], self.recent),
            "recent_candidate": _share(self.recent_right[1], self.recent),
        }


def compare(
    current: Sequence[Example],
    candidate: Sequence[Example],
    gold: Sequence[Example],
    recent: Sequence[Example],
    rules: Rules,
) -> Compared:
    """Train on the lessons of either side and ask both the same items, which must be among neither's lessons."""
    one = rehearsed(current, [*gold, *recent], rules)
    other = one if list(current) == list(candidate) else rehearsed(candidate, [*gold, *recent], rules)
    cut = len(gold)
    return Compared(
        gold=cut,
        gold_right=(sum(one[:cut]), sum(other[:cut])),
        recent=len(recent),
        recent_right=(sum(one[cut:]), sum(other[cut:])),
    )


def rehearsed(lesson: Sequence[Example], asked: Sequence[Example], rules: Rules) -> list[bool]:
    """Whether a model of `lesson` has each of the `asked` right. Raises TrainingError for too few lessons."""
    return [max(range(len(each)), key=each.__getitem__) == answer for each, answer in _scored(lesson, asked, rules)]


def weight_of_editors(starter: Sequence[Example], own: Sequence[Example], rules: Rules) -> float:
    """How much an editor's example weighs beside a starter one: the weight at which their others came out likeliest.

    In three folds of the editors' examples; the starter is always learned from. Of equal weights the smaller.
    """
    if len(own) < FEWEST_OWN:
        return DEFAULT_WEIGHT
    mixed = sorted(own, key=lambda each: sha256(f"{each.id} {each.title}".encode(errors="surrogatepass")).digest())
    surprises = dict.fromkeys(WEIGHTS, 0.0)
    for fold in range(FOLDS):
        learned = [each for other in range(FOLDS) if other != fold for each in mixed[other::FOLDS]]
        prepared = prepare([*starter, *learned], rules)  # once: a weight changes nothing of what stands in a text
        asked = [(read_example(each, rules), prepared.outcomes.index(each.theme)) for each in mixed[fold::FOLDS]]
        for weight in WEIGHTS:
            model = fit(reweighed(prepared, len(starter), weight), range(len(prepared.answers)))
            surprises[weight] -= sum(
                log(max(softmax(model.scores(reading), 1.0)[answer], 1e-9)) for reading, answer in asked
            )
    return min(WEIGHTS, key=lambda weight: round(surprises[weight], 3))


def _scored(lesson: Sequence[Example], asked: Sequence[Example], rules: Rules) -> list[tuple[list[float], int]]:
    model = fit(prepare(lesson, rules), range(len(lesson)))
    return [(model.scores(read_example(each, rules)), model.outcomes.index(each.theme)) for each in asked]


def _share(right: int, count: int) -> float | None:
    return round(right / count, 4) if count else None
