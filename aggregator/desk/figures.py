"""How the tagger does in practice, from the sample only; and what of its rules is idle or contradicts itself."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any

from aggregator.store import Store, items, samples, stories
from aggregator.tag.lexicon import Rules
from aggregator.tag.upkeep import Usage, conflicts
from aggregator.tagging import SAMPLED_DAYS, text_of

IDLE_DAYS, IDLE_ITEMS, BATCH = 90, 20_000, 400
DRIFT_DAYS = 365


def practice(store: Store, off_topic: str, now: datetime) -> dict[str, Any]:
    """Figures of looked-at decisions, the share that is decided without a person, and both per source and month."""
    with store.read() as transaction:
        drawn = samples.decided(transaction, now - timedelta(days=SAMPLED_DAYS))
        rows = stories.verdicts(transaction, now - timedelta(days=DRIFT_DAYS))
    confusion: dict[str, Counter[str]] = defaultdict(Counter)
    for each in drawn:
        confusion[each.verdict or off_topic][each.theme or off_topic] += 1
    told: dict[str, Any] = {"looked_at": len(drawn)}
    for kind in (samples.PUBLISHED, samples.DROPPED):
        found = [each for each in drawn if each.kind == kind]
        right = sum(each.verdict == each.theme for each in found)
        told[f"{kind}_right"] = f"{right} of {len(found)}" if found else "nobody looked yet"
    recent = [verdict for at, _, verdict, _ in rows if at >= now - timedelta(days=IDLE_DAYS)]
    told["coverage"] = _share(sum(each != "review" for each in recent), len(recent))
    told["confusion"] = {answer: dict(found) for answer, found in sorted(confusion.items())}
    told["drift"] = _drift(rows)
    return told


def _drift(rows: list[tuple[datetime, str, str, float]]) -> list[dict[str, Any]]:
    """Per source and month: how much is decided which way, and how sure."""
    groups: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    for at, source_id, verdict, score in rows:
        groups[source_id, f"{at:%Y-%m}"].append((verdict, score))
    return [
        {"source": source_id, "month": month, "stories": len(found)}
        | {
            kind: _share(sum(verdict == kind for verdict, _ in found), len(found))
            for kind in ("publish", "review", "off-topic")
        }
        | {"certainty": _share(sum(score for _, score in found), len(found))}
        for (source_id, month), found in sorted(groups.items())
    ]


def upkeep(store: Store, rules: Rules, now: datetime) -> list[dict[str, Any]]:
    """What of themes.toml contradicts itself, and what did nothing in the items of the last 90 days."""
    usage = Usage(rules)
    with store.read() as transaction:
        numbers = items.seen_since(transaction, now - timedelta(days=IDLE_DAYS), limit=IDLE_ITEMS)
    for start in range(0, len(numbers), BATCH):
        with store.read() as transaction:
            found = items.load_items(transaction, numbers[start : start + BATCH])
        for item in found.values():
            usage.note(item.entry.title, text_of(item.entry))
    return [*conflicts(rules), *(usage.idle() if numbers else ())]


def _share(part: float, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
