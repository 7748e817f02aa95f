"""Comparing what two sets of lessons lead to, on items that neither holds; and how much an editor's example weighs.

Like `training`, it needs scikit-learn, and only when it runs.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import comb, log
from typing import Any

from aggregator.tag.examples import Example
from aggregator.tag.lexicon import Rules
from aggregator.tag.model import softmax
from aggregator.tag.training import fit, prepare, read_example, reweighed

WEIGHTS = (1.0, 2.0, 4.0, 8.0)
FOLDS = 3
FEWEST_OWN = 2 * FOLDS  # below that there is nothing to choose by
DEFAULT_WEIGHT = 4.0
CHANCE = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Duel:
    """How two models did on the same `count` items: which both had right, and which only one of them."""

    count: int
    both: int
    lost: int  # only the former had these right
    won: int  # only the latter

    @property
    def right(self) -> tuple[int, int]:
        """How many the former had right, and the latter."""
        return self.both + self.lost, self.both + self.won

    @property
    def is_lost(self) -> bool:
        """Whether more was lost than chance explains: the sign test, one-sided."""
        turned = self.lost + self.won
        return sum(comb(turned, k) for k in range(self.lost, turned + 1)) < CHANCE * (1 << turned)


def duel(former: Sequence[bool], latter: Sequence[bool]) -> Duel:
    """Count who had what right, item by item."""
    pairs = Counter(zip(former, latter, strict=True))
    return Duel(count=len(former), both=pairs[True, True], lost=pairs[True, False], won=pairs[False, True])


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """The current model's lessons against the candidate's, and on gold those of the starter against the candidate's."""

    gold: Duel
    recent: Duel
    since_start: Duel

    @property
    def is_not_worse(self) -> bool:
        """Whether the candidate has as many right in all, and on no side lost more than chance explains.

        A few items of a hundred turn over with any training. Counted one by one they would keep out a model that has
        learned what the editors say, or let the one in that was lucky. That little is lost each time is no excuse for
        losing much in the end: the gold set is held against the starter's lessons too.
        """
        was, is_now = (self.gold.right[side] + self.recent.right[side] for side in (0, 1))
        return is_now >= was and not any(each.is_lost for each in (self.gold, self.recent, self.since_start))

    def told(self) -> dict[str, Any]:
        """The figures, for people and programs."""
        return {
            "gold": self.gold.count,
            "gold_starter": _share(self.since_start.right[0], self.gold.count),
            "gold_current": _share(self.gold.right[0], self.gold.count),
            "gold_candidate": _share(self.gold.right[1], self.gold.count),
            "recent": self.recent.count,
            "recent_current": _share(self.recent.right[0], self.recent.count),
            "recent_candidate": _share(self.recent.right[1], self.recent.count),
        }


def compare(
    starter: Sequence[Example],
    current: Sequence[Example],
    candidate: Sequence[Example],
    asked: tuple[Sequence[Example], Sequence[Example]],
    rules: Rules,
) -> Compared:
    """Train on the starter, and on it with what the current model and the candidate learned; ask all the same.

    `asked` are the gold set and the recent decisions, which are among nobody's lessons.
    """
    gold, recent = asked
    one = rehearsed([*starter, *current], [*gold, *recent], rules)
    other = one if list(current) == list(candidate) else rehearsed([*starter, *candidate], [*gold, *recent], rules)
    first = rehearsed(starter, gold, rules) if current else one[: len(gold)]
    cut = len(gold)
    return Compared(
        gold=duel(one[:cut], other[:cut]), recent=duel(one[cut:], other[cut:]), since_start=duel(first, other[:cut])
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
