"""Emptying what was said: of erased stories the ids, the dates and the log stay, every text goes.

The keys by which items are known again stay too, else the next poll would bring them back as new.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update

from aggregator.store import pictures
from aggregator.store.database import Transaction
from aggregator.store.decisions import STORY
from aggregator.store.items import ERASED_PRINT, parts
from aggregator.store.tables import (
    absence,
    body,
    decision,
    item,
    proposal,
    reference,
    revision,
    sample,
    shingle,
    wording,
)

EMPTY: dict[str, Any] = {
    "entry_id": None,
    "link": None,
    "title": "",
    "summary": "",
    "content": "",
    "authors": [],
    "categories": [],
    "image": None,
    "kicker": "",
    "fingerprint": ERASED_PRINT,
}


def empty(transaction: Transaction, story_ids: Collection[int]) -> None:
    """Empty the items of these stories, what they said before and are compared by, what editors wrote, their pictures.

    The last bodies of their sources go whole: what a body said of one item cannot be cut out of it.
    """
    pictures.drop(transaction, story_ids)
    found: list[int] = []
    sources: set[str] = set()
    for part in parts(story_ids):
        for row in transaction.execute(select(item.c.id, item.c.source_id).where(item.c.story_id.in_(part))):
            found.append(row.id)
            sources.add(row.source_id)
        transaction.execute(delete(sample).where(sample.c.story_id.in_(part)))
    for part in parts(found):
        transaction.execute(update(item).where(item.c.id.in_(part)).values(**EMPTY))
        for table in (revision, wording, shingle, reference, absence):
            transaction.execute(delete(table).where(table.c.item_id.in_(part)))
        transaction.execute(delete(proposal).where(or_(proposal.c.item_id.in_(part), proposal.c.other_id.in_(part))))
    for part in parts(sources):
        transaction.execute(delete(body).where(body.c.source_id.in_(part)))


def end_decisions(transaction: Transaction, story_ids: Collection[int], now: datetime) -> None:
    """What people decided about these stories holds no longer, and what they wrote is empty."""
    for part in parts(str(each) for each in story_ids):
        of_story = (decision.c.subject_kind == STORY, decision.c.subject.in_(part))
        transaction.execute(update(decision).where(*of_story).values(value={}))
        transaction.execute(update(decision).where(*of_story, decision.c.undone_at.is_(None)).values(undone_at=now))
