"""News at a time: published when the embargo ends, and first on the news page until a date."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from aggregator.model import State
from aggregator.policy.timing import due
from aggregator.store import Store, Transaction, decisions, events, stories
from aggregator.store.decisions import Decision, planned_at
from aggregator.store.events import SYSTEM, Event
from aggregator.store.stories import StoryRow
from aggregator.store.tables import EPOCH, MICROSECOND

WAITING = (State.HELD, State.LATER, State.SCHEDULED, State.OFF_TOPIC, State.REJECTED)
PINNED, UNPINNED = "pinned", "unpinned"
EMBARGO_OVER = "embargo over"


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """What came of it: whether it is planned so now. With `conflicts` other people were ahead; nothing was written."""

    is_done: bool = False
    conflicts: tuple[Event, ...] = ()


def schedule(store: Store, slug: str, at: datetime, actor: str, now: datetime, seen: int | None = None) -> Planned:
    """Have a story published at a time; not done for one that is out already, or that nobody knows."""
    with store.append() as transaction:
        row = stories.row_by_slug(transaction, slug)
        if row is None or row.state not in WAITING or row.released is not None:
            return Planned()
        if ahead := events.by_others(transaction, row.id, seen, actor):
            return Planned(conflicts=tuple(ahead))
        event = Event(at=now, kind=State.SCHEDULED.value, story_id=row.id, actor=actor)
        new = replace(row, state=State.SCHEDULED, reason="")
        seq = stories.apply(transaction, [(row, new)], event) or events.append(transaction, [event])
        value = {"state": State.SCHEDULED.value, "reason": "", "at": _micros(at)}
        _say(transaction, row, decisions.SCHEDULE, value, actor, now, seq)
    return Planned(is_done=True)


def pin(store: Store, slug: str, until: datetime | None, actor: str, now: datetime, seen: int | None = None) -> Planned:
    """Show a story first on the news page until a time; None ends it. Not done for one that is erased or unknown."""
    with store.append() as transaction:
        row = stories.row_by_slug(transaction, slug)
        if row is None or row.reason == stories.ERASED:
            return Planned()
        if ahead := events.by_others(transaction, row.id, seen, actor):
            return Planned(conflicts=tuple(ahead))
        kind = PINNED if until else UNPINNED
        seq = events.append(transaction, [Event(at=now, kind=kind, story_id=row.id, actor=actor)])
        _say(transaction, row, decisions.PIN, {"until": _micros(until) if until else None}, actor, now, seq)
    return Planned(is_done=True)


def let_out(store: Store, now: datetime) -> int:
    """Publish what was planned for now, and end the pins that are over; returns how many stories that changed."""
    with store.read() as transaction:
        waits = _due(transaction, now) or due(decisions.pinned(transaction), now)
    if not waits:
        return 0
    with store.append() as transaction:
        out = _due(transaction, now)
        _publish(transaction, out, now)
        over = due(decisions.pinned(transaction), now)
        for number in over:
            decisions.end_of(transaction, decisions.STORY, str(number), now, decisions.PIN)
        if over:
            events.append(transaction, [Event(at=now, kind=UNPINNED, story_id=number) for number in over])
    return len(out) + len(over)


def _due(transaction: Transaction, now: datetime) -> dict[int, Decision]:
    plans = decisions.scheduled(transaction)
    return {number: plans[number] for number in due({n: planned_at(plan) for n, plan in plans.items()}, now)}


def _publish(transaction: Transaction, plans: Mapping[int, Decision], now: datetime) -> None:
    """Publish by the word of who planned it: undone together with the plan."""
    for number, row in stories.rows(transaction, plans).items():
        new = replace(row, state=State.PUBLISHED, reason=EMBARGO_OVER, released=now, updated=now)
        event = Event(at=now, kind=State.PUBLISHED.value, actor=SYSTEM, reason=EMBARGO_OVER)
        decisions.record(
            transaction,
            story_id=number,
            kind="publish",
            value={"state": State.PUBLISHED.value, "reason": EMBARGO_OVER},
            actor=plans[number].actor,
            at=now,
            event_seq=stories.apply(transaction, [(row, new)], event),
            group=plans[number].group,
        )


def _say(
    transaction: Transaction, row: StoryRow, kind: str, value: dict[str, Any], actor: str, now: datetime, seq: int
) -> None:
    """Write it down over what was said before, which holds again when this is undone."""
    decisions.record(
        transaction,
        story_id=row.id,
        kind=kind,
        value=value,
        actor=actor,
        at=now,
        event_seq=seq,
        group=uuid4().hex,
    )


def _micros(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND
