"""How good verdicts are: figures over labelled items, as numbers, as lines to read and as a drawing.

Calibration error: the mean distance between certainty and share that is right, over ten bins of equal count. Brier
score: the mean squared distance between the certainty of a verdict and whether it was right (0 or 1).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

from aggregator.model import Tags
from aggregator.tag.certainty import lower_bound

BINS = 10
COVERAGES = tuple(step / 20 for step in range(1, 21))


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A verdict beside the right answer; both a slug or what off-topic is called."""

    answer: str
    verdict: str
    sure: float
    decision: str = "review"

    @property
    def right(self) -> bool:
        """Whether the verdict is the answer."""
        return self.verdict == self.answer


def judged(tags: Tags, answer: str, off_topic: str) -> Judged:
    """What an item was tagged as, beside its answer."""
    verdict = off_topic if tags.off_topic or tags.theme is None else tags.theme
    return Judged(answer=answer, verdict=verdict, sure=tags.score, decision=tags.decision)


def figures(found: Sequence[Judged], outcomes: Sequence[str]) -> dict[str, Any]:
    """All figures of at least one verdict; the last of `outcomes` is off-topic."""
    classes = {outcome: _of_class(found, outcome) for outcome in outcomes}
    counted = [each["f1"] for each in classes.values() if each["count"]]
    return {
        "count": len(found),
        "accuracy": _share(each.right for each in found),
        "macro_f1": round(sum(counted) / len(counted), 4) if counted else 0.0,
        "calibration_error": calibration_error(found),
        "brier": round(sum((each.sure - each.right) ** 2 for each in found) / len(found), 4),
        "classes": classes,
        "confusion": _confusion(found, outcomes),
        "curve": curve(found),
        "decisions": _decisions(found, outcomes[-1]),
    }


def calibration_error(found: Sequence[Judged]) -> float:
    """The expected calibration error over ten bins of equal count."""
    ranked = sorted(found, key=lambda each: each.sure)
    edges = [round(len(ranked) * step / BINS) for step in range(BINS + 1)]
    bins = [ranked[start:end] for start, end in pairwise(edges) if end > start]
    off = sum(abs(sum(each.sure for each in part) - sum(each.right for each in part)) for part in bins)
    return round(off / len(ranked), 4)


def curve(found: Sequence[Judged]) -> list[dict[str, float]]:
    """The precision of the surest share of the verdicts, for growing shares, with the certainty it takes."""
    ranked = sorted(found, key=lambda each: -each.sure)
    points = []
    for coverage in COVERAGES:
        if surest := ranked[: round(coverage * len(ranked))]:
            precision = _share(each.right for each in surest)
            points.append({"coverage": coverage, "precision": precision, "certainty": round(surest[-1].sure, 4)})
    return points


def _of_class(found: Sequence[Judged], outcome: str) -> dict[str, float]:
    hits = sum(each.right for each in found if each.verdict == outcome)
    said, there = sum(each.verdict == outcome for each in found), sum(each.answer == outcome for each in found)
    return {
        "precision": round(hits / said, 4) if said else 0.0,
        "recall": round(hits / there, 4) if there else 0.0,
        "f1": round(2 * hits / (said + there), 4) if said + there else 0.0,
        "count": there,
    }


def _confusion(found: Sequence[Judged], outcomes: Sequence[str]) -> dict[str, dict[str, int]]:
    pairs = Counter((each.answer, each.verdict) for each in found)
    return {answer: {verdict: pairs[answer, verdict] for verdict in outcomes} for answer in outcomes}


def _decisions(found: Sequence[Judged], off_topic: str) -> dict[str, float]:
    published = [each for each in found if each.decision == "publish"]
    dropped = [each for each in found if each.decision == "off-topic"]
    right, relevant = sum(each.right for each in published), sum(each.answer != off_topic for each in found)
    return {
        "published": len(published),
        "published_right": right,
        "published_precision": _share(each.right for each in published),
        "published_lower_bound": round(lower_bound(right, len(published)), 4),
        "dropped": len(dropped),
        "dropped_relevant": sum(not each.right for each in dropped),
        "relevant": relevant,
        "review": len(found) - len(published) - len(dropped),
    }


def _share(values: Iterable[bool]) -> float:
    listed = list(values)
    return round(sum(listed) / len(listed), 4) if listed else 0.0


def lines(told: dict[str, Any]) -> Iterator[str]:
    """The figures as lines to read."""
    yield f"{told['count']} items: accuracy {told['accuracy']:.3f}, macro F1 {told['macro_f1']:.3f}, " + (
        f"calibration error {told['calibration_error']:.3f}, Brier {told['brier']:.3f}"
    )
    made = told["decisions"]
    yield (
        f"published {made['published']}, of which right {made['published_precision']:.3f} "
        f"(at least {made['published_lower_bound']:.3f}); for a person {made['review']}; "
        f"dropped {made['dropped']}, of which relevant {made['dropped_relevant']} of {made['relevant']}"
    )
    yield ""
    yield f"{'':<40} precision  recall     F1  items"
    for outcome, each in told["classes"].items():
        yield f"{outcome:<40} {each['precision']:9.3f} {each['recall']:7.3f} {each['f1']:6.3f} {each['count']:6}"
    yield ""
    yield "answer (row), verdict (column)"
    for answer, row in told["confusion"].items():
        yield f"{answer:<40} " + " ".join(f"{count:5}" for count in row.values())
    yield ""
    yield "surest share  precision  certainty"
    for point in told["curve"][1::2]:
        yield f"{point['coverage']:12.0%} {point['precision']:10.3f} {point['certainty']:10.3f}"


WIDTH, HEIGHT, EDGE = 640, 400, 60


def svg(told: dict[str, Any], title: str) -> str:
    """The curve as a drawing: how right the surest share is, for growing shares."""
    points = told["curve"]
    floor = min([0.5, *(point["precision"] for point in points)])

    def place(coverage: float, precision: float) -> str:
        across = EDGE + coverage * (WIDTH - 2 * EDGE)
        down = HEIGHT - EDGE - (precision - floor) / (1 - floor) * (HEIGHT - 2 * EDGE)
        return f"{across:.1f},{down:.1f}"

    grid = [floor + (1 - floor) * step / 5 for step in range(6)]
    rows = [(place(0, each).split(",")[1], f"{each:.2f}") for each in grid]
    columns = [(place(share / 5, floor).split(",")[0], f"{share * 20}%") for share in range(6)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="13" role="img"><title>{escape(title)}</title>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{EDGE}" y="30" font-size="15">{escape(title)}</text>',
        *(f'<path d="M{EDGE} {y}H{WIDTH - EDGE}" stroke="#ccc"/>' for y, _ in rows),
        *(f'<text x="{EDGE - 8}" y="{y}" text-anchor="end" dy="4">{text}</text>' for y, text in rows),
        *(f'<text x="{x}" y="{HEIGHT - EDGE + 20}" text-anchor="middle">{text}</text>' for x, text in columns),
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 15}" text-anchor="middle">surest share of the items; up: how many of them '
        "are right</text>",
        '<polyline fill="none" stroke="#154273" stroke-width="2.5" points="'
        + " ".join(place(point["coverage"], point["precision"]) for point in points)
        + '"/>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
