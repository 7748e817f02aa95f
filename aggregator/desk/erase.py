"""Erasing: of a story nothing is left but its id, that it was there, and that it was erased. It cannot be undone.

Erasure goes before permanence: the next release empties the pages of archives too (release/archive.py).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.model import State
from aggregator.store import Store, Transaction, erasure, stories
from aggregator.store.events import Event
from aggregator.store.stories import StoryRow

KIND = "erased"


@dataclass(frozen=True, kw_only=True, slots=True)
class Erased:
    """What came of it: the stories (slugs) that are empty now, and the addresses that name no story."""

    changed: tuple[str, ...]
    unknown: tuple[str, ...]


def erase(store: Store, slugs: Iterable[str], actor: str, now: datetime, reason: str = "") -> Erased:
    """Empty stories, with everything that became part of them; they are withdrawn for good."""
    wanted = list(dict.fromkeys(slugs))
    with store.append() as transaction:
        rows = {slug: row for slug in wanted if (row := stories.row_by_slug(transaction, slug)) is not None}
        every = {each.id: each for row in rows.values() for each in _with_parts(transaction, row)}
        erasure.empty(transaction, every)
        erasure.end_decisions(transaction, every, now)
        changes = [(row, _emptied(row)) for row in every.values()]
        stories.apply(transaction, changes, Event(at=now, kind=KIND, actor=actor, reason=reason))
    return Erased(changed=tuple(rows), unknown=tuple(slug for slug in wanted if slug not in rows))


def _with_parts(transaction: Transaction, row: StoryRow) -> Iterator[StoryRow]:
    yield row
    for each in stories.absorbed_by(transaction, row.id):
        yield from _with_parts(transaction, each)


def _emptied(row: StoryRow) -> StoryRow:
    """Withdrawn, and without the words of it that decided its theme."""
    return replace(row, state=State.WITHDRAWN, reason=stories.ERASED, tags=replace(row.tags, because=()))
