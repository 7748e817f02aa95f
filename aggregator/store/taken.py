"""What was taken from one source, for its owner to see: each item with what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_

from aggregator.model import State
from aggregator.store.database import Transaction
from aggregator.store.tables import item, story


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """An item of a source and where its story stands."""

    id: int
    title: str
    link: str | None
    published: datetime | None
    first_seen: datetime
    slug: str
    state: State
    theme: str | None


def of_source(
    transaction: Transaction, source_id: str, limit: int, before: tuple[datetime, int] | None = None
) -> Sequence[Taken]:
    """The items of a source that were first seen before `before` (that moment and number), latest first."""
    query = (
        select(
            item.c.id,
            item.c.title,
            item.c.link,
            item.c.published,
            item.c.first_seen,
            story.c.slug,
            story.c.state,
            story.c.theme,
        )
        .join(story, story.c.id == item.c.story_id)
        .where(item.c.source_id == source_id)
        .order_by(item.c.first_seen.desc(), item.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(tuple_(item.c.first_seen, item.c.id) < before)
    return [Taken(**{**row._mapping, "state": State(row.state)}) for row in transaction.execute(query)]
