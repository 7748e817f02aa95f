"""robots.txt per origin, so that it is asked for once a day and not at every start."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, insert, select

from aggregator.store.database import Transaction
from aggregator.store.tables import robots

Row = tuple[str, datetime, int | None, str]  # origin, fetched at, status, text


def load(transaction: Transaction) -> list[Row]:
    """Every robots.txt that we keep."""
    query = select(robots.c.origin, robots.c.fetched_at, robots.c.status, robots.c.text)
    return [(row.origin, row.fetched_at, row.status, row.text) for row in transaction.execute(query)]


def save(transaction: Transaction, rows: Iterable[Row]) -> None:
    """Keep these, in the place of older ones. PostgreSQL has no text with NUL in it, and no rule needs one."""
    for origin, fetched_at, status, text in rows:
        transaction.execute(delete(robots).where(robots.c.origin == origin))
        transaction.execute(
            insert(robots).values(origin=origin, fetched_at=fetched_at, status=status, text=text.replace("\0", ""))
        )
