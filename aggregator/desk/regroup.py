"""Regrouping: which items are one story, by the word of an editor or a trial. Every move is in the log.

On a merge the older story's id survives, and what was decided about it; the other story keeps its row and its
decisions, is no longer public, and its address leads to the survivor. On a split what leaves gets its former story
back if it had one, else a new one, and the id stays with the origin.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.arrivals import mint
from aggregator.joining import credited, producers
from aggregator.model import Edits, State
from aggregator.store import Transaction, decisions, events, items, stories
from aggregator.store.database import take_numbers
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow

MERGED, SPLIT = "merged", "split"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """Who regroups, when, and as part of what."""

    actor: str
    at: datetime
    group: str
    reason: str = ""

    def event(self, kind: str, *, item_id: int | None = None, story_id: int | None = None) -> Event:
        """An event of this regrouping."""
        return Event(
            at=self.at,
            kind=kind,
            story_id=story_id,
            item_id=item_id,
            actor=self.actor,
            reason=self.reason,
            group_id=self.group,
        )


def seniority(row: StoryRow) -> tuple[bool, bool, datetime, int]:
    """Sorts stories so that the one comes first whose id survives: public, in the feeds longest, known longest."""
    return (row.state is not State.PUBLISHED, row.released is None, row.released or row.dated, row.id)


def slug_of(row: StoryRow) -> str:
    """The last part of a story's id."""
    return row.uri.rsplit("/", 1)[-1]


def absorb(transaction: Transaction, survivor: StoryRow, others: Sequence[StoryRow], said: Said) -> None:
    """Make the items of `others` part of `survivor`."""
    members = items.of_stories(transaction, [row.id for row in others])
    moved = sorted(number for found in members.values() for number in found)
    items.move(transaction, moved, survivor.id)
    events.append(transaction, [said.event("joined", item_id=number, story_id=survivor.id) for number in moved])
    changes = [(row, replace(row, state=State.WITHDRAWN, reason=MERGED, merged_into=survivor.id)) for row in others]
    stories.apply(transaction, changes, said.event(MERGED))
    credit(transaction, survivor.id, said)


def part(
    transaction: Transaction, story: StoryRow, leaving: Collection[int], said: Said, tag_authority: str
) -> StoryRow:
    """Take the items `leaving` out of a story; returns the story that they are now."""
    former = former_of(transaction, story, leaving)
    target = (
        _revived(transaction, former, said) if former else _founded(transaction, story, leaving, said, tag_authority)
    )
    items.move(transaction, leaving, target.id)
    events.append(transaction, [said.event("joined", item_id=number, story_id=target.id) for number in sorted(leaving)])
    credit(transaction, story.id, said)
    credit(transaction, target.id, said)
    return stories.rows(transaction, [target.id])[target.id]


def credit(transaction: Transaction, story_id: int, said: Said) -> None:
    """Let a story be published by the item that comes from the producer, now that its items are others."""
    row = stories.rows(transaction, [story_id])[story_id]
    elected = producers(transaction, [story_id]).get(story_id)
    if elected is not None and elected != row.origin_id:
        told = items.load_items(transaction, [row.origin_id, elected])
        origin = told[elected]
        new = credited(row, elected, told[row.origin_id], origin, said.at, undated=origin.first_seen)
        edits = decisions.edits_of(transaction, [story_id]).get(story_id, Edits())
        new = replace(new, dated=edits.published or new.dated)
        stories.apply(transaction, [(row, new)], said.event("origin", item_id=elected))


def former_of(transaction: Transaction, story: StoryRow, leaving: Collection[int]) -> StoryRow | None:
    """The first story that all of `leaving` were, and that became part of this one, perhaps by way of others."""
    absorbed = {row.id: row for row in _absorbed(transaction, story.id)}
    homes = [events.stories_of_item(transaction, number) for number in sorted(leaving)]
    return next((absorbed[home] for home in homes[0] if home in absorbed and all(home in each for each in homes)), None)


def _absorbed(transaction: Transaction, story_id: int) -> Iterator[StoryRow]:
    for row in stories.absorbed_by(transaction, story_id):
        yield row
        yield from _absorbed(transaction, row.id)


def _revived(transaction: Transaction, former: StoryRow, said: Said) -> StoryRow:
    """A story as it was before it became part of another; what was public is public again."""
    before = events.last_of(transaction, former.id, MERGED).before
    state = State(before.get("state", former.state.value))
    new = replace(former, state=state, reason=before.get("reason", former.reason), merged_into=None)
    stories.apply(transaction, [(former, new)], said.event(SPLIT))
    return new


def _founded(
    transaction: Transaction, story: StoryRow, leaving: Collection[int], said: Said, tag_authority: str
) -> StoryRow:
    """A new story, where the one stands that it leaves; readers have not seen it yet."""
    first = min(leaving)
    item = items.load_items(transaction, [first])[first]
    released = said.at if story.released is not None and story.state is State.PUBLISHED else None
    row = replace(
        story,
        id=take_numbers(transaction, "story", 1),
        uri=mint(tag_authority),
        origin_id=first,
        dated=item.entry.published or item.first_seen,
        released=released,
        updated=released,
        merged_into=None,
    )
    stories.create(transaction, [row])
    events.append(transaction, [replace(said.event("taken-in", story_id=row.id), after=row.fields())])
    return row
