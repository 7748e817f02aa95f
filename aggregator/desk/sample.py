"""The weekly sample of automatic decisions, unmarked: nothing relevant is lost unseen, and figures flatter nobody."""

from datetime import datetime, timedelta

from aggregator.policy.admission import ALL_OF_SOURCE, SURE
from aggregator.policy.sampling import draw, week_of
from aggregator.store import Store, samples, stories

WEEK = timedelta(days=7)


def draw_weekly(store: Store, now: datetime, size: int) -> int:
    """Draw this week's sample, once, of what was decided without a person since the last one; how many were drawn."""
    with store.write() as transaction:
        last = samples.last_drawn(transaction)
        if not size or (last is not None and week_of(last) >= week_of(now)):
            return 0
        since = max(last, now - 4 * WEEK) if last else now - WEEK
        found = samples.automatic(transaction, since, now, (SURE, ALL_OF_SOURCE))
        decided = stories.decided(transaction, [each.story_id for kind in found.values() for each in kind])
        known = {each.story_id: each for kind in found.values() for each in kind if each.story_id not in decided}
        numbers = {kind: [each.story_id for each in rows if each.story_id in known] for kind, rows in found.items()}
        chosen = draw(numbers, size, week_of(now))
        samples.put(transaction, [known[number] for number in chosen])
    return len(chosen)
