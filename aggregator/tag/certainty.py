"""How sure is sure enough: thresholds out of decisions whose outcome is known.

The operator says which share of what is published unasked must be right. A threshold reaches it when the lower end of
a 90 % confidence interval over the sampled decisions above it does (Wilson, Probable Inference, 1927).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from math import sqrt

Z = 1.645  # of a two-sided interval of 90 %
OWN_FROM = 150  # sampled decisions that give a theme a threshold of its own
FEWEST = 30  # that a point estimate may rest on
LOST = 0.005  # of the sampled relevant items may be dropped unseen: half of the 1 % that is promised for new ones
NEVER = 2.0  # no probability reaches it

Sampled = tuple[float, bool, str]  # probability of the verdict, whether it was right, the verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """From which probability on a verdict is acted on without a person.

    `provisional`: the sample is too small to prove the wanted precision, and the best point estimate stands in.
    `lower_bound` is what the sample proves for all that is published.
    """

    publish: float = NEVER
    own: dict[str, float] = field(default_factory=dict)  # by theme, when it has enough decisions
    drop: float = NEVER
    provisional: bool = True
    lower_bound: float = 0.0
    decisions: int = 0  # sampled ones, of which `published` are above the threshold
    published: int = 0
    sampled: int = 0  # decisions drawn from the service's own work that `publish` rests on; 0: the model's own

    def publish_from(self, slug: str) -> float:
        """The probability from which on an item of a theme is published."""
        return self.own.get(slug, self.publish)


def lower_bound(right: int, of: int, z: float = Z) -> float:
    """The lower end of Wilson's 90 % interval (by `z`) of a share; 0.0 for nothing.

    >>> round(lower_bound(133, 133), 3)
    0.98
    """
    if not of:
        return 0.0
    share = right / of
    middle = share + z * z / (2 * of)
    spread = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, (middle - spread) / (1 + z * z / of))


def thresholds(sampled: Sequence[Sampled], wanted: float, off_topic: str) -> Thresholds:
    """Return the thresholds that sampled decisions allow; `wanted` is the precision of what is published unasked."""
    themes = [each for each in sampled if each[2] != off_topic]
    publish, right, count, proven = _publish(themes, wanted)
    own: dict[str, float] = {}
    for slug in sorted({verdict for _, _, verdict in themes}):
        of_theme = [each for each in themes if each[2] == slug]
        if len(of_theme) >= OWN_FROM:
            own[slug] = _publish(of_theme, wanted)[0]
    return Thresholds(
        publish=publish,
        own=own,
        drop=_drop(sampled, off_topic),
        provisional=not proven,
        lower_bound=round(lower_bound(right, count), 4),
        decisions=len(themes),
        published=count,
    )


def resting_on(own: Sequence[Sampled], drawn: Sequence[Sampled], wanted: float, off_topic: str) -> Thresholds:
    """The thresholds that the `drawn` decisions allow, each kind from OWN_FROM of it on; until then a model's `own`.

    `drawn` are automatic decisions of the service that a person looked at; `own` were made out of fold in training.
    """
    found = thresholds(own, wanted, off_topic)
    dropped = sum(verdict == off_topic for _, _, verdict in drawn)
    published = len(drawn) - dropped
    told = thresholds(drawn, wanted, off_topic)
    if published >= OWN_FROM:
        found = replace(told, drop=found.drop, sampled=published)
    return replace(found, drop=told.drop) if dropped >= OWN_FROM else found


def _publish(sampled: Iterable[Sampled], wanted: float) -> tuple[float, int, int, bool]:
    """The lowest threshold that is good enough, how many were right of how many above it, and whether it is proven."""
    proven = estimated = (NEVER, 0, 0)
    for threshold, right, count in _running(sampled):
        if lower_bound(right, count) >= wanted:
            proven = (threshold, right, count)
        if right / (count + 1) >= wanted and count >= FEWEST:  # would the next one be wrong, it still held nearly
            estimated = (threshold, right, count)
    return (*proven, True) if proven[2] else (*estimated, False)


def _drop(sampled: Sequence[Sampled], off_topic: str) -> float:
    """The lowest threshold above which hardly any relevant item was taken for off-topic."""
    dropped = [each for each in sampled if each[2] == off_topic]
    # Whether a wrong theme was given to relevant news is not known here: fewer are counted than there are.
    relevant = sum(right for _, right, verdict in sampled if verdict != off_topic)
    relevant += sum(not right for _, right, _ in dropped)
    found = NEVER
    for threshold, right, count in _running(dropped):
        if count - right > LOST * relevant:
            break
        found = threshold
    return found


def _running(sampled: Iterable[Sampled]) -> Iterable[tuple[float, int, int]]:
    """For each probability, highest first: how many were right of how many from it on."""
    right = count = 0
    for threshold, group in groupby(sorted(sampled, key=lambda each: -each[0]), key=lambda each: each[0]):
        same = [each[1] for each in group]
        right, count = right + sum(same), count + len(same)
        yield threshold, right, count
