"""The log: what happened, once, for ever; and the state that follows from it.

An event's `before` and `after` hold the fields of the story that changed, and `item` when an item came to a story.
Nothing here holds a text of a partner: texts may have to be erased, the log not.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from aggregator.model import State
from aggregator.store.database import Transaction, take_numbers
from aggregator.store.items import parts
from aggregator.store.tables import event

SYSTEM = "service"
LOOK_BACK = 5_000  # events that one page of the log looks at


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One line of the log.

    `kind`: taken-in, joined, split, merged, origin, revised, reused, reopened, retagged, edited, pinned, unpinned,
    pictured, added, undone (with the group that it undoes), or the state that a decision led to.
    """

    at: datetime
    kind: str
    story_id: int | None = None
    item_id: int | None = None
    actor: str = SYSTEM
    reason: str = ""
    group_id: str | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    seq: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Folded:
    """What the log says now: fields per story, and the story of each item."""

    stories: dict[int, dict[str, Any]]
    story_of: dict[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some events, latest first; the next page holds those before `next_before`, 0 when there is none."""

    events: list[Event]
    next_before: int


def append(transaction: Transaction, events: Sequence[Event]) -> int:
    """Write events in order; returns the seq of the first. The transaction must come from `Store.append`."""
    first = take_numbers(transaction, "event", len(events))
    rows = [
        {
            "seq": first + n,
            "at": each.at,
            "story_id": each.story_id,
            "item_id": each.item_id,
            "kind": each.kind,
            "actor": each.actor,
            "reason": each.reason,
            "group_id": each.group_id,
            "before": each.before,
            "after": each.after,
        }
        for n, each in enumerate(events)
    ]
    transaction.execute(insert(event), rows)
    return first


def since(transaction: Transaction, seq: int, limit: int | None = None) -> list[Event]:
    """Events after `seq`, in order."""
    query = select(event).where(event.c.seq > seq).order_by(event.c.seq).limit(limit)
    return [Event(**row._mapping) for row in transaction.execute(query)]


def last_seq(transaction: Transaction) -> int:
    """The seq of the latest event, 0 for an empty log."""
    return transaction.execute(select(func.max(event.c.seq))).scalar() or 0


def between(transaction: Transaction, first: int, last: int) -> list[Event]:
    """The events from one seq to another, both included, in order."""
    query = select(event).where(event.c.seq >= first, event.c.seq <= last).order_by(event.c.seq)
    return [Event(**row._mapping) for row in transaction.execute(query)]


def homes_before(transaction: Transaction, item_ids: Iterable[int], seq: int) -> dict[int, int]:
    """The story that each of these items belonged to before event `seq`."""
    found: dict[int, int] = {}
    for part in parts(item_ids):
        query = select(event.c.item_id, event.c.story_id).where(
            event.c.item_id.in_(part), event.c.story_id.is_not(None), event.c.seq < seq
        )
        rows = transaction.execute(query.order_by(event.c.seq))
        found |= {item: story for item, story in rows if item is not None and story is not None}
    return found


def spoken_of(transaction: Transaction, seq: int) -> list[Event]:
    """Events after `seq`, in order, with no more than release asks of them: which story, and what it was `before`."""
    query = select(event.c.seq, event.c.at, event.c.kind, event.c.story_id, event.c.before)
    rows = transaction.execute(query.where(event.c.seq > seq).order_by(event.c.seq))
    return [Event(**row._mapping) for row in rows]


def born_after(transaction: Transaction, story_ids: Iterable[int], seq: int) -> set[int]:
    """Those of these stories that the log did not know at `seq`."""
    found: set[int] = set()
    for part in parts(story_ids):
        query = select(event.c.story_id).where(event.c.story_id.in_(part)).group_by(event.c.story_id)
        born = transaction.execute(query.having(func.min(event.c.seq) > seq)).scalars()
        found.update(number for number in born if number is not None)
    return found


def of_story(transaction: Transaction, story_id: int) -> list[Event]:
    """Everything that ever happened to one story, in order."""
    query = select(event).where(event.c.story_id == story_id).order_by(event.c.seq)
    return [Event(**row._mapping) for row in transaction.execute(query)]


def by_seq(transaction: Transaction, seqs: Collection[int]) -> list[Event]:
    """These events, in order."""
    found = []
    for part in parts(seqs):
        found += [Event(**row._mapping) for row in transaction.execute(select(event).where(event.c.seq.in_(part)))]
    return sorted(found, key=lambda each: each.seq)


def versions(transaction: Transaction, story_ids: Iterable[int]) -> dict[int, int]:
    """The seq of the last event about each story: what an editor has seen of it."""
    found: dict[int, int] = {}
    for part in parts(story_ids):
        query = select(event.c.story_id, func.max(event.c.seq)).where(event.c.story_id.in_(part))
        rows = transaction.execute(query.group_by(event.c.story_id))
        found |= {number: value for number, value in rows if number is not None}
    return found


def has_human_after(transaction: Transaction, seq: int) -> bool:
    """Whether a person did something to a story after `seq`."""
    query = select(event.c.seq).where(event.c.seq > seq, event.c.actor != SYSTEM, event.c.story_id.is_not(None))
    return transaction.execute(query.limit(1)).scalar() is not None


def by_others(transaction: Transaction, story_id: int, seq: int | None, actor: str) -> list[Event]:
    """What other people did about a story after `seq` (None: nobody asks); the program by itself overtakes nobody."""
    if seq is None:
        return []
    query = select(event).where(event.c.story_id == story_id, event.c.seq > seq, event.c.actor.not_in((SYSTEM, actor)))
    return [Event(**row._mapping) for row in transaction.execute(query.order_by(event.c.seq))]


def last_held(transaction: Transaction, story_ids: Iterable[int]) -> dict[int, datetime]:
    """When each of these stories was last laid before the editors by an event of its own."""
    found: dict[int, datetime] = {}
    for part in parts(story_ids):
        query = select(event.c.story_id, func.max(event.c.at)).where(
            event.c.story_id.in_(part), event.c.kind == State.HELD.value
        )
        rows = transaction.execute(query.group_by(event.c.story_id))
        found |= {number: value for number, value in rows if number is not None}
    return found


def stories_of_item(transaction: Transaction, item_id: int) -> list[int]:
    """The stories that an item belonged to, in order."""
    query = select(event.c.story_id).where(event.c.item_id == item_id, event.c.kind.in_(("taken-in", "joined")))
    return [number for number in transaction.execute(query.order_by(event.c.seq)).scalars() if number is not None]


def last_seq_of(transaction: Transaction, story_id: int) -> int:
    """The seq of the latest event about a story: the version of it that a page shows. 0 for none."""
    query = select(func.max(event.c.seq)).where(event.c.story_id == story_id)
    return transaction.execute(query).scalar() or 0


def last_of(transaction: Transaction, story_id: int, kind: str) -> Event:
    """The latest event of a kind about a story, which must be there."""
    query = select(event).where(event.c.story_id == story_id, event.c.kind == kind).order_by(event.c.seq.desc())
    return Event(**transaction.execute(query.limit(1)).one()._mapping)


def latest(transaction: Transaction, limit: int, *, before: int | None = None, kind: str = "", actor: str = "") -> Page:
    """The last events before seq `before`, latest first, of this kind and by this actor ("" for any).

    However rare what is asked for: a page looks at no more than `LOOK_BACK` events; the next one goes on from there.
    """
    top = transaction.execute(select(func.max(event.c.seq))).scalar() or 0
    end = min(top + 1, before) if before is not None else top + 1
    floor = max(end - LOOK_BACK, 1)
    query = select(event).where(event.c.seq < end, event.c.seq >= floor).order_by(event.c.seq.desc()).limit(limit)
    if kind:
        query = query.where(event.c.kind == kind)
    if actor:
        query = query.where(event.c.actor == actor)
    found = [Event(**row._mapping) for row in transaction.execute(query)]
    rest = found[-1].seq if len(found) == limit else floor
    return Page(events=found, next_before=rest if rest > 1 else 0)


def fold(events: Iterable[Event]) -> Folded:
    """The state that follows from a whole log, in order."""
    stories: dict[int, dict[str, Any]] = {}
    story_of: dict[int, int] = {}
    for each in events:
        if each.story_id is not None:
            stories.setdefault(each.story_id, {}).update(each.after)
        if each.item_id is not None and each.story_id is not None:
            story_of[each.item_id] = each.story_id
    return Folded(stories=stories, story_of=story_of)
