"""What editors' decisions teach: read out of the decisions themselves, with the texts where they stand anyway.

Nothing is copied: what is undone teaches no more, and a text that is erased neither.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, cast, func, select

from aggregator.model import Item
from aggregator.store.database import Transaction
from aggregator.store.items import item_from, parts
from aggregator.store.tables import decision, item, story

KINDS = ("theme", "publish", "reject", "off-topic")


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One decision in force about a story: what was decided, and the story's theme as it is now."""

    number: int
    story_id: int
    kind: str
    value: dict[str, Any]
    actor: str
    at: datetime
    theme: str | None
    second_theme: str | None


def said(transaction: Transaction) -> list[Said]:
    """The decisions in force that may teach something, in the order in which they were made."""
    query = (
        select(
            decision.c.id,
            story.c.id.label("story_id"),
            decision.c.kind,
            decision.c.value,
            decision.c.actor,
            decision.c.at,
            story.c.theme,
            story.c.second_theme,
        )
        .join(story, story.c.id == cast(decision.c.subject, Integer))
        .where(decision.c.subject_kind == "story", decision.c.kind.in_(KINDS), decision.c.undone_at.is_(None))
        .order_by(decision.c.id)
    )
    return [
        Said(number=row.id, **{k: v for k, v in row._mapping.items() if k != "id"})
        for row in transaction.execute(query)
    ]


def origins(transaction: Transaction, story_ids: list[int]) -> dict[int, Item]:
    """The item that each story is published by."""
    found: dict[int, Item] = {}
    for part in parts(story_ids):
        query = select(item, story.c.id.label("of_story")).join(story, story.c.origin_id == item.c.id)
        for row in transaction.execute(query.where(story.c.id.in_(part))):
            found[row.of_story] = item_from(row)
    return found


def count_since(transaction: Transaction, at: datetime | None) -> int:
    """How many decisions that may teach something were made after `at` and still hold."""
    query = select(func.count()).where(
        decision.c.subject_kind == "story", decision.c.kind.in_(KINDS), decision.c.undone_at.is_(None)
    )
    return transaction.execute(query if at is None else query.where(decision.c.at > at)).scalar_one()
