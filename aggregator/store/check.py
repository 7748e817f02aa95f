"""Whether the tables are what the log says: the proof behind undo, audit and "why is this here"."""

from collections.abc import Iterator, Mapping

from sqlalchemy import select

from aggregator.store import events, search_index, stories
from aggregator.store.database import Transaction
from aggregator.store.events import Folded
from aggregator.store.stories import StoryRow
from aggregator.store.tables import item, story


def contradictions(transaction: Transaction) -> list[str]:
    """Where the folded log and the tables differ, one sentence each; empty when all is well."""
    folded = events.fold(events.since(transaction, 0))
    rows = stories.rows(transaction, transaction.execute(select(story.c.id)).scalars().all())
    story_of = dict(transaction.execute(select(item.c.id, item.c.story_id)).all())
    searched = search_index.contradictions(transaction)
    return [*_of_stories(rows, folded, story_of), *_of_items(story_of, folded), *searched]


def _of_stories(rows: Mapping[int, StoryRow], folded: Folded, story_of: Mapping[int, int]) -> Iterator[str]:
    for number in sorted(rows.keys() | folded.stories.keys()):
        held, said = rows.get(number), folded.stories.get(number, {})
        fields = held.fields() if held else {}
        differing = sorted(name for name in fields.keys() | said.keys() if fields.get(name) != said.get(name))
        if differing:
            yield f"story {number}: the table and the log differ in {', '.join(differing)}"
        if held and held.merged_into is None and story_of.get(held.origin_id) != number:
            yield f"story {number}: its origin, item {held.origin_id}, is none of its items"


def _of_items(story_of: Mapping[int, int], folded: Folded) -> Iterator[str]:
    for number in sorted(story_of.keys() | folded.story_of.keys()):
        held, said = story_of.get(number), folded.story_of.get(number)
        if held != said:
            yield f"item {number}: the table has story {held}, the log {said}"
