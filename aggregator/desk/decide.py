"""Decisions about stories. A decision names its story, is written with the event that it causes, and outlives polls.

What is decided at one stroke (a theme and approval, or one thing about many stories) is one group, undone at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from aggregator.model import State
from aggregator.store import Store, Transaction, decisions, events, models, samples, stories
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow

PUBLIC = (State.PUBLISHED, State.WITHDRAWN)  # the world has seen it
PUBLISH, REJECT, THEME, OFF_TOPIC, LATER, STAR = "publish", "reject", "theme", "off-topic", "later", "star"
JUDGES = (PUBLISH, REJECT, THEME, OFF_TOPIC)  # what answers the question that a sampled story puts
# OFF_TOPIC is also the reason of a rejection that teaches that such news is not ours.
BY_AN_EDITOR = "by an editor"  # why a story is off-topic, when a person said so


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """What came of a decision: the stories that it changed, and the addresses that name no story.

    `group` names the stroke. With `conflicts` nothing was written: another person decided about these stories since.
    """

    changed: tuple[str, ...]
    unknown: tuple[str, ...]
    group: str = field(default="", compare=False)
    conflicts: tuple[Event, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """Who decides, when, why, and which event about each story (by slug) was the last that they saw."""

    actor: str
    at: datetime
    reason: str = ""
    seen: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing that can be decided about a story: how it changes it, and what of that is the decision."""

    kind: str
    fields: tuple[str, ...]  # what of a story it decides
    change: Callable[[StoryRow], StoryRow]
    more: Callable[[StoryRow], dict[str, Any]] = lambda _: {}  # what else is written down with it


def publish(store: Store, slugs: Iterable[str], actor: str, now: datetime, reason: str = "") -> Decided:
    """Let stories into the feeds, now if they were never in them."""
    return decide(store, slugs, [publishing(now, reason)], Said(actor=actor, at=now, reason=reason))


def reject(store: Store, slugs: Iterable[str], actor: str, now: datetime, reason: str = "") -> Decided:
    """Keep stories out; what was public before is withdrawn instead."""
    return decide(store, slugs, [rejecting(reason)], Said(actor=actor, at=now, reason=reason))


def set_theme(
    store: Store, slugs: Iterable[str], theme: str | None, second: str | None, actor: str, now: datetime
) -> Decided:
    """Give stories another theme. Readers see it, so it counts as an update of what is out."""
    return decide(store, slugs, [giving_theme(theme, second, now)], Said(actor=actor, at=now))


def off_topic(store: Store, slugs: Iterable[str], actor: str, now: datetime, reason: str = "") -> Decided:
    """Say that stories are not technical-education news: kept out, or withdrawn, and learned from."""
    return decide(store, slugs, [off_topic_step(reason)], Said(actor=actor, at=now, reason=reason))


def later(store: Store, slugs: Iterable[str], actor: str, now: datetime, until: datetime, reason: str = "") -> Decided:
    """Put stories off until a day; then they wait again, for what they waited for before."""
    return decide(store, slugs, [putting_off(until, reason)], Said(actor=actor, at=now, reason=reason))


def publishing(now: datetime, reason: str = "") -> Step:
    """Into the feeds."""

    def change(row: StoryRow) -> StoryRow:
        moved = replace(_moved(row, State.PUBLISHED, reason), tags=replace(row.tags, off_topic=False))
        return replace(moved, released=row.released or now, updated=row.updated or now)

    return Step(kind=PUBLISH, fields=("state", "reason"), change=change)


def rejecting(reason: str = "") -> Step:
    """Out, or not in."""
    return Step(kind=REJECT, fields=("state", "reason"), change=lambda row: _kept_out(row, State.REJECTED, reason))


def off_topic_step(reason: str = "") -> Step:
    """Out, or not in, because it is about something else."""

    def change(row: StoryRow) -> StoryRow:
        kept_out = _kept_out(row, State.OFF_TOPIC, reason or BY_AN_EDITOR)
        return replace(kept_out, tags=replace(row.tags, off_topic=True))

    return Step(kind=OFF_TOPIC, fields=("state", "reason", "off_topic"), change=change)


def giving_theme(theme: str | None, second: str | None, now: datetime) -> Step:
    """Another theme and second theme."""
    return Step(kind=THEME, fields=("theme", "second_theme"), change=lambda row: _themed(row, theme, second, now))


def first_theme(theme: str, now: datetime) -> Step:
    """Another first theme; a second one that is the same goes."""

    def change(row: StoryRow) -> StoryRow:
        second = row.tags.second_theme
        return _themed(row, theme, None if second == theme else second, now)

    return Step(kind=THEME, fields=("theme", "second_theme"), change=change)


def second_theme(theme: str, now: datetime) -> Step:
    """Another second theme; none if it was this one. What is the first theme cannot be the second."""

    def change(row: StoryRow) -> StoryRow:
        tags = row.tags
        if tags.theme is None or tags.theme == theme:
            return row
        return _themed(row, tags.theme, None if tags.second_theme == theme else theme, now)

    return Step(kind=THEME, fields=("theme", "second_theme"), change=change)


def putting_off(until: datetime, reason: str = "") -> Step:
    """Later; what is public cannot wait."""

    def change(row: StoryRow) -> StoryRow:
        return row if row.state in PUBLIC else _moved(row, State.LATER, reason)

    def more(row: StoryRow) -> dict[str, Any]:
        return {"until": until.isoformat(), "waited_for": row.reason}

    return Step(kind=LATER, fields=("state",), change=change, more=more)


def starring() -> Step:
    """For the newsletter; the story stays as it is."""
    return Step(kind=STAR, fields=(), change=lambda row: row)


def decide(store: Store, slugs: Iterable[str], steps: Sequence[Step], said: Said) -> Decided:
    """Take these steps with each of the stories, as one group; or nothing, when another person decided since."""
    wanted = list(dict.fromkeys(slugs))
    group = uuid4().hex
    with store.append() as transaction:
        rows = {slug: stories.row_by_slug(transaction, slug) for slug in wanted}
        known = {slug: row for slug, row in rows.items() if row is not None}
        unknown = tuple(slug for slug in wanted if slug not in known)
        conflicts = _conflicts(transaction, known, said)
        if conflicts:
            return Decided(changed=(), unknown=unknown, conflicts=conflicts)
        is_shared = len(wanted) > 1 or len(steps) > 1
        changed = tuple(
            slug for slug, row in known.items() if _take(transaction, row, steps, said, group, is_shared=is_shared)
        )
    return Decided(changed=changed, unknown=unknown, group=group)


def give_reason(store: Store, group: str, reason: str, actor: str, now: datetime) -> Decided:
    """Say afterwards why stories were rejected at a stroke; it is undone together with it."""
    with store.append() as transaction:
        rejected = [each for each in decisions.of_group(transaction, group, actor) if each.kind == REJECT]
        rows = stories.rows(transaction, [each.story_id for each in rejected])
        said = Said(actor=actor, at=now, reason=reason)
        still = [row for row in rows.values() if row.state in (State.REJECTED, State.WITHDRAWN)]
        for row in still:
            _write(transaction, row, replace(row, reason=reason), rejecting(reason), said, group, group)
    return Decided(changed=tuple(stories.slug_of(row) for row in still), unknown=(), group=group)


def _conflicts(transaction: Transaction, rows: Mapping[str, StoryRow], said: Said) -> tuple[Event, ...]:
    found = (events.by_others(transaction, row.id, said.seen.get(slug), said.actor) for slug, row in rows.items())
    return tuple(event for each in found for event in each)


def _take(
    transaction: Transaction, row: StoryRow, steps: Sequence[Step], said: Said, group: str, *, is_shared: bool
) -> bool:
    has_changed = False
    for step in steps:
        new = step.change(row)
        has_changed |= _write(transaction, row, new, step, said, group, group if is_shared else None)
        row = new
    return has_changed


def _write(
    transaction: Transaction,
    row: StoryRow,
    new: StoryRow,
    step: Step,
    said: Said,
    group: str,
    group_in_log: str | None,
) -> bool:
    """Write a decision down, also when it agrees with what is: polls leave decided stories alone."""
    kind = "retagged" if step.kind == THEME else new.state.value
    event = Event(at=said.at, kind=kind, actor=said.actor, reason=said.reason, group_id=group_in_log)
    seq = stories.apply(transaction, [(row, new)], event)
    fields: dict[str, Any] = new.fields()
    decisions.record(
        transaction,
        story_id=row.id,
        kind=step.kind,
        value={name: fields[name] for name in step.fields} | step.more(row),
        actor=said.actor,
        at=said.at,
        event_seq=seq,
        group=group,
    )
    if step.kind in JUDGES and samples.answer(transaction, row.id, _verdict(new, step, said), said.at):
        models.renew(transaction)
    return seq is not None


def _verdict(row: StoryRow, step: Step, said: Said) -> str | None:
    """What a decision says that a story is about: a slug or RELEVANT, "" for off-topic, None: nothing."""
    if step.kind in (PUBLISH, THEME):
        return row.tags.theme or samples.RELEVANT
    return "" if OFF_TOPIC in (step.kind, said.reason) else None


def _moved(row: StoryRow, state: State, reason: str) -> StoryRow:
    """A story that stays where it is keeps its reason, unless another is given."""
    return replace(row, state=state, reason=reason if state is not row.state else reason or row.reason)


def _kept_out(row: StoryRow, state: State, reason: str) -> StoryRow:
    was_public = row.released is not None or row.state in PUBLIC
    return _moved(row, State.WITHDRAWN if was_public else state, reason)


def _themed(row: StoryRow, theme: str | None, second: str | None, now: datetime) -> StoryRow:
    tags = replace(row.tags, theme=theme, second_theme=second, off_topic=False)
    seen = (theme, second) != (row.tags.theme, row.tags.second_theme)
    return replace(row, tags=tags, updated=now if row.updated and seen else row.updated)
