"""Undo: the last stroke of an editor is taken back, from what the log says was before. Any number of steps.

Nothing is lost: the log gets the reverse change (kind "undone", with the group that it undoes), and the decisions end.
A story that had entered the feeds by the stroke leaves them, and counts as never released. Of one that stays in them
the reverse is a change like any other, once readers were told of the stroke.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from aggregator.desk import decide, edit, ungroup
from aggregator.desk.regroup import Said
from aggregator.store import Store, Transaction, decisions, documents, events, items, models, samples, stories
from aggregator.store.decisions import Decision
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow

UNDONE = "undone"
KINDS = (
    decide.PUBLISH, decide.REJECT, decide.THEME, decide.OFF_TOPIC, decide.LATER, decide.STAR,
    decisions.EDIT, decisions.PIN, decisions.SCHEDULE, decisions.FLOOD,
)  # fmt: skip
SECOND = timedelta(seconds=1)  # what readers compare moments by
FOLLOWS = frozenset({"updated", "dated"})  # change with what the partner does too, and go back whatever they are now


@dataclass(frozen=True, kw_only=True, slots=True)
class Stroke:
    """What a person decided at once: the decisions, in order, and the stories that it was about."""

    decisions: tuple[Decision, ...]
    story_ids: tuple[int, ...]

    @property
    def group(self) -> str:
        """The name of the group; "" for what was decided before there were groups."""
        return self.decisions[0].group or ""

    @property
    def at(self) -> datetime:
        """When."""
        return self.decisions[-1].at

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of decisions, each once, in order."""
        return tuple(dict.fromkeys(each.kind for each in self.decisions))

    @property
    def fields(self) -> frozenset[str]:
        """What was edited."""
        edits = (each for each in self.decisions if each.kind == decisions.EDIT)
        return frozenset(name for each in edits for name in each.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """What came of it: the strokes that were taken back, and the stories (slugs) that are as they were before.

    `refused` is the story (slug) that stood in the way of the next one: somebody (`by`, "" for the program) changed it
    later.
    """

    strokes: tuple[Stroke, ...] = ()
    restored: tuple[str, ...] = ()
    refused: str = ""
    by: str = ""


def last_stroke(transaction: Transaction, actor: str) -> Stroke | None:
    """What this person would undo next."""
    found = decisions.last_group(transaction, actor, KINDS)
    if not found:
        return None
    paired = [number for each in found for number in each.pair or ()]
    homes = items.story_numbers(transaction, paired).values() if paired else (each.story_id for each in found)
    return Stroke(decisions=tuple(found), story_ids=tuple(dict.fromkeys(homes)))


def undo(store: Store, actor: str, now: datetime, steps: int = 1) -> Undone:
    """Take back the last strokes of this person, the latest first, until one of them cannot be."""
    strokes: list[Stroke] = []
    restored: list[str] = []
    with store.append() as transaction:
        while len(strokes) < steps and (stroke := last_stroke(transaction, actor)):
            take_back = _take_pairs_back if stroke.decisions[0].pair else _take_back
            came = take_back(transaction, stroke, actor, now)
            if isinstance(came, Obstacle):
                slug = stories.slug_of(came.row)
                return Undone(strokes=tuple(strokes), restored=_once(restored), refused=slug, by=came.by)
            strokes.append(stroke)
            restored += came
    return Undone(strokes=tuple(strokes), restored=_once(restored))


@dataclass(frozen=True, kw_only=True, slots=True)
class Obstacle:
    """A story that stands in the way, and who changed it later ("" for the program)."""

    row: StoryRow
    by: str


def _take_back(transaction: Transaction, stroke: Stroke, actor: str, now: datetime) -> list[str] | Obstacle:
    """Let stories be what they were before a stroke; returns their slugs."""
    rows = stories.rows(transaction, stroke.story_ids)
    changes = _reverse(transaction, stroke, rows, now)
    if isinstance(changes, Obstacle):
        return changes
    decisions.end_all(transaction, [each.id for each in stroke.decisions], now)
    changes = [(old, _as_edited(transaction, stroke, old, new, now)) for old, new in changes]
    event = Event(at=now, kind=UNDONE, actor=actor, group_id=stroke.group or None)
    stories.apply(transaction, changes, event)
    same = [replace(event, story_id=old.id) for old, new in changes if old == new]
    if same:  # a pin, a picture: readers see the difference, and release reads the log
        events.append(transaction, same)
    free = set(rows) - stories.decided(transaction, rows)
    if samples.reopen(transaction, free):
        models.renew(transaction)
    return [stories.slug_of(row) for row in rows.values()]


def _take_pairs_back(transaction: Transaction, stroke: Stroke, actor: str, now: datetime) -> list[str] | Obstacle:
    """Let items be in the stories where they were before a stroke; returns the slugs of these."""
    moves = ungroup.moves_of(transaction, stroke.decisions)
    in_the_way = ungroup.obstacle(transaction, moves, stroke.decisions[-1].id, KINDS)
    if in_the_way is not None:
        row, by = in_the_way
        return Obstacle(row=row, by=by)
    ungroup.take_back(transaction, stroke.decisions, moves, Said(actor=actor, at=now, group=stroke.group))
    rows = stories.rows(transaction, moves.rows or stroke.story_ids)
    return [stories.slug_of(row) for row in rows.values() if row.merged_into is None]


def _once(slugs: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(slugs))


def _reverse(
    transaction: Transaction, stroke: Stroke, rows: Mapping[int, StoryRow], now: datetime
) -> list[tuple[StoryRow, StoryRow]] | Obstacle:
    """The stories of a stroke as (they are, they were before it); or the story that stands in the way."""
    last = {each.story_id: each.id for each in stroke.decisions}
    for each in decisions.later_than(transaction, last, KINDS):
        return Obstacle(row=rows[each.story_id], by=each.actor)
    log = events.by_seq(transaction, {each.event_seq for each in stroke.decisions if each.event_seq is not None})
    released = documents.released_seq(transaction)
    changes = []
    for number, row in rows.items():
        own = [each for each in log if each.story_id == number]
        before, after = composed(own)
        held, left = row.fields(), after | _said(stroke, number)
        if any(held.get(name, value) != value for name, value in left.items() if name not in FOLLOWS):
            return Obstacle(row=row, by="")
        is_unseen = held["updated"] == after.get("updated") and all(each.seq > released for each in own)
        new = stories.with_fields(row, before)
        changes.append((row, new if is_unseen else _not_behind(row, new, now)))
    return changes


def _not_behind(old: StoryRow, new: StoryRow, now: datetime) -> StoryRow:
    """A story that readers are told anew: told as older than what they have, they would keep that."""
    if old.updated is None or new.updated is None or new.updated >= old.updated:
        return new
    return replace(new, updated=max(now, old.updated + SECOND))


def _as_edited(transaction: Transaction, stroke: Stroke, old: StoryRow, new: StoryRow, now: datetime) -> StoryRow:
    """A story with the date that holds when an edit is taken back; of what is out, readers see that it changed."""
    if "published" in stroke.fields:
        new = edit.redated(transaction, new)
    if old.updated is not None and edit.VISIBLE & stroke.fields:
        new = replace(new, updated=now)
    return new


def _said(stroke: Stroke, story_id: int) -> dict[str, Any]:
    """What a stroke left a story with, also where that was so before; nothing where it changed nothing."""
    said: dict[str, Any] = {}
    for each in stroke.decisions:
        if each.story_id == story_id and each.event_seq is not None:
            said |= each.value
    return said


def composed(log: Sequence[Event]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What events changed together: (as it was before all, as it was after all)."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for each in log:
        before = dict(each.before) | before
        after |= each.after
    return before, after
