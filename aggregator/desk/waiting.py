"""What waits: it comes back on the day that was named, is asked once more after a month, and is archived after two."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from aggregator.desk import decide
from aggregator.model import State
from aggregator.policy.waiting import ARCHIVE, ASKED_AGAIN, PATIENCE, after_waiting, is_due
from aggregator.store import Store, Transaction, decisions, events, queue, stories
from aggregator.store.events import Event

AT_ONCE = 500  # stories that one transaction looks at


def bring_back(store: Store, now: datetime) -> int:
    """Lay what was put off until now before the editors again; returns how many stories."""
    with store.append() as transaction:
        waiting = stories.rows(transaction, queue.put_off(transaction))
        put_off = decisions.last_of_kind(transaction, waiting, decide.LATER)
        due = {
            number: each for number, each in put_off.items() if is_due(datetime.fromisoformat(each.value["until"]), now)
        }
        changes = [
            (row, replace(row, state=State.HELD, reason=due[number].value["waited_for"]))
            for number, row in waiting.items()
            if number in due
        ]
        stories.apply(transaction, changes, Event(at=now, kind=State.HELD.value))
        for each in due.values():
            decisions.end(transaction, each.id, now)
    return len(changes)


def ask_again(store: Store, now: datetime) -> tuple[int, int]:
    """Ask once more for what waits for a month, and archive what was asked for twice; returns how many of each."""
    with store.read() as transaction:
        waiting = queue.waiting(transaction, now - PATIENCE)
    numbers = sorted(waiting)
    reasons: list[str] = []
    for start in range(0, len(numbers), AT_ONCE):
        with store.append() as transaction:
            reasons += _ask_again(transaction, {each: waiting[each] for each in numbers[start : start + AT_ONCE]}, now)
    return reasons.count(ASKED_AGAIN), reasons.count(ARCHIVE)


def _ask_again(transaction: Transaction, waiting: Mapping[int, datetime], now: datetime) -> list[str]:
    held_since = events.last_held(transaction, waiting)
    changes = [
        (row, replace(row, reason=after_waiting(row.reason, held_since.get(number, waiting[number]), now)))
        for number, row in stories.rows(transaction, waiting).items()
        if queue.is_open(row)  # nobody decided meanwhile
    ]
    stories.apply(transaction, changes, Event(at=now, kind=State.HELD.value))
    return [new.reason for old, new in changes if old != new]
