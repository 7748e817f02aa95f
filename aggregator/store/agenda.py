"""The events that sources announce, kept apart from items and stories; the same event is kept once a source."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, or_, select, update

from aggregator.model import Happening
from aggregator.store.database import Transaction
from aggregator.store.items import parts
from aggregator.store.tables import agenda


@dataclass(frozen=True, kw_only=True, slots=True)
class Announced:
    """An event with whose it is and since when we know of it."""

    source_id: str
    event: Happening
    first_seen: datetime
    last_seen: datetime


def save(transaction: Transaction, announced: Sequence[tuple[str, Sequence[Happening]]], now: datetime) -> None:
    """Keep what sources announce, (source, events), as it is said now."""
    for source_id, events in announced:
        if events:
            _save(transaction, source_id, {each.key: each for each in events}, now)


def coming(transaction: Transaction, since: datetime, source_id: str = "") -> list[Announced]:
    """The events that end, or without an end begin, at `since` or later, the first one first."""
    is_ahead = or_(agenda.c.starts >= since, agenda.c.ends >= since)
    query = select(agenda).where(is_ahead).order_by(agenda.c.starts, agenda.c.key)
    query = query.where(agenda.c.source_id == source_id) if source_id else query
    return [
        Announced(
            source_id=row.source_id,
            event=Happening(
                key=row.key, title=row.title, link=row.link, starts=row.starts, ends=row.ends, place=row.place
            ),
            first_seen=row.first_seen,
            last_seen=row.last_seen,
        )
        for row in transaction.execute(query)
    ]


def _save(transaction: Transaction, source_id: str, events: dict[str, Happening], now: datetime) -> None:
    known: set[str] = set()
    for part in parts(events):
        query = select(agenda.c.key).where(agenda.c.source_id == source_id, agenda.c.key.in_(part))
        known.update(transaction.execute(query).scalars())
    rows = [
        {
            "of_key": key,
            "new_title": each.title,
            "new_link": each.link,
            "new_starts": each.starts,
            "new_ends": each.ends,
            "new_place": each.place,
        }
        for key, each in events.items()
    ]
    names = ("title", "link", "starts", "ends", "place")
    said = [row for row in rows if row["of_key"] in known]
    if said:
        statement = (
            update(agenda)
            .where(agenda.c.source_id == source_id, agenda.c.key == bindparam("of_key"))
            .values({name: bindparam(f"new_{name}") for name in names} | {"last_seen": now})
        )
        transaction.execute(statement, said)
    new = [
        {name: row[f"new_{name}"] for name in names}
        | {"source_id": source_id, "key": row["of_key"], "first_seen": now, "last_seen": now}
        for row in rows
        if row["of_key"] not in known
    ]
    if new:
        transaction.execute(insert(agenda), new)
