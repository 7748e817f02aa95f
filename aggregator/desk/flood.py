"""The card of a flood: what a source suddenly brought by the dozen comes in, or what of it is dated, or stays known."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from aggregator.model import Source, State
from aggregator.policy.admission import ARCHIVE, FLOOD, FURTHEST_AHEAD
from aggregator.store import Store, decisions, sources, stories
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow

Choice = Literal["all", "dated", "none"]
CHOICES: Mapping[str, Choice] = {"all": "all", "dated": "dated", "none": "none"}
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

    "dated" publishes what is dated within the last `days`; "all" also what has no date, an older or an odd one.
    """
    since = now - timedelta(days=days)
    group = uuid4().hex
    with store.append() as transaction:
        waiting = stories.held_of_source(transaction, source_id, FLOOD)
        dates = stories.stated_dates(transaction, [row.id for row in waiting])
        source = sources.by_id(transaction, [source_id]).get(source_id)
        is_let_in = {
            row.id for row in waiting if _is_fit(row, source) and _is_chosen(dates.get(row.id), choice, since, now)
        }
        changes = [(row, _let_in(row, now) if row.id in is_let_in else replace(row, reason=ARCHIVE)) for row in waiting]
        kinds = [new.state.value for _, new in changes]
        seq = stories.apply(transaction, changes, Event(at=now, kind="", actor=actor, group_id=group), kinds)
        decided = [(row.id, seq + n) for n, row in enumerate(waiting)] if seq else []
        decisions.record_many(transaction, decided, decisions.FLOOD, {}, actor=actor, at=now, group=group)
    published = kinds.count(State.PUBLISHED.value)
    return published, len(kinds) - published


def _is_fit(row: StoryRow, source: Source | None) -> bool:
    """Whether a story may be seen: its tags say so, or its partner is taken at its word."""
    return row.tags.decision == "publish" or (source is not None and source.relevance == "all")


def _is_chosen(dated: datetime | None, choice: Choice, since: datetime, now: datetime) -> bool:
    return choice == "all" or (choice == "dated" and dated is not None and since <= dated <= now + FURTHEST_AHEAD)


def _let_in(row: StoryRow, now: datetime) -> StoryRow:
    return replace(row, state=State.PUBLISHED, reason=DECIDED, released=now, updated=now)
