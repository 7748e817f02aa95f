"""tdmrep.json per site, so that it is asked for once a day and not at every article."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, insert, select

from aggregator.store.database import Transaction
from aggregator.store.items import parts
from aggregator.store.tables import reservation


def load(transaction: Transaction, addresses: Iterable[str]) -> dict[str, tuple[datetime, str]]:
    """When these files were fetched, and what they said; those that we keep."""
    found: dict[str, tuple[datetime, str]] = {}
    for part in parts(addresses):
        for row in transaction.execute(select(reservation).where(reservation.c.address.in_(part))):
            found[row.address] = (row.fetched_at, row.text)
    return found


def save(transaction: Transaction, texts: Mapping[str, str], now: datetime) -> None:
    """Keep these, in the place of older ones. PostgreSQL has no text with NUL in it, and JSON needs none."""
    for part in parts(texts):
        transaction.execute(delete(reservation).where(reservation.c.address.in_(part)))
        rows = [{"address": url, "fetched_at": now, "text": texts[url].replace("\0", "")} for url in part]
        transaction.execute(insert(reservation), rows)
