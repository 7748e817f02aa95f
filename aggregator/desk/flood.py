"""The card of a flood: what a source suddenly brought by the dozen comes in, or what of it is dated, or stays known."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from aggregator.model import State
from aggregator.policy.admission import ARCHIVE, FLOOD
from aggregator.store import Store, stories
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow

Choice = Literal["all", "dated", "none"]
DECIDED = "flood let in"


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A flood that waits: how many stories of which source."""

    source_id: str
    stories: int


def cards(store: Store) -> list[Card]:
    """The floods that wait for an editor, the largest first."""
    with store.read() as transaction:
        counted = stories.held_by_source(transaction, FLOOD)
    return [
        Card(source_id=source, stories=count) for source, count in sorted(counted.items(), key=lambda each: -each[1])
    ]


def settle(store: Store, source_id: str, choice: Choice, actor: str, now: datetime, *, days: int) -> tuple[int, int]:
    """Decide a flood; returns how many stories were published, and how many are kept as known.

    "dated" publishes what is dated within the last `days`; "all" also what has no date or an older one.
    """
    since = now - timedelta(days=days)
    group = uuid4().hex
    with store.append() as transaction:
        waiting = stories.held_of_source(transaction, source_id, FLOOD)
        dates = stories.stated_dates(transaction, [row.id for row in waiting])
        changes = [(row, _settled(row, dates.get(row.id), choice, since, now)) for row in waiting]
        kinds = [new.state.value for _, new in changes]
        stories.apply(transaction, changes, Event(at=now, kind="", actor=actor, group_id=group), kinds)
    published = kinds.count(State.PUBLISHED.value)
    return published, len(kinds) - published


def _settled(row: StoryRow, dated: datetime | None, choice: Choice, since: datetime, now: datetime) -> StoryRow:
    is_let_in = choice == "all" or (choice == "dated" and dated is not None and since <= dated)
    if not is_let_in or row.tags.decision != "publish":
        return replace(row, reason=ARCHIVE)
    return replace(row, state=State.PUBLISHED, reason=DECIDED, released=now, updated=now)
