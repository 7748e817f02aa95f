"""Whether the tables are what the log says: the proof behind undo, audit and "why is this here"."""

from sqlalchemy import select

from aggregator.store import events, stories
from aggregator.store.database import Transaction
from aggregator.store.tables import item, story


def contradictions(transaction: Transaction) -> list[str]:
    """Where the folded log and the tables differ, one sentence each; empty when all is well."""
    folded = events.fold(events.since(transaction, 0))
    found = []
    rows = stories.rows(transaction, transaction.execute(select(story.c.id)).scalars().all())
    for number in sorted(rows.keys() | folded.stories.keys()):
        held, said = rows.get(number), folded.stories.get(number, {})
        fields = held.fields() if held else {}
        differing = sorted(name for name in fields.keys() | said.keys() if fields.get(name) != said.get(name))
        if differing:
            found.append(f"story {number}: the table and the log differ in {', '.join(differing)}")
    story_of = dict(transaction.execute(select(item.c.id, item.c.story_id)).all())
    for number in sorted(story_of.keys() | folded.story_of.keys()):
        if story_of.get(number) != folded.story_of.get(number):
            found.append(
                f"item {number}: the table has story {story_of.get(number)}, the log {folded.story_of.get(number)}"
            )
    return found
