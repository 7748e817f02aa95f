"""Which automatic decisions people look at: a random sample every week, the same for the same week and stories."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random

AT_LEAST = 4  # of the sample, one in so many is of each kind, where there are so many


def week_of(at: datetime) -> str:
    """The ISO week that a moment (UTC) lies in: "2026-W48"."""
    year, week, _ = at.isocalendar()
    return f"{year}-W{week:02}"


def shares(counts: Mapping[str, int], size: int) -> dict[str, int]:
    """How many of each kind to draw: in proportion, but enough of each that neither goes unseen.

    >>> shares({"published": 300, "dropped": 20}, 20)
    {'published': 15, 'dropped': 5}
    """
    total = sum(counts.values())
    if total <= size:
        return dict(counts)
    least = max(1, size // AT_LEAST) if size > 1 else 0
    found = {kind: min(count, max(least, round(size * count / total))) for kind, count in counts.items()}
    while sum(found.values()) > size:
        found[max(found, key=lambda kind: found[kind])] -= 1
    for kind, count in counts.items():
        found[kind] += min(count - found[kind], size - sum(found.values()))
    return found


def draw(candidates: Mapping[str, Sequence[int]], size: int, week: str) -> list[int]:
    """The numbers of the stories to look at, in an order that tells nothing of their kind."""
    chance = Random(week)  # noqa: S311  it must be the same again, not secret
    wanted = shares({kind: len(numbers) for kind, numbers in candidates.items()}, size)
    drawn = [number for kind in sorted(wanted) for number in chance.sample(sorted(candidates[kind]), wanted[kind])]
    chance.shuffle(drawn)
    return drawn
