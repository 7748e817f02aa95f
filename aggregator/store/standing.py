"""How the service stands, counted: what operators watch. A few statements over indexes, none of them per row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from aggregator.store import documents, tallies, urgency
from aggregator.store.database import Transaction, database_time
from aggregator.store.tables import document, duty, host, outbox, poll, source, story


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Counts at one moment; the parts of a key are labels."""

    sources: Mapping[str, int]  # by the outcome of the last poll, "" for none yet, "paused"
    due: int
    longest_wait: timedelta
    leases: int
    stories: Mapping[tuple[str, str], int]  # by state and theme, "" for none
    documents: int
    generation: int
    outbox: Mapping[tuple[str, str], int]  # by kind, and "waiting" or "dead"
    tallies: Mapping[str, int]  # what only rises (tallies.py)
    duties: Mapping[str, tuple[datetime | None, bool]]  # when it last went well, and whether the last try did


def measure(transaction: Transaction, now: datetime) -> Standing:
    """Count it all."""
    is_paused = case((poll.c.next_due.is_(None), "paused"), else_=func.coalesce(poll.c.outcome, ""))
    followed = (
        select(is_paused.label("outcome"), func.count().label("n"))
        .join(source, source.c.id == poll.c.source_id)
        .where(source.c.removed_at.is_(None))
        .group_by(is_paused)
    )
    due = select(func.count()).where(urgency.is_due(poll.c.next_due, now)).scalar_subquery()
    made = select(func.count()).select_from(document).scalar_subquery()
    held = select(func.count()).where(host.c.owner.is_not(None), host.c.lease_until >= database_time(transaction))
    told = select(story.c.state, story.c.theme, func.count()).group_by(story.c.state, story.c.theme)
    ended = case((outbox.c.dead_at.is_not(None), "dead"), else_="waiting")
    sent = select(outbox.c.kind, ended, func.count()).where(outbox.c.done_at.is_(None)).group_by(outbox.c.kind, ended)
    work = select(duty.c.name, duty.c.done_at, duty.c.error)
    counted = transaction.execute(select(due.label("due"), made.label("documents"))).one()
    return Standing(
        sources={row.outcome: row.n for row in transaction.execute(followed)},
        due=counted.due,
        longest_wait=longest_wait(transaction, now),
        leases=transaction.execute(held).scalar_one(),
        stories={(state, theme or ""): count for state, theme, count in transaction.execute(told)},
        documents=counted.documents,
        generation=documents.generation(transaction),
        outbox={(kind, how): count for kind, how, count in transaction.execute(sent)},
        tallies=tallies.all_counted(transaction),
        duties={name: (done_at, not error) for name, done_at, error in transaction.execute(work)},
    )


def longest_wait(transaction: Transaction, now: datetime) -> timedelta:
    """How long the server that has been due longest waits for someone to take it; nothing when none is due."""
    due = host.c.next_due
    classes = (due < urgency.ASKED_END, due.between(urgency.ASKED_END, urgency.NEW_END), due >= urgency.NEW_END)
    query = select(*(func.min(case((of_class, due))) for of_class in classes)).where(_waits(transaction, now))
    waits = [now - urgency.moment(first) for first in transaction.execute(query).one() if first]
    return max(waits, default=timedelta(0))


def _waits(transaction: Transaction, now: datetime) -> ColumnElement[bool]:
    """Due, and neither under a lease nor resting because it asked us to."""
    free = or_(host.c.owner.is_(None), host.c.lease_until < database_time(transaction))
    rested = or_(host.c.paused_until.is_(None), host.c.paused_until <= now)
    return and_(urgency.is_due(host.c.next_due, now), free, rested)
