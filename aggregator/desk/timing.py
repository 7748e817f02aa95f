"""News at a time: published when the embargo ends, and first on the news page until a date."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from aggregator.model import State
from aggregator.policy.timing import due
from aggregator.store import Store, Transaction, decisions, events, stories
from aggregator.store.events import SYSTEM, Event
from aggregator.store.stories import StoryRow
from aggregator.store.tables import EPOCH, MICROSECOND

WAITING = (State.HELD, State.LATER, State.SCHEDULED, State.OFF_TOPIC, State.REJECTED)
PINNED, UNPINNED = "pinned", "unpinned"
EMBARGO_OVER = "embargo over"


def schedule(store: Store, slug: str, at: datetime, actor: str, now: datetime) -> bool:
    """Have a story published at a time; False for one that is out already, or that nobody knows."""
    with store.append() as transaction:
        row = stories.row_by_slug(transaction, slug)
        if row is None or row.state not in WAITING or row.released is not None:
            return False
        event = Event(at=now, kind=State.SCHEDULED.value, story_id=row.id, actor=actor)
        new = replace(row, state=State.SCHEDULED, reason="")
        seq = stories.apply(transaction, [(row, new)], event) or events.append(transaction, [event])
        value = {"state": State.SCHEDULED.value, "reason": "", "at": _micros(at)}
        _say(transaction, row, decisions.SCHEDULE, value, actor, now, seq)
    return True


def pin(store: Store, slug: str, until: datetime | None, actor: str, now: datetime) -> bool:
    """Show a story first on the news page until a time; None ends it. False when nobody knows the story."""
    with store.append() as transaction:
        row = stories.row_by_slug(transaction, slug)
        if row is None:
            return False
        kind = PINNED if until else UNPINNED
        seq = events.append(transaction, [Event(at=now, kind=kind, story_id=row.id, actor=actor)])
        value = {"until": _micros(until)} if until else None
        _say(transaction, row, decisions.PIN, value, actor, now, seq)
    return True


def let_out(store: Store, now: datetime) -> int:
    """Publish what was planned for now, and end the pins that are over; returns how many stories that changed."""
    with store.read() as transaction:
        waits = due(decisions.scheduled(transaction), now) or due(decisions.pinned(transaction), now)
    if not waits:
        return 0
    with store.append() as transaction:
        planned = decisions.in_force(transaction, decisions.SCHEDULE)
        out = due(decisions.scheduled(transaction), now)
        over = due(decisions.pinned(transaction), now)
        pinned = decisions.in_force(transaction, decisions.PIN)
        for number in out:
            decisions.end(transaction, planned[number]["id"], now)
        for number in over:
            decisions.end(transaction, pinned[number]["id"], now)
        rows = stories.rows(transaction, out)
        leaving = [row for row in rows.values() if row.state is State.SCHEDULED]
        _publish(transaction, leaving, {number: planned[number]["actor"] for number in out}, now)
        if over:
            events.append(transaction, [Event(at=now, kind=UNPINNED, story_id=number) for number in over])
    return len(leaving) + len(over)


def _publish(transaction: Transaction, rows: list[StoryRow], actors: Mapping[int, str], now: datetime) -> None:
    for row in rows:
        new = replace(row, state=State.PUBLISHED, reason=EMBARGO_OVER, released=now, updated=now)
        event = Event(at=now, kind=State.PUBLISHED.value, actor=SYSTEM, reason=EMBARGO_OVER)
        seq = stories.apply(transaction, [(row, new)], event)
        value = {"state": State.PUBLISHED.value, "reason": EMBARGO_OVER}
        decisions.record(
            transaction, story_id=row.id, kind="publish", value=value, actor=actors[row.id], at=now, event_seq=seq
        )


def _say(
    transaction: Transaction,
    row: StoryRow,
    kind: str,
    value: dict[str, Any] | None,
    actor: str,
    now: datetime,
    seq: int,
) -> None:
    decisions.end_of(transaction, decisions.STORY, str(row.id), now, kind)
    if value is not None:
        decisions.record(transaction, story_id=row.id, kind=kind, value=value, actor=actor, at=now, event_seq=seq)


def _micros(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND
