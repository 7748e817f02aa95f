"""What people decided. A decision and its event are written together; undoing one marks it, nothing is lost."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from aggregator.store.database import Transaction, take_numbers
from aggregator.store.tables import decision


def record(
    transaction: Transaction,
    *,
    story_id: int,
    kind: str,
    value: dict[str, Any],
    actor: str,
    at: datetime,
    event_seq: int | None,
) -> int:
    """Write down a decision about a story; returns its number."""
    number = take_numbers(transaction, "decision", 1)
    transaction.execute(
        insert(decision).values(
            id=number,
            subject_kind="story",
            subject=str(story_id),
            kind=kind,
            value=value,
            actor=actor,
            at=at,
            event_seq=event_seq,
        )
    )
    return number


def of_story(transaction: Transaction, story_id: int) -> list[dict[str, Any]]:
    """The decisions in force about a story, in order."""
    query = (
        select(decision)
        .where(
            decision.c.subject_kind == "story",
            decision.c.subject == str(story_id),
            decision.c.undone_at.is_(None),
        )
        .order_by(decision.c.id)
    )
    return [dict(row._mapping) for row in transaction.execute(query)]


def end(transaction: Transaction, number: int, now: datetime) -> None:
    """A decision no longer holds."""
    transaction.execute(update(decision).where(decision.c.id == number).values(undone_at=now))
