"""Proposals: pairs of items that are perhaps the same news, for an editor to say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, insert, or_, select, update

from aggregator.store.database import Transaction
from aggregator.store.items import parts
from aggregator.store.tables import item, proposal

OPEN, JOINED, APART = "", "joined", "apart"


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """An open proposal: the two items, and the stories that they belong to now."""

    item_id: int
    other_id: int
    story_id: int
    other_story_id: int
    strength: float
    because: str
    at: datetime


def put(transaction: Transaction, rows: Sequence[tuple[int, int, float, str]], now: datetime) -> None:
    """Propose pairs: (item, other item, strength, what it rests on)."""
    names = ("item_id", "other_id", "strength", "because")
    if rows:
        values = [dict(zip(names, row, strict=True)) | {"at": now, "outcome": OPEN} for row in rows]
        transaction.execute(insert(proposal), values)


def open_cards(transaction: Transaction, *, limit: int) -> list[Card]:
    """The open proposals whose items still stand in different stories, strongest first."""
    one, other = item.alias("one"), item.alias("other")
    query = (
        _cards(one, other)
        .where(proposal.c.outcome == OPEN, one.c.story_id != other.c.story_id)
        .order_by(proposal.c.strength.desc(), proposal.c.item_id)
        .limit(limit)
    )
    return [Card(**row._mapping) for row in transaction.execute(query)]


def of_stories(transaction: Transaction, story_ids: Iterable[int]) -> list[Card]:
    """The open proposals that touch these stories, strongest first."""
    one, other = item.alias("one"), item.alias("other")
    found: dict[tuple[int, int], Card] = {}
    for part in parts(story_ids):
        query = _cards(one, other).where(
            proposal.c.outcome == OPEN,
            one.c.story_id != other.c.story_id,
            or_(one.c.story_id.in_(part), other.c.story_id.in_(part)),
        )
        for row in transaction.execute(query):
            found[row.item_id, row.other_id] = Card(**row._mapping)
    return sorted(found.values(), key=lambda card: (-card.strength, card.item_id))


def settle(transaction: Transaction, ones: Sequence[int], others: Sequence[int], outcome: str) -> None:
    """Close the proposals between two groups of items."""
    across = or_(
        and_(proposal.c.item_id.in_(ones), proposal.c.other_id.in_(others)),
        and_(proposal.c.item_id.in_(others), proposal.c.other_id.in_(ones)),
    )
    transaction.execute(update(proposal).where(across).values(outcome=outcome))


def pairs(transaction: Transaction) -> list[tuple[int, int]]:
    """All pairs that were ever proposed, in order."""
    query = select(proposal.c.item_id, proposal.c.other_id).order_by(proposal.c.item_id)
    return [(row.item_id, row.other_id) for row in transaction.execute(query)]


def _cards(one: Any, other: Any) -> Select[Any]:
    return (
        select(
            *(proposal.c.item_id, proposal.c.other_id, proposal.c.strength, proposal.c.because, proposal.c.at),
            *(one.c.story_id.label("story_id"), other.c.story_id.label("other_story_id")),
        )
        .join(one, one.c.id == proposal.c.item_id)
        .join(other, other.c.id == proposal.c.other_id)
    )
