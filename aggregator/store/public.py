"""What the public side asks of all that is public: addresses, months, figures."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from aggregator.model import State
from aggregator.store.database import Transaction
from aggregator.store.events import SYSTEM
from aggregator.store.items import parts
from aggregator.store.tables import departure, event, item, story

IS_PUBLIC = story.c.state == State.PUBLISHED.value


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A public story that was released: when that was, and the partner's own date if the partner gave one."""

    story_id: int
    released: datetime
    stated: datetime | None
    evidence: str | None
    precision: str | None


def slugs(transaction: Transaction) -> Iterator[str]:
    """The slugs of all public stories, the latest first."""
    return iter(transaction.execute(select(story.c.slug).where(IS_PUBLIC).order_by(story.c.id.desc())).scalars())


def newest(transaction: Transaction, before: datetime | None = None) -> datetime | None:
    """The date of the newest public story; of the newest that is dated before a moment."""
    query = select(story.c.dated).where(IS_PUBLIC).order_by(story.c.dated.desc()).limit(1)
    query = query if before is None else query.where(story.c.dated < before)
    return transaction.execute(query).scalar_one_or_none()


def count_between(transaction: Transaction, since: datetime, until: datetime) -> int:
    """How many public stories are dated from `since` on and before `until`."""
    query = select(func.count()).where(IS_PUBLIC, story.c.dated >= since, story.c.dated < until)
    return int(transaction.execute(query).scalar_one())


def dated_between(
    transaction: Transaction, since: datetime, until: datetime, *, limit: int, skip: int = 0
) -> list[int]:
    """The numbers of the public stories dated from `since` on and before `until`, newest first."""
    query = (
        select(story.c.id)
        .where(IS_PUBLIC, story.c.dated >= since, story.c.dated < until)
        .order_by(story.c.dated.desc(), story.c.id.desc())
        .limit(limit)
        .offset(skip)
    )
    return list(transaction.execute(query).scalars())


def released_since(transaction: Transaction, since: datetime, *, limit: int) -> list[Placed]:
    """The public stories that were released at `since` or later, the latest first."""
    query = (
        select(story.c.id, story.c.released, item.c.published, item.c.date_evidence, item.c.date_precision)
        .join(item, item.c.id == story.c.origin_id)
        .where(IS_PUBLIC, story.c.released >= since)
        .order_by(story.c.released.desc(), story.c.id.desc())
        .limit(limit)
    )
    return [
        Placed(
            story_id=row.id,
            released=row.released,
            stated=row.published,
            evidence=row.date_evidence,
            precision=row.date_precision,
        )
        for row in transaction.execute(query)
    ]


def touched_by_people(transaction: Transaction, ids: Iterable[int], kinds: Iterable[str] = ()) -> set[int]:
    """Those of these stories that a person did something with; `kinds` narrows what."""
    found: set[int] = set()
    for part in parts(ids):
        query = select(event.c.story_id).where(event.c.story_id.in_(part), event.c.actor != SYSTEM)
        query = query.where(event.c.kind.in_(list(kinds))) if kinds else query
        found.update(transaction.execute(query.distinct()).scalars())
    return found


def left_since(transaction: Transaction, since: datetime) -> dict[str, int]:
    """How many stories left our feeds at `since` or later and did not return, by why: "withdrawn", "gone" ..."""
    query = (
        select(departure.c.why, func.count())
        .where(departure.c.at >= since, departure.c.returned_at.is_(None))
        .group_by(departure.c.why)
    )
    return dict(transaction.execute(query).all())
