"""Articles that their sources list no more: what came of asking for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select

from aggregator.model import Absence, Standing, State
from aggregator.store.database import Transaction
from aggregator.store.items import parts
from aggregator.store.tables import absence, item, story

ASKED_AFTER = (State.PUBLISHED.value, State.HELD.value, State.WITHDRAWN.value)  # of other stories nobody asks


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """An item with its place in time, its story's state, and its absence if it has one."""

    item_id: int
    source_id: str
    link: str | None
    published: datetime | None
    first_seen: datetime
    state: State
    absence: Absence | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """An item of a story, as far as it matters whether it is still there."""

    item_id: int
    published: datetime | None
    is_gone: bool


_ITEMS = (
    select(item.c.id, item.c.source_id, item.c.link, item.c.published, item.c.first_seen, story.c.state, absence)
    .join(story, story.c.id == item.c.story_id)
    .join(absence, absence.c.item_id == item.c.id, isouter=True)
)


def latest_of(transaction: Transaction, source_id: str, limit: int) -> list[Watched]:
    """The latest items of a source."""
    query = _ITEMS.where(item.c.source_id == source_id).order_by(item.c.first_seen.desc(), item.c.id).limit(limit)
    return [_watched(row) for row in transaction.execute(query)]


def unsettled(transaction: Transaction, source_ids: Iterable[str]) -> list[Watched]:
    """The items of these sources whose articles may have to be asked for."""
    open_ones = or_(
        absence.c.status.in_((Standing.UNLISTED.value, Standing.MISSING.value)),
        and_(absence.c.status == Standing.GONE.value, absence.c.listed == 1),
    )
    found = []
    for part in parts(source_ids):
        query = _ITEMS.where(open_ones, item.c.source_id.in_(part), story.c.state.in_(ASKED_AFTER))
        found += [_watched(row) for row in transaction.execute(query)]
    return found


def of_story(transaction: Transaction, story_id: int) -> dict[tuple[str, str], Absence]:
    """The absences of a story's items, by source and key."""
    query = (
        select(item.c.source_id, item.c.key, absence)
        .join(absence, absence.c.item_id == item.c.id)
        .where(item.c.story_id == story_id)
    )
    return {(row.source_id, row.key): _absence(row) for row in transaction.execute(query)}


def gone(transaction: Transaction, story_ids: Iterable[int]) -> frozenset[int]:
    """The items of these stories whose articles are gone."""
    found: set[int] = set()
    for part in parts(story_ids):
        query = (
            select(absence.c.item_id)
            .join(item, item.c.id == absence.c.item_id)
            .where(absence.c.status == Standing.GONE.value, item.c.story_id.in_(part))
        )
        found.update(transaction.execute(query).scalars())
    return frozenset(found)


def members(transaction: Transaction, item_ids: Iterable[int]) -> dict[int, list[Member]]:
    """All members of the stories that these items belong to, oldest first, by the story's number."""
    found: dict[int, list[Member]] = {}
    for part in parts(item_ids):
        mine = select(item.c.story_id).where(item.c.id.in_(part))
        query = (
            select(item.c.id, item.c.story_id, item.c.published, absence.c.status)
            .join(absence, absence.c.item_id == item.c.id, isouter=True)
            .where(item.c.story_id.in_(mine))
            .order_by(item.c.id)
        )
        together: dict[int, list[Member]] = {}
        for row in transaction.execute(query):
            is_gone = row.status == Standing.GONE.value
            member = Member(item_id=row.id, published=row.published, is_gone=is_gone)
            together.setdefault(row.story_id, []).append(member)
        found |= together
    return found


def save(transaction: Transaction, absences: Sequence[Absence]) -> None:
    """Write these, in the place of what was known of the same items."""
    if absences:
        drop(transaction, (each.item_id for each in absences))
        transaction.execute(insert(absence), [_columns(each) for each in absences])


def drop(transaction: Transaction, item_ids: Iterable[int]) -> None:
    """Forget the absences of these items: they are there."""
    for part in parts(item_ids):
        transaction.execute(delete(absence).where(absence.c.item_id.in_(part)))


def _watched(row: Any) -> Watched:
    return Watched(
        item_id=row.id,
        source_id=row.source_id,
        link=row.link,
        published=row.published,
        first_seen=row.first_seen,
        state=State(row.state),
        absence=None if row.item_id is None else _absence(row),
    )


def _absence(row: Any) -> Absence:
    return Absence(
        item_id=row.item_id,
        status=Standing(row.status),
        listed=bool(row.listed),
        first_missing_at=row.first_missing_at,
        checks=row.checks,
        last_checked_at=row.last_checked_at,
        gone_at=row.gone_at,
    )


def _columns(each: Absence) -> dict[str, Any]:
    return {
        "item_id": each.item_id,
        "status": each.status.value,
        "listed": int(each.listed),
        "first_missing_at": each.first_missing_at,
        "checks": each.checks,
        "last_checked_at": each.last_checked_at,
        "gone_at": each.gone_at,
    }
