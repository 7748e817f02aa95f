"""The sample: automatic decisions that were drawn for people to look at, and what these said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, insert, or_, select, update

from aggregator.model import State
from aggregator.store import stories
from aggregator.store.database import Transaction
from aggregator.store.tables import item, sample, story

PUBLISHED, DROPPED = "published", "dropped"
RELEVANT = "relevant"  # in the place of a theme where none is known


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """One automatic decision. `theme` and `verdict`: a slug, "" for off-topic; `verdict` None while unknown."""

    story_id: int
    drawn_at: datetime
    kind: str
    theme: str
    probability: float
    decided_at: datetime | None = None
    verdict: str | None = None


def automatic(
    transaction: Transaction, since: datetime, until: datetime, reasons: Iterable[str]
) -> dict[str, list[Drawn]]:
    """What was published (for one of `reasons`) or dropped without a person, of the items first seen in a time."""
    query = (
        select(story.c.id, story.c.state, story.c.theme, story.c.score)
        .join(item, item.c.id == story.c.origin_id)
        .where(
            item.c.first_seen >= since,
            item.c.first_seen < until,
            story.c.merged_into.is_(None),
            or_(
                (story.c.state == State.OFF_TOPIC.value) & (story.c.reason == "off-topic"),  # the program's own word
                (story.c.state == State.PUBLISHED.value) & story.c.reason.in_(list(reasons)),
            ),
            ~exists().where(sample.c.story_id == story.c.id),
        )
        .order_by(story.c.id)
    )
    found: dict[str, list[Drawn]] = {PUBLISHED: [], DROPPED: []}
    for row in transaction.execute(query):
        kind = DROPPED if row.state == State.OFF_TOPIC.value else PUBLISHED
        theme = "" if kind == DROPPED else row.theme or RELEVANT
        found[kind].append(Drawn(story_id=row.id, drawn_at=until, kind=kind, theme=theme, probability=row.score))
    return found


def last_drawn(transaction: Transaction) -> datetime | None:
    """When a sample was drawn last."""
    return transaction.execute(select(func.max(sample.c.drawn_at))).scalar()


def put(transaction: Transaction, drawn: Iterable[Drawn]) -> None:
    """Write a sample down."""
    rows = [
        {
            "story_id": each.story_id,
            "drawn_at": each.drawn_at,
            "kind": each.kind,
            "theme": each.theme,
            "probability": each.probability,
        }
        for each in drawn
    ]
    if rows:
        transaction.execute(insert(sample), rows)


def open(transaction: Transaction, limit: int) -> list[int]:
    """The numbers of the sampled stories that wait for an editor, the oldest draw first, both kinds mixed."""
    query = _open(sample.c.story_id).order_by(sample.c.drawn_at, sample.c.story_id).limit(limit)
    return list(transaction.execute(query).scalars())


def count_open(transaction: Transaction, most: int) -> int:
    """How many sampled stories wait for an editor; `most` at most."""
    return transaction.execute(
        select(func.count()).select_from(_open(sample.c.story_id).limit(most).subquery())
    ).scalar_one()


def _open(column: Any) -> Select[Any]:
    """What became part of another story is no longer asked about."""
    query = select(column).join(story, story.c.id == sample.c.story_id)
    return query.where(sample.c.decided_at.is_(None), story.c.merged_into.is_(None))


def answer(transaction: Transaction, story_id: int, verdict: str | None, now: datetime) -> bool:
    """Write down what an editor's decision says of a story, if it was sampled; whether it was."""
    statement = update(sample).where(sample.c.story_id == story_id).values(decided_at=now, verdict=verdict)
    return bool(transaction.execute(statement).rowcount)


def reopen(transaction: Transaction, story_ids: Iterable[int]) -> bool:
    """Ask again about these stories, as their decisions were taken back; whether one of them was sampled."""
    statement = update(sample).where(sample.c.story_id.in_(list(story_ids))).values(decided_at=None, verdict=None)
    return bool(transaction.execute(statement).rowcount)


def decided(transaction: Transaction, since: datetime) -> list[Drawn]:
    """The sampled decisions of which an editor said what is right, drawn since then."""
    query = (
        select(sample)
        .where(sample.c.drawn_at >= since, sample.c.verdict.is_not(None))
        .order_by(sample.c.drawn_at, sample.c.story_id)
    )
    found = [Drawn(**row._mapping) for row in transaction.execute(query)]
    in_force = stories.decided(transaction, [each.story_id for each in found])  # what was undone counts no more
    return [each for each in found if each.story_id in in_force]
