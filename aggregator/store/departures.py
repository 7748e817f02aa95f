"""Stories that left our feeds: when, why, and whether they returned. The facts behind tombstones (RFC 6721)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from aggregator.store.database import Transaction
from aggregator.store.items import parts
from aggregator.store.tables import departure

ERASED = "erased"


@dataclass(frozen=True, kw_only=True, slots=True)
class Departure:
    """A story that left. `why`: "withdrawn" (people), "gone" (at the partner), "merged" or ERASED.

    `at` is later than anything a reader was told of the story, `returned_at` later than `at`, in whole seconds: so
    whoever compares knows what holds (RFC 6721 section 3).
    """

    story_id: int
    at: datetime
    why: str
    returned_at: datetime | None = None


def of_stories(transaction: Transaction, story_ids: Iterable[int]) -> dict[int, Departure]:
    """The last departure of each of these stories that ever left."""
    found: dict[int, Departure] = {}
    for part in parts(story_ids):
        for row in transaction.execute(select(departure).where(departure.c.story_id.in_(part))):
            found[row.story_id] = Departure(**row._mapping)
    return found


def returns(transaction: Transaction, story_ids: Iterable[int]) -> dict[int, datetime]:
    """When those of these stories that left came back."""
    found: dict[int, datetime] = {}
    for part in parts(story_ids):
        query = select(departure.c.story_id, departure.c.returned_at)
        query = query.where(departure.c.story_id.in_(part), departure.c.returned_at.is_not(None))
        found |= {number: at for number, at in transaction.execute(query) if at is not None}
    return found


def save(transaction: Transaction, changed: Sequence[Departure]) -> None:
    """Keep these, each for what was known of its story before."""
    for part in parts(each.story_id for each in changed):
        transaction.execute(delete(departure).where(departure.c.story_id.in_(part)))
    if changed:
        rows = [
            {"story_id": each.story_id, "at": each.at, "why": each.why, "returned_at": each.returned_at}
            for each in changed
        ]
        transaction.execute(insert(departure), rows)
