"""Undo: the last stroke of an editor is taken back, from what the log says was before. Any number of steps.

Nothing is lost: the log gets the reverse change (kind "undone", with the group that it undoes), and the decisions end.
A story that had entered the feeds by the stroke leaves them, and counts as never released.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.desk import decide
from aggregator.store import Store, Transaction, decisions, events, models, samples, stories
from aggregator.store.decisions import Decision
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow

UNDONE = "undone"
KINDS = (decide.PUBLISH, decide.REJECT, decide.THEME, decide.OFF_TOPIC, decide.LATER, decide.STAR)
FOLLOWS = frozenset({"updated"})  # changes with what the partner does too, and goes back whatever it is now


@dataclass(frozen=True, kw_only=True, slots=True)
class Stroke:
    """What a person decided at once: the decisions, in order, and how to name it."""

    decisions: tuple[Decision, ...]

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
    def story_ids(self) -> tuple[int, ...]:
        """The stories that it was about."""
        return tuple(dict.fromkeys(each.story_id for each in self.decisions))


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
    return Stroke(decisions=tuple(found)) if found else None


def undo(store: Store, actor: str, now: datetime, steps: int = 1) -> Undone:
    """Take back the last strokes of this person, the latest first, until one of them cannot be."""
    strokes: list[Stroke] = []
    restored: list[str] = []
    with store.append() as transaction:
        while len(strokes) < steps and (stroke := last_stroke(transaction, actor)):
            rows = stories.rows(transaction, stroke.story_ids)
            changes, obstacle = _reverse(transaction, stroke, rows)
            if obstacle is not None:
                row, by = obstacle
                return Undone(strokes=tuple(strokes), restored=tuple(restored), refused=stories.slug_of(row), by=by)
            event = Event(at=now, kind=UNDONE, actor=actor, group_id=stroke.group or None)
            stories.apply(transaction, changes, event)
            for each in stroke.decisions:
                decisions.end(transaction, each.id, now)
            free = set(rows) - stories.decided(transaction, rows)
            if samples.reopen(transaction, free):
                models.renew(transaction)
            strokes.append(stroke)
            restored += [stories.slug_of(new) for _, new in changes]
    return Undone(strokes=tuple(strokes), restored=tuple(dict.fromkeys(restored)))


def _reverse(
    transaction: Transaction, stroke: Stroke, rows: Mapping[int, StoryRow]
) -> tuple[list[tuple[StoryRow, StoryRow]], tuple[StoryRow, str] | None]:
    """The changes that take a stroke back; or the story that stands in the way, and who changed it."""
    later = decisions.later_than(transaction, stroke.decisions, KINDS)
    if later:
        return [], (rows[later[0].story_id], later[0].actor)
    seqs = [each.event_seq for each in stroke.decisions if each.event_seq is not None]
    log = events.by_seq(transaction, seqs)
    said = {number: _said(stroke, number) for number in rows}
    changes = []
    for number, row in rows.items():
        before, after = composed([each for each in log if each.story_id == number])
        held = row.fields()
        if any(held.get(name, value) != value for name, value in (after | said[number]).items() if name not in FOLLOWS):
            return [], (row, "")
        changes.append((row, stories.with_fields(row, before)))
    return [each for each in changes if each[0] != each[1]], None


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
