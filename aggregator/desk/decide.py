"""Decisions about stories. A decision names its story, is written with the event that it causes, and outlives polls."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from aggregator.model import State
from aggregator.store import Store, Transaction, decisions, models, samples, stories
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow

OFF_TOPIC = "off-topic"  # a rejection for this reason teaches that such news is not ours
PUBLIC = (State.PUBLISHED, State.WITHDRAWN)  # the world has seen it


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """What came of a decision: the stories that it changed, and the addresses that name no story."""

    changed: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Decision:
    kind: str
    fields: tuple[str, ...]  # what of a story it decides
    actor: str
    at: datetime
    reason: str = ""


def publish(store: Store, slugs: Iterable[str], actor: str, now: datetime, reason: str = "") -> Decided:
    """Let stories into the feeds, now if they were never in them."""

    def change(row: StoryRow) -> StoryRow:
        tags = replace(row.tags, off_topic=False)
        moved = replace(_moved(row, State.PUBLISHED, reason), tags=tags)
        return replace(moved, released=row.released or now, updated=row.updated or now)

    decision = _Decision(kind="publish", fields=("state", "reason"), actor=actor, at=now, reason=reason)
    return _decide(store, slugs, change, decision)


def reject(store: Store, slugs: Iterable[str], actor: str, now: datetime, reason: str = "") -> Decided:
    """Keep stories out; what was public before is withdrawn instead."""

    def change(row: StoryRow) -> StoryRow:
        was_public = row.released is not None or row.state in PUBLIC
        return _moved(row, State.WITHDRAWN if was_public else State.REJECTED, reason)

    decision = _Decision(kind="reject", fields=("state", "reason"), actor=actor, at=now, reason=reason)
    return _decide(store, slugs, change, decision)


def off_topic(store: Store, slugs: Iterable[str], actor: str, now: datetime) -> Decided:
    """Say that stories are not technical-education news: kept out, or withdrawn, and learned from."""

    def change(row: StoryRow) -> StoryRow:
        was_public = row.released is not None or row.state in PUBLIC
        moved = _moved(row, State.WITHDRAWN if was_public else State.REJECTED, OFF_TOPIC)
        return replace(moved, tags=replace(row.tags, off_topic=True))

    fields = ("state", "reason", "off_topic")
    return _decide(store, slugs, change, _Decision(kind="off-topic", fields=fields, actor=actor, at=now))


def set_theme(
    store: Store, slugs: Iterable[str], theme: str | None, second: str | None, actor: str, now: datetime
) -> Decided:
    """Give stories another theme. Readers see it, so it counts as an update of what is out."""

    def change(row: StoryRow) -> StoryRow:
        tags = replace(row.tags, theme=theme, second_theme=second, off_topic=False)
        seen = (theme, second) != (row.tags.theme, row.tags.second_theme)
        return replace(row, tags=tags, updated=now if row.updated and seen else row.updated)

    decision = _Decision(kind="theme", fields=("theme", "second_theme"), actor=actor, at=now)
    return _decide(store, slugs, change, decision)


def _moved(row: StoryRow, state: State, reason: str) -> StoryRow:
    """A story that stays where it is keeps its reason, unless another is given."""
    return replace(row, state=state, reason=reason if state is not row.state else reason or row.reason)


def _decide(store: Store, slugs: Iterable[str], change: Callable[[StoryRow], StoryRow], decision: _Decision) -> Decided:
    changed, unknown = [], []
    wanted = list(dict.fromkeys(slugs))
    group = uuid4().hex if len(wanted) > 1 else None
    with store.append() as transaction:
        for slug in wanted:
            row = stories.row_by_slug(transaction, slug)
            if row is None:
                unknown.append(slug)
            elif _write(transaction, row, change(row), decision, group):
                changed.append(slug)
    return Decided(changed=tuple(changed), unknown=tuple(unknown))


def _write(transaction: Transaction, row: StoryRow, new: StoryRow, decision: _Decision, group: str | None) -> bool:
    """Write a decision down, also when it agrees with what is: polls leave decided stories alone."""
    kind = "retagged" if decision.kind == "theme" else new.state.value
    event = Event(at=decision.at, kind=kind, actor=decision.actor, reason=decision.reason, group_id=group)
    seq = stories.apply(transaction, [(row, new)], event)
    fields: dict[str, Any] = new.fields()
    decisions.record(
        transaction,
        story_id=row.id,
        kind=decision.kind,
        value={name: fields[name] for name in decision.fields},
        actor=decision.actor,
        at=decision.at,
        event_seq=seq,
    )
    if samples.answer(transaction, row.id, _verdict(new, decision), decision.at):
        models.renew(transaction)
    return seq is not None


def _verdict(row: StoryRow, decision: _Decision) -> str | None:
    """What a decision says that a story is about: a slug or RELEVANT, "" for off-topic, None: nothing."""
    if decision.kind in ("publish", "theme"):
        return row.tags.theme or samples.RELEVANT
    return "" if OFF_TOPIC in (decision.kind, decision.reason) else None
