"""Decisions about stories. A decision names its story, is written with the event that it causes, and outlives polls."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.model import State
from aggregator.store import Store, decisions, stories
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """What came of a decision: the stories that it changed, and the addresses that name no story."""

    changed: tuple[str, ...]
    unknown: tuple[str, ...]


def publish(store: Store, slugs: Iterable[str], actor: str, now: datetime, reason: str = "") -> Decided:
    """Let stories into the feeds, now if they were never in them."""

    def change(row: StoryRow) -> StoryRow:
        return replace(
            row,
            state=State.PUBLISHED,
            reason=reason,
            released=row.released or now,
            updated=row.updated or now,
        )

    return _decide(store, slugs, change, State.PUBLISHED.value, actor, now, reason)


def reject(store: Store, slugs: Iterable[str], actor: str, now: datetime, reason: str = "") -> Decided:
    """Keep stories out; what was public before is withdrawn instead."""

    def change(row: StoryRow) -> StoryRow:
        state = State.REJECTED if row.released is None else State.WITHDRAWN
        return replace(row, state=state, reason=reason)

    return _decide(store, slugs, change, State.REJECTED.value, actor, now, reason)


def set_theme(
    store: Store, slugs: Iterable[str], theme: str | None, second: str | None, actor: str, now: datetime
) -> Decided:
    """Give stories another theme. Readers see it, so it counts as an update of what is out."""

    def change(row: StoryRow) -> StoryRow:
        tags = replace(row.tags, theme=theme, second_theme=second, off_topic=False)
        return replace(row, tags=tags, updated=row.updated and now)

    return _decide(store, slugs, change, "theme", actor, now, "")


def _decide(
    store: Store,
    slugs: Iterable[str],
    change: Callable[[StoryRow], StoryRow],
    kind: str,
    actor: str,
    now: datetime,
    reason: str,
) -> Decided:
    changed, unknown = [], []
    with store.append() as transaction:
        for slug in slugs:
            row = stories.row_by_slug(transaction, slug)
            if row is None:
                unknown.append(slug)
                continue
            new = change(row)
            event = Event(at=now, kind=kind, actor=actor, reason=reason)
            seq = stories.apply(transaction, [(row, new)], event)
            decisions.record(
                transaction, story_id=row.id, kind=kind, value=new.fields(), actor=actor, at=now, event_seq=seq
            )
            if seq is not None:
                changed.append(slug)
    return Decided(changed=tuple(changed), unknown=tuple(unknown))
